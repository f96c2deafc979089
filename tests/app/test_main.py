from importlib.metadata import version

from app.main import kernel_folder


def test_compiled_kernels_of_each_version_lie_apart() -> None:
    assert kernel_folder().name == version("lotlight")
    assert kernel_folder().parent.name == "kernels"
