"""The document of `compare --json`: that of the baseline's run, and what the comparison found. Plain values only."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.measure.address import parse_address
from sim.measure.figures import metrics, reasons
from sim.scenario.load import scenario_hash
from sim.study.compare import BASELINE, Comparison, better_of
from sim.study.experiment import Experiment, FactorEffect
from sim.study.intervals import Interval
from sim.study.paired import Difference
from sim.study.replicate import joined_runs
from sim.study.sensitivity import Sensitivity
from sim.study.sizes import between


def comparison_document(
    found: Comparison,
    tornado: Sensitivity | None = None,
    factorial: tuple[Experiment, Sequence[FactorEffect]] | None = None,
) -> dict[str, Any]:
    """Everything a comparison found."""
    document = joined_runs(found.tables[""].measured())
    return {
        **document,
        "scenario": {"name": found.baseline.name, "hash": scenario_hash(found.baseline)},
        "policies": [{"name": policy.name, "title": policy.title.en, "hash": scenario_hash(policy.scenario)} for policy in found.policies],
        "precision": found.precision,
        "precise_from": None if found.stop is None else found.stop.precise_from,
        "comparisons": [_compared(found, policy.name, metric) for policy in found.policies for metric in found.metrics],
        "ranking": list(found.ranked),
        "money": {name or BASELINE: {cause: _interval(each) for cause, each in found.money(name).items()} for name in found.names},
        **({} if found.over_sizes is None else {"over_sizes": _over_sizes(found)}),
        **({} if found.best is None else {"best": _best(found)}),
        **({} if tornado is None else {"guesses": _guesses(tornado)}),
        **({} if factorial is None else {"effects": [_effect(factorial[0], each) for each in factorial[1]]}),
    }


def figures_table(found: Comparison) -> pa.Table:
    """Every figure of every replication: policy ("" = the baseline), replication, address, value, part, whole, reason."""
    parts = []
    for name in found.names:
        table = found.tables[name].numbers()
        parts.append(table.add_column(0, "policy", pa.array([name] * len(table), pa.string())))
    return pa.concat_tables(parts)


def parquet_of(table: pa.Table) -> bytes:
    """A table as the content of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def _compared(found: Comparison, policy: str, metric: str) -> dict[str, Any]:
    each = found.of(policy, metric)
    return {
        "policy": policy,
        "metric": metric,
        "unit": metrics()[parse_address(metric).name].unit,
        "better": better_of(metric),
        "baseline": _figure(found.figure("", metric)),
        "with_policy": _figure(found.figure(policy, metric)),
        **_difference(each.difference),
        "p_adjusted": each.p_adjusted,
        "replications": found.replications,
        "verdict": each.verdict,
        **({} if each.reason is None else {"reason": reasons()[each.reason].en}),
    }


def _difference(each: Difference | None) -> dict[str, Any]:
    if each is None:
        return dict.fromkeys(("difference", "low", "high", "p", "correlation"))
    return {"difference": each.estimate, "low": each.low, "high": each.high, "p": each.p, "correlation": each.correlation}


def _figure(figure: Interval | str) -> dict[str, float | None]:
    return dict.fromkeys(("mean", "low", "high")) if isinstance(figure, str) else _interval(figure)


def _interval(figure: Interval) -> dict[str, float | None]:
    return {"mean": figure.mean, "low": figure.low, "high": figure.high}


def _over_sizes(found: Comparison) -> dict[str, Any]:
    over = found.over_sizes
    assert over is not None
    each = [{"policy": policy, "metric": metric, "difference": between(values)} for (policy, metric), values in over.by.items()]
    return {"count": len(over.drawn), "drawn": list(over.drawn), "comparisons": each}


def _best(found: Comparison) -> dict[str, Any]:
    best = found.best
    assert best is not None
    left = [best.names[place] or BASELINE for place in best.selection.left]
    pick = None if best.pick is None else best.pick or BASELINE
    return {"metric": best.metric, "zone": best.zone, "pick": pick, "left": left, "replications": best.selection.replications}


def _guesses(tornado: Sensitivity) -> dict[str, Any]:
    turning = tornado.turning
    return {
        "metric": tornado.metric,
        "policy": tornado.policy,
        "answer": tornado.answer,
        "replications": tornado.replications,
        "effects": [
            {
                "guess": effect.guess.key,
                "of": effect.guess.of,
                "grade": effect.guess.figure.grade,
                "tried": {"low": dict(effect.guess.low), "high": dict(effect.guess.high)},
                "at_low": _difference(effect.at_low),
                "at_high": _difference(effect.at_high),
                "turns_the_answer": effect in turning,
            }
            for effect in tornado.effects
        ],
        "left_out": dict(tornado.left_out),
    }


def _effect(experiment: Experiment, effect: FactorEffect) -> dict[str, Any]:
    names = [f"{experiment.factors[place].name}={experiment.factors[place].levels[level].name}" for place, level in effect.levels]
    return {"metric": effect.metric, "of": names, **_difference(effect.difference), "p_adjusted": effect.p_adjusted}
