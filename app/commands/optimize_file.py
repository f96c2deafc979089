"""The JSON form of one optimisation problem (design: `lotlight optimize`), read with care."""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import pydantic
from pydantic import Field

from app.commands.output import ProblemsError
from engine.decision.problem import Problem as TradeProblem
from engine.results import Problem

LONG_TERM_DAYS = 365  # of the file's own convention: held longer counts at the long rate
Number = Annotated[float, Field(allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class _Form(pydantic.BaseModel):
    """A part of the file; unknown fields are refused, they would be ignored silently."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=False)


class LotForm(_Form):
    """One lot; ``tax_cost_usd_per_share`` replaces rates x gain where it is given."""

    name: int = Field(ge=0)
    shares: Amount
    basis: Amount
    days_held: int = Field(ge=0)
    washed: bool = False
    tax_cost_usd_per_share: Number | None = None


class RatesForm(_Form):
    """Tax rates of short-term and long-term gains."""

    st: Number
    lt: Number


class ExternalForm(_Form):
    """Something the client owns elsewhere, with its factor loadings."""

    loadings: list[Number]
    specific_vol: Amount = 0.0
    value: Number


class ProblemForm(_Form):
    """The whole file."""

    value: Positive
    cash: Number
    factor_loadings: list[list[Number]]
    factor_variances: list[Amount]
    specific_vol: list[Amount]
    benchmark: list[Number]
    price: list[Positive]
    lots: list[LotForm]
    blocked: list[int] = []
    rates: RatesForm
    cost_bps: Annotated[float, Field(ge=0, lt=10_000)] = 0.0
    te_penalty: Amount = 0.0
    te_cap: Amount | None = None
    gain_cap: Number | None = None
    cash_need: Number = 0.0
    external: list[ExternalForm] = []
    min_trade: Amount = 0.0
    whole_shares: bool = False


def read(file: Path) -> TradeProblem:
    """Read the file into arrays.

    Raises:
        ProblemsError: Listing every field that cannot be used, with what to do.
    """
    try:
        form = ProblemForm.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except json.JSONDecodeError as error:
        raise ProblemsError(
            [
                Problem(
                    str(file), error.lineno, "JSON", error.msg, "not JSON", "write one JSON object"
                )
            ]
        ) from error
    except UnicodeDecodeError as error:
        raise ProblemsError(
            [Problem(str(file), 0, "JSON", error.reason, "not UTF-8 text", "save it as UTF-8")]
        ) from error
    except pydantic.ValidationError as error:
        raise ProblemsError([_problem(file, detail) for detail in error.errors()]) from error
    problems = _mismatches(str(file), form)
    if problems:
        raise ProblemsError(problems)
    return _arrays(form)


def _problem(file: Path, detail: "pydantic_core.ErrorDetails") -> Problem:  # type: ignore[name-defined]  # noqa: F821
    field = ".".join(str(part) for part in detail["loc"]) or "(the whole file)"
    remedy = "remove it" if detail["type"] == "extra_forbidden" else "give a value of that kind"
    return Problem(str(file), 0, field, str(detail["input"])[:80], detail["msg"], remedy)


def _mismatches(source: str, form: ProblemForm) -> list[Problem]:
    """Lengths and indices that do not fit together."""
    n, k = len(form.price), len(form.factor_variances)
    found: list[Problem] = []

    def wrong(field: str, value: object, rule: str, remedy: str) -> None:
        found.append(Problem(source, 0, field, str(value), rule, remedy))

    if n == 0:
        wrong("price", "[]", "there are no names", "give at least one name")
    for field in ("specific_vol", "benchmark", "factor_loadings"):
        size = len(getattr(form, field))
        if size != n:
            wrong(field, f"{size} entries", f"price has {n}", "give one entry a name")
    for i, row in enumerate(form.factor_loadings):
        if len(row) != k:
            wrong(f"factor_loadings.{i}", f"{len(row)} entries", f"there are {k} factors",
                  "give one loading a factor")  # fmt: skip
    for i, asset in enumerate(form.external):
        if len(asset.loadings) != k:
            wrong(f"external.{i}.loadings", f"{len(asset.loadings)} entries",
                  f"there are {k} factors", "give one loading a factor")  # fmt: skip
    for i, lot in enumerate(form.lots):
        if lot.name >= n:
            wrong(f"lots.{i}.name", lot.name, f"there are {n} names", f"give 0 to {n - 1}")
    for i, name in enumerate(form.blocked):
        if not 0 <= name < n:
            wrong(f"blocked.{i}", name, f"there are {n} names", f"give 0 to {n - 1}")
    return found


def _arrays(form: ProblemForm) -> TradeProblem:
    """The form as arrays; a washed loss saves no tax and counts for no limit."""
    n, k = len(form.price), len(form.factor_variances)
    price = np.array(form.price)
    name = np.array([lot.name for lot in form.lots], np.int64)
    shares = np.array([lot.shares for lot in form.lots], float)
    gain = price[name] - np.array([lot.basis for lot in form.lots], float)
    washed = np.array([lot.washed for lot in form.lots], bool) & (gain < 0)
    counted = np.where(washed, 0.0, gain)
    days = np.array([lot.days_held for lot in form.lots], np.int64)
    tax = np.where(days > LONG_TERM_DAYS, form.rates.lt, form.rates.st) * counted
    given = [lot.tax_cost_usd_per_share for lot in form.lots]
    tax = np.array(
        [own if own is not None else by for own, by in zip(given, tax, strict=True)], float
    )
    blocked = np.zeros(n, bool)
    blocked[form.blocked] = True
    scale = np.array([asset.value / form.value for asset in form.external], float)
    loads = np.array([asset.loadings for asset in form.external], float).reshape(scale.size, k)
    own_risk = np.array([asset.specific_vol for asset in form.external], float)
    return TradeProblem(
        value_usd=form.value,
        cash_usd=form.cash,
        price_usd=price,
        benchmark=np.array(form.benchmark, float),
        loadings=np.array(form.factor_loadings, float).reshape(n, k),
        factor_variances=np.array(form.factor_variances, float),
        specific_vol=np.array(form.specific_vol, float),
        lot_name=name,
        lot_shares=shares,
        lot_tax_usd=tax,
        lot_gain_usd=counted,
        lot_harvest=(gain < 0) & ~washed,
        lot_most_shares=shares,
        blocked=blocked,
        group=np.arange(n),
        cost_rate=np.full(n, form.cost_bps / 1e4),
        weight_min=np.full(n, -np.inf),
        weight_max=np.full(n, np.inf),
        te_penalty=form.te_penalty,
        te_cap=np.inf if form.te_cap is None else form.te_cap,
        gain_cap_usd=np.inf if form.gain_cap is None else form.gain_cap,
        cash_need_usd=form.cash_need,
        exposure=scale @ loads,
        exposure_variance=float(np.sum((scale * own_risk) ** 2)),
        band=np.zeros((0, n)),
        min_trade_usd=form.min_trade,
        whole_shares=form.whole_shares,
    )
