"""`lotlight book`: create, inspect, verify, back up, restore, encrypt, export a book."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app import clock
from app.commands.opened import ask, book_option, json_option, opened, user_option
from app.commands.output import EXIT_INTEGRITY, emit

if TYPE_CHECKING:
    from app.book.connect import Key

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


@click.group()
def book() -> None:
    """The book: one file with the whole practice."""


@book.command()
@book_option
@click.option("--plain", is_flag=True, help="Do not encrypt (demo and trial books).")
@click.option("--keyring", is_flag=True, help="Make a key and keep it in the system's keyring.")
@json_option
def create(
    book_path: Path, passphrase_file: Path | None, plain: bool, keyring: bool, as_json: bool
) -> None:
    """Make a new book, encrypted unless --plain is given."""
    from app.book.book import Book
    from app.book.connect import BookError
    from app.book.keys import chain_key

    if book_path.exists():
        raise BookError(f"{book_path}: there is something already; choose another name")
    key = None if plain else _new_key(book_path, passphrase_file, keyring)
    with Book.create(book_path, at=clock.now(), key=key) as made:
        made.chain_key = chain_key(made.book_id, make=not plain)
        found = {"book": str(book_path), "book_id": made.book_id, "encrypted": key is not None}
    emit(found) if as_json else click.echo(f"{book_path}: made")


def _new_key(path: Path, passphrase_file: Path | None, keyring: bool) -> Key:
    from app.book import keys
    from app.book.connect import BookError

    if keyring:
        return keys.new_in_keyring(keys.file_name(path))
    if passphrase_file is not None:
        return keys.read_passphrase(passphrase_file)
    first = ask("New passphrase")
    if ask("The same again") != first:
        raise BookError("the two passphrases differ; nothing was changed")
    return first


@book.command()
@book_option
@json_option
def info(book_path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """What is in the book."""
    from app.book.connect import sqlite_version
    from app.book.dump import encrypted
    from app.book.migrate import shape_of

    with opened(book_path, passphrase_file, readonly=True) as found:
        head = found.audit_head()
        told = {
            "book": str(book_path),
            "book_id": found.book_id,
            "shape": shape_of(found.connection),
            "sqlite": sqlite_version(),
            "encrypted": encrypted(book_path),
            "bytes": book_path.stat().st_size,
            "households": [{"id": key, "name": name} for key, name in found.households()],
            "users": [asdict(user) | {"roles": sorted(user.roles)} for user in found.users()],
            "audit": {"seq": head.seq, "hash": head.hash},
        }
    if as_json:
        emit(told)
    else:
        for name, value in told.items():
            click.echo(f"{name:12} {len(value) if isinstance(value, list) else value}")


@book.command()
@book_option
@json_option
def tables(book_path: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Tables of the book with rows, columns, keys and references, for other programs."""
    from app.book.layout import layout

    with opened(book_path, passphrase_file, readonly=True) as found:
        rows = layout(found.connection)
    if as_json:
        emit([asdict(row) for row in rows])
        return
    for row in rows:
        names = ", ".join(name for name, _ in row.columns)
        click.echo(f"{row.name:20} {row.rows:>9,}  {names}")


@book.command()
@book_option
@json_option
def verify(book_path: Path, passphrase_file: Path | None, as_json: bool) -> int:
    """Check pages, references, audit trail and content; exit 5 unless all is sound."""
    from app.book import verify as checks
    from app.book.book import Book
    from app.book.keys import chain_key, unlock
    from engine.errors import UserError

    key = unlock(book_path, ask, passphrase_file)
    try:
        with Book.open(book_path, key=key, readonly=True) as found:
            seal = chain_key(found.book_id)
    except UserError:
        seal = None  # the check below says what is wrong
    verdict = checks.verify(book_path, key, seal)
    document = {"ok": verdict.ok, **asdict(verdict)}
    if as_json:
        emit(document)
    else:
        for name in ("integrity", "foreign_keys", "audit_chain", "digests", "schema"):
            click.echo(f"{name:14} {document[name]}")
        for text in verdict.problems:
            click.echo(f"  {text}", err=True)
    return 0 if verdict.ok else EXIT_INTEGRITY


