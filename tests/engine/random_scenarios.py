"""Random scenarios with every lever drawn, and refunds on which anything can be true: what the refund procedure is compared on."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from sim.demand.workload import ATTEMPTS, CHANCES, NEVER, REFUND, SPANS, WORKS, Workload
from sim.desk.contract import Floor
from sim.desk.simulate import floor_of
from sim.desk.tables import ERROR_NAMES, LINE_ORDERS, tables_of
from sim.rules.reasons import reasons
from sim.scenario import Scenario, load_scenario, roster
from sim.scenario.schema import WRONG_PATHS
from sim.shipped import scenarios_folder

HOUR, DAY = 3600, 86400
DAYS, DRAIN = 3, 30
WARM_UPS = 0, 2, 0, 1
"""Days that requests are filed on before the start: each of these for every fourth scenario."""
UNTIL = 90 * DAY
TRUTHS = ("one_of_several", "partly_shipped", "insured", "may_keep", "claim_holds", "mistaken_form", "wants_exchange")
TRUTHS += ("special_wish", "unfounded", "not_received", "to_locker", "return_wrong")
SELDOM = 0.03
"""Share of rows that are no request but a question in chat, and of those that a machine refunds at filing whatever the levers."""
PRESETS = ("taobao-recent", "taobao-older", "wechat-shop", "pinduoduo", "none")
Draw = np.random.Generator


@dataclass(frozen=True)
class RandomScenario:
    refunds: np.ndarray
    floor: Floor
    tables: np.ndarray
    scenario: Scenario


@cache
def base() -> Scenario:
    return load_scenario(scenarios_folder() / "busy-week.toml")


def random_scenario(seed: int, count: int = 200) -> RandomScenario:
    """Scenario number `seed`: always the same for the same number."""
    g = np.random.default_rng(seed)
    warmup = WARM_UPS[seed % len(WARM_UPS)]
    changed = base().model_dump(by_alias=True, exclude={"figures"}) | random_levers(g, warmup)
    scenario = Scenario.model_validate(changed)
    people = roster(scenario, -warmup, DAYS + DRAIN - 1)
    workload = Workload(random_refunds(g, count, -warmup * DAY), absence=g.random((len(people), people.days)))
    return RandomScenario(workload.refunds, floor_of(scenario, workload), tables_of(scenario), scenario)


def share(g: Draw) -> float:
    return float(g.choice([0.0, 1.0, g.random()], p=[0.1, 0.1, 0.8]))


def on(g: Draw) -> bool:
    return bool(g.integers(2))


def span(g: Draw, most: float) -> int:
    return int(g.choice([0, 60, 600, HOUR, int(g.uniform(0, most))]))


def platform_clock(g: Draw, most: float) -> int | None:
    return None if g.random() < 0.4 else int(g.choice([60, most / 4, most, 2 * most]))


def clock(g: Draw, most: float) -> int | None:
    return None if g.random() < 0.3 else 1 + span(g, most)


def random_levers(g: Draw, warmup: int) -> dict[str, Any]:
    after_sales, outside = on(g), on(g)
    return {
        "calendar": {"start": base().calendar.start, "days": DAYS, "warmup_days": warmup, "drain_days": DRAIN, "zone": "Asia/Shanghai"},
        "pools": random_pools(g, after_sales, outside),
        "policy": {
            "refresh": int(g.choice([0, 0, 600, 1200])),
            "line_order": str(g.choice(LINE_ORDERS)),
            "batch": {
                "on": on(g),
                "cases": int(g.integers(1, 31)),
                "amount": int(g.integers(100, 1_000_000)),
                "per_batch": span(g, 300),
                "per_case": span(g, 90),
                "screened": on(g),
            },
            "erp_cut": {"on": on(g), "success": share(g), "fee": int(g.integers(0, 100))},
            "recall": {
                "agreement": on(g),
                "refund_on": str(g.choice(["promise", "return"])),
                "answer_pace": float(g.uniform(0.2, 2)),
                "silent": share(g) / 2,
                "give_up": span(g, DAY),
                "lost_after": span(g, 6 * DAY),
                "loss_borne_by": str(g.choice(["carrier", "shop"])),
            },
            "returns": {"refund_on": str(g.choice(["signing", "door", "inspection"])), "door_threshold": int(g.integers(0, 6))},
            "inspection": {"outside": outside, "fee": int(g.integers(0, 500))},
            "named_contact": {
                "carrier": on(g),
                "warehouse": on(g),
                "lost": share(g) / 2,
                "repeated": share(g),
                "ask_again": 1 + span(g, DAY),
            },
            "approval": {"give_up": span(g, DAY), "delegated": on(g)},
            "coupon": {"on": on(g), "within": span(g, 2 * DAY)},
            "freight": {"paid_by": str(g.choice(["shop", "buyer"])), "insurance": on(g)},
            "numbers": {"chase_every": clock(g, 2 * DAY)},
            "split": {"after_sales": after_sales, "reading": span(g, 120)},
        },
        "standards": {
            **{name: clock(g, 2 * DAY) for name in ("first_response", "agent_carrier", "agent_supervisor", "agent_warehouse")},
            **{name: clock(g, 2 * DAY) for name in ("agent_supervisor_amount", "warehouse_inspection", "warehouse_inspection_outside")},
            "warehouse_carrier": clock(g, DAY),
            "count": str(g.choice(["calendar", "staffed"])),
        },
        "clocks": {
            "seller_unshipped": platform_clock(g, 4 * DAY),
            "seller_shipped": platform_clock(g, 4 * DAY),
            "seller_recall": platform_clock(g, 4 * DAY),
            "seller_return_request": platform_clock(g, 5 * DAY),
            "buyer_sends_back": platform_clock(g, 8 * DAY),
            "seller_confirms_return": platform_clock(g, 10 * DAY),
            "after_refusal": platform_clock(g, 6 * DAY),
            "proof": platform_clock(g, 3 * DAY),
            "ship_click": str(g.choice(["closes", "reroutes"])),
            "instant": {f"path_{path}": share(g) / 8 for path in range(1, 5)},
            "forced": share(g) / 8,
        },
        "buyer": {
            **{
                name: {"dist": "fixed", "value": HOUR} if values is not None else None
                for name, values in base().buyer.model_dump().items()
                if isinstance(values, dict) or values is None
            },
            "enquires_after": {"dist": "fixed", "value": HOUR} if on(g) else None,
            "chases_most": int(g.integers(0, ATTEMPTS + 1)),
            "complaint": share(g) / 3,
            "complaint_hours": float(g.uniform(1, 48)),
            "complaint_refused": float(g.uniform(1, 5)),
            "complaint_empty": float(g.uniform(1, 5)),
            "changes_form": share(g) / 2,
            "gives_number": share(g) / 2,
            "withdraws": share(g) / 4,
            "balks_at_freight": share(g) / 2,
            **{
                name: share(g)
                for name in (
                    "calls_platform",
                    "again",
                    "reached_offline",
                    "enquiry_passed_on",
                    "coupon_moves",
                    "chased_number_comes",
                    "sends_goods",
                    "refuses_at_door",
                    "wants_reshipment",
                    "keeps_wrong_item",
                )
            },
        },
        "chances": {name: share(g) for name in base().chances.model_dump()},
        "costs": {
            **{name: int(g.integers(0, 3000)) for name, value in base().costs.model_dump().items() if type(value) is int},
            "compensation_share": share(g),
            "worn_share": share(g),
            "wrong_path": {name: random_wrong_path(g) for name in WRONG_PATHS},
        },
    }


def random_wrong_path(g: Draw) -> dict[str, Any]:
    kind = str(g.choice(["impossible", "caught", "later"]))
    act = str(g.choice(["pay", "recall", "submit", "agree"])) if kind == "later" else "none"
    return {"kind": kind, "seconds": span(g, 300), "act": act}


def random_pools(g: Draw, after_sales: bool, outside: bool) -> dict[str, Any]:
    def group(most: int, paths: tuple[int, ...] | None = None) -> dict[str, Any]:
        confusion = g.dirichlet([8, 1, 1, 1], 4)
        return {
            "pace": float(g.uniform(0.5, 2)),
            "authority": int(g.integers(0, 40_000)),
            "seats": int(g.integers(1, 4)),
            "per_chat": float(g.random()),
            "slip": float(g.random()) / 3,
            "confusion": [np.roll(row, place).tolist() for place, row in enumerate(confusion)] if on(g) else None,
            "errors": {name: share(g) / 3 for name in ERROR_NAMES},
            "absence": float(g.random()) / 4,
            "cost_per_hour": 4_000,
            "paths": None if paths is None else list(paths),
            "shifts": {
                "day": {"from": 8 * HOUR, "to": 16 * HOUR + 1800, "count": int(g.integers(1, most)), "breaks": [random_break(g)]},
                "late": {"from": 16 * HOUR, "to": 24 * HOUR if on(g) else 2 * HOUR, "count": int(g.integers(0, most))},
            },
        }

    def pool(groups: dict[str, Any]) -> dict[str, Any]:
        rule = str(g.choice(["finish", "hand_back", "finish_within"]))
        return {"shift_end": rule, "cap": span(g, 900), "reopening": span(g, 120), "groups": groups}

    agents = {"a": group(4), "b": group(3)}
    if on(g):
        cut = int(g.integers(1, 4))
        agents = {"a": group(3, tuple(range(1, cut + 1))), "b": group(3, tuple(range(cut + 1, 5)))}
    pools = {"agents": pool(agents)}
    if after_sales:
        pools["after_sales"] = pool({"a": group(3)})
    for name in ("supervisors", "warehouse", "inspection"):
        pools[name] = pool({"a": group(3)})
    if outside:
        pools["outside"] = pool({"a": group(3)})
    pools["carriers"] = pool({"a": group(5)})
    return pools


def random_break(g: Draw) -> dict[str, int]:
    return {"at": int(g.integers(8, 16)) * HOUR + 600, "length": 600 + span(g, 1200)}


def random_refunds(g: Draw, count: int, begin: int = 0) -> np.ndarray:
    """Refunds on which anything can be true, likely or not, filed from `begin` (seconds) on; a coarse clock makes ties."""
    coarse = int(g.choice([1, 60, 1800]))

    def seconds(low: float, high: float, shape: Any = count) -> np.ndarray:
        return g.integers(int(low), int(high), shape) // coarse * coarse

    rows = np.zeros(count, REFUND)
    rows["number"] = np.cumsum(g.integers(1, 4, count))
    rows["filed"] = np.sort(seconds(begin, DAYS * DAY))
    rows["again"] = -1
    rows["paid"] = g.integers(1_000, 60_000, count)
    rows["amount"] = np.where(g.random(count) < 0.5, rows["paid"], np.minimum(rows["paid"], g.integers(500, 60_000, count)))
    rows["reason"] = g.integers(0, len(reasons()), count)
    rows["state"], rows["sends_back"] = g.integers(0, 3, count), g.integers(0, 2, count)
    rows["cell"] = -1
    for name in TRUTHS:
        rows[name] = g.random(count) < (0.5 if name == "may_keep" else 0.15)
    rows["weight"] = g.integers(1, 4, count)
    transit = seconds(HOUR, 5 * DAY)
    signed = rows["state"] == 2
    rows["leaves"] = np.where(signed, rows["filed"] - transit - HOUR, rows["filed"] + seconds(-3 * DAY, 3 * DAY))
    rows["arrives"] = np.where(signed, rows["filed"] - HOUR, np.maximum(rows["leaves"] + transit, rows["filed"] - DAY))
    lost = (g.random(count) < 0.1) & ~signed
    rows["arrives"][lost] = NEVER
    rows["stalls"] = np.where((lost & (g.random(count) < 0.9)) | (g.random(count) < 0.1), rows["leaves"] + HOUR, NEVER)
    rows["work"] = seconds(0, 1200, (count, WORKS))
    rows["contact"] = seconds(0, 600, (count, ATTEMPTS))
    rows["patience"] = seconds(0, 12 * HOUR, (count, ATTEMPTS))
    rows["span"] = seconds(0, 4 * DAY, (count, SPANS))
    rows["chance"] = g.random((count, CHANCES))
    seconds_ones = max(1, count // 10)
    rows["again"][:seconds_ones] = count - seconds_ones + np.arange(seconds_ones)
    rows["filed"][count - seconds_ones :] = NEVER
    rows["second"][count - seconds_ones :] = 1
    for name in ("only_asks", "by_machine"):
        rows[name] = g.random(count) < SELDOM
    return rows
