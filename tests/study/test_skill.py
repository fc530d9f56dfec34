"""How good people are is an outer draw: as far as so many judged requests tell it, and not narrowed by replications."""

import numpy as np
import pytest
from scipy import stats

from sim.errors import BadInput
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.replicate import replicate
from sim.study.skill import as_skilled, slips_of
from tests.study.test_sizes import FEW

REGULAR = "agents/regular"


def estimated(judged: int) -> Scenario:
    overlay = {**FEW, "pools": {"agents": {"groups": {"regular": {"slip": 0.1, "judged": judged}}}}}
    return load_scenario(scenarios_folder() / "everyday-apparel.toml", [overlay])


@pytest.mark.parametrize("judged", [20, 400])
def test_the_slip_is_drawn_from_what_the_judged_requests_leave_open(judged: int) -> None:
    drawn = [slips_of(estimated(judged), 3, draw)[REGULAR] for draw in range(400)]
    beta = stats.beta(0.1 * judged + 0.5, 0.9 * judged + 0.5)
    assert stats.kstest(drawn, beta.cdf).pvalue > 1e-4


def test_it_is_the_same_in_all_replications_of_a_draw_and_another_in_the_next() -> None:
    scenario = estimated(50)
    one, again, other = (as_skilled(scenario, 3, draw).pools["agents"].groups["regular"].slip for draw in (1, 1, 2))
    assert one == again != other
    assert as_skilled(scenario, 3, None) is scenario


def test_more_replications_do_not_narrow_the_doubt_about_skill() -> None:
    scenario = estimated(12)

    def widths(replications: int) -> tuple[float, float]:
        document = replicate(scenario, 1, replications, sizes=10).document
        over, luck = document["sizes"]["kpis"]["wrong_path_rate"], document["kpis"]["wrong_path_rate"]
        return over["high"] - over["low"], luck["high"] - luck["low"]

    few, many = widths(2), widths(10)
    assert many[1] < 0.5 * few[1]
    assert many[0] == pytest.approx(few[0], rel=0.35)
    assert many[0] > 0.05


def test_the_wrong_paths_follow_the_skill_drawn() -> None:
    scenario = estimated(12)
    document = replicate(scenario, 1, 2, sizes=6).document
    slips = [each[REGULAR] for each in document["sizes"]["slips"]]
    low, high = (document["sizes"]["kpis"]["wrong_path_rate"][end] for end in ("low", "high"))
    assert np.quantile(slips, 0.05) * 0.4 < low < high < np.quantile(slips, 0.95) * 1.6


def test_a_scenario_with_no_doubt_about_size_or_skill_is_refused() -> None:
    with pytest.raises(BadInput, match="no doubt about a sale's size or about how good people are"):
        replicate(load_scenario(scenarios_folder() / "everyday-apparel.toml"), sizes=3)
