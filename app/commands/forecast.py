"""`lotlight forecast`: one touch probability, or forecasts scored on real bars."""

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from app.clock import seconds
from app.commands.event import event
from app.commands.output import emit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.market.calibration_map import CalibrationMaps
    from engine.market.moments import Moments
    from engine.market.name_days import NameDays
    from engine.market.session_history import SessionHistory
    from engine.proof.walk_forward import Walked

    Read = tuple[
        NameDays,
        SessionHistory,
        Moments,
        NDArray[np.bool_],
        dict[str, int],
        dict[int, CalibrationMaps],
    ]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAY = click.DateTime(["%Y-%m-%d"])
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


@click.group()
def forecast() -> None:
    """Touch probabilities: one, or scored on real bars."""


forecast.add_command(event)


@forecast.command()
@click.option("--vol", type=click.FloatRange(0.0), required=True, help="Annual volatility.")
@click.option("--distance", type=click.FloatRange(0.0, 1.0, max_open=True), required=True)
@click.option("--hours", type=click.FloatRange(0.0, min_open=True), default=3.0)
@click.option("--drift", type=float, default=0.0, help="Yearly drift of the price.")
@click.option("--monitoring", type=click.Choice(["minute", "continuous"]), default="continuous")
@click.option("--paths", type=click.IntRange(16, 10_000_000), default=102_400)
@click.option("--seed", type=click.IntRange(0), default=1)
@JSON
def probe(
    vol: float,
    distance: float,
    hours: float,
    drift: float,
    monitoring: str,
    paths: int,
    seed: int,
    as_json: bool,
) -> None:
    """Touch probability of one barrier, simulated and in closed form."""
    from engine.market.probe import probe_touch

    start = seconds()
    found = probe_touch(
        vol, distance, hours, drift, minutely=monitoring == "minute", paths=paths, seed=seed
    )
    if as_json:
        emit(
            {
                "probability": found.probability,
                "stderr": found.stderr,
                "closed_form": found.closed_form,
                "paths": found.paths,
                "seconds": seconds() - start,
            }
        )
        return
    click.echo(
        f"{found.probability:.4f} +- {found.stderr:.4f} ({monitoring}, {found.paths} paths); "
        f"closed form {found.closed_form:.4f}"
    )


@forecast.command()
@click.option("--bars", type=FILE, multiple=True, required=True, help="Bars, Parquet or CSV.")
@click.option("--bar-label", type=click.Choice(["start", "end"]), required=True)
@click.option("--daily", type=FILE, multiple=True, help="Daily rows of the same names.")
@click.option("--hours", type=click.FloatRange(0.0, 6.5, min_open=True), default=3.0)
@click.option("--distances", default="0.01,0.02", help="Fractions below the price.")
@click.option("--decisions", default="10:30,11:30,12:30", help="New York times.")
@click.option("--from", "from_on", type=DAY, help="First day scored.")
@click.option("--to", "to_on", type=DAY, help="Last day scored.")
@click.option("--names", default="", help="Only these tickers.")
@click.option("--exclude", default="", help="All but these tickers.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Seed of the bootstrap.")
@JSON
def score(
    bars: tuple[Path, ...],
    bar_label: str,
    daily: tuple[Path, ...],
    hours: float,
    distances: str,
    decisions: str,
    from_on: datetime | None,
    to_on: datetime | None,
    names: str,
    exclude: str,
    seed: int,
    as_json: bool,
) -> None:
    """Walk forecasts forward over real bars and score them beside climatology and baseline."""
    from engine.market.evidence import evidence
    from engine.proof.walk_forward import walk

    start = seconds()
    label = cast('Literal["start", "end"]', bar_label)
    chosen = set(_words(names)) if names else None
    read = _read(
        bars,
        label,
        daily,
        hours,
        [_minute(word) for word in _words(decisions)],
        (from_on.date() if from_on else None, to_on.date() if to_on else None),
        (chosen, set(_words(exclude))),
    )
    found, history, looks, scored, skipped, maps = read
    walked = walk(found, history, looks, _numbers(distances), scored, skipped, maps)
    figures = report(walked, seed)
    told = [
        {"signal": e.name, "ic": e.ic, "low": e.low, "high": e.high, "verdict": e.verdict}
        for e in evidence(found, history, looks, scored, seed)
    ]
    document = {**figures, "signals": told, "seconds": seconds() - start}
    if as_json:
        emit(document)
        return
    for key, value in document.items():
        click.echo(f"{key:18} {value}")


