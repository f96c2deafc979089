"""F3: the household's year, what is planned, and what is missing."""

from collections.abc import Sequence

from app.context import WEIGHTS, ContextAudit
from app.context import ContextGap as Gap
from app.screens.dial import tax_dial
from app.screens.moment import Moment
from engine.arrays import dollars
from engine.decision.household_range import household_range
from engine.decision.year_end import year_end
from engine.records import ZERO, Account, IncomeKind
from engine.results import LotSale
from widgets.views import AccountRow, BillRange, ContextGap, HouseholdView, PlannedEvent

PATHS = 1024
IMPORTED = frozenset(
    {
        "basis_unknown",
        "date_unknown",
        "lots_missing",
        "lots_do_not_add_up",
        "prices_stale",
        "cash_unknown",
        "reconciliation_open",
    }
)


_KINDS = {
    IncomeKind.WAGES: "wages or vest",
    IncomeKind.INTEREST: "interest",
    IncomeKind.QUALIFIED_DIVIDENDS: "dividends",
}


def household_view(seq: int, moment: Moment, audited: ContextAudit) -> HouseholdView:
    """Everything F3 shows."""
    found, household = moment.evaluation, moment.prepared.household
    law = moment.prepared.tax.law
    return HouseholdView(
        seq,
        household,
        tax_dial(household, law, found.bill_before, found.bill_after, found.bill_after),
        found.bill_before,
        found.bill_after,
        bill_range(moment, ()),
        bill_range(moment, moment.decided),
        tuple(_account(moment, account) for account in household.accounts),
        tuple(sorted(_events(moment), key=lambda e: e.on)),
        (*_stale(moment), *gap_views(audited)),
        audited.as_of,
        audited.score,
        household_range(moment.prepared, moment.outlook),
    )


def bill_range(moment: Moment, sales: tuple[LotSale, ...]) -> BillRange:
    """P10, P50 and P90 of the year-end bill over what is uncertain in the plans."""
    year = year_end(moment.prepared, moment.outlook, sales).with_trade
    return BillRange(dollars(year.p10_usd), dollars(year.p50_usd), dollars(year.p90_usd))


def _account(moment: Moment, account: Account) -> AccountRow:
    """One account."""
    household = moment.prepared.household
    rows = [p for p in moment.evaluation.positions if p.account_id == account.account_id]
    owner = next((p.name for p in household.people if p.person_id == account.person_id), "")
    cash = [c for c in household.cash if c.account_id == account.account_id]
    return AccountRow(
        account,
        owner,
        sum((p.market_usd for p in rows), ZERO),
        sum((p.unrealized_usd for p in rows), ZERO),
        sum((c.settled_usd + c.unsettled_usd for c in cash), ZERO),
        sum(p.lots for p in rows),
    )


def _events(moment: Moment) -> list[PlannedEvent]:
    """Cash needs, planned gains and planned income."""
    household = moment.prepared.household
    found = [
        PlannedEvent(n.due_on, n.note or "Cash need", -n.amount_usd, n.sd_usd, "cash need")
        for n in household.cash_needs
    ]
    found += [
        PlannedEvent(p.on, p.note or f"Planned {p.term}-term gain", p.amount_usd, p.sd_usd, "gain")
        for p in household.planned_gains
    ]
    found += [
        PlannedEvent(p.on, p.note or f"Planned {_KINDS[p.kind]}", p.amount_usd, p.sd_usd, "income")
        for p in household.planned_income
    ]
    return found


def gap_views(found: ContextAudit) -> tuple[ContextGap, ...]:
    """The gaps of a context audit, each with what mends it here in the window."""
    kinds: dict[str, list[Gap]] = {}
    for gap in found.gaps:
        kinds.setdefault(gap.kind, []).append(gap)
    return tuple(
        ContextGap(
            told(gaps),
            f"{WEIGHTS[kind]} of 100",
            sum((gap.at_stake_usd or ZERO for gap in gaps), ZERO),
            "Enter: import a file" if by_import(gaps[0]) else "Enter: edit the details",
        )
        for kind, gaps in kinds.items()
    )


def told(gaps: Sequence[Gap]) -> str:
    """Gaps of one kind as a line: the costliest, and how many more there are."""
    more = f" And {len(gaps) - 1} more like it." if len(gaps) > 1 else ""
    return f"{gaps[0].where}: {gaps[0].what}{more}"


def by_import(gap: Gap) -> bool:
    """Whether a custodian's file mends it, and not the household's own word."""
    return gap.kind in IMPORTED


def _stale(moment: Moment) -> tuple[ContextGap, ...]:
    """Prices that may not be acted on now."""
    stale = [p for p in moment.evaluation.positions if p.state == "stale"]
    if not stale:
        return ()
    worth = sum((p.market_usd for p in stale), ZERO)
    told = f"{len(stale)} prices are stale"
    return (ContextGap(told, "flags frozen", worth, "Check the feed"),)
