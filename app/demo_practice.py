"""A generated practice that lives in the demo market, with prices to sweep it at."""

import random
from datetime import datetime, time

from app.book.book import SELF, Book
from app.market import NEW_YORK, snapshot_id
from app.office import demo_setting, open_feed
from app.practice import populate
from engine.records import Quote

PRICED_AT = time(11)


def generate_in_demo_market(
    book: Book, households: int, lots_each: int, seed: int
) -> tuple[str, datetime]:
    """Fill an open book with households that hold the demo market's names.

    Returns:
        Id and instant of the price snapshot that the book now has: 11:00 of the first session.
    """
    setting = demo_setting()
    traded = [s for s in setting.practice.securities if s.kind.tradable]
    quotes: dict[str, Quote] = {}
    for batch in open_feed(setting, traded).batches():
        at = batch.at
        quotes |= {quote.security_id: quote for quote in batch.quotes}
        if at.astimezone(NEW_YORK).time() >= PRICED_AT:
            break
    prices = {s.security_id: quotes[s.security_id].last_usd for s in traded}
    populate(book, traded, prices, (households, lots_each), random.Random(seed), at)
    for user in setting.practice.users:
        book.save_user(user, SELF, at)
    key = snapshot_id(quotes)
    book.record_snapshot(key, quotes, at)
    return key, at
