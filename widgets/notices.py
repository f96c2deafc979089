"""Notices of new flags: one calm line, not too often, and none in quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from widgets import text
from widgets.banner import Banner
from widgets.own import OwnSettings
from widgets.views import DeskView

NEW_YORK = ZoneInfo("America/New_York")
REST = timedelta(minutes=10)
"""A household is spoken of no more often than this, on the feed's clock."""


class Notices:
    """Watches the desk's views for flags that were not there before."""

    def __init__(self, banner: Banner, own: OwnSettings) -> None:
        """Nothing is known yet."""
        self._banner, self._own = banner, own
        self._known: dict[str, set[str]] = {}
        self._told_at: dict[str, datetime] = {}

    def take(self, view: DeskView) -> None:
        """Tell of new flags; the first view of a household is no news."""
        home, now = view.household.household_id, view.evaluation.as_of
        flags = {s.lot_id for p in view.evaluation.proposals if p.kind == "flag" for s in p.sales}
        before = self._known.get(home)
        if before is None:
            self._known[home] = flags
            return
        new = flags - before
        last = self._told_at.get(home)
        if not new or (last is not None and now - last < REST):
            return
        self._known[home] = before | flags
        if self._own.is_quiet(now.astimezone(NEW_YORK).time()):
            return
        self._told_at[home] = now
        count = text.plural(len(new), "lot")
        verb = "is" if len(new) == 1 else "are"
        self._banner.say(
            f"{view.household.name}: {count} {verb} now likely to be worth harvesting.", "go_desk"
        )
