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

from engine.errors import EngineError
from engine.law.corporate_actions import Split
from engine.law.identical import IdenticalGroups
from engine.law.wash_holdings import Holdings
from engine.law.wash_intake import Intake, ShareScale, read, refused
from engine.law.wash_ledger import Choices, GroupLedger
from engine.law.wash_money import open_lots, told
from engine.law.wash_settings import WashSettings, WashStatute
from engine.law.wash_words import Narrator
from engine.records import Account, AccountKind, Lot, Person, PersonRole, Trade
from engine.results import Problem
from engine.wash_results import OpenLot, WashFinding, WashLine, WashScan


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
    statute: WashStatute | None = None,
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
        statute: The rule where it is not that of present law on securities alone.
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
    statute = statute or WashStatute(window_days)
    owners, registered = {p.person_id: p.role for p in people}, tuple(accounts)
    carries = {a.account_id: _carries(a, owners, settings) for a in registered}
    problems = list(refused(trades, opening, carries, as_of))
    rules = _Rules(
        settings.choices(window_days),
        ShareScale(splits, identical),
        carries,
        {a.account_id: a.lot_method for a in registered},
        frozenset(a.account_id for a in registered if a.kind.swallows_losses),
        Narrator(registered, owners, identical, trades, options_on or {}, statute, as_of),
        statute.outside,
    )
    bad = {problem.line for problem in problems}
    rows = [row for row in range(1, len(trades) + 1) if row not in bad]
    sold: list[_Told] = []
    held: list[OpenLot] = []
    for members, lots in _by_group(rows, trades, opening, identical):
        found, left = _settle(read(members, trades, lots, carries, rules.scale), rules, problems)
        sold += found
        held += left
    if problems:
        raise RefusedTradesError(sorted(problems, key=lambda problem: problem.line))
    sold.sort(key=lambda told: told.when)
    held.sort(key=lambda one: one.lot.acquired_on)
    return WashScan(
        tuple([told.line for told in sold]),
        tuple(held),
        tuple([told.finding for told in sold if told.finding is not None]),
    )


@dataclass(frozen=True, slots=True)
class _Rules:
    """What every group of a household is settled by."""

    choices: Choices
    scale: ShareScale
    carries: Mapping[str, bool]
    methods: Mapping[str, str]
    swallows: frozenset[str]
    narrator: Narrator
    outside: frozenset[str]


@dataclass(slots=True)
class _Told:
    """A sale line with its place in time, and its finding when it is a loss."""

    when: tuple[date, int]
    line: WashLine
    finding: WashFinding | None


def _by_group(
    rows: Iterable[int],
    trades: Sequence[Trade],
    opening: Iterable[Lot],
    identical: IdenticalGroups,
) -> list[tuple[list[int], list[Lot]]]:
    """Rows and opening lots of each identical group, groups by name.

    A group never touches another, and one that is settled before the next begins stays in the
    processor's cache: that is most of the speed.
    """
    gathered: dict[str, tuple[list[int], list[Lot]]] = {}
    for row in rows:
        group = identical.group(trades[row - 1].security_id)
        gathered.setdefault(group, ([], []))[0].append(row)
    for lot in opening:
        gathered.setdefault(identical.group(lot.security_id), ([], []))[1].append(lot)
    return [gathered[group] for group in sorted(gathered)]


def _settle(
    intake: Intake, rules: _Rules, problems: list[Problem]
) -> tuple[list[_Told], list[OpenLot]]:
    """One identical group: its lines with their findings, and what is still held."""
    holdings = Holdings(intake.parcels, rules.methods)
    ledger = GroupLedger(intake.parcels, rules.choices)
    found = []
    for sale in intake.sales:
        taxed, picks = sale.trade.account_id not in rules.swallows, holdings.pick(sale)
        reached = taxed and sale.trade.security_id not in rules.outside
        sold = ledger.sell(sale, picks, taxed=reached) if picks else []
        for one in sold if taxed else ():
            line = told(one)
            finding = rules.narrator.finding(line) if one.gain < 0 else None
            found.append(_Told((sale.trade.traded_on, sale.trade.seq), line, finding))
    problems += holdings.problems
    return found, open_lots(intake.parcels, rules.scale)


def _carries(account: Account, owners: Mapping[str, PersonRole], settings: WashSettings) -> bool:
    """Whether a replacement bought in the account carries the loss on."""
    if account.kind.swallows_losses:
        return False
    related = (PersonRole.SPOUSE, PersonRole.ENTITY)
    if owners.get(account.person_id) in related or account.kind is AccountKind.ENTITY:
        return settings.related_carries
    return True
