"""The formulas of this folder give the figures printed in the table of exact answers (docs of the field, not of our engines)."""

import numpy as np
import pytest
from scipy.stats import poisson

from tests.theory import formulas as f
from tests.theory.cases import CYCLE, PHASES, present, staff_at
from tests.theory.table import CASES


def claimed(case: str) -> list[float]:
    return [claim.value for found in CASES if found.name == case for claim in found.claims]


@pytest.mark.parametrize(
    ("case", "printed", "digits"),
    [
        ("T1 M/M/1", [4, 4, 0.36788, 0.13534], 5),
        ("T2 Erlang C, 14 agents", [0.174132, 0.888350, 7.836, 0.714286], 3),
        ("T3 Erlang C, 27 agents", [0.7822], 4),
        ("T3 Erlang C, 28 agents", [0.8569, 14.75], 2),
        ("T4 20 erlang, 24 agents", [0.8089], 4),
        ("T4 50 erlang, 56 agents", [0.8412], 4),
        ("T4 100 erlang, 107 agents", [0.8238], 4),
        ("T5 Erlang A, overloaded", [0.84172, 0.09919, 10.911, 0.99089], 3),
        ("T6 a wave of arrivals, 110 servers", [90, 110, 114.142], 3),
        ("T6 tails", [0.0225, 0.5127, 0.6634], 4),
        ("T7 staffed by offered load", [0.1022, 0.00462], 4),
        ("T8 two classes", [4.807, 22.188], 3),
        ("T9 M/D/10", [0.34458], 5),
        ("T9 M/D/5", [0.28906], 5),
        ("T9 M/G/1, SCV 4", [10.0], 5),
        ("T9 D/M/1", [1.6927], 4),
        ("T9 E2/M/1", [2.8440], 4),
        ("T9 H2/M/1, SCV 4", [9.8192], 4),
        ("T11 breaks when idle", [19.167], 3),
    ],
)
def test_the_printed_figures_follow_from_the_formulas(case: str, printed: list[float], digits: int) -> None:
    assert claimed(case) == pytest.approx(printed, abs=0.51 * 10**-digits)


def test_no_fewer_agents_answer_80_per_cent_within_20_seconds() -> None:
    assert [f.fewest_servers(load, 20 / 180, 0.8) for load in (20, 50, 100)] == [24, 56, 107]


def test_first_come_first_served_would_make_everybody_of_t8_wait_17_75_minutes() -> None:
    assert f.two_classes((0.1, 7 / 60), (2, 5), (0, 1.5))[2] == pytest.approx(17.75)


def test_offered_load_staffing_keeps_delay_in_a_narrow_band_all_day() -> None:
    t = np.linspace(0, CYCLE, 100_001)
    mean, staff, rate = present(t), staff_at(t), 100 + 20 * np.sin(t)
    delay = poisson.sf(staff - 1, mean)
    loss = (mean * poisson.sf(staff - 2, mean) - staff * delay) / rate
    assert [delay.min(), delay.max()] == pytest.approx([0.0929, 0.1113], abs=0.0001)
    assert [loss.min(), loss.max()] == pytest.approx([0.0036, 0.0061], abs=0.0001)


def test_the_number_present_lags_behind_the_wave() -> None:
    assert present(np.array(PHASES)) == pytest.approx([90, 110, 114.142], abs=0.001)
