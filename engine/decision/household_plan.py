"""The best trades of a real household: optimiser and whole bill, round by round, then exact.

The optimiser is linear in tax; the bill is not. So the marginal rates are taken from the whole
bill, the problem is solved, the rates are taken again at the year that the trades make, until they
settle. Netting of short and long results is not convex: each of its cones gives rates to start
from, and the plan with the best exact bill is kept. Nothing leaves here that Decimal has not
checked again.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from engine.arrays import as_float, dollars
from engine.decision.alpha import results_of
from engine.decision.conflict import Relaxation
from engine.decision.constraints import ConstraintRow, ids_of, matrix
from engine.decision.household_problem import Laid, Rates, lay_out, rates_at
from engine.decision.household_tax import YearResults
from engine.decision.limit_costs import whole_costs
from engine.decision.optimize import Settings, Solution, solve
from engine.decision.outlook import Outlook
from engine.decision.plan_limits import charge_usd, gain_caps, priced, tax_limit
from engine.decision.plan_orders import Orders, alpha_of, broken, orders_of, placed, shortfall
from engine.decision.prepare import Prepared
from engine.decision.problem import Problem, Worth, nothing, worth
from engine.decision.rounding import kept, misses
from engine.decision.settings import DecisionSettings
from engine.errors import EngineError
from engine.kernel import Vector
from engine.records import Rule
from engine.results import Alpha, LotSale, Purchase, TaxBill

ROUNDS = 4
EXACT_ROUNDS = 5
CONE = 0.05  # results at which a cone of the netting is looked at, as a share of the book
QUIET = Settings(gap=1e-5, explain=False)


class PlanError(EngineError):
    """The exact check refuses a plan that the optimiser took for good."""

    def __init__(self, said: tuple[str, ...]) -> None:
        """Say what is broken."""
        super().__init__(f"the plan was withheld: {'; '.join(said)}; change the limit named")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What to trade now, what it is worth, and what each limit costs.

    Attributes:
        status: ``solved`` or ``infeasible``.
        sells: Lots to sell at the bid.
        kinds: What each sale is for: ``harvest`` (it pays for itself), ``cash_need``, ``limit``
            or ``tracking``.
        buys: Purchases at the ask.
        alpha: Exact value of the whole plan against doing nothing; ``tracking_usd`` is the change
            of the risk charge, negative where the plan comes closer to the target.
        bill_before: Bill of the year as it stands.
        bill_after: Bill with the plan.
        cash_usd: Cash after trading.
        te_before: Yearly tracking error of the book as it stands, a fraction.
        te_after: With the plan.
        rates: Marginal rates at which the plan settled.
        bound_usd: No plan has more net alpha than this, where the bill is convex around it.
        gap_usd: Bound less net alpha.
        charge_usd: What soft limits charge for their excess.
        rows: The constraint matrix.
        conflict: Smallest set of limits that cannot hold together, by the id of the row; empty
            when solved.
        ways_out: Least moves of one limit that would help, cheapest first.
    """

    status: str
    sells: tuple[LotSale, ...]
    kinds: tuple[str, ...]
    buys: tuple[Purchase, ...]
    alpha: Alpha
    bill_before: TaxBill
    bill_after: TaxBill
    cash_usd: Decimal
    te_before: float
    te_after: float
    rates: Rates
    bound_usd: float
    gap_usd: float
    charge_usd: float
    rows: tuple[ConstraintRow, ...]
    conflict: tuple[str, ...] = ()
    ways_out: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A solved problem at some rates, as exact orders."""

    problem: Problem
    solution: Solution
    rates: Rates
    orders: Orders
    worth: Worth
    alpha: Alpha
    charge_usd: float

    @property
    def score_usd(self) -> float:
        """Net alpha less what soft limits charge."""
        return as_float(self.alpha.net_usd) - self.charge_usd


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """What every step of one household's plan reads."""

    prepared: Prepared
    outlook: Outlook
    settings: DecisionSettings
    laid: Laid

    def bill_usd(self, found: _Found) -> Decimal:
        """The exact bill with the orders."""
        return self.prepared.tax.exact(results_of(found.orders.sells))[0].total_usd


