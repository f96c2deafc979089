"""The practice's choices where the law of wash sales is open: one setting of the book."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from app.book.book import Book
from engine.law.wash_settings import Tacking, WashSettings

NAME = "wash_settings"


def chosen(book: Book) -> WashSettings:
    """The choices in force; the conservative side where nobody has chosen."""
    told = json.loads(book.setting(NAME, "{}"))
    tacking = Tacking(told.pop("tacking", Tacking.ADD_DAYS))
    return WashSettings(tacking, **told)


def choose(book: Book, settings: WashSettings, user_id: str, at: datetime) -> None:
    """Make these the choices of the practice; the audit trail keeps who chose, and when."""
    book.save_setting(NAME, json.dumps(asdict(settings), sort_keys=True), user_id, at)
