"""The columns that the Lagrangian walks over, and the words for their kinds."""

from typing import NamedTuple

from engine.kernel import IntVector, Matrix, Vector

FREE, SELL, BUY = 0, 1, 2  # direction of a group: open; losses may be sold; may be bought
ANY, LOSS, PURCHASE = 0, 1, 2  # kind of a segment
PENALTY = 1e3  # per unit of weight beyond a bound that no trade can reach


class Parts(NamedTuple):
    """The problem as columns, in shares of the book; what belongs together adjoins.

    Attributes:
        group_ptr: Names of group g are group_ptr[g] .. group_ptr[g+1].
        ptr: Segments of name i are ptr[i] .. ptr[i+1].
        cost: Cost per unit of each segment (sales and, as negative sales, purchases).
        lo: Least amount of each segment.
        hi: Most of each segment.
        eps: Curvature of each segment; used by the smoothed dual alone.
        kind: ANY, LOSS or PURCHASE of each segment.
        rows: Coupling limits G, shape (m, segments).
        limits: Right-hand sides h, shape (m,).
        loadings: Factor loadings times factor volatility, shape (names, k).
        specific: Specific variances d, shape (names,).
        start: Active weights before any trade.
        least: Lowest active weights allowed.
        most: Highest active weights allowed.
        exposure: Fixed factor exposure of what the client owns elsewhere, shape (k,).
        lam: Price of variance.
        te_room: Squared tracking limit less fixed specific variance.
    """

    group_ptr: IntVector
    ptr: IntVector
    cost: Vector
    lo: Vector
    hi: Vector
    eps: Vector
    kind: IntVector
    rows: Matrix
    limits: Vector
    loadings: Matrix
    specific: Vector
    start: Vector
    least: Vector
    most: Vector
    exposure: Vector
    lam: float
    te_room: float
