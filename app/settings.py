"""What a person has chosen: flags over environment over the settings file over defaults.

The file is TOML in the user's configuration folder (``LOTLIGHT_CONFIG`` names another)::

    book = "practice.lotlight"
    log_level = "info"
    theme = "dark"

    [decision]
    flag_probability = 0.8

``settings`` says of each value where it came from, so that a person can see why it is so.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from app.commands.output import ProblemsError
from engine.results import Problem

APP = "lotlight"
LEVELS = ("debug", "info", "warning", "error")
THEMES = ("dark", "light", "system")
# Environment variable of each setting that has one.
ENVIRONMENT = {
    "book": "LOTLIGHT_BOOK",
    "data_dir": "LOTLIGHT_DATA_DIR",
    "log_level": "LOTLIGHT_LOG_LEVEL",
    "user": "LOTLIGHT_USER",
    "readonly": "LOTLIGHT_READONLY",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices in force.

    Attributes:
        book: Book that is opened when none is named; "" for none.
        data_dir: Folder of books, price history and backups.
        log_level: debug, info, warning or error.
        theme: dark, light or system.
        user: User who signs when none is named.
        readonly: Open books for reading alone.
        threads: Threads of the engine; 0 = as many as the machine has.
        decision: Choices of the engine, by name (``engine.decision.settings``).
        origin: Where each value came from: flag, environment, file or default.
    """

    book: str = ""
    data_dir: Path = field(default_factory=lambda: Path(platformdirs.user_data_dir(APP)))
    log_level: str = "info"
    theme: str = "system"
    user: str = ""
    readonly: bool = False
    threads: int = 0
    decision: Mapping[str, Any] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict, compare=False)


def config_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where the settings file lies, whether or not there is one."""
    env = os.environ if environment is None else environment
    named = env.get("LOTLIGHT_CONFIG")
    return Path(named) if named else Path(platformdirs.user_config_dir(APP)) / "config.toml"


def log_folder() -> Path:
    """Where logs and crash files are kept."""
    return Path(platformdirs.user_log_dir(APP))


def cache_folder() -> Path:
    """Where compiled kernels and other things that can be made again are kept."""
    return Path(platformdirs.user_cache_dir(APP))


def settings(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The choices in force for this run.

    Args:
        flags: Values given on the command line; ``None`` values count as not given.
        environment: Environment to read; default the process's.

    Raises:
        ProblemsError: The file cannot be read, or a value will not do; each one listed.
    """
    env = os.environ if environment is None else environment
    path = config_file(env)
    layers: list[tuple[str, str, Mapping[str, Any]]] = [
        ("file", str(path), _read(path, required="LOTLIGHT_CONFIG" in env)),
        ("environment", "environment", {k: env[v] for k, v in ENVIRONMENT.items() if env.get(v)}),
        ("flag", "command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    ]
    values: dict[str, Any] = {}
    origin = dict.fromkeys(_NAMES, "default")
    problems: list[Problem] = []
    for layer, source, given in layers:
        for name, value in given.items():
            good, told = _checked(source, name, value)
            if told is not None:
                problems.append(told)
            else:
                values[name], origin[name] = good, layer
    if problems:
        raise ProblemsError(problems)
    return Settings(**values, origin=origin)


_NAMES = tuple(f.name for f in fields(Settings) if f.name != "origin")


def _read(path: Path, *, required: bool) -> Mapping[str, Any]:
    """The settings file; nothing where there is none and none was named."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if not required:
            return {}
        remedy = "name a settings file that exists, or unset it"
        told = _problem(str(path), "LOTLIGHT_CONFIG", str(path), "no such file", remedy)
        raise ProblemsError([told]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        told = _problem(str(path), "file", path.name, str(error), "mend the line")
        raise ProblemsError([told]) from error


def _checked(source: str, name: str, value: Any) -> tuple[Any, Problem | None]:
    """A value in the type of its setting, or what is wrong with it."""
    wanted = _WANTED.get(name)
    if wanted is None:
        known = "use one of: " + ", ".join(_NAMES)
        return None, _problem(source, name, str(value), "there is no such setting", known)
    convert, remedy = wanted
    try:
        return convert(value), None
    except (TypeError, ValueError):
        return None, _problem(source, name, str(value), "will not do", remedy)


def _one_of(*allowed: str) -> Any:
    """A converter that takes one of a few words."""

    def convert(value: Any) -> str:
        if str(value).lower() not in allowed:
            raise ValueError(value)
        return str(value).lower()

    return convert, "give one of: " + ", ".join(allowed)


def _yes_or_no(value: Any) -> bool:
    """True, false, 1, 0, yes, no."""
    word = str(value).lower()
    if word not in ("1", "0", "true", "false", "yes", "no"):
        raise ValueError(value)
    return word in ("1", "true", "yes")


def _count(value: Any) -> int:
    """A whole number that is not negative."""
    if isinstance(value, bool) or int(value) < 0 or int(value) != float(value):
        raise ValueError(value)
    return int(value)


def _table(value: Any) -> Mapping[str, Any]:
    """A TOML table."""
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return value


_WANTED: Mapping[str, Any] = {
    "book": (str, "give a path"),
    "data_dir": (Path, "give a folder"),
    "log_level": _one_of(*LEVELS),
    "theme": _one_of(*THEMES),
    "user": (str, "give a user id"),
    "readonly": (_yes_or_no, "give true or false"),
    "threads": (_count, "give a whole number; 0 means as many as the machine has"),
    "decision": (_table, "give a table of choices: [decision]"),
}


def _problem(source: str, name: str, value: str, rule: str, remedy: str) -> Problem:
    """Trouble with one setting."""
    return Problem(source, 0, name, value, rule, remedy)
