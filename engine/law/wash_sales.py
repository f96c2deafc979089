"""Wash sales: losses that a repurchase takes away, for now or for good.

A loss is disallowed as far as substantially identical shares are bought within 30 days before or
after the sale (26 U.S.C. 1091(a)): 61 calendar days, by trade date. It is added to the basis of
the replacement shares (1091(d)), whose holding period starts earlier by the days that the shares
sold were held (1223(3)).

*Whose purchases.* Those of the client, the spouse, every IRA or other plan, and controlled
entities, at any custodian; a reinvested dividend is a purchase. Gifts, inheritances, splits and
transfers in kind are not (1091(a): "acquired by purchase or by an exchange on which the entire
amount of gain or loss was recognized").

*Which shares.* Share for share, earliest purchase first against earliest-acquired shares sold
(Reg. 1.1091-1(b), (c), (d)). Three kinds of shares replace nothing: those of the same purchase as
the shares sold (Rev. Rul. 56-602), those that have replaced others already (1.1091-1(e)), and
those bought before the sale that are gone after it, sold earlier or in the same order. Shares
bought after the sale count even if they have been sold again. A gain in the same order does not
soften a loss (Rev. Rul. 70-231).

*Where the loss goes.* Into the replacement's basis, except in an IRA or other plan: there it is
lost (Rev. Rul. 2008-5). The adjusted basis is what the next sale is tested against, so a chain of
washes carries the loss along until a sale ends it.

*Where the law is open* there is a setting, conservative by default and named in the report:
shares bought before the lot sold but inside the window count (disputed); the days held are added
rather than the date copied; a spouse's or entity's lot carries the loss on, flagged for review.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from engine.errors import EngineError
from engine.law.corporate_actions import Split
from engine.law.holding import term
from engine.law.identical import IdenticalGroups
from engine.law.wash_holdings import Holdings
from engine.law.wash_intake import ShareScale, read
from engine.law.wash_ledger import Choices, GroupLedger, Line, Match, Parcel, Part
from engine.law.wash_words import Narrator
from engine.records import (
    CENT,
    MICRO,
    ZERO,
    Account,
    AccountKind,
    Lot,
    Origin,
    Person,
    PersonRole,
    RealizedLot,
    Term,
    Trade,
)
from engine.results import Problem
from engine.wash_results import OpenLot, WashLine, WashMatch, WashScan


class Tacking(StrEnum):
    """How the holding period of the shares sold is added to the replacement's."""

    ADD_DAYS = "add_days"
    ORIGINAL_DATE = "original_date"


@dataclass(frozen=True, slots=True)
class WashSettings:
    """Points where the law is open; the defaults are the conservative side.

    Attributes:
        tacking: Add the days held (1223(3) as written), or copy the date as some brokers do.
        earlier_purchases_count: Shares bought before the lot sold, but inside the window, count.
        related_carries: A spouse's or controlled entity's lot carries the loss on; else it is lost.
    """

    tacking: Tacking = Tacking.ADD_DAYS
    earlier_purchases_count: bool = True
    related_carries: bool = True

    def in_words(self) -> tuple[str, ...]:
        """The choices as sentences for a report."""
        return (
            "The days the shares sold were held are added to the replacement's holding period."
            if self.tacking is Tacking.ADD_DAYS
            else "The replacement takes over the start date of the shares sold.",
            "Shares bought before the lot sold, but inside the window, "
            + ("count as replacement." if self.earlier_purchases_count else "do not count."),
            "A loss replaced by a spouse or a controlled entity "
            + ("is carried in their lot." if self.related_carries else "is treated as lost."),
        )


class RefusedTradesError(EngineError):
    """A history that cannot be right; every reason is listed by row."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; their line is the row of the trade, from 1."""
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} trade(s) refused; first: {self.problems[0].rule}")


def scan(
    trades: Sequence[Trade],
    accounts: Iterable[Account],
    *,
    window_days: int,
    people: Iterable[Person] = (),
    opening: Sequence[Lot] = (),
    identical: IdenticalGroups | None = None,
    splits: Sequence[Split] = (),
    options_on: Mapping[str, str] | None = None,
    settings: WashSettings | None = None,
    as_of: date | None = None,
) -> WashScan:
    """Apply the rule to the whole history of one household.

    Args:
        trades: Purchases and sales of every account, in any order.
        accounts: Accounts of the household.
        window_days: Days before and after a sale (``Law.wash_window_days``).
        people: Owners of the accounts, to tell the spouse's and an entity's apart.
        opening: Lots held before the first trade, in shares of that time.
        identical: Identical groups; by default each security is its own.
        splits: Splits that took effect within the history.
        options_on: Underlying security of each option; purchases of them are flagged for review.
        settings: Choices where the law is open.
        as_of: How far the history is known; a window still open then leaves its loss at risk, and
            later trades are refused. By default the last trade date.

    Returns:
        Lines, open lots and findings; all figures add up to the cent.

    Raises:
        RefusedTradesError: If a trade is refused (oversold lot, sale before purchase ...).
    """
    identical, settings = identical or IdenticalGroups(), settings or WashSettings()
    owners, registered = {p.person_id: p.role for p in people}, tuple(accounts)
    carries = {a.account_id: _carries(a, owners, settings) for a in registered}
    taxed = {a.account_id: not a.kind.swallows_losses for a in registered}
    scale = ShareScale(splits, identical)
    intake = read(trades, opening, carries, scale, as_of)
    holdings = Holdings(intake.parcels, {a.account_id: a.lot_method for a in registered})
    ledgers = _ledgers(intake.parcels, identical, settings, window_days)
    lines: list[Line] = []
    for sale in intake.sales:
        picks = holdings.pick(sale)
        if picks:
            ledger = ledgers[identical.group(sale.trade.security_id)]
            sold = ledger.sell(sale, picks, taxed=taxed[sale.trade.account_id])
            lines += sold if taxed[sale.trade.account_id] else []
    problems = sorted((*intake.problems, *holdings.problems), key=lambda p: p.line)
    if problems:
        raise RefusedTradesError(problems)
    narrator = Narrator(registered, owners, identical, trades, options_on or {}, window_days, as_of)
    told = tuple(_line(line) for line in lines)
    return WashScan(told, _open_lots(intake.parcels, scale), narrator.findings(told))


