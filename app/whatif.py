"""A frozen household with something changed, valued beside itself; nothing is written.

The change is a TOML file::

    price_factor = 0.95
    volatility_factor = 1.5

    [law]
    scenario = "sunsets"  # in force this year; year = 2029 starts it then

    [profile]
    state = "TX"

    [outside_gain]
    term = "long"
    amount_usd = 250000

    [limits]
    never_sell = 0

    [cash_need]
    amount_usd = 50000
    by = 2027-01-28

    [gift]
    amount_usd = 100000

    [horizon]
    years = 20
    step_up_probability = 0.5

``death = true`` steps every basis up to the price of the day (26 U.S.C. 1014). A gift is made of
the long-term lots with the lowest basis; the giver counts no deduction for it.
"""

import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from app.commands.output import ProblemsError
from app.desk import Rules
from app.planning import Planned, planned
from app.priced import AS_IT_IS, Shock
from engine.decision.basis_changes import given_away, stepped_up
from engine.decision.evaluate import evaluate
from engine.decision.outlook import Outlook
from engine.decision.prepare import prepare
from engine.law.rules import Law
from engine.law.scenarios import apply_scenario
from engine.records import (
    ZERO,
    CashNeed,
    Constraint,
    FilingStatus,
    Horizon,
    Household,
    PlannedGain,
    Rule,
    TaxProfile,
    Term,
)
from engine.results import Evaluation, Problem

