"""What the tests of demand share: the real trace beside the project, the shipped scenario, and exports written on the spot."""

import csv
import io
import os
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sim.demand.history import formats
from sim.scenario import Exponential, Lognormal, Scenario, Uniform, load_scenario
from sim.scenario.demand import Curve, Presale, Sale
from sim.scenario.goods import Ask, Disputed, Late, Regret
from sim.scenario.schema import CELLS, Asks, Demand, Gate, Orders, Price, Shares, Shipping, Stated
from sim.scenario.units import DAY, HOUR
from sim.shipped import scenarios_folder

SHARED = Path(__file__).parents[2].parent / "shared" / "data"

ROW = {
    "订单编号": "99000000000000001",
    "退款编号": "1",
    "买家实际支付金额": "100.00",
    "买家退款金额": "100.00",
    "手工退款/系统退款": "手工退款",
    "是否需要退货": "否",
    "退款的申请时间": "2025-11-12 09:00:00",
    "货物状态": "买家未收到货",
    "卖家真实姓名": "张三丰",
    "卖家手机": "13800138000",
    "卖家退货地址": "某省某市某路一号",
    "买家退款原因": "多拍/拍错/不想要",
    "买家退款说明": "请联系李四",
    "是否零秒响应": "否",
}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; a developer without it skips, CI must have it."""
    if not SHARED.is_dir():
        message = f"the real data is not at {SHARED}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return SHARED


@pytest.fixture(scope="session")
def busy_week() -> Scenario:
    return load_scenario(scenarios_folder() / "busy-week.toml")


def changed(scenario: Scenario, **settings: Any) -> Scenario:
    """The scenario with dotted keys (written with two underscores) set to other values."""
    for key, value in settings.items():
        table, field = key.split("__")
        scenario = scenario.model_copy(update={table: getattr(scenario, table).model_copy(update={field: value})})
    return scenario


@pytest.fixture(scope="session")
def evenly(busy_week: Scenario) -> Scenario:
    """A week of some 700 stated requests a day, as many in each path and each skill cell."""
    cells = {path: dict.fromkeys(names, 1 / len(names)) for path, names in CELLS.items()}
    demand = Demand(
        stated=Stated(per_day=700.0, amount=Price(mean=14_600, sd=11_800)),
        shares=Shares(path_1=0.25, path_2=0.25, path_3=0.25, path_4=0.25),
        cells=cells,
    )
    return changed(busy_week.model_copy(update={"demand": demand}), calendar__warmup_days=0, calendar__drain_days=0)


def export_text(rows: Iterable[dict[str, str]], columns: Iterable[str] | None = None) -> str:
    """A 千牛 export: ROW, changed by each of `rows`, numbered where a row gives no number."""
    columns = list(columns or formats()["qianniu"]["columns"])
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        filled = ROW | {"退款编号": str(number)} | row
        writer.writerow([filled.get(column, "") for column in columns])
    return out.getvalue()


Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """export(row, row, …, encoding=…, columns=…) writes an export and gives its path."""

    def write(*rows: dict[str, str], encoding: str = "utf-8-sig", columns: Iterable[str] | None = None) -> Path:
        path = tmp_path / "export.csv"
        path.write_bytes(export_text(rows, columns).encode(encoding))
        return path

    return write


APRIL, SALE_DAY = date(2024, 4, 8), date(2024, 4, 11)
"""A Monday, and the Thursday after it."""


def lognormal(mean: int, sd: int) -> Lognormal:
    return Lognormal(mean=mean, sd=sd)


@pytest.fixture(scope="session")
def shop(busy_week: Scenario) -> Scenario:
    """A week of 400 orders a day, with some of everything: several lines, parcels per line, lockers, early and late clicks, silent ones."""
    orders = Orders(per_day=400.0, lines=(0.7, 0.2, 0.1), split=0.2, amount=Price(mean=14_600, sd=11_800))
    shipping = Shipping(
        promised=48 * HOUR,
        leaves_in=lognormal(26 * HOUR, 14 * HOUR),
        clicked_early=0.15,
        early_by=lognormal(4 * HOUR, 3 * HOUR),
        clicked_late=0.1,
        late_by=lognormal(6 * HOUR, 5 * HOUR),
        silent=0.05,
    )
    asks = Asks(
        regret=Regret(share=0.3, after=lognormal(30 * HOUR, 40 * HOUR), still=0.5),
        late=Late(share=0.3, after=Exponential(mean=8 * HOUR), out_of_stock=0.25),
        stuck=Ask(share=0.6, after=lognormal(4 * DAY, 2 * DAY)),
        refused=0.02,
        disputed=Disputed(share=0.02, after=Exponential(mean=8 * HOUR), locker_times=1.6),
        refund_only=Ask(share=0.06, after=lognormal(2 * DAY, 2 * DAY)),
        return_goods=Ask(share=0.3, after=lognormal(3 * DAY, 2 * DAY)),
        together=0.5,
    )
    cells = {path: dict.fromkeys(names, 1 / len(names)) for path, names in CELLS.items()}
    update = {"demand": Demand(orders=orders, cells=cells), "shipping": shipping, "asks": asks}
    scenario = changed(busy_week.model_copy(update=update), calendar__start=APRIL, calendar__days=7, calendar__warmup_days=14)
    return changed(scenario, calendar__drain_days=7)


@pytest.fixture(scope="session")
def sale(shop: Scenario) -> Scenario:
    """The same with a sale of 4,000 orders on day 3, whose gate is closed for half a day."""
    curve = Curve(at=(600, HOUR, 10 * HOUR, 20 * HOUR), upto=(0.2, 0.4, 0.6, 0.7))
    presale = Presale(share=0.5, until=2 * HOUR, deposit_before=Uniform(low=DAY, high=14 * DAY), asked_back_after=Exponential(mean=HOUR))
    day = Sale(date=SALE_DAY, orders=4_000.0, curve=curve, presale=presale, promised=4 * DAY, transit_times=1.3)
    gate = Gate(opens=12 * HOUR, persists=0.6, chats=0.2, returns_after=lognormal(8 * HOUR, 8 * HOUR), machine=0.3)
    scenario = with_orders(shop, sales={"main": day})
    shipping = scenario.shipping.model_copy(update={"presale_leaves_in": lognormal(14 * HOUR, 6 * HOUR)}) if scenario.shipping else None
    return scenario.model_copy(update={"gate": gate, "shipping": shipping})


def with_orders(scenario: Scenario, **figures: Any) -> Scenario:
    """The scenario with other figures of its orders."""
    assert scenario.demand.orders is not None
    return changed(scenario, demand__orders=scenario.demand.orders.model_copy(update=figures))
