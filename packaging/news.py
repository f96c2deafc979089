"""Turn the news fragments into a section of CHANGELOG.md: ``python packaging/news.py 0.2.0``.

A fragment is ``packaging/news/<area>-<slug>.md`` with one sentence for the advisor. Without a
version the section is printed and nothing is changed.
"""

import sys
import tomllib
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NEWS = ROOT / "packaging" / "news"
CHANGELOG = ROOT / "CHANGELOG.md"
MARK = "<!-- newest release below -->\n"


def section(version: str, folder: Path = NEWS) -> str:
    """The fragments as one section: a line each, under the area that their names begin with."""
    fragments = sorted(folder.glob("*-*.md"))
    lines = [f"## {version}\n"]
    for area, members in groupby(fragments, key=lambda path: path.stem.split("-")[0]):
        lines.append(f"\n### {area.capitalize()}\n\n")
        lines += [f"- {' '.join(path.read_text(encoding='utf-8').split())}\n" for path in members]
    return "".join(lines)


def release(version: str, folder: Path = NEWS, changelog: Path = CHANGELOG) -> None:
    """Put the section at the top of the changelog and take the fragments away."""
    text = changelog.read_text(encoding="utf-8")
    if MARK not in text:
        sys.exit(f"{changelog.name} lacks the line {MARK.strip()!r}; put it back under the heading")
    head, tail = text.split(MARK, 1)
    new = f"{head}{MARK}\n{section(version, folder)}{tail}"
    changelog.write_text(new, encoding="utf-8")
    for path in folder.glob("*-*.md"):
        path.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        release(sys.argv[1])
    else:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        print(section(f"{project['project']['version']} (not released)"))
