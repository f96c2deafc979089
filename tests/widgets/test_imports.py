import subprocess
import sys


def test_the_window_opens_without_loading_the_heavy_libraries() -> None:
    """Imports of 3.4, 1.8 and 1.3 CPU seconds come after the window, on another thread."""
    heavy = ("numba", "cvxpy", "pandas", "scipy", "pyarrow", "sqlcipher3", "pydantic")
    code = f"import sys, widgets.frame; print([m for m in {heavy!r} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
