"""Makes the history that ships with the program: an invented week in the columns of the 千牛 export (scenarios/history/busy-week.csv).

    python -m sim.demand.sample_history [OUT]

The same bytes each time: every figure stands in busy-week.toml beside it, every draw comes from sim.demand.draws.
"""

import csv
import io
import sys
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Draws, inverse, whole
from sim.demand.history import formats
from sim.rules.reasons import reasons
from sim.scenario.distribution import Lognormal
from sim.shipped import scenarios_folder

HOUR = 3600
REQUEST_OPEN = {
    1: "买家已经申请退款，等待卖家同意",
    2: "买家已经申请退款，等待卖家同意",
    3: "买家已经申请退款，等待卖家同意",
    4: "卖家已经同意退款，等待买家退货",
}
GOODS = {1: "买家未收到货", 2: "买家未收到货", 3: "买家已收到货", 4: "买家已收到货"}


def make_sample(settings: dict[str, Any]) -> str:
    """The whole CSV as text (lines end in CRLF, no byte-order mark), rows in the order in which they were filed."""
    draw = Draws(settings["seed"]["value"], 0, np.arange(settings["refunds"]["value"]))
    path = 1 + np.searchsorted(np.cumsum(settings["path_shares"]["value"])[:-1], draw("path"), side="right")
    filed = _filed(settings, path, draw)
    in_order = np.lexsort((np.arange(len(path)), filed))
    rows = _Rows(settings, path, filed, draw)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    columns = formats()["qianniu"]["columns"]
    writer.writerow(columns)
    order = 0
    for at in in_order.tolist():
        order = order if rows.same_order(at) else at
        row = rows.row(at, order)
        writer.writerow([row.get(column, "") for column in columns])
    return out.getvalue()


def _filed(settings: dict[str, Any], path: NDArray[np.int64], draw: Draws) -> NDArray[np.int64]:
    """Seconds since the week's start: by day and hour of the path, for part of path 1 after an opening of the gate."""
    filed = np.zeros(len(path), np.int64)
    u = draw("filed")
    for each in range(1, 5):
        weights = np.outer(settings["days_of_path"][f"path_{each}"], settings["hours"]["value"]).ravel()
        upto = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
        of_path = path == each
        filed[of_path] = np.floor(HOUR * np.interp(u[of_path], upto, np.arange(len(upto)))).astype(np.int64)
    gate = settings["gate"]
    pulse = (path == 1) & (draw("pulse") < gate["pulse_share"])
    opening = np.searchsorted(np.cumsum(gate["opening_shares"])[:-1], draw("opening"), side="right")
    opens = np.array([_since_start(settings, text) for text in gate["openings"]])[opening]
    reached = -np.expm1(-gate["fade_most_hours"] / gate["fade_hours"])  # the share of the fading that lies before its end
    after = whole(-HOUR * gate["fade_hours"] * np.log1p(-draw("fade") * reached))
    return np.where(pulse, opens + after, filed)


def _since_start(settings: dict[str, Any], text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime.fromisoformat(settings["start"]["value"])).total_seconds())


