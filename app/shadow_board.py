"""The scoreboard of a shadow period, as plain values: what F7, the report and the gate read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations

from engine.arrays import as_float
from engine.proof.gate import Criterion, ShadowEvidence, gate
from engine.proof.shadow import PREDICTIVE, Shadow
from engine.proof.shadow_review import Gone, Missed
from engine.proof.shadow_worth import Difference, Worth, difference
from engine.proof.track_record import Scored, TrackRecord, track_record
from engine.records import Side
from engine.results import Forecast

FLAGS_TOLD = 200
MEASURES = ("wealth_usd", "liquidated_usd", "tax_and_cost_usd")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A scored forecast with all that its reason needs; ``low_usd`` is the window's lowest."""

    household_id: str
    stamped_at: datetime
    forecast: Forecast
    touched: bool
    low_usd: float


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """What one policy came to over all households; dollars unless the name says otherwise.

    Attributes:
        wealth_usd: After-tax wealth, the gain inside taxed at the households' exits.
        liquidated_usd: After-tax wealth if everything taxed were sold on the last day.
        saved_usd: Tax saved now and carried by what was realised in the period.
        tax_and_cost_usd: Saved, less given back at the exit, less spread paid.
        harvested_st_usd: Short-term losses sold, positive; ``harvested_lt_usd`` long-term.
        daily: ``tax_and_cost_usd`` at the end of each day.
    """

    policy: str
    wealth_usd: float
    liquidated_usd: float
    saved_usd: float
    tax_and_cost_usd: float
    harvested_st_usd: Decimal
    harvested_lt_usd: Decimal
    disallowed_usd: Decimal
    cost_usd: Decimal
    traded_usd: Decimal
    sales: int
    purchases: int
    lapsed: int
    wash_violations: int
    limit_violations: tuple[str, ...]
    daily: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FlagTold:
    """A flag that did not come true (``false``), or a touch that was not flagged (``missed``)."""

    kind: str
    at: str
    household_id: str
    security_id: str
    lot_id: str
    probability: float
    why: str


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Everything a shadow period showed."""

    source: str
    simulated: bool
    tape_digest: str
    seed: int
    days: tuple[str, ...]
    ticks: int
    policies: tuple[PolicyRow, ...]
    paired: tuple[Difference, ...]
    missed: tuple[Missed, ...]
    flags: tuple[FlagTold, ...]
    flag_counts: Mapping[str, int]
    gone: tuple[Gone, ...]
    gone_taken: int
    record: TrackRecord | None
    evidence: ShadowEvidence
    gate: tuple[Criterion, ...]
    assumptions: tuple[str, ...]


ASSUMPTIONS = (
    "every order is filled at the bid or ask of the tick after the one it was decided on, whole; "
    "an order without a price by the close lapses",
    "the engine's best harvest whose band lies above zero and that breaks no hard limit is taken "
    "as approved, one at a tick; the baselines decide once a day, half an hour before the close",
    "no policy buys what a loss sale before the first day would wash; dividends are left out, they "
    "are nearly the same for all",
    "wealth: lots at the bid and cash, plus tax saved now and carried, less the present tax at the "
    "household's exit on the gain inside; liquidated: everything taxed sold on the last day",
    "tax and cost: what the policy's own sales saved, less what the lower basis gives back, less "
    "the spread; the rest of a difference in wealth is luck of what was held",
    "intervals: 95 %, bootstrap over blocks of five days; a forecast's window is scored by the "
    "lowest low seen in it, days resampled whole",
)


def scoreboard(
    shadows: Mapping[str, Shadow],
    stamps: Sequence[Stamp],
    scored: Sequence[Scored],
    *,
    source: str,
    simulated: bool,
    tape_digest: str,
    seed: int,
    ticks: int,
) -> Scoreboard:
    """Add the households up and put everything side by side."""
    names = tuple(next(iter(shadows.values())).lines)
    rows = tuple(_row(name, shadows) for name in names)
    days = tuple(day.isoformat() for day in next(iter(shadows.values())).days)
    record = track_record(scored, seed)
    mine = rows[0]
    evidence = ShadowEvidence(
        source, simulated, len(days), record, len(mine.limit_violations), mine.wash_violations
    )
    flags = _flags(stamps)
    gone = tuple(item for shadow in shadows.values() for item in shadow.gone)
    return Scoreboard(
        source=source,
        simulated=simulated,
        tape_digest=tape_digest,
        seed=seed,
        days=days,
        ticks=ticks,
        policies=rows,
        paired=_paired(names, shadows, seed),
        missed=tuple(item for shadow in shadows.values() for item in shadow.missed),
        flags=flags[:FLAGS_TOLD],
        flag_counts={
            "flagged": sum(1 for s in stamps if s.forecast.flag),
            "false": sum(1 for f in flags if f.kind == "false"),
            "missed": sum(1 for f in flags if f.kind == "missed"),
        },
        gone=gone,
        gone_taken=sum(1 for item in gone if item.taken),
        record=record,
        evidence=evidence,
        gate=gate(evidence),
        assumptions=ASSUMPTIONS,
    )


def _row(name: str, shadows: Mapping[str, Shadow]) -> PolicyRow:
    """One policy over all households."""
    lines = [shadow.lines[name] for shadow in shadows.values()]
    carried = [line.carried for line in lines]
    realized = [sold for c in carried for sold in c.household.realized[len(c.start.realized) :]]
    lost = {"short": Decimal(0), "long": Decimal(0)}
    for sold in realized:
        if sold.proceeds_usd < sold.basis_usd:
            lost[sold.term.value] += sold.basis_usd - sold.proceeds_usd
    trades = [trade for c in carried for trade in c.trades]
    return PolicyRow(
        policy=name,
        wealth_usd=_last(lines, "wealth_usd"),
        liquidated_usd=_last(lines, "liquidated_usd"),
        saved_usd=_last(lines, "saved_usd"),
        tax_and_cost_usd=_last(lines, "tax_and_cost_usd"),
        harvested_st_usd=lost["short"],
        harvested_lt_usd=lost["long"],
        disallowed_usd=sum((c.disallowed_usd for c in carried), Decimal(0)),
        cost_usd=sum((c.cost_usd for c in carried), Decimal(0)),
        traded_usd=sum((c.traded_usd for c in carried), Decimal(0)),
        sales=sum(1 for t in trades if t.side is Side.SELL),
        purchases=sum(1 for t in trades if t.side is Side.BUY),
        lapsed=sum(line.lapsed for line in lines),
        wash_violations=sum(c.washed for c in carried),
        limit_violations=tuple(limit for line in lines for limit in line.broken),
        daily=tuple(_daily(name, "tax_and_cost_usd", shadows)),
    )


def _last(lines: Sequence[object], measure: str) -> float:
    """Sum over households on the last day; 0 before the first day has ended."""
    days: list[list[Worth]] = [line.days for line in lines]  # type: ignore[attr-defined]
    return sum(float(getattr(worth[-1], measure)) for worth in days if worth)


def _daily(name: str, measure: str, shadows: Mapping[str, Shadow]) -> list[float]:
    """A measure at the end of each day, all households together."""
    lines = [shadow.lines[name].days for shadow in shadows.values()]
    return [sum(float(getattr(w, measure)) for w in day) for day in zip(*lines, strict=True)]


def _paired(
    names: Sequence[str], shadows: Mapping[str, Shadow], seed: int
) -> tuple[Difference, ...]:
    """The engine against each baseline, by each measure."""
    return tuple(
        difference(
            one,
            other,
            measure,
            _daily(one, measure, shadows),
            _daily(other, measure, shadows),
            seed,
        )
        for one, other in combinations(names, 2)
        if one == PREDICTIVE
        for measure in MEASURES
    )


def _flags(stamps: Sequence[Stamp]) -> tuple[FlagTold, ...]:
    """False flags and touches without a flag, newest first."""
    found = []
    for stamp in reversed(stamps):
        said = stamp.forecast
        if said.flag == stamp.touched:
            continue
        away = stamp.low_usd / said.threshold_usd - 1.0
        why = (
            f"{said.probability:.0%} said; the lowest was ${stamp.low_usd:,.2f}, {away:.2%} above "
            f"${said.threshold_usd:,.2f}"
            if said.flag
            else f"${said.threshold_usd:,.2f} was touched at {said.probability:.0%}, volatility "
            f"{said.vol_annual:.0%}; the lowest was {-away:.2%} below it"
        )
        found.append(
            FlagTold(
                "false" if said.flag else "missed",
                stamp.stamped_at.isoformat(),
                stamp.household_id,
                said.security_id,
                said.lot_id,
                as_float(Decimal(repr(said.probability))),
                why,
            )
        )
    return tuple(found)
