"""`lotlight wash-sales`: the wash-sale rule on trade histories, with the rule cited."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from app import collector, lawbook
from app.commands.output import ProblemsError, emit
from app.commands.wash_events import Case, Family, read_case
from app.commands.wash_rows import finding_row, form_row, line_row, lot_row, views_row
from engine.law.broker_view import broker_lines, side_by_side
from engine.law.form_8949 import Reported, rows, schedule_d
from engine.law.identical import groups
from engine.law.rules import Law
from engine.law.scenarios import apply_scenario
from engine.law.wash_sales import RefusedTradesError, scan
from engine.law.wash_settings import WashStatute, statute
from engine.results import Problem
from engine.wash_results import WashLine, WashScan

LONG_HISTORY = 5000


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@click.option("--brief", is_flag=True, help="Lines, lots and totals alone, without findings.")
@click.option("--scenario", default="", help="A shipped law-change scenario, by name.")
def wash_sales(file: Path, as_json: bool, brief: bool, scenario: str) -> None:
    """Apply the wash-sale rule to the trade histories in FILE, over whole households.

    FILE is JSON: {"cases": [{"events": [...], "settings": {...}}]}. Every purchase in any account
    of a household counts, IRA and spouse included.
    """
    law = lawbook.load()
    with collector.paused():
        cases = _read(file)
        results, problems = [], [problem for case in cases for problem in case.problems]
        for number, case in enumerate(cases, start=1):
            if not case.problems:
                results.append(_scans(case, law, scenario, f"{file.name} case {number}", problems))
        if problems:
            raise ProblemsError(problems)
        told = zip(cases, results, strict=True)
        if as_json:
            found = [_document(case, scans, brief) for case, scans in told]
            emit({"cases": found}, indent=1 if _trades(cases) < LONG_HISTORY else None)
            return
        for case, scans in told:
            for line in _text(case, scans):
                click.echo(line)


def _trades(cases: Iterable[Case]) -> int:
    """Trades of all cases."""
    return sum(len(family.trades) for case in cases for family in case.families)


def _read(file: Path) -> list[Case]:
    """Every case of the file; a file that is no JSON is one problem."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        found = Problem(file.name, line, "file", "", f"not JSON: {error}", "mend it at that place")
        raise ProblemsError([found]) from error
    cases = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(cases, list):
        rule = "no list of cases"
        found = Problem(file.name, 0, "cases", "", rule, 'write {"cases": [{"events": [...]}]}')
        raise ProblemsError([found])
    return [read_case(raw, f"{file.name} case {n}") for n, raw in enumerate(cases, start=1)]


def _scans(
    case: Case, law: Law, scenario: str, source: str, problems: list[Problem]
) -> list[WashScan]:
    """One scan for each household of a case; refused trades become problems of their rows."""
    found = []
    for family in case.families:
        try:
            found.append(
                scan(
                    family.trades,
                    family.accounts,
                    window_days=law.wash_window_days,
                    people=family.people,
                    statute=_statute(family, law, scenario),
                    identical=groups((), family.sets),
                    settings=case.settings,
                    as_of=case.as_of,
                )
            )
        except RefusedTradesError as error:
            problems += [
                replace(p, source=source, line=family.rows[p.line - 1]) for p in error.problems
            ]
    return found


def _statute(family: Family, law: Law, scenario: str) -> WashStatute:
    """The rule for a household, with the scenario in force in the year of its last trade."""
    year = max((trade.traded_on.year for trade in family.trades), default=0)
    changed = apply_scenario(law, scenario, year) if scenario else law
    return statute(changed, year, family.securities)


def _document(case: Case, scans: list[WashScan], brief: bool) -> dict[str, Any]:
    """A case as the contract writes it, findings behind it."""
    lines = sorted(
        (line for one in scans for line in one.lines), key=lambda line: line.realized.sold_on
    )
    lots = sorted(
        (lot for one in scans for lot in one.open_lots), key=lambda lot: lot.lot.acquired_on
    )
    document: dict[str, Any] = {"name": case.name} if case.name else {}
    document["lines"] = [line_row(line) for line in lines]
    document["open_lots"] = [lot_row(lot) for lot in lots]
    document["total_reported"] = float(sum(one.reported_usd for one in scans))
    document["total_disallowed"] = float(sum(one.disallowed_usd for one in scans))
    document["total_lost"] = float(sum(one.lost_usd for one in scans))
    if not brief:
        document.update(_explained(case, scans))
    return document


def _explained(case: Case, scans: list[WashScan]) -> dict[str, Any]:
    """Findings with their reasons, the broker's view, the rows of the form, and the settings."""
    findings, views, form = [], [], []
    sheets = {}
    for family, one in zip(case.families, scans, strict=True):
        findings += [finding_row(finding, family.name) for finding in one.findings]
        both = side_by_side(_broker_lines(case, family), one.lines)
        views += [views_row(row) for row in both]
        shown = {(row.sale_id, row.lot_id): Reported(row.broker.basis_usd) for row in both}
        sold = [line.realized for line in one.lines]
        made = rows(sold, {}, reported=shown)
        form += [form_row(row) for row in made]
        sheets[family.name] = schedule_d(made).as_data()
    return {
        "findings": findings,
        "broker_view": views,
        "form_8949": form,
        "schedule_d": sheets,
        "settings": list(case.settings.in_words()),
    }


def _broker_lines(case: Case, family: Family) -> tuple[WashLine, ...]:
    """The history of a household as its brokers see it."""
    return broker_lines(
        family.trades,
        family.accounts,
        window_days=lawbook.load().wash_window_days,
        settings=case.settings,
        as_of=case.as_of,
    )


def _text(case: Case, scans: Iterable[WashScan]) -> Iterator[str]:
    """A case for a person."""
    yield case.name or "history"
    for one in scans:
        for finding in one.findings:
            yield f"  {finding.status}, {finding.confidence}: {finding.words}"
            yield f"    {finding.rule} ({finding.citation}); safe from {finding.safe_from}"
            for review in finding.reviews:
                yield f"    to look at: {review}"
        yield (
            f"  reported {one.reported_usd:,.2f}, disallowed {one.disallowed_usd:,.2f}, "
            f"of which lost for good {one.lost_usd:,.2f}"
        )
    for words in case.settings.in_words():
        yield f"  {words}"
