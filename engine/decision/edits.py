"""A proposal with fewer shares or another limit, priced again by the household's own bill."""

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from engine.decision.alpha import TradeCosts, band, results_of, value
from engine.decision.prepare import Prepared
from engine.decision.settings import DecisionSettings
from engine.errors import UserError
from engine.records import CENT, ZERO
from engine.results import LotSale, Proposal

MICRO = Decimal("0.000001")
COSTS = ("spread_usd", "commission_usd", "impact_usd", "tracking_usd")


def resized(
    prepared: Prepared,
    settings: DecisionSettings,
    proposal: Proposal,
    shares: Decimal,
    limit_usd: Decimal,
    seed: int,
) -> Proposal:
    """The proposal for so many shares at that limit.

    Lots are taken in the order of the proposal; replacements and costs shrink with the shares.

    Args:
        prepared: The household with what else is decided counted in.
        settings: Choices of the practice.
        proposal: As it stands.
        shares: Shares to sell in all, above 0 and at most those of the proposal.
        limit_usd: Limit price of the sale, above 0.
        seed: Seed of the band.

    Raises:
        UserError: If the shares or the limit are out of bounds.
    """
    whole = sum((sale.shares for sale in proposal.sales), ZERO)
    if not ZERO < shares <= whole:
        raise UserError(f"{shares} shares: sell more than 0 and at most {whole.normalize():f}")
    if limit_usd <= 0:
        raise UserError(f"a limit of {limit_usd}: write a price above 0")
    share = shares / whole
    sales = _sales(proposal, shares, limit_usd)
    costs = TradeCosts(*((getattr(proposal.alpha, name) * share).quantize(CENT) for name in COSTS))
    alpha = value(prepared.tax, sales, costs, settings.top_rate)
    low, high = band(prepared.tax, alpha, results_of(sales), seed)
    return replace(
        proposal,
        sales=sales,
        purchases=tuple(
            replace(bought, shares=(bought.shares * share).quantize(MICRO, ROUND_FLOOR))
            for bought in proposal.purchases
        ),
        alpha=alpha,
        alpha_low_usd=low,
        alpha_high_usd=high,
        limit_usd=limit_usd,
    )


def _sales(proposal: Proposal, shares: Decimal, limit_usd: Decimal) -> tuple[LotSale, ...]:
    """The first lots of the proposal up to so many shares, at the limit."""
    found, left = [], shares
    for sale in proposal.sales:
        taken = min(sale.shares, left)
        if taken <= 0:
            break
        left -= taken
        basis = (sale.basis_usd * taken / sale.shares).quantize(CENT)
        gain = (taken * limit_usd).quantize(CENT) - basis
        found.append(replace(sale, shares=taken, basis_usd=basis, est_gain_usd=gain))
    return tuple(found)
