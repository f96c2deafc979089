"""What the broker reports beside what the taxpayer owes, line by line.

A broker adjusts for a wash sale only where purchase and sale are in the same account and have the
same CUSIP (Reg. 1.6045-1(d)(6)(iii)); box 1g of Form 1099-B shows that much. The return must
cover the whole household. Reconciling before the forms are sent is knowing both numbers of each
line: the taxpayer's basis may already carry a loss that the broker never saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from engine.law.corporate_actions import Split
from engine.law.wash_sales import scan
from engine.law.wash_settings import WashSettings
from engine.records import ZERO, Account, Lot, Term, Trade
from engine.wash_results import WashLine

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class View:
    """A sale of a lot as one side sees it.

    Attributes:
        basis_usd: Basis (box 1e).
        disallowed_usd: Wash-sale loss disallowed (box 1g).
        st_gain_usd: Short-term result after the adjustment.
        lt_gain_usd: Long-term result after the adjustment.
    """

    basis_usd: Decimal = ZERO
    disallowed_usd: Decimal = ZERO
    st_gain_usd: Decimal = ZERO
    lt_gain_usd: Decimal = ZERO

    @property
    def gain_usd(self) -> Decimal:
        """Result after the adjustment."""
        return self.st_gain_usd + self.lt_gain_usd


@dataclass(frozen=True, slots=True)
class TwoViews:
    """One sale of one lot on both sides.

    Attributes:
        sale_id: The sale.
        lot_id: The lot.
        account_id: Account.
        security_id: Security.
        sold_on: Trade date.
        shares: Shares sold.
        proceeds_usd: Net proceeds, the same on both sides.
        broker: As Form 1099-B will show it.
        taxpayer: As the return must show it.
    """

    sale_id: str
    lot_id: str
    account_id: str
    security_id: str
    sold_on: date
    shares: Decimal
    proceeds_usd: Decimal
    broker: View
    taxpayer: View

    @property
    def difference_usd(self) -> Decimal:
        """Result of the return less that of the 1099-B."""
        return self.taxpayer.gain_usd - self.broker.gain_usd

    @property
    def agrees(self) -> bool:
        """Whether basis, adjustment and term are the same on both sides."""
        return self.broker == self.taxpayer


def broker_lines(
    trades: Sequence[Trade],
    accounts: Iterable[Account],
    *,
    window_days: int,
    opening: Sequence[Lot] = (),
    splits: Sequence[Split] = (),
    settings: WashSettings | None = None,
    as_of: date | None = None,
) -> tuple[WashLine, ...]:
    """The history as the brokers see it: each account and each security by itself.

    Arguments and refusals are those of ``wash_sales.scan``.
    """
    by_account: dict[str, list[Trade]] = {}
    for trade in trades:
        by_account.setdefault(trade.account_id, []).append(trade)
    found: list[WashLine] = []
    for account in accounts:
        found += scan(
            by_account.get(account.account_id, ()),
            [account],
            window_days=window_days,
            opening=[lot for lot in opening if lot.account_id == account.account_id],
            splits=splits,
            settings=settings,
            as_of=as_of,
        ).lines
    return tuple(found)


def side_by_side(broker: Iterable[WashLine], taxpayer: Iterable[WashLine]) -> tuple[TwoViews, ...]:
    """Both views of each sale of a lot, in the taxpayer's order.

    Parts of a lot with bases of their own differ between the two sides, so they are added up.
    """
    theirs = _views(broker)
    ours: dict[Key, list[WashLine]] = {}
    for line in taxpayer:
        ours.setdefault(_key(line), []).append(line)
    return tuple(
        TwoViews(
            *key,
            lines[0].realized.account_id,
            lines[0].realized.security_id,
            lines[0].realized.sold_on,
            sum((line.realized.shares for line in lines), ZERO),
            sum((line.realized.proceeds_usd for line in lines), ZERO),
            theirs.get(key, View()),
            _view(lines),
        )
        for key, lines in ours.items()
    )


def _key(line: WashLine) -> Key:
    """A sale of a lot."""
    return (line.realized.sale_id, line.realized.lot_id)


def _views(lines: Iterable[WashLine]) -> dict[Key, View]:
    """View of each sale of a lot."""
    gathered: dict[Key, list[WashLine]] = {}
    for line in lines:
        gathered.setdefault(_key(line), []).append(line)
    return {key: _view(members) for key, members in gathered.items()}


def _view(lines: Sequence[WashLine]) -> View:
    """Parts of one lot added up."""
    sold = [line.realized for line in lines]
    return View(
        sum((x.basis_usd for x in sold), ZERO),
        sum((x.disallowed_usd for x in sold), ZERO),
        sum((x.recognized_usd for x in sold if x.term is Term.SHORT), ZERO),
        sum((x.recognized_usd for x in sold if x.term is Term.LONG), ZERO),
    )
