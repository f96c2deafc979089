"""Files made to harm: refused by name, quickly, with nothing unpacked or fetched."""

import csv
import io
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.custodian.csv_out import rejected_csv
from app.custodian.profile import ProfileError, load
from app.custodian.profile import parse as parse_profile
from app.custodian.read import parse
from app.custodian.sniff import FileRefusedError, as_source, grid, open_source
from app.custodian.values import Parsed
from tests.app.custodian.conftest import SAMPLES, Read

GENERIC = b"account,symbol,open_date,quantity,cost_basis\n"
ROW = b"0123,NKE,2025-09-19,60,5116.80\n"


def read(data: bytes, profile: str = "generic-lots", name: str = "file.csv") -> Parsed:
    return parse(as_source(name, data), load(profile))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
<!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">]>
<FlexQueryResponse queryName="&lol3;" type="AF"></FlexQueryResponse>"""
EXTERNAL = b"""<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<FlexQueryResponse queryName="q" type="AF">&x;</FlexQueryResponse>"""


@pytest.mark.parametrize("data", [LAUGHS, EXTERNAL, LAUGHS.decode().encode("utf-16")])
def test_a_flex_file_that_declares_an_entity_is_refused(data: bytes) -> None:
    with pytest.raises(FileRefusedError, match=r"document type or an entity|not XML"):
        read(data, "ibkr-flex", "flex.xml")


def test_ten_thousand_elements_inside_each_other_do_not_exhaust_the_stack() -> None:
    deep = b"<FlexQueryResponse>" + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</FlexQueryResponse>"
    assert read(deep, "ibkr-flex", "flex.xml").lines == ()
    ofx = b"<OFX><INVSTMTRS>" + b"<INVPOS>" * 10_000 + b"</OFX>"
    assert read(ofx, "ofx", "a.ofx").lines == ()


def test_an_archive_that_would_unpack_to_far_more_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(("lots.csv", b"0" * 190_000_000))
    assert len(bomb) < 400_000
    tracemalloc.start()
    with pytest.raises(FileRefusedError, match="would unpack to 190,000,000 bytes"):
        read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    data = zipped(("lots.csv", GENERIC + ROW * 50_000))
    size = len(GENERIC + ROW * 50_000).to_bytes(4, "little")
    with pytest.raises(FileRefusedError, match="damaged"):
        read(data.replace(size, (1000).to_bytes(4, "little")))


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/lots.csv", "..\\evil.csv", "C:\\x.csv"])
def test_an_archive_that_points_outside_itself_is_refused(name: str) -> None:
    with pytest.raises(FileRefusedError, match="outside itself"):
        read(zipped((name, GENERIC + ROW)))


def test_an_archive_of_one_file_is_read_and_of_two_is_refused() -> None:
    assert len(read(zipped(("lots.csv", GENERIC + ROW))).lots()) == 1
    with pytest.raises(FileRefusedError, match="holds 2 files"):
        read(zipped(("a.csv", GENERIC), ("b.csv", GENERIC)))
    inner = zipped(("a.csv", GENERIC + ROW), method=zipfile.ZIP_STORED)
    with pytest.raises(FileRefusedError, match="packed twice"):
        read(zipped(("a.zip", inner)))


def sheet(**changes: bytes) -> bytes:
    """A workbook with members replaced or added; ``sheet1`` is the first sheet's XML."""
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO((GENERIC + ROW).decode())):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    members = {}
    with zipfile.ZipFile(out) as archive:
        for name in archive.namelist():
            members[name] = archive.read(name)
    members |= {name.replace("__", "/") + ".xml": content for name, content in changes.items()}
    return zipped(*members.items())


def cells(body: str) -> bytes:
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f"{head}<sheetData>{body}</sheetData></worksheet>".encode()


def test_a_workbook_is_read_as_text() -> None:
    (lot,) = read(sheet(), name="lots.xlsx").lots()
    assert (lot.account, str(lot.basis_usd)) == ("0123", "5116.80")


def test_a_formula_in_a_workbook_is_text_that_no_rule_accepts() -> None:
    book = openpyxl.Workbook()
    book.active.append(GENERIC.decode().strip().split(","))
    book.active.append(["0123", '=HYPERLINK("http://x","NKE")', "2025-09-19", "=30+30", "5116.80"])
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue(), name="lots.xlsx")
    assert found.lines == ()
    assert {problem.field for problem in found.problems} == {"symbol", "quantity"}
    for row in csv.reader(io.StringIO(rejected_csv(found))):
        assert not any(cell.startswith("=") for cell in row)


def test_a_workbook_with_an_entity_or_an_external_link_is_refused_or_not_followed() -> None:
    with pytest.raises(FileRefusedError, match="document type"):
        read(sheet(xl__worksheets__sheet1=LAUGHS), name="lots.xlsx")
    link = b'<externalLink xmlns="http://x"><externalBook id="rId1"/></externalLink>'
    assert len(read(sheet(xl__externalLinks__externalLink1=link), name="lots.xlsx").lots()) == 1


