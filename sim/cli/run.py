"""`refund-desk run`: simulate, check, show or write what came out."""

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sim.cli.app import FailedRun
from sim.cli.places import Asked, loaded, overlay_file
from sim.cli.speak import say
from sim.errors import BadInput, msgid
from sim.files import check_folder, write_together
from sim.report.version import version
from sim.scenario.load import overlay_heading
from sim.words import _, either, spoken

if TYPE_CHECKING:
    from sim.desk.simulate import EngineName
    from sim.report.answer import Answer
    from sim.study.replicate import Replicated

PAGE, RESULTS, LOG, MANIFEST = "index.html", "results.json", "log.parquet", "manifest.json"
OUT = "--out"

MOST_PROBLEMS = 20
"""Broken invariants that are listed."""


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    asked: Asked
    seed: int
    replications: int
    sizes: int
    engine: str
    out: str | None
    json: bool


def run_scenario(wanted: Wanted) -> None:
    """Run, check, and show or write the result. Raises BadInput, and FailedRun where a run breaks what must hold of any run."""
    folder = out_folder(wanted.out)
    scenario = loaded(wanted.asked)
    overlays = tuple(either(overlay_heading(overlay_file(overlay)).title) for overlay in wanted.asked.overlays)
    from sim.cli.laboratory import laboratory
    from sim.study.replicate import replicate

    with laboratory(_("Simulating")) as at_work:
        engine = cast("EngineName", wanted.engine)
        run = replicate(scenario, wanted.seed, wanted.replications, engine, sizes=wanted.sizes, laboratory=at_work)
    if run.problems:
        raise FailedRun(broken(run.problems))
    document = document_text(run)
    if folder is not None or not wanted.json:
        from sim.report.headline import answer_of

        answer = answer_of(run, overlays)
        if not wanted.json:  # the answer first: the charts of the page take longer than the run
            from sim.cli.show import show

            show(answer)
            sys.stdout.flush()
        if folder is not None:
            _write(folder, run, answer, document, overlays)
    if wanted.json:
        sys.stdout.flush()
        print_document(document)
    if folder is not None:
        say(_("Report: {page}").format(page=folder.resolve() / PAGE))


def out_folder(out: str | None) -> Path | None:
    """The folder that --out names, None where it names none. Raises BadInput where files could not be written there."""
    if out is None:
        return None
    if not out.strip():
        raise BadInput("is not a folder's name", field=OUT, value=out, allowed=msgid("a folder's name"))
    folder = Path(out)
    check_folder(folder, OUT)
    return folder


def broken(problems: tuple[str, ...]) -> str:
    """What is said of a run that breaks what must hold of any run."""
    heading = _("The run broke what must hold of any run; its figures are not to be believed ({count} violations):").format(
        count=len(problems)
    )
    rest = [_("… and {count} more").format(count=len(problems) - MOST_PROBLEMS)] if len(problems) > MOST_PROBLEMS else []
    return "\n".join([heading, *(f"  {problem}" for problem in problems[:MOST_PROBLEMS]), *rest])


# ---------------------------------------------------------------- documents and files
def document_text(run: "Replicated") -> bytes:
    """The document of `run --json` and of results.json: the same bytes."""
    document = {**run.document, "notes": _notes(run)}
    return (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def _notes(run: "Replicated") -> list[str]:
    """How far the figures go, in English as all of the document."""
    from sim.report.headline import notes
    from sim.words import speaking

    with speaking("en"):
        return list(notes(run))


def print_document(document: bytes) -> None:
    """The document on stdout in UTF-8, whatever the terminal speaks."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(document.decode())
    else:
        buffer.write(document)
    sys.stdout.flush()


def _write(folder: Path, run: "Replicated", answer: "Answer", document: bytes, overlays: tuple[str, ...]) -> None:
    from sim.desk.procedure import PROCEDURE
    from sim.report.event_log import event_table, parquet_bytes
    from sim.report.run_page import run_page

    manifest = manifest_of(run, overlays)
    first = run.first
    table = event_table(first.log, first.workload, first.floor, PROCEDURE, run.scenario.calendar)
    files = {
        PAGE: run_page(run, answer).encode("utf-8", "replace"),
        RESULTS: document,
        LOG: parquet_bytes(table, manifest),
        MANIFEST: (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace"),
    }
    write_together(folder, files, OUT)


def manifest_of(run: "Replicated", overlays: tuple[str, ...] = ()) -> dict[str, Any]:
    """What one needs to make the same files again, and what is in them."""
    scenario, document = run.scenario, run.document
    calendar = scenario.calendar
    demand = scenario.demand
    forecast = None if demand.orders is None else demand.orders.forecast
    return {
        "schema": 1,
        "program": "refund-desk",
        "version": version(),
        "scenario": document["scenario"],
        "overlays": list(overlays),
        "seed": document["seed"],
        "replications": run.replications,
        "engine": document["engine"],
        "language": spoken(),
        "history": None if demand.history is None else demand.history.name,
        "forecast": None if forecast is None else forecast.name,
        "scale": demand.scale,
        "days": {
            "first": calendar.start.isoformat(),
            "last": (calendar.start + timedelta(days=calendar.days - 1)).isoformat(),
            "zone": calendar.zone,
            "drain_days": calendar.drain_days,
        },
        "files": {PAGE: "report", RESULTS: "figures", LOG: "every event of replication 0", MANIFEST: "this file"},
        "events": len(run.first.log),
    }
