"""The chance that a whole sector of a household reaches its loss threshold, hour by hour.

A sector touches when the loss of its taxed lots together reaches the threshold at a simulated step:
not every name, not the average of their chances. Shared paths carry the co-movement.
"""

import numpy as np

from engine.decision.outlook import Outlook
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings


def sector_probability(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings
) -> dict[str, tuple[float, ...]]:
    """Chance of a touch up to each simulated step, by sector, sectors by name."""
    columns = prepared.columns
    price = np.nan_to_num(outlook.price)
    held = np.bincount(columns.security, columns.shares, minlength=len(outlook.names)) * price
    basis = np.bincount(columns.security, columns.basis_usd, minlength=len(outlook.names))
    sector = np.array([outlook.securities[name].sector for name in outlook.names])
    found = {}
    for name in sorted({s for s in sector[held > 0.0] if s}):
        mine = np.flatnonzero((sector == name) & (held > 0.0))
        worth = outlook.relatives[:, :, mine] @ held[mine].astype(np.float32)
        limit = basis[mine].sum() * (1.0 - settings.default_threshold)
        touched = np.logical_or.accumulate(worth <= limit, axis=1)
        found[name] = tuple(float(share) for share in touched.mean(axis=0))
    return found
