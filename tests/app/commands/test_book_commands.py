"""The commands of the book as a script calls them: exit codes, JSON, nothing secret said."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.book.book import Book
from app.book.connect import raw
from app.cli import run
from tests.app.book.sample import AT, fill_book

ROOT = Path(__file__).resolve().parents[3]
SECRET = "CANARY-passphrase-4711"


@dataclass
class Shell:
    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> tuple[int, Any]:
        self.capture.readouterr()
        code = run([*words, "--json"])
        said = self.capture.readouterr()
        return code, json.loads(said.out) if said.out.strip() else said.err


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.setenv("LOTLIGHT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("LOTLIGHT_BOOK", str(tmp_path / "a.lotlight"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with Book.create(tmp_path / "a.lotlight", at=AT) as book:
        fill_book(book)
    return Shell(tmp_path, capsys)


def test_verify_gives_the_fields_of_the_contract(shell: Shell) -> None:
    code, found = shell("book", "verify")
    assert code == 0
    assert set(found) == {
        "ok", "integrity", "foreign_keys", "audit_chain", "digests", "schema", "problems",
    }  # fmt: skip
    assert (found["ok"], found["audit_chain"]) == (True, "unkeyed")


def test_a_book_that_was_tampered_with_leaves_with_5(shell: Shell) -> None:
    connection = raw(shell.folder / "a.lotlight", None)
    connection.execute("UPDATE lots SET shares_e6 = shares_e6 + 1")
    connection.close()
    code, found = shell("book", "verify")
    assert (code, found["digests"]) == (5, "failed")
    assert found["problems"] == ["table lots: its content is not what was written"]


def test_a_book_that_is_open_elsewhere_leaves_with_4(shell: Shell) -> None:
    with Book.open(shell.folder / "a.lotlight"):
        code, found = shell("constraints", "set", "--household", "H1", "net_gain_max_usd", "9000")
        assert (code, found["error"]["kind"]) == (4, "locked")
        assert shell("book", "info")[0] == 0


def test_backup_and_restore(shell: Shell) -> None:
    code, kept = shell("book", "backup")
    assert code == 0
    shell("constraints", "set", "--household", "H1", "net_gain_max_usd", "9000")
    file = shell.folder / "backups" / "a" / kept["file"]
    assert shell("book", "restore", str(file))[0] == 0
    _, rows = shell("constraints", "list", "--household", "H1")
    assert [row["rule"] for row in rows] == ["tracking_error_max"]


def test_constraints_are_set_replaced_and_removed(shell: Shell) -> None:
    _, kept = shell("constraints", "set", "--household", "H1", "tracking_error_max", "0.03")
    assert (kept["constraint_id"], kept["limit"]) == ("C1", "0.03")
    for limit in ("9000", "8000"):
        code, row = shell("constraints", "set", "--household", "H1", "net_gain_max_usd", limit)
        assert (code, row["limit"], row["hard"]) == (0, limit, True)
    run(["constraints", "remove", "--household", "H1", "C1"])
    never = ("constraints", "set", "--household", "H1", "never_buy", "1", "--scope", "security")
    assert shell(*never, "--on", "S7")[0] == 1
    assert shell(*never, "--on", "S3")[0] == 0
    _, rows = shell("constraints", "list", "--household", "H1")
    assert [row["constraint_id"] for row in rows] == ["net_gain_max_usd", "never_buy:S3"]


def test_a_household_goes_out_is_edited_and_comes_back(shell: Shell) -> None:
    assert run(["context", "show", "--household", "H1"]) == 0
    text = shell.capture.readouterr().out.replace("wages_usd = 250000", "wages_usd = 260000")
    file = shell.folder / "h.toml"
    file.write_text(text, "utf-8")
    code, told = shell("context", "import", str(file))
    assert (code, told["households"], told["written"]) == (0, ["H1"], True)
    _, shown = shell("context", "show", "--household", "H1")
    assert shown["profile"]["wages_usd"] == "260000.00"
    code, found = shell("context", "audit", "--household", "H1")
    assert code == 0
    assert found["score"] < 100


def test_a_bad_context_file_leaves_with_3_and_writes_nothing(shell: Shell) -> None:
    file = shell.folder / "h.toml"
    file.write_text('schema = 1\n[[households]]\nhousehold_id = "H1"\nnmae = "x"\n', "utf-8")
    code, found = shell("context", "import", str(file))
    assert code == 3
    fields = {problem["field"] for problem in found["error"]["problems"]}
    assert {"households[0].nmae", "households[0].name", "households[0].profile"} <= fields


def test_no_passphrase_is_found_in_anything_that_is_left(shell: Shell) -> None:
    word = shell.folder / "elsewhere"
    word.mkdir()
    (word / "pw").write_text(SECRET + "\n", "utf-8")
    path = str(shell.folder / "e.lotlight")
    options = ["--book", path, "--passphrase-file", str(word / "pw")]
    assert shell("book", "create", *options)[0] == 0
    assert run(["book", "user", *options, "ann", "CANARY-client-name", "--role", "approve"]) == 0
    assert shell("book", "backup", *options)[0] == 0
    code, said = shell("book", "verify", "--book", path)
    assert code == 1
    shell.capture.readouterr()
    assert SECRET not in json.dumps(said)
    left = [f for f in shell.folder.rglob("*") if f.is_file() and f.parent != word]
    assert len(left) > 4
    for file in left:
        assert b"CANARY" not in file.read_bytes(), file


def test_the_tables_of_a_book_are_told_for_other_programs(shell: Shell) -> None:
    code, rows = shell("book", "tables")
    assert code == 0
    found = {row["name"]: row for row in rows}
    lots = found["lots"]
    assert (lots["rows"], lots["strict"], lots["key"]) == (3, True, ["lot_id"])
    assert ["shares_e6", "INTEGER"] in lots["columns"]
    assert ["account_id", "accounts", "account_id"] in lots["refers_to"]
    assert all(row["strict"] for row in rows)


def test_a_command_of_the_book_does_not_load_what_only_the_tables_need(shell: Shell) -> None:
    code = (
        "import sys\nfrom app.cli import run\nrun(['book', 'info'])\n"
        "sys.exit('sqlite_utils' in sys.modules or 'pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
