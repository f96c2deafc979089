"""Figures as text: one minus sign (U+2212), thousands, New York time. Locale-free on purpose.

A form that an advisor shows to the tax authority reads the same on every machine; the columns
line up because the font has tabular figures.
"""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUS = "\N{MINUS SIGN}"
NEW_YORK = ZoneInfo("America/New_York")
NONE = "–"
Number = Decimal | float | int


def _grouped(amount: Number, places: int) -> str:
    """Absolute value with thousands separators, half-even."""
    if isinstance(amount, Decimal):
        amount = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return f"{abs(amount):,.{places}f}"


def _sign(body: str, amount: Number, *, plus: bool) -> str:
    """A sign, unless what is shown is zero."""
    if not any(c in "123456789" for c in body):
        return ""
    return MINUS if amount < 0 else "+" if plus else ""


def number(amount: Number, places: int = 0) -> str:
    """A plain figure: ``−1,234``."""
    body = _grouped(amount, places)
    return _sign(body, amount, plus=False) + body


def signed(amount: Number, places: int = 0) -> str:
    """A figure that always carries its sign: ``+1,234``; zero carries none."""
    body = _grouped(amount, places)
    return _sign(body, amount, plus=True) + body


def money(amount: Number, places: int = 0) -> str:
    """Dollars: ``−$1,234``."""
    body = _grouped(amount, places)
    return _sign(body, amount, plus=False) + "$" + body


def signed_money(amount: Number, places: int = 0) -> str:
    """Dollars with their sign: ``+$1,234``."""
    body = _grouped(amount, places)
    return _sign(body, amount, plus=True) + "$" + body


def percent(share: Number, places: int = 0) -> str:
    """A fraction as percent: ``80%``. A chance is never rounded up to certainty or to none."""
    body = f"{abs(float(share)) * 100:,.{places}f}"
    return _sign(body, share, plus=False) + body + "%"


def probability(p: float) -> str:
    """A chance: ``<1%`` and ``>99%`` instead of a certainty that is not there."""
    if p != p:  # NaN: no forecast
        return NONE
    if 0 < p < 0.005:
        return "<1%"
    if 0.995 <= p < 1:
        return ">99%"
    return f"{p:.0%}"


def shares(amount: Number) -> str:
    """Shares without needless zeros: ``851`` or ``12.3456``."""
    body = f"{Decimal(str(amount)):,.6f}".rstrip("0").rstrip(".")
    return body.replace("-", MINUS)


def hours(amount: float) -> str:
    """A length of time: ``2 h 54 m``."""
    minutes = max(0, round(amount * 60))
    return f"{minutes} m" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} m"


def countdown(seconds: float) -> str:
    """Time left: ``1:57:53``; days when it is long."""
    whole = max(0, int(seconds))
    if whole >= 86_400:
        return f"{whole // 86_400} d {whole % 86_400 // 3600} h"
    return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"


def age(seconds: float) -> str:
    """An age: ``3 s``, ``4 min``, ``2 h``, ``3 d``."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


@lru_cache(maxsize=512)
def clock(at: datetime, *, with_seconds: bool = True) -> str:
    """New York time of an instant: ``14:02:07``."""
    return new_york(at).strftime("%H:%M:%S" if with_seconds else "%H:%M")


def stamp(at: datetime) -> str:
    """Date and New York time of an instant."""
    return new_york(at).strftime("%Y-%m-%d %H:%M:%S")


def day(on: date) -> str:
    """A date, as ISO 8601 has it."""
    return on.isoformat()


def new_york(at: datetime) -> datetime:
    """The instant in New York; one without a zone is taken as UTC."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(NEW_YORK)


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 trade``, ``7 trades``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
