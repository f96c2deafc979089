"""Which lots to sell: the standing orders side by side, each with the tax of this client.

First in first out is the law's default; highest cost, last in, and least tax are identifications
by standing order, and naming lots one by one is always open (Reg. 1.1012-1(c)). Highest cost is
not least tax: a long-term gain may cost less than a smaller short-term one, and a long-term loss
may save less than a smaller short-term one.

Least tax ranks lots by their tax a share. The worth of a long-term dollar beside a short-term one
depends on what else is in the year, so the rank is taken at the client's own marginal rates and
at a grid of ratios between them, each choice is put through the whole bill, and the best is kept:
it is never worse than any other order shown, and exact where the bill is a straight line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from engine.errors import InputError
from engine.law.holding import term_of
from engine.law.lots import Picks, Relief, close, identified, in_order, pick
from engine.records import CENT, ZERO, Lot, Term

TaxOf = Callable[[Decimal, Decimal], Decimal]
SPECIFIC, MINIMUM_TAX = "specific", "minimum_tax"
RATIOS = tuple(Fraction(n, 16) for n in range(17))
STEP_USD = Decimal(100)


@dataclass(frozen=True, slots=True)
class ReliefChoice:
    """One way to take the shares.

    Attributes:
        method: fifo, lifo, hifo, specific or minimum_tax.
        picks: Lot and shares, in the order sold.
        st_gain_usd: Short-term result.
        lt_gain_usd: Long-term result.
        tax_usd: Bill with these results less the bill without; negative is a saving.
    """

    method: str
    picks: tuple[tuple[str, Decimal], ...]
    st_gain_usd: Decimal
    lt_gain_usd: Decimal
    tax_usd: Decimal


def compare(
    lots: Sequence[Lot],
    shares: Decimal,
    price_usd: Decimal,
    on: date,
    tax_of: TaxOf,
    specific: Sequence[tuple[str, Decimal]] = (),
    required: str = "",
) -> tuple[ReliefChoice, ...]:
    """Every way to sell shares of one position, cheapest first.

    Args:
        lots: Lots of one security in one account.
        shares: Shares to sell.
        price_usd: Net price of a share.
        on: Trade date.
        tax_of: Whole bill of the client when the trade adds a short-term and a long-term result.
        specific: Lots named one by one, to be shown besides.
        required: Method that the law requires (``lots.required_method``); then it is the only one.

    Raises:
        OverdrawnLotError: If the lots hold fewer shares.
        InputError: If a named lot is not held, or those named do not add up to the shares.
    """
    named_shares = sum((part for _, part in specific), ZERO)
    if specific and named_shares != shares:
        raise InputError("lots", named_shares, f"name lots for {shares} shares in all")
    base = tax_of(ZERO, ZERO)

    def priced(method: str, picks: Picks) -> ReliefChoice:
        _, lines = close(picks, (shares * price_usd).quantize(CENT), on, method)
        gains = {one: sum((x.recognized_usd for x in lines if x.term is one), ZERO) for one in Term}
        st, lt = gains[Term.SHORT], gains[Term.LONG]
        named = tuple((lot.lot_id, part) for lot, part in picks)
        return ReliefChoice(method, named, st, lt, tax_of(st, lt) - base)

    if required:
        return (priced(required, pick(in_order(lots, Relief(required)), shares)),)
    found = [priced(relief, pick(in_order(lots, relief), shares)) for relief in Relief]
    if specific:
        found.append(priced(SPECIFIC, identified(lots, specific)))
    ways = dict.fromkeys(
        pick(order, shares) for order in _by_tax(lots, price_usd, on, tax_of, base)
    )
    least = min((*(priced(MINIMUM_TAX, way) for way in ways), *found), key=lambda way: way.tax_usd)
    found.append(ReliefChoice(MINIMUM_TAX, least.picks, least.st_gain_usd, least.lt_gain_usd,
                              least.tax_usd))  # fmt: skip
    return tuple(sorted(found, key=lambda way: (way.tax_usd, way.method != MINIMUM_TAX)))


def with_required(chosen: Sequence[Lot], held: Iterable[Lot], required: str) -> tuple[Lot, ...]:
    """Lots of one position with all that the law wants sold before the last of them.

    Args:
        chosen: Lots of one security in one account, to be sold whole.
        held: Lots of the household.
        required: Method that the law requires, "" for none; then ``chosen`` is the answer.
    """
    if not required:
        return tuple(chosen)
    place = (chosen[0].account_id, chosen[0].security_id)
    order = in_order([x for x in held if (x.account_id, x.security_id) == place], Relief(required))
    wanted = {lot.lot_id for lot in chosen}
    last = max(n for n, lot in enumerate(order) if lot.lot_id in wanted)
    return order[: last + 1]


def _by_tax(
    lots: Sequence[Lot], price_usd: Decimal, on: date, tax_of: TaxOf, base: Decimal
) -> Iterator[tuple[Lot, ...]]:
    """Lots by tax a share, at the client's marginal rates and at a grid of ratios."""
    gains = {
        lot.lot_id: Fraction(lot.unrealized_gain(price_usd)) / Fraction(lot.shares) for lot in lots
    }
    long = {lot.lot_id for lot in lots if term_of(lot, on, price_usd) is Term.LONG}
    rates = [
        (Fraction(tax_of(sign * STEP_USD, ZERO) - base) * sign,
         Fraction(tax_of(ZERO, sign * STEP_USD) - base) * sign)
        for sign in (1, -1)
    ]  # fmt: skip
    for st_rate, lt_rate in (*rates, *((Fraction(1), ratio) for ratio in RATIOS)):
        weights = {True: lt_rate, False: st_rate}
        yield tuple(
            sorted(
                in_order(lots, Relief.HIFO),
                key=lambda lot: gains[lot.lot_id] * weights[lot.lot_id in long],
            )
        )
