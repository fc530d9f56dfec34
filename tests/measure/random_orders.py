"""Small shops whose requests come from orders, with every lever, chance and delay drawn: what becomes of goods is looked at on them."""

from datetime import timedelta
from typing import Any

import numpy as np

from sim.rules.tables import load_cells
from sim.scenario import Scenario
from tests.engine.random_scenarios import DAYS, Draw, base, on, random_levers, share

HOUR, DAY = 3600, 86400
WARM_UP = 3


def random_orders(seed: int, per_day: float = 25.0) -> Scenario:
    """Scenario number `seed`: always the same for the same number."""
    g = np.random.default_rng(seed)
    levers = random_levers(g, WARM_UP)
    changed = base().model_dump(by_alias=True, exclude={"figures"}) | levers | random_demand(g, per_day)
    return Scenario.model_validate(changed)


def after(g: Draw, most: float) -> dict[str, Any]:
    """A delay of up to so many seconds."""
    kind = g.integers(4)
    if kind == 0:
        return {"dist": "fixed", "value": int(g.choice([0, 1, HOUR, int(g.uniform(0, most))]))}
    if kind == 1:
        return {"dist": "uniform", "low": 0, "high": int(g.uniform(1, most))}
    mean = int(g.uniform(1, most / 2))
    return {"dist": "exponential", "mean": mean} if kind == 2 else {"dist": "lognormal", "mean": mean, "sd": mean}


def random_demand(g: Draw, per_day: float) -> dict[str, Any]:
    early, late = float(g.random()) / 2, float(g.random()) / 2
    persists = float(g.random())
    sale = {
        "date": base().calendar.start + timedelta(days=int(g.integers(0, DAYS))),
        "orders": per_day * 4,
        "curve": {"at": [HOUR, 12 * HOUR], "upto": [0.4, 0.7]},
        "promised": int(g.uniform(HOUR, 3 * DAY)),
        "transit_times": float(g.uniform(0.5, 2)),
        "presale": {
            "share": share(g),
            "until": 2 * HOUR,
            "deposit_before": {"dist": "uniform", "low": 0, "high": 10 * DAY},
            "asked_back_after": after(g, DAY),
        },
    }
    cells = {f"p{path}": [cell.key.split(".")[1] for cell in load_cells() if cell.key[1] == str(path)] for path in (1, 2, 3, 4)}
    return {
        "demand": {
            "orders": {
                "per_day": per_day,
                "lines": g.dirichlet([1.0] * int(g.integers(1, 6))).tolist(),
                "split": share(g),
                "amount": {"mean": 14_600, "sd": 11_800},
                "sales": {"main": sale} if on(g) else {},
            },
            "cells": {path: dict.fromkeys(names, 1 / len(names)) for path, names in cells.items()},
        },
        "shipping": {
            "promised": int(g.uniform(1, 3 * DAY)),
            "leaves_in": after(g, 3 * DAY),
            "presale_leaves_in": after(g, 2 * DAY) if on(g) else None,
            "per_day": per_day * 2 if on(g) else None,
            "clicked_early": early,
            "early_by": after(g, DAY),
            "clicked_late": late,
            "late_by": after(g, DAY),
            "silent": share(g) / 2,
        },
        "asks": {
            "regret": {"share": share(g), "after": after(g, 3 * DAY), "still": share(g)},
            "late": {"share": share(g), "after": after(g, DAY), "out_of_stock": share(g)},
            "stuck": {"share": share(g), "after": after(g, 4 * DAY)},
            "refused": share(g) / 2,
            "disputed": {"share": share(g) / 2, "after": after(g, DAY), "locker_times": float(g.uniform(0, 2))},
            "refund_only": {"share": share(g), "after": after(g, 5 * DAY)},
            "return_goods": {"share": share(g), "after": after(g, 5 * DAY)},
            "together": share(g),
        },
        "gate": {
            "opens": int(g.uniform(2, 30)) * HOUR if on(g) else None,
            "closes": HOUR,
            "persists": persists,
            "chats": (1 - persists) / 2,
            "returns_after": after(g, DAY),
            "machine": share(g),
        },
    }


def double_11() -> Scenario:
    """A few days around a small Double 11, on the base scenario's desk: a gate that is closed for a morning, pre-sales, a warehouse in
    arrears."""
    start = base().calendar.start
    sale = {
        "date": start + timedelta(days=2),
        "orders": 2_500,
        "curve": {"at": [HOUR, 10 * HOUR, 20 * HOUR], "upto": [0.4, 0.6, 0.8]},
        "promised": 5 * DAY,
        "transit_times": 1.3,
        "presale": {
            "share": 0.5,
            "until": 2 * HOUR,
            "deposit_before": {"dist": "uniform", "low": DAY, "high": 10 * DAY},
            "asked_back_after": {"dist": "exponential", "mean": 3 * HOUR},
        },
    }
    lines = {"lines": [0.7, 0.2, 0.1], "split": 0.1, "amount": {"mean": 14_600, "sd": 11_800}}
    changed: dict[str, Any] = {
        "calendar": {"start": start, "days": 6, "warmup_days": 4, "drain_days": 30, "zone": "Asia/Shanghai"},
        "demand": {"orders": {"per_day": 120.0, **lines, "sales": {"main": sale}}, "cells": base().demand.cells},
        "shipping": {
            "promised": 2 * DAY,
            "leaves_in": {"dist": "lognormal", "mean": 26 * HOUR, "sd": 12 * HOUR},
            "presale_leaves_in": {"dist": "lognormal", "mean": 14 * HOUR, "sd": 8 * HOUR},
            "per_day": 900.0,
            "clicked_early": 0.1,
            "early_by": {"dist": "lognormal", "mean": 4 * HOUR, "sd": 3 * HOUR},
            "clicked_late": 0.08,
            "late_by": {"dist": "lognormal", "mean": 5 * HOUR, "sd": 4 * HOUR},
            "silent": 0.02,
        },
        "asks": {
            "regret": {"share": 0.24, "after": {"dist": "lognormal", "mean": 14 * HOUR, "sd": 30 * HOUR}, "still": 0.35},
            "late": {"share": 0.12, "after": {"dist": "exponential", "mean": 8 * HOUR}},
            "stuck": {"share": 0.5, "after": {"dist": "lognormal", "mean": 4 * DAY, "sd": 2 * DAY}},
            "refused": 0.006,
            "disputed": {"share": 0.006, "after": {"dist": "exponential", "mean": 8 * HOUR}, "locker_times": 1.6},
            "refund_only": {"share": 0.035, "after": {"dist": "lognormal", "mean": 2 * DAY, "sd": 2 * DAY}},
            "return_goods": {"share": 0.22, "after": {"dist": "lognormal", "mean": 2 * DAY, "sd": 2 * DAY}},
            "together": 0.5,
        },
        "gate": {
            "opens": 8 * HOUR,
            "persists": 0.6,
            "chats": 0.1,
            "returns_after": {"dist": "lognormal", "mean": 12 * HOUR, "sd": 16 * HOUR},
            "machine": 0.3,
        },
    }
    return Scenario.model_validate(base().model_dump(by_alias=True, exclude={"figures"}) | changed)