@forecast.command()
@click.option("--bars", type=FILE, required=True, help="Bars, Parquet or CSV.")
@click.option("--bar-label", type=click.Choice(["start", "end"]), required=True)
@click.option("--daily", type=FILE, multiple=True, help="Daily rows of the same names.")
@click.option("--hours", type=click.FloatRange(0.0, 6.5, min_open=True), default=3.0)
@click.option("--decisions", default="10:00,10:30,11:00,11:30,12:00,12:30,13:00")
@click.option("--exclude", default="", help="All but these tickers.")
@click.option("--odd-days/--all-days", default=True, help="Leave the even days for a score.")
@JSON
def fit(
    bars: Path,
    bar_label: str,
    daily: tuple[Path, ...],
    hours: float,
    decisions: str,
    exclude: str,
    odd_days: bool,
    as_json: bool,
) -> None:
    """Measure the weights of today's terms in the volatility of the window."""
    from engine.proof.walk_forward import fit as least_squares

    label = cast('Literal["start", "end"]', bar_label)
    minutes = [_minute(word) for word in _words(decisions)]
    excluded: tuple[set[str] | None, set[str]] = (None, set(_words(exclude)))
    found, history, looks, *_ = _read((bars,), label, daily, hours, minutes, (None, None), excluded)
    chosen = (found.day[looks.row] % 2 == 1) | (not odd_days)
    weights = least_squares(found, history, looks, chosen)
    if as_json:
        emit(weights)
        return
    for term, weight in weights.items():
        click.echo(f"{term:16} {weight:8.3f}")


def _read(
    bars: Sequence[Path],
    label: Literal["start", "end"],
    daily: Sequence[Path],
    hours: float,
    decisions: list[int],
    span: tuple[date | None, date | None],
    names: tuple[set[str] | None, set[str]],
) -> "Read":
    """Read the files and look at every name-day: what is scored, and what is skipped why."""
    import numpy as np

    from app.calendars import load
    from app.history.bars import read_bars
    from app.history.daily import read_daily
    from app.history.join import history_of, join_bars
    from app.profiles import shipped_profile
    from engine.market.moments import moments, taught

    from_on, to_on = span
    files = [read_bars(path, label, names[0], to_on=to_on) for path in bars]
    tickers, found = join_bars([bars.without(names[1]) for bars in files])
    past = read_daily(daily, tickers) if daily else None
    history = history_of(tickers, found, past)
    calendar = load()
    session = np.minimum(np.searchsorted(calendar.day, found.day), calendar.day.size - 1)
    scored = calendar.is_session(found.day)
    if from_on:
        scored &= found.day >= from_on.toordinal()
    close = calendar.close_minute[session]
    looks, skipped = moments(found, scored, close, decisions, hours, shipped_profile())
    maps = taught(found, history, close, hours, shipped_profile())
    return found, history, looks, scored, skipped, maps


def report(walked: "Walked", seed: int) -> dict[str, Any]:
    """The figures of the contract from scored forecasts.

    Raises:
        UserError: If no forecast could be scored.
    """
    import numpy as np

    from engine.errors import UserError
    from engine.proof.calibration import (
        bootstrap,
        day_sums,
        expected_calibration_error,
        log_score,
        reliability,
        skill,
    )

    p, y, base = walked.probability, walked.happened, walked.baseline
    if not p.size:
        reasons = "; ".join(f"{count} {reason}" for reason, count in walked.skipped.items())
        raise UserError(
            f"no forecast could be scored ({reasons or 'no bars in the span'}); "
            "give more days of bars or a daily file"
        )
    _, which = np.unique(walked.distance, return_inverse=True)
    climatology = (np.bincount(which, y) / np.bincount(which))[which]
    squares = [(q - y) ** 2 for q in (p, base, climatology)]
    mean_p, mean_base, mean_climatology = (float(s.mean()) for s in squares)
    band = bootstrap(
        day_sums(walked.day, *squares), lambda s: (s[..., 1] - s[..., 0]) / s[..., 2], seed
    )
    return {
        "n": int(p.size),
        "names": int(np.unique(walked.name).size),
        "days": int(np.unique(walked.day).size),
        "skipped": walked.skipped,
        "brier": mean_p,
        "brier_climatology": mean_climatology,
        "brier_baseline": mean_base,
        "skill": skill(mean_p, mean_climatology),
        "skill_baseline": skill(mean_base, mean_climatology),
        "skill_difference": {"value": band.value, "low": band.low, "high": band.high},
        "log_score": log_score(p, y),
        "ece": expected_calibration_error(p, y),
        "deciles": [
            {"forecast": d.forecast, "observed": d.observed, "low": d.low, "high": d.high, "n": d.n}
            for d in reliability(p, y, walked.day, seed)
        ],
    }


def _words(text: str) -> list[str]:
    """Words of a comma-separated list."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[float]:
    """Distances, each above 0 and below 1."""
    try:
        found = [float(word) for word in _words(text)]
    except ValueError as error:
        raise click.BadParameter(f"{text}: write fractions like 0.01,0.02") from error
    if not found or not all(0.0 < x < 1.0 for x in found):
        raise click.BadParameter(f"{text}: distances lie between 0 and 1")
    return found


def _minute(word: str) -> int:
    """Minute of the day of ``10:30``."""
    try:
        clock = time.fromisoformat(word.zfill(5))
    except ValueError as error:
        raise click.BadParameter(f"{word}: write times like 10:30") from error
    return clock.hour * 60 + clock.minute
