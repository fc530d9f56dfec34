"""The lane of sharpening: replications block by block until the figures are precise enough.

It has benches, each a thread with a process of its own that simulates a block of a job's scenarios at a time, always of the job that is
least advanced. None waits for another; whoever completes a block of all scenarios tells what is known now. Blocks are kept on disk by the
store, so that what was done survives the worker. Process maps, which are drawn only when somebody wishes for one, are drawn between two
blocks.
"""

import os
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, field
from threading import Condition, Thread

import pyarrow as pa

from sim.study.block import BLOCK, Stopped, jobs_of, simulated
from sim.study.laboratory import Laboratory
from sim.study.samples import Replications
from sim.study.stopping import MOST
from sim.study.store import Store
from sim.study.workers import ATTEMPTS, Ran, Tables, Task
from trainer_app.services import leases, precision
from trainer_app.services.elsewhere import Elsewhere, Lost, is_to_stop
from trainer_app.services.first_runs import FirstRuns
from trainer_app.services.in_hand import LOG, InHand, Work
from trainer_app.services.leases import Wish
from trainer_app.services.levers import from_json, given
from trainer_app.services.problems import of_broken, of_not_kept
from trainer_app.services.situations import Given
from trainer_app.services.telling import Kept, comparison_view, map_view, names_of, scenario_view
from trainer_app.services.trial import try_it
from trainer_app.services.views import MapView

NICENESS = 10
"""Pages and first looks go before the benches."""

LOOK_SECONDS = 0.05
"""How often a bench looks whether what it waits for is still wanted."""

NEW_BLOCKS = 0.1
"""Views are written again when there are so many new blocks, as a share of those told: joining many replications takes its time."""


@dataclass(frozen=True)
class Turn:
    """A block of some of a job's scenarios."""

    sharp: "Sharp"
    block: int
    places: tuple[int, ...]


