"""F6: 61 days of every security that a wash sale may touch, account by account."""

from datetime import date, timedelta

from app.screens.moment import Moment
from app.screens.spoilers import spoilers
from engine.records import Side
from widgets.views import WashDay, WashRow, WashView

MOST_ROWS = 60


def wash_view(seq: int, moment: Moment) -> WashView:
    """The calendar from 30 days before today to 30 days after."""
    window = moment.prepared.wash.window_days
    today = moment.outlook.today
    first = today - timedelta(days=window)
    rows = _rows(moment, first, 2 * window + 1)
    return WashView(
        seq,
        first,
        today,
        tuple(rows[:MOST_ROWS]),
        tuple(b for b in moment.prepared.blocks if not b.lot_id),
        moment.outlook.securities,
        spoilers(moment),
    )


def _rows(moment: Moment, first: date, days: int) -> list[WashRow]:
    """One row for each security and account with a trade in the window, then those blocked."""
    household, found = moment.prepared.household, []
    lossy = {
        (r.account_id, r.security_id, r.sold_on) for r in household.realized if r.recognized_usd < 0
    }
    keys = sorted(
        {(t.security_id, t.account_id) for t in household.trades if t.traded_on >= first},
        key=lambda k: (moment.outlook.securities[k[0]].symbol, k[1]),
    )
    for security_id, account_id in keys:
        marks = [WashDay.CLEAR] * days
        last: date | None = None
        for trade in household.trades:
            at = (trade.traded_on - first).days
            if (trade.security_id, trade.account_id) != (
                security_id,
                account_id,
            ) or not 0 <= at < days:
                continue
            sold = trade.side is Side.SELL
            if sold and (account_id, security_id, trade.traded_on) not in lossy:
                continue
            marks[at] = WashDay.SOLD if sold else WashDay.BOUGHT
            last = max(last or trade.traded_on, trade.traded_on)
        if last is None:
            continue
        safe = last + timedelta(days=moment.prepared.wash.window_days + 1)
        _block(marks, first, last, safe)
        security = moment.outlook.securities[security_id]
        found.append(WashRow(security, household.account(account_id), tuple(marks), safe, ""))
    return found


def _block(marks: list[WashDay], first: date, last: date, safe: date) -> None:
    """Days on which the other side of the trade would wash, and the first safe one."""
    for at in range(len(marks)):
        day = first + timedelta(days=at)
        if last < day < safe and marks[at] is WashDay.CLEAR:
            marks[at] = WashDay.BLOCKED
        if day == safe:
            marks[at] = WashDay.SAFE
