"""News fragments become the changelog."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("news", ROOT / "packaging/news.py")
assert SPEC is not None
assert SPEC.loader is not None
news = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(news)


def test_a_release_moves_every_fragment_under_its_area(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "wash-trust.md").write_text("A purchase in the trust\ncounts.\n")
    (folder / "book-lock.md").write_text("A locked book says who has it.")
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text(f"# Changes\n\n{news.MARK}\n## 0.1.0\n")
    news.release("0.2.0", folder, changelog)
    text = changelog.read_text()
    assert text.index("### Book") < text.index("### Wash") < text.index("## 0.1.0")
    assert "- A purchase in the trust counts.\n" in text
    assert list(folder.iterdir()) == []


def test_a_changelog_without_its_mark_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a-b.md").write_text("New.")
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changes\n")
    with pytest.raises(SystemExit, match="lacks the line"):
        news.release("0.2.0", tmp_path, changelog)
    assert (tmp_path / "a-b.md").exists()


def test_every_fragment_of_the_tree_is_one_sentence_with_an_area() -> None:
    for path in (ROOT / "packaging/news").iterdir():
        text = path.read_text(encoding="utf-8").strip()
        assert path.suffix == ".md", path.name
        assert "-" in path.stem, path.name
        assert text.endswith("."), path.name
        assert len(text) < 400, path.name