@book.command()
@book_option
@click.option("--to", "folder", type=FILE, help="Folder (default: backups/ beside the book).")
@click.option("--list", "listing", is_flag=True, help="Show the backups there are.")
@json_option
def backup(
    book_path: Path, passphrase_file: Path | None, folder: Path | None, listing: bool, as_json: bool
) -> None:
    """Take a checked backup with its manifest; old ones are let go by age."""
    from app.book import backup as copies
    from app.book.keys import unlock

    place = folder or copies.folder_of(book_path)
    if listing:
        found = copies.backups(place)
    else:
        key = unlock(book_path, ask, passphrase_file)
        found = (copies.back_up(book_path, key, clock.now(), "asked", place),)
    if as_json:
        emit([asdict(item) for item in found] if listing else asdict(found[0]))
    else:
        for item in found:
            click.echo(f"{item.at}  {item.size_bytes:>12,}  {place / item.file}")


@book.command()
@book_option
@click.argument("file", type=FILE)
@user_option
@json_option
def restore(
    book_path: Path, passphrase_file: Path | None, file: Path, user_id: str, as_json: bool
) -> None:
    """Put the backup FILE in the place of the book; what stood there is kept beside it."""
    from app.book import backup as copies
    from app.book.book import SELF
    from app.book.keys import unlock

    key = unlock(file, ask, passphrase_file)
    copies.restore(file, book_path, key, clock.now(), user_id or SELF)
    told = {"book": str(book_path), "from": str(file)}
    emit(told) if as_json else click.echo(f"{book_path}: restored from {file}")


@book.command()
@book_option
@click.option("--from", "folder", type=FILE, help="Folder (default: backups/ beside the book).")
@json_option
def drill(book_path: Path, passphrase_file: Path | None, folder: Path | None, as_json: bool) -> int:
    """Restore the newest backup to a temporary place and check it in full; exit 5 if it fails."""
    from app.book import backup as copies
    from app.book.drill import drill as run_drill
    from app.book.keys import unlock

    place = folder or copies.folder_of(book_path)
    newest = next(iter(copies.backups(place)), None)
    key = None if newest is None else unlock(place / newest.file, ask, passphrase_file)
    found = run_drill(book_path, key, clock.now(), place)
    if as_json:
        emit({"ok": not found.problems, **asdict(found)})
    else:
        click.echo(f"{found.file}: {found.rows:,} rows of {found.taken_at}")
        if found.changes_since:
            click.echo(f"the book has {found.changes_since} changes since; `book backup` takes one")
        for text in found.problems:
            click.echo(f"  {text}", err=True)
    return EXIT_INTEGRITY if found.problems else 0


def _key_options(command: F) -> F:
    """Where the new key of a book comes from, and who asks for it."""
    command = user_option(command)
    command = click.option(
        "--keyring", is_flag=True, help="Make a key and keep it in the system's keyring."
    )(command)
    return click.option("--new-passphrase-file", type=FILE, help="File with the new passphrase.")(
        command
    )


@book.command()
@book_option
@_key_options
def encrypt(
    book_path: Path,
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
    keyring: bool,
    user_id: str,
) -> None:
    """Encrypt a plain book."""
    from app.book.connect import BookError
    from app.book.dump import encrypted

    if encrypted(book_path):
        raise BookError(
            f"{book_path}: it is encrypted already; `lotlight book rekey` changes its key"
        )
    _rewrite(book_path, None, new_passphrase_file or passphrase_file, keyring, "encrypted", user_id)


