"""Which parcels a sale is taken from: the lots it names, or the account's standing order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from engine.law.lots import Relief
from engine.law.wash_intake import micro, problem
from engine.law.wash_ledger import Parcel, Sale
from engine.records import MICRO
from engine.results import Problem

Picks = list[tuple[Parcel, int]]


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
        self._position: dict[tuple[str, str], list[Parcel]] = {}

    def pick(self, sale: Sale) -> Picks:
        """Parcels and units of a sale; nothing when it is refused."""
        while self._coming and self._coming[-1].rank < sale.rank:
            parcel = self._coming.pop()
            place = (parcel.account_id, parcel.security_id)
            self._position.setdefault(place, []).append(parcel)
        return self._named(sale) if sale.trade.lots else self._by_method(sale)

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

    def _by_method(self, sale: Sale) -> Picks:
        """Lots by the account's standing order."""
        trade = sale.trade
        held = [p for p in self._position.get((trade.account_id, trade.security_id), ()) if p.held]
        self._position[trade.account_id, trade.security_id] = held
        total = sum(parcel.held for parcel in held)
        if total < sale.units:
            rule = f"oversold: account {trade.account_id} holds {_share_text(total, sale)}"
            remedy = "add the missing purchase or lot (a short sale is not computed)"
            return self._refuse(sale, "qty", trade.shares, rule, remedy)
        method = self._methods[trade.account_id]
        if method not in tuple(Relief):
            rule = f"no lots named, and method {method} depends on more than the history"
            return self._refuse(sale, "lots", "", rule, "name the lots that were sold")
        found, left = [], sale.units
        for parcel in _ordered(held, Relief(method)):
            found.append((parcel, min(left, parcel.held)))
            left -= found[-1][1]
            if not left:
                break
        return found

    def _refuse(self, sale: Sale, field: str, value: object, rule: str, remedy: str) -> Picks:
        """Keep what is wrong with a sale."""
        self.problems.append(problem(sale.row, field, value, rule, remedy))
        return []


def _ordered(held: list[Parcel], relief: Relief) -> list[Parcel]:
    """Parcels of a position in the order in which they are sold (``lots.in_order``)."""
    if relief is Relief.LIFO:
        return held[::-1]
    if relief is Relief.HIFO:
        return sorted(held, key=lambda p: -Fraction(_basis(p), p.held))
    return held


def _basis(parcel: Parcel) -> int:
    """Adjusted basis of what is held, in cents."""
    return parcel.plain.basis + sum(part.basis for part in parcel.adjusted)


def _share_text(units: int, sale: Sale) -> str:
    """Units as shares of the day of the sale."""
    shares = Decimal(units) / sale.per_micro * MICRO
    return f"{shares.quantize(MICRO).normalize():f} shares"
