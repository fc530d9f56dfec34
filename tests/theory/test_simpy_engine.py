"""The reference engine, 20,000 customers a case: each wait equals the recursion of Kiefer and Wolfowitz on the same draws."""

import zlib

import numpy as np
import pytest

from sim.desk.log import first_difference
from tests.theory.cases import Case
from tests.theory.stations import Station, on_compiled, on_simpy, recursion, visits
from tests.theory.table import CASES

CUSTOMERS = 20_000
FIRST_COME = [case for case in CASES if case.fifo]
NO_RECURSION = [case for case in CASES if not case.fifo and not case.proof]


def station_of_case(case: Case) -> Station:
    return case.draw(np.random.default_rng([zlib.crc32(case.name.encode()), 10_000]), CUSTOMERS)


@pytest.mark.parametrize("case", FIRST_COME, ids=lambda case: case.name)
def test_every_wait_equals_the_recursion_on_the_same_draws(case: Case) -> None:
    station = station_of_case(case)
    log = on_simpy(station)
    assert np.array_equal(visits(log, CUSTOMERS).waits, recursion(station))
    assert first_difference(log, on_compiled(station)) is None


@pytest.mark.parametrize("case", NO_RECURSION, ids=lambda case: case.name)
def test_where_there_is_no_recursion_both_engines_tell_the_same_story(case: Case) -> None:
    station = station_of_case(case)
    assert first_difference(on_simpy(station), on_compiled(station)) is None


def test_the_recursion_notices_one_server_more() -> None:
    case = next(case for case in FIRST_COME if case.name == "T9 M/D/5")
    station = station_of_case(case)
    other = Station(station.refunds, station.floor, station.tables, station.until, station.servers + 1)
    assert not np.array_equal(visits(on_simpy(station), CUSTOMERS).waits, recursion(other))