@book.command()
@book_option
@_key_options
def rekey(
    book_path: Path,
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
    keyring: bool,
    user_id: str,
) -> None:
    """Change the key of an encrypted book."""
    from app.book.connect import BookError
    from app.book.keys import unlock

    key = unlock(book_path, ask, passphrase_file)
    if key is None:
        raise BookError(f"{book_path}: it is not encrypted; `lotlight book encrypt` does that")
    _rewrite(book_path, key, new_passphrase_file, keyring, "rekeyed", user_id)


def _rewrite(
    path: Path, key: Key, passphrase_file: Path | None, keyring: bool, what: str, user_id: str
) -> None:
    from app.book.book import SELF, Book
    from app.book.dump import rewrite
    from app.book.keys import chain_key

    new_key = _new_key(path, passphrase_file, keyring)
    rewrite(path, key, new_key)
    at = clock.now()
    with Book.open(path, key=new_key) as found:
        found.chain_key = chain_key(found.book_id)
        found.save_setting(f"{what}_at", at.isoformat(), user_id or SELF, at)
    click.echo(f"{path}: {what}")


@book.command()
@book_option
@click.option("--format", "kind", type=click.Choice(["ndjson"]), default="ndjson")
@click.option("--out", required=True, type=FILE, help="File to write.")
@json_option
def export(
    book_path: Path, passphrase_file: Path | None, kind: str, out: Path, as_json: bool
) -> None:
    """Write the whole logical content, one JSON object a line, in a stable order."""
    from app.book import dump

    with opened(book_path, passphrase_file, readonly=True) as found:
        count = dump.write(found.connection, out)
    told = {"book": str(book_path), "out": str(out), "format": kind, "lines": count}
    emit(told) if as_json else click.echo(f"{out}: {count} lines")


@book.command("import")
@book_option
@click.argument("file", type=FILE)
def import_(book_path: Path, passphrase_file: Path | None, file: Path) -> None:
    """Make the book anew from an export (encrypted if --passphrase-file is given)."""
    from app.book import dump
    from app.book.keys import read_passphrase

    key = None if passphrase_file is None else read_passphrase(passphrase_file)
    with file.open(encoding="utf-8") as lines:
        dump.read(lines, book_path, key)
    click.echo(f"{book_path}: made from {file}")


@book.command()
@book_option
@click.argument("user_name")
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(["recommend", "approve", "review"])
)
@click.option("--with-passphrase", is_flag=True, help="Ask for a passphrase to sign in with.")
@user_option
def user(
    book_path: Path,
    passphrase_file: Path | None,
    user_name: str,
    name: str,
    roles: tuple[str, ...],
    with_passphrase: bool,
    user_id: str,
) -> None:
    """Add or change the user USER_NAME, called NAME.

    Once somebody may approve, only they change who may do what (--as).
    """
    from app.book.book import SELF
    from app.people import hash_passphrase, require
    from engine.records import User, UserRole

    with opened(book_path, passphrase_file) as found:
        if any(UserRole.APPROVE in each.roles for each in found.users()):
            require(
                next((u for u in found.users() if u.user_id == user_id), None),
                user_id,
                UserRole.APPROVE,
            )
        kept = hash_passphrase(ask("Their passphrase")) if with_passphrase else ""
        who = User(user_name, name, frozenset(map(UserRole, roles)))
        found.save_user(who, user_id or SELF, clock.now(), kept)
    click.echo(f"{user_name}: saved")


@book.command()
@book_option
@click.option("--limit", default=100, show_default=True, help="Lines, newest first.")
@json_option
def audit(book_path: Path, passphrase_file: Path | None, limit: int, as_json: bool) -> None:
    """The audit trail, newest line first."""
    with opened(book_path, passphrase_file, readonly=True) as found:
        rows = [asdict(line) | {"at": line.at.isoformat()} for line in found.audit(limit)]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            click.echo(
                f"{row['seq']:>7} {row['at']} {row['actor']:12} {row['kind']:18} {row['body']}"
            )
