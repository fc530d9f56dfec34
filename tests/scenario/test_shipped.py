"""The scenarios, presets and policies that come with the project."""

from pathlib import Path

import pytest

from sim.scenario import Scenario, load_scenario, overlay_heading, roster, scenario_hash
from sim.shipped import scenarios_folder

FOLDER = scenarios_folder()
BUSY_WEEK = FOLDER / "busy-week.toml"
POLICIES = ("erp-cut", "no-erp-cut", "batch-off", "authority-200", "refund-on-signing", "refund-after-inspection")
POLICIES += ("recall-refund-on-promise", "recall-refund-on-return", "earliest-deadline", "double-night-shift")
CHINESE = range(0x4E00, 0xA000)


@pytest.fixture(scope="module")
def busy_week() -> Scenario:
    return load_scenario(BUSY_WEEK)


def policy(name: str) -> Path:
    return FOLDER / "policies" / f"{name}.toml"


def test_the_busy_week_begins_on_the_monday_of_double_11(busy_week: Scenario) -> None:
    assert (busy_week.calendar.start.isoformat(), busy_week.calendar.start.weekday(), busy_week.calendar.days) == ("2025-11-10", 0, 7)
    assert len(scenario_hash(busy_week)) == 64


def test_somebody_is_at_the_desk_at_every_hour_of_the_busy_week(busy_week: Scenario) -> None:
    table = roster(busy_week, 0, 6)
    agents = table.shifts[table.pool[table.shifts["slot"]] == 0]
    for second in range(0, 7 * 86400, 900):
        assert ((agents["begin"] <= second) & (second < agents["end"])).any()


def test_every_figure_of_the_busy_week_has_a_source_and_a_grade(busy_week: Scenario) -> None:
    settings = {"calendar", "demand", "pools", "policy"}  # what the shop decides is no estimate, but what these contain may be
    leaves = leaf_paths(busy_week.model_dump(by_alias=True, exclude={"figures", "name", "title", "about"}))
    unsourced = {path for path in leaves if path not in busy_week.figures and path.split(".")[0] not in settings}
    unsourced -= {path for path in leaves if path.endswith(".dist") or path in ("clocks.preset", "clocks.ship_click")}
    assert unsourced == {"spans.lost_after.value"}  # its figure stands for the whole of a fixed span:
    assert busy_week.figures["spans.lost_after"].grade == "A"
    for path in ("policy.erp_cut.success", "policy.batch.cases", "pools.agents.groups.regular.slip", "demand.shares.path_1"):
        assert path in busy_week.figures


def leaf_paths(value: object, path: str = "") -> set[str]:
    if isinstance(value, dict):
        return {each for key, inner in value.items() for each in leaf_paths(inner, f"{path}.{key}" if path else str(key))}
    return {path}


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_lies_over_the_busy_week_and_has_its_title_in_both_languages(busy_week: Scenario, name: str) -> None:
    laid = load_scenario(BUSY_WEEK, [policy(name)])
    if name != "recall-refund-on-return":  # what the busy week does already
        assert scenario_hash(laid) != scenario_hash(busy_week)
    heading = overlay_heading(policy(name))
    assert any(ord(sign) in CHINESE for sign in heading.title.zh)
    assert heading.title.en.isascii()


def test_policies_do_what_their_names_say(busy_week: Scenario) -> None:
    def laid(name: str) -> Scenario:
        return load_scenario(BUSY_WEEK, [policy(name)])

    night = busy_week.pools["agents"].groups["regular"].shifts["night"]
    assert laid("double-night-shift").pools["agents"].groups["regular"].shifts["night"].count == 2 * night.count
    assert laid("authority-200").pools["agents"].groups["regular"].authority == 20_000
    assert not laid("batch-off").policy.batch.on
    assert not laid("no-erp-cut").policy.erp_cut.on
    assert laid("erp-cut").policy.erp_cut.success > busy_week.policy.erp_cut.success
    assert laid("refund-on-signing").policy.returns.refund_on == "signing"
    assert laid("refund-after-inspection").policy.returns.refund_on == "inspection"
    assert laid("recall-refund-on-promise").policy.recall.refund_on == "promise"
    assert laid("recall-refund-on-return").policy.recall.refund_on == "return"
    assert laid("earliest-deadline").policy.line_order == "earliest_deadline"


HOUR, DAY = 3600, 86400


@pytest.mark.parametrize(
    ("preset", "clocks"),
    [
        ("taobao-recent", (24 * HOUR, 36 * HOUR, 5 * DAY, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("taobao-older", (48 * HOUR, 5 * DAY, 5 * DAY, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("wechat-shop", (48 * HOUR, 48 * HOUR, 48 * HOUR, 7 * DAY, 10 * DAY, 7 * DAY)),
        ("pinduoduo", (48 * HOUR, 48 * HOUR, 48 * HOUR, 7 * DAY, 10 * DAY, 5 * DAY)),
        ("none", (None,) * 6),
    ],
)
def test_the_platforms_clocks_are_those_of_the_field(preset: str, clocks: tuple[int | None, ...]) -> None:
    found = load_scenario(BUSY_WEEK, [{"clocks": {"preset": preset}}]).clocks
    shown = (found.seller_unshipped, found.seller_shipped, found.seller_return_request)
    assert (*shown, found.buyer_sends_back, found.seller_confirms_return, found.after_refusal) == clocks
    assert overlay_heading(FOLDER / "clocks" / f"{preset}.toml").title.zh
