"""Flags win over environment, environment over the file, the file over defaults."""

from pathlib import Path

import pytest

from app.commands.output import ProblemsError
from app.settings import Settings, settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(
        'book = "file.lotlight"\ntheme = "light"\nthreads = 3\n[decision]\nflag_probability = 0.7\n'
    )
    return path


def test_each_layer_wins_over_the_one_below_and_is_named(config: Path) -> None:
    env = {"LOTLIGHT_CONFIG": str(config), "LOTLIGHT_BOOK": "env.lotlight"}
    found = settings({"theme": "dark", "user": None}, env)
    assert (found.book, found.theme, found.threads) == ("env.lotlight", "dark", 3)
    assert found.decision == {"flag_probability": 0.7}
    assert {name: found.origin[name] for name in ("book", "theme", "threads", "user")} == {
        "book": "environment",
        "theme": "flag",
        "threads": "file",
        "user": "default",
    }


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_dir", lambda app: str(tmp_path / "none"))
    assert settings({}, {}) == Settings()


@pytest.mark.parametrize(
    ("line", "name", "remedy"),
    [
        ('theme = "pink"', "theme", "give one of: dark, light, system"),
        ("threads = -1", "threads", "whole number"),
        ("threads = 1.5", "threads", "whole number"),
        ('readonly = "perhaps"', "readonly", "true or false"),
        ('colour = "red"', "colour", "use one of: book"),
        ("decision = 5", "decision", "a table"),
    ],
)
def test_a_value_that_will_not_do_is_named_with_its_remedy(
    config: Path, line: str, name: str, remedy: str
) -> None:
    config.write_text(line + "\n")
    with pytest.raises(ProblemsError) as caught:
        settings({}, {"LOTLIGHT_CONFIG": str(config)})
    (problem,) = caught.value.problems
    assert (problem.source, problem.field) == (str(config), name)
    assert remedy in problem.remedy


def test_a_named_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError) as caught:
        settings({}, {"LOTLIGHT_CONFIG": str(tmp_path / "gone.toml")})
    assert "exists" in caught.value.problems[0].remedy


def test_broken_toml_is_told_with_its_line(config: Path) -> None:
    config.write_text("theme = 'dark'\nbook = \n")
    with pytest.raises(ProblemsError) as caught:
        settings({}, {"LOTLIGHT_CONFIG": str(config)})
    assert "line 2" in caught.value.problems[0].rule


@pytest.mark.parametrize(("word", "found"), [("1", True), ("no", False), ("TRUE", True)])
def test_readonly_is_read_from_the_environment(config: Path, word: str, found: bool) -> None:
    env = {"LOTLIGHT_CONFIG": str(config), "LOTLIGHT_READONLY": word}
    assert settings({}, env).readonly is found
