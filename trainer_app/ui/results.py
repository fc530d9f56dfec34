"""The tabs below the first screen, of one scenario or of several beside each other; only the tab that is open is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from sim import words
from sim.report import names
from sim.scenario.schema import Scenario
from trainer_app.services import jobs, views
from trainer_app.services.jobs import Progress
from trainer_app.services.views import ComparisonView, ScenarioView, map_part
from trainer_app.ui import drawings, session
from trainer_app.ui.board import six_of
from trainer_app.ui.charts import chart, image, show
from trainer_app.ui.figures import note, table
from trainer_app.ui.following import NOW_AND_THEN, look, scenario
from trainer_app.ui.session import fragment
from trainer_app.words import _

FEWEST = 2
"""Runs that it takes for an interval."""

HANDOFFS = "handoffs"
"""Key of the table of handoffs in an answer."""


@dataclass(frozen=True)
class Beside:
    """What is compared. called: what "as it is" and the variants are called; best: number of the variant that is best."""

    progress: Progress
    found: ComparisonView
    called: Sequence[str]
    scenario: Scenario
    best: int


Tab = tuple[str, Callable[[], None]]


def tabs(of: Sequence[Tab], key: str) -> None:
    """Tabs by title, of which only the open one is drawn."""
    for place, (_title, draw) in zip(st.tabs([title for title, _draw in of], on_change="rerun", key=key), of, strict=True):
        if place.open:
            with place:
                draw()


# ---------------------------------------------------------------- one scenario
def of_one(progress: Progress, view: ScenarioView) -> list[Tab]:
    """The tabs of the situation as it is."""
    return [
        (_("What comes"), lambda: _comes(progress, view)),
        (_("Backlog"), lambda: _backlog(progress, view)),
        (_("First responses"), lambda: _responses(progress, view, _("First responses"))),
        (_("Staffing"), lambda: _staffing(progress, view, _("Staffing"))),
        (_("Handoffs"), lambda: _handoffs(view, "")),
        (_("Money"), lambda: _money(progress, [(_("as it is"), view)])),
        (_("Process map"), lambda: _map(progress, 0)),
    ]


# ---------------------------------------------------------------- several
def of_several(of: Beside) -> list[Tab]:
    """The tabs of variants beside the situation as it is."""
    return [
        (_("Differences"), lambda: _differences(of)),
        (_("Backlog"), lambda: _backlogs(of)),
        (_("First responses"), lambda: _pair(of, "responses", _("First responses"), _responses)),
        (_("Staffing"), lambda: _pair(of, "staffing", _("Staffing"), _staffing)),
        (_("Handoffs"), lambda: _handoff_pair(of)),
        (_("Money"), lambda: _money(of.progress, _views(of, range(len(of.called))))),
        (_("Process map"), lambda: _map(of.progress, _chosen(of, "map", all_of_them=True))),
        (_("What comes"), lambda: _comes_to_all(of)),
    ]


def _differences(of: Beside) -> None:
    if of.found.replications < FEWEST:
        note(_("How large the differences really are shows with more runs."))
        return
    note(_("Dot: the difference to as it is; bar: 95 % sure to lie there. Grey: no clear difference."))
    first = six_of(of.found)
    _differences_in(of, first, "differences", _("Differences"))
    rest = [metric for metric in of.found.metrics if metric not in first]
    more = st.expander(_("More figures"), on_change="rerun", key="more_differences") if rest else None
    if more is not None and more.open:
        with more:
            _differences_in(of, rest, "more_differences_chart", _("More differences"))


def _differences_in(of: Beside, metrics: Sequence[str], key: str, title: str) -> None:
    content = f"{key} {of.progress.id} {of.found.replications} {of.found.ended} {list(of.called)}"
    chart(lambda: drawings.differences(of.found, of.called, of.scenario, metrics), key, title, content)


def _backlogs(of: Beside) -> None:
    every = _views(of, range(len(of.called)))
    paths = drawings.paths_in(every[0][1].backlog) if every else []
    if not paths:
        _wait()
        return
    keys = [key for _number, key in paths]
    most = max(keys, key=lambda key: max(every[0][1].backlog[key][views.MIDDLE], default=0.0))
    titles = {key: names.path(number) for number, key in paths}
    path = st.segmented_control(
        _("Path"), keys, default=most, required=True, format_func=lambda key: titles[key], key="backlog_path", wrap=True
    )
    note(_("Requests not done, hour by hour; all with the same scale. Bands hold 50, 80 and 95 of 100 runs."))
    content = f"backlog {path} {of.progress.id} {[(label, view.replications) for label, view in every]}"
    chart(lambda: drawings.backlog_beside(every, path), f"backlog_{path}", titles[path], content)


def _pair(of: Beside, key: str, title: str, draw: Callable[[Progress, ScenarioView, str, int], None]) -> None:
    """The situation as it is, and one variant below it."""
    chosen = _chosen(of, key)
    for label, view in _views(of, [0, chosen]):
        st.markdown(f"**{session.plain(label)}**")
        draw(of.progress, view, _("{first} · {second}").format(first=title, second=label), of.called.index(label))


def _handoff_pair(of: Beside) -> None:
    chosen = _chosen(of, HANDOFFS)
    for label, view in _views(of, [0, chosen]):
        st.markdown(f"**{session.plain(label)}**")
        _handoffs(view, label)


def _comes_to_all(of: Beside) -> None:
    for _label, view in _views(of, [0]):
        note(_("The same for all variants: all meet the same orders with the same luck."))
        _comes(of.progress, view)


def _chosen(of: Beside, key: str, all_of_them: bool = False) -> int:
    """The variant that is looked at; with `all_of_them` it may be the situation as it is."""
    numbers = list(range(0 if all_of_them else 1, len(of.called)))
    if len(numbers) < 2:
        return numbers[-1]
    shown = st.segmented_control(
        _("Show") if all_of_them else _("Beside as it is"),
        numbers,
        default=of.best,
        required=True,
        format_func=lambda number: session.plain(of.called[number]),
        key=f"{key}_variant_{len(of.called)}",
        wrap=True,
    )
    return int(shown)


def _views(of: Beside, numbers: Sequence[int]) -> list[tuple[str, ScenarioView]]:
    """What is known of some scenarios, with what they are called."""
    found = [(of.called[number], scenario(of.progress, number)) for number in numbers]
    return [(label, view) for label, view in found if view is not None]


# ---------------------------------------------------------------- parts of both
def _backlog(progress: Progress, view: ScenarioView) -> None:
    note(_("Requests not done, hour by hour; every path has a scale of its own. Bands hold 50, 80 and 95 of 100 runs."))
    chart(lambda: drawings.backlog(view), "backlog", _("Backlog"), f"backlog {progress.id} {view.replications}")


def _responses(progress: Progress, view: ScenarioView, title: str, number: int = 0) -> None:
    """The map of first responses of a scenario by its number."""
    note(_("Of the requests filed in each hour, how many per cent were answered in time."))
    show(drawings.response_table(view, title), lambda: drawings.responses(view), f"responses_{number}", title)


def _staffing(progress: Progress, view: ScenarioView, title: str, number: int = 0) -> None:
    """Who is there and who is needed, of a scenario by its number."""
    note(_("Blue: people there; dark line: people needed (estimate); red: too few."))
    content = f"staffing {progress.id} {number} {view.replications}"
    chart(lambda: drawings.staffing(view), f"staffing_{number}", title, content)


def _comes(progress: Progress, view: ScenarioView) -> None:
    for line in drawings.comes_in_words(view):
        st.text(line)
    chart(lambda: drawings.comes(view), "comes", _("What comes"), f"comes {progress.id}")


def _money(progress: Progress, of: Sequence[tuple[str, ScenarioView]]) -> None:
    if not of:
        _wait()
        return
    note(_("What the refunds cost the shop; thin lines: 95 % sure to lie there. The refunded money itself is the buyers'."))
    content = f"money {progress.id} {[(label, view.replications) for label, view in of]}"
    chart(lambda: drawings.money(of), "money", _("Money by cause"), content)


def _handoffs(view: ScenarioView, label: str) -> None:
    shown = view.answer[words.spoken()].table(HANDOFFS)
    if shown is None:
        _nothing()
        return
    if not label:
        note(shown.about)
    table(shown, _("{first} · {second}").format(first=shown.title, second=label) if label else "")


def _wait() -> None:
    note(_("Working out the figures…"))


def _nothing() -> None:
    note(_("Nothing to show."))


# ---------------------------------------------------------------- the process map
def _map(progress: Progress, number: int) -> None:
    """The process map of a scenario; it is drawn when somebody first opens it."""
    locale = words.spoken()
    present, _worker = look(progress.id)
    if present is None or map_part(number, locale) not in present.versions:
        with session.database().session() as writing:
            jobs.ask_map(writing, progress.id, number, locale)
        fragment(_await_map, run_every=NOW_AND_THEN)(progress.id, map_part(number, locale))
        return
    with session.database().reading() as reading:
        found = views.process_map(reading, progress.id, number, locale)
    if found is None or not found.panels:
        _nothing()
        return
    titles = {panel.key: panel.title for panel in found.panels}
    key = st.segmented_control(
        _("Part"), list(titles), default=next(iter(titles)), required=True, format_func=lambda key: titles[key], key="map_panel", wrap=True
    )
    panel = next((panel for panel in found.panels if panel.key == key), found.panels[0])
    image(panel.svg, panel.told, panel.title, f"map_{panel.key}")
    with st.expander(_("The same in words")):
        for line in panel.text:
            st.text(line)


def _await_map(job_id: str, part: str) -> None:
    note(_("The map is being drawn…"))
    progress, _worker = look(job_id)
    if progress is None or part in progress.versions:
        st.rerun()
