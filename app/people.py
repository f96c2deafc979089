"""The practice's users: who may recommend, approve and review, and whether it is really them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from engine.errors import UserError
from engine.records import User, UserRole

# scrypt cost: about 16 MiB and a tenth of a second on a desktop (RFC 7914, section 2).
_N, _R, _P = 2**14, 8, 1


class NotAllowedError(UserError):
    """The user may not do that."""


def hash_passphrase(passphrase: str, salt: bytes | None = None) -> str:
    """A passphrase as it may be kept: ``scrypt$n$r$p$salt$hash``.

    Raises:
        UserError: The passphrase is shorter than eight characters.
    """
    if len(passphrase) < 8:
        raise UserError("a passphrase has at least 8 characters; choose a longer one")
    salt = os.urandom(16) if salt is None else salt
    found = hashlib.scrypt(passphrase.encode(), salt=salt, n=_N, r=_R, p=_P)
    words = (base64.b64encode(part).decode() for part in (salt, found))
    return "$".join(("scrypt", str(_N), str(_R), str(_P), *words))


def passphrase_fits(passphrase: str, kept: str) -> bool:
    """Whether the passphrase is the one that was kept; compared in constant time."""
    kind, n, r, p, salt, found = kept.split("$")
    if kind != "scrypt":
        return False
    told = hashlib.scrypt(
        passphrase.encode(), salt=base64.b64decode(salt), n=int(n), r=int(r), p=int(p)
    )
    return hmac.compare_digest(told, base64.b64decode(found))


def require(user: User | None, user_id: str, role: UserRole) -> User:
    """The user, if they hold the role.

    Raises:
        NotAllowedError: There is no such user, or they do not hold it.
    """
    if not user_id:
        raise NotAllowedError("nobody is signed in; name the user with --as or LOTLIGHT_USER")
    if user is None:
        raise NotAllowedError(f"the book has no user {user_id!r}; `lotlight book users` lists them")
    if role not in user.roles:
        held = ", ".join(sorted(user.roles)) or "nothing"
        raise NotAllowedError(f"{user.name} may {held}, not {role}; ask a user who may")
    return user
