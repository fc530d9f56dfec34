"""Measurements that need a process of their own: memory, the first use of the compiled engine, and drawing, which is mostly memory too.

`python -m benchmarks.alone WHAT [CUSTOMERS]` prints one JSON number per name.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc

from benchmarks.station import STATION, desk_of, draws


def first_use() -> dict[str, float]:
    """Seconds until the compiled engine is ready with the shop's procedure, with nothing kept from earlier."""
    from sim.desk.compiled_engine import run_compiled
    from sim.desk.procedure import PROCEDURE

    refunds, floor, tables = desk_of(10)
    begun = time.perf_counter()
    run_compiled(refunds[:0], floor, tables, PROCEDURE)
    return {"seconds": time.perf_counter() - begun}


def million(customers: int) -> dict[str, float]:
    """Peak resident memory of the process in MB, workload and log included, and customers per second (best of three)."""
    from sim.desk.compiled_engine import run_compiled

    refunds, floor, tables = desk_of(customers)
    few = desk_of(10)
    run_compiled(few[0], few[1], few[2], STATION)
    best = 0.0
    for _ in range(3):
        begun = time.perf_counter()
        log = run_compiled(refunds, floor, tables, STATION)
        best = max(best, customers / (time.perf_counter() - begun))
        del log
    return {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "per_second": best}


def finished(customers: int) -> dict[str, float]:
    """Bytes that a finished refund leaves behind in the SimPy engine, its log rows and ledger included."""
    from sim.desk.simpy_engine import Desk
    from sim.desk.toy import TOY

    refunds, floor, tables = desk_of(customers)
    middle, end = int(draws(customers).arrivals[customers // 2]), int(draws(customers).arrivals[-1])
    desk = Desk(refunds, floor, tables, TOY)  # the toy writes a ledger for each refund, as the shop's procedure does
    tracemalloc.start()
    desk.run(middle)
    before, _ = tracemalloc.get_traced_memory()
    desk.run(end)
    after, _ = tracemalloc.get_traced_memory()
    return {"bytes": (after - before) / (customers - customers // 2)}


def sale(rounds: int) -> dict[str, float]:
    """Requests of a sale, and seconds to draw them with the orders behind them."""
    from benchmarks.scenario import drawing

    requests, seconds = drawing(rounds=rounds)
    return {"requests": requests, "seconds": seconds}


def compared(replications: int) -> dict[str, float]:
    """Seconds of a paired comparison of two policies."""
    from benchmarks.comparison import comparison

    return comparison(replications)


def trainees(seconds: int) -> dict[str, float]:
    """Milliseconds to the verdict of trainees at the app while a comparison runs; MB by which the web process grew meanwhile."""
    from benchmarks.app_load import Plan, load, told

    found = told(load(Plan(seconds=float(seconds))))
    if found["wrong"]:
        raise RuntimeError("\n".join(found["wrong"]))
    return {name: float(found[name]) for name in ("p50", "p95", "p99", "verdicts", "grown", "replications")}


def answered(changes: int) -> dict[str, float]:
    """Seconds to the first page, to the first figure after a change, to four variants compared to 2 %."""
    from benchmarks.app_answers import answers

    return answers(changes)


def in_a_process(what: str, *arguments: int) -> dict[str, float]:
    """The same in a fresh process. `first_use` gets an empty REFUND_DESK_HOME."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "REFUND_DESK_HOME": home} if what == "first_use" else None
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.alone", what, *map(str, arguments)],
            check=True,
            capture_output=True,
            text=True,
            env=environment,
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    what, arguments = sys.argv[1], [int(argument) for argument in sys.argv[2:]]
    measures = {"first_use": first_use, "million": million, "finished": finished, "sale": sale, "compared": compared}
    measures |= {"trainees": trainees, "answered": answered}
    print(json.dumps(measures[what](*arguments)))
