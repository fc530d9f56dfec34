"""Refund desk: a simulator of the refund work of an online shop.

    from sim import load_scenario, draw_workload, simulate, replicate, compare

Names are imported on first use, so that a command that needs no numbers does not wait for numpy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.demand.replay import draw_workload
    from sim.desk.simulate import simulate
    from sim.scenario import load_scenario
    from sim.study.compare import compare
    from sim.study.replicate import replicate

_HOMES = {
    "load_scenario": "sim.scenario",
    "draw_workload": "sim.demand.replay",
    "simulate": "sim.desk.simulate",
    "replicate": "sim.study.replicate",
    "compare": "sim.study.compare",
}

__all__ = ["compare", "draw_workload", "load_scenario", "replicate", "simulate"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
