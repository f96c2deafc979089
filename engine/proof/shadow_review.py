"""What the engine left, and what only an intraday look could have taken, with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.arrays import as_float, dollars
from engine.decision.lot_state import LotState
from engine.decision.outlook import Floats, Outlook
from engine.decision.prepare import Prepared
from engine.proof.shadow_ledger import Order
from engine.records import Quote


@dataclass(frozen=True, slots=True)
class Missed:
    """A loss that a baseline took while the engine held the same lot and left it."""

    policy: str
    on: str
    security_id: str
    lot_id: str
    loss_usd: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A threshold touched within a day whose close was above it again.

    Attributes:
        loss_usd: Loss at the threshold.
        kept_usd: Loss still there at the close (0 for none).
        taken: Whether the engine's ledger sold the lot that day.
    """

    on: str
    security_id: str
    lot_id: str
    threshold_usd: Decimal
    low_usd: Decimal
    close_usd: Decimal
    loss_usd: Decimal
    kept_usd: Decimal
    taken: bool


def missed(
    policy: str,
    orders: Sequence[Order],
    prepared: Prepared,
    state: LotState,
    outlook: Outlook,
    waiting: set[str],
) -> list[Missed]:
    """Loss sales of a baseline whose lots the engine holds and has not decided to sell.

    Args:
        policy: The baseline.
        orders: What it wants.
        prepared: The engine's household.
        state: Where the engine's lots stand.
        outlook: The market.
        waiting: Lots that the engine has already ordered to be sold.
    """
    place = {lot.lot_id: i for i, lot in enumerate(prepared.lots)}
    found = []
    for lot_id in (lot_id for order in orders for lot_id, _ in order.sales):
        i = place.get(lot_id)
        if i is None or lot_id in waiting or not state.loss[i] > 0.0:
            continue
        found.append(
            Missed(
                policy,
                outlook.today.isoformat(),
                prepared.lots[i].security_id,
                lot_id,
                dollars(float(state.loss[i])),
                _why(i, prepared, state),
            )
        )
    return found


def _why(i: int, prepared: Prepared, state: LotState) -> str:
    """Why the engine leaves a lot with a loss alone."""
    lot = prepared.lots[i]
    if prepared.washed[i]:
        block = next((b for b in prepared.blocks if b.lot_id == lot.lot_id), None)
        until = f" until {block.safe_from}" if block is not None else ""
        return f"a purchase of the last 30 days would wash it{until}"
    if prepared.kept[i]:
        return "a limit of the client forbids the sale"
    if state.threshold[i] <= 0.0:
        return "a harvest of it never pays at this client's rates"
    if not state.ready[i]:
        basis = as_float(lot.basis_usd / lot.shares)
        down, line = 1.0 - state.price[i] / basis, 1.0 - state.threshold[i] / basis
        return f"down {down:.1%}; waiting is worth more until {line:.1%}"
    return "ready, but another harvest was better or its alpha too small at that tick"


@dataclass(slots=True)
class DayLows:
    """Lots that were not ready in the morning, with the lows of the day.

    Attributes:
        on: Day.
        lots: (lot id, security id, shares, basis of a share, threshold) of each.
        low: Lowest price seen by security.
    """

    on: str
    lots: tuple[tuple[str, str, Decimal, float, float], ...]
    low: dict[str, Decimal]

    @classmethod
    def morning(cls, prepared: Prepared, state: LotState, outlook: Outlook) -> "DayLows":
        """Note the thresholds of the first tick."""
        free = np.isfinite(state.price) & ~prepared.washed & ~prepared.kept
        chosen = np.flatnonzero(free & ~state.ready & (state.threshold > 0.0))
        basis: Floats = prepared.columns.basis_usd / prepared.columns.shares
        return cls(
            outlook.today.isoformat(),
            tuple(
                (
                    prepared.lots[i].lot_id,
                    prepared.lots[i].security_id,
                    prepared.lots[i].shares,
                    float(basis[i]),
                    float(state.threshold[i]),
                )
                for i in chosen
            ),
            {},
        )

    def see(self, quotes: Mapping[str, Quote]) -> None:
        """Keep the lows."""
        for name, quote in quotes.items():
            if quote.state.actionable:
                lowest = min(quote.low_usd, quote.last_usd)
                self.low[name] = min(lowest, self.low.get(name, lowest))

    def gone(self, quotes: Mapping[str, Quote], sold: set[str]) -> list[Gone]:
        """Thresholds touched, with a close above them."""
        found = []
        for lot_id, name, shares, basis, threshold in self.lots:
            low, close = self.low.get(name), quotes.get(name)
            if low is None or close is None:
                continue
            if float(low) <= threshold < float(close.last_usd):
                size = float(shares)
                found.append(
                    Gone(
                        self.on,
                        name,
                        lot_id,
                        dollars(threshold),
                        low,
                        close.last_usd,
                        dollars((basis - threshold) * size),
                        dollars(max(0.0, (basis - float(close.last_usd)) * size)),
                        lot_id in sold,
                    )
                )
        return found
