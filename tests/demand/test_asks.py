"""Which order lines are asked back: in each state by its chance, each line once, the earliest wish first."""

from typing import Any

import numpy as np
import pytest

from sim.demand.asks import DISPUTED, LATE, REFUND_ONLY, REFUSED, REGRET, RETURN_GOODS, STUCK, draw_asks
from sim.demand.orders import Goods, draw_orders
from sim.demand.replay import draw_workload
from sim.demand.skills import skills
from sim.demand.told import ARRIVED, AT_DOOR, LABELLED, NOT_TOLD, OCCASIONS, ON_ITS_WAY, PICKED, WAITS, Told
from sim.demand.workload import NEVER
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED, path_of
from sim.rules.reasons import reasons
from sim.scenario import Exponential, Fixed, Scenario
from sim.scenario.goods import Ask, Disputed, Late, Regret
from sim.scenario.units import DAY, HOUR

from .conftest import changed, lognormal, with_orders

NOBODY = Ask(share=0.0, after=Fixed(value=0))
REASON = {reason.key: reason.index for reason in reasons()}
KEYS = [skill.key for skill in skills()]


def asking(scenario: Scenario, **asks: Any) -> Scenario:
    """The scenario with these chances to ask and no others."""
    assert scenario.asks is not None
    none = {
        "regret": Regret(share=0.0, after=Fixed(value=0)),
        "late": Late(share=0.0, after=Fixed(value=0)),
        "stuck": NOBODY,
        "refused": 0.0,
        "disputed": Disputed(share=0.0, after=Fixed(value=0)),
        "refund_only": NOBODY,
        "return_goods": NOBODY,
        "together": 0.0,
    }
    return scenario.model_copy(update={"asks": scenario.asks.model_copy(update=none | asks)})


def asked(scenario: Scenario, seed: int = 1) -> tuple[Goods, Told, Told]:
    goods = draw_orders(scenario, seed, 0)
    found = draw_asks(goods, scenario, seed, 0)
    return goods, found.requests, found.chats


def parcel_of(goods: Goods, told: Told) -> np.ndarray:
    return goods.lines.parcel[np.searchsorted(goods.lines.number, told.number)]


def whole_horizon(scenario: Scenario) -> Scenario:
    """Days enough after the last order that nothing is cut off."""
    return changed(scenario, calendar__warmup_days=2, calendar__drain_days=60)


@pytest.fixture(scope="module")
def everything(sale: Scenario) -> tuple[Goods, Told, Told]:
    return asked(sale)


# ---------------------------------------------------------------- what holds of all
def test_a_line_is_asked_back_once_and_within_the_horizon(everything: tuple[Goods, Told, Told]) -> None:
    goods, requests, chats = everything
    for told in (requests, chats):
        assert (np.diff(told.number) > 0).all()
        assert np.isin(told.number, goods.lines.number).all()
        assert told.filed.min() >= -14 * DAY
        assert told.filed.max() < 14 * DAY


def test_the_state_is_that_of_the_moment_of_filing(everything: tuple[Goods, Told, Told]) -> None:
    goods, requests, _ = everything
    parcels, of = goods.parcels, parcel_of(goods, requests)
    at = requests.filed
    assert np.array_equal(requests.state == UNSHIPPED, at < parcels.clicked[of])
    assert np.array_equal(requests.state == SIGNED, (at >= parcels.clicked[of]) & (parcels.signed[of] <= at))
    assert np.array_equal(requests.path, path_of(requests.state, requests.sends_back == 1))
    told = requests.parcels
    assert told is not None
    assert np.array_equal(np.isin(told.stage, (WAITS, PICKED, LABELLED)), at < parcels.leaves[of])
    assert np.array_equal(told.stage == ON_ITS_WAY, (at >= parcels.leaves[of]) & (at < parcels.arrives[of]))
    assert np.array_equal(told.stage == AT_DOOR, (at >= parcels.arrives[of]) & parcels.refused[of])
    assert (told.silent[told.silent != NOT_TOLD] == (at - parcels.stalls[of])[told.silent != NOT_TOLD]).all()
    assert set(requests.path.tolist()) == {1, 2, 3, 4}


