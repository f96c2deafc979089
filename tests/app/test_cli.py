import json
import subprocess
import sys

import click
import pytest

from app.cli import COMMANDS, run
from app.commands.output import (
    EXIT_FAILURE,
    EXIT_INTEGRITY,
    EXIT_LOCKED,
    EXIT_PROBLEMS,
    EXIT_USAGE,
    BookLockedError,
    IntegrityError,
    ProblemsError,
    report_trouble,
)
from engine.errors import InputError
from engine.results import Problem

PROBLEM = Problem("lots.csv", 7, "basis", "12,x", "is not a number", "correct the cell")


@pytest.mark.parametrize(
    ("error", "code", "kind"),
    [
        (ProblemsError([PROBLEM]), EXIT_PROBLEMS, "problems"),
        (BookLockedError("held by process 12"), EXIT_LOCKED, "locked"),
        (IntegrityError("the chain breaks at 5"), EXIT_INTEGRITY, "integrity"),
        (InputError("wages", -1, "give zero or more"), EXIT_FAILURE, "failure"),
        (click.UsageError("no such option"), EXIT_USAGE, "usage"),
        (ZeroDivisionError("division by zero"), EXIT_FAILURE, "bug"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_each_kind_of_trouble_has_its_exit_code_and_its_json(
    error: Exception, code: int, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_trouble(error, as_json=True) == code
    said = capsys.readouterr()
    document = json.loads(said.out)
    assert document["error"]["kind"] == kind
    assert "lotlight:" in said.err


def test_a_problem_names_file_line_field_value_and_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report_trouble(ProblemsError([PROBLEM]), as_json=False)
    said = capsys.readouterr().err
    assert "lots.csv:7: basis: read '12,x': is not a number; correct the cell" in said


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["no-such-command"]) == EXIT_USAGE
    assert "no-such-command" in capsys.readouterr().err


def test_help_lists_every_command_and_imports_none_of_them() -> None:
    code = (
        "import sys; from app.cli import run; run(['--help']);"
        "print([m for m in sys.modules if m.startswith('app.commands.')], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert all(name in done.stdout for name in COMMANDS)
    assert done.stderr.strip() == "['app.commands.output']"
