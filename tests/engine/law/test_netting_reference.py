"""Netting and the tax on it at flat rates, against the block of the reference."""

import json
from pathlib import Path

import pytest

from engine.law.netting import net


def test_netting_agrees_with_the_reference(shared: Path) -> None:
    block = json.loads((shared / "reference/quant_reference.json").read_text())["netting"]
    rates = block["rates"]
    assert block["cases"]
    for case in block["cases"]:
        found = net(float(case["st"]), float(case["lt"]), 0.0, 0.0, rates["limit"])
        if found.in_income < 0.0:
            tax = found.in_income * rates["ordinary"]
        else:
            ordinary = found.in_income - found.preferred
            tax = ordinary * rates["short"] + found.preferred * rates["long"]
        assert tax == pytest.approx(case["tax"])
        carried = max(0.0, -(found.short + found.long) - rates["limit"])
        assert carried == pytest.approx(case["carry"])
