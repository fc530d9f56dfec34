"""A paired comparison of two policies, from the scenario to the verdicts: drawn, simulated, checked, measured, none read from a store."""

import time

from benchmarks.scenario import DEFAULT
from sim import load_scenario
from sim.shipped import scenarios_folder
from sim.study.compare import Policy, compare

REPLICATIONS = 50


def comparison(replications: int = REPLICATIONS) -> dict[str, float]:
    """Seconds of the comparison on all cores, and how many refunds a replication has."""
    baseline = load_scenario(DEFAULT)
    policy = scenarios_folder() / "policies" / "authority-200.toml"
    other = Policy("authority-200", baseline.title, load_scenario(DEFAULT, [policy]))
    warm = compare(baseline, [other], replications=2)
    begun = time.perf_counter()
    compare(baseline, [other], replications=replications)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "refunds": warm.tables[""].measured()[0].document["refunds"]}
