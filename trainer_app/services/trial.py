"""A handful of requests, on which a process tries everything once before anybody asks: what they ask for then takes no longer than it
must."""

from sim.demand.replay import draw_workload
from sim.desk.compiled_engine import get_ready
from sim.scenario.load import load_scenario
from sim.study.block import Run, broken, measured, run_of, table_of
from trainer_app.services.situations import FIRST, file_of

SMALL = {"calendar": {"days": 1, "warmup_days": 0, "drain_days": 1}, "demand": {"scale": 0.02}}


def trial() -> Run:
    """A run of the first situation, made small; checked and measured."""
    get_ready()
    scenario = load_scenario(file_of(FIRST), [SMALL])
    run = run_of(draw_workload(scenario), scenario)
    table_of({0: measured(run, broken(run))})
    return run


def try_it() -> None:
    """The same for a process that has no use for the run."""
    trial()
