"""Findings: which rule decided on each loss, where it stands, and how sure the law is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from engine.law.identical import IdenticalGroups
from engine.law.wash_settings import OUTSIDE, OUTSIDE_CITATION, WashStatute
from engine.records import Account, AccountKind, PersonRole, RealizedLot, Side, Trade
from engine.results import WashConfidence
from engine.wash_results import WashFinding, WashLine, WashMatch, WashStatus

STATUTE = "26 U.S.C. 1091(a)"
CARRIED = "26 U.S.C. 1091(a), (d), 1223(3); Reg. 1.1091-1(c), (d)"
LOST = "26 U.S.C. 1091(a); Rev. Rul. 2008-5"
RELATED = "26 U.S.C. 1091(a), (d); IRS Pub. 550 (spouse or controlled corporation)"


class Narrator:
    """Knows who owns which account, and what is identical to what."""

    def __init__(
        self,
        accounts: Iterable[Account],
        owners: Mapping[str, PersonRole],
        identical: IdenticalGroups,
        trades: Sequence[Trade],
        options_on: Mapping[str, str],
        statute: WashStatute,
        as_of: date | None,
    ) -> None:
        """Take what ``wash_sales.scan`` was given."""
        known = tuple(accounts)
        self._relation = {a.account_id: _relation(a, owners) for a in known}
        self._plans = frozenset(a.account_id for a in known if a.kind.swallows_losses)
        self._identical, self._statute = identical, statute
        self._window = timedelta(days=statute.window_days)
        self._known_to = as_of or max((t.traded_on for t in trades), default=date.min)
        self._options: dict[str, list[tuple[date, str]]] = {}
        for trade in trades:
            underlying = options_on.get(trade.security_id)
            if underlying is not None and trade.side is not Side.SELL:
                group = identical.group(underlying)
                self._options.setdefault(group, []).append((trade.traded_on, trade.trade_id))
        for bought in self._options.values():
            bought.sort()

    def finding(self, line: WashLine) -> WashFinding:
        """The rule, its source, how sure it is and what is still open for a line with a loss."""
        sold = line.realized
        closes_on = sold.sold_on + self._window
        disputed = [match for match in line.matches if self._disputed(sold, match)]
        status, rule, citation = self._rule(line, disputed)
        reviews = [said for match in disputed for said in self._match_reviews(line, match)]
        if self._options:
            reviews += self._option_reviews(sold)
        return WashFinding(
            line,
            status,
            _confidence(sold, disputed),
            rule,
            citation,
            closes_on,
            self._known_to <= closes_on
            and sold.disallowed_usd < -line.gain_usd
            and sold.security_id not in self._statute.outside,
            tuple(reviews),
        )

    def _disputed(self, sold: RealizedLot, match: WashMatch) -> bool:
        """Whether a match rests on more than the statute and its rulings."""
        return (
            match.security_id != sold.security_id
            or match.bought_on < sold.acquired_on
            or (self._related(sold, match) and not self._statute.related_named)
        )

    def _rule(self, line: WashLine, disputed: Sequence[WashMatch]) -> tuple[WashStatus, str, str]:
        """Status, rule and citation by the gravest match."""
        if line.realized.security_id in self._statute.outside:
            return WashStatus.CLEAR, OUTSIDE, OUTSIDE_CITATION
        if not line.matches:
            return WashStatus.CLEAR, "no replacement inside the window", STATUTE
        if line.lost_usd and any(match.account_id in self._plans for match in line.matches):
            return WashStatus.PERMANENT, "replacement bought in a retirement or similar plan", LOST
        related = any(self._related(line.realized, match) for match in line.matches)
        rule = "replacement bought by a related person" if related else "replacement bought"
        status = WashStatus.PERMANENT if line.lost_usd else WashStatus.DEFERRED
        return status, rule, RELATED if related else CARRIED

    def _related(self, sold: RealizedLot, match: WashMatch) -> bool:
        """Whether the replacement is another taxpayer's of the household."""
        if match.account_id == sold.account_id or match.account_id in self._plans:
            return False
        return self._relation[sold.account_id] != self._relation[match.account_id]

    def _match_reviews(self, line: WashLine, match: WashMatch) -> Iterator[str]:
        """Why one match may be read in another way."""
        sold = line.realized
        if match.security_id != sold.security_id:
            reason = self._identical.reason(sold.security_id, match.security_id)
            yield f"{match.security_id} is treated as identical to {sold.security_id}: {reason}"
        if self._related(sold, match) and not self._statute.related_named:
            whose = self._relation[match.account_id]
            fate = "lost" if match.permanent else "carried there"
            yield (
                f"{match.purchase_id} belongs to the {whose}; the statute names the taxpayer's own "
                f"basis alone; by the setting the loss is {fate}"
            )
        if match.bought_on < sold.acquired_on:
            yield (
                f"{match.purchase_id} was bought before the lot sold; that such shares replace "
                "it is the cautious reading, and disputed"
            )

    def _option_reviews(self, sold: RealizedLot) -> Iterator[str]:
        """Options on the stock bought inside the window: flagged, not computed."""
        bought = self._options.get(self._identical.group(sold.security_id), ())
        first = bisect_left(bought, (sold.sold_on - self._window, ""))
        last = bisect_right(bought, (sold.sold_on + self._window, "\uffff"))
        for on, trade_id in bought[first:last]:
            yield (
                f"option trade {trade_id} of {on} is inside the window: a contract or option to "
                "acquire counts as a purchase (26 U.S.C. 1091(a)) and is not computed here"
            )


def _confidence(sold: RealizedLot, disputed: Iterable[WashMatch]) -> WashConfidence:
    """The least sure of the rules used: another security is a judgement."""
    found = WashConfidence.FIRM
    for match in disputed:
        if match.security_id != sold.security_id:
            return WashConfidence.JUDGEMENT
        found = WashConfidence.CONVENTION
    return found


def _relation(account: Account, owners: Mapping[str, PersonRole]) -> str:
    """Who carries the basis of an account, as far as the rule tells people apart."""
    role = owners.get(account.person_id, PersonRole.CLIENT)
    if account.kind is AccountKind.ENTITY or role is PersonRole.ENTITY:
        return "entity"
    if account.kind is AccountKind.JOINT:
        return "client"
    return "spouse" if role is PersonRole.SPOUSE else "client"
