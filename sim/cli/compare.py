"""`refund-desk compare`: policies on the same refunds, what they change, whether that is more than luck, and which guess decides."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.app import FailedRun
from sim.cli.laboratory import laboratory
from sim.cli.places import Asked, experiment_file, loaded, number_above_0, policy_file
from sim.cli.run import broken, out_folder, print_document
from sim.cli.speak import say
from sim.errors import BadInput, msgid
from sim.files import write_together
from sim.report.version import version
from sim.scenario.load import Overlay, overlay_heading
from sim.words import _, spoken

if TYPE_CHECKING:
    from sim.report.answer import Answer
    from sim.study.compare import Comparison, Policy
    from sim.study.experiment import Experiment, FactorEffect
    from sim.study.sensitivity import Sensitivity

PAGE, RESULTS, FIGURES, MANIFEST = "index.html", "results.json", "figures.parquet", "manifest.json"
OUT = "--out"


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for. precision: None = `replications`, None = the usual or the experiment's. best: (metric, zone)."""

    asked: Asked
    policies: tuple[str, ...]
    experiment: str | None
    metrics: tuple[str, ...]
    precision: float | None
    replications: int | None
    seed: int
    sizes: int
    best: tuple[str, float] | None
    guesses: bool
    cluster: str | None
    out: str | None
    json: bool


@dataclass(frozen=True)
class Found:
    """What came out. problems: invariants that do not hold, in runs of whatever part of it."""

    comparison: "Comparison"
    tornado: "Sensitivity | None"
    factorial: "tuple[Experiment, tuple[FactorEffect, ...]] | None"
    problems: tuple[str, ...] = ()


def best_of(metric: str | None, zone: str | None) -> tuple[str, float] | None:
    """What the best is picked by, and its indifference zone, where both are given. Raises BadInput where only one is."""
    if metric is None and zone is None:
        return None
    if zone is None:
        raise BadInput("is missing", field="--zone", allowed=msgid("a number above 0, in the metric's unit"))
    if metric is None:
        raise BadInput("is missing", field="--best", allowed=msgid("a metric's address, such as total_cost"))
    return metric, number_above_0(zone, "--zone")


def compare_policies(wanted: Wanted) -> None:
    """Compare, and show or write the result. Raises BadInput, and FailedRun where a run breaks what must hold of any run."""
    if wanted.precision is not None and wanted.replications is not None:
        raise BadInput("a precision says itself how many", field="--replications", value=wanted.replications, allowed=msgid("one of both"))
    folder = out_folder(wanted.out)
    found = _found(wanted)
    if found.problems:
        raise FailedRun(broken(found.problems))
    if folder is not None or not wanted.json:
        from sim.report.comparison import comparison_answer

        answer = comparison_answer(found.comparison, found.tornado, found.factorial)
        if not wanted.json:  # the answer first: the charts of the page take a while
            from sim.cli.show import show

            show(answer)
            sys.stdout.flush()
        if folder is not None:
            _write(folder, found, answer)
    if wanted.json:
        sys.stdout.flush()
        print_document(_document(found))
    if folder is not None:
        say(_("Report: {page}").format(page=folder.resolve() / PAGE))


def _found(wanted: Wanted) -> Found:
    from sim.study.compare import USUAL, compare
    from sim.study.experiment import effects
    from sim.study.sensitivity import sensitivity
    from sim.study.stopping import FIRST

    baseline, policies, experiment = _alternatives(wanted)
    metrics = wanted.metrics or (experiment.metrics if experiment is not None else ()) or USUAL
    replications = wanted.replications or (experiment.replications if experiment is not None else FIRST)
    with laboratory(_("Comparing"), wanted.cluster) as at_work:
        comparison = compare(
            baseline, policies, metrics, wanted.precision, replications, wanted.seed, wanted.sizes, wanted.best, laboratory=at_work
        )
        tornado = None
        if wanted.guesses:
            first = next(policy for policy in policies if policy.name == comparison.ranked[0])
            tornado = sensitivity(baseline, comparison.metrics[0], (first.name, first.scenario), seed=wanted.seed, laboratory=at_work)
    factorial = None if experiment is None else (experiment, effects(experiment, comparison))
    return Found(comparison, tornado, factorial, tuple(at_work.problems))


def _alternatives(wanted: Wanted) -> "tuple[Any, Sequence[Policy], Experiment | None]":
    """The baseline, what is compared with it, and the experiment that says so, if one does."""
    from sim.study.compare import Policy
    from sim.study.experiment import policies_of, read_experiment

    def load(above: Sequence[Overlay]) -> Any:
        return loaded(replace(wanted.asked, above=tuple(above)))

    if wanted.experiment is None:
        if not wanted.policies:
            raise BadInput("there is nothing to compare", field="--policy", allowed=msgid("at least one policy, or an experiment"))
        files = [policy_file(policy) for policy in wanted.policies]
        policies = []
        for file in files:
            heading = overlay_heading(file)
            policies.append(Policy(heading.name, heading.title, load([file])))
        return load([]), policies, None
    if wanted.policies:
        raise BadInput("an experiment names its policies itself", field="--policy", value=wanted.policies[0], allowed=msgid("one of both"))
    file = experiment_file(wanted.experiment)
    experiment = read_experiment(file)
    baseline, combined = policies_of(experiment, file.parent, load)
    return baseline, combined, experiment


# ---------------------------------------------------------------- documents and files
def _document(found: Found) -> bytes:
    """The document of `compare --json` and of results.json: the same bytes."""
    from sim.study.document import comparison_document

    document = comparison_document(found.comparison, found.tornado, found.factorial)
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _write(folder: Path, found: Found, answer: "Answer") -> None:
    from sim.report.comparison_page import comparison_page
    from sim.study.document import figures_table, parquet_of

    files = {
        PAGE: comparison_page(found.comparison, answer, found.tornado).encode("utf-8", "replace"),
        RESULTS: _document(found),
        FIGURES: parquet_of(figures_table(found.comparison)),
        MANIFEST: (json.dumps(_manifest(found), ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace"),
    }
    write_together(folder, files, OUT)


def _manifest(found: Found) -> dict[str, Any]:
    """What one needs to make the same files again, and what is in them."""
    from sim.scenario.load import scenario_hash
    from sim.study.code_version import code_version

    comparison = found.comparison
    return {
        "schema": 1,
        "program": "refund-desk",
        "version": version(),
        "code": code_version(),
        "scenario": {"name": comparison.baseline.name, "hash": scenario_hash(comparison.baseline)},
        "policies": {policy.name: scenario_hash(policy.scenario) for policy in comparison.policies},
        "metrics": list(comparison.metrics),
        "seed": comparison.seed,
        "replications": comparison.replications,
        "precision": comparison.precision,
        "language": spoken(),
        "files": {PAGE: "report", RESULTS: "figures", FIGURES: "every figure of every replication", MANIFEST: "this file"},
    }