def test_a_cell_at_the_far_end_of_a_sheet_does_not_make_a_million_rows() -> None:
    far = cells('<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row>')
    with pytest.raises(FileRefusedError, match="blank rows"):
        read(sheet(xl__worksheets__sheet1=far), name="lots.xlsx")
    wide = cells('<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>')
    found = read(sheet(xl__worksheets__sheet1=wide), name="lots.xlsx")
    assert found.lines == ()
    assert found.problems


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"," * 1_000_000, "64 kB"),
        (b"a\n" + b"x" * 70_000, "64 kB"),
        (b"," * 201, "202 columns"),
        (b'"' + b"line\n" * 20_000, "64 kB"),
        (b"0" * (50 * 2**20 + 1), "50 MB"),
        (GENERIC + b"\x81\x8d\x8f", "not text"),
    ],
)
def test_what_is_too_large_too_wide_or_not_text_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(FileRefusedError, match=why):
        read(data)


@pytest.mark.parametrize("unseen", ["\0", "\u202e", "\u200b", "\ufeff", "\u2066"])
def test_an_unseen_character_in_a_name_is_refused_with_its_number(unseen: str) -> None:
    found = read(GENERIC + f"01{unseen}23,N{unseen}KE,2025-09-19,60,5116.80\n".encode())
    assert found.lines == ()
    assert [problem.field for problem in found.problems] == ["account", "symbol"]
    assert all(f"U+{ord(unseen):04X}" in problem.rule for problem in found.problems)


def test_words_of_sql_and_quotes_are_only_words() -> None:
    told = b"account,symbol,name,open_date,quantity,cost_basis\n"
    row = b"""0123,NKE,"Robert'); DROP TABLE lots;-- ""]",2025-09-19,60,5116.80\n"""
    (lot,) = read(told + row).lots()
    assert lot.security.name == """Robert'); DROP TABLE lots;-- "]"""


def test_an_unclosed_quote_is_a_problem_and_never_swallows_rows_in_silence() -> None:
    found = read(GENERIC + ROW + b'0123,"NKE,2025-09-19,60,5116.80\n' + ROW + ROW)
    assert len(found.lots()) == 1
    (problem,) = found.problems
    assert (problem.line, problem.field) == (3, "quotes")
    assert found.rejected[0].cells[0].count("5116.80") == 3


def test_a_problem_says_file_line_column_value_rule_and_remedy() -> None:
    found = read(GENERIC + ROW + b"0123,NKE,31/09/2025,6O,5116.80\n", name="lots.csv")
    shown = [(p.source, p.line, p.field, p.value, p.rule) for p in found.problems]
    assert shown == [
        ("lots.csv", 3, "quantity", "6O", "not a number"),
        ("lots.csv", 3, "open_date", "31/09/2025", "no such day"),
    ]
    assert all(problem.remedy for problem in found.problems)


def test_rejected_rows_can_be_mended_and_imported_again(read_sample: Read) -> None:
    path = SAMPLES / "schwab/Lot-Details-MSFT-9col.csv"
    bad = path.read_bytes().replace(b'"$4,482.00"', b'"$4,482,00"')
    found = parse(as_source(path.name, bad), load("schwab-lots"))
    assert len(found.rejected) == 1
    mended = rejected_csv(found).replace("$4,482,00", "$4,482.00").encode()
    again = parse(as_source(path.name, mended), load("schwab-lots"))
    assert again.problems == ()
    (lot,) = again.lots()
    (whole,) = [x for x in read_sample("schwab/Lot-Details-MSFT-9col.csv").lots() if x.line == 5]
    assert (lot.account, lot.security, lot.shares, lot.basis_usd, lot.acquired_on) == (
        (whole.account, whole.security, whole.shares, whole.basis_usd, whole.acquired_on)
    )


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_usual_encoding_gives_the_same_text(encoding: str) -> None:
    head = "account,symbol,name,open_date,quantity,cost_basis\n"
    text = head + "0123,NKE,Société,2025-09-19,60,5116.80\n"
    (lot,) = read(text.encode(encoding)).lots()
    assert (lot.account, lot.security.name) == ("0123", "Société")


@pytest.mark.parametrize("delimiter", ",;\t|")
def test_every_usual_delimiter_is_found(delimiter: str) -> None:
    text = (GENERIC + ROW).decode().replace(",", delimiter)
    assert [row.cells for row in grid(as_source("a", text.encode())).rows] == [
        ("account", "symbol", "open_date", "quantity", "cost_basis"),
        ("0123", "NKE", "2025-09-19", "60", "5116.80"),
    ]


def test_a_file_that_is_not_there_is_a_message_and_not_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="No such file"):
        open_source(tmp_path / "none.csv")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml [",
        "[[table]]\nkind='lot'",
        "[[table]]\nkind='lots'\ncolumns={a='b'}",
        "titles=['(']\n[[table]]\nkind='lot'\ncolumns={shares='b'}",
        "reader='magic'",
        "[[table]]\nkind='lot'\nrequired=['x']\ncolumns={shares='b'}",
    ],
)
def test_a_mapping_that_is_not_well_formed_is_refused_by_name(text: str) -> None:
    with pytest.raises(ProfileError, match="profile mine"):
        parse_profile("mine", text)
