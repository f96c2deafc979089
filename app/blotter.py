"""The ways of a proposal and of an order: pure folds over what has been written down.

A proposal waits for a person; an order waits for the custodian. Neither stores a state of its own:
the state is what the events say. Fills are a set, keyed by execution id, so that the same fill told
twice, or fills told in another order, come to the same; a bust takes a fill out, a correction
replaces it. No event leads out of a terminal state except a bust or a correction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.errors import UserError
from engine.records import ZERO
from engine.results import ProposalState

_OPEN = frozenset({ProposalState.PROPOSED, ProposalState.STAGED, ProposalState.DEFERRED})
_SIGNABLE = _OPEN | {ProposalState.APPROVED}

# step: (states it may be taken from, state it leads to; None = stays)
STEPS: dict[str, tuple[frozenset[ProposalState], ProposalState | None]] = {
    "stage": (
        frozenset({ProposalState.PROPOSED, ProposalState.DEFERRED}),
        ProposalState.STAGED,
    ),
    "approve": (_OPEN, ProposalState.APPROVED),
    "reject": (_OPEN, ProposalState.REJECTED),
    "defer": (
        frozenset({ProposalState.PROPOSED, ProposalState.STAGED}),
        ProposalState.DEFERRED,
    ),
    "withdraw": (_SIGNABLE, ProposalState.WITHDRAWN),
    "expire": (_SIGNABLE, ProposalState.EXPIRED),
    "edit": (_OPEN, None),
    "export": (frozenset({ProposalState.APPROVED}), ProposalState.EXPORTED),
}


class UnlawfulStepError(UserError):
    """A proposal cannot take that step from where it stands."""

    def __init__(self, proposal_id: str, state: ProposalState, step: str) -> None:
        """Say where it stands and which steps are open."""
        lawful = [name for name, (sources, _) in STEPS.items() if state in sources]
        ways = f"it may {', '.join(lawful)}" if lawful else "nothing more can be decided on it"
        super().__init__(f"proposal {proposal_id} is {state}: it cannot {step}; {ways}")


def proposal_step(proposal_id: str, state: ProposalState, step: str) -> ProposalState:
    """State of a proposal after a step.

    Raises:
        UnlawfulStepError: The step is not open from that state, or there is no such step.
    """
    sources, target = STEPS.get(step, (frozenset(), None))
    if state not in sources:
        raise UnlawfulStepError(proposal_id, state, step)
    return state if target is None else target


class OrderStatus(StrEnum):
    """Where an order stands (FIX 4.4 OrdStatus in the reference, section 3.1)."""

    EXPORTED = "exported"
    SENT = "sent"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    DONE_FOR_DAY = "done_for_day"
    PENDING_CANCEL = "pending_cancel"
    PENDING_REPLACE = "pending_replace"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def terminal(self) -> bool:
        """Whether nothing but a bust or a correction can follow."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED}
)
FILL, BUST, CORRECT = "fill", "bust", "correct"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """Something the custodian or we said of an order.

    Attributes:
        event_id: Identity: the execution id for fills, anything unique otherwise; the same id and
            kind twice is once.
        kind: ``fill``, ``bust``, ``correct`` or the name of an ``OrderStatus``.
        at: When, UTC.
        shares: Shares of a fill or of its correction, > 0.
        price_usd: Price of a share.
        refers_to: Execution id that a bust or correction speaks of.
        note: The custodian's text.
    """

    event_id: str
    kind: str
    at: datetime
    shares: Decimal = ZERO
    price_usd: Decimal = ZERO
    refers_to: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as its events tell it: ordered = filled + leaves + cancelled.

    Attributes:
        status: Where it stands.
        ordered_shares: As approved.
        filled_shares: Sum of the live fills (never above ordered).
        leaves_shares: Still to fill; 0 once it is closed.
        cancelled_shares: Given up by a cancel, a rejection or an expiry.
        over_shares: Filled beyond the order: for a person to look at.
        fills: Live fills (execution id, shares, price), by time and id.
    """

    status: OrderStatus
    ordered_shares: Decimal
    filled_shares: Decimal
    leaves_shares: Decimal
    cancelled_shares: Decimal
    over_shares: Decimal
    fills: tuple[tuple[str, Decimal, Decimal], ...]


def fold(ordered_shares: Decimal, events: Iterable[OrderEvent]) -> OrderState:
    """State of an order after its events, in the order they were written down."""
    once: dict[tuple[str, str], OrderEvent] = {}
    for event in events:
        once.setdefault((event.kind, event.event_id), event)
    told = tuple(once.values())
    live = _live_fills(told)
    total = sum((shares for _, shares, _ in live), ZERO)
    filled = min(total, ordered_shares)
    status = _status(ordered_shares, filled, told)
    left = ordered_shares - filled
    return OrderState(
        status=status,
        ordered_shares=ordered_shares,
        filled_shares=filled,
        leaves_shares=ZERO if status.terminal else left,
        cancelled_shares=left if status.terminal else ZERO,
        over_shares=total - filled,
        fills=live,
    )


def _live_fills(told: Iterable[OrderEvent]) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Fills that stand: busted ones out, corrected ones as the latest correction says."""
    events = list(told)
    busted = {event.refers_to for event in events if event.kind == BUST}
    corrected: dict[str, OrderEvent] = {}
    for event in sorted(events, key=lambda event: (event.at, event.event_id)):
        if event.kind == CORRECT:
            corrected[event.refers_to] = event
    fills = sorted(
        (event for event in events if event.kind == FILL and event.event_id not in busted),
        key=lambda event: (event.at, event.event_id),
    )
    stands = [(event.event_id, corrected.get(event.event_id, event)) for event in fills]
    return tuple((exec_id, event.shares, event.price_usd) for exec_id, event in stands)


def _status(ordered: Decimal, filled: Decimal, told: Iterable[OrderEvent]) -> OrderStatus:
    """The first terminal word stands; else fills speak before the latest word of the custodian."""
    said = [OrderStatus(event.kind) for event in told if event.kind not in (FILL, BUST, CORRECT)]
    if filled == ordered:
        return OrderStatus.FILLED
    for status in said:
        if status.terminal and status is not OrderStatus.FILLED:
            return status
    latest = next((s for s in reversed(said) if s is not OrderStatus.FILLED), OrderStatus.EXPORTED)
    waiting = (OrderStatus.EXPORTED, OrderStatus.SENT, OrderStatus.WORKING)
    return OrderStatus.PARTIALLY_FILLED if filled and latest in waiting else latest
