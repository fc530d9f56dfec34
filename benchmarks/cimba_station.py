"""The same M/M/10 on the C engine behind the package cimba."""

import time
from functools import lru_cache
from typing import Any

import cimba
import numpy as np
from cimba import inputs

from benchmarks.station import SERVERS, Draws, draws


class Station(cimba.Model):
    """Ten server processes over a store of arrival times, which is what a wait needs."""

    gap: cimba.Input[float]
    service: cimba.Input[float]
    queue: cimba.Store[float]
    waited: cimba.Output[float]
    served: cimba.Output[float]

    @cimba.on_start
    def open(self) -> None:
        self.waited = 0.0
        self.served = 0.0

    @cimba.process
    def arrivals(self) -> None:
        while True:
            cimba.hold(self.gap.next())
            self.queue.put(cimba.now())

    @cimba.process(copies=SERVERS)
    def server(self) -> None:
        while True:
            came = self.queue.get()
            self.waited += cimba.now() - came
            self.served += 1.0
            cimba.hold(self.service.next())


@lru_cache(maxsize=4)
def experiment_of(customers: int) -> tuple[Any, Any]:
    """Model and experiment over the draws of so many customers, compiled and run once."""
    drawn = draws(customers)
    model = Station()
    # A trace goes on from its start after its end: the window closes at the last customer's arrival.
    model.gap = inputs.trace(np.diff(drawn.arrivals, prepend=0).astype(float), on_exhausted="wrap")
    model.service = inputs.trace(drawn.services.astype(float), on_exhausted="wrap")
    experiment = cimba.Experiment(model, window=cimba.Window(duration=float(drawn.arrivals[-1]) + 0.5), seed=1)
    experiment.run(workers=1)
    return model, experiment


def cimba_engine(drawn: Draws) -> tuple[float, float]:
    """Up to the last arrival; who still waits then is not in the mean."""
    model, experiment = experiment_of(len(drawn))
    begun = time.perf_counter()
    results = experiment.run(workers=1)
    seconds = time.perf_counter() - begun
    outcome = results[model]
    return seconds, float(outcome.waited.values[0, 0] / outcome.served.values[0, 0])
