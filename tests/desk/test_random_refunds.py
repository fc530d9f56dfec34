"""For any refunds, any tables and any desk: what must hold of every single refund, whatever comes together."""

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.desk.log import Log, first_difference
from sim.desk.records import ALARMED, CLOSED, FILED, FINISHED, HANDED_BACK, LEDGER, LEFT
from sim.desk.simulate import run_desk
from sim.desk.steps import A_LEAVES, CHAT_ANSWERED, CLOSED_BY_CLOCK, OUTCOMES, REFUSED_FOR_GOOD, STEPS, WITHDRAWN
from sim.rules.masks import BITS, masks
from tests.desk.random_refunds import DAY, DAYS, random_floor, random_refunds, random_shop
from tests.desk.watched import Watch

SEEDS = range(120)
COUNT = 300
END = (DAYS + 280) * DAY

SETTLED_ONCE = (
    "CLAIM",
    "WEIGHED",
    "GUIDE",
    "EXCHANGE",
    "OFFER_KEEP",
    "LET_ARRIVE",
    "ASK_TO_REFUSE",
    "DOOR",
    "INSPECT",
    "PAY",
    "BOOK_IN",
    "STOP",
)
"""Steps of the main errand that nothing can make necessary a second time."""

NEVER_TAKEN: set[tuple[str, str]] = set()
"""Arrows of the process map that no refund needs to take."""


@cache
def seen(seed: int) -> tuple[np.ndarray, Log, Watch]:
    """One random desk under watch."""
    g = np.random.default_rng(seed)
    shop, rows, floor = random_shop(g), random_refunds(g, COUNT, sometimes=(0.1, 0.3)[seed % 2]), random_floor(g)
    watch = Watch(shop.settings)
    return rows, run_desk(rows, floor, shop.tables, END, "simpy", watch.procedure()), watch


def closings(log: Log) -> np.ndarray:
    return log.rows[log.rows["kind"] == CLOSED]


def route(seed: int, row: int) -> str:
    return f"seed {seed}, refund {row}: {' '.join(name for _, item, name in seen(seed)[2].routes[row] if item <= 0)}"


def none_of(faults: list[str]) -> None:
    assert not faults, f"{len(faults)} times, first: " + "\n".join(faults[:3])


def test_every_refund_ends_within_120_days_of_its_last_clock() -> None:
    """All clocks and waits of a random refund are over after four months: nothing goes round for ever, and nothing is forgotten."""
    faults = []
    for seed in SEEDS:
        _, log, watch = seen(seed)
        closed = dict(zip(closings(log)["refund"].tolist(), closings(log)["time"].tolist(), strict=True))
        faults += [route(seed, row) for row, filed in watch.filed.items() if closed.get(row, END) > filed + 120 * DAY]
    none_of(faults)


def test_the_desk_goes_by_the_rules_at_every_judgement() -> None:
    faults = [f"seed {seed}: {fault}" for seed in SEEDS for fault in seen(seed)[2].faults["rules"]]
    none_of(faults)
    assert sum(sum(seen(seed)[2].responses.values()) for seed in SEEDS) > 50_000


def test_every_step_is_followed_only_by_those_that_the_process_map_shows() -> None:
    none_of(sorted({fault for seed in SEEDS for fault in seen(seed)[2].faults["arrows"]}))


def test_every_arrow_of_the_process_map_is_taken_by_somebody() -> None:
    taken = sum((seen(seed)[2].arrows for seed in SEEDS), Counter[tuple[str, str]]())
    never = {(step.name, then) for step in STEPS for then in step.then} - set(taken) - NEVER_TAKEN
    assert not never


