"""The map as one HTML page: what stands out on top, then panel by panel the picture, and its steps and arrows as tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sim.errors import SENTENCE
from sim.report import format, names
from sim.report.answer import PLAIN, Answer, Figure
from sim.report.page import Section, page
from sim.report.process_map.declared import OVER
from sim.report.process_map.draw import Picture
from sim.report.process_map.flows import ALL, SENT, Flows, Stand
from sim.report.process_map.plan import Plan
from sim.report.process_map.tell import Told, span
from sim.report.version import version
from sim.words import _, either

ROOM = "main, header, footer { max-width: 1290px; }"
"""The pictures are wider than other charts."""

OUTSIDERS = ("carriers", "outside")
"""Pools that are none of the shop's own."""


def map_page(told: Sequence[Told], pictures: Sequence[Picture], flows: Flows | None, answer: Answer | None) -> str:
    """The page, in the language spoken now. answer: of the run that the figures are from."""
    sections = tuple(
        Section(each.panel.key.replace("_", "-"), either(each.panel.title), _about(each), (picture.part(),), folded=each.tables())
        for each, picture in zip(told, pictures, strict=True)
    )
    top = _declared() if flows is None or answer is None else _of_run(told[0].plan, flows, answer)
    return page(top, sections).replace("</style>", f"{ROOM}\n</style>", 1)


def _about(told: Told) -> str:
    head = _(SENTENCE).format(message=told.head()) if told.head() else ""
    return " ".join(text for text in (either(told.panel.about), head) if text)


def _declared() -> Answer:
    sentence = _("From the request to the end: what follows what, and who does it.")
    made = ((_("Version"), f"refund-desk {version()}"),)
    return Answer(_("Process map"), _("The refund procedure as it is declared, without figures."), sentence, PLAIN, (), "", (), (), made)


def _of_run(plan: Plan, flows: Flows, answer: Answer) -> Answer:
    title = _("{first} · {second}").format(first=_("Process map"), second=answer.title)
    figures = tuple(what_stands_out(plan, flows))
    return replace(answer, title=title, sentence=headline(plan, flows), state=PLAIN, figures=figures, by_hand="", tables=())


def headline(plan: Plan, flows: Flows) -> str:
    """Where refunds wait in line longest, all of them together."""
    longest = _most(plan, flows, lambda stand: stand.times * (stand.in_line or 0))
    if longest is None:
        return _("Half of the refunds never stand in line, at any step.")
    step, stand = longest
    return _("Most waiting in line is before: {step}. Half of {count} waited longer than {span}.").format(
        step=names.step(plan.steps[step]), count=format.count(stand.times), span=span(stand.in_line or 0)
    )


def what_stands_out(plan: Plan, flows: Flows) -> Iterator[Figure]:
    """Where work is, what is done again, what goes unheard, what clocks close."""
    steps = list(plan.steps.values())
    works = _most(plan, flows, lambda stand: stand.times * (stand.lasted or 0), inside=True)
    if works is not None:
        step, stand = works
        about = _("{count} times, half of them longer than {span}").format(count=format.count(stand.times), span=span(stand.lasted or 0))
        yield Figure(_("Most work of the shop's own people"), names.step(plan.steps[step]), about)
    everywhere = {at: stand for (path, at), stand in flows.stands.items() if path == ALL}
    again = {at: stand.times for at, stand in everywhere.items() if steps[at].rework}
    yield Figure(_("Work that mends something"), _times(sum(again.values())), _largest(again, plan))
    unheard = {at: stand.unheard for at, stand in everywhere.items() if stand.unheard}
    yield Figure(_("Questions that nobody heard"), _times(sum(unheard.values())), _largest(unheard, plan))
    closed: dict[int, int] = {}
    for move, times in flows.moves.items():
        if move.how == SENT and move.end == OVER:
            closed[move.start] = closed.get(move.start, 0) + times
    requests = _("{count} requests").format(count=format.count(sum(closed.values())))
    yield Figure(_("Closed by a clock, a withdrawal or a click"), requests, _largest(closed, plan))


def _times(count: int) -> str:
    return _("{count} times").format(count=format.count(count))


def _largest(counts: dict[int, int], plan: Plan) -> str:
    """Where most of it was."""
    at = max(counts, key=lambda each: (counts[each], -each), default=None)
    if at is None or not counts[at]:
        return ""
    return _("most at: {step} ({count})").format(step=names.step(list(plan.steps.values())[at]), count=format.count(counts[at]))


def _most(plan: Plan, flows: Flows, weight: Callable[[Stand], float], inside: bool = False) -> tuple[str, Stand] | None:
    """The step where the weight of what happened is largest; None where it is 0 everywhere. inside: only work of the shop's own people."""
    steps = list(plan.steps.values())
    found = [
        (steps[at], stand)
        for (path, at), stand in flows.stands.items()
        if path == ALL and steps[at].by and not (inside and steps[at].by in OUTSIDERS)
    ]
    step, stand = max(found, key=lambda each: weight(each[1]), default=(None, None))
    return None if step is None or stand is None or not weight(stand) else (step.name, stand)
