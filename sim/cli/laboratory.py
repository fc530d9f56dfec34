"""The laboratory of a command: results are kept in the user's store, progress and warnings go to stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

from sim.cli.speak import Announcer, progress, say
from sim.study.laboratory import Laboratory
from sim.study.store import Store
from sim.study.workers import Threads, Workers
from sim.words import _


@contextmanager
def laboratory(what: str, cluster: str | None = None) -> Iterator[Laboratory]:
    """A laboratory for as long as something goes on; stopped with Ctrl-C, it says that the same call goes on from here.

    cluster: the address of a scheduler whose workers simulate; None: threads of this process. Raises BadInput for an address where none
    answers.
    """
    with progress(what) as tick, _workers(cluster) as workers:
        at_work = Laboratory(Store(), workers, tick, Announcer(), say)
        try:
            yield at_work
        except KeyboardInterrupt:
            if at_work.store is not None and at_work.found + at_work.made:
                told = _("{count} runs are kept: the same call goes on from there.")
                say("\n" + told.format(count=f"{at_work.found + at_work.made:,}"))
            raise


@contextmanager
def _workers(cluster: str | None) -> Iterator[Workers]:
    if cluster is None:
        yield Threads()
        return
    from sim.study.cluster import Cluster

    with Cluster(cluster) as workers:
        yield workers
