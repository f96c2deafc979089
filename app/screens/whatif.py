"""F5: sliders on a frozen copy of the household; nothing here is ever stored.

Each scenario is one evaluation by the same engine as the desk's, of a household, a market and a law
that were changed as the sliders say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import numpy as np

from app.desk import Rules
from app.market import TouchTable
from app.screens.desk import figures
from app.screens.moment import Moment, tracking_error, weight_change
from engine.arrays import as_float
from engine.decision.evaluate import evaluate
from engine.decision.outlook import Outlook
from engine.decision.prepare import prepare, with_decided
from engine.law.scenarios import apply_scenario
from engine.records import CENT, ZERO, Household, PlannedGain, Quote, Term
from engine.results import Proposal
from widgets.views import Lever, Scenario, WhatIfView

TODAY = "Law of today"
BASE = "book"
CURRENT = "sliders"
MOST_SCENARIOS = 8


@dataclass(frozen=True, slots=True)
class Levers:
    """Where the sliders stand.

    Attributes:
        price_move: Move of every price at once, a fraction.
        volatility_x: Factor on every volatility.
        gain_usd: Long-term gain realised elsewhere this year, beyond what is planned.
        wages_usd: Wages beyond what the profile says.
        years: Years to the exit.
        minimum_usd: Net alpha from which a trade is proposed.
        law: Name of a law scenario, ``TODAY`` for none.
    """

    price_move: float = 0.0
    volatility_x: float = 1.0
    gain_usd: float = 0.0
    wages_usd: float = 0.0
    years: float = 10.0
    minimum_usd: float = 5.0
    law: str = TODAY


@dataclass(slots=True)
class WhatIf:
    """The sliders, how they came to stand there, and the scenarios kept.

    Attributes:
        base: The household as it is, evaluated; frozen when the screen was first asked for.
        rules: Law, choices and thresholds of the desk.
    """

    base: Moment
    rules: Rules
    _past: list[Levers] = field(default_factory=list)
    _future: list[Levers] = field(default_factory=list)
    _kept: dict[str, tuple[str, Levers]] = field(default_factory=dict)
    _solved: dict[Levers, Scenario] = field(default_factory=dict)
    _now: Levers | None = None

    def now(self) -> Levers:
        """Where the sliders stand."""
        return self._now or self.as_is()

    def as_is(self) -> Levers:
        """Sliders of the book itself."""
        return Levers(
            years=self.base.prepared.household.horizon.years,
            minimum_usd=as_float(self.rules.settings.minimum_alpha_usd),
        )

    def move(self, key: str, value: float | str) -> None:
        """A slider (or the law) was set."""
        moved = replace(self.now(), **{key: value})  # type: ignore[arg-type]
        if moved != self.now():
            self._past.append(self.now())
            self._future.clear()
            self._now = moved

    def undo(self) -> None:
        """Back by one move."""
        if self._past:
            self._future.append(self.now())
            self._now = self._past.pop()

    def redo(self) -> None:
        """Forward again."""
        if self._future:
            self._past.append(self.now())
            self._now = self._future.pop()

    def keep(self, name: str) -> None:
        """Keep the sliders under a name, a newer one of that name in place of the older."""
        self._kept[name] = (name, self.now())
        while len(self._kept) > MOST_SCENARIOS:
            del self._kept[next(iter(self._kept))]

    def remove(self, scenario_id: str) -> None:
        """Drop a kept scenario."""
        self._kept.pop(scenario_id, None)

    def view(self, seq: int) -> WhatIfView:
        """The book as it is, the kept scenarios and the sliders, each solved once."""
        wanted = {BASE: ("As the book is", self.as_is()), **self._kept}
        if self.now() not in [levers for _, levers in wanted.values()]:
            wanted[CURRENT] = ("Sliders now", self.now())
        return WhatIfView(
            seq=seq,
            levers=_levers(self.now(), self.as_is(), self.base),
            scenarios=tuple(self._scenario(*item) for item in wanted.items()),
            laws=(TODAY, *sorted(self.rules.law.scenarios)),
            law=self.now().law,
            can_undo=bool(self._past),
            can_redo=bool(self._future),
        )

    def _scenario(self, scenario_id: str, named: tuple[str, Levers]) -> Scenario:
        """A scenario, from memory where these sliders were solved before."""
        name, levers = named
        if levers not in self._solved:
            self._solved[levers] = solve(self.base, self.rules, levers)
        return replace(self._solved[levers], scenario_id=scenario_id, name=name)


def _levers(now: Levers, base: Levers, moment: Moment) -> tuple[Lever, ...]:
    """The sliders with their ranges."""
    wages = as_float(moment.prepared.household.profile.wages_usd)

    def lever(
        key: str, label: str, unit: str, span: tuple[float, float, float], words: str
    ) -> Lever:
        low, high, step = span
        return Lever(
            key, label, unit, low, high, step, getattr(now, key), getattr(base, key), words
        )

    return (
        lever("price_move", "All prices move by", "rate", (-0.3, 0.3, 0.01), "At once, every name"),
        lever("volatility_x", "Volatility", "x", (0.5, 3.0, 0.05), "Factor on every volatility"),
        lever(
            "gain_usd",
            "Long-term gain elsewhere",
            "usd",
            (0.0, 500_000.0, 5_000.0),
            "Realised this year outside the managed accounts, beyond what is planned",
        ),
        lever(
            "wages_usd",
            "Wages beyond the profile",
            "usd",
            (-round(wages, -3), 500_000.0, 5_000.0),
            "Added to the wages of the profile",
        ),
        lever("years", "Years to the exit", "years", (1.0, 40.0, 1.0), "When the lots are sold"),
        lever(
            "minimum_usd",
            "Propose from net alpha of",
            "usd",
            (0.0, 500.0, 5.0),
            "Trades worth less are not proposed",
        ),
    )


def solve(base: Moment, rules: Rules, levers: Levers) -> Scenario:
    """One evaluation of a changed household in a changed market under a changed law."""
    law = rules.law if levers.law == TODAY else apply_scenario(rules.law, levers.law, _year(base))
    settings = replace(
        rules.settings, minimum_alpha_usd=Decimal(str(levers.minimum_usd)).quantize(CENT)
    )
    outlook = moved_market(base.outlook, levers.price_move, levers.volatility_x)
    home = moved_household(base.prepared.household, levers, outlook.today)
    prepared = prepare(home, law, outlook, rules.funds)
    found = evaluate(prepared, outlook, settings, rules.table, rules.version, base.decided)
    moment = replace(
        base, prepared=prepared, outlook=outlook, evaluation=found, waiting=found.proposals
    )
    told = figures(moment, settings)
    harvests = [p for p in found.proposals if p.kind == "harvest"]
    sales = [sale for p in harvests for sale in p.sales]
    after = with_decided(prepared, (*base.decided, *sales)).tax.bill
    return Scenario(
        scenario_id="",
        name="",
        law="as enacted" if levers.law == TODAY else levers.law,
        tax_usd=after.total_usd,
        alpha_usd=told.alpha_usd,
        alpha_low_usd=told.alpha_low_usd,
        alpha_high_usd=told.alpha_high_usd,
        harvested_usd=-sum((sale.est_gain_usd for sale in sales), ZERO),
        tracking_error=_tracking(moment, harvests),
        cash_usd=_cash(harvests),
        trades=len(harvests),
    )


def _year(base: Moment) -> int:
    """The year that a law scenario is asked about: the household's own."""
    return base.prepared.household.profile.year


