"""Files in and out, the log and the report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from app.activation import SHADOW, mode
from app.context import audit
from app.desk import Desk
from app.office import report_of
from app.reports.efficiency import document, write
from app.reports.typeset import pages
from app.screens.audit import why_record
from app.screens.intake import Intake
from app.screens.presenter import Presenter
from app.steps.caller import Caller, Step
from engine.errors import UserError


def steps(caller: Caller) -> dict[str, Step]:
    """Steps of the import wizard, the order file, the log and the report."""
    return {**_imports(caller), **_papers(caller), **_log(caller)}


def _imports(caller: Caller) -> dict[str, Step]:
    """Files of the custodian, on trial and then in earnest."""

    def tried(p: Presenter) -> None:
        if p.intake is not None:
            caller.reply(p.intake.trial(p.book))

    def files(d: Desk, p: Presenter, now: datetime, paths: Sequence[str]) -> None:
        p.intake = Intake([Path(path) for path in paths])
        tried(p)

    def account(d: Desk, p: Presenter, now: datetime, account_id: str) -> None:
        if p.intake is not None:
            p.intake.account = account_id
        tried(p)

    def mapped(
        d: Desk, p: Presenter, now: datetime, file: str, form: str, headings: Mapping[str, str]
    ) -> None:
        if p.intake is not None:
            p.intake.mapped[file] = form, headings
        tried(p)

    return {
        "import_files": files,
        "import_account": account,
        "import_mapped": mapped,
        "import_accepted": lambda d, p, now: _accept(caller, d, p, now),
    }


def _accept(caller: Caller, d: Desk, p: Presenter, now: datetime) -> None:
    """Take the files in, and look the household over again.

    Raises:
        UserError: If no file was read on trial.
    """
    if p.intake is None:
        raise UserError("no file was read on trial; choose files first")
    done = p.intake.take_in(p.book, caller.user, now)
    p.intake = None
    d.taken_in()
    told = "; ".join(f"{row.file}: {row.new} new, {row.changed} changed" for row in done)
    found = audit(p.book, p.household_id, now)
    caller.tell(
        f"Taken in. {told}. Context audit: {found.score} of 100, {len(found.gaps)} gaps (F3).",
        False,
    )


def _papers(caller: Caller) -> dict[str, Step]:
    """Order files and the Efficiency Report."""

    def export(d: Desk, p: Presenter, now: datetime, folder: str) -> None:
        paper = mode(p.book) == SHADOW
        files = d.export_orders(caller.user, now, paper=paper)
        if not files:
            raise UserError("Nothing is approved that has not been exported.")
        Path(folder).mkdir(parents=True, exist_ok=True)
        for file in files:
            (Path(folder) / file.name).write_bytes(file.content)
        whom = ", for the paper custodian alone: the practice is in SHADOW" if paper else ""
        caller.tell(f"{len(files[0].order_keys)} orders written to {folder}{whom}.", False)

    def report(d: Desk, p: Presenter, now: datetime) -> None:
        found, evidence = report_of(p.book, d, p.household_id, p.simulated, now)
        name = f"{p.book.household(p.household_id).name}, {found.first} to {found.last}"

        def show(d: Desk, p: Presenter, now: datetime, made: tuple[bytes, ...]) -> None:
            p.pages, p.report_name = made, name

        caller.work(
            "Efficiency Report",
            lambda job: tuple(pages(document(found, evidence), evidence.made_at)),
            show,
        )

    def save(d: Desk, p: Presenter, now: datetime, folder: str) -> None:
        made = write(Path(folder), *report_of(p.book, d, p.household_id, p.simulated, now))
        caller.tell(f"Written: {', '.join(path.name for path in made)} in {folder}.", False)

    return {"export_orders": export, "report": report, "save_report": save}


def _log(caller: Caller) -> dict[str, Step]:
    """The audit trail."""

    def verify(d: Desk, p: Presenter, now: datetime) -> None:
        checked = p.verify()
        holds = "holds" if checked.chain_ok else "is broken: restore a backup and compare"
        caller.tell(f"The chain of {p.book.audit_head().seq} lines {holds}.", False)

    def why(d: Desk, p: Presenter, now: datetime, seq: int) -> None:
        p.why = why_record(p.book, seq)

    return {"verify": verify, "why": why}
