"""The two lists of a day: lots not to be sold at a loss, securities not to be bought.

A lot is on the first when identical shares, bought in the window before by anyone of the household,
would replace it (26 U.S.C. 1091(a)); a security is on the second when a loss of the window before
would be lost on it. Each line says what caused it, who bought or sold, and the day from which it is
lifted: the last purchase or sale + window + 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from engine.law.identical import IdenticalGroups
from engine.law.wash_index import Bought, Group, LossSold, WashIndex, index
from engine.records import ZERO, Household, Lot
from engine.results import WashBlock, WashConfidence

SELL_BLOCK, BUY_BLOCK = "do_not_sell_at_loss", "do_not_buy"
CITATION = "26 U.S.C. 1091(a); Reg. 1.1091-1"
PLAN_CITATION = "26 U.S.C. 1091(a); Rev. Rul. 2008-5"


def blocks(
    household: Household, on: date, window_days: int, identical: IdenticalGroups | None = None
) -> tuple[WashBlock, ...]:
    """Both lists of a household for a day; see ``index_blocks``."""
    return index_blocks(index(household, window_days, identical), on)


def index_blocks(
    known: WashIndex, on: date, security_ids: Iterable[str] | None = None
) -> tuple[WashBlock, ...]:
    """Lots not to be sold at a loss and securities not to be bought on a day.

    Args:
        known: The household's index.
        on: Trade date asked about.
        security_ids: Only the identical groups of these (after a staged trade); all by default.

    Returns:
        One block a lot and one a security, each with the date from which it is lifted.
    """
    keys = (
        known.groups
        if security_ids is None
        else sorted({known.identical.group(security) for security in security_ids})
    )
    found: list[WashBlock] = []
    for key in keys:
        group = known.groups.get(key, Group())
        found += _sell_blocks(known, group, on)
        found += _buy_blocks(known, group, on)
    return tuple(found)


def _sell_blocks(known: WashIndex, group: Group, on: date) -> list[WashBlock]:
    """Lots whose loss would be washed by a purchase of the window before."""
    window, found = timedelta(days=known.window_days), []
    recent = [bought for bought in group.bought if on - window <= bought.on <= on]
    if not recent:
        return []
    for lot in group.lots:
        made = [] if lot.account_id in known.swallows else known.replacing(lot, on)
        if made:
            last = made[-1]
            found.append(
                WashBlock(
                    lot.security_id,
                    lot.lot_id,
                    SELL_BLOCK,
                    _cause(made),
                    last.account_id,
                    last.on + window + timedelta(days=1),
                    _confidence(known, lot, made),
                    _citation(known, made),
                )
            )
    return found


def _cause(made: Sequence[Bought]) -> str:
    """Recent purchases in words."""
    said = "; ".join(
        f"{x.shares.normalize():f} {x.security_id} bought on {x.on} in {x.account_id}" for x in made
    )
    return f"{said}: wait, or sell those shares in the same order"


def _confidence(known: WashIndex, lot: Lot, made: Iterable[Bought]) -> WashConfidence:
    """The surest of the purchases decides: one firm match is enough to wash."""
    found = WashConfidence.JUDGEMENT
    for bought in made:
        if bought.security_id == lot.security_id:
            open_point = bought.on < lot.acquired_on or bought.account_id in known.related
            if not open_point:
                return WashConfidence.FIRM
            found = WashConfidence.CONVENTION
    return found


def _citation(known: WashIndex, made: Iterable[Bought]) -> str:
    """Sections relied on; a plan's purchase loses the loss for good."""
    plan = any(bought.account_id in known.swallows for bought in made)
    return PLAN_CITATION if plan else CITATION


def _buy_blocks(known: WashIndex, group: Group, on: date) -> list[WashBlock]:
    """Securities whose purchase would wash a loss of the window before."""
    window = timedelta(days=known.window_days)
    recent = [loss for loss in group.sold if on - window <= loss.line.sold_on <= on]
    if not recent:
        return []
    last = recent[-1].line
    sold = {loss.line.security_id for loss in recent}
    return [
        WashBlock(
            security_id,
            "",
            BUY_BLOCK,
            _loss_cause(recent),
            last.account_id,
            last.sold_on + window + timedelta(days=1),
            WashConfidence.FIRM if security_id in sold else WashConfidence.JUDGEMENT,
            CITATION,
        )
        for security_id in sorted(known.identical.members(last.security_id) | sold)
    ]


def _loss_cause(recent: Sequence[LossSold]) -> str:
    """Recent losses in words."""
    total = sum((loss.loss_usd for loss in recent), ZERO)
    last = recent[-1].line
    return (
        f"a loss of {total:,.2f} on {last.security_id}, last sold on {last.sold_on}, is still open"
    )
