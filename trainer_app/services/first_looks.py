"""The lane of first looks: a thread that at once simulates replication 0 of whatever is asked for, and shows it. It never waits for a block
of replications."""

from collections import OrderedDict
from queue import SimpleQueue
from threading import Event, Thread

from sim.study.samples import Replications
from trainer_app.services.first_runs import MOST_FIRST_RUNS, FirstRuns
from trainer_app.services.in_hand import InHand, Work
from trainer_app.services.sharpening import Sharpening
from trainer_app.services.situations import Given
from trainer_app.services.telling import Kept, comparison_view, scenario_view
from trainer_app.services.views import ScenarioView

Look = tuple[ScenarioView, Replications]
"""What is shown of a scenario's first replication, and its figures."""


class FirstLooks(Thread):
    """Looks at jobs in the order in which they come, and hands them on to be sharpened."""

    def __init__(self, in_hand: InHand, runs: FirstRuns, sharpening: Sharpening) -> None:
        super().__init__(name="first-looks", daemon=True)
        self._in_hand, self._runs, self._sharpening = in_hand, runs, sharpening
        self._waiting: SimpleQueue[Work | None] = SimpleQueue()
        self._seen: OrderedDict[str, Look] = OrderedDict()
        self._closing = Event()

    def add(self, work: Work) -> None:
        """A job to look at."""
        self._waiting.put(work)

    def close(self) -> None:
        """Look at nothing any more; what is under way is over in a moment."""
        self._closing.set()
        self._waiting.put(None)

    def run(self) -> None:
        while (work := self._waiting.get()) is not None and not self._closing.is_set():
            try:
                if work.taken.replications or self._look(work):  # what shows more than one replication already is not set back
                    self._sharpening.add(work)
            except Exception as error:
                self._in_hand.broke(work, error)

    def _look(self, work: Work) -> bool:
        """Show the first replication of all scenarios, what was seen before first; whether that is still wanted."""
        figures: dict[int, Replications] = {}
        for number in sorted(range(len(work.scenarios)), key=lambda number: work.scenarios[number].hash not in self._seen):
            if work.over.is_set() or self._closing.is_set():
                return False
            view, figures[number] = self._look_at(work.scenarios[number])
            if not self._in_hand.show(work, {number: view}):
                return False
        comparison = comparison_view([figures[number] for number in sorted(figures)], work.taken.wanted, None, ended=False)
        return self._in_hand.show(work, {}, comparison)

    def _look_at(self, scenario: Given) -> Look:
        found = self._seen.pop(scenario.hash, None)
        if found is None:
            run, first = self._runs.of(scenario), Kept()
            first.add(run.table)
            figures = first.figures()
            found = scenario_view(run, first, figures), figures
        self._seen[scenario.hash] = found
        if len(self._seen) > MOST_FIRST_RUNS:
            self._seen.popitem(last=False)
        return found
