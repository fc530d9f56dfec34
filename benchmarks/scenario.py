"""A whole scenario through both engines: refunds per second of each, with the shop's own procedure."""

import statistics
import time
from pathlib import Path

from sim import draw_workload, load_scenario, simulate
from sim.desk.log import first_difference
from sim.desk.records import FILED
from sim.shipped import scenarios_folder

DEFAULT = Path(__file__).resolve().parent / "week-20k.toml"
SALE = scenarios_folder() / "double11-2022.toml"
EVERY_LEVER = Path(__file__).resolve().parent / "every-lever-50k.toml"


def both_engines(path: Path = DEFAULT, rounds: int = 3, seed: int = 1) -> tuple[int, dict[str, float]]:
    """(refunds filed, seconds by engine: median over interleaved rounds). Raises RuntimeError when the logs differ."""
    scenario = load_scenario(path)
    workload = draw_workload(scenario, seed, 0)
    simulate(workload, scenario, "compiled")
    seconds: dict[str, list[float]] = {"simpy": [], "compiled": []}
    logs = {}
    for _ in range(rounds):
        for engine in ("simpy", "compiled"):
            begun = time.perf_counter()
            logs[engine] = simulate(workload, scenario, "simpy" if engine == "simpy" else "compiled")
            seconds[engine].append(time.perf_counter() - begun)
    for _ in range(2 * rounds):  # the fast engine's own speed is the median of more rounds: one disturbed round is a third of its figure
        begun = time.perf_counter()
        simulate(workload, scenario, "compiled")
        seconds["compiled"].append(time.perf_counter() - begun)
    difference = first_difference(logs["simpy"], logs["compiled"])
    if difference:
        raise RuntimeError(f"the engines differ on {path.name}: {difference}")
    filed = int((logs["compiled"].rows["kind"] == FILED).sum())
    return filed, {engine: statistics.median(times) for engine, times in seconds.items()}


def drawing(path: Path = SALE, rounds: int = 9, seed: int = 1) -> tuple[int, float]:
    """(requests that are filed, seconds to draw them with the orders behind them: median over as many replications); some 50,000."""
    scenario = load_scenario(path, [{"demand": {"scale": 1.65}}])
    draw_workload(scenario, seed, rounds)
    seconds, requests = [], []
    for replication in range(rounds):
        begun = time.perf_counter()
        workload = draw_workload(scenario, seed, replication)
        seconds.append(time.perf_counter() - begun)
        requests.append(int((workload.refunds["second"] == 0).sum()))
    return int(statistics.median(requests)), statistics.median(seconds)
