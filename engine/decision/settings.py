"""What the practice has chosen for every decision; handed in, never read from the world."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class DecisionSettings:
    """Choices that every evaluation carries, with their defaults.

    Attributes:
        window_hours: Session hours ahead that a flag looks.
        flag_probability: Chance of a touch at which a lot is flagged for pre-approval.
        default_threshold: Loss as a fraction of basis at which a lot is ready where the
            now-or-wait table gives no price.
        lockout_days: Calendar days in which a replacement must be kept (the wash-sale window).
        risk_aversion: Dollars per dollar of portfolio and unit of tracking variance a year.
        commission_usd: Commission of one order.
        impact_coefficient: Square-root impact, in daily standard deviations at Q = ADV.
        minimum_alpha_usd: Net alpha below which nothing is proposed.
        proposal_minutes: Minutes until a proposal expires.
        substitutes: Most names in one replacement.
        most_proposals: Most harvests valued exactly at one tick, best by screening first.
        top_rate: Rate that "loss x top rate" would use; shown beside ours, used for nothing.
    """

    window_hours: float = 3.0
    flag_probability: float = 0.80
    default_threshold: float = 0.05
    lockout_days: int = 31
    risk_aversion: float = 10.0
    commission_usd: Decimal = Decimal(0)
    impact_coefficient: float = 1.0
    minimum_alpha_usd: Decimal = Decimal(5)
    proposal_minutes: int = 30
    substitutes: int = 3
    top_rate: float = 0.408
    most_proposals: int = 40
