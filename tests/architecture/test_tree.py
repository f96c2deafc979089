"""What the tree may hold: short modules, clean locks, nothing of the machine it was written on."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "engine", "widgets", "packaging", "tests")
TEXTS = {".py", ".md", ".toml", ".lock", ".in", ".json", ".csv", ".typ", ".qss", ".svg", ".txt"}
LOCKS = sorted((ROOT / "packaging").glob("*.lock"))
LINES = 400


def files(*rooms: str) -> Iterator[Path]:
    for room in rooms:
        for path in (ROOT / room).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def top() -> list[Path]:
    return [path for path in ROOT.iterdir() if path.is_file() and not path.name.startswith(".git")]


def code_lines(path: Path) -> int:
    """Lines of a module that hold code: no blank line, comment or docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    told: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, held) and ast.get_docstring(node, clean=False) is not None:
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = path.read_text(encoding="utf-8").splitlines()
    return sum(
        bool(text.strip()) and not text.lstrip().startswith("#") and number not in told
        for number, text in enumerate(lines, start=1)
    )


def test_no_module_holds_more_than_four_hundred_lines_of_code() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in files("app", "engine", "widgets", "packaging")
        if path.suffix == ".py" and (count := code_lines(path)) > LINES
    }
    assert long == {}


def test_half_of_the_modules_hold_less_than_150_lines_of_code() -> None:
    sizes = sorted(
        code_lines(path)
        for path in files("app", "engine", "widgets")
        if path.suffix == ".py" and path.name != "__init__.py"
    )
    assert sizes[len(sizes) // 2] < 150


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_a_hash_for_every_package_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) >= 1
    for block in blocks:
        assert re.match(r"[a-z0-9.-]+==[0-9]", block), block
        assert "--hash=sha256:" in block, block


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_keeps_away_from_the_qt_that_aborts(lock: str) -> None:
    found = re.search(
        r"^pyside6-essentials==(\d+)\.(\d+)", (ROOT / "packaging" / lock).read_text(), re.M
    )
    assert found is not None
    assert (6, 10) <= (int(found[1]), int(found[2])) < (6, 12)


def test_every_dependency_of_the_project_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        re.split(r"[><=;\[ ]", line)[0].lower() for line in project["project"]["dependencies"]
    }
    locked = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "packaging/requirements.lock").read_text(), re.M)
    )
    assert wanted <= locked


def test_the_tree_knows_no_machine_and_no_registry() -> None:
    bars = "/"
    strangers = [
        *(f"{bars}{room}{bars}" for room in ("work", "root/", "opt/pypi", "home/")),
        *(f"{host}.org" for host in ("pypi", "pythonhosted")),
    ]
    found = [
        f"{path.relative_to(ROOT)}: {stranger}"
        for path in [*files(*ROOMS, "resources"), *top()]
        if path.suffix in TEXTS
        for stranger in strangers
        if stranger in path.read_text(encoding="utf-8")
    ]
    assert found == []


def documents() -> list[Path]:
    pages = [path for path in files("resources") if path.suffix == ".md"]
    return [*sorted(ROOT.glob("*.md")), *pages]


def test_documents_mention_only_commands_that_exist() -> None:
    verbs = re.findall(r"choices=\(([^)]*)\)", (ROOT / "packaging/bootstrap.py").read_text())[0]
    unknown = []
    for page in documents():
        text = page.read_text(encoding="utf-8")
        code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))
        for word in re.findall(r"\blotlight ([a-z][a-z0-9-]*)", code):
            if word not in COMMANDS:
                unknown.append(f"{page.name}: lotlight {word}")
        for word in re.findall(r"bootstrap\.py ([a-z]+)", text):
            if f'"{word}"' not in verbs:
                unknown.append(f"{page.name}: bootstrap.py {word}")
    assert unknown == []


def test_the_pages_that_documents_link_to_exist() -> None:
    dead = [
        f"{page.name}: {target}"
        for page in documents()
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    gate = (ROOT / ".ci/run").read_text()
    assert gate.rstrip().endswith("exec python3 packaging/bootstrap.py test")
    assert "python3 packaging/bootstrap.py test" in (ROOT / "README.md").read_text()


def test_the_notices_name_every_package_of_the_runtime_lock_with_its_version() -> None:
    lock = (ROOT / "packaging/requirements.lock").read_text()
    locked: dict[str, list[str]] = {}
    for name, found in re.findall(r"^([a-z0-9.-]+)==([^ ]+)", lock, re.M):
        locked.setdefault(name, []).append(found)
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text()
    rows = re.findall(r"^\| ([a-z0-9.-]+) \| ([0-9][^|]*) \| ([^|]+) \|$", notices, re.M)
    assert {name: versions.strip().split(", ") for name, versions, _ in rows} == locked