KEYS = (
    "price_factor", "volatility_factor", "law", "profile", "outside_gain", "limits",
    "cash_need", "gift", "death", "horizon",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be otherwise.

    Attributes:
        shock: Prices and volatility.
        scenario: Law change by name, "" for none.
        law_year: First year of that change; by default the household's own, so that it is seen.
        profile: Fields of the return by name.
        outside_gain: Short or long gain outside the book, in dollars; ``None`` for none.
        limits: Household limits by rule; they replace those of the same rule.
        cash_need: One more cash need.
        gift_usd: Value of lots given away, lowest basis first.
        death: Whether every basis is stepped up today.
        horizon: Fields of the horizon by name.
    """

    shock: Shock = AS_IT_IS
    scenario: str = ""
    law_year: int | None = None
    profile: dict[str, Any] = field(default_factory=dict)
    outside_gain: tuple[Term, Decimal] | None = None
    limits: dict[Rule, Decimal] = field(default_factory=dict)
    cash_need: CashNeed | None = None
    gift_usd: Decimal = ZERO
    death: bool = False
    horizon: dict[str, float] = field(default_factory=dict)

    def law(self, law: Law, year: int) -> Law:
        """The law under the scenario, for a household of that tax year.

        Raises:
            InputError: There is no scenario of that name.
        """
        return apply_scenario(law, self.scenario, self.law_year or year) if self.scenario else law

    def household(self, before: Household, outlook: Outlook) -> Household:
        """The household with the change in it; the original is left as it is."""
        gains, limits = before.planned_gains, before.constraints
        if self.outside_gain is not None:
            term, amount = self.outside_gain
            gains = (*gains, PlannedGain("what-if", _in_year(before), term, amount))
        if self.limits:
            kept = tuple(c for c in limits if c.rule not in self.limits)
            limits = (*kept, *(Constraint(f"what-if-{r}", r, x) for r, x in self.limits.items()))
        lots = given_away(before, outlook, self.gift_usd) if self.gift_usd else before.lots
        if self.death:
            lots = stepped_up(lots, outlook)
        needs = before.cash_needs
        return replace(
            before,
            profile=replace(before.profile, **self.profile),
            planned_gains=gains,
            constraints=limits,
            lots=lots,
            cash_needs=needs if self.cash_need is None else (*needs, self.cash_need),
            horizon=replace(before.horizon, **self.horizon),
        )


def _in_year(household: Household) -> date:
    """The last day of the tax year."""
    return date(household.profile.year, 12, 31)


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a comparison: the evaluation of the tick and the plan under all limits."""

    evaluation: Evaluation
    planned: Planned


def side(household: Household, outlook: Outlook, rules: Rules, law: Law) -> Side:
    """A household at one look at the market under a law, valued and planned."""
    prepared = prepare(household, law, outlook, rules.funds, rules.wash)
    found = evaluate(prepared, outlook, rules.settings, rules.table, rules.version)
    return Side(found, planned(prepared, outlook, rules.settings, quick=True))


def value(household: Household, outlook: Outlook, rules: Rules, law: Law) -> Evaluation:
    """One household at one look at the market under a law."""
    prepared = prepare(household, law, outlook, rules.funds, rules.wash)
    return evaluate(prepared, outlook, rules.settings, rules.table, rules.version)


def read_change(path: Path) -> Change:
    """The change a file asks for.

    Raises:
        ProblemsError: With every key and value that cannot be used.
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problem = Problem(path.name, 0, "file", str(error), "not TOML", "mend the syntax")
        raise ProblemsError([problem]) from error
    asked = _Asked(path.name, [])
    for key in sorted(told.keys() - set(KEYS)):
        asked.wrong(key, told[key], "no such key", f"use {', '.join(KEYS)}")
    gain = told.get("outside_gain")
    change = Change(
        Shock(
            asked.factor("price_factor", told.get("price_factor", 1)),
            float(asked.factor("volatility_factor", told.get("volatility_factor", 1))),
        ),
        *asked.law(told.get("law", {})),
        asked.profile(told.get("profile", {})),
        None if gain is None else asked.gain(gain),
        asked.limits(told.get("limits", {})),
        asked.need(told["cash_need"]) if "cash_need" in told else None,
        asked.number("gift.amount_usd", told.get("gift", {}).get("amount_usd", 0)),
        bool(told.get("death", False)),
        asked.horizon(told.get("horizon", {})),
    )
    if asked.problems:
        raise ProblemsError(asked.problems)
    return change


@dataclass(frozen=True, slots=True)
class _Asked:
    """Values of the file, and what is wrong with them."""

    source: str
    problems: list[Problem]

    def wrong(self, key: str, value: object, rule: str, remedy: str) -> None:
        """Add a problem."""
        self.problems.append(Problem(self.source, 0, key, str(value), rule, remedy))

    def number(self, key: str, raw: object) -> Decimal:
        """A number; 0 after a problem."""
        try:
            found = Decimal(str(raw))
        except InvalidOperation:
            found = Decimal("NaN")
        if isinstance(raw, bool) or not found.is_finite():
            self.wrong(key, raw, "is not a number", "give a number, as 0.95")
            return Decimal(0)
        return found

    def factor(self, key: str, raw: object) -> Decimal:
        """A factor above 0 and at most 10."""
        found = self.number(key, raw)
        if not 0 < found <= 10:
            self.wrong(key, raw, "is no factor", "give a number above 0 and at most 10")
        return found

    def gain(self, raw: dict[str, Any]) -> tuple[Term, Decimal]:
        """A gain outside the book."""
        term = raw.get("term", "long")
        if term not in set(Term):
            self.wrong("outside_gain.term", term, "is no term", "give short or long")
            term = "long"
        return Term(term), self.number("outside_gain.amount_usd", raw.get("amount_usd", ""))

    def need(self, raw: dict[str, Any]) -> CashNeed:
        """One more cash need."""
        due = raw.get("by")
        if not isinstance(due, date):
            self.wrong("cash_need.by", due, "is no date", "give a date, as 2027-01-28")
            due = date.max
        amount = self.number("cash_need.amount_usd", raw.get("amount_usd", ""))
        return CashNeed("what-if", due, amount)

    def horizon(self, raw: dict[str, Any]) -> dict[str, float]:
        """Fields of the horizon."""
        known = {f.name for f in fields(Horizon)}
        for name in sorted(raw.keys() - known):
            remedy = f"use {', '.join(sorted(known))}"
            self.wrong(f"horizon.{name}", raw[name], "no such field", remedy)
        return {k: float(self.number(f"horizon.{k}", v)) for k, v in raw.items() if k in known}

    def law(self, raw: Any) -> tuple[str, int | None]:
        """A law change by name, and its first year where one is told."""
        if not isinstance(raw, dict):
            self.wrong("law", raw, "is no table", "write [law] with scenario = ...")
            return "", None
        for key in sorted(raw.keys() - {"scenario", "year"}):
            self.wrong(f"law.{key}", raw[key], "no such key", "use scenario, year")
        year = raw.get("year")
        if year is not None and (isinstance(year, bool) or not isinstance(year, int)):
            self.wrong("law.year", year, "is no year", "write the first year as 2027")
            year = None
        return str(raw.get("scenario", "")), year

    def limits(self, raw: dict[str, Any]) -> dict[Rule, Decimal]:
        """Household limits by rule."""
        for name in sorted(raw.keys() - set(Rule)):
            self.wrong(f"limits.{name}", raw[name], "no such rule", f"use {', '.join(Rule)}")
        return {Rule(k): self.number(f"limits.{k}", v) for k, v in raw.items() if k in set(Rule)}

    def profile(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Fields of the return, each read as its type."""
        known = {f.name for f in fields(TaxProfile)} - {"year"}
        found: dict[str, Any] = {}
        for name, told in raw.items():
            if name not in known:
                self.wrong(
                    f"profile.{name}", told, "no such field", f"use {', '.join(sorted(known))}"
                )
            elif name.endswith("_usd"):
                found[name] = self.number(f"profile.{name}", told)
            elif name == "filing_status" and told not in set(FilingStatus):
                remedy = f"use {', '.join(FilingStatus)}"
                self.wrong("profile.filing_status", told, "no such status", remedy)
            else:
                found[name] = FilingStatus(told) if name == "filing_status" else told
        return found
