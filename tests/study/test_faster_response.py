"""The article's claim, retold: a faster first response shortens completion, by more than the time by which the answer comes sooner."""

import numpy as np
import pytest

from sim.demand.replay import draw_workload
from sim.demand.workload import NEVER
from sim.desk.procedure import PROCEDURE
from sim.desk.simulate import simulate
from sim.measure.outcomes import Outcomes, outcomes
from sim.scenario import load_scenario
from sim.shipped import scenarios_folder

HOUR = 3600
SEEDS = (1, 2, 3)
FOLDER = scenarios_folder()

CHANGES_OF_MIND = {
    "asks": {"regret": {"still": 1.0}, "refused": 0.0, "disputed": {"share": 0.0}, "stuck": {"share": 0.0}},
    "shipping": {"silent": 0.0},
    "calendar": {"drain_days": 20},
}
"""What path 2 is about here: parcels that move and are wanted back. What was refused or delivered is not brought back by anybody."""


def answered_after(look: str, seed: int) -> Outcomes:
    """An ordinary fortnight with agents enough, who look at the list every `look`: so late is the answer, and nothing else differs."""
    plenty = FOLDER / "policies" / "more-agents.toml"
    scenario = load_scenario(FOLDER / "everyday-apparel.toml", [plenty, CHANGES_OF_MIND, {"policy": {"refresh": look}}])
    workload = draw_workload(scenario, seed)
    return outcomes(simulate(workload, scenario), workload, PROCEDURE)


def sooner(look: str) -> dict[int, float]:
    """Hours by which completion comes sooner per hour by which the first response does, by path; 0 = all. Same refunds, paired."""
    response: dict[int, float] = dict.fromkeys(range(5), 0.0)
    completion = response.copy()
    for seed in SEEDS:
        live, late = answered_after("0 s", seed), answered_after(look, seed)
        _, here, there = np.intersect1d(live["number"], late["number"], return_indices=True)
        whole = (live["second"][here] == 0) & (live["completed"][here] < NEVER) & (late["completed"][there] < NEVER)
        whole &= (live["first_response"][here] < NEVER) & (late["first_response"][there] < NEVER)
        here, there = here[whole], there[whole]
        for path in range(5):
            of_path = (live["path"][here] == path) | (path == 0)
            response[path] += (late["first_response"][there] - live["first_response"][here])[of_path].mean()
            completion[path] += (late["completed"][there] - live["completed"][here])[of_path].mean()
    return {path: completion[path] / response[path] for path in response}


@pytest.mark.parametrize("look", ["1 h", "3 h"])
def test_an_hour_sooner_to_answer_is_more_than_an_hour_sooner_to_complete(look: str) -> None:
    effect = sooner(look)
    print(f"looked at every {look}: " + ", ".join(f"path {path or 'all'} {size:.2f} h per hour" for path, size in effect.items()))
    assert effect[0] > 1.2
    assert effect[2] > 2.0, "a parcel asked for later is harder to bring back"
    assert effect[3] > 1.4, "a buyer who is gone has to be reached again, and a mistaken form is found out late"
    assert min(effect.values()) > 0.95
