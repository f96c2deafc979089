"""`lotlight simulate harvest` end to end."""

import json

import pytest
from click.testing import CliRunner

from app.cli import cli

BASE = ["simulate", "harvest", "--vol", "0.35", "--mu", "0.07", "--years", "1", "--json"]


def test_the_fields_of_the_contract_are_printed() -> None:
    found = CliRunner().invoke(
        cli, [*BASE, "--monitoring", "daily", "--paths", "2000", "--seed", "3"]
    )
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["harvested_fraction"] == pytest.approx(0.2149, abs=0.01)
    assert sum(document["by_year"]) == pytest.approx(document["harvested_fraction"])
    assert set(document["wealth"]) == {"harvest", "hold", "harvest_after_exit", "hold_after_exit"}
    assert {"stderr", "alpha_bp", "alpha_after_exit_bp", "seconds"} <= set(document)


def test_the_predictive_policy_weighs_its_own_rates() -> None:
    found = CliRunner().invoke(
        cli, [*BASE, "--policy", "predictive", "--lockout-days", "21", "--paths", "2000"]
    )
    document = json.loads(found.stdout)
    assert (document["benefit_rate"], document["exit_tax"]) == (0.35, 0.20)
    assert 0.15 < document["harvested_fraction"] < 0.22
    assert document["alpha_bp"] > document["alpha_after_exit_bp"] > 0


def test_the_same_seed_prints_the_same_bytes() -> None:
    runs = [CliRunner().invoke(cli, [*BASE, "--paths", "500"]).stdout for _ in range(2)]
    first, second = (json.loads(run) for run in runs)
    first.pop("seconds"), second.pop("seconds")
    assert first == second