def test_nobody_asks_before_paying(everything: tuple[Goods, Told, Told]) -> None:
    goods, requests, chats = everything
    for told in (requests, chats):
        assert (told.filed >= goods.lines.paid[np.searchsorted(goods.lines.number, told.number)]).all()


def test_no_unshipped_order_is_asked_back_while_the_gate_is_closed(everything: tuple[Goods, Told, Told]) -> None:
    _, requests, chats = everything
    shut = (requests.filed >= 3 * DAY) & (requests.filed < 3 * DAY + 12 * HOUR)
    assert not (requests.path[shut] == 1).any()
    assert (requests.path[shut] > 1).sum() > 20
    assert len(chats) > 20
    assert ((chats.filed >= 3 * DAY) & (chats.filed < 3 * DAY + 12 * HOUR)).all()


def test_who_sees_the_gate_about_to_close_files_the_forms_for_all_lines_before(sale: Scenario) -> None:
    """The wishes of all orders paid within some minutes come up in the minutes before the gate closes."""
    scenario = asking(sale, regret=Regret(share=1.0, after=Fixed(value=10 * HOUR)), together=1.0)
    scenario = with_orders(scenario, per_day=8_000.0, lines=(0.0, 0.0, 1.0), split=0.0)
    _, requests, _ = asked(scenario)
    shut = (requests.filed >= 3 * DAY) & (requests.filed < 3 * DAY + 12 * HOUR)
    assert not (requests.path[shut] == 1).any()
    just_before = (requests.filed >= 3 * DAY - 120) & (requests.filed < 3 * DAY)
    assert (requests.path[just_before] == 1).sum() > 20


def test_a_machine_refunds_only_unshipped_orders_let_loose_by_the_opening(everything: tuple[Goods, Told, Told]) -> None:
    goods, requests, _ = everything
    assert requests.parcels is not None
    machine = requests.parcels.by_machine == 1
    assert machine.sum() > 20
    assert (requests.path[machine] == 1).all()
    assert (requests.filed[machine] >= 3 * DAY + 12 * HOUR).all()
    paid = goods.lines.paid[np.searchsorted(goods.lines.number, requests.number)]
    loose = (requests.path == 1) & (paid < 3 * DAY + 12 * HOUR) & (requests.filed >= 3 * DAY + 12 * HOUR)
    assert machine[~loose].sum() == 0


# ---------------------------------------------------------------- each chance by itself
def test_who_changes_their_mind_asks_in_the_state_of_that_moment(shop: Scenario) -> None:
    scenario = whole_horizon(asking(shop, regret=Regret(share=0.4, after=Fixed(value=20 * HOUR), still=1.0)))
    goods, requests, _ = asked(scenario)
    lines, parcels = goods.lines, goods.parcels
    wish = lines.paid + 20 * HOUR
    open_ = wish < np.minimum(parcels.signed, NEVER)[lines.parcel]
    inside = wish < scenario.calendar.days * DAY
    share = len(requests.filed[requests.filed < scenario.calendar.days * DAY]) / np.count_nonzero(open_ & inside)
    assert share == pytest.approx(0.4, abs=0.03)
    assert requests.parcels is not None
    assert set(requests.parcels.occasion.tolist()) == {REGRET}
    assert set(requests.path.tolist()) == {1, 2}
    several = requests.number != goods.lines.luck[np.searchsorted(lines.number, requests.number)]
    assert np.array_equal(requests.filed[~several], (wish[np.searchsorted(lines.number, requests.number)])[~several])


