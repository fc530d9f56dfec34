"""The sale's gate: who finds it closed waits, talks, fades, or meets a parcel that was shipped meanwhile."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.gate import Closed, closed_times, through_gate
from sim.demand.order_curve import SaleDay
from sim.demand.workload import NEVER
from sim.errors import BadInput
from sim.scenario import Scenario, load_scenario
from sim.scenario.demand import Sale
from sim.scenario.schema import Gate
from sim.scenario.units import DAY, HOUR
from sim.shipped import scenarios_folder

from .conftest import SALE_DAY

SHUT = Closed(1_000, 2_000)
GATE = Gate(opens=DAY, persists=0.5, chats=0.2)


def passed(
    wish: int, clicked: int = NEVER, fate: float = 0.1, after: int = 50, gate: Gate = GATE, closed: tuple[Closed, ...] = (SHUT,)
) -> tuple[int, int, bool]:
    found = through_gate(np.array([wish]), np.array([clicked]), np.array([fate]), np.array([after]), gate, closed)
    return int(found.filed[0]), int(found.chat[0]), bool(found.released[0])


def test_who_asks_while_it_is_open_is_not_held_up() -> None:
    for wish in (999, 2_000, NEVER):
        assert passed(wish) == (wish, NEVER, False)


def test_a_wish_that_persists_is_filed_some_time_after_the_opening() -> None:
    assert passed(1_000) == passed(1_999) == (2_050, NEVER, True)


def test_one_that_turns_to_chat_is_told_at_once_and_filed_like_those() -> None:
    assert passed(1_500, fate=0.6) == (2_050, 1_500, True)


def test_one_that_fades_is_never_filed() -> None:
    assert passed(1_500, fate=0.71) == (NEVER, NEVER, False)


def test_a_shipped_order_can_be_asked_back_while_the_gate_is_closed() -> None:
    assert passed(1_500, clicked=1_400) == (1_500, NEVER, False)


def test_a_parcel_that_is_shipped_meanwhile_is_asked_back_as_such_and_not_let_loose_by_the_opening() -> None:
    assert passed(1_500, clicked=1_600) == (1_650, NEVER, False)
    assert passed(1_500, clicked=2_040) == (2_090, NEVER, False)
    assert passed(1_500, clicked=2_060) == (2_050, NEVER, True)


def test_two_gates_one_after_another_hold_up_twice_and_one_chat_is_enough() -> None:
    filed, chat, _ = passed(1_500, fate=0.6, closed=(SHUT, Closed(2_010, 3_000)))
    assert (filed, chat) == (3_050, 1_500)


CLOSED = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 3_000)), max_size=3)


@given(
    st.integers(0, 12_000),
    st.one_of(st.integers(0, 15_000), st.just(NEVER)),
    st.floats(0, 0.999),
    st.integers(0, 2_000),
    CLOSED,
    st.floats(0, 0.6),
    st.floats(0, 0.4),
)
def test_no_unshipped_order_is_asked_back_while_the_gate_is_closed(
    wish: int, clicked: int, fate: float, after: int, spans: list[tuple[int, int]], persists: float, chats: float
) -> None:
    closed = tuple(sorted((Closed(begin, begin + length) for begin, length in spans), key=lambda each: each.begin))
    gate = Gate(opens=DAY, persists=persists, chats=chats)
    filed, chat, released = passed(wish, clicked, fate, after, gate, closed)
    assert filed >= wish
    if filed < NEVER and filed < clicked:
        assert not any(each.begin <= filed < each.end for each in closed)
    if released:
        assert filed < clicked
        assert filed > wish
    if chat < NEVER:
        assert any(each.begin <= chat < each.end for each in closed)
        assert fate >= persists


# ---------------------------------------------------------------- presets
def sale_days() -> tuple[SaleDay, ...]:
    plain = Sale(date=SALE_DAY, orders=100.0)
    return (SaleDay(plain, 3, 3 * DAY, 4 * DAY), SaleDay(plain.model_copy(update={"gate": False}), 5, 5 * DAY, 6 * DAY))


def test_a_sale_without_a_gate_has_none() -> None:
    assert closed_times(Gate(opens=8 * HOUR), sale_days()) == (Closed(3 * DAY, 3 * DAY + 8 * HOUR),)
    assert closed_times(Gate(), sale_days()) == ()


def test_the_late_reasons_open_later() -> None:
    gate = Gate(closes=HOUR, opens=DAY, late_opens=10 * DAY)
    assert closed_times(gate, sale_days()) == (Closed(3 * DAY + HOUR, 4 * DAY),)
    assert closed_times(gate, sale_days(), late=True) == (Closed(3 * DAY + HOUR, 13 * DAY),)
    assert closed_times(Gate(opens=DAY), sale_days(), late=True) == (Closed(3 * DAY, 4 * DAY),)


@pytest.mark.parametrize(
    ("figures", "field"),
    [
        ({"opens": HOUR, "closes": HOUR}, "opens"),
        ({"opens": 2 * HOUR, "late_opens": HOUR}, "late_opens"),
        ({"late_opens": HOUR}, "late_opens"),
        ({"opens": HOUR, "persists": 0.8, "chats": 0.3}, "chats"),
    ],
)
def test_a_gate_that_cannot_be_is_refused(figures: dict[str, float], field: str) -> None:
    gate = {"opens": "none"} | {name: f"{value} s" if isinstance(value, int) else value for name, value in figures.items()}
    with pytest.raises(BadInput) as caught:
        load_scenario(scenarios_folder() / "busy-week.toml", [{"gate": gate}])
    assert caught.value.field == f"gate.{field}"


def test_a_scenario_without_a_gate_has_none(busy_week: Scenario) -> None:
    assert busy_week.gate.opens is None
