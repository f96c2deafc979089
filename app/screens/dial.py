"""The household's place in the brackets, as the tax dial shows it."""

from engine.arrays import as_float
from engine.law.rules import Law
from engine.records import Household
from engine.results import Edge, TaxBill
from widgets.views import TaxBand, TaxDial, TaxEdge

SHOWN_BEYOND = 1.35


def tax_dial(
    household: Household, law: Law, before: TaxBill, after: TaxBill, expected: TaxBill
) -> TaxDial:
    """Ordinary brackets as bands, other edges beside them, three needles on taxable income.

    Args:
        household: Whose.
        law: Law of the year.
        before: Bill with nothing done.
        after: Bill with the staged and approved sales.
        expected: Bill with all open proposals too.
    """
    status = household.profile.filing_status
    schedule = law.schedule("federal.brackets", before.year, status)
    starts = [as_float(start) for start in schedule.starts]
    income = [as_float(bill.line("taxable_income")) for bill in (before, after, expected)]
    top = max(*income, starts[1]) * SHOWN_BEYOND
    shown = [i for i, start in enumerate(starts) if start < top]
    bands = tuple(
        TaxBand(
            f"{schedule.rates[i]:.0%}",
            starts[i],
            starts[i + 1] if i + 1 in shown else top,
            as_float(schedule.rates[i]),
        )
        for i in shown
    )
    return TaxDial(
        title=_title(household, before),
        year=before.year,
        bands=bands,
        edges=tuple(_edges(before, income[0], top)),
        before_usd=income[0],
        after_usd=income[1],
        expected_usd=income[2],
        bill_before_usd=before.total_usd,
        bill_after_usd=after.total_usd,
    )


def _title(household: Household, bill: TaxBill) -> str:
    """Which taxes the bill holds."""
    parts = ["federal"]
    parts += [name for name, key in (("NIIT", "niit"), ("AMT", "amt")) if bill.line(key)]
    if bill.state_usd:
        parts.append(household.profile.state)
    return " + ".join(parts)


def _edges(bill: TaxBill, income_usd: float, top_usd: float) -> list[TaxEdge]:
    """Edges of other rules, moved to the scale of taxable income by their distance."""
    found = []
    for edge in bill.edges:
        at = income_usd + as_float(edge.distance_usd)
        if edge.rule != "ordinary" and 0.0 < at < top_usd:
            found.append(TaxEdge(_label(edge), at))
    return found


def _label(edge: Edge) -> str:
    """Short name of an edge."""
    names = {"gains": f"gains {edge.rate_above:.0%}", "niit": "NIIT", "state": "state"}
    return names.get(edge.rule, edge.rule.replace("_", " "))
