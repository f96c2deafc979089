"""Which securities are substantially identical, in three levels.

The statute does not define the words (26 U.S.C. 1091(a); Reg. 1.1091-1). So there is a table:

* *identical*: the same security. Always a wash.
* *treated as identical*: share classes of one issuer, funds that the table of funds puts on one
  index, and the sets a household adds. A wash, marked as a judgement; a household may take a set
  out again.
* *different*: everything else, also other issuers of one industry, funds on different indices,
  and a stock beside a fund that holds it.

Bonds of one issuer differ by coupon and maturity, so an issuer joins its stocks alone. Options on
a stock count as acquiring it (1091(a)) but are flagged and not computed, so they stay apart here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from engine.records import Security, SecurityKind


class Level(StrEnum):
    """How two securities stand to each other."""

    IDENTICAL = "identical"
    TREATED = "treated as identical"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class FundIndex:
    """Funds that track one index, whatever their sponsor.

    Attributes:
        index: Name of the index.
        symbols: Tickers of the funds.
        source: Where the index of each fund is stated.
    """

    index: str
    symbols: frozenset[str]
    source: str


@dataclass(frozen=True, slots=True)
class IdenticalGroups:
    """Identical groups of a household.

    Attributes:
        group_of: Group of each security that has company; a security left out is its own group.
        reason_of: Why the members of a group are together, in words.
    """

    group_of: Mapping[str, str] = field(default_factory=dict)
    reason_of: Mapping[str, str] = field(default_factory=dict)

    def group(self, security_id: str) -> str:
        """Group of a security."""
        return self.group_of.get(security_id, security_id)

    def level(self, one: str, other: str) -> Level:
        """How two securities stand to each other."""
        if one == other:
            return Level.IDENTICAL
        return Level.TREATED if self.group(one) == self.group(other) else Level.DIFFERENT

    def reason(self, one: str, other: str) -> str:
        """Why two securities are in one group, in words."""
        return "same security" if one == other else self.reason_of[self.group(one)]

    def members(self, security_id: str) -> frozenset[str]:
        """Every security of the same group, the one asked for included."""
        group = self.group(security_id)
        return frozenset(s for s, g in self.group_of.items() if g == group) | {security_id}


def groups(
    securities: Iterable[Security],
    household_sets: Sequence[frozenset[str]] = (),
    funds: Sequence[FundIndex] = (),
    different: Sequence[frozenset[str]] = (),
) -> IdenticalGroups:
    """Join securities into identical groups.

    Args:
        securities: Securities of the book.
        household_sets: Sets of security ids that the household treats as identical.
        funds: Table of funds by index (resources/identical/funds.toml).
        different: Sets that the household does not treat as identical: no default rule joins two
            members of such a set. The household's own sets are joined all the same.

    Returns:
        The groups; the name of each is its smallest security id, so that order does not matter.
    """
    known = sorted(securities, key=lambda s: s.security_id)
    sets = [(s, "the household treats them as identical") for s in household_sets]
    for members, reason in (*_share_classes(known), *_same_index(known, funds)):
        sets.append((_without(members, different), reason))
    return _joined(sets)


def _share_classes(securities: Sequence[Security]) -> list[tuple[frozenset[str], str]]:
    """Stocks of one issuer."""
    by_issuer: dict[str, set[str]] = {}
    for security in securities:
        if security.issuer_id and security.kind is SecurityKind.STOCK:
            by_issuer.setdefault(security.issuer_id, set()).add(security.security_id)
    return [(frozenset(ids), f"share classes of issuer {i}") for i, ids in by_issuer.items()]


def _same_index(
    securities: Sequence[Security], funds: Sequence[FundIndex]
) -> list[tuple[frozenset[str], str]]:
    """Funds of the table that are on one index."""
    fund_kinds = (SecurityKind.ETF, SecurityKind.NAV_FUND)
    held = [s for s in securities if s.kind in fund_kinds]
    return [
        (
            frozenset(s.security_id for s in held if s.symbol in row.symbols),
            f"funds on one index, {row.index} ({row.source})",
        )
        for row in funds
    ]


def _without(members: frozenset[str], different: Sequence[frozenset[str]]) -> frozenset[str]:
    """A default set less what the household holds apart: those members stand alone."""
    apart = {s for exception in different if len(exception & members) > 1 for s in exception}
    return members - apart


def _joined(sets: Sequence[tuple[frozenset[str], str]]) -> IdenticalGroups:
    """Union of overlapping sets, with their reasons."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            node = parent[node]
        return node

    for members, _ in sets:
        ordered = sorted(members)
        for other in ordered[1:]:
            first, second = sorted((root(ordered[0]), root(other)))
            parent[second] = first
    reasons: dict[str, list[str]] = {}
    for members, reason in sets:
        if len(members) > 1:
            known = reasons.setdefault(root(min(members)), [])
            known += [reason] if reason not in known else []
    return IdenticalGroups(
        {node: root(node) for node in sorted(parent)},
        {group: "; ".join(words) for group, words in reasons.items()},
    )