@pytest.mark.parametrize("still", [0.0, 0.5, 1.0])
def test_a_parcel_that_was_shipped_meanwhile_moves_some_to_let_it_come(shop: Scenario, still: float) -> None:
    base = whole_horizon(asking(shop, regret=Regret(share=1.0, after=Fixed(value=40 * HOUR), still=1.0)))
    _, every, _ = asked(base)
    _, some, _ = asked(whole_horizon(asking(shop, regret=Regret(share=1.0, after=Fixed(value=40 * HOUR), still=still))))
    assert np.array_equal(every.number[every.path == 1], some.number[some.path == 1])
    many = (every.path == 2).sum()
    assert many > 500
    assert abs((some.path == 2).sum() / many - still) < 0.05 * (0 < still < 1) + 1e-9


def test_only_who_waits_beyond_the_promised_time_calls_it_late(shop: Scenario) -> None:
    goods, requests, _ = asked(whole_horizon(asking(shop, late=Late(share=0.5, after=Exponential(mean=4 * HOUR)))))
    lines = goods.lines
    row = np.searchsorted(lines.number, requests.number)
    assert (requests.filed >= lines.promised[row]).all()
    assert (requests.path == 1).all()
    assert requests.parcels is not None
    assert set(requests.parcels.occasion.tolist()) == {LATE}
    assert set(requests.parcels.claim_holds.tolist()) == {1}
    overdue = goods.parcels.clicked[lines.parcel] > lines.promised
    assert 0 < len(requests) < 0.6 * overdue.sum()


def test_late_reasons_wait_for_their_own_opening(sale: Scenario) -> None:
    gate = sale.gate.model_copy(update={"late_opens": 6 * DAY})
    slow = {"leaves_in": lognormal(8 * DAY, 2 * DAY)}
    scenario = asking(sale, late=Late(share=0.8, after=Exponential(mean=4 * HOUR))).model_copy(update={"gate": gate})
    assert scenario.shipping is not None
    scenario = whole_horizon(scenario.model_copy(update={"shipping": scenario.shipping.model_copy(update=slow)}))
    _, requests, _ = asked(scenario)
    hours = (requests.filed - 3 * DAY) // HOUR
    assert not ((hours >= 0) & (hours < 6 * 24)).any()
    pulse = np.count_nonzero((hours >= 6 * 24) & (hours < 7 * 24))
    assert pulse > 5 * np.count_nonzero((hours >= 8 * 24) & (hours < 9 * 24)) / 2


def test_a_parcel_that_goes_silent_is_asked_for_before_it_moves_again(shop: Scenario) -> None:
    goods, requests, _ = asked(whole_horizon(asking(shop, stuck=Ask(share=0.7, after=lognormal(3 * DAY, 2 * DAY)))))
    of = parcel_of(goods, requests)
    assert (goods.parcels.stalls[of] < requests.filed).all()
    assert (requests.filed < goods.parcels.arrives[of]).all()
    assert (requests.path == 2).all()
    assert requests.parcels is not None
    assert set(requests.parcels.occasion.tolist()) == {STUCK}
    assert len(requests) > 20


def test_all_lines_of_a_parcel_refused_at_the_door_are_asked_back_there_and_then(shop: Scenario) -> None:
    goods, requests, _ = asked(whole_horizon(asking(shop, refused=0.1)))
    of = parcel_of(goods, requests)
    assert set(np.flatnonzero(goods.parcels.refused)) >= set(of.tolist())
    several = requests.filed - goods.parcels.arrives[of]
    assert ((several >= 0) & (several < 8 * 60)).all()
    assert requests.parcels is not None
    assert set(requests.parcels.stage.tolist()) == {AT_DOOR}
    assert set(requests.parcels.one_of_several.tolist()) == {0}
    assert set(requests.parcels.occasion.tolist()) == {REFUSED}


def test_a_disputed_delivery_is_likelier_at_a_locker_and_is_told_as_signed(shop: Scenario) -> None:
    scenario = whole_horizon(
        changed(asking(shop, disputed=Disputed(share=0.1, after=Exponential(mean=8 * HOUR), locker_times=3.0)), chances__to_locker=0.5)
    )
    goods, requests, _ = asked(scenario)
    of = parcel_of(goods, requests)
    assert (requests.filed >= goods.parcels.arrives[of]).all()
    assert (requests.path == 2).all()
    assert set(requests.signed.tolist()) == {1}
    locker = goods.parcels.to_locker[of].mean()
    assert locker == pytest.approx(0.75, abs=0.06)
    assert requests.parcels is not None
    assert set(requests.parcels.occasion.tolist()) == {DISPUTED}
    assert set(requests.parcels.stage.tolist()) == {ARRIVED}


