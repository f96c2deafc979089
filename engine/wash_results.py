"""The nouns found about wash sales: lines, matches, findings, and a whole scan.

They stand beside ``engine.results`` so that a window can show them without the law behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from engine.records import ZERO, Lot, RealizedLot
from engine.results import WashConfidence


class WashStatus(StrEnum):
    """What becomes of a loss; a mixed one is called by its gravest part."""

    CLEAR = "clear"
    DEFERRED = "deferred"
    PERMANENT = "permanent"


@dataclass(frozen=True, slots=True)
class WashMatch:
    """Replacement shares that take away a loss, share for share.

    Attributes:
        purchase_id: Purchase they came from.
        account_id: Account that bought them.
        security_id: What was bought.
        bought_on: Trade date.
        shares: Shares matched, in shares of that day.
        disallowed_usd: Loss that they take away.
        permanent: Whether it is gone for good (bought in an IRA or another plan).
        basis_after_usd: Their basis once the loss is added; unchanged in a plan.
        held_since: Start of their holding period from now on.
    """

    purchase_id: str
    account_id: str
    security_id: str
    bought_on: date
    shares: Decimal
    disallowed_usd: Decimal
    permanent: bool
    basis_after_usd: Decimal
    held_since: date


@dataclass(frozen=True, slots=True)
class WashLine:
    """One sale line of the return: a lot (or a part of it with its own basis) that was sold.

    Attributes:
        realized: The line; ``disallowed_usd`` is filled in.
        lost_usd: Part of the disallowed loss that no lot carries on.
        matches: Replacement shares, in the order in which the law takes them.
    """

    realized: RealizedLot
    lost_usd: Decimal = ZERO
    matches: tuple[WashMatch, ...] = ()

    @property
    def gain_usd(self) -> Decimal:
        """Result before the wash-sale rule; a loss is negative."""
        return self.realized.proceeds_usd - self.realized.basis_usd


@dataclass(frozen=True, slots=True)
class WashFinding:
    """What the rule does to one loss, and why.

    Attributes:
        line: The sale line with its replacement shares.
        status: Clear, deferred, or permanent.
        confidence: The least certain of the rules used.
        rule: The rule that decided, in a few words.
        citation: Sections and rulings relied on.
        window_to: Last trade date on which a purchase counts.
        at_risk: Whether a purchase may still wash what is allowed so far: the window is open.
        reviews: Points for a person to look at.
    """

    line: WashLine
    status: WashStatus
    confidence: WashConfidence
    rule: str
    citation: str
    window_to: date
    at_risk: bool
    reviews: tuple[str, ...]

    @property
    def loss_usd(self) -> Decimal:
        """The loss, positive: deferred, lost and allowed add up to it."""
        return -self.line.gain_usd

    @property
    def deferred_usd(self) -> Decimal:
        """Part carried on in replacement shares."""
        return self.line.realized.disallowed_usd - self.line.lost_usd

    @property
    def allowed_usd(self) -> Decimal:
        """Part that counts now."""
        return self.loss_usd - self.line.realized.disallowed_usd

    @property
    def window_from(self) -> date:
        """First trade date on which a purchase counts: as long before the sale as after it."""
        sold_on = self.line.realized.sold_on
        return sold_on - (self.window_to - sold_on)

    @property
    def safe_from(self) -> date:
        """First trade date on which a purchase no longer washes this sale."""
        return self.window_to + timedelta(days=1)

    @property
    def crosses_year_end(self) -> bool:
        """Whether the window runs into the next tax year."""
        return self.window_to.year > self.line.realized.sold_on.year

    @property
    def words(self) -> str:
        """The arithmetic as sentences."""
        sold = self.line.realized
        said = [
            f"{_plain(sold.shares)} shares of {sold.lot_id} sold on {sold.sold_on} for "
            f"{sold.proceeds_usd:,.2f} against a basis of {sold.basis_usd:,.2f}: "
            f"a loss of {self.loss_usd:,.2f}."
        ]
        said += [_match_words(sold, match) for match in self.line.matches]
        if not self.line.matches:
            window = f"from {self.window_from} to {self.window_to}"
            said.append(f"No shares bought {window} are free to replace them.")
        said.append(f"{self.allowed_usd:,.2f} of the loss is allowed.")
        if self.at_risk:
            said.append(f"A purchase up to {self.window_to} may still wash it.")
        return " ".join(said)


def _match_words(sold: RealizedLot, match: WashMatch) -> str:
    """One replacement as a sentence."""
    days = (match.bought_on - sold.sold_on).days
    when = "the same day" if not days else f"{abs(days)} days {'after' if days > 0 else 'before'}"
    head = (
        f"{_plain(match.shares)} shares bought on {match.bought_on} ({match.purchase_id}, account "
        f"{match.account_id}, {when}) replace as many: {match.disallowed_usd:,.2f} is "
    )
    if match.permanent:
        return head + "lost for good, for no lot carries it on."
    held = (sold.sold_on - sold.held_since).days
    return head + (
        f"added to their basis, now {match.basis_after_usd:,.2f}; the {held} days that the shares "
        f"sold were held count for them, and their holding period starts on {match.held_since}."
    )


def _plain(shares: Decimal) -> str:
    """Shares without trailing zeros."""
    return f"{shares.normalize():f}"


@dataclass(frozen=True, slots=True)
class OpenLot:
    """Shares still held after a scan; parts of one purchase with different bases stand apart."""

    purchase_id: str
    lot: Lot


@dataclass(frozen=True, slots=True)
class WashScan:
    """A household's history with the rule applied.

    Attributes:
        lines: Sale lines of every taxed account, in the order of the law.
        open_lots: What is still held, by date of purchase.
        findings: One for each loss line, in the order of the lines.
    """

    lines: tuple[WashLine, ...]
    open_lots: tuple[OpenLot, ...]
    findings: tuple[WashFinding, ...]

    @property
    def part_of(self) -> dict[str, str]:
        """Purchase of each open lot that has served as a replacement."""
        parts = (x for x in self.open_lots if x.lot.lot_id != x.purchase_id)
        return {x.lot.lot_id: x.purchase_id for x in parts}

    @property
    def reported_usd(self) -> Decimal:
        """Gains less allowed losses, as the return shows them."""
        return sum((line.realized.recognized_usd for line in self.lines), ZERO)

    @property
    def disallowed_usd(self) -> Decimal:
        """Losses taken away, for now or for good."""
        return sum((line.realized.disallowed_usd for line in self.lines), ZERO)

    @property
    def lost_usd(self) -> Decimal:
        """Losses taken away for good."""
        return sum((line.lost_usd for line in self.lines), ZERO)
