"""What the tests of demand share: the real trace beside the project, the shipped scenario, and exports written on the spot."""

import csv
import io
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from sim.demand.history import formats
from sim.scenario import Scenario, load_scenario
from sim.scenario.schema import CELLS, Demand, Price, Shares, Stated
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
    return changed(busy_week.model_copy(update={"demand": demand}), calendar__warmup_days=0)


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
