"""T10: no chance at all. Arrivals every minute, one agent, 1.5 minutes each, on both engines."""

from collections.abc import Callable

import numpy as np
import pytest

from sim.desk.log import Log
from sim.desk.records import CLOSED
from sim.desk.toy import FIRST_COME, KIND_FIRST
from tests.theory.stations import NEVER, Station, Visits, floor_of, on_compiled, on_simpy, one_service, refunds_of, visits

MINUTE = 60
VIP = 60


def queue_of(count: int, key: int) -> Station:
    """Kind 0 is the VIP; seconds as they are."""
    refunds = refunds_of(np.zeros(count), np.zeros(count))
    refunds["filed"] = np.arange(count) * MINUTE
    refunds["work"][:, 0] = 90
    refunds["kind"] = 1
    return Station(refunds, floor_of(1), one_service(key), NEVER, 1)


def with_vip(filed: int) -> Station:
    station = queue_of(121, KIND_FIRST)
    refunds = station.refunds.copy()
    refunds["filed"] = np.insert(np.arange(120) * MINUTE, VIP, filed)
    refunds["kind"][VIP] = 0
    return Station(refunds, station.floor, station.tables, station.until, 1)


@pytest.mark.parametrize("engine", [on_simpy, on_compiled])
def test_the_kth_customer_waits_half_a_minute_longer_than_the_one_before(engine: Callable[[Station], Log]) -> None:
    log = engine(queue_of(120, FIRST_COME))
    waits = visits(log, 120).waits
    assert np.array_equal(waits, np.arange(120) * 30)
    assert waits.mean() == 29.75 * MINUTE
    assert waits.max() == 59.5 * MINUTE
    assert log.rows["time"][log.rows["kind"] == CLOSED].max() == 180 * MINUTE


@pytest.mark.parametrize("engine", [on_simpy, on_compiled])
@pytest.mark.parametrize(("filed", "begins"), [(3600, 3600), (3601, 3690), (3689, 3690), (3690, 3690)])
def test_a_vip_goes_to_the_head_of_the_line_but_never_starts_before_it_came(
    engine: Callable[[Station], Log], filed: int, begins: int
) -> None:
    station = with_vip(filed)
    found: Visits = visits(engine(station), 121)
    assert found.began[VIP] == begins
    assert (found.began >= station.refunds["filed"]).all()
    others = np.delete(np.arange(121), VIP)
    assert np.array_equal(np.sort(found.began), np.arange(121) * 90)
    assert (np.diff(found.began[others]) >= 90).all()
