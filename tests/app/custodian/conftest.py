"""The samples and how each is read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.custodian.profile import load
from app.custodian.read import parse
from app.custodian.sniff import as_source
from app.custodian.values import Parsed

SAMPLES = Path(__file__).parent / "samples"
# sample -> profile
FORMATS = {
    "schwab/All-Accounts-Positions-2023layout.csv": "schwab-positions",
    "schwab/Individual-Positions-2024layout.csv": "schwab-positions",
    "schwab/Lot-Details-MSFT-9col.csv": "schwab-lots",
    "schwab/Lot-Details-NKE-15col-wash.csv": "schwab-lots",
    "schwab/Realized-GainLoss-LotDetails-25col.csv": "schwab-realized",
    "schwab/Brokerage-Transactions.csv": "schwab-transactions",
    "schwab/1099-Composite-XXXX-X123.csv": "schwab-1099",
    "fidelity/Portfolio_Positions_Oct-31-2025.csv": "fidelity-positions",
    "fidelity/History_for_Account_Z00000123_2025a.csv": "fidelity-history",
    "fidelity/History_for_Account_Z00000123_2026b_price_before_qty.csv": "fidelity-history",
    "fidelity/Accounts_History_all_accounts.csv": "fidelity-history",
    "fidelity/Realized_Gain_Loss_Account_Z00000123.csv": "fidelity-realized",
    "vanguard/OfxDownload.csv": "vanguard",
    "etrade/PortfolioDownload.csv": "etrade-portfolio",
    "etrade/GL_Expanded_2025.csv": "etrade-gains",
    "merrill/ExportData.csv": "merrill-positions",
    "jpmorgan/positions_lots.csv": "jpmorgan-lots",
    "ibkr/activity_statement_excerpt.csv": "ibkr-activity",
    "ibkr/flex_open_positions_lots.xml": "ibkr-flex",
    "ofx/schwab_like_v102.ofx": "ofx",
}

Read = Callable[[str], Parsed]


@pytest.fixture(scope="session")
def read_sample() -> Read:
    def read(name: str) -> Parsed:
        path = SAMPLES / name
        return parse(as_source(path.name, path.read_bytes()), load(FORMATS[name]))

    return read