def solve_plan(
    prepared: Prepared, outlook: Outlook, settings: DecisionSettings, *, quick: bool = False
) -> Plan:
    """The best plan under the household's limits and its dated cash needs.

    Args:
        prepared: The household today.
        outlook: The market now.
        settings: Choices of the practice.
        quick: Settle from the rates of the year as it is alone, and price no limit that takes a
            solve of its own; for a what-if that is asked again and again.

    Raises:
        InputError: For a limit that cannot be kept at all, by name.
        PlanError: If the exact check refuses the best plan found.
    """
    desk = _Desk(prepared, outlook, settings, lay_out(prepared, outlook, settings))
    starts = _starts(desk)
    best = _best(desk, starts[:1] if quick else starts)
    if best is not None:
        best = _softened(desk, best)
        best = _under_tax_limit(desk, best)
    return _infeasible(desk) if best is None else _plan(desk, best, quick)


def _starts(desk: _Desk) -> list[Rates]:
    """Rates of the year as it is and of each cone of the netting, alike ones once."""
    far = CONE * desk.laid.problem.value_usd
    found: list[Rates] = []
    for short, long in ((0, 0), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        more = YearResults(dollars(short * far), dollars(long * far))
        rates = rates_at(desk.prepared.tax, more)
        if not any(rates.near(other, 0.005) for other in found):
            found.append(rates)
    return found


def _best(desk: _Desk, starts: list[Rates]) -> _Found | None:
    """The best exact plan over all starts, each settled; None where the limits conflict."""
    tried: list[Rates] = []
    best: _Found | None = None
    warm: Vector | None = None
    for start in starts:
        rates, before = start, start
        for _ in range(ROUNDS):
            if any(rates.near(other) for other in tried):
                break
            tried.append(rates)
            found = _at(desk, rates, warm)
            if found is None:
                break
            if best is None or found.score_usd > best.score_usd:
                best = found
            warm = found.solution.warm
            fresh = rates_at(desk.prepared.tax, results_of(found.orders.sells))
            flips = fresh.near(before) and not fresh.near(rates)
            before, rates = rates, fresh.between(rates) if flips else fresh
    return best


def _at(desk: _Desk, rates: Rates, warm: Vector | None) -> _Found | None:
    """The optimum at given rates as exact orders that keep cash and gain limits to the cent."""
    problem = asked = desk.laid.at(rates)
    for _ in range(EXACT_ROUNDS):
        solution = solve(problem, QUIET, warm)
        if solution.status != "solved":
            return None
        orders = orders_of(desk.prepared, desk.outlook, desk.laid, solution.trades, desk.settings)
        missed = shortfall(desk.laid, orders)
        if not (missed.cash_usd or missed.gain_usd):
            break
        problem = missed.tightened(problem)
    found = worth(asked, placed(desk.laid, solution.trades, orders.buys))
    change = found.risk_usd - solution.hold.risk_usd
    alpha = alpha_of(desk.prepared, desk.outlook, desk.settings, orders, change)
    charge = charge_usd(desk.laid, found)
    return _Found(asked, solution, rates, orders, found, alpha, charge)


def _softened(desk: _Desk, best: _Found) -> _Found:
    """The better of a plan that ignores soft limits and one that stops where they cost more."""
    if best.charge_usd == 0.0:
        return best
    capped = priced(desk.laid, best.problem, best.worth)
    again = _best(replace(desk, laid=replace(desk.laid, problem=capped)), [best.rates])
    return best if again is None or again.score_usd < best.score_usd else again


def _under_tax_limit(desk: _Desk, best: _Found) -> _Found | None:
    """The best plan whose exact bill keeps the tax limit, by drawing in the gain limit."""
    limit = tax_limit(desk.laid)
    if limit is None or desk.bill_usd(best) <= limit:
        return best
    over = desk.bill_usd(best) - limit
    for cap in gain_caps(best.worth.net_gain_usd, as_float(over), best.rates):
        problem = replace(desk.laid.problem, gain_cap_usd=min(cap, desk.laid.problem.gain_cap_usd))
        tight = replace(desk, laid=replace(desk.laid, problem=problem))
        found = _best(tight, [best.rates])
        if found is None:
            return None
        if desk.bill_usd(found) <= limit:
            return found
    return None


def _plan(desk: _Desk, found: _Found, quick: bool) -> Plan:
    """The plan to show, after the exact check."""
    said = broken(desk.prepared, desk.laid, found.orders, found.worth)
    if said:
        raise PlanError(said)
    hold = found.solution.hold
    net = as_float(found.alpha.net_usd)
    gap = max(0.0, found.solution.gap_usd)
    bill = desk.prepared.tax.exact(results_of(found.orders.sells))[0]
    rows = _rows(desk, found, bill)
    return Plan(
        "solved",
        found.orders.sells,
        _kinds(desk, found),
        found.orders.buys,
        found.alpha,
        desk.prepared.tax.bill,
        bill,
        found.orders.cash_usd,
        hold.tracking_error,
        found.worth.tracking_error,
        found.rates,
        net + gap,
        gap,
        found.charge_usd,
        rows if quick else _costed(desk, found, rows),
    )


def _kinds(desk: _Desk, found: _Found) -> tuple[str, ...]:
    """What each sale is for: itself, the cash needed, another limit, or the target."""
    p = found.problem
    forced = misses(p, nothing(p), found.solution.hold)
    why = "tracking" if kept(forced) else "limit"
    if forced.cash_usd > 0:
        why = "cash_need"
    cost = p.lot_tax_usd + p.cost_rate[p.lot_name] * p.lot_price
    pays = {lot.lot_id for lot, usd in zip(desk.laid.lots, cost, strict=True) if usd < 0}
    return tuple(
        "harvest" if s.lot_id in pays and s.est_gain_usd < 0 else why for s in found.orders.sells
    )


def _rows(desk: _Desk, found: _Found, bill: TaxBill) -> tuple[ConstraintRow, ...]:
    """The constraint matrix with the exact bill in its row."""
    laid = desk.laid
    solution = replace(found.solution, found=found.worth)
    rows = matrix(found.problem, solution, laid.limits, laid.book, laid.realised_usd)
    owed = as_float(bill.total_usd)
    return tuple(
        replace(row, used=owed, binding=owed >= 0.9999 * row.limit)
        if row.constraint.rule is Rule.TAX_MAX_USD
        else row
        for row in rows
    )


def _costed(
    desk: _Desk, found: _Found, rows: tuple[ConstraintRow, ...]
) -> tuple[ConstraintRow, ...]:
    """The rows with the whole cost of those that have no price of a unit."""
    reached, warm = found.worth.objective_usd, found.solution.warm
    return whole_costs(desk.prepared, desk.outlook, desk.settings, rows, found.rates, reached, warm)


def _infeasible(desk: _Desk) -> Plan:
    """No plan keeps every limit: which ones conflict, and the cheapest ways out."""
    rates = rates_at(desk.prepared.tax, YearResults())
    problem = desk.laid.at(rates)
    solution = solve(problem, Settings(gap=1e-5))
    te = worth(problem, nothing(problem)).tracking_error
    empty = Orders((), (), dollars(problem.cash_usd))
    bill = desk.prepared.tax.bill
    conflict = ids_of(solution.conflict, desk.laid.limits)
    if solution.status == "solved":
        conflict = tuple(
            limit.constraint_id for limit in desk.laid.limits if limit.rule is Rule.TAX_MAX_USD
        )
    return Plan(
        "infeasible", (), (), (),
        alpha_of(desk.prepared, desk.outlook, desk.settings, empty, 0.0),
        bill, bill, empty.cash_usd, te, te, rates, 0.0, 0.0, 0.0, (),
        conflict, solution.ways_out,
    )  # fmt: skip
