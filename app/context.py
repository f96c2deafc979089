"""The Context Audit: how complete a household is, and every gap with its cost and its remedy.

Phase 1 of a practice: outside data becomes one client context that one can decide on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.book.book import Book
from engine.records import (
    ZERO,
    FilingStatus,
    Household,
    PersonRole,
    Security,
    TaxProfile,
)

STALE_DAYS = 5
TOLD_DAYS = 365
# Points each kind of gap takes from 100, once however often it is found.
WEIGHTS = {
    "basis_unknown": 15,
    "action_unbooked": 12,
    "lots_missing": 15,
    "lots_do_not_add_up": 10,
    "date_unknown": 8,
    "reconciliation_open": 10,
    "profile_empty": 10,
    "profile_year": 8,
    "spouse_accounts_unknown": 8,
    "wash_group_apart": 8,
    "reinvestment_on": 6,
    "prices_stale": 5,
    "no_target": 5,
    "cash_unknown": 4,
    "outside_asset_old": 4,
    "cash_need_past": 3,
    "birth_date_unknown": 2,
}


@dataclass(frozen=True, slots=True)
class ContextGap:
    """Something about a household that is not known or does not fit.

    Attributes:
        kind: A key of ``WEIGHTS``.
        where: Account, security or person it speaks of.
        what: One sentence for the advisor.
        at_stake_usd: Dollars of market value or basis that cannot be decided on, or may be lost to
            a wash sale; ``None`` where no figure can be named.
        remedy: The command that mends it.
    """

    kind: str
    where: str
    what: str
    at_stake_usd: Decimal | None
    remedy: str


@dataclass(frozen=True, slots=True)
class ContextAudit:
    """Completeness of a household: 100 less the weights of the kinds of gap, and the gaps."""

    household_id: str
    as_of: datetime
    score: int
    gaps: tuple[ContextGap, ...]


def audit(book: Book, household_id: str, as_of: datetime) -> ContextAudit:
    """Look a household over; the costliest gaps come first."""
    household = book.household(household_id)
    found = [
        *_from_imports(book, household),
        *_positions(book, household, as_of.date()),
        *_exceptions(book, household),
        *_actions(household, as_of.date()),
        *_people(household),
        *_apart(book, household),
        *_profile(household, as_of.date()),
        *_reinvestment(household, book.securities()),
        *_accounts(household),
        *_plans(household, as_of.date()),
    ]
    lost = sum(WEIGHTS[kind] for kind in {gap.kind for gap in found})
    found.sort(key=lambda gap: (-WEIGHTS[gap.kind], -(gap.at_stake_usd or ZERO), gap.where))
    return ContextAudit(household_id, as_of, max(0, 100 - lost), tuple(found))


def _from_imports(book: Book, household: Household) -> Iterator[ContextGap]:
    """Gaps that the last import of each profile named and that no later one closed."""
    latest = {row.profile: row for row in book.imports() if row.undone_at is None}
    known = {account.account_id for account in household.accounts}
    worth = {
        (told.account_id, told.security_id): told.market_usd
        for told in book.positions(household.household_id)
    }
    for row in latest.values():
        for gap in row.gaps:
            if gap.account in known and gap.kind in ("basis_unknown", "date_unknown"):
                remedy = f"lotlight import PROFILE LOTS_FILE --account {gap.account}"
                where = f"{gap.account} {gap.security}".strip()
                stake = worth.get((gap.account, gap.security))
                yield ContextGap(gap.kind, where, gap.what, stake, remedy)


def _positions(book: Book, household: Household, today: date) -> Iterator[ContextGap]:
    """Positions told by the custodian beside the lots of the book."""
    in_lots: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for lot in household.lots:
        in_lots[lot.account_id, lot.security_id] += lot.shares
    stale: list[str] = []
    stale_usd = ZERO
    for position in book.positions(household.household_id):
        key = (position.account_id, position.security_id)
        where, shares = " ".join(key), f"{position.shares.normalize():f}"
        remedy = f"lotlight import PROFILE LOTS_FILE --account {position.account_id}"
        if not in_lots[key] and position.shares:
            what = f"{shares} shares without any lot: no loss in them can be seen."
            yield ContextGap("lots_missing", where, what, position.market_usd, remedy)
        elif in_lots[key] != position.shares:
            what = f"The custodian shows {shares} shares, the lots {in_lots[key].normalize():f}."
            yield ContextGap("lots_do_not_add_up", where, what, position.market_usd, remedy)
        if position.as_of is not None and today - position.as_of > timedelta(days=STALE_DAYS):
            stale.append(where)
            stale_usd += position.market_usd or ZERO
    if stale:
        what = f"{len(stale)} position(s) were last told more than {STALE_DAYS} days ago."
        remedy = "lotlight import PROFILE FILE"
        yield ContextGap("prices_stale", stale[0], what, stale_usd, remedy)


def _exceptions(book: Book, household: Household) -> Iterator[ContextGap]:
    numbers = {account.number for account in household.accounts}
    for row in book.exceptions():
        fill = row.found.fill
        if fill.account in numbers:
            value = fill.shares * fill.price_usd
            remedy = f"lotlight orders reconcile --resolve {row.exception_id} --reason REASON"
            where = f"{fill.account} {fill.symbol}"
            yield ContextGap("reconciliation_open", where, row.found.what, value, remedy)


def _actions(household: Household, today: date) -> Iterator[ContextGap]:
    """Names held whose corporate action is not in the lots: none of them may be traded."""
    basis: dict[str, Decimal] = defaultdict(Decimal)
    for lot in household.lots:
        basis[lot.security_id] += lot.basis_usd
    for item in household.unbooked:
        if item.effective_on <= today and item.security_id in basis:
            what = f"Unprocessed corporate action: {item.reason}; the name is not harvested."
            remedy = f"lotlight actions book {item.action_id}"
            yield ContextGap(
                "action_unbooked", item.security_id, what, basis[item.security_id], remedy
            )


def _people(household: Household) -> Iterator[ContextGap]:
    show = _show(household)
    for person in household.people:
        if person.born_on is None and person.role is not PersonRole.ENTITY:
            what = "The date of birth is not known; deductions by age are left out."
            yield ContextGap("birth_date_unknown", person.name, what, None, show)
    joint = household.profile.filing_status in (FilingStatus.MFJ, FilingStatus.MFS)
    spouses = {p.person_id for p in household.people if p.role is PersonRole.SPOUSE}
    owners = {account.person_id for account in household.accounts}
    if joint and not (spouses & owners):
        what = "No account of the spouse is known; a purchase there can wash a sale here."
        stake = sum(_taxed_basis(household).values(), ZERO)
        yield ContextGap("spouse_accounts_unknown", household.name, what, stake, show)


def _taxed_basis(household: Household) -> dict[str, Decimal]:
    """Basis in taxed accounts by security: what a loss could come from, and a wash could take."""
    taxed = {a.account_id for a in household.accounts if a.kind.taxed}
    basis: dict[str, Decimal] = defaultdict(Decimal)
    for lot in household.lots:
        if lot.account_id in taxed:
            basis[lot.security_id] += lot.basis_usd
    return basis


def _apart(book: Book, household: Household) -> Iterator[ContextGap]:
    """People of this household who hold accounts in another one: no wash-sale test spans the two.

    IRC section 1091 looks at the taxpayer (and the Service at the spouse and what they control),
    not at how a practice files its clients.
    """
    names = {person.name.casefold() for person in household.people}
    basis = _taxed_basis(household)
    for household_id, name in book.households():
        if household_id == household.household_id or not names & book.people(household_id):
            continue
        other = book.household(household_id)
        theirs = {p.person_id: p.name for p in other.people if p.name.casefold() in names}
        for account in other.accounts:
            if account.person_id not in theirs:
                continue
            held = {lot.security_id for lot in other.lots if lot.account_id == account.account_id}
            stake = sum((basis[key] for key in held & basis.keys()), ZERO)
            what = (
                f"{theirs[account.person_id]} holds it in household {name}: what is bought there "
                "is not seen when a loss is sold here."
            )
            where = f"{household_id} {account.account_id}"
            remedy = f"name its household here too: {_show(household)}"
            yield ContextGap("wash_group_apart", where, what, stake, remedy)


def _profile(household: Household, today: date) -> Iterator[ContextGap]:
    profile, show = household.profile, _show(household)
    if profile.year != today.year:
        what = f"The tax profile is of {profile.year}."
        yield ContextGap("profile_year", "profile", what, None, show)
    if profile == TaxProfile(profile.year, profile.filing_status, profile.state):
        what = "The tax profile holds no income: every rate would be that of an empty return."
        yield ContextGap("profile_empty", "profile", what, None, show)


def _reinvestment(household: Household, securities: dict[str, Security]) -> Iterator[ContextGap]:
    """Names held with lots in a taxed account whose dividends are reinvested somewhere."""
    reinvesting = {a.account_id for a in household.accounts if a.reinvest}
    basis = _taxed_basis(household)
    exposed = {
        (lot.account_id, lot.security_id)
        for lot in household.lots
        if lot.account_id in reinvesting and lot.security_id in basis
    }
    for account_id, security_id in sorted(exposed):
        name = securities[security_id].symbol
        what = f"Dividends of {name} are reinvested here: each one can wash a loss sold elsewhere."
        remedy = f"switch reinvestment of {name} off at the custodian, then {_show(household)}"
        where = f"{account_id} {name}"
        yield ContextGap("reinvestment_on", where, what, basis[security_id], remedy)


def _accounts(household: Household) -> Iterator[ContextGap]:
    managed = {key for sleeve in household.sleeves for key in sleeve.account_ids}
    told = {cash.account_id for cash in household.cash}
    for account in household.accounts:
        held = [lot for lot in household.lots if lot.account_id == account.account_id]
        if account.kind.taxed and held and account.account_id not in managed:
            basis = sum((lot.basis_usd for lot in held), ZERO)
            what = "The account belongs to no sleeve: there is no target to keep to."
            yield ContextGap("no_target", account.name, what, basis, _show(household))
        if account.account_id not in told:
            what = "The cash of the account is not known."
            yield ContextGap("cash_unknown", account.name, what, None, _show(household))


def _plans(household: Household, today: date) -> Iterator[ContextGap]:
    for asset in household.external:
        if asset.as_of is None or (today - asset.as_of).days > TOLD_DAYS:
            what = "Its value and basis were told more than a year ago, or never dated."
            gain = asset.value_usd - asset.basis_usd
            yield ContextGap("outside_asset_old", asset.name, what, gain, _show(household))
    for need in household.cash_needs:
        if need.due_on < today:
            what = f"The cash need was due on {need.due_on}."
            yield ContextGap(
                "cash_need_past", need.need_id, what, need.amount_usd, _show(household)
            )


def _show(household: Household) -> str:
    """The way to change what the household says of itself."""
    key = household.household_id
    file = f"{key}.toml"
    return f"lotlight context show --household {key} > {file}, edit, lotlight context import {file}"
