"""What a household says of itself, as a text that an advisor edits: people, accounts, tax, plans.

Lots, trades and cash come from the custodian, limits and targets have their own screens: they are
left out of the text and kept as they are.
"""

from dataclasses import replace

from app.context_file import read_text, write_record
from engine.errors import UserError
from engine.records import (
    Account,
    AccountKind,
    FilingStatus,
    Household,
    Person,
    PersonRole,
    TaxProfile,
)

KEPT = ("lots", "cash", "trades", "realized", "sleeves", "constraints")
NAME = "details"


def details(home: Household) -> str:
    """The text."""
    bare = replace(home, lots=(), cash=(), trades=(), realized=(), sleeves=(), constraints=())
    return write_record(bare).replace("lots = []\n", "")


def blank(year: int) -> str:
    """The text of a household that is to be described."""
    home = Household(
        "new-household",
        "Name of the household",
        (Person("client-1", "Name of the client", PersonRole.CLIENT),),
        (Account("account-1", "client-1", "Joint account", AccountKind.TAXABLE, "custodian", "0"),),
        (),
        TaxProfile(year, FilingStatus.SINGLE, "CA"),
    )
    return details(home)


def described(text: str) -> Household:
    """A new household as the text describes it.

    Raises:
        ProblemsError: Each field that will not do, with what to write.
    """
    return read_text(f"lots = []\n{text}", Household, NAME)


def with_details(home: Household, text: str) -> Household:
    """The household with what the text says; what is not in the text stays.

    Raises:
        ProblemsError: Each field that will not do, with what to write.
        UserError: If the text is another household's, or leaves out an account that is in use.
    """
    found = read_text(f"lots = []\n{text}", Household, NAME)
    if found.household_id != home.household_id:
        raise UserError(
            f"the household's id stays {home.household_id}; it was {found.household_id}"
        )
    said = {account.account_id for account in found.accounts}
    used = {lot.account_id for lot in home.lots} | {row.account_id for row in home.cash}
    if gone := sorted(used - said):
        raise UserError(f"account {gone[0]} holds lots or cash; keep its entry")
    return replace(found, **{name: getattr(home, name) for name in KEPT})
