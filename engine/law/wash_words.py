"""Findings: which rule decided on each loss, where it stands, and how sure the law is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from engine.law.identical import IdenticalGroups
from engine.records import Account, AccountKind, PersonRole, RealizedLot, Side, Trade
from engine.results import WashConfidence
from engine.wash_results import WashFinding, WashLine, WashMatch, WashStatus

STATUTE = "26 U.S.C. 1091(a)"
CARRIED = "26 U.S.C. 1091(a), (d), 1223(3); Reg. 1.1091-1(c), (d)"
LOST = "26 U.S.C. 1091(a); Rev. Rul. 2008-5"
RELATED = "26 U.S.C. 1091(a), (d); IRS Pub. 550 (spouse or controlled corporation)"
SURENESS = tuple(WashConfidence)


class Narrator:
    """Knows who owns which account, and what is identical to what."""

    def __init__(
        self,
        accounts: Iterable[Account],
        owners: Mapping[str, PersonRole],
        identical: IdenticalGroups,
        trades: Sequence[Trade],
        options_on: Mapping[str, str],
        window_days: int,
        as_of: date | None,
    ) -> None:
        """Take what ``wash_sales.scan`` was given."""
        self._relation = {a.account_id: _relation(a, owners) for a in accounts}
        self._identical, self._window = identical, timedelta(days=window_days)
        self._known_to = as_of or max((t.traded_on for t in trades), default=date.min)
        self._options: dict[str, list[tuple[date, str]]] = {}
        for trade in trades:
            underlying = options_on.get(trade.security_id)
            if underlying is not None and trade.side is not Side.SELL:
                group = identical.group(underlying)
                self._options.setdefault(group, []).append((trade.traded_on, trade.trade_id))
        for bought in self._options.values():
            bought.sort()

    def findings(self, lines: Iterable[WashLine]) -> tuple[WashFinding, ...]:
        """One finding for each line with a loss."""
        return tuple(self._finding(line) for line in lines if line.gain_usd < 0)

    def _finding(self, line: WashLine) -> WashFinding:
        """The rule, its source, how sure it is and what is still open for one loss."""
        sold = line.realized
        closes_on = sold.sold_on + self._window
        status, rule, citation = self._rule(line)
        return WashFinding(
            line,
            status,
            self._confidence(line),
            rule,
            citation,
            closes_on,
            self._known_to <= closes_on and sold.disallowed_usd < -line.gain_usd,
            self._reviews(line) if line.matches or self._options else (),
        )

    def _rule(self, line: WashLine) -> tuple[WashStatus, str, str]:
        """Status, rule and citation by the gravest match."""
        if line.lost_usd:
            return WashStatus.PERMANENT, "replacement bought in a retirement or similar plan", LOST
        if not line.matches:
            return WashStatus.CLEAR, "no replacement inside the window", STATUTE
        related = any(self._related(line, match) for match in line.matches)
        rule = "replacement bought by a related person" if related else "replacement bought"
        return WashStatus.DEFERRED, rule, RELATED if related else CARRIED

    def _confidence(self, line: WashLine) -> WashConfidence:
        """The least sure rule among those used."""
        found = WashConfidence.FIRM
        for match in line.matches:
            found = max(found, self._sureness(line, match), key=SURENESS.index)
        return found

    def _sureness(self, line: WashLine, match: WashMatch) -> WashConfidence:
        """How sure the law is on one match."""
        if match.security_id != line.realized.security_id:
            return WashConfidence.JUDGEMENT
        if self._related(line, match) or match.bought_on < line.realized.acquired_on:
            return WashConfidence.CONVENTION
        return WashConfidence.FIRM

    def _related(self, line: WashLine, match: WashMatch) -> bool:
        """Whether another taxpayer of the household carries the loss."""
        here, there = self._relation[line.realized.account_id], self._relation[match.account_id]
        return not match.permanent and here != there

    def _reviews(self, line: WashLine) -> tuple[str, ...]:
        """Points where the law is open or a person must look."""
        matched = [said for match in line.matches for said in self._match_reviews(line, match)]
        return (*matched, *self._option_reviews(line.realized)) if self._options else tuple(matched)

    def _match_reviews(self, line: WashLine, match: WashMatch) -> Iterator[str]:
        """Why one match may be read in another way."""
        sold = line.realized
        if match.security_id != sold.security_id:
            reason = self._identical.reason(sold.security_id, match.security_id)
            yield f"{match.security_id} is treated as identical to {sold.security_id}: {reason}"
        if self._related(line, match):
            whose = self._relation[match.account_id]
            yield (
                f"the loss is carried in {match.purchase_id}, which belongs to the {whose}: "
                "the statute names the taxpayer's basis alone"
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


def _relation(account: Account, owners: Mapping[str, PersonRole]) -> str:
    """Who carries the basis of an account, as far as the rule tells people apart."""
    role = owners.get(account.person_id, PersonRole.CLIENT)
    if account.kind is AccountKind.ENTITY or role is PersonRole.ENTITY:
        return "entity"
    if account.kind is AccountKind.JOINT:
        return "client"
    return "spouse" if role is PersonRole.SPOUSE else "client"
