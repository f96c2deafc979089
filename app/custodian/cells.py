"""What one cell of a custodian's file says. Every cell is text until a rule here reads it.

Each reader returns a value, ``None`` for a cell that says "not known", or raises ``CellError``
with the rule that the text breaks and what to do; nothing is guessed around. Dates have four
figures for the year, thousands separators stand where they belong, and a number that a
spreadsheet has already rounded ("1.2E+05") is refused.
"""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

from engine.records import CENT, MICRO, SecurityKind

UNKNOWN = frozenset({"", "-", "--", "n/a", "na", "incomplete", "various", "not available"})
LARGEST = Decimal(10) ** 12

_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?")
_CLOCK = r"(?:[ ;T,]+\d{1,2}:?\d{2}(?::?\d{2})?(?:\.\d+)?(?: ?[APap]\.?[Mm]\.?)?(?: ?[A-Z]{1,4})?)?"
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DATES = (
    re.compile(rf"(?P<y>\d{{4}})(?P<sep>[-/])(?P<m>\d{{1,2}})(?P=sep)(?P<d>\d{{1,2}}){_CLOCK}"),
    re.compile(rf"(?P<y>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}}){_CLOCK}"),
    re.compile(rf"(?P<m>\d{{1,2}})(?P<sep>[-/])(?P<d>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<mon>[A-Za-z]{{3,9}})[- ](?P<d>\d{{1,2}}),?[- ](?P<y>\d{{4}}){_CLOCK}"),
    re.compile(rf"(?P<d>\d{{1,2}})[- ](?P<mon>[A-Za-z]{{3,9}})[- ](?P<y>\d{{4}}){_CLOCK}"),
    re.compile(
        r"[A-Z][a-z]{2} (?P<mon>[A-Z][a-z]{2}) (?P<d>\d{1,2}) [\d:]{5,8} [A-Z]{2,4} (?P<y>\d{4})"
    ),
)
_AS_OF = re.compile(r".+? as of (.+)", re.IGNORECASE)
_SHARE_CLASS = re.compile(r"([A-Z]{1,5})[ /.\-]([A-Z])")
_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9.$*+ /&^'\-]{0,40}")
_OPTION = re.compile(r"[A-Z0-9./]{1,6} +(?:\d{1,2}/\d{1,2}/\d{2,4} .*\b[CP]|\d{6}[CP]\d{8})")
_TICKER = re.compile(r"[A-Z]{1,6}(?:\.[A-Z]{1,2})?")
_CUSIP = re.compile(r"[0-9]{3}[0-9A-Z]{5}[0-9]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


class CellError(Exception):
    """A cell breaks a rule; the row is set aside and the reason shown."""

    def __init__(self, rule: str, remedy: str) -> None:
        """Keep rule and remedy for the problem."""
        super().__init__(rule)
        self.rule, self.remedy = rule, remedy


def known(text: str, unknown: frozenset[str] = UNKNOWN) -> bool:
    """Whether a cell says anything at all."""
    return text.strip().casefold() not in unknown


def number(text: str) -> Decimal:
    """A decimal number as people write money: ``$``, ``+``, ``-`` on either side, ``(1.00)``.

    Raises:
        CellError: If it is no number, has misplaced separators, or is beyond 1e12.
    """
    body = text.strip()
    negative = body.startswith("(") and body.endswith(")")
    if negative:
        body = body[1:-1].strip()
    signs = 0
    while body[:1] in ("$", "+", "-", "\u2212") and body:
        signs += body[0] in "-\u2212"
        body = body[1:].lstrip()
    if body.endswith("-"):
        body, signs = body[:-1].rstrip(), signs + 1
    if signs + negative > 1 or not any(map(str.isdigit, body)) or not _NUMBER.fullmatch(body):
        remedy = "write digits, one decimal point and thousands commas only, e.g. -1,234.56"
        raise CellError("not a number", remedy)
    if not body.isascii():
        raise CellError("digits of another script", "write the digits 0 to 9")
    value = Decimal(body.replace(",", ""))
    if value >= LARGEST:
        raise CellError("larger than any position can be", "check the column and the decimal point")
    return -value if signs + negative else value


def usd(text: str) -> Decimal:
    """Dollars to the cent, half up."""
    return number(text).quantize(CENT, ROUND_HALF_UP)


def micro(text: str) -> Decimal:
    """Shares or a price to 1e-6."""
    return number(text).quantize(MICRO, ROUND_HALF_UP)


def day(text: str) -> date:
    """A date in any style the samples show; of ``A as of B`` the second, when it took effect.

    Raises:
        CellError: If it is no date, or its year is outside 1900 to 2200.
    """
    body = text.strip()
    as_of = _AS_OF.fullmatch(body)
    body = as_of[1] if as_of else body
    for style in _DATES:
        found = style.fullmatch(body)
        if found is not None:
            return _date(found)
    raise CellError("not a date", "write MM/DD/YYYY or YYYY-MM-DD")


def instant(text: str) -> datetime:
    """An instant in ISO form with its offset from UTC, as UTC.

    Raises:
        CellError: If it is no instant, or says not in which zone.
    """
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise CellError("not an instant", "write 2026-10-30T15:04:05Z") from None
    if at.tzinfo is None:
        raise CellError("an instant without its zone", "add Z or an offset such as -04:00")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise CellError("year out of range", "check the year") from None


def _date(found: re.Match[str]) -> date:
    parts = found.groupdict()
    if not found[0].isascii():
        raise CellError("digits of another script", "write the digits 0 to 9")
    name = parts.get("mon")
    if name is not None and name[:3].casefold() not in _MONTHS:
        raise CellError("no such month", "write the month in English, e.g. Oct")
    month = int(parts["m"]) if name is None else _MONTHS.index(name[:3].casefold()) + 1
    try:
        value = date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        raise CellError("no such day", "write MM/DD/YYYY or YYYY-MM-DD") from None
    if not 1900 <= value.year <= 2200:
        raise CellError("year out of range", "check the year; four figures are needed")
    return value


def label(text: str) -> str:
    """A free text without characters that cannot be seen, blanks made single."""
    return " ".join(_UNSEEN.sub("", text).split())


def identity(text: str) -> str:
    """A text that names something (account, lot, order): unseen characters are refused in it.

    Raises:
        CellError: If it holds a control, zero-width or direction-changing character.
    """
    unseen = _UNSEEN.search(text)
    if unseen is not None:
        rule = f"holds the unseen character U+{ord(unseen[0]):04X}"
        raise CellError(rule, "remove the character; it can make two names look alike")
    return " ".join(text.split())


def symbol(text: str) -> str:
    """A ticker in one spelling: ``BRK/B``, ``BRK B`` and ``BRK-B`` are ``BRK.B``.

    Raises:
        CellError: If it holds characters that no ticker has (a formula, another script).
    """
    body = identity(text).upper().rstrip("*")
    share_class = _SHARE_CLASS.fullmatch(body)
    if share_class is not None:
        return f"{share_class[1]}.{share_class[2]}"
    if body and not _SYMBOL.fullmatch(body):
        raise CellError("not a ticker", "write letters, figures and . / - only")
    return body


def is_cusip(text: str) -> bool:
    """Whether nine characters are a CUSIP with a right check digit."""
    if not _CUSIP.fullmatch(text):
        return False
    total = 0
    for place, letter in enumerate(text[:8]):
        value = int(letter, 36) * (1 + place % 2)
        total += value // 10 + value % 10
    return (10 - total % 10) % 10 == int(text[8])


def kind_of(ticker: str) -> SecurityKind:
    """Kind of a security by the look of its ticker, where the file has no column for it.

    A CUSIP in place of a ticker is a bond; five letters ending in X are a fund and in XX a money
    fund (NASDAQ convention); a ticker with a date and C or P is an option. What looks like none of
    these is ``other``: held and counted, never traded.
    """
    if is_cusip(ticker):
        return SecurityKind.BOND
    if _OPTION.fullmatch(ticker):
        return SecurityKind.OPTION
    if len(ticker) == 5 and ticker.isalpha() and ticker.endswith("X"):
        return SecurityKind.SWEEP if ticker.endswith("XX") else SecurityKind.NAV_FUND
    return SecurityKind.STOCK if _TICKER.fullmatch(ticker) else SecurityKind.OTHER
