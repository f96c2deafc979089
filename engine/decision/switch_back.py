"""After the harvest: when the original may come back, and whether enough names stay buyable.

Buying the original back within the window washes its loss (26 U.S.C. 1091(a)); the first clear day
is sale + window + 1. Going back sells the substitute, and what it gained is taxed, so going back is
worth it only where the tracking it saves costs more. Harvesting too much at once locks the
household out of too many names: the guard counts, day by day, what may still be bought.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from engine.decision.prepare import Prepared
from engine.law.wash_blocks import BUY_BLOCK

DAYS_A_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class SwitchBack:
    """The way back from a substitute to the name it stands for.

    Attributes:
        buy_from: First day on which buying the original leaves the loss alone.
        expected_gain_usd: Gain that selling the substitute that day is expected to realise;
            short-term, for the window is shorter than a year. Below 0: a loss.
        tax_usd: What it costs at the household's short-term rate, less what the exit would take.
        cost_usd: Half spreads of both legs.
        tracking_usd: Tracking charge of the rest of the year that going back saves.
    """

    buy_from: date
    expected_gain_usd: float
    tax_usd: float
    cost_usd: float
    tracking_usd: float

    @property
    def worth_it(self) -> bool:
        """Whether going back saves more than it costs."""
        return self.tracking_usd > self.tax_usd + self.cost_usd


def switch_back(
    prepared: Prepared,
    sold_on: date,
    held_usd: float,
    drift_rate: float,
    spread: float,
    tracking_usd_a_year: float,
) -> SwitchBack:
    """Plan the way back from a substitute bought on the day of the harvest.

    Args:
        prepared: The household, for its window and rates.
        sold_on: Day of the harvest.
        held_usd: Dollars in the substitute, at what they cost.
        drift_rate: Expected yearly return of the substitute.
        spread: Half spreads of both legs together, a fraction.
        tracking_usd_a_year: Tracking charge of keeping the substitute for a year.
    """
    window = timedelta(days=prepared.wash.window_days + 1)
    back = sold_on + window
    gain = held_usd * float(np.expm1(drift_rate * window.days / DAYS_A_YEAR))
    rate = prepared.tax.short_rate - prepared.tax.exit_rate
    left = max(0, (date(back.year, 12, 31) - back).days) / DAYS_A_YEAR
    return SwitchBack(back, gain, gain * rate, held_usd * spread, tracking_usd_a_year * left)


@dataclass(frozen=True, slots=True)
class Guard:
    """How many target names may be bought on each of the coming days.

    Attributes:
        days: Days, in order.
        names: Names buyable on each.
        weight: Their target weight together, a fraction.
        enough: Whether the weight never falls below what was asked.
    """

    days: tuple[date, ...]
    names: tuple[int, ...]
    weight: tuple[float, ...]
    enough: bool

    @property
    def least_weight(self) -> float:
        """Lowest target weight that stays buyable."""
        return min(self.weight)


def guard(
    prepared: Prepared, names: tuple[str, ...], harvested: Iterable[str], least_weight: float = 0.5
) -> Guard:
    """What stays buyable over the window if these names are harvested today.

    Args:
        prepared: The household today; losses already taken lift on their own days.
        names: Names in the order of ``prepared.target``.
        harvested: Names sold at a loss today, each with all that is identical to it.
        least_weight: Target weight that must stay buyable on every day.
    """
    blocked = _blocked_until(prepared, names, frozenset(harvested))
    own = _own_blocks(prepared)
    window = prepared.wash.window_days + 1
    days = tuple(prepared.today + timedelta(days=k) for k in range(window + 1))
    counts, weights = [], []
    for day in days:
        open_ = [
            i
            for i, name in enumerate(names)
            if prepared.target[i] > 0
            and blocked.get(name, day) <= day
            and (prepared.buyable[i] or name in own)
        ]
        counts.append(len(open_))
        weights.append(float(prepared.target[open_].sum()))
    return Guard(days, tuple(counts), tuple(weights), min(weights) >= least_weight)


def _own_blocks(prepared: Prepared) -> Mapping[str, date]:
    """Day from which each name blocked by an earlier loss may be bought again."""
    return {b.security_id: b.safe_from for b in prepared.blocks if b.kind == BUY_BLOCK}


def _blocked_until(
    prepared: Prepared, names: tuple[str, ...], harvested: frozenset[str]
) -> dict[str, date]:
    """First day on which each name is clear of earlier losses and of those of today."""
    found = dict(_own_blocks(prepared))
    today = {int(prepared.group[i]) for i, name in enumerate(names) if name in harvested}
    clear = prepared.today + timedelta(days=prepared.wash.window_days + 1)
    for i, name in enumerate(names):
        if int(prepared.group[i]) in today:
            found[name] = max(clear, found.get(name, clear))
    return found
