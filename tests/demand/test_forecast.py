"""A manager's forecast: which tables are understood, and every way in which one is refused, with its place."""

import contextlib
import csv
import gzip
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.demand.forecast import MOST_PROBLEMS, Forecast, read_forecast, words
from sim.errors import BadInput, each_problem

FIRST = date(2025, 11, 10)
DAILY = "日期,支付订单数\n2025-11-10,800\n2025-11-11,5000.5\n2025-11-12,0\n"
HOURLY = "时间,单量\n" + "".join(f"2025-11-{day} {hour:02}:00,{100 * day + hour}\n" for day in (10, 11) for hour in range(24))

Read = Callable[[str], Forecast]
Refused = Callable[[str], tuple[BadInput, ...]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a forecast from its text."""

    def read_text(text: str) -> Forecast:
        path = tmp_path / "forecast.csv"
        path.write_text(text, "utf-8", newline="")
        return read_forecast(path)

    return read_text


@pytest.fixture
def refused(read: Read, tmp_path: Path) -> Refused:
    """The problems for which a text is refused; each names the file."""

    def refuse(text: str) -> tuple[BadInput, ...]:
        with pytest.raises(BadInput) as caught:
            read(text)
        problems = each_problem(caught.value)
        assert {problem.file for problem in problems} == {str(tmp_path / "forecast.csv")}
        return problems

    return refuse


def only(problems: Sequence[BadInput]) -> BadInput:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def hours_of(day: str, name: Callable[[int], str], but: Sequence[int] = ()) -> str:
    return "".join(f"{day},{name(hour)},{hour}\n" for hour in range(24) if hour not in but)


# ---------------------------------------------------------------- what is understood
def test_orders_per_day_are_read(read: Read) -> None:
    forecast = read(DAILY)
    assert not forecast.hourly
    assert forecast.dates == (FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    assert forecast.orders.tolist() == [800, 5000.5, 0]


def test_orders_per_hour_are_read(read: Read) -> None:
    forecast = read(HOURLY)
    assert forecast.hourly
    assert forecast.dates == (FIRST, FIRST + timedelta(days=1))
    assert forecast.orders.shape == (2, 24)
    assert forecast.orders[1, 8] == 1108


def test_a_day_of_a_forecast_per_day_is_its_orders_alone(read: Read) -> None:
    expected = read(DAILY).on(date(2025, 11, 11))
    assert expected is not None
    assert (expected.orders, expected.by_hour) == (5000.5, None)


def test_a_day_of_a_forecast_per_hour_is_its_hours_and_their_sum(read: Read) -> None:
    expected = read(HOURLY).on(date(2025, 11, 11))
    assert expected is not None
    assert expected.by_hour is not None
    assert expected.by_hour.tolist() == [1100 + hour for hour in range(24)]
    assert expected.orders == sum(range(1100, 1124))


@pytest.mark.parametrize("text", [DAILY, HOURLY])
@pytest.mark.parametrize("day", [date(2025, 11, 9), date(2025, 11, 13), date(2024, 11, 11)])
def test_a_forecast_says_nothing_of_days_before_and_after_it(read: Read, text: str, day: date) -> None:
    assert read(text).on(day) is None


@pytest.mark.parametrize("text", [DAILY, HOURLY])
def test_a_forecast_cannot_be_changed(read: Read, text: str) -> None:
    forecast = read(text)
    expected = forecast.on(FIRST)
    assert expected is not None
    for orders in (forecast.orders, *([] if expected.by_hour is None else [expected.by_hour])):
        with pytest.raises(ValueError, match="read-only"):
            orders[0] = 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_every_encoding_of_the_trade_gives_the_same_forecast(
    read: Read, tmp_path: Path, encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "packed.csv"
    path.write_bytes(pack(DAILY.encode(encoding)))
    assert read_forecast(path).orders.tolist() == read(DAILY).orders.tolist()


@pytest.mark.parametrize("column", words()["columns"]["orders"])
def test_orders_have_many_names(read: Read, column: str) -> None:
    assert read(f"date,{column}\n2025-11-10,7\n").orders.tolist() == [7]


@pytest.mark.parametrize("column", words()["columns"]["date"])
def test_dates_have_many_names(read: Read, column: str) -> None:
    assert read(f"{column},orders\n2025-11-10,7\n").dates == (FIRST,)


@pytest.mark.parametrize("column", words()["columns"]["hour"])
def test_hours_have_many_names(read: Read, column: str) -> None:
    assert read(HOURLY.replace("时间", column)).hourly


def test_no_name_could_be_that_of_two_columns() -> None:
    names = [name for each in words()["columns"].values() for name in each]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("names", ["Date,Paid Orders", "DATE,paid-orders", "ｄａｔｅ,\ufeff 支 付 订单数 ", 'date,="orders"'])
def test_case_blanks_and_width_of_a_name_do_not_count(read: Read, names: str) -> None:
    assert read(f"{names}\n2025-11-10,7\n").orders.tolist() == [7]


def test_columns_stand_in_any_order_among_others(read: Read) -> None:
    assert read("店铺,支付金额,订单数,备注,日期\n甲,1e9,7,a,2025-11-10\n").orders.tolist() == [7]


def test_a_title_above_the_heading_is_passed_over(read: Read, refused: Refused) -> None:
    title = "双11 单量预测,\n导出时间：2025-10-30,\n\n"
    assert read(title + DAILY).orders.tolist() == [800, 5000.5, 0]
    assert only(refused(title + DAILY.replace("5000.5", "viele"))).line == 6


@pytest.mark.parametrize(
    "cell", ["2025-11-10", "2025/11/10", "2025.11.10", "2025年11月10日", "20251110", "2025-11-10 00:00:00", "2025-11-10T00:00", "45971"]
)
def test_a_date_is_written_in_many_ways(read: Read, cell: str) -> None:
    assert read(f"date,orders\n{cell},7\n").dates == (FIRST,)


@pytest.mark.parametrize(
    "name",
    [
        lambda hour: f"{hour}",
        lambda hour: f"{hour:02}",
        lambda hour: f"{hour}:00",
        lambda hour: f"{hour:02}:00:00",
        lambda hour: f"{hour}点",
        lambda hour: f"{hour}时",
        lambda hour: f"{hour:02}：00",
        lambda hour: f"{hour:02}:00-{hour + 1:02}:00",
        lambda hour: f"{hour:02}:00 ~ {(hour + 1) % 24:02}:00",
        lambda hour: f"{hour}点至{hour + 1}点",
        lambda hour: f"{hour:02}:00–{hour:02}:59",
        lambda hour: f"{hour:02}:00:00~{hour:02}:59:59",
    ],
)
def test_an_hour_beside_a_date_is_written_in_many_ways(read: Read, name: Callable[[int], str]) -> None:
    forecast = read("日期,时段,单量\n" + hours_of("2025-11-10", name))
    assert forecast.hourly
    assert forecast.orders.tolist() == [list(range(24))]


@pytest.mark.parametrize("template", ["{day} {hour}", "{day} {hour:02}:00:00", "{day}T{hour:02}:00", "{day} {hour:02}:00-{next:02}:00"])
def test_a_day_and_an_hour_in_one_cell_are_written_in_many_ways(read: Read, template: str) -> None:
    rows = [template.format(day="2025-11-10", hour=hour, next=hour + 1) for hour in range(24)]
    forecast = read("日期,单量\n" + "".join(f"{row},{hour}\n" for hour, row in enumerate(rows)))
    assert forecast.orders.tolist() == [list(range(24))]


def test_the_day_numbers_of_a_spreadsheet_are_days_and_hours(read: Read) -> None:
    assert read("time,orders\n" + "".join(f"{45971 + hour / 24},{hour}\n" for hour in range(24))).orders.tolist() == [list(range(24))]


@pytest.mark.parametrize(
    ("cell", "orders"),
    [
        ("1200", 1200),
        ('"1,200"', 1200),
        ('"1,234,567.5"', 1234567.5),
        ("1.2E+03", 1200),
        ("１２", 12),
        ("12单", 12),
        ("-0", 0),
        ("+3", 3),
        ("3.", 3),
    ],
)
def test_a_number_is_written_in_many_ways(read: Read, cell: str, orders: float) -> None:
    assert read(f"date,orders\n2025-11-10,{cell}\n").orders.tolist() == [orders]


def test_a_workbook_of_days_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["双11 预测", None], [None, None], ["日期", "预计单量"], [datetime(2025, 11, 10), 800], [datetime(2025, 11, 11), 5000.5]):  # noqa: DTZ001
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    forecast = read_forecast(tmp_path / "book.xlsx")
    assert not forecast.hourly
    assert forecast.orders.tolist() == [800, 5000.5]


@pytest.mark.parametrize("apart", [True, False])
def test_a_workbook_of_hours_is_read(tmp_path: Path, apart: bool) -> None:
    book = openpyxl.Workbook()
    book.active.append(["日期", "小时", "单量"] if apart else ["时间", "单量"])
    for hour in range(24):
        moment = datetime(2025, 11, 10, hour)  # noqa: DTZ001
        book.active.append([datetime(2025, 11, 10), time(hour), hour] if apart else [moment, hour])  # noqa: DTZ001
    book.save(tmp_path / "book.xlsx")
    assert read_forecast(tmp_path / "book.xlsx").orders.tolist() == [list(range(24))]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=40), st.randoms())
def test_the_order_of_the_rows_does_not_matter(tmp_path_factory: pytest.TempPathFactory, orders: list[int], luck: random.Random) -> None:
    rows = [f"{FIRST + timedelta(days=day)},{number}\n" for day, number in enumerate(orders)]
    luck.shuffle(rows)
    path = tmp_path_factory.getbasetemp() / "shuffled.csv"
    path.write_text("date,orders\n" + "".join(rows))
    forecast = read_forecast(path)
    assert forecast.orders.tolist() == orders
    assert [forecast.on(day).orders for day in forecast.dates] == orders  # type: ignore[union-attr]


@given(st.lists(st.lists(st.integers(0, 9_999), min_size=24, max_size=24), min_size=1, max_size=4), st.randoms())
def test_an_hour_in_its_own_column_is_the_same_as_one_behind_the_date(
    tmp_path_factory: pytest.TempPathFactory, orders: list[list[int]], luck: random.Random
) -> None:
    told = [(FIRST + timedelta(days=day), hour, number) for day, row in enumerate(orders) for hour, number in enumerate(row)]
    luck.shuffle(told)
    for text in (
        "date,hour,orders\n" + "".join(f"{day},{hour},{number}\n" for day, hour, number in told),
        "moment,orders\n" + "".join(f"{day} {hour:02}:00,{number}\n" for day, hour, number in told),
    ):
        path = tmp_path_factory.getbasetemp() / "hours.csv"
        path.write_text(text)
        assert read_forecast(path).orders.tolist() == orders


# ---------------------------------------------------------------- columns that are not there
@pytest.mark.parametrize(
    ("heading", "says", "nearest"),
    [
        ("日期,支付订单", "no column tells the number of orders; the columns are: 日期, 支付订单", "支付订单"),
        ("date,oders", "no column tells the number of orders", "oders"),
        ("dte,orders", "no column tells the day or the hour; the columns are: dte, orders", "dte"),
        ("日期,支付金额,支付买家数", "the columns are: 日期, 支付金额, 支付买家数", "支付买家数"),
    ],
)
def test_a_missing_column_is_told_with_what_was_found_and_the_nearest(refused: Refused, heading: str, says: str, nearest: str) -> None:
    error = only(refused(heading + "\n" + ",".join(["1"] * len(heading.split(","))) + "\n"))
    assert says in str(error)
    assert error.nearest == nearest
    assert error.line == 1


def test_a_column_that_is_understood_is_not_offered_as_another(refused: Refused) -> None:
    assert only(refused("order_date,yuan\n2025-11-10,800\n")).nearest is None


def test_another_kind_of_table_misses_both_columns(refused: Refused) -> None:
    problems = refused("refund_no,refund_at,amount\n1,2025-11-11 00:00:03,35.00\n")
    assert ["orders" in str(problems[0]), "day or the hour" in str(problems[1])] == [True, True]


def test_what_was_found_is_told_briefly(refused: Refused) -> None:
    error = only(refused("date," + "x" * 10_000 + ",y" * 100 + "\n2025-11-10" + ",1" * 101 + "\n"))
    assert "…" in str(error)
    assert len(str(error)) < 500


def test_a_table_of_yuan_is_not_one_of_orders(refused: Refused) -> None:
    assert "支付金额" in str(only(refused("日期,支付金额\n2025-11-10,800\n")))


@pytest.mark.parametrize("heading", ["date,orders,orders", "date,订单数,支付订单数", "日期,统计日期,订单数", "时间,小时,订单数"])
def test_columns_that_could_both_be_meant_are_not_chosen_between(refused: Refused, heading: str) -> None:
    error = only(refused(f"{heading}\n2025-11-10,1,1\n"))
    assert "several columns could be meant" in str(error)
    assert error.line == 1


def test_a_heading_alone_is_no_forecast(refused: Refused) -> None:
    assert "no row below the heading" in str(only(refused("date,orders\n")))


def test_an_empty_file_is_called_empty(refused: Refused) -> None:
    assert "empty" in str(only(refused("")))


# ---------------------------------------------------------------- rows that cannot be read
@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("2025-02-30", "is not a date"),
        ("11月11日", "is not a date"),
        ("11/11/2025", "is not a date"),
        ("2025-11", "is not a date"),
        ("3025-11-11", "is not a date"),
        ("2025-11-11 周二", "is not an hour"),
        ("2025-11-11 8 PM", "is not an hour"),
        ("2025-11-11 08:30", "is not a full hour"),
        ("2025-11-11 24:00", "is not an hour"),
        ("45972.51", "is not a full hour"),
        ("明天", "is not a date"),
        ("\x0b \x0b", "is not a date"),
        ("2025-11-11T", "no hour in this row"),
        ("", "no date in this row"),
        ("=A2+1", "formula"),
        ("合计", "sums up others"),
        ("总计：", "sums up others"),
        ("Total", "sums up others"),
        ("日均", "is not a date"),
        ("11月合计", "sums up others"),
    ],
)
def test_a_date_that_cannot_be_read_is_told_with_its_line(refused: Refused, cell: str, says: str) -> None:
    error = only(refused(f"统计日期,orders\n2025-11-10,7\n{cell},8\n2025-11-12,9\n"))
    assert says in str(error)
    assert error.line == 3
    assert error.field == "统计日期"
    assert error.value == (cell.replace("：", ":") or None)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("24", "is not an hour"),
        ("-1", "is not an hour"),
        ("8.5", "is not an hour"),
        ("08:00-10:00", "is not a full hour"),
        ("08:30", "is not a full hour"),
        ("8-7", "is not a full hour"),
        ("8-9-10", "is not an hour"),
        ("noon", "is not an hour"),
        ("", "no hour in this row"),
        ("=8", "formula"),
        ("小计", "sums up others"),
    ],
)
def test_an_hour_that_cannot_be_read_is_told_with_its_line(refused: Refused, cell: str, says: str) -> None:
    error = only(refused("date,小时,orders\n" + hours_of("2025-11-10", lambda hour: cell if hour == 8 else str(hour))))
    assert says in str(error)
    assert (error.line, error.field) == (10, "小时")


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("many", "is not a number"),
        ("", "no number of orders"),
        ("--", "no number of orders"),
        ("-5", "is negative"),
        ("-1e-9", "is negative"),
        ("nan", "is not a number"),
        ("inf", "is not a number"),
        ("1e999", "is too large"),
        ("10000001", "is too large"),
        ("1_000", "is not a number"),
        ('"1,2"', "is not a number"),
        ("1.2万", "is not a number"),
        ("12%", "is not a number"),
        ("0x10", "is not a number"),
        ("true", "is not a number"),
        ("=SUM(B2:B9)", "formula"),
        ("+1+2", "is not a number"),
        ("@SUM(1)", "is not a number"),
        ("9" * 5_000, "is too large"),
    ],
)
def test_a_number_that_cannot_be_read_is_told_with_its_line(refused: Refused, cell: str, says: str) -> None:
    error = only(refused(f"date,单量\n2025-11-10,7\n2025-11-11,{cell}\n2025-11-12,9\n"))
    assert says in str(error)
    assert (error.line, error.field) == (3, "单量")
    assert len(str(error)) < 500


def test_formulas_of_a_workbook_are_not_worked_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["date", "orders"], ["2025-11-10", 7], ["2025-11-11", "=B2*2"]):
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    with pytest.raises(BadInput, match="formula") as caught:
        read_forecast(tmp_path / "book.xlsx")
    assert (caught.value.line, caught.value.value) == (3, "=B2*2")


def test_a_total_at_the_end_is_told_and_not_taken(refused: Refused) -> None:
    error = only(refused(DAILY + "合计,5800.5\n"))
    assert error.line == 5
    assert "delete this row" in str(error)


def test_a_total_is_told_once_though_all_of_its_row_is_strange(refused: Refused) -> None:
    assert "sums up others" in str(only(refused("date,hour,orders\n" + hours_of("2025-11-10", str) + "total,,=SUM(C2:C25)\n")))


def test_a_number_torn_by_its_comma_is_not_read_as_its_first_part(refused: Refused) -> None:
    error = only(refused("date,orders\n2025-11-10,1,200\n"))
    assert "another number of cells" in str(error)
    assert error.line == 2


def test_every_wrong_cell_is_told_in_the_order_of_the_file(refused: Refused) -> None:
    problems = refused("date,orders\nx,1\n2025-11-11,y\nz,-1\n")
    assert [(problem.line, problem.value) for problem in problems] == [(2, "x"), (3, "y"), (4, "z"), (4, "-1")]


def test_of_very_many_problems_the_first_are_told_and_the_rest_counted(refused: Refused) -> None:
    problems = refused("date,orders\n" + "x,1\n" * 1_000)
    assert len(problems) == MOST_PROBLEMS + 1
    assert f"and {1_000 - MOST_PROBLEMS} more" in str(problems[-1])


def test_a_table_too_long_for_a_forecast_is_not_even_read(refused: Refused) -> None:
    most = words()["limits"]["rows"]
    error = only(refused("date,orders\n" + "x,1\n" * (most + 1)))
    assert f"{most + 1:,} rows" in str(error)
    assert f"at most {most:,}" in str(error)


# ---------------------------------------------------------------- a whole that is none
def test_a_date_given_twice_is_told_with_both_lines(refused: Refused) -> None:
    error = only(refused("date,orders\n2025-11-10,7\n2025-11-11,8\n2025/11/10,9\n"))
    assert (error.line, error.value) == (4, "2025/11/10")
    assert "before in line 2" in str(error)


def test_an_hour_given_twice_is_told_with_both_lines(refused: Refused) -> None:
    error = only(refused("date,hour,orders\n" + hours_of("2025-11-10", lambda hour: str(min(hour, 22)))))
    assert (error.line, error.value) == (25, "2025-11-10 22")
    assert "before in line 24" in str(error)


def test_missing_days_are_named_and_counted(refused: Refused) -> None:
    error = only(refused("date,orders\n2025-12-01,7\n2025-11-10,7\n2025-11-11,8\n2025-11-15,9\n"))
    assert "between 2025-11-10 and 2025-12-01" in str(error)
    assert "2025-11-12, 2025-11-13, 2025-11-14, 2025-11-16" in str(error)
    assert "(18 in all)" in str(error)
    assert "…" in str(error)
    assert error.line == 5


def test_a_year_mistyped_is_a_hole_and_told_briefly(refused: Refused) -> None:
    error = only(refused("date,orders\n2025-11-10,7\n2052-11-11,8\n"))
    assert "(9,862 in all)" in str(error)
    assert len(str(error)) < 500


def test_missing_hours_of_a_day_are_named(refused: Refused) -> None:
    error = only(refused("date,hour,orders\n" + hours_of("2025-11-10", str, but=(2, 3)) + hours_of("2025-11-11", str)))
    assert "hours are missing: 02:00, 03:00 (2 in all)" in str(error)
    assert (error.line, error.value) == (2, "2025-11-10")


def test_a_day_missing_among_hours_is_named(refused: Refused) -> None:
    text = "date,hour,orders\n" + hours_of("2025-11-10", str) + hours_of("2025-11-12", str)
    assert "2025-11-11 (1 in all)" in str(only(refused(text)))


def test_a_day_among_hours_is_told(refused: Refused) -> None:
    error = only(refused(HOURLY + "2025-11-12,9000\n"))
    assert "is a day among hours" in str(error)
    assert (error.line, error.value) == (50, "2025-11-12")


def test_an_hour_among_days_is_told(refused: Refused) -> None:
    error = only(refused(DAILY.replace("2025-11-11", "2025-11-11 08:00")))
    assert "is an hour among days" in str(error)
    assert (error.line, error.value) == (3, "2025-11-11 08:00")


def test_an_hour_in_two_columns_is_told(refused: Refused) -> None:
    problems = refused("date,hour,orders\n" + hours_of("2025-11-10 08:00", str))
    assert "though another column does so" in str(problems[0])


# ---------------------------------------------------------------- anything at all
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["date", "orders", "hour", "2025-11-10", "2025-11-11 08:00", "8", "合计", "=1+1", "1,2", "{0}", "{line}", "\x1b[2J", "1e5"]
    ),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8), st.booleans())
def test_no_table_ends_in_anything_but_a_forecast_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], headed: bool
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["date", "hour", "orders"], *rows] if headed else rows)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text.getvalue(), "utf-8", "surrogatepass", newline="")
    with contextlib.suppress(BadInput):
        forecast = read_forecast(path)
        assert len(forecast.dates) == len(forecast.orders)
        assert np.isfinite(forecast.orders).all()
        assert (forecast.orders >= 0).all()


@given(st.binary(max_size=300))
def test_no_bytes_end_in_anything_but_a_forecast_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    path.write_bytes(raw)
    with contextlib.suppress(BadInput):
        assert read_forecast(path).dates
