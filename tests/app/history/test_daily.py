from datetime import date
from pathlib import Path

import numpy as np
import pytest

from app.commands.output import ProblemsError
from app.history.daily import read_daily

PANEL = """date,ticker,open,high,low,close,adj_close,volume,dividend,split
2025-06-03,BB,10,11,9,10.5,10.4,100,0.1,1
2025-06-02,BB,10,11,9,10.2,10.0,100,0,1
2025-06-02,AA,40,41,39,40.5,20.2,100,0,1
2025-06-03,AA,20,21,19,20.5,20.5,100,0,2
"""
OLDER = """ticker,date,close
AA,2025-05-30,41
AA,2025-06-02,999
CC,2025-06-02,5
"""


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_rows_are_sorted_and_what_a_file_lacks_is_said(tmp_path: Path) -> None:
    daily = read_daily([written(tmp_path, "a.csv", PANEL), written(tmp_path, "b.csv", OLDER)])
    assert daily.names == ("AA", "BB", "CC")
    assert daily.name.tolist() == [0, 0, 0, 1, 1, 2]
    assert daily.close.tolist() == [41.0, 40.5, 20.5, 10.2, 10.5, 5.0]
    assert daily.split.tolist() == [1.0, 1.0, 2.0, 1.0, 1.0, 1.0]
    assert np.isnan(daily.high).tolist() == [True, False, False, False, False, True]
    assert daily.day[0] == date(2025, 5, 30).toordinal()


def test_names_can_be_chosen(tmp_path: Path) -> None:
    daily = read_daily([written(tmp_path, "a.csv", PANEL)], tickers={"BB"})
    assert daily.names == ("BB",)
    assert daily.dividend.tolist() == [0.0, 0.1]


@pytest.mark.parametrize(
    ("found", "put", "field", "row"),
    [
        ("20,21,19,20.5,20.5", "20,21,19,0,20.5", "close", 5),
        ("20.5,20.5,100,0,2", "20.5,20.5,100,0,0", "split", 5),
        ("20.5,20.5,100,0,2", "20.5,20.5,100,-1,2", "dividend", 5),
        ("2025-06-03,AA", "2025-06-02,AA", "date", 5),
    ],
)
def test_a_row_that_cannot_be_is_named(
    tmp_path: Path, found: str, put: str, field: str, row: int
) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_daily([written(tmp_path, "a.csv", PANEL.replace(found, put))])
    problem = caught.value.problems[0]
    assert (problem.source, problem.field, problem.line) == ("a.csv", field, row)
