"""What every command does alike: print one JSON document, turn trouble into an exit code."""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from engine.errors import UserError
from engine.results import Problem

EXIT_FAILURE, EXIT_USAGE, EXIT_PROBLEMS, EXIT_LOCKED, EXIT_INTEGRITY = 1, 2, 3, 4, 5


class ProblemsError(UserError):
    """The input has problems, each listed; exit 3."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems for the report."""
        self.problems = tuple(problems)
        super().__init__(f"the input has {len(self.problems)} problem(s)")


class BookLockedError(UserError):
    """Another process writes to the book; exit 4."""


class IntegrityError(UserError):
    """The book or a report is not what was written; exit 5."""


def emit(document: Any, *, indent: int | None = 1) -> None:
    """Print one JSON document on stdout, keys as given, floats as short as they round-trip.

    A long document is written without ``indent``, which is many times faster.
    """
    sys.stdout.write(
        json.dumps(document, indent=indent, ensure_ascii=False, default=str, allow_nan=False)
    )
    sys.stdout.write("\n")


def describe(problem: Problem) -> str:
    """One line for a person: file, line, field, what was read, what to do."""
    place = f"{problem.source}:{problem.line}" if problem.line else problem.source
    return f"{place}: {problem.field}: read {problem.value!r}: {problem.rule}; {problem.remedy}"


def report_trouble(error: Exception, *, as_json: bool) -> int:
    """Tell of an error on the contract's way and return the exit code."""
    if isinstance(error, click.exceptions.Abort | KeyboardInterrupt):
        sys.stderr.write("stopped; nothing is lost\n")
        return EXIT_FAILURE
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    kind, code = _kind(error)
    problems = error.problems if isinstance(error, ProblemsError) else ()
    message = error.format_message() if isinstance(error, click.ClickException) else str(error)
    if kind == "bug":
        logging.getLogger("lotlight").exception("a fault of Lotlight's own", exc_info=error)
        message = f"{type(error).__name__}: {error} (a fault of Lotlight's own; nothing is lost)"
    if as_json:
        rows = [asdict(problem) for problem in problems]
        emit({"error": {"kind": kind, "message": message, "problems": rows}})
    sys.stderr.write(f"lotlight: {message}\n")
    for problem in problems:
        sys.stderr.write(f"  {describe(problem)}\n")
    return code


def _kind(error: Exception) -> tuple[str, int]:
    """Name and exit code of an error."""
    if isinstance(error, click.UsageError):
        return "usage", EXIT_USAGE
    if isinstance(error, ProblemsError):
        return "problems", EXIT_PROBLEMS
    if isinstance(error, BookLockedError):
        return "locked", EXIT_LOCKED
    if isinstance(error, IntegrityError):
        return "integrity", EXIT_INTEGRITY
    if isinstance(error, UserError | click.ClickException):
        return "failure", EXIT_FAILURE
    return "bug", EXIT_FAILURE
