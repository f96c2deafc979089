"""The gate to ACTIVE, and the track record it reads."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from engine.proof.gate import NOTHING, GateTerms, ShadowEvidence, fallen, gate, passed, refusal
from engine.proof.track_record import Scored, track_record

START = date(2025, 9, 1)


def scored(days: int, each: int, bias: float = 0.0, late_bias: float = 0.0) -> list[Scored]:
    """Forecasts whose outcomes come with the chance said less the bias."""
    rng = np.random.default_rng(7)
    found = []
    for day in range(days):
        off = late_bias if day >= days - 5 else bias
        for i in range(each):
            p = float(rng.beta(0.5, 0.5))
            came = bool(rng.random() < np.clip(p - off, 0.0, 1.0))
            on = START + timedelta(days=day)
            hours, vol = (3.0, 0.3) if i % 2 else (0.5, 0.7)
            found.append(Scored(on, f"N{i % 5}", "Energy", hours, vol, p, came))
    return found


def evidence(**changed: object) -> ShadowEvidence:
    good = ShadowEvidence("bars", False, 30, track_record(scored(30, 60), 1), 0, 0)
    return replace(good, **changed)  # type: ignore[arg-type]


def names_missing(found: ShadowEvidence) -> set[str]:
    return {c.name for c in gate(found) if not c.passed}


def test_thirty_calibrated_days_on_real_prices_open_the_gate() -> None:
    assert passed(gate(evidence()))
    assert refusal(gate(evidence())) == ""


def test_simulated_evidence_is_refused_and_named_whatever_its_figures() -> None:
    found = gate(evidence(simulated=True))
    assert not any(c.passed for c in found)
    assert "simulated, refused" in next(c.found for c in found if c.name == "Evidence")


def test_each_criterion_shuts_the_gate_alone() -> None:
    assert names_missing(evidence(days=29)) == {"Shadow days"}
    assert names_missing(evidence(limit_violations=1)) == {"Limits"}
    assert names_missing(evidence(wash_violations=1)) == {"Wash sales"}
    off = track_record(scored(30, 60, bias=0.2, late_bias=0.2), 1)
    assert "Calibration error" in names_missing(evidence(record=off))
    few = track_record(scored(30, 2), 1)
    assert "Forecasts scored" in names_missing(evidence(record=few))


def test_without_evidence_nothing_passes() -> None:
    assert not any(c.passed for c in gate(NOTHING))


def test_leaving_the_calibration_raises_the_drift_alarm_and_drops_back() -> None:
    steady = track_record(scored(30, 60), 1)
    drifting = track_record(scored(30, 60, late_bias=0.25), 1)
    assert steady is not None
    assert not steady.drift.alarm
    assert drifting is not None
    assert drifting.drift.alarm
    assert fallen(steady) == ""
    assert "drift" in fallen(drifting)
    assert fallen(drifting, GateTerms(forecasts=10**9)) == ""  # too few to judge


def test_groups_count_every_forecast_once_by_each_kind() -> None:
    record = track_record(scored(12, 20), 1)
    assert record is not None
    for kind in ("horizon", "volatility", "sector"):
        assert sum(g.n for g in record.groups if g.kind == kind) == record.n
    labels = [g.label for g in record.groups if g.kind == "horizon"]
    assert labels == ["under 1 h", "3 h"]