def test_every_right_response_comes_up() -> None:
    marked = np.zeros(2, np.int64)
    for seed in SEEDS:
        marked |= np.bitwise_or.reduce(seen(seed)[1].ledger["rules"], axis=0)
    missing = [rule.id for number, rule in enumerate(masks().rules) if not int(marked[number // BITS]) >> (number % BITS) & 1]
    assert missing == []


@pytest.mark.parametrize("step", SETTLED_ONCE)
def test_what_is_settled_is_not_settled_again(step: str) -> None:
    faults = []
    for seed in SEEDS:
        for row, way in seen(seed)[2].routes.items():
            if sum(item == 0 and name == step for _, item, name in way) > 1:
                faults.append(route(seed, row))
    none_of(faults)


# ---------------------------------------------------------------- money
def of_all(holds: Any) -> None:
    """`holds` of every closed refund: (row of the workload, ledger, outcome) -> bool."""
    faults = []
    for seed in SEEDS:
        rows, log, _ = seen(seed)
        for closing in closings(log):
            row = int(closing["refund"])
            if not holds(rows[row], log.ledger[row], OUTCOMES[closing["step"]]):
                faults.append(f"{route(seed, row)} {log.ledger[row]}")
    none_of(faults)


def test_nothing_is_refunded_twice() -> None:
    none_of([f"seed {seed}: {fault}" for seed in SEEDS for fault in seen(seed)[2].faults["twice"]])


def test_nobody_gets_back_more_than_was_paid() -> None:
    of_all(lambda refund, ledger, _: 0 <= ledger["refunded"] <= min(refund["amount"], refund["paid"]))


def test_nothing_is_lost_but_goods_for_which_money_or_other_goods_went() -> None:
    of_all(
        lambda refund, ledger, _: (
            ledger["lost"] in (0, refund["paid"]) and (ledger["lost"] == 0 or ledger["refunded"] + ledger["reshipped"] > 0)
        )
    )


def test_nobody_gets_both_the_money_and_new_goods() -> None:
    of_all(lambda _, ledger, __: ledger["refunded"] == 0 or ledger["reshipped"] == 0)


def test_what_is_granted_beyond_what_is_owed_was_granted() -> None:
    of_all(lambda _, ledger, __: 0 <= ledger["over_granted"] <= ledger["refunded"])


def test_who_is_refused_or_withdraws_or_sends_nothing_gets_nothing() -> None:
    nothing = {OUTCOMES[outcome] for outcome in (REFUSED_FOR_GOOD, WITHDRAWN, CLOSED_BY_CLOCK, CHAT_ANSWERED)}
    of_all(lambda _, ledger, outcome: outcome not in nothing or ledger["refunded"] + ledger["reshipped"] == 0)


def test_who_only_asks_comes_to_an_answer_and_to_nothing_else() -> None:
    asked = 0
    for seed in SEEDS:
        rows, log, watch = seen(seed)
        for row in np.flatnonzero(rows["only_asks"]).tolist():
            if row in watch.filed:
                assert [name for _, _, name in watch.routes[row]] in (["FILE", "CHAT", "TOLD_IN_CHAT"], ["FILE", "CHAT"])
                assert log.ledger[row] == np.zeros(1, LEDGER)[0]
                asked += 1
    assert asked > 500


def test_what_a_machine_is_let_loose_on_is_refunded_when_it_is_filed() -> None:
    refunded = 0
    for seed in SEEDS:
        rows, log, watch = seen(seed)
        for row in np.flatnonzero((rows["by_machine"] == 1) & (rows["only_asks"] == 0)).tolist():
            if row in watch.filed:
                assert [(time, name) for time, _, name in watch.routes[row]] == [(watch.filed[row], name) for name in ("FILE", "MACHINE")]
                assert log.ledger["automatic"][row] == 3
                refunded += 1
    assert refunded > 500


def test_every_other_end_gives_the_buyer_something() -> None:
    gives = {"refunded", "partly_refunded", "auto_refunded", "exchanged", "reshipped", "instant", "forced", "ruled_for_buyer"}
    of_all(lambda _, ledger, outcome: outcome not in gives or ledger["refunded"] + ledger["reshipped"] > 0)


def test_on_paths_1_and_2_the_goods_are_secured_before_anybody_pays() -> None:
    none_of([f"seed {seed}: {fault}" for seed in SEEDS for fault in seen(seed)[2].faults["unsafe"]])


def test_no_clock_survives_the_end_of_a_case() -> None:
    faults = []
    for seed in SEEDS:
        log = seen(seed)[1]
        ended = np.full(COUNT, len(log.rows))
        at = np.flatnonzero(log.rows["kind"] == CLOSED)
        ended[log.rows["refund"][at]] = at
        late = np.arange(len(log.rows)) > ended[log.rows["refund"]]
        survivors = late & ~np.isin(log.rows["kind"], (FINISHED, HANDED_BACK, LEFT))
        faults += [route(seed, int(row)) for row in log.rows["refund"][survivors]]
        assert not (late & (log.rows["kind"] == ALARMED)).any()
    none_of(faults)


def test_after_the_money_a_buyer_neither_chases_nor_withdraws() -> None:
    faults = []
    for seed in SEEDS:
        for row, way in seen(seed)[2].routes.items():
            names = [name for _, _, name in way if name != f"alarm {A_LEAVES}"]  # the parcel knows nothing of the money
            if "MONEY_BACK" in names and any(name.startswith("alarm") for name in names[names.index("MONEY_BACK") + 1 :]):
                faults.append(route(seed, row))
    none_of(faults)


# ---------------------------------------------------------------- both engines
@pytest.mark.parametrize("seed", range(8))
def test_both_engines_tell_the_same_of_any_refunds(seed: int) -> None:
    g = np.random.default_rng(10_000 + seed)
    shop, rows, floor = random_shop(g), random_refunds(g, 1_000, sometimes=0.2), random_floor(g)
    logs = [run_desk(rows, floor, shop.tables, END, engine) for engine in ("simpy", "compiled")]  # type: ignore[arg-type]
    assert first_difference(*logs) is None
    assert (logs[0].rows["kind"] == FILED).sum() > 900
