"""`lotlight forecast event`: days on which the advisor expects a name to move."""

from datetime import datetime
from pathlib import Path

import click

from app.commands.opened import book_option, json_option, opened, user_option
from app.commands.output import emit


@click.command()
@book_option
@user_option
@click.option("--security", "security_id", default="", help="Security to flag; none: list all.")
@click.option("--on", "flagged_on", type=click.DateTime(["%Y-%m-%d"]), help="Session of the event.")
@click.option("--kind", type=click.Choice(["earnings", "news"]), default="earnings")
@click.option("--remove", is_flag=True, help="Take the flag away.")
@json_option
def event(
    book_path: Path,
    passphrase_file: Path | None,
    user_id: str,
    security_id: str,
    flagged_on: datetime | None,
    kind: str,
    remove: bool,
    as_json: bool,
) -> None:
    """Flag a day on which a name is expected to move; its forecasts widen on that day."""
    from app import clock, event_flags
    from app.book.book import SELF
    from engine.errors import UserError
    from engine.market.events import Event, EventKind

    with opened(book_path, passphrase_file, readonly=not security_id) as book:
        known = set(event_flags.load(book))
        if security_id:
            if flagged_on is None:
                raise click.UsageError("give --on, the session of the event")
            if security_id not in book.securities():
                raise UserError(f"the book has no security {security_id}")
            named = {Event(security_id, flagged_on.date(), EventKind(kind))}
            known = known - named if remove else known | named
            event_flags.save(book, known, user_id or SELF, clock.now())
    rows = [
        {"security": e.security_id, "on": e.on.isoformat(), "kind": e.kind.value}
        for e in sorted(known)
    ]
    if as_json:
        emit({"events": rows})
        return
    for row in rows:
        click.echo(f"{row['security']:12} {row['on']}  {row['kind']}")