def _carries(account: Account, owners: Mapping[str, PersonRole], settings: WashSettings) -> bool:
    """Whether a replacement bought in the account carries the loss on."""
    if account.kind.swallows_losses:
        return False
    related = (PersonRole.SPOUSE, PersonRole.ENTITY)
    if owners.get(account.person_id) in related or account.kind is AccountKind.ENTITY:
        return settings.related_carries
    return True


def _ledgers(
    parcels: Sequence[Parcel], identical: IdenticalGroups, settings: WashSettings, window_days: int
) -> dict[str, GroupLedger]:
    """One ledger for each identical group."""
    by_group: dict[str, list[Parcel]] = {}
    for parcel in parcels:
        by_group.setdefault(identical.group(parcel.security_id), []).append(parcel)
    choices = Choices(
        window_days,
        settings.tacking is Tacking.ORIGINAL_DATE,
        settings.earlier_purchases_count,
    )
    return {group: GroupLedger(members, choices) for group, members in by_group.items()}


def _line(line: Line) -> WashLine:
    """A line of the ledger as exact money."""
    part, sale, parcel = line.part, line.sale, line.parcel
    since, disallowed, lost = date.fromordinal(part.since), 0, 0
    for match in line.matches:
        disallowed += match.disallowed
        lost += 0 if match.parcel.carries else match.disallowed
    whole = part.units == sale.units
    realized = RealizedLot(
        sale.trade.trade_id,
        parcel.lot_id,
        parcel.account_id,
        parcel.security_id,
        sale.trade.shares if whole else _shares(part.units, sale.per_micro),
        _usd(line.proceeds),
        _usd(line.proceeds - line.gain),
        parcel.acquired_on,
        since,
        sale.trade.traded_on,
        _term(parcel, since, sale.trade.traded_on, part.gap > 0 and line.gain < 0),
        _usd(disallowed) if disallowed else ZERO,
    )
    if not line.matches:
        return WashLine(realized)
    return WashLine(realized, _usd(lost), tuple([_match(match) for match in line.matches]))


def _term(parcel: Parcel, since: date, sold_on: date, gift_at_a_loss: bool) -> Term:
    """Term of a part sold; see ``holding.term_of`` for inheritances and gifts."""
    if parcel.origin is Origin.INHERITED:
        return Term.LONG
    return term(parcel.acquired_on if gift_at_a_loss else since, sold_on)


def _match(match: Match) -> WashMatch:
    """A match of the ledger as exact money."""
    parcel = match.parcel
    return WashMatch(
        parcel.lot_id,
        parcel.account_id,
        parcel.security_id,
        parcel.acquired_on,
        _shares(match.units, parcel.per_micro),
        _usd(match.disallowed),
        not parcel.carries,
        _usd(match.basis_after),
        date.fromordinal(match.since),
    )


def _open_lots(parcels: Sequence[Parcel], scale: ShareScale) -> tuple[OpenLot, ...]:
    """Parts still held, by purchase; adjusted ones first, in the order they were adjusted."""
    found = []
    for parcel in sorted(parcels, key=lambda p: (p.day, p.rank)):
        if not parcel.held:
            continue
        per_micro = scale.per_micro(parcel.security_id, None)
        found += [
            _open_lot(parcel, part, per_micro, f"{parcel.lot_id}/{number}")
            for number, part in enumerate(parcel.adjusted, start=1)
        ]
        if parcel.plain.units:
            found.append(_open_lot(parcel, parcel.plain, per_micro, parcel.lot_id))
    return tuple(found)


def _open_lot(parcel: Parcel, part: Part, per_micro: int, lot_id: str) -> OpenLot:
    """A part still held as a lot; an adjusted part has a number of its own behind the id."""
    lot = Lot(
        lot_id,
        parcel.account_id,
        parcel.security_id,
        _shares(part.units, per_micro),
        _usd(part.basis),
        parcel.acquired_on,
        date.fromordinal(part.since),
        parcel.origin,
        _usd(part.washed),
        _usd(part.basis - part.gap) if part.gap else None,
        parcel.covered,
    )
    return OpenLot(parcel.lot_id, lot)


def _usd(cents: int) -> Decimal:
    """Cents as dollars."""
    return Decimal(cents) * CENT


def _shares(units: int, per_micro: int) -> Decimal:
    """Units as shares, to the millionth."""
    if units % per_micro:
        return (Decimal(units) / per_micro * MICRO).quantize(MICRO)
    return Decimal(units // per_micro) * MICRO