@pytest.mark.parametrize(("name", "path", "occasion"), [("refund_only", 3, REFUND_ONLY), ("return_goods", 4, RETURN_GOODS)])
def test_who_has_the_goods_asks_for_money_or_sends_them_back(shop: Scenario, name: str, path: int, occasion: int) -> None:
    goods, requests, _ = asked(whole_horizon(asking(shop, **{name: Ask(share=0.25, after=lognormal(3 * DAY, 2 * DAY))})))
    signed = goods.parcels.signed[goods.lines.parcel]
    assert (requests.path == path).all()
    assert set(requests.sends_back.tolist()) == {path - 3}
    assert requests.parcels is not None
    assert set(requests.parcels.occasion.tolist()) == {occasion}
    early = signed < 20 * DAY
    row = np.searchsorted(goods.lines.number, requests.number)
    assert early[row].sum() / early.sum() == pytest.approx(0.25, abs=0.03)
    delay = (requests.filed - signed[row])[early[row]]
    assert delay.mean() == pytest.approx(3 * DAY, rel=0.1)


def test_of_several_wishes_the_earliest_is_filed(shop: Scenario) -> None:
    one = asking(shop, refund_only=Ask(share=1.0, after=Fixed(value=5 * HOUR)), return_goods=Ask(share=1.0, after=Fixed(value=4 * HOUR)))
    other = asking(shop, refund_only=Ask(share=1.0, after=Fixed(value=3 * HOUR)), return_goods=Ask(share=1.0, after=Fixed(value=4 * HOUR)))
    for scenario, path in ((one, 4), (other, 3)):
        assert set(asked(scenario)[1].path.tolist()) == {path}


def test_lines_that_go_together_are_asked_back_within_minutes_and_leave_nothing_in_the_parcel(shop: Scenario) -> None:
    together = with_orders(asking(shop, together=1.0, return_goods=Ask(share=0.3, after=lognormal(3 * DAY, 2 * DAY))), split=0.0)
    goods, requests, _ = asked(whole_horizon(together))
    of = parcel_of(goods, requests)
    by_parcel, many = np.unique(of, return_counts=True)
    assert np.array_equal(many, goods.parcels.lines[by_parcel])
    assert (many > 1).sum() > 100
    first = requests.filed[np.flatnonzero(np.diff(of, prepend=-1))]
    assert ((requests.filed - np.repeat(first, many)) < 8 * 60).all()
    assert requests.parcels is not None
    assert not requests.parcels.one_of_several.any()


def test_a_line_that_is_asked_back_alone_leaves_others_wanted(shop: Scenario) -> None:
    alone = with_orders(asking(shop, together=0.0, return_goods=Ask(share=0.1, after=lognormal(3 * DAY, 2 * DAY))), split=0.0)
    goods, requests, _ = asked(whole_horizon(alone))
    of = parcel_of(goods, requests)
    assert requests.parcels is not None
    single = goods.parcels.lines[of] == 1
    assert not requests.parcels.one_of_several[single].any()
    assert requests.parcels.one_of_several[~single].mean() > 0.8


def test_a_partly_shipped_order_has_parcels_gone_and_parcels_in_house(shop: Scenario) -> None:
    scenario = with_orders(asking(shop, regret=Regret(share=0.5, after=lognormal(20 * HOUR, 10 * HOUR))), split=1.0, lines=(0.0, 1.0))
    goods, requests, _ = asked(scenario)
    lines, leaves = goods.lines, goods.parcels.leaves[goods.lines.parcel]
    row = np.searchsorted(lines.number, requests.number)
    sibling = np.where(lines.number[row] % 8 == 0, row + 1, row - 1)
    gone = [leaves[each] <= requests.filed for each in (row, sibling)]
    assert requests.parcels is not None
    assert np.array_equal(requests.parcels.partly_shipped == 1, gone[0] != gone[1])
    assert requests.parcels.partly_shipped.sum() > 50


