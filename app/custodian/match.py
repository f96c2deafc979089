"""Which account of the book, and which security, a custodian's text means.

Custodians mask account numbers (``...123``, ``XXXX-0123``, ``U***00123``). A masked number fits
an account whose number ends in the figures shown, and only if it is the only one; a number
written in full must be the same. What does not fit is not guessed: the account stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from hashlib import sha256

from app.custodian.values import SecurityText
from engine.errors import UserError
from engine.records import Account, Security

_MASK = re.compile(r"\*|\.\.|XX|^X\d")
_LAST_DIGITS = re.compile(r"\d+$")


class AccountError(UserError):
    """The account asked for is not in the book, or the file speaks of another one."""


def digest(*parts: object) -> str:
    """Twenty hexadecimal figures that stand for these texts, in this order."""
    return sha256("|".join(map(str, parts)).encode()).hexdigest()[:20]


def tail(number: str) -> str:
    """The last three figures of an account number: how custodians show it."""
    digits = "".join(letter for letter in number if letter.isdigit())
    return digits[-3:] or number


def masked(written: str) -> bool:
    """Whether a number as written hides figures."""
    return bool(_MASK.search(written.upper())) or len(written) <= 4


def fits(written: str, number: str) -> bool:
    """Whether a number as written can mean an account of that number."""
    plain = [re.sub(r"[\s-]", "", text).upper() for text in (written, number)]
    if plain[0] == plain[1]:
        return True
    shown = _LAST_DIGITS.search(plain[0])
    if not masked(written) or shown is None or len(shown[0]) < 3:
        return False
    digits = "".join(letter for letter in plain[1] if letter.isdigit())
    return digits.endswith(shown[0]) or digits == shown[0].lstrip("0")


def find_account(asked: str, accounts: Sequence[Account]) -> Account | None:
    """The account a person means: by id, by number, or by name."""
    for names in (
        [a for a in accounts if a.account_id == asked],
        [a for a in accounts if a.number == asked],
        [a for a in accounts if a.name.casefold() == asked.casefold()],
        [a for a in accounts if a.number and fits(asked, a.number)],
    ):
        if len(names) == 1:
            return names[0]
    return None


class Accounts:
    """Finds the account of each line; with ``asked``, only lines of that account are taken."""

    def __init__(self, accounts: Sequence[Account], written: Iterable[str], asked: str) -> None:
        """Hold the book's accounts against the numbers in the file.

        Raises:
            AccountError: If ``asked`` is not in the book, or the file is of another account.
        """
        self._accounts, self._asked = accounts, asked
        self._known: dict[str, str | None] = {}
        self._written = {number for number in written if number}
        self._one = find_account(asked, accounts) if asked else None
        if asked and accounts and self._one is None:
            have = ", ".join(f"{a.account_id} ({a.number or 'no number'})" for a in accounts)
            raise AccountError(f"the book has no account {asked!r}; it has {have}")
        if self._one is not None and self._written and not any(map(self.takes, self._written)):
            told = ", ".join(sorted(self._written))
            what = f"the file is of account {told}, not of {asked} ({self._one.number})"
            raise AccountError(f"{what}; choose the right --account, or mend its number")

    def takes(self, written: str) -> bool:
        """Whether a line of that account number is part of this import."""
        if not self._asked or not written:
            return True
        number = self._one.number if self._one is not None else self._asked
        if len(self._written) == 1 and (self._one is None or not number):
            return True
        return fits(written, number) or fits(number, written)

    def account_id(self, written: str) -> str | None:
        """Id of the account, or ``None`` when it is not known."""
        if self._one is not None:
            return self._one.account_id
        if self._asked:
            return self._asked
        if written not in self._known:
            found = [a.account_id for a in self._accounts if a.number and fits(written, a.number)]
            self._known[written] = found[0] if written and len(found) == 1 else None
        return self._known[written]


class Securities:
    """Finds the security of each line, or makes a new one."""

    def __init__(self, securities: Iterable[Security]) -> None:
        """Index the book's securities by CUSIP, ticker and id."""
        self._by_cusip: dict[str, Security] = {}
        self._by_symbol: dict[str, Security] = {}
        self._ids: set[str] = set()
        self.new: list[Security] = []
        for security in securities:
            self._add(security)

    def _add(self, security: Security) -> None:
        self._ids.add(security.security_id)
        self._by_symbol.setdefault(security.symbol, security)
        if security.cusip:
            self._by_cusip.setdefault(security.cusip, security)

    def find(self, text: SecurityText) -> Security:
        """The security meant: a CUSIP decides before a ticker, which may have changed hands."""
        found = self._by_cusip.get(text.cusip) if text.cusip else None
        if found is None:
            found = self._by_symbol.get(text.symbol)
            if found is not None and found.cusip and text.cusip and found.cusip != text.cusip:
                found = None
        if found is None:
            taken = text.symbol in self._ids or text.symbol in self._by_symbol
            security_id = f"{text.symbol}-{text.cusip}" if taken else text.symbol
            name = text.name or text.symbol
            found = Security(security_id, text.symbol, name, text.kind, cusip=text.cusip)
            self._add(found)
            self.new.append(found)
        return found
