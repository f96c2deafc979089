"""Damages a file as exports, people and attackers do; the same seed damages the same way."""

import random
import struct

TOKENS = (
    *(b"\0", b'"', b'""', b",", b"\n", b"\r", b";", b"\t", b"<", b">", b"&", b"'", b"=", b"@"),
    *(b"--", b"N/A", b"Incomplete", b"Various", b"-", b"()", b"$", b"-$", b"($1.00)", b"1e308"),
    *(b"NaN", b"Infinity", b"1E999999", b"9" * 40, b"1,23,4", b"0.0000000001", b"1.234,56", b"%"),
    *(
        b"02/30/2025",
        b"00/00/0000",
        b"12/31/9999",
        b"2025-13-01",
        b"20250101;999999",
        b"0001-01-01",
    ),
    *("\u202e\u200b\ufeff\u0660\u2212\xa0".encode(), b"\xff\xfe", b"\xef\xbb\xbf", b"\x80\x81\x8d"),
    *(b"=1+1", b"=HYPERLINK(1)", b"<!DOCTYPE a>", b"<!ENTITY x 'y'>", b"&x;", b"]]>", b"<![CDATA["),
    *(b"Symbol,Quantity", b"Total", b"Account Total", b"Section,Header,", b"</OFX>", b"<INVPOS>"),
    *(b"A" * 70_000, b"," * 300, b'"' * 1001, b"../../x", b"'; DROP TABLE lots;--", b"\\", b"{}"),
)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """One to four kinds of damage, one after another."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(KINDS)(data, chance)
    return data


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def insert(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def replace_cell(data: bytes, chance: random.Random) -> bytes:
    """A cell or an attribute becomes something else."""
    mark = b'"' if b'"' in data and chance.random() < 0.5 else b","
    cells = data.split(mark)
    cells[chance.randrange(len(cells))] = chance.choice(TOKENS)
    return mark.join(cells)


def delete(data: bytes, chance: random.Random) -> bytes:
    start, end = sorted((_place(data, chance), _place(data, chance)))
    return data[:start] + data[min(end, start + 200) :]


def cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def repeat(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    return b"\n".join(lines[:at] + [lines[at]] * chance.randint(2, 5) + lines[at + 1 :])


def swap(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-32")))


def delimit(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b",", chance.choice((b";", b"\t", b"|", b", ")))


def noise(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + struct.pack(">Q", chance.getrandbits(64)) + data[at:]


KINDS = (
    flip,
    insert,
    insert,
    replace_cell,
    replace_cell,
    delete,
    cut,
    repeat,
    swap,
    recode,
    delimit,
    noise,
)
