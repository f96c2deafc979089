"""Which parcels a sale is taken from: the lots it names, or the account's standing order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from engine.law.lots import Relief
from engine.law.wash_intake import micro, problem
from engine.law.wash_ledger import Parcel, Sale
from engine.records import MICRO
from engine.results import Problem

Picks = list[tuple[Parcel, int]]


@dataclass(slots=True)
class _Position:
    """Parcels of one security in one account, oldest first, and the units they hold."""

    parcels: deque[Parcel] = field(default_factory=deque)
    units: int = 0

    def ordered(self, relief: Relief) -> Iterable[Parcel]:
        """Parcels in the order in which they are sold (``lots.in_order``).

        Spent ones are dropped where the order begins, so that a long history is not walked again
        with every sale.
        """
        if relief is Relief.HIFO:
            held = (parcel for parcel in self.parcels if parcel.held)
            return sorted(held, key=lambda parcel: -Fraction(_basis(parcel), parcel.held))
        if relief is Relief.LIFO:
            while not self.parcels[-1].held:
                self.parcels.pop()
            return reversed(self.parcels)
        while not self.parcels[0].held:
            self.parcels.popleft()
        return self.parcels


class Holdings:
    """Parcels by id and by position, as far as the history has come.

    Attributes:
        problems: Sales that were refused; their shares stay where they are.
    """

    def __init__(self, parcels: Sequence[Parcel], methods: Mapping[str, str]) -> None:
        """Take every parcel in order of time, also of the future, and each account's method."""
        self.problems: list[Problem] = []
        self._methods = methods
        self._by_id = {parcel.lot_id: parcel for parcel in parcels}
        self._coming = list(reversed(parcels))
        self._positions: dict[tuple[str, str], _Position] = {}

    def pick(self, sale: Sale) -> Picks:
        """Parcels and units of a sale; nothing when it is refused."""
        while self._coming and self._coming[-1].rank < sale.rank:
            parcel = self._coming.pop()
            position = self._position(parcel.account_id, parcel.security_id)
            position.parcels.append(parcel)
            position.units += parcel.held
        position = self._position(sale.trade.account_id, sale.trade.security_id)
        found = self._named(sale) if sale.trade.lots else self._by_method(sale, position)
        position.units -= sale.units if found else 0
        return found

    def _position(self, account_id: str, security_id: str) -> _Position:
        """A position, empty until something is bought."""
        return self._positions.setdefault((account_id, security_id), _Position())

    def _named(self, sale: Sale) -> Picks:
        """The lots that the sale names."""
        asked: dict[str, int] = {}
        for lot_id, shares in sale.trade.lots:
            asked[lot_id] = asked.get(lot_id, 0) + micro(shares) * sale.per_micro
        total = sum(asked.values())
        if total != sale.units:
            named = sum(shares for _, shares in sale.trade.lots)
            rule = f"lots named hold {named} shares of {sale.trade.shares} sold"
            return self._refuse(sale, "lots", sale.trade.trade_id, rule, "make them add up")
        found = [self._lot(sale, lot_id, units) for lot_id, units in asked.items()]
        return [pick for pick in found if pick] if all(found) else []

    def _lot(self, sale: Sale, lot_id: str, units: int) -> tuple[Parcel, int] | None:
        """One named lot, if it can be sold from."""
        parcel, trade = self._by_id.get(lot_id), sale.trade
        place = (trade.account_id, trade.security_id)
        if parcel is None or (parcel.account_id, parcel.security_id) != place:
            rule = f"account {trade.account_id} has no lot of {trade.security_id} with that id"
            self._refuse(sale, "lots", lot_id, rule, "name a purchase of the same position")
        elif parcel.rank > sale.rank:
            rule = f"sold before it was bought on {parcel.acquired_on}"
            self._refuse(sale, "lots", lot_id, rule, "correct the dates, or the order in the day")
        elif units > parcel.held:
            rule = f"oversold: {_share_text(parcel.held, sale)} held"
            remedy = f"{_share_text(units, sale)} are sold; correct the lots (a short sale is "
            self._refuse(sale, "lots", lot_id, rule, remedy + "not computed)")
        else:
            return parcel, units
        return None

    def _by_method(self, sale: Sale, position: _Position) -> Picks:
        """Lots by the account's standing order."""
        trade = sale.trade
        if position.units < sale.units:
            rule = f"oversold: account {trade.account_id} holds {_share_text(position.units, sale)}"
            remedy = "add the missing purchase or lot (a short sale is not computed)"
            return self._refuse(sale, "qty", trade.shares, rule, remedy)
        method = self._methods[trade.account_id]
        if method not in tuple(Relief):
            rule = f"no lots named, and method {method} depends on more than the history"
            return self._refuse(sale, "lots", "", rule, "name the lots that were sold")
        found: Picks = []
        left = sale.units
        for parcel in position.ordered(Relief(method)):
            units = min(left, parcel.held)
            if units:
                found.append((parcel, units))
                left -= units
            if not left:
                break
        return found

    def _refuse(self, sale: Sale, field: str, value: object, rule: str, remedy: str) -> Picks:
        """Keep what is wrong with a sale."""
        self.problems.append(problem(sale.row, field, value, rule, remedy))
        return []


def _basis(parcel: Parcel) -> int:
    """Adjusted basis of what is held, in cents."""
    return parcel.plain.basis + sum(part.basis for part in parcel.adjusted)


def _share_text(units: int, sale: Sale) -> str:
    """Units as shares of the day of the sale."""
    shares = Decimal(units) / sale.per_micro * MICRO
    return f"{shares.quantize(MICRO).normalize():f} shares"
