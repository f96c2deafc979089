"""The tax of a walked year: the household's whole bill with the portfolio less the bill without.

Sales are recognised by the exact wash-sale scan wherever a loss and a purchase of one name lie
inside the window; all other names are summed as they stand. Recognition is cumulative: a January
purchase that takes away a December loss corrects the next year, as an amended line would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar

import numpy as np

from engine.arrays import as_float, dollars
from engine.law import carryforward, twin, wash_sales
from engine.law.holding import term
from engine.law.rules import Law
from engine.proof.ledger import Bought, Sold
from engine.proof.walk import YearTax
from engine.records import MICRO, Account, AccountKind, Horizon, Side, TaxProfile, Term, Trade

ACCOUNT = Account("back-test", "client", "Back-test", AccountKind.TAXABLE)
STEP_USD = 1000.0
T = TypeVar("T", Bought, Sold)


@dataclass(frozen=True, slots=True)
class _Reported:
    """Results of one name, all years together."""

    short_usd: float = 0.0
    long_usd: float = 0.0
    disallowed_usd: float = 0.0
    washed: int = 0


@dataclass(slots=True)
class HouseholdOffice:
    """Computes each year of one policy; carryforwards live here.

    Attributes:
        profile: The household's return without the portfolio. Its year picks the law, and the
            same law serves every walked year (an assumption that the back-test states); its gains
            recur every year.
        law: The law.
        horizon: Exit terms for the value of a deferred gain and of a carryforward.
        share_factor: Shares at the end of the history for one share of a (name, day).
        st_carry_usd: Short-term loss carried into the open year.
        lt_carry_usd: Long-term loss carried into the open year.
    """

    profile: TaxProfile
    law: Law
    horizon: Horizon
    share_factor: Callable[[int, int], float]
    st_carry_usd: float = 0.0
    lt_carry_usd: float = 0.0
    _reported: dict[int, _Reported] = field(default_factory=dict)
    _dividends_usd: float = 0.0
    _twin: twin.TaxTwin | None = None

    def rates(self, year: int, short_usd: float, long_usd: float) -> tuple[float, float, float]:
        """What one more dollar of loss saves now and later, and what a lower basis gives back.

        Measured over a thousand dollars of loss, and over ten thousand of later long-term gain
        beside no carryforward. A carryforward that is left at the exit offsets the gain there,
        and that is all it does: counted on in other years as well, it would be spent twice, and a
        loss would look worth taking decades before it can be used.
        """
        bill = self._open_year()
        short = short_usd - STEP_USD * np.array([0.0, 1.0, 0.0])
        long = long_usd - STEP_USD * np.array([0.0, 0.0, 1.0])
        carried = np.add(*bill.carry(short, long))
        years = max(1, round(self.horizon.years))
        use = carryforward.use_of(bill, self.horizon, [self._yearly_gain()] * years)
        use = replace(use, gains_usd=(*use.gains_usd, np.inf))
        burden = bill.tax(short, long) - carryforward.present_value(carried, use)
        above = np.array([0.0, 10.0 * STEP_USD]) + max(long_usd, 0.0)
        gain = np.diff(self._without().tax(max(short_usd, 0.0), above))[0] / (10.0 * STEP_USD)
        later = 1.0 - self.horizon.step_up_probability
        later *= (1.0 + self.horizon.discount_rate) ** -self.horizon.years
        saved = (burden[0] - burden[1:]) / STEP_USD
        return float(saved[0]), float(saved[1]), float(gain) * later

    def settle(
        self,
        year: int,
        sold: Sequence[Sold],
        bought: Sequence[Bought],
        dividends_usd: float,
        spun_gain_usd: float,
    ) -> YearTax:
        """The year's return with the portfolio beside the one without; carryforwards move on."""
        found = self._recognize(sold, bought)
        before = _total(self._reported)
        self._reported.update(found)
        after = _total(self._reported)
        short = after.short_usd - before.short_usd
        long = after.long_usd - before.long_usd + spun_gain_usd
        self._dividends_usd = dividends_usd
        self._twin = None
        bill = self._open_year()
        tax = float(bill.tax(short, long)) - float(self._without().tax(0.0, 0.0))
        carried_in = self.st_carry_usd + self.lt_carry_usd
        st_out, lt_out = bill.carry(short, long)
        self.st_carry_usd, self.lt_carry_usd = float(st_out), float(lt_out)
        self._twin = None
        harvested_st, harvested_lt = _losses(sold, year)
        carried = self.st_carry_usd + self.lt_carry_usd
        disallowed = after.disallowed_usd - before.disallowed_usd
        lost = harvested_st + harvested_lt - disallowed
        return YearTax(
            year=year,
            tax_usd=tax,
            short_usd=short,
            long_usd=long,
            harvested_st_usd=harvested_st,
            harvested_lt_usd=harvested_lt,
            used_usd=max(0.0, lost + carried_in - carried),
            carried_usd=carried,
            disallowed_usd=disallowed,
            violations=after.washed - before.washed,
        )

    def liquidate(self, year: int, short_usd: float, long_usd: float) -> float:
        """Tax of selling everything in a year of its own, after the carryforwards."""
        self._dividends_usd, self._twin = 0.0, None
        tax = float(self._open_year().tax(short_usd, long_usd))
        return tax - float(self._without().tax(0.0, 0.0))

    def _open_year(self) -> twin.TaxTwin:
        """The household's year with the portfolio's dividends and carryforwards, without gains."""
        if self._twin is None:
            paid = dollars(self._dividends_usd)
            self._twin = twin.build(
                replace(
                    self.profile,
                    ordinary_dividends_usd=self.profile.ordinary_dividends_usd + paid,
                    qualified_dividends_usd=self.profile.qualified_dividends_usd + paid,
                    st_carryforward_usd=dollars(self.st_carry_usd),
                    lt_carryforward_usd=dollars(self.lt_carry_usd),
                ),
                self.law,
            )
        return self._twin

    def _without(self) -> twin.TaxTwin:
        """The household's year without the portfolio; it has no carryforward of its own."""
        return twin.build(self.profile, self.law)

    def _yearly_gain(self) -> float:
        """Gain outside the portfolio that is expected every year."""
        return max(0.0, as_float(self.profile.st_gain_usd + self.profile.lt_gain_usd))

    def _recognize(self, sold: Sequence[Sold], bought: Sequence[Bought]) -> dict[int, _Reported]:
        """Results of all years by name, washed where a loss and a purchase lie close."""
        window = self.law.wash_window_days
        buys = _by_name(bought)
        found = {}
        for name, lines in _by_name(sold).items():
            if _may_wash(lines, buys.get(name, []), window):
                found[name] = self._scan(name, lines, buys[name])
            else:
                found[name] = _plain(lines)
        return found

    def _scan(self, name: int, sold: Sequence[Sold], bought: Sequence[Bought]) -> _Reported:
        """The exact rule over the whole history of one name, in the shares of its end."""
        trades = [self._purchase(name, buy) for buy in bought]
        trades += [self._sale(name, sale, i) for i, sale in enumerate(sold)]
        lines = [
            line.realized
            for line in wash_sales.scan(
                trades, [ACCOUNT], window_days=self.law.wash_window_days
            ).lines
        ]
        return _Reported(
            sum(as_float(x.recognized_usd) for x in lines if x.term is Term.SHORT),
            sum(as_float(x.recognized_usd) for x in lines if x.term is Term.LONG),
            sum(as_float(x.disallowed_usd) for x in lines),
            sum(1 for x in lines if x.disallowed_usd > 0),
        )

    def _purchase(self, name: int, buy: Bought) -> Trade:
        """A purchase; a fraction below a millionth is rounded up, so that no sale exceeds it."""
        shares = _shares(buy.shares * self.share_factor(name, buy.day), ROUND_CEILING)
        price = dollars(buy.cost_usd) / shares
        day = date.fromordinal(buy.day)
        return Trade(
            f"b{buy.lot}", ACCOUNT.account_id, str(name), Side.BUY, shares, price, day, buy.seq
        )

    def _sale(self, name: int, sale: Sold, i: int) -> Trade:
        """A sale of part of one lot; a fraction below a millionth is left."""
        shares = _shares(sale.shares * self.share_factor(name, sale.day), ROUND_FLOOR)
        price = dollars(sale.proceeds_usd) / shares
        return Trade(
            f"s{sale.seq}-{i}",
            ACCOUNT.account_id,
            str(name),
            Side.SELL,
            shares,
            price,
            date.fromordinal(sale.day),
            sale.seq,
            ((f"b{sale.lot}", shares),),
        )