def _tracking(moment: Moment, harvests: list[Proposal]) -> float:
    """Tracking error after all harvests."""
    change = sum((weight_change(moment, p) for p in harvests), np.zeros(len(moment.outlook.names)))
    return tracking_error(moment, change) or 0.0


def _cash(harvests: list[Proposal]) -> Decimal:
    """Cash that the harvests leave over."""
    sold = sum((s.shares * p.limit_usd for p in harvests for s in p.sales), ZERO)
    bought = sum((b.shares * b.est_price_usd for p in harvests for b in p.purchases), ZERO)
    return (sold - bought).quantize(CENT)


def moved_household(home: Household, levers: Levers, today: date) -> Household:
    """The household with more wages, a gain elsewhere, another horizon."""
    gain = Decimal(str(levers.gain_usd)).quantize(CENT)
    plans = home.planned_gains
    if gain:
        plans = (*plans, PlannedGain("what-if", today, Term.LONG, gain, note="what-if"))
    wages = home.profile.wages_usd + Decimal(str(levers.wages_usd)).quantize(CENT)
    return replace(
        home,
        profile=replace(home.profile, wages_usd=max(ZERO, wages)),
        planned_gains=plans,
        horizon=replace(home.horizon, years=levers.years),
    )


def moved_market(outlook: Outlook, price_move: float, volatility_x: float) -> Outlook:
    """The outlook after a move of every price, with every volatility scaled."""
    if price_move == 0.0 and volatility_x == 1.0:
        return outlook
    touches = outlook.touches
    if isinstance(touches, TouchTable):
        touches = replace(
            touches, sd=touches.sd * volatility_x, sd_next=touches.sd_next * volatility_x
        )
    return replace(
        outlook,
        quotes=_moved_quotes(outlook.quotes, Decimal(str(round(1.0 + price_move, 6)))),
        price=outlook.price * (1.0 + price_move),
        vol_annual=outlook.vol_annual * volatility_x,
        touches=touches,
        relatives=outlook.relatives
        if volatility_x == 1.0
        else outlook.relatives ** np.float32(volatility_x),
    )


def _moved_quotes(quotes: Mapping[str, Quote], by: Decimal) -> dict[str, Quote]:
    """Every quote at the moved price, in cents and parts of a cent as before."""
    move: Callable[[Decimal], Decimal] = lambda usd: (usd * by).quantize(Decimal("0.0001"))  # noqa: E731
    return {
        key: replace(
            quote,
            bid_usd=move(quote.bid_usd),
            ask_usd=move(quote.ask_usd),
            last_usd=move(quote.last_usd),
            low_usd=move(quote.low_usd),
        )
        for key, quote in quotes.items()
    }
