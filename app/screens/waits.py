"""Harvest now or wait: the net alpha of one proposal if it were made later in the session.

Along the shared simulated paths the price moves, and with it the loss; the curve is what the
harvest would be worth at each half hour if it were made then, whatever happened. Prices carry no
drift, so the mean is nearly flat and the fan says the risk: waiting pays only where the law or the
cost changes on the way.
"""

from datetime import timedelta

import numpy as np

from app.screens.moment import Moment
from engine.arrays import as_float
from engine.results import Proposal
from widgets.views import WaitCurve


def wait_curve(moment: Moment, place: int, proposal: Proposal) -> WaitCurve:
    """The curve of the proposal's security, from now to the end of the simulated window."""
    outlook, columns = moment.outlook, moment.prepared.columns
    name = int(columns.security[place])
    price = float(outlook.price[name])
    shares = sum(as_float(sale.shares) for sale in proposal.sales)
    basis = sum(as_float(sale.basis_usd) for sale in proposal.sales)
    now = as_float(proposal.alpha.net_usd)
    worth = _per_dollar(proposal)
    later = price * outlook.relatives[:, :, name].astype(np.float64)
    alpha = now + worth * shares * (price - later)
    hours = np.concatenate([[0.0], outlook.hours])
    mean = np.concatenate([[now], alpha.mean(axis=0)])
    low, high = (np.concatenate([[now], np.quantile(alpha, q, axis=0)]) for q in (0.05, 0.95))
    best = int(np.argmax(mean))
    gone = later[:, best - 1] * shares >= basis if best else np.zeros(1, dtype=np.bool_)
    spread = alpha[:, best - 1].std() / np.sqrt(len(alpha)) if best else 0.0
    return WaitCurve(
        hours=hours,
        mean_usd=mean,
        low_usd=low,
        high_usd=high,
        now_usd=now,
        best_hours=float(hours[best]),
        gain_usd=float(mean[best] - now),
        gain_band_usd=float(1.96 * spread),
        recover_probability=float(gone.mean()),
        best_at=outlook.as_of + timedelta(hours=float(hours[best])),
        threshold_usd=as_float(proposal.limit_usd) if proposal.kind == "flag" else 0.0,
    )


def _per_dollar(proposal: Proposal) -> float:
    """Benefit of one more dollar of loss, at the proposal's own average."""
    loss = -sum(as_float(sale.est_gain_usd) for sale in proposal.sales)
    return as_float(proposal.alpha.benefit_usd) / loss if loss > 0.0 else 0.0
