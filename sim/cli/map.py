"""`refund-desk map`: the refund procedure as pictures and a page, as it is declared or with the figures of a run."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.app import FailedRun
from sim.cli.places import Asked, loaded, overlay_file
from sim.cli.run import OUT, broken
from sim.cli.speak import Announcer, progress, say
from sim.errors import BadInput, msgid
from sim.files import check_folder, write_together
from sim.report.untrusted import harmless
from sim.scenario.load import overlay_heading
from sim.words import _, either

if TYPE_CHECKING:
    from sim.report.process_map import ProcessMap
    from sim.study.replicate import Replicated


def draw_map(asked: Asked | None, seed: int, out: str | None) -> None:
    """Draw the map into a folder, or tell it in words: of the scenario's run, or of the procedure as declared where none is asked for.

    Raises BadInput, and FailedRun where the run's figures must not be believed.
    """
    folder = None if out is None else _folder(out)
    from sim.report.process_map import process_map

    run = None if asked is None else _run(asked, seed)
    titles = tuple(either(overlay_heading(overlay_file(overlay)).title) for overlay in (asked.overlays if asked else ()))
    drawn = process_map(run, titles)
    if folder is None:
        _tell(drawn)
        say(_("{option} DIR draws it: a page, and five pictures as SVG and PNG.").format(option=OUT))
        return
    with progress(_("Drawing")) as tick:
        files = drawn.files(tick)
    write_together(folder, files, OUT)
    say(_("Process map: {page}").format(page=folder.resolve() / next(iter(files))))


def need_a_scenario(options: Mapping[str, bool]) -> None:
    """Refuse the options that were given, if any, though no scenario was named that they could change. Raises BadInput."""
    for field, given in options.items():
        if given:
            raise BadInput("needs a scenario: without one the map shows the procedure as declared", field=field)


def _folder(out: str) -> Path:
    if not out.strip():
        raise BadInput("is not a folder's name", field=OUT, value=out, allowed=msgid("a folder's name"))
    folder = Path(out)
    check_folder(folder, OUT)
    return folder


def _run(asked: Asked, seed: int) -> "Replicated":
    scenario = loaded(asked)
    from sim.study.replicate import replicate

    with progress(_("Simulating")) as tick:
        run = replicate(scenario, seed, progress=tick, announce=Announcer())
    if run.problems:
        raise FailedRun(broken(run.problems))
    return run


def _tell(drawn: "ProcessMap") -> None:
    """The map in words: a heading per panel, a line per step."""
    for heading, sentences in drawn.text:
        sys.stdout.write(harmless(f"{heading}\n") + "".join(f"  {harmless(sentence)}\n" for sentence in sentences) + "\n")
    sys.stdout.flush()
