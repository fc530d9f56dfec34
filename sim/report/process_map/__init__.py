"""The process map: the refund procedure as five pictures, as it is declared or with the figures of a run on it.

from sim.report.process_map import process_map

process_map()         the procedure as declared
process_map(run)      with the figures of a run (sim.study.replicate)
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.desk.steps import STEPS
from sim.report.process_map.draw import Picture, drawn
from sim.report.process_map.flows import Flows, flows_in
from sim.report.process_map.page import map_page
from sim.report.process_map.plan import GOAL, Plan, plan_of
from sim.report.process_map.punctual import facts_of, in_time
from sim.report.process_map.tell import Told
from sim.report.process_map.walks import carried
from sim.words import either

if TYPE_CHECKING:
    from sim.report.answer import Answer
    from sim.scenario.schema import Scenario
    from sim.study.replicate import Replicated

NAME = "process-map"
"""What the files are called by."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ProcessMap:
    """The map, in the language in which it was made: a picture per panel, all panels on a page, all of it as text.

    text: a heading per panel and the sentences under it.
    """

    pictures: tuple[Picture, ...]
    page: str
    text: tuple[tuple[str, tuple[str, ...]], ...]

    def files(self, progress: Progress | None = None) -> dict[str, bytes]:
        """Contents by file name: the page, and each picture as SVG and PNG."""
        found = {f"{NAME}.html": self.page.encode("utf-8", "replace")}
        for at, picture in enumerate(self.pictures):
            found[f"{NAME}-{picture.key}.svg"] = picture.svg().encode("utf-8", "replace")
            found[f"{NAME}-{picture.key}.png"] = picture.png()
            if progress:
                progress(at + 1, len(self.pictures))
        return found


def process_map(run: "Replicated | None" = None, overlays: tuple[str, ...] = ()) -> ProcessMap:
    """The map in the language spoken now; with a run, its first replication's figures over the reported requests.

    overlays: titles of what was laid over the run's scenario. Raises ValueError for a log with steps that are not declared.
    """
    plan = plan_of(STEPS)
    if run is None:
        return _map([Told(plan, panel, facts=facts_of()) for panel in plan.panels], None, None)
    from sim.report.headline import answer_of

    counted = flows_of(run, plan)
    clocks = clocks_of(run.scenario)
    facts = facts_of(run.scenario)
    told = [Told(plan, panel, counted, carried(plan, panel, counted), clocks, facts) for panel in plan.panels]
    return _map(told, counted, answer_of(run, overlays))


def flows_of(run: "Replicated", plan: Plan) -> Flows:
    """What the reported requests of a run's first replication did."""
    from sim.desk.steps import OUTCOMES

    first = run.first
    money_back = list(plan.steps).index(next(place.step for place in plan.panels[0].places.values() if place.shape == GOAL))
    found = flows_in(first.log, first.summary.visits, first.summary.reported, STEPS, money_back, OUTCOMES)
    return replace(found, in_time=in_time(first, run.scenario, found, STEPS))


def clocks_of(scenario: "Scenario") -> dict[str, int]:
    """Seconds of the scenario's standards by their names."""
    return {name: value for name, value in scenario.standards if isinstance(value, int)}


def _map(told: list[Told], counted: Flows | None, answer: "Answer | None") -> ProcessMap:
    source = "" if answer is None else " · ".join((answer.title, answer.period))
    pictures = tuple(drawn(each, source) for each in told)
    text = tuple((either(each.panel.title), (either(each.panel.about), *each.sentences())) for each in told)
    return ProcessMap(pictures, map_page(told, pictures, counted, answer), text)


__all__ = ["ProcessMap", "process_map"]
