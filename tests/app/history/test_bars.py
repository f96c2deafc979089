from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.calendars import load
from app.commands.output import ProblemsError
from app.history.bars import read_bars

CSV = """ticker,ts,open,high,low,close,volume
BB,2025-03-10 09:30,10,11,9,10.5,100
AA,2025-03-07 09:30,20,21,19,20.5,100
AA,2025-03-07 09:35,20.5,21,20,20.6,100
BB,2025-03-10 09:35,10.5,11,10,10.6,100
AA,2025-03-07 09:45,20.6,21,20,20.7,100
AA,2025-03-07 09:40,20.6,21,20,20.7,100
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bars.csv"
    path.write_text(text)
    return path


def test_bars_are_sorted_by_name_and_known_at_their_end(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, CSV), "start")
    assert bars.names == ("AA", "BB")
    assert bars.interval_minutes == 5
    assert bars.name.tolist() == [0, 0, 0, 0, 1, 1]
    assert bars.end_minute.tolist() == [575, 580, 585, 590, 575, 580]
    assert bars.close[:2].tolist() == [20.5, 20.6]


def test_an_end_label_is_the_end(tmp_path: Path) -> None:
    assert read_bars(written(tmp_path, CSV), "end").end_minute[0] == 570


def test_daylight_saving_moves_the_instant_and_not_the_minute(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, CSV), "start")
    hours = bars.end_ns // 3_600_000_000_000 % 24
    assert hours.tolist() == [14, 14, 14, 14, 13, 13]
    assert (load().session_of(bars.end_ns) >= 0).all()


def test_a_zone_in_the_file_is_heeded(tmp_path: Path) -> None:
    text = CSV.replace("2025-03-07 09:30", "2025-03-07T14:30+00:00")
    assert read_bars(written(tmp_path, text), "start").end_minute[0] == 575


def test_names_and_dates_can_be_chosen(tmp_path: Path) -> None:
    path = written(tmp_path, CSV)
    assert read_bars(path, "start", tickers={"BB"}).names == ("BB",)
    assert read_bars(path, "start", from_on=date(2025, 3, 8)).names == ("BB",)
    assert read_bars(path, "start", to_on=date(2025, 3, 8)).day.size == 4


@pytest.mark.parametrize(
    ("found", "put", "field", "row", "value"),
    [
        ("20,21,19,20.5", "20,21,19,0", "close", 3, "0"),
        ("20,21,19,20.5", "20,21,-1,20.5", "low", 3, "-1"),
        ("20,21,19,20.5", "20,18,19,20.5", "low", 3, "19"),
        ("20,21,19,20.5", "20,21,n/a,20.5", "low", 3, "n/a"),
        ("2025-03-07 09:35", "soon", "ts", 4, "soon"),
        ("2025-03-07 09:35", "2025-03-07 09:30", "ts", 4, "2025-03-07"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_remedy(
    tmp_path: Path, found: str, put: str, field: str, row: int, value: str
) -> None:
    with pytest.raises(ProblemsError) as caught:
        read_bars(written(tmp_path, CSV.replace(found, put)), "start")
    problem = caught.value.problems[0]
    assert (problem.source, problem.field, problem.line) == ("bars.csv", field, row)
    assert problem.value.startswith(value)
    assert problem.remedy


def test_a_missing_column_and_a_torn_file_are_problems(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="1 problem"):
        read_bars(written(tmp_path, CSV.replace("low", "lo")), "start")
    torn = tmp_path / "torn.parquet"
    torn.write_bytes(b"PAR1 and no more")
    with pytest.raises(ProblemsError) as caught:
        read_bars(torn, "start")
    assert caught.value.problems[0].source == "torn.parquet"


def test_parquet_and_csv_read_alike(tmp_path: Path) -> None:
    bars = read_bars(written(tmp_path, CSV), "start")
    rows = [line.split(",") for line in CSV.splitlines()[1:]]
    table = pa.table(
        {
            "ticker": pa.array([r[0] for r in rows]).dictionary_encode(),
            "ts": pa.array([datetime.fromisoformat(r[1]) for r in rows], pa.timestamp("ms")),
            **{
                field: pa.array([float(r[i]) for r in rows], pa.float32())
                for i, field in enumerate(("open", "high", "low", "close"), start=2)
            },
        }
    )
    path = tmp_path / "bars.parquet"
    pq.write_table(table, path)
    twin = read_bars(path, "start")
    np.testing.assert_array_equal(twin.end_ns, bars.end_ns)
    np.testing.assert_allclose(twin.low, bars.low, rtol=1e-6)
    assert np.isnan(twin.volume).all()


def test_the_2018_and_2025_files_lie_inside_sessions(shared: Path) -> None:
    bars = read_bars(shared / "data/intraday/us2025_5min.parquet", "start")
    assert bars.interval_minutes == 5
    assert len(bars.names) == 97
    assert (load().session_of(bars.end_ns) >= 0).all()
    assert bars.end_minute.min() == 575
    assert bars.end_minute.max() == 960
