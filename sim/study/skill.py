"""How good people are is not known but estimated: from so many judged requests. What that leaves open is fixed ignorance, an outer draw.

A group's share of wrong paths, estimated from n requests, is drawn from Beta(slip n + 1/2, (1 - slip) n + 1/2) (Jeffreys' prior), once
for each outer draw and the same in all its replications. Drawn anew in every replication it would look like luck.
"""

import numpy as np
from scipy import special

from sim.demand.draws import uniforms_at
from sim.scenario.change import changed
from sim.scenario.schema import Scenario


def doubtful_groups(scenario: Scenario) -> dict[str, tuple[float, int]]:
    """(slip, judged requests) of the groups whose slip is estimated, by "agents/regular"."""
    return {f"{pool}/{name}": (group.slip, group.judged) for pool, name, group in scenario.groups() if group.judged is not None}


def slips_of(scenario: Scenario, seed: int, draw: int) -> dict[str, float]:
    """The share of wrong paths of each of these groups in one outer draw; a group's luck hangs on its name alone."""
    found = {}
    for name, (slip, judged) in doubtful_groups(scenario).items():
        u = float(uniforms_at(seed, 0, f"skill.{name}", np.array([draw]))[0])
        found[name] = float(special.betaincinv(slip * judged + 0.5, (1 - slip) * judged + 0.5, u))
    return found


def as_skilled(scenario: Scenario, seed: int, draw: int | None) -> Scenario:
    """The scenario with people as good as in one outer draw; None: as stated."""
    slips = {} if draw is None else slips_of(scenario, seed, draw)
    keys = {name: "pools.{}.groups.{}.slip".format(*name.split("/")) for name in slips}
    return changed(scenario, {keys[name]: slip for name, slip in slips.items()}) if slips else scenario