class _Rows:
    """The cells of each refund, from its path, its filing and draws of its own."""

    def __init__(self, settings: dict[str, Any], path: NDArray[np.int64], filed: NDArray[np.int64], draw: Draws) -> None:
        self.settings, self.path, self.filed = settings, path, filed
        self.start = datetime.fromisoformat(settings["start"]["value"])
        self.exported = _since_start(settings, settings["exported"]["value"])
        names = (
            "order",
            "reason",
            "automatic",
            "transit",
            "disputed",
            "unseen",
            "back",
            "stepped",
            "part",
            "which_part",
            "paid_before",
            "article",
        )
        self.u = {name: draw(name) for name in names}
        amounts = settings["amounts"]
        self.paid = whole(inverse(Lognormal(mean=int(amounts["mean"] * 100), sd=int(amounts["sd"] * 100)), draw("amount"))).clip(990)
        mean = np.array([settings["hours_to_complete"][f"path_{each}"] * HOUR for each in range(1, 5)])[path - 1]
        self.takes = whole(mean * inverse(Lognormal(mean=1, sd=1), draw("takes")))
        self.picked = {each: list(settings["reasons"][f"path_{each}"].items()) for each in range(1, 5)}
        self.wording = {reason.key: reason.zh for reason in reasons()}

    def same_order(self, at: int) -> bool:
        """A few requests are for another line of the order of the request filed before."""
        return bool(self.u["order"][at] < self.settings["rows"]["same_order"])

    def row(self, at: int, order: int) -> dict[str, str]:
        """One row of the export: column → cell."""
        u = {name: float(values[at]) for name, values in self.u.items()}
        share, gate, path, filed = self.settings["rows"], self.settings["gate"], int(self.path[at]), int(self.filed[at])
        automatic = path == 1 and u["automatic"] < gate["by_machine"]
        done = filed + (0 if automatic else int(self.takes[at]) + 60)
        open_ = done > self.exported
        returned = path == 4 and u["back"] < share["sent_back_already"]
        amount = self._asked(int(self.paid[at]), path, u)
        back = path == 4 or (path == 2 and u["transit"] < share["return_filed_in_transit"])
        row = {
            "订单编号": f'="{99_000_000_000_000_000 + order * 137}"',
            "退款编号": f'="{98_000_000_000_000_000 + at * 211}"',
            "订单付款时间": self._text(filed - int((0.2 + {1: 1.5, 2: 3.0, 3: 7.0, 4: 7.0}[path] * u["paid_before"]) * 24 * HOUR)),
            "商品编码": f"YF-{1 + int(u['article'] * 240):03d}",
            "买家实际支付金额": f"{self.paid[at] / 100:.2f}",
            "宝贝标题": "示例服装",
            "买家退款金额": f"{amount / 100:.2f}",
            "手工退款/系统退款": "系统退款" if automatic else "手工退款",
            "是否需要退货": "是" if back else "否",
            "退款的申请时间": self._text(filed),
            "退款状态": REQUEST_OPEN[path] if open_ else "退款成功",
            "货物状态": "买家已退货" if returned else GOODS[path],
            "发货物流信息": self._trace(path, filed, u),
            "客服介入状态": "客服已介入" if u["stepped"] < share["stepped_in"] else "未介入",
            "卖家真实姓名": "***",
            "买家退款原因": self.wording[_pick(self.picked[path], u["reason"])],
            "售中或售后": "售后" if path > 2 and u["paid_before"] > 0.8 else "售中",
            "部分退款/全部退款": "部分退款" if amount < self.paid[at] else "全部退款",
            "是否零秒响应": "是" if automatic else "否",
            "业务类型": "普通",
        }
        if not open_:
            row["退款完结时间"] = self._text(done)
        if returned:
            sent = filed + int(12 * HOUR * (0.1 + u["back"]))
            row |= {"退货物流信息": f"{self._text(sent)} 已揽收", "退货物流公司": "示例快递", "买家退货时间": self._text(sent)}
        return row

    def _asked(self, paid: int, path: int, u: dict[str, float]) -> int:
        """Fen asked for: on path 3 often a part of the price."""
        amounts = self.settings["amounts"]
        if path != 3 or u["part"] >= amounts["part_of_path_3"]:
            return paid
        part: float = amounts["part_from"] + (amounts["part_to"] - amounts["part_from"]) * u["which_part"]
        return max(100, int(paid * part + 0.5))

    def _trace(self, path: int, filed: int, u: dict[str, float]) -> str:
        """The outbound trace as it reads on the day of the export: events in their order."""
        share = self.settings["rows"]
        if path == 1:
            return f"{self._text(filed + 1800 + int(u['paid_before'] * 5400))} 已揽收" if u["unseen"] < share["left_unseen"] else ""
        age = 4 * HOUR + int(u["paid_before"] * {2: 40, 3: 100, 4: 100}[path] * HOUR)
        events = [(filed - age, "已揽收"), (filed - age // 2, "到达转运中心")]
        if path > 2:
            events.append((filed - age // 4, "已签收"))
        elif u["disputed"] < share["signed_but_disputed"]:
            events.append((filed - age // 4, "已暂存驿站代收"))
        return ";".join(f"{self._text(second)} {text}" for second, text in events)

    def _text(self, second: int) -> str:
        return (self.start + timedelta(seconds=second)).isoformat(" ")


def _pick(weights: list[tuple[str, int]], u: float) -> str:
    """The key at `u` of the cumulative weights."""
    left = u * sum(weight for _, weight in weights)
    for key, weight in weights:
        left -= weight
        if left < 0:
            return key
    return weights[-1][0]


def main(out: Path | None = None) -> None:
    """Write the sample beside its settings, or to `out`: UTF-8 with a byte-order mark, as 千牛 and spreadsheets write it."""
    folder = scenarios_folder() / "history"
    settings = tomllib.loads((folder / "busy-week.toml").read_text("utf-8"))
    (out or folder / "busy-week.csv").write_bytes(make_sample(settings).encode("utf-8-sig"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
