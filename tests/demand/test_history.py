"""A shop's history: what is kept, what is left out and why, and what never gets in."""

# ruff: noqa: DTZ001 - the wall clocks of an export have no zone

import contextlib
import gzip
from datetime import datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.history import DECIDED_BY, NOT_GIVEN, formats, read_history
from sim.errors import BadInput
from sim.rules.path import Confidence
from sim.rules.reasons import reasons

from .conftest import ROW, Export, export_text

PATHS = (
    {"发货物流信息": ""},
    {"发货物流信息": "2025-11-11 09:00:00 已揽收"},
    {"发货物流信息": "2025-11-11 09:00:00 已签收", "货物状态": "买家已收到货"},
    {"发货物流信息": "2025-11-11 09:00:00 已签收", "货物状态": "买家已收到货", "是否需要退货": "是"},
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_an_export_gives_each_row_its_path(export: Export, encoding: str) -> None:
    history = read_history(export(*PATHS, encoding=encoding))
    assert history.format == "qianniu"
    assert sorted(history.column("path")) == [1, 2, 3, 4]
    assert set(history.column("confidence")) == {Confidence.SURE}
    assert {DECIDED_BY[each] for each in history.column("decided_by")} == {"trace", "sends_back"}


def test_columns_are_found_by_name_in_any_order_under_other_names_among_others(export: Export) -> None:
    columns = [" 退款编号\t", "备注标签", "买家退款金额", "售后类型", "货物状态", "发货物流信息", "支付单号", "退款的申请时间"]
    row = {" 退款编号\t": "7", "备注标签": "红", "售后类型": "退货退款", "支付单号": "1", **PATHS[2]}
    history = read_history(export(row, columns=columns))
    assert (len(history), history.column("path")[0]) == (1, 4)


def test_long_numbers_in_wrapping_are_the_same_number(export: Export) -> None:
    history = read_history(export({"订单编号": '="990011"'}, {"订单编号": "\t990011"}, {"订单编号": "'990011"}))
    assert len(set(history.column("order"))) == 1
    assert history.column("order")[0] != 0


def test_no_name_address_or_phone_gets_in(export: Export) -> None:
    history = read_history(export({}, {"买家退款金额": "张三丰"}))
    assert not any(word in repr(history) for word in ("13800138000", "某省", "李四", "99000000000000001"))
    fields = formats()["qianniu"]["fields"].values()
    assert not any(
        word in alias for aliases in fields for alias in aliases for word in ("姓名", "地址", "电话", "手机", "邮编", "说明", "备注")
    )


def test_reasons_are_matched_to_the_state_and_unlisted_ones_are_counted(export: Export) -> None:
    history = read_history(
        export({"买家退款原因": "不想要"}, {"买家退款原因": "不想要", **PATHS[1]}, {"买家退款原因": "下雨了"}, {"买家退款原因": ""})
    )
    given = history.column("reason")[np.argsort(history.column("line"))]
    assert [reasons()[index].key for index in given[:3]] == ["not_wanted_unshipped", "not_wanted_shipped", "other"]
    assert given[3] == NOT_GIVEN
    assert history.unlisted == {"下雨了": 1}


def test_what_a_machine_refunded_at_once_is_told_from_what_a_clock_refunded_later(export: Export) -> None:
    history = read_history(
        export(
            {"是否零秒响应": "是"},
            {"手工退款/系统退款": "系统退款", "退款完结时间": "2025-11-12 09:00:01"},
            {"手工退款/系统退款": "系统退款", "退款完结时间": "2025-11-14 09:00:00"},
            {"退款完结时间": "2025-11-12 09:00:01"},
        )
    )
    in_file = history.refunds[np.argsort(history.column("line"))]
    assert in_file["automatic"].tolist() == [True, True, False, False]
    assert in_file["by_clock"].tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("row", "cause", "column", "value"),
    [
        ({"买家退款金额": "-5.00"}, "amount_negative", "买家退款金额", "-5.00"),
        ({"买家退款金额": ""}, "amount_absent", "买家退款金额", ""),
        ({"买家退款金额": "=1+1"}, "amount_unreadable", "买家退款金额", "=1+1"),
        ({"买家退款金额": "99999999999"}, "amount_too_large", "买家退款金额", "99999999999"),
        ({"退款的申请时间": ""}, "time_absent", "退款的申请时间", ""),
        ({"退款的申请时间": "昨天"}, "time_unreadable", "退款的申请时间", "昨天"),
        ({"退款编号": "1"}, "duplicate", "退款编号", "1"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_stay(
    export: Export, row: dict[str, str], cause: str, column: str, value: str
) -> None:
    path = export({}, row, {})
    history = read_history(path)
    assert (len(history), history.dropped) == (2, {cause: 1})
    problem = history.problems[0]
    assert (problem.file, problem.line, problem.field, problem.value) == (str(path), 3, column, value)
    assert f"{path}:3: {column}" in str(problem)


def test_a_row_with_too_few_or_too_many_cells_is_named(tmp_path: Path) -> None:
    lines = export_text([{}, {}, {}, {}]).splitlines()
    lines[2] = lines[2].rsplit(",", 3)[0]
    lines[3] += ",x"
    lines[4] += ",,"
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    history = read_history(path)
    assert (len(history), history.dropped) == (2, {"cells": 2})
    assert [problem.line for problem in history.problems] == [3, 4]


def test_problems_are_kept_up_to_a_hundred_and_counted_in_full(export: Export) -> None:
    history = read_history(export({}, *[{"买家退款金额": "?"}] * 150))
    assert (len(history.problems), history.dropped) == (100, {"amount_unreadable": 150})


def test_when_no_row_can_be_read_the_first_is_named(export: Export) -> None:
    with pytest.raises(BadInput) as caught:
        read_history(export({"买家退款金额": "-1"}, {"买家退款金额": "?"}))
    assert (caught.value.line, caught.value.field, caught.value.value) == (2, "买家退款金额", "-1")
    assert "none of 2 rows" in str(caught.value)


def test_a_heading_alone_is_refused(export: Export) -> None:
    with pytest.raises(BadInput, match="0 refunds"):
        read_history(export())


def test_a_missing_column_is_named_with_the_nearest(export: Export) -> None:
    columns = ["退款编号", "买家退款金额", "退款的申请日期"]
    with pytest.raises(BadInput) as caught:
        read_history(export({"退款的申请日期": "2025-11-12"}, columns=columns))
    assert (caught.value.field, caught.value.nearest) == ("退款的申请时间", "退款的申请日期")


def test_the_nearest_name_is_sought_among_all_names_of_the_column(export: Export) -> None:
    with pytest.raises(BadInput) as caught:
        read_history(export({"申请日期": "2025-11-12"}, columns=["退款编号", "买家退款金额", "申请日期"]))
    assert caught.value.nearest == "申请日期"


@pytest.mark.parametrize("encoding", ["big5", "euc-kr", "shift-jis"])
def test_another_encoding_is_not_taken_for_an_export(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes("訂單日期,金額\n1,2\n".encode(encoding, "replace"))
    with pytest.raises(BadInput) as caught:
        read_history(path)
    assert "退款的申请时间" in str(caught.value)


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(ROW))
    book.active.append(list(ROW.values()))
    book.active.append(list((ROW | {"退款编号": "2", "退款的申请时间": datetime(2025, 11, 12, 9, 30), "买家退款金额": 35.5}).values()))
    book.save(tmp_path / "export.xlsx")
    history = read_history(tmp_path / "export.xlsx")
    assert history.column("amount").tolist() == [10000, 3550]
    assert history.last == datetime(2025, 11, 12, 9, 30)


def test_a_cap_sets_entry_errors_to_itself_and_counts_them(export: Export) -> None:
    history = read_history(export({"买家退款金额": "168470"}, {"买家退款金额": "99999999999"}, {}), cap=1_000_000)
    assert sorted(history.column("amount")) == [10_000, 1_000_000, 1_000_000]
    assert history.mended["amount_capped"] == 2


def test_without_a_price_the_amount_stands_for_it(export: Export) -> None:
    history = read_history(export({"买家实际支付金额": "", "买家退款金额": "35"}))
    assert history.column("paid").tolist() == [3500]
    assert history.mended == {"paid_taken_from_amount": 1}


def test_the_order_of_the_rows_in_the_file_does_not_matter(tmp_path: Path) -> None:
    rows = [
        {"退款编号": str(number), "买家退款金额": f"{number}.00", "退款的申请时间": f"2025-11-12 09:0{number % 3}:00"}
        for number in range(1, 30)
    ]
    read = []
    for order in (rows, rows[::-1]):
        path = tmp_path / "export.csv"
        path.write_text(export_text(order), "utf-8")
        read.append(read_history(path).column("amount").tolist())
    assert read[0] == read[1]


def test_refunds_stand_in_filing_order_and_cannot_be_written(export: Export) -> None:
    history = read_history(export({"退款的申请时间": "2025-11-13 00:00:00"}, {"退款的申请时间": "2025-11-12 00:00:00"}))
    assert (history.first, history.last) == (datetime(2025, 11, 12), datetime(2025, 11, 13))
    assert history.per_day() == {"2025-11-12": 1, "2025-11-13": 1}
    with pytest.raises(ValueError, match="read-only"):
        history.refunds["amount"][0] = 1


def test_a_plain_table_adds_the_lines_of_a_refund(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(
        "refund_no,refund_at,amount,path\nA,2025-11-12 09:00,1.50,4\nB,2025-11-12 08:00,2,\nA,2025-11-12 08:59,2.25,4\n", "utf-8"
    )
    history = read_history(path)
    assert history.format == "plain"
    assert history.column("amount").tolist() == [200, 375]
    assert history.column("path").tolist() == [0, 4]
    assert history.column("filed")[1].item() == datetime(2025, 11, 12, 8, 59)


def test_a_path_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("refund_no,refund_at,amount,path\nA,2025-11-12 09:00,1,5\nB,2025-11-12 09:00,1,1\n", "utf-8")
    assert read_history(path).dropped == {"path_unreadable": 1}


@given(st.lists(st.dictionaries(st.sampled_from(list(ROW)), st.text(max_size=12), max_size=3), min_size=1, max_size=4))
def test_no_export_ends_in_anything_but_a_history_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(export_text(rows).encode("utf-8", "surrogatepass"))
    with contextlib.suppress(BadInput):
        history = read_history(path)
        assert len(history) + sum(history.dropped.values()) == len(rows)


def test_the_real_trace_is_3836_refunds_with_64_on_the_busiest_day(shared_data: Path) -> None:
    history = read_history(shared_data / "uci_online_retail_returns.csv.gz", cap=4_000_000)
    assert len(history) == 3_836
    assert history.dropped == {}
    assert max(history.per_day().values()) == 64
    assert (history.column("path") == 0).all()
    assert (history.column("reason") == NOT_GIVEN).all()
    assert history.mended["amount_capped"] == 2


def test_the_real_trace_has_12_6_refunds_a_trading_day(shared_data: Path) -> None:
    history = read_history(shared_data / "uci_online_retail_returns.csv.gz")
    with gzip.open(shared_data / "uci_online_retail_orders.csv.gz", "rt", encoding="utf-8") as orders:
        trading_days = {line.split(",")[1][:10] for line in list(orders)[1:]} | set(history.per_day())
    assert len(history) / len(trading_days) == pytest.approx(12.6, abs=0.05)


def test_the_real_trace_as_orders_show_it_is_burstier_than_poisson(shared_data: Path) -> None:
    counts = np.array(list(read_history(shared_data / "uci_online_retail_returns.csv.gz").per_day().values()))
    assert counts.var() / counts.mean() > 5