@dataclass
class Sharp:
    """A job being sharpened. scenarios: its own, each once, however often it stands in the job. groups: places in these of what is
    simulated together. Guarded by the lane's lock but for `kept`, which is the teller's."""

    work: Work
    scenarios: tuple[Given, ...]
    groups: tuple[tuple[int, ...], ...]
    kept: tuple[Kept, ...]
    least: int
    """Blocks before nothing is told: more than that is shown already."""
    handed: int = 0
    """Turns handed out: the first block group by group, so that it is there soon; then whole blocks, which draw what comes only once."""
    told: int = 0
    """Blocks in `kept`."""
    done: dict[int, dict[int, pa.Table]] = field(default_factory=dict)
    """What is simulated and not told yet, by block and place."""
    telling: bool = False
    enough: bool = False
    """Whether what is told is precise enough, so that what is under way is not needed."""

    @property
    def blocks(self) -> float:
        """How far it is advanced."""
        return max(self.handed / len(self.groups), self.handed - len(self.groups) + 1)

    def next_turn(self) -> Turn | None:
        """What to simulate next; None where all that may be made is under way."""
        block = max(0, self.handed - len(self.groups) + 1)
        if self.enough or block >= MOST // BLOCK:
            return None
        places = self.groups[self.handed] if block == 0 else tuple(range(len(self.scenarios)))
        self.handed += 1
        return Turn(self, block, places)

    def new_blocks(self) -> list[dict[int, pa.Table]]:
        """The complete blocks that follow those told, once there are enough of them."""
        complete: list[dict[int, pa.Table]] = []
        while len(self.done.get(self.told + len(complete), ())) == len(self.scenarios):
            complete.append(self.done[self.told + len(complete)])
        enough = max(1, int(NEW_BLOCKS * self.told), self.least - self.told)
        if len(complete) < min(enough, MOST // BLOCK - self.told) or not complete:
            return []
        for _ in complete:
            del self.done[self.told]
            self.told += 1
        return complete


def sharp_of(work: Work, benches: int) -> Sharp:
    """A job whose sharpening begins, or goes on."""
    scenarios = tuple({each.hash: each for each in work.scenarios}.values())
    count = min(len(scenarios), benches)
    groups = tuple(tuple(range(first, len(scenarios), count)) for first in range(count))
    return Sharp(work, scenarios, groups, tuple(Kept() for _ in scenarios), least=work.taken.replications // BLOCK)


class Sharpening:
    """The jobs being sharpened, and the benches that do it."""

    def __init__(self, in_hand: InHand, runs: FirstRuns, benches: int, store: Store | None = None) -> None:
        self._in_hand, self._runs, self._store = in_hand, runs, store or Store()
        self._sharps: list[Sharp] = []
        self._wishes: list[Wish] = []
        self._drawing: set[Wish] = set()
        self._closing = False
        self._changed = Condition()
        self._beside = [Elsewhere(NICENESS) for _ in range(benches)]
        self.benches = [
            Thread(target=self._bench, args=(beside,), name=f"bench-{number}", daemon=True) for number, beside in enumerate(self._beside)
        ]

    def start(self) -> None:
        """Begin. What the engine needs is compiled by now, or each process compiles it."""
        for beside in self._beside:
            beside.submit(try_it)
        for bench in self.benches:
            bench.start()

    def add(self, work: Work) -> None:
        """A job to sharpen. Raises BadInput where its scenarios cannot be read."""
        sharp = sharp_of(work, len(self.benches))
        with self._changed:
            self._sharps.append(sharp)
            self._changed.notify_all()

    def wish(self, wishes: Sequence[Wish]) -> None:
        """Maps that somebody wants to see."""
        with self._changed:
            self._wishes += [each for each in wishes if each not in self._drawing and each not in self._wishes]
            self._changed.notify_all()

    @property
    def is_drawing(self) -> bool:
        """Whether a map is wished for or being drawn."""
        with self._changed:
            return bool(self._wishes or self._drawing)

    def close(self) -> None:
        """Begin nothing any more; what is under way is over in a moment."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for beside in self._beside:
            beside.close()

    # ---------------------------------------------------------------- a bench
    def _bench(self, beside: Elsewhere) -> None:
        if sys.platform == "linux":  # elsewhere it would be the whole process that gives way
            os.nice(NICENESS)
        while (turn := self._next()) is not None:
            if isinstance(turn, Wish):
                self._draw(turn)
                continue
            try:
                self._simulate(turn, beside)
                self._tell(turn.sharp)
            except Stopped:
                continue
            except Exception as error:
                self._in_hand.broke(turn.sharp.work, error)

    def _next(self) -> Turn | Wish | None:
        """A map that is wished for, else a turn of the job that is least advanced; waits for one. None at the end."""
        with self._changed:
            while not self._closing:
                if self._wishes:
                    wish = self._wishes.pop(0)
                    self._drawing.add(wish)
                    return wish
                self._forget_what_is_over()
                for sharp in sorted(self._sharps, key=lambda sharp: sharp.blocks):
                    turn = sharp.next_turn()
                    if turn is not None:
                        return turn
                self._changed.wait()
            return None

    def _forget_what_is_over(self) -> None:
        self._sharps = [sharp for sharp in self._sharps if not sharp.work.over.is_set()]

    def _simulate(self, turn: Turn, beside: Elsewhere) -> None:
        """A block, from the store or by this bench."""
        sharp, work = turn.sharp, turn.sharp.work
        replications = range(turn.block * BLOCK, (turn.block + 1) * BLOCK)
        jobs = [jobs_of(sharp.scenarios[place].scenario, work.taken.seed, replications)[0] for place in turn.places]
        laboratory = Laboratory(self._store, Bench(beside, lambda: self._closing or sharp.enough or work.over.is_set()))
        (tables,) = laboratory.tables([jobs])
        if laboratory.problems:
            LOG.error("job %s: %s", work.id, "\n".join(laboratory.problems))
            self._in_hand.fail(work, of_broken(laboratory.problems))
            raise Stopped
        if laboratory.store is None:
            self._in_hand.note(work, of_not_kept())
        with self._changed:
            sharp.done.setdefault(turn.block, {}).update(zip(turn.places, tables, strict=True))

    # ---------------------------------------------------------------- telling
    def _tell(self, sharp: Sharp) -> None:
        """Tell what is complete, unless another bench is at that; it looks again before it goes."""
        with self._changed:
            if sharp.telling:
                return
            sharp.telling = True
        try:
            while True:
                with self._changed:
                    blocks = [] if sharp.work.over.is_set() else sharp.new_blocks()
                    if not blocks:
                        sharp.telling = False
                        return
                self._join(sharp, blocks)
        except BaseException:
            sharp.telling = False
            raise

    def _join(self, sharp: Sharp, blocks: Sequence[dict[int, pa.Table]]) -> None:
        """Further blocks are known: what that makes of the figures, and whether they are precise enough now."""
        work = sharp.work
        for tables in blocks:
            for place, kept in enumerate(sharp.kept):
                kept.add(tables[place])
        kept_now: Sequence[Kept] = sharp.kept
        figures = [kept.figures() for kept in kept_now]
        stop = precision.stop(_named(work, sharp, figures), work.taken.wanted)
        if stop is not None:
            sharp.enough = True
            kept_now = [kept.first(stop.replications) for kept in sharp.kept]
            figures = [kept.figures() for kept in kept_now]
        self._show(sharp, kept_now, figures, ended=stop is not None)

    def _show(self, sharp: Sharp, kept: Sequence[Kept], figures: Sequence[Replications], *, ended: bool) -> None:
        work = sharp.work
        reached = precision.reached(_named(work, sharp, figures))
        views = [
            scenario_view(self._runs.of(scenario), each, of) for scenario, each, of in zip(sharp.scenarios, kept, figures, strict=True)
        ]
        places = _places(work, sharp)
        comparison = comparison_view([figures[place] for place in places], work.taken.wanted, reached, ended)
        self._in_hand.show(work, {number: views[place] for number, place in enumerate(places)}, comparison)

    def _draw(self, wish: Wish) -> None:
        """A map of a scenario's first run; an empty one where it cannot be drawn."""
        drawn = MapView(())
        try:
            with self._in_hand.database.reading() as session:
                asked = leases.asked_in(session, [wish.job_id]).get(wish.job_id)
            if asked is not None:
                _map, number, locale = wish.part.split(".")
                levers = [{}, *asked["variants"]][int(number)]
                drawn = map_view(self._runs.whole(given(asked["situation"], from_json(levers))), locale)
        except Exception as error:
            LOG.error("%s: %s", wish, error, exc_info=error)
        try:
            with self._in_hand.database.session() as session:
                leases.fulfil(session, wish, drawn.to_json())
        except Exception as error:
            LOG.error("%s: %s", wish, error, exc_info=error)
        with self._changed:
            self._drawing.discard(wish)


class Bench:
    """A process beside this one as a laboratory's workers: it simulates a task after the other until somebody says stop."""

    def __init__(self, beside: Elsewhere, stops: Callable[[], bool]) -> None:
        self.beside, self.stops = beside, stops

    def each(self, tasks: Sequence[Task], ran: Ran) -> Generator[tuple[int, Tables], None, None]:
        """As sim.study.workers.Workers, but `ran` is not told; raises Stopped."""
        for place, task in enumerate(tasks):
            for attempt in range(1, ATTEMPTS + 1):
                try:
                    yield place, self._done(task)
                    break
                except Lost:
                    if self.stops():
                        raise Stopped from None
                    if attempt == ATTEMPTS:
                        raise

    def _done(self, task: Task) -> Tables:
        doing = self.beside.submit(simulated_there, task)
        while not wait([doing], LOOK_SECONDS).done:
            if self.stops():
                self.beside.stop()
                raise Stopped
        return doing.result()


def simulated_there(task: Task) -> Tables:
    """What a bench's process does."""
    return simulated(task, is_to_stop)


def _places(work: Work, sharp: Sharp) -> list[int]:
    """For each scenario of the job its place among those that are simulated."""
    place = {each.hash: number for number, each in enumerate(sharp.scenarios)}
    return [place[each.hash] for each in work.scenarios]


def _named(work: Work, sharp: Sharp, figures: Sequence[Replications]) -> dict[str, Replications]:
    return dict(zip(names_of(len(work.scenarios)), (figures[place] for place in _places(work, sharp)), strict=True))
