"""What all screens of one household are made from, and its weights against the target."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.planning import Planned
from engine.arrays import as_float
from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.results import Evaluation, LotSale, Proposal


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What one household's screens are made from.

    Attributes:
        prepared: The household laid out for the day.
        outlook: The market.
        evaluation: What the engine found.
        decided: Sales staged, approved or exported.
        waiting: Proposals that wait for a decision, oldest first.
        spent_usd: Costs of the harvests filled this year, as estimated when approved.
        usual_vol: Usual yearly volatility by name, in the order of the outlook.
        planned: Newest plan under the limits; ``None`` before the first solve.
    """

    prepared: Prepared
    outlook: Outlook
    evaluation: Evaluation
    decided: tuple[LotSale, ...]
    waiting: tuple[Proposal, ...]
    spent_usd: Decimal
    usual_vol: NDArray[np.float64]
    planned: Planned | None = None


def tracking_error(moment: Moment, change: NDArray[np.float64] | None = None) -> float | None:
    """Yearly tracking error of the taxed lots against the target, after a change of weights."""
    held, target = weights(moment), moment.prepared.target
    if not held.any() or not target.any():
        return None
    active = held - target + (0.0 if change is None else change)
    risk = moment.outlook.risk
    exposure = risk.loadings.T @ active
    variance = np.dot(exposure**2, risk.factor_variances)
    return float(np.sqrt(variance + np.dot(active**2, risk.specific_vol**2)))


def weights(moment: Moment) -> NDArray[np.float64]:
    """Weights of the taxed lots by name, shape (names,); zeros without any value."""
    outlook, columns = moment.outlook, moment.prepared.columns
    price = np.nan_to_num(outlook.price)
    worth = np.bincount(columns.security, columns.shares, minlength=len(price)) * price
    total = float(worth.sum())
    return worth / total if total > 0.0 else worth


def weight_change(moment: Moment, proposal: Proposal) -> NDArray[np.float64]:
    """How a proposal would move the weights of the taxed lots, shape (names,)."""
    outlook, columns = moment.outlook, moment.prepared.columns
    price = np.nan_to_num(outlook.price)
    total = float(np.dot(columns.shares, price[columns.security])) or 1.0
    change = np.zeros(len(price))
    for sale in proposal.sales:
        place = outlook.index[sale.security_id]
        change[place] -= as_float(sale.shares) * price[place] / total
    for bought in proposal.purchases:
        place = outlook.index[bought.security_id]
        change[place] += as_float(bought.shares) * price[place] / total
    return change
