"""The gate to ACTIVE: what must be shown in shadow before an order may leave for a custodian.

Each criterion is shown with what is wanted and what was found. A simulated market is refused as
evidence, whatever its figures. Active still means that a person approves, or has pre-approved.
"""

from dataclasses import dataclass

from engine.proof.track_record import TrackRecord


@dataclass(frozen=True, slots=True)
class GateTerms:
    """What the practice asks for; these are the least a practice may ask."""

    shadow_days: int = 30
    forecasts: int = 1_000
    worst_calibration_error: float = 0.05


@dataclass(frozen=True, slots=True)
class ShadowEvidence:
    """What a shadow period has shown.

    Attributes:
        source: Where the prices came from, in words.
        simulated: Whether they were made up.
        days: Days on which every policy was carried forward.
        record: Track record of the forecasts stamped on those days; ``None`` without any.
        limit_violations: Limits that predictive's own trades broke.
        wash_violations: Losses of predictive's own sales that a purchase took away.
    """

    source: str
    simulated: bool
    days: int
    record: TrackRecord | None
    limit_violations: int
    wash_violations: int


NOTHING = ShadowEvidence("no shadow period", False, 0, None, 0, 0)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of the gate.

    Attributes:
        name: What is asked.
        wanted: What is wanted, in words.
        found: What was found, in words.
        passed: Whether it is met.
        keeps: Whether losing it later drops an active practice back to shadow.
    """

    name: str
    wanted: str
    found: str
    passed: bool
    keeps: bool = False


def gate(evidence: ShadowEvidence, terms: GateTerms = GateTerms()) -> tuple[Criterion, ...]:
    """Every criterion, passed or not; simulated evidence passes none that rests on prices."""
    real = not evidence.simulated
    return (
        Criterion(
            "Evidence",
            "real prices",
            f"{evidence.source}: simulated, refused" if evidence.simulated else evidence.source,
            real and evidence.days > 0,
        ),
        Criterion(
            "Shadow days",
            f"{terms.shadow_days}",
            f"{evidence.days}",
            real and evidence.days >= terms.shadow_days,
        ),
        *_calibration(evidence.record, terms, real),
        Criterion(
            "Limits",
            "none violated",
            f"{evidence.limit_violations} violated",
            real and evidence.days > 0 and evidence.limit_violations == 0,
        ),
        Criterion(
            "Wash sales",
            "none caused",
            f"{evidence.wash_violations} caused",
            real and evidence.days > 0 and evidence.wash_violations == 0,
        ),
    )


def _calibration(record: TrackRecord | None, terms: GateTerms, real: bool) -> tuple[Criterion, ...]:
    """What the forecasts must have shown."""
    worst = terms.worst_calibration_error
    count = record.n if record else 0
    if record is None:
        error = skill = drift = "no forecast scored"
    else:
        error = f"{record.ece:.1%}"
        skill = f"{record.skill.value:+.1%} ({record.skill.low:+.1%} to {record.skill.high:+.1%})"
        drift = f"{record.drift.newest:+.1%} in the newest days, {record.drift.sigmas:+.1f} sigma"
    return (
        Criterion(
            "Forecasts scored",
            f"{terms.forecasts:,}",
            f"{count:,}",
            real and count >= terms.forecasts,
        ),
        Criterion(
            "Calibration error",
            f"at most {worst:.0%}",
            error,
            real and record is not None and record.ece <= worst,
            keeps=True,
        ),
        Criterion(
            "Skill over the base rate",
            "interval above 0",
            skill,
            real and record is not None and record.skill.low > 0.0,
        ),
        Criterion(
            "Drift of the forecasts",
            "no alarm",
            drift,
            real and record is not None and not record.drift.alarm,
            keeps=True,
        ),
    )


def passed(criteria: tuple[Criterion, ...]) -> bool:
    """Whether ACTIVE may be turned on."""
    return bool(criteria) and all(item.passed for item in criteria)


def refusal(criteria: tuple[Criterion, ...]) -> str:
    """Why ACTIVE is refused, in one sentence; "" where it is not."""
    missing = [f"{c.name.lower()}: {c.found} (wanted {c.wanted})" for c in criteria if not c.passed]
    return "; ".join(missing)


def fallen(record: TrackRecord | None, terms: GateTerms = GateTerms()) -> str:
    """Why an active practice drops back to shadow; "" while the calibration holds."""
    if record is None or record.n < terms.forecasts:
        return ""
    lost = [c for c in _calibration(record, terms, real=True) if c.keeps and not c.passed]
    return "; ".join(f"{c.name.lower()} {c.found} (wanted {c.wanted})" for c in lost)
