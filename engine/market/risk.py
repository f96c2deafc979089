"""Which names move together: market, one sector, a few statistical factors, and the rest.

The correlation of daily returns is shrunk towards independence (Ledoit & Wolf 2004, "A
well-conditioned estimator for large-dimensional covariance matrices"), then taken apart in order:
the market's average, each sector's average of what is left, the largest common movements of what
is left after that. Residual correlations are dropped, so that S = L diag(f) L' + diag(d) is
positive definite by construction.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import eigsh

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SESSIONS_A_YEAR = 252.0
LEAST_SPECIFIC = 0.05
LEAST_SESSIONS = 20


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """Yearly covariance in factor form.

    Attributes:
        loadings: Shape (names, factors).
        factor_variances: Yearly variances of the factors, shape (factors,).
        specific_vol: Yearly volatility of what the factors leave, shape (names,).
    """

    loadings: Floats
    factor_variances: Floats
    specific_vol: Floats

    def covariance(self) -> Floats:
        """The whole matrix, shape (names, names), for tests and small sets."""
        common = (self.loadings * self.factor_variances) @ self.loadings.T
        return np.asarray(common + np.diag(self.specific_vol**2))

    def volatility(self) -> Floats:
        """Yearly volatility of each name, shape (names,)."""
        common = (self.loadings**2) @ self.factor_variances
        return np.asarray(np.sqrt(common + self.specific_vol**2))

    def standardised(self) -> tuple[Floats, Floats]:
        """Loadings and specific part of returns scaled to variance 1, for the path kernel."""
        vol = self.volatility()
        scaled = self.loadings * np.sqrt(self.factor_variances) / vol[:, None]
        return np.asarray(scaled), np.asarray(self.specific_vol / vol)

    def variance(self, active: Floats) -> float:
        """Yearly variance of active weights, shape (names,)."""
        exposure = self.loadings.T @ active
        common = np.dot(exposure**2, self.factor_variances)
        return float(common + np.dot(active**2, self.specific_vol**2))


def ledoit_wolf(returns: Floats) -> tuple[Floats, float]:
    """Shrunk covariance of centred columns and the weight of the target.

    Args:
        returns: Observations in rows, shape (sessions, names).

    Returns:
        Covariance (divisor n), shape (names, names), and the shrinkage in [0, 1] towards the mean
        variance times the identity.
    """
    centred = returns - returns.mean(axis=0)
    count, names = centred.shape
    sample = centred.T @ centred / count
    mean = float(np.trace(sample)) / names
    spread = float(np.sum(sample**2)) / names - mean**2
    fourth = float(np.sum((centred**2).T @ (centred**2))) / count
    error = (fourth - float(np.sum(sample**2))) / (count * names)
    weight = 0.0 if spread <= 0.0 else min(1.0, max(0.0, error / spread))
    return (1.0 - weight) * sample + weight * mean * np.eye(names), weight


def risk_model(
    returns: Floats, sector: Ints, vol_annual: Floats | None = None, statistical: int = 4
) -> RiskModel:
    """Estimate the model.

    Args:
        returns: Daily returns, NaN where a name did not trade, shape (sessions, names).
        sector: Number of each name's sector, negative for none, shape (names,).
        vol_annual: Volatility to scale the correlations with; by default that of the returns.
            A name with fewer than 20 returns takes the median volatility and no statistical factor.
        statistical: Statistical factors beside market and sectors.
    """
    known = np.isfinite(returns)
    filled = np.where(known, returns, 0.0)
    counts = known.sum(axis=0)
    vol = np.sqrt((filled**2).sum(axis=0) / np.maximum(counts, 1) * SESSIONS_A_YEAR)
    enough = (counts >= LEAST_SESSIONS) & (vol > 0.0)
    vol = np.where(enough, vol, np.median(vol[enough]) if enough.any() else 0.3)
    standard = filled / vol * np.sqrt(SESSIONS_A_YEAR)
    shrunk, _ = ledoit_wolf(standard) if len(returns) > 1 else (np.eye(len(vol)), 1.0)
    scale = np.sqrt(np.diag(shrunk))
    scale = np.where(scale > 0.0, scale, 1.0)
    left = shrunk / np.outer(scale, scale)
    np.fill_diagonal(left, 1.0)
    columns, left = _averages(left, sector)
    columns += _statistical(left, statistical, enough)
    loadings = np.column_stack(columns)
    explained = np.sum(loadings**2, axis=1)
    loadings *= np.sqrt(np.minimum(1.0, (1.0 - LEAST_SPECIFIC) / np.maximum(explained, 1e-12)))[
        :, None
    ]
    specific = np.sqrt(np.maximum(LEAST_SPECIFIC, 1.0 - np.sum(loadings**2, axis=1)))
    target = vol if vol_annual is None else np.where(np.isfinite(vol_annual), vol_annual, vol)
    return RiskModel(loadings * target[:, None], np.ones(loadings.shape[1]), specific * target)


def _averages(left: Floats, sector: Ints) -> tuple[list[Floats], Floats]:
    """Loadings on the market and on each sector, and the correlation they leave."""
    names = len(left)
    groups = [np.ones(names, dtype=np.bool_)]
    groups += [sector == s for s in np.unique(sector[sector >= 0]) if np.sum(sector == s) > 1]
    columns: list[Floats] = []
    for members in groups:
        weight = members / members.sum()
        variance = float(weight @ left @ weight)
        if variance <= 0.0:
            continue
        loading = np.where(members, left @ weight, 0.0) / np.sqrt(variance)
        left = left - np.outer(loading, loading)
        columns.append(loading)
    return columns, left


def _statistical(left: Floats, count: int, enough: NDArray[np.bool_]) -> list[Floats]:
    """The largest common movements of what is left between names, own variance put aside."""
    common = left * np.outer(enough, enough)
    np.fill_diagonal(common, 0.0)
    if len(common) > 64:  # Lanczos: the largest few of many; a fixed start keeps it deterministic
        values, vectors = eigsh(common, k=count, which="LA", v0=np.ones(len(common)))
    else:
        values, vectors = np.linalg.eigh(common)
    order = np.argsort(-values)[:count]
    return [
        np.sqrt(values[i]) * vectors[:, i] * np.sign(vectors[np.argmax(np.abs(vectors[:, i])), i])
        for i in order
        if values[i] > 0.0
    ]
