"""What a back-test reads beside prices: the client's profile, dated cash flows, target weights."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from pathlib import Path
from typing import Any

from app.commands.output import ProblemsError
from engine.law.household import profile_problems
from engine.law.rules import Law
from engine.records import FilingStatus, Horizon, TaxProfile
from engine.results import Problem

DEFAULT_PROFILE = "top-with-gains"


@dataclass(frozen=True, slots=True)
class Client:
    """Who is taxed: the return without the portfolio, recurring every year, and the exit."""

    title: str
    profile: TaxProfile
    horizon: Horizon


def shipped_profiles() -> tuple[str, ...]:
    """Names of the profiles that ship."""
    folder = files("resources") / "backtest"
    return tuple(sorted(t.name.removesuffix(".toml") for t in folder.iterdir()))


def read_client(name_or_path: str, law: Law) -> Client:
    """A shipped profile by its name, or a TOML file of the fields of ``TaxProfile``.

    Raises:
        ProblemsError: For a file that is not there, a field that is not known, a value that cannot
            be.
    """
    shipped = files("resources") / "backtest" / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if name_or_path in shipped_profiles():
        text = shipped.read_text(encoding="utf-8")
    elif path.is_file():
        text = path.read_text(encoding="utf-8")
    else:
        known = ", ".join(shipped_profiles())
        raise _wrong(
            "--profile", 0, "file", name_or_path, "is not there", f"name a file or {known}"
        )
    document = _parsed(path.name, text)
    title = str(document.pop("title", path.stem))
    horizon = document.pop("horizon", {})
    profile = _profile(path.name, document)
    problems = profile_problems(profile, law, path.name)
    if problems:
        raise ProblemsError(problems)
    exit_terms: Horizon = _record(path.name, "horizon.", Horizon, horizon)
    return Client(title, profile, exit_terms)


def read_flows(path: Path) -> tuple[tuple[int, float], ...]:
    """Dated flows of a TOML file, ``[[flow]] date, amount``; negative leaves. In order of date.

    Raises:
        ProblemsError: For an entry without a date or an amount.
    """
    document = _parsed(path.name, path.read_text(encoding="utf-8"))
    found, problems = [], []
    for i, row in enumerate(document.get("flow", []), start=1):
        day, amount = row.get("date"), row.get("amount")
        if type(day) is not date:
            problems.append(_bad(path.name, f"flow {i}.date", day, "is no date", "2020-06-01"))
        elif isinstance(amount, bool) or not isinstance(amount, int | Decimal):
            problems.append(_bad(path.name, f"flow {i}.amount", amount, "is no amount", "-25000"))
        else:
            found.append((day.toordinal(), float(amount)))
    if problems:
        raise ProblemsError(problems)
    if not found:
        raise _wrong(path.name, 0, "flow", "", "holds no flows", "write [[flow]] date and amount")
    return tuple(sorted(found))


def read_weights(path: Path, start: date) -> tuple[dict[str, float], str]:
    """Weights of a CSV (``ticker`` and ``weight`` or ``weight_pct``), newest ``as_of`` by a day.

    Returns:
        Weight by ticker, summing to 1, and the ``as_of`` used ("" where the file has none).

    Raises:
        ProblemsError: If a weight is no number or below zero, or every ``as_of`` is later than
            the start (weights of the future would be hindsight).
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(enumerate(csv.DictReader(file), start=2))
    column = "weight" if rows and "weight" in rows[0][1] else "weight_pct"
    if not rows or column not in rows[0][1] or "ticker" not in rows[0][1]:
        raise _wrong(path.name, 1, "columns", "", "are missing", "write ticker,weight")
    dates = sorted({row["as_of"] for _, row in rows if row.get("as_of")})
    known = [d for d in dates if d <= start.isoformat()]
    if dates and not known:
        remedy = f"start on {dates[0]} or later, or use --weights equal"
        raise _wrong(path.name, 0, "as_of", dates[0], "is after the start", remedy)
    as_of = known[-1] if known else ""
    found = {
        row["ticker"]: _weight(path.name, line, column, row[column])
        for line, row in rows
        if row.get("as_of", "") in ("", as_of)
    }
    total = sum(found.values())
    if not total > 0.0:
        raise _wrong(path.name, 0, column, str(total), "sum to nothing", "give positive weights")
    return {ticker: weight / total for ticker, weight in found.items() if weight > 0.0}, as_of


def read_shares(path: Path) -> dict[str, float]:
    """Index shares by ticker, for capitalisation weights.

    Raises:
        ProblemsError: If the file is not there, or a count is no number.
    """
    if not path.is_file():
        remedy = "put ticker,shares there, or use --weights equal or a file of weights"
        raise _wrong("--weights", 0, "cap", str(path), "needs index_shares_proxy.csv", remedy)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        column = next((c for c in reader.fieldnames or () if c.endswith("shares")), "shares")
        return {
            row["ticker"]: _weight(path.name, line, column, row.get(column) or "")
            for line, row in enumerate(reader, start=2)
        }


def _weight(source: str, line: int, field: str, text: str) -> float:
    """A number not below zero."""
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not 0.0 <= found < float("inf"):
        raise _wrong(source, line, field, text, "is no weight", "write a number, 0 or more")
    return found


def _parsed(source: str, text: str) -> dict[str, Any]:
    """A TOML document, numbers exact."""
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(source, 0, "file", str(error), "is not TOML", "mend the syntax") from error


def _profile(source: str, document: Mapping[str, Any]) -> TaxProfile:
    """The tax fields of a document."""
    status = document.get("filing_status")
    if status not in set(FilingStatus):
        choices = ", ".join(FilingStatus)
        raise _wrong(source, 0, "filing_status", str(status), "is unknown", f"one of {choices}")
    for field, kind in (("year", int), ("state", str)):
        if not isinstance(document.get(field), kind):
            told = str(document.get(field, ""))
            raise _wrong(source, 0, field, told, "is missing", f"write the {field}")
    fields_read = {**document, "filing_status": FilingStatus(str(status))}
    found: TaxProfile = _record(source, "", TaxProfile, fields_read)
    return found


def _record(source: str, prefix: str, kind: Any, row: Mapping[str, Any]) -> Any:
    """A record of the engine from plain values; amounts become Decimal, rates float."""
    types = {field.name: str(field.type) for field in fields(kind)}
    problems, values = [], {}
    for name, value in row.items():
        want = types.get(name, "")
        try:
            values[name] = _as(want, value)
        except (ValueError, TypeError, InvalidOperation):
            rule = "is unknown" if not want else "is no number"
            fields_known = ", ".join(types) if not want else "a plain number"
            problems.append(_bad(source, prefix + name, value, rule, fields_known))
    if problems:
        raise ProblemsError(problems)
    return kind(**values)


def _as(want: str, value: Any) -> Any:
    """A value as its field wants it."""
    if "Decimal" in want:
        if isinstance(value, bool | str):
            raise ValueError(value)
        return Decimal(value)
    if "float" in want:
        return float(value)
    if not want:
        raise ValueError(value)
    return value


def _bad(source: str, field: str, value: object, rule: str, example: str) -> Problem:
    """An entry that cannot be used."""
    return Problem(source, 0, field, str(value), rule, f"write {example}")


def _wrong(source: str, line: int, field: str, value: str, rule: str, remedy: str) -> ProblemsError:
    """One problem as an error."""
    return ProblemsError([Problem(source, line, field, value, rule, remedy)])
