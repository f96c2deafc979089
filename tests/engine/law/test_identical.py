"""Substantially identical in three levels (tax-rules 8.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.commands.output import ProblemsError
from app.fund_table import load, parse
from engine.law.identical import FundIndex, Level, groups
from engine.records import Security, SecurityKind

STOCKS = [
    Security("goog", "GOOG", "Alphabet C", issuer_id="alphabet"),
    Security("googl", "GOOGL", "Alphabet A", issuer_id="alphabet"),
    Security("msft", "MSFT", "Microsoft", issuer_id="microsoft"),
    Security("bond1", "", "Alphabet 2030", SecurityKind.BOND, issuer_id="alphabet"),
    Security("call", "", "GOOG call", SecurityKind.OPTION, issuer_id="alphabet"),
]
FUNDS = [Security(s.lower(), s, s, SecurityKind.ETF) for s in ("SPY", "IVV", "VOO", "VTI", "IWB")]


def test_share_classes_of_one_issuer_are_treated_as_identical() -> None:
    found = groups(STOCKS)
    assert found.level("goog", "goog") is Level.IDENTICAL
    assert found.level("goog", "googl") is Level.TREATED
    assert found.level("goog", "msft") is Level.DIFFERENT
    assert "share classes of issuer alphabet" in found.reason("goog", "googl")


def test_bonds_and_options_of_the_issuer_stand_apart() -> None:
    found = groups(STOCKS)
    assert found.level("goog", "bond1") is Level.DIFFERENT
    assert found.level("goog", "call") is Level.DIFFERENT


def test_funds_on_one_index_are_treated_as_identical_and_others_not() -> None:
    found = groups(FUNDS, funds=load())
    assert found.level("spy", "voo") is Level.TREATED
    assert found.level("spy", "vti") is Level.DIFFERENT
    assert found.level("spy", "iwb") is Level.DIFFERENT
    assert "S&P 500" in found.reason("spy", "voo")
    assert found.members("ivv") == {"spy", "ivv", "voo"}


def test_a_household_may_add_a_set_and_take_a_default_out() -> None:
    added = groups(STOCKS, [frozenset({"msft", "goog"})])
    assert added.level("msft", "googl") is Level.TREATED
    apart = groups(STOCKS, different=[frozenset({"goog", "googl"})])
    assert apart.level("goog", "googl") is Level.DIFFERENT
    three = groups(FUNDS, funds=load(), different=[frozenset({"spy", "voo"})])
    assert three.level("spy", "voo") is Level.DIFFERENT


sets = st.lists(st.frozensets(st.sampled_from("abcdefgh"), max_size=4), max_size=5)


@given(sets, st.randoms(use_true_random=False))
def test_groups_are_an_equivalence_and_order_does_not_matter(
    parts: list[frozenset[str]], chance: object
) -> None:
    found = groups((), parts)
    for part in parts:
        assert len({found.group(x) for x in part}) <= 1
    shuffled = list(parts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert groups((), shuffled).group_of == found.group_of
    apart = {x for x in "abcdefgh" if not any(x in part for part in parts)}
    assert all(found.group(x) == x for x in apart)


def test_the_shipped_table_names_a_source_for_each_index() -> None:
    assert len(load()) >= 10
    assert all(isinstance(row, FundIndex) and row.source for row in load())


@pytest.mark.parametrize(
    "text",
    [
        '[[index]]\nname = "A"\nsymbols = ["X"]\n',
        '[[index]]\nname = "A"\nsymbols = []\nsource = "s"\n',
        '[[index]]\nname = "A"\nsymbols = ["X"]\nsource = "s"\n'
        '[[index]]\nname = "B"\nsymbols = ["X"]\nsource = "s"\n',
    ],
)
def test_a_table_that_cannot_be_relied_on_is_refused(text: str) -> None:
    with pytest.raises(ProblemsError):
        parse(text)
