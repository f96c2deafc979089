"""Options of every command that values a book: which prices, which past, which seed."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from engine.errors import InputError

if TYPE_CHECKING:
    from app.priced import Asked

F = TypeVar("F", bound=Callable[..., Any])
SEED = 20261030
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def price_options(command: F) -> F:
    """``--as-of``, ``--prices``, ``--daily`` and ``--seed``."""
    for option in (
        click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of chance."),
        click.option(
            "--daily",
            type=FILE,
            multiple=True,
            help="Daily history of the names (default: the demo market, for a demo book).",
        ),
        click.option(
            "--prices", type=FILE, help="CSV of prices (default: the book's newest snapshot)."
        ),
        click.option("--as-of", help="Instant, ISO 8601 with its zone (default: the newest)."),
    ):
        command = option(command)
    return command


def asked_of(options: dict[str, Any]) -> "Asked":
    """The options as one value; takes them out of ``options``.

    Raises:
        InputError: ``--as-of`` is no instant.
    """
    from app.priced import Asked

    as_of, prices, daily, seed = (options.pop(k) for k in ("as_of", "prices", "daily", "seed"))
    return Asked(instant_of("as-of", as_of), prices, tuple(daily), seed)


def instant_of(name: str, text: str | None) -> datetime | None:
    """An instant with its zone, in UTC; ``None`` for none.

    Raises:
        InputError: It is no instant.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InputError(name, text, "give an ISO 8601 instant, as 2026-10-30T15:30:00Z")
    return at.astimezone(UTC)
