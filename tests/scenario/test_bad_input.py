"""Every wrong file is refused with its place and a way to mend it, never with a traceback."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import BadInput, BadInputs
from sim.scenario import load_scenario, overlay_heading, scenario_hash
from tests.scenario.conftest import SMALL, Refused, Write

SHIFTS = "pools.agents.groups.regular.shifts"


def test_an_unknown_key_is_refused_with_the_nearest_name(refused: Refused) -> None:
    error = refused('[policy]\n\nline_ordr = "first_come"\n')
    assert (error.field, error.line, error.nearest) == ("policy.line_ordr", 3, "line_order")
    assert error.file is not None
    assert error.file.endswith("overlay.toml")
    assert "line_order" in str(error)


@pytest.mark.parametrize(
    ("overlay", "field", "nearest"),
    [
        ("polcy = 1", "polcy", "policy"),
        (f"[{SHIFTS}.day]\ncuont = 3", f"{SHIFTS}.day.cuont", "count"),
        (f"[{SHIFTS}.day]\nfrom_ = '08:00'", f"{SHIFTS}.day.from_", "from"),
        ("[work.respond]\nmaen = '3 min'", "work.respond.maen", "mean"),
        ("[[pools.agents.groups.regular.shifts.day.breaks]]\nat='12:00'\nlenght='1 h'", f"{SHIFTS}.day.breaks.0.lenght", "length"),
        ("[clocks]\nseller_shiped = '1 h'", "clocks.seller_shiped", "seller_shipped"),
        ("[chances]\nanomly = 0.5", "chances.anomly", "anomaly"),
        ("figures = 1", "figures", None),
    ],
)
def test_an_unknown_key_is_found_at_every_depth(refused: Refused, overlay: str, field: str, nearest: str | None) -> None:
    problems = {each.field: each for each in all_of(refused(overlay))}
    assert problems[field].template == "unknown key"
    assert problems[field].nearest == nearest
    assert problems[field].line == len(overlay.splitlines())


def all_of(error: BadInput) -> tuple[BadInput, ...]:
    return error.problems if isinstance(error, BadInputs) else (error,)


@pytest.mark.parametrize(
    ("overlay", "field", "says"),
    [
        ("[standards]\nfirst_response = 30", "standards.first_response", "bare number"),
        ("[standards]\nfirst_response = '30 yuan'", "standards.first_response", "unknown unit"),
        ("[standards]\nfirst_response = '-1 h'", "standards.first_response", "negative"),
        ("[costs]\ncoupon = '-5 yuan'", "costs.coupon", "negative"),
        ("[costs]\ncoupon = '5 min'", "costs.coupon", "unknown unit"),
        ("[policy]\nrefresh = true", "policy.refresh", "not a quantity"),
        ("[policy]\nline_order = 'online-first'", "policy.line_order", "Did you mean online_first"),
        ("[policy.batch]\non = 'yes'", "policy.batch.on", "true or false"),
        ("[policy.batch]\ncases = 0", "policy.batch.cases", "1 or more"),
        ("[chances]\nanomaly = 1.1", "chances.anomaly", "at most 1"),
        ("[chances]\nanomaly = nan", "chances.anomaly", "finite"),
        ("[chances]\nanomaly = '10 %'", "chances.anomaly", "not a number"),
        ("[demand]\nscale = 0", "demand.scale", "more than 0"),
        ("[demand]\nhistory = 5", "demand.history", "file name"),
        ("[demand.shares]\npath_1 = 0.7", "demand.shares", "sum to 1.3"),
        ("[calendar]\nstart = '2025-11-31'", "calendar.start", "not a date"),
        ("[calendar]\nstart = 20251110", "calendar.start", "not a date"),
        ("[calendar]\nstart = 2025-11-10T08:00:00", "calendar.start", "not a date"),
        ("[calendar]\nstart = 9999-12-31", "calendar.start", "not a date"),
        ("[calendar]\ndays = 0", "calendar.days", "1 or more"),
        ("[calendar]\ndays = 1.5", "calendar.days", "whole number"),
        ("[calendar]\nzone = 'Asia/Shangai'", "calendar.zone", "Did you mean Asia/Shanghai"),
        ("[calendar]\nzone = '../../etc/passwd'", "calendar.zone", "not a time zone"),
        ("[calendar]\nzone = 8", "calendar.zone", "not a time zone"),
        ("work = 5", "work", "not a table"),
        ("[work]\npay = 5", "work.pay", "not a distribution"),
        ("[work]\npay = { mean = '3 min' }", "work.pay.dist", "is missing"),
        ("[work]\nrespond = { dist = 'lognorml', mean = '3 min' }", "work.respond.dist", "Did you mean lognormal"),
        ("[work]\npay = { dist = 'gamma', mean = '3 min' }", "work.pay.shape", "is missing"),
        ("[work]\npay = { dist = 'exponential', mean = '0 s' }", "work.pay.mean", "longer than nothing"),
        ("[work]\npay = { dist = 'uniform', low = '3 s', high = '2 s' }", "work.pay.low", "low is above high"),
        ("[buyer]\nchases_most = 5", "buyer.chases_most", "at most 4"),
        ("[clocks]\npreset = 'taobao'", "clocks.preset", "Did you mean taobao"),
        ("[clocks]\npreset = '../clocks/none'", "clocks.preset", "no such preset of the platform's clocks"),
        ("[costs]\npreset = 'aparel'", "costs.preset", "Did you mean apparel"),
        ("[costs]\npreset = '../costs/apparel'", "costs.preset", "no such preset of costs"),
        ("[costs]\npreset = 5", "costs.preset", "no such preset of costs"),
        ("[standards]\nfirst_response = { value = '1 h', source = 'x', grade = 'B' }", "standards.first_response.grade", "A, H, M, L, P"),
        ("[standards]\nfirst_response = { value = '1 h', source = 'x' }", "standards.first_response.grade", "is missing"),
        ("[standards]\nfirst_response = { value = ['1 h'], source = 'x', grade = 'A' }", "standards.first_response.value", "plain value"),
        ("[standards]\nfirst_response = { value = 30, source = 'x', grade = 'A' }", "standards.first_response", "bare number"),
        ("[standards]\ngrade = 'A'", "standards.source", "is missing"),
        ("[standards.first_response]\nvalue = '1 h'\nsuorce = 'x'\ngrade='A'", "standards.first_response.suorce", "Did you mean source"),
    ],
)
def test_a_wrong_value_is_told_with_its_field(refused: Refused, overlay: str, field: str, says: str) -> None:
    problems = {each.field: str(each) for each in all_of(refused(overlay))}
    assert says in problems[field]
    assert ":" in problems[field].split("overlay.toml")[1][:1]


def test_a_title_that_is_no_text_is_refused(small: Path) -> None:
    for title in ("5", "{ zh = '小' }", "{ zh = '小', en = 'small', de = 'klein' }"):
        small.write_text(SMALL.replace('"Small"', title), "utf-8")
        with pytest.raises(BadInput, match=r"small.toml:2: title"):
            load_scenario(small)


@pytest.mark.parametrize("key", [line.split(" ")[0] for line in SMALL.split("[chances]")[1].splitlines() if "=" in line])
def test_an_absent_key_is_told_with_the_line_of_its_table(small: Path, key: str) -> None:
    text = "\n".join(line for line in SMALL.splitlines() if not line.startswith(f"{key} "))
    small.write_text(text, "utf-8")
    with pytest.raises(BadInput, match="is missing") as caught:
        load_scenario(small)
    assert caught.value.field is not None
    assert caught.value.field.endswith(f".{key}")
    assert caught.value.line is not None
    assert text.splitlines()[caught.value.line - 1] == f"[{caught.value.field.split('.')[0]}]"


def test_all_problems_of_a_file_are_told_together_in_the_order_of_its_lines(refused: Refused) -> None:
    error = refused("[policy]\nrefresh = 5\nlin_order = 'x'\n[costs]\ncoupon = 'x'\n[calendar]\ndays = -1\n")
    assert isinstance(error, BadInputs)
    assert [each.line for each in error] == [2, 3, 5, 7]
    assert len(str(error).splitlines()) == 4


# -- staff


def test_overlapping_breaks_are_refused(refused: Refused) -> None:
    error = refused(f"[{SHIFTS}.day]\nbreaks = [\n{{ at = '12:00', length = '1 h' }},\n{{ at = '12:30', length = '1 h' }} ]\n")
    assert (error.field, error.line) == (f"{SHIFTS}.day.breaks.1.at", 4)
    assert "12:00" in str(error)


def test_breaks_that_meet_are_no_overlap(small: Path) -> None:
    pauses = [{"at": "12:30", "length": "1 h"}, {"at": "12:00", "length": "30 min"}]
    load_scenario(small, [{"pools": {"agents": {"groups": {"regular": {"shifts": {"day": {"breaks": pauses}}}}}}}])


@pytest.mark.parametrize(("shift", "at"), [("day", "16:00"), ("day", "07:59"), ("night", "06:00"), ("night", "12:00"), ("night", "21:59")])
def test_a_break_outside_its_shift_is_refused(refused: Refused, shift: str, at: str) -> None:
    error = refused(f"[{SHIFTS}.{shift}]\nbreaks = [{{ at = '{at}', length = '10 min' }}]\n")
    assert "outside its shift" in str(error)
    assert error.value == at


@pytest.mark.parametrize("at", ["22:00", "23:00", "00:00", "05:59"])
def test_a_night_shift_may_break_on_either_side_of_midnight(small: Path, at: str) -> None:
    pauses = [{"at": at, "length": "10 min"}]
    load_scenario(small, [{"pools": {"agents": {"groups": {"regular": {"shifts": {"night": {"breaks": pauses}}}}}}}])


def test_the_same_shift_twice_is_refused(refused: Refused) -> None:
    error = refused(f"[{SHIFTS}.again]\nfrom = '08:00'\nto = '16:00'\ncount = 3\n")
    assert error.field == f"{SHIFTS}.again"
    assert error.line == 1


def test_overlapping_shifts_are_people_side_by_side_unless_the_group_is_exclusive(small: Path, refused: Refused) -> None:
    middle = f"[{SHIFTS}.middle]\nfrom = '12:00'\nto = '20:00'\ncount = 3\n"
    laid = small.with_name("middle.toml")
    laid.write_text(middle, "utf-8")
    load_scenario(small, [laid])
    error = refused("[pools.agents.groups.regular]\nexclusive = true\n" + middle)
    assert 'overlaps with "day"' in str(error)


@pytest.mark.parametrize(
    ("hours", "days", "overlaps"),
    [
        (("06:00", "08:00"), ["mon"], False),
        (("05:00", "08:00"), ["mon"], True),
        (("16:00", "22:00"), ["sun"], False),
        (("16:00", "22:01"), ["sun"], True),
        (("20:00", "23:00"), ["sun"], True),
    ],
)
def test_overlap_is_seen_across_midnight_and_the_week_s_end(small: Path, hours: tuple[str, str], days: list[str], overlaps: bool) -> None:
    shifts = {"night": {"days": ["sun"]}, "day": {"count": 0}, "x": {"from": hours[0], "to": hours[1], "count": 1, "days": days}}
    overlay = {"pools": {"agents": {"groups": {"regular": {"exclusive": True, "shifts": shifts}}}}}
    if overlaps:
        with pytest.raises(BadInput, match="overlaps"):
            load_scenario(small, [overlay])
    else:
        load_scenario(small, [overlay])


def test_a_pool_without_staff_is_refused_by_name(refused: Refused) -> None:
    error = refused("[pools.supervisors.groups.regular.shifts.day]\ncount = 0\n")
    assert (error.field, error.line) == ("pools.supervisors", 1)
    assert '"supervisors"' in str(error)


def test_a_pool_left_out_or_misnamed_is_refused(small: Path, refused: Refused) -> None:
    assert "Did you mean agents" in str(refused("[pools.agnts]\nshift_end = 'finish'\ngroups = {}\n"))
    at, to = SMALL.index("[pools.carriers]"), SMALL.index("[policy]")
    small.write_text(SMALL[:at] + SMALL[to:], "utf-8")
    with pytest.raises(BadInput, match='the pool "carriers" is missing'):
        load_scenario(small)


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ("days = []", "names no day"),
        ("days = ['mon', 'mon']", "twice"),
        ("days = ['monday']", "Did you mean mon"),
        ("days = 'mon'", "not a list"),
        ("from = '24:00'", "cannot begin at 24:00"),
        ("to = '25:00'", "not a time of day"),
        ("to = 16", "not a time of day"),
        ("count = -1", "0 or more"),
        ("count = 2.5", "whole number"),
        ("count = true", "whole number"),
        ("count = 999999999", "at most 10000"),
        ("breaks = [{ at = '12:00' }]", "is missing"),
        ("breaks = [{ at = '12:00', length = '0 min' }]", "longer than nothing"),
        ("breaks = ['12:00']", "not a table"),
    ],
)
def test_a_wrong_shift_is_refused(refused: Refused, overlay: str, says: str) -> None:
    assert says in str(refused(f"[{SHIFTS}.day]\n{overlay}\n"))


def test_more_than_twelve_groups_are_refused(refused: Refused) -> None:
    groups = "\n".join(f"[pools.agents.groups.g{number}]\ncost_per_hour = '1 yuan'" for number in range(8))
    assert "at most 12 groups" in str(refused(groups))


def test_finish_within_needs_its_cap(refused: Refused) -> None:
    assert refused("[pools.warehouse]\nshift_end = 'finish_within'\n").field == "pools.warehouse.cap"


@pytest.mark.parametrize("name", ["a b", "a.b", "a/b", ""])
def test_a_name_that_would_not_fit_into_an_address_is_refused(refused: Refused, name: str) -> None:
    assert "not a usable name" in str(refused({"pools": {"agents": {"groups": {name: {"cost_per_hour": "1 yuan"}}}}}))


# -- files


def test_a_syntax_error_is_told_with_its_line(refused: Refused) -> None:
    error = refused("[calendar]\ndays = 3\nstart = \n")
    assert (error.line, error.value) == (3, "start =")
    assert "not valid TOML" in str(error)


@pytest.mark.parametrize(
    "text", ["a = 1\na = 2", "[a", "a = 2025-13-01", "= 3", 'a = "x', "a = [1,", "a = 9" + "9" * 5000, "a = " + "[" * 5000, "\x00"]
)
def test_no_broken_toml_makes_a_traceback(refused: Refused, text: str) -> None:
    assert refused(text).file is not None


def test_another_encoding_is_told_with_its_line(small: Path) -> None:
    for encoding in ("gb18030", "utf-16"):
        small.write_bytes('[calendar]\n# 开始\nstart = "2025"'.encode(encoding))
        with pytest.raises(BadInput, match="UTF-8") as caught:
            load_scenario(small)
        assert caught.value.line == (2 if encoding == "gb18030" else 1)


def test_a_byte_order_mark_does_no_harm(small: Path) -> None:
    small.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load_scenario(small).calendar.days == 2


def test_files_that_extend_each_other_in_a_circle_are_named(write: Write) -> None:
    first = write("first.toml", 'extends = "second.toml"\n')
    write("second.toml", '# here\nextends = "third.toml"\n')
    write("third.toml", '\n\nextends = "./first.toml"\n')
    with pytest.raises(BadInput, match="circle") as caught:
        load_scenario(first)
    assert "first.toml → second.toml → third.toml → first.toml" in str(caught.value)
    assert caught.value.line == 3
    with pytest.raises(BadInput, match="circle"):
        load_scenario(write("self.toml", 'extends = "self.toml"'))


def test_a_missing_file_is_told_with_the_nearest_one(small: Path) -> None:
    with pytest.raises(BadInput, match="no such file") as caught:
        load_scenario(small.with_name("smal.toml"))
    assert caught.value.nearest == "small.toml"


def test_a_missing_base_is_told_where_it_is_named(refused: Refused) -> None:
    error = refused('# x\nextends = "smal.toml"\n')
    assert (error.field, error.line, error.value, error.nearest) == ("extends", 2, "smal.toml", "small.toml")


def test_a_folder_or_an_impossible_name_is_no_scenario(small: Path) -> None:
    for path in (small.parent, small / "x", Path("a\0b"), small.with_name("x" * 5000)):
        with pytest.raises(BadInput):
            load_scenario(path)


def test_a_base_that_is_no_name_is_refused(refused: Refused) -> None:
    assert refused("extends = 5").field == "extends"
    assert refused("extends = '.'").field == "extends"


def test_a_missing_history_is_told_where_it_is_named(small: Path) -> None:
    small.with_name("small.csv").unlink()
    scenario = load_scenario(small)
    with pytest.raises(BadInput, match="no such file") as caught:
        scenario_hash(scenario)
    assert caught.value.field == "demand.history"
    assert caught.value.line == SMALL.splitlines().index('history = "small.csv"') + 1


def test_a_preset_s_own_fault_is_told_in_the_preset(small: Path, write: Write) -> None:
    preset = write("clocks/own.toml", 'seller_unshipped = "x"\n')
    with pytest.raises(BadInputs) as caught:
        load_scenario(small, [{"clocks": {"preset": "own"}}])
    assert (str(preset), 1, "clocks.seller_unshipped") in {(each.file, each.line, each.field) for each in caught.value}


def test_a_preset_of_costs_tells_its_own_fault_too(small: Path, write: Write) -> None:
    preset = write("costs/mine.toml", 'extends = "base.toml"\ncoupon = "5 yuan"\n')
    base = write("costs/base.toml", '\n\ncoupn = "5 yuan"\n')
    with pytest.raises(BadInput) as caught:
        load_scenario(small, [{"costs": {"preset": "mine"}}])
    problems = {each.field: each for each in all_of(caught.value)}
    assert (problems["costs.coupn"].file, problems["costs.coupn"].line, problems["costs.coupn"].nearest) == (str(base), 3, "coupon")
    preset.write_text('extends = "bse.toml"\n', "utf-8")
    with pytest.raises(BadInput, match="no such file") as caught:
        load_scenario(small, [{"costs": {"preset": "mine"}}])
    assert (caught.value.field, caught.value.file, caught.value.nearest) == ("extends", str(preset), "base.toml")


def test_presets_that_go_round_in_a_circle_are_named(small: Path, write: Write) -> None:
    write("costs/one.toml", 'extends = "two.toml"\n')
    write("costs/two.toml", 'extends = "one.toml"\n')
    write("clocks/round.toml", '[clocks]\npreset = "round"\n')
    write("clocks/clocks/round.toml", '[clocks]\npreset = "round"\n')
    for overlay in ({"costs": {"preset": "one"}}, {"clocks": {"preset": "round"}}):
        with pytest.raises(BadInput, match="circle"):
            load_scenario(small, [overlay])


def test_a_heading_that_is_no_text_is_refused(write: Write) -> None:
    with pytest.raises(BadInput, match="title"):
        overlay_heading(write("o.toml", "title = 5\n"))


def test_an_overlay_from_memory_is_held_to_the_same_rules(refused: Refused) -> None:
    error = refused({"standards": {"first_response": 30}})
    assert (error.file, error.field) == ("<overlay 1>", "standards.first_response")


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(), st.times()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["value", "source", "grade", "dist", "mean", "preset", "zh", "x", ""]), inner, max_size=3),
    ),
    max_leaves=5,
)
TABLES = [
    "name",
    "title",
    "extends",
    "calendar",
    "demand",
    "pools",
    "policy",
    "standards",
    "clocks",
    "buyer",
    "work",
    "spans",
    "chances",
    "costs",
]
INNER = [
    "start",
    "zone",
    "history",
    "shares",
    "agents",
    "batch",
    "line_order",
    "first_response",
    "preset",
    "pay",
    "search",
    "transit",
    "coupon",
    "value",
    "stated",
    "cells",
    "split",
    "instant",
    "forced",
    "wrong_path",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(
    st.dictionaries(st.sampled_from(TABLES), st.one_of(ANYTHING, st.dictionaries(st.sampled_from(INNER), ANYTHING, max_size=3)), max_size=3)
)
def test_no_overlay_whatever_makes_a_traceback(small: Path, overlay: dict[str, Any]) -> None:
    told = "nothing to tell"
    try:
        load_scenario(small, [overlay])
    except BadInput as error:
        told = str(error)
    assert told


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=200)
@given(
    st.sampled_from(("confusion", "paths", "errors", "shifts", "seats")),
    st.one_of(ANYTHING, st.lists(st.one_of(st.integers(-1, 5), st.lists(st.sampled_from([0, 0.5, 1, "x"]), max_size=5)), max_size=5)),
)
def test_nothing_in_a_group_whatever_makes_a_traceback(small: Path, key: str, value: Any) -> None:
    told = "nothing to tell"
    try:
        load_scenario(small, [{"pools": {"agents": {"groups": {"regular": {key: value}}}}}])
    except BadInput as error:
        told = str(error)
    assert told