# ---------------------------------------------------------------- what becomes of it in the workload
def test_a_request_is_of_a_cell_that_its_occasion_brings(sale: Scenario) -> None:
    workload = draw_workload(sale, 1)
    refunds = workload.refunds
    first = refunds[(refunds["second"] == 0) & (refunds["only_asks"] == 0)]
    _, requests, _ = asked(sale)
    assert np.array_equal(first["number"], requests.number)
    assert requests.parcels is not None
    for place, name in enumerate(OCCASIONS):
        mine = first[(requests.parcels.occasion == place)]
        cells = {KEYS[cell] for cell in mine["cell"].tolist()}
        allowed = {skill.key for skill in skills() if name in skill.asked}
        odd = np.isin(mine["cell"], [KEYS.index(key) for key in cells - allowed])
        assert odd.mean() < 0.01, (name, cells - allowed)


def test_parcels_of_a_request_are_those_of_its_order(sale: Scenario) -> None:
    workload = draw_workload(sale, 1)
    assert workload.goods is not None
    refunds, lines, parcels = workload.refunds, workload.goods.lines, workload.goods.parcels
    first = refunds[(refunds["second"] == 0) & (refunds["only_asks"] == 0)]
    row = np.searchsorted(lines.number, first["number"])
    for name in ("leaves", "stalls", "arrives", "to_locker"):
        assert np.array_equal(first[name], getattr(parcels, name)[lines.parcel[row]]), name
    assert np.array_equal(first["paid"], np.maximum(lines.price[row], first["amount"]))
    assert (first["amount"] <= lines.price[row]).all()


def test_carriers_say_the_same_of_all_lines_of_a_parcel(shop: Scenario) -> None:
    from sim.demand.causes import OF_PARCEL

    workload = draw_workload(with_orders(shop, split=0.0, lines=(0.0, 1.0)), 1)
    assert workload.goods is not None
    refunds, lines = workload.refunds, workload.goods.lines
    first = refunds[refunds["second"] == 0]
    of = lines.parcel[np.searchsorted(lines.number, first["number"])]
    pairs = np.flatnonzero(of[1:] == of[:-1])
    assert len(pairs) > 100
    for column, places in OF_PARCEL.items():
        for place in places:
            assert np.array_equal(first[column][pairs, place], first[column][pairs + 1, place]), (column, place)
    assert not np.array_equal(first["work"][pairs, 0], first["work"][pairs + 1, 0])


def test_a_late_claim_of_an_overdue_order_holds(shop: Scenario) -> None:
    late = Late(share=0.8, after=Exponential(mean=4 * HOUR), out_of_stock=0.4)
    refunds = draw_workload(changed(asking(shop, late=late), demand__scale=5.0), 1).refunds
    first = refunds[refunds["second"] == 0]
    assert (first["claim_holds"] == 1).all()
    assert set(first["reason"].tolist()) == {REASON["late_shipment"], REASON["out_of_stock"]}
    assert (first["reason"] == REASON["out_of_stock"]).mean() == pytest.approx(0.4, abs=0.05)


def test_a_chat_is_no_request_and_leaves_the_request_as_it_was(sale: Scenario) -> None:
    quiet = sale.model_copy(update={"gate": sale.gate.model_copy(update={"persists": 0.8, "chats": 0.0})})
    with_chats, without = (draw_workload(each, 1).refunds for each in (sale, quiet))
    assert (with_chats["only_asks"] == 1).sum() > 20
    assert (without["only_asks"] == 1).sum() == 0
    assert np.array_equal(with_chats["number"][with_chats["only_asks"] == 0], without["number"])
    chats = with_chats[with_chats["only_asks"] == 1]
    assert (chats["again"] == -1).all()
    assert (chats["state"] == UNSHIPPED).all()
    assert SHIPPED not in chats["state"]
