"""SHADOW is enforced, ACTIVE goes through the gate, and a lost calibration drops it back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import activation
from app.activation import GateShutError, activate, fall_back, may_export, mode
from app.book.book import SELF, Book
from app.order_flow import export_orders
from engine.proof.gate import ShadowEvidence
from engine.proof.track_record import track_record
from tests.engine.proof.test_gate import scored

AT = datetime(2026, 10, 28, 14, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    from app.office import demo_setting, seed_book

    with Book.create(tmp_path / "b.lotlight", at=AT) as found:
        seed_book(found, demo_setting().practice, AT)
        yield found  # type: ignore[misc]


def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence that passes every criterion."""
    good = ShadowEvidence("bars", False, 30, track_record(scored(30, 60), 1), 0, 0)
    monkeypatch.setattr(activation, "evidence", lambda book: good)
    monkeypatch.setattr(activation, "simulated", lambda book: False)


def test_in_shadow_an_order_for_a_custodian_is_refused_with_the_reason(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_export(book, paper=True)
    with pytest.raises(GateShutError, match=r"in SHADOW: .*paper.*shadow days: 0 \(wanted 30\)"):
        may_export(book, paper=False)
    monkeypatch.setattr("app.order_flow.simulated", lambda book: False)
    with pytest.raises(GateShutError, match="SHADOW"):
        export_orders(book, book.users()[0], AT, 30)
    assert export_orders(book, book.users()[0], AT, 30, paper=True) == ()


def test_active_is_written_with_its_audit_line_once_the_gate_is_open(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GateShutError, match="stays shut"):
        activate(book, book.users()[0].user_id, AT)
    opened(monkeypatch)
    activate(book, book.users()[0].user_id, AT)
    assert mode(book) == "active"
    may_export(book, paper=False)
    assert book.audit(1)[0].kind == "setting_saved"


def test_falling_out_of_calibration_drops_back_with_an_audit_line(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(monkeypatch)
    activate(book, book.users()[0].user_id, AT)
    monkeypatch.setattr(activation, "live_record", lambda book: track_record(scored(30, 60), 1))
    assert fall_back(book, AT) == ""
    assert mode(book) == "active"
    lost = track_record(scored(30, 60, bias=0.3, late_bias=0.3), 1)
    monkeypatch.setattr(activation, "live_record", lambda book: lost)
    why = fall_back(book, AT + timedelta(minutes=5))
    assert "calibration error" in why
    assert mode(book) == "shadow"
    line = book.audit(1)[0]
    assert line.actor == SELF
    assert "out of calibration" in line.body