def _shares(shares: float, rounding: str) -> Decimal:
    """Shares on the book's scale."""
    return Decimal(repr(float(shares))).quantize(MICRO, rounding=rounding)


def _by_name(trades: Sequence[T]) -> dict[int, list[T]]:
    """Trades of each name, in order."""
    found: dict[int, list[T]] = {}
    for trade in trades:
        found.setdefault(trade.name, []).append(trade)
    return found


def _may_wash(sold: Sequence[Sold], bought: Sequence[Bought], window_days: int) -> bool:
    """Whether a purchase of another lot lies within the window of a loss."""
    days = np.array([buy.day for buy in bought])
    lots = np.array([buy.lot for buy in bought])
    losses = (sale for sale in sold if sale.gain_usd < 0.0)
    return any(
        bool(np.any((np.abs(days - sale.day) <= window_days) & (lots != sale.lot)))
        for sale in losses
    )


def _plain(sold: Sequence[Sold]) -> _Reported:
    """Results where no wash sale can be."""
    long = [
        term(date.fromordinal(sale.acquired), date.fromordinal(sale.day)) is Term.LONG
        for sale in sold
    ]
    return _Reported(
        sum(sale.gain_usd for sale, late in zip(sold, long, strict=True) if not late),
        sum(sale.gain_usd for sale, late in zip(sold, long, strict=True) if late),
    )


def _total(reported: dict[int, _Reported]) -> _Reported:
    """All names together."""
    return _Reported(
        sum(x.short_usd for x in reported.values()),
        sum(x.long_usd for x in reported.values()),
        sum(x.disallowed_usd for x in reported.values()),
        sum(x.washed for x in reported.values()),
    )


def _losses(sold: Sequence[Sold], year: int) -> tuple[float, float]:
    """Short and long losses taken in a calendar year, positive, before any wash sale."""
    short = long = 0.0
    for sale in sold:
        day = date.fromordinal(sale.day)
        if day.year == year and sale.gain_usd < 0.0:
            if term(date.fromordinal(sale.acquired), day) is Term.LONG:
                long -= sale.gain_usd
            else:
                short -= sale.gain_usd
    return short, long
