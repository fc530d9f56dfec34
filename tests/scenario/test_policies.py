"""The levers that come with the project: one overlay each, laid over every scenario, with its benefit and its price. What each does to
the figures stands in tests/study/test_levers."""

from itertools import permutations
from pathlib import Path

import pytest

from sim.desk.procedure import PROCEDURE
from sim.measure.invariants import check
from sim.scenario import Group, Scenario, load_scenario, overlay_heading, scenario_hash
from sim.shipped import scenarios_folder
from sim.study.block import one_run

FOLDER = scenarios_folder()
SCENARIOS = sorted(path.stem for path in FOLDER.glob("*.toml"))
DOUBLE_11 = ("double11-2019", "double11-2022")
POLICIES = sorted(path.stem for path in (FOLDER / "policies").glob("*.toml"))
CHINESE = range(0x4E00, 0xA000)
HOUR, DAY = 3600, 86400

AS_THE_ARTICLE = {"carrier-agreement", "recall-refund-on-promise", "carrier-bears-losses", "named-contacts", "chase-tracking-numbers"}

RESTATES = {
    "busy-week": {  # cautious with the carrier's promise, and chases nobody
        "recall-refund-on-return",
        "no-number-chasing",
        "carrier-bears-losses",
        "named-contacts",
    },
    "everyday-apparel": AS_THE_ARTICLE | {"no-temporary-staff"},
    "livestream": AS_THE_ARTICLE | {"no-temporary-staff"},
    "standard-goods": AS_THE_ARTICLE | {"no-temporary-staff"},
    "618": AS_THE_ARTICLE,
    "double11-2019": AS_THE_ARTICLE | {"no-instant-refunds"},  # there were hardly any
    "double11-2022": AS_THE_ARTICLE,
    "carrier-pilot": {  # the shop without an agreement, on the clocks of 2016
        "fewer-agents",  # its counts are the pilot's own
        "no-carrier-agreement",
        "recall-refund-on-return",
        "shop-bears-losses",
        "named-contacts",
        "no-number-chasing",
        "no-temporary-staff",
        "no-instant-refunds",
    },
}
"""What a scenario does already: there the overlay changes nothing, and its opposite is what one compares with."""


@pytest.fixture(scope="module")
def bases() -> dict[str, Scenario]:
    return {name: load_scenario(FOLDER / f"{name}.toml") for name in SCENARIOS}


def file(name: str) -> Path:
    return FOLDER / "policies" / f"{name}.toml"


def laid(name: str, over: str = "busy-week") -> Scenario:
    return load_scenario(FOLDER / f"{over}.toml", [file(name)])


@pytest.mark.parametrize("base", SCENARIOS)
@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_lies_over_every_scenario_and_changes_what_happens(bases: dict[str, Scenario], name: str, base: str) -> None:
    same = scenario_hash(laid(name, base)) == scenario_hash(bases[base])
    assert same == (name in RESTATES[base])


def test_no_policy_restates_what_all_scenarios_do() -> None:
    assert set.intersection(*(names - {"named-contacts"} for names in RESTATES.values())) == set()
    assert set().union(*RESTATES.values()) <= set(POLICIES)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_has_its_title_benefit_and_price_in_both_languages(name: str) -> None:
    heading = overlay_heading(file(name))
    assert heading.about is not None
    for text in (heading.title, heading.about):
        assert any(ord(sign) in CHINESE for sign in text.zh)
        assert text.en.isascii()
        assert not any(ord(sign) in CHINESE for sign in text.en)
    comments = [line for line in file(name).read_text("utf-8").splitlines() if line.startswith("#")]
    [zh] = [line for line in comments if line.startswith("# 好处：")]
    [en] = [line for line in comments if line.startswith("# Benefit: ")]
    assert len(zh.split("代价：")[1]) > 4
    assert len(en.split("Price: ")[1]) > 8


def test_titles_are_told_apart() -> None:
    headings = [overlay_heading(file(name)) for name in POLICIES]
    for language in ("zh", "en"):
        assert len({getattr(heading.title, language) for heading in headings}) == len(POLICIES)


def test_staff_policies_do_what_their_names_say(bases: dict[str, Scenario]) -> None:
    """Counts are written for the ordinary fortnight's staff; elsewhere a shop puts its own."""
    base = "everyday-apparel"
    regular = bases[base].pools["agents"].groups["regular"]

    def hours(scenario: Scenario, pool: str) -> float:
        groups = scenario.pools[pool].groups.values() if pool in scenario.pools else ()
        return sum(shift.count * shift.length * len(shift.days) / HOUR for group in groups for shift in group.shifts.values())

    before = {pool: hours(bases[base], pool) for pool in ("agents", "warehouse", "inspection", "supervisors")}
    nights = regular.shifts["night"].count * 7 * 8
    assert hours(laid("more-agents", base), "agents") > before["agents"] > hours(laid("fewer-agents", base), "agents")
    assert hours(laid("more-warehouse-staff", base), "warehouse") > before["warehouse"]
    assert before["warehouse"] > hours(laid("fewer-warehouse-staff", base), "warehouse")
    assert hours(laid("more-inspectors", base), "inspection") > before["inspection"]
    assert before["inspection"] > hours(laid("inspection-outside", base), "inspection")
    assert hours(laid("more-supervisors", base), "supervisors") > before["supervisors"]
    assert hours(laid("supervisors-at-fixed-times", base), "supervisors") == before["supervisors"] / 8
    assert hours(laid("fixed-people-fixed-times", base), "agents") == before["agents"] * 3 / 4
    split = laid("after-sales-desk", base)
    assert hours(split, "agents") + hours(split, "after_sales") == before["agents"]
    for name in ("dedicated-agents", "staggered-breaks", "longer-breaks", "outsourced-nights"):
        assert hours(laid(name, base), "agents") == before["agents"]
    assert hours(laid("closed-at-night", base), "agents") == before["agents"] - nights
    assert hours(laid("double-night-shift", base), "agents") == before["agents"] + nights


def test_breaks_are_staggered_or_longer() -> None:
    shifts = laid("staggered-breaks").pools["agents"].groups["regular"].shifts
    assert len({shift.breaks[0].at for shift in shifts.values()}) == len(shifts)
    longer = laid("longer-breaks").pools["agents"].groups["regular"].shifts
    assert {shift.breaks[0].length for shift in longer.values()} == {HOUR}
    assert laid("longer-breaks").pools["agents"].groups["regular"].slip < laid("more-agents").pools["agents"].groups["regular"].slip


def test_policies_about_people_do_what_their_names_say() -> None:
    def regular(name: str) -> Group:
        return laid(name).pools["agents"].groups["regular"]

    assert [regular(name).seats for name in ("one-chat", "three-chats")] == [1, 3]
    assert [regular(f"authority-{yuan}").authority for yuan in (0, 200)] == [0, 20_000]
    assert laid("finish-at-shift-end").pools["agents"].shift_end == "finish"
    assert laid("hand-back-at-shift-end").pools["agents"].shift_end == "hand_back"
    assert laid("more-temporary-staff").pools["agents"].groups["temporary"].shifts["peak"].count == 6
    assert laid("no-temporary-staff").pools["agents"].groups["temporary"].shifts["peak"].count == 0
    assert laid("standards-on-staffed-hours").standards.count == "staffed"


def test_training_halves_slips_and_errors(bases: dict[str, Scenario]) -> None:
    trained = laid("accurate-staff").pools["agents"].groups
    for name, group in bases["busy-week"].pools["agents"].groups.items():
        assert trained[name].slip == group.slip / 2
        assert trained[name].errors.model_dump() == {act: share / 2 for act, share in group.errors.model_dump().items()}
        assert trained[name].cost_per_hour > group.cost_per_hour


def test_policies_about_lines_and_machines_do_what_their_names_say(bases: dict[str, Scenario]) -> None:
    busy_week = bases["busy-week"]
    for name in ("earliest-deadline", "by-path", "online-first"):
        assert laid(name).policy.line_order == name.replace("-", "_")
    assert laid("refresh-every-20-min").policy.refresh == 1200
    assert laid("more-instant-refunds").clocks.instant.path_1 > busy_week.clocks.instant.path_1
    assert set(laid("no-instant-refunds").clocks.instant.model_dump().values()) == {0}
    assert laid("forced-refund-only").clocks.forced > 0
    assert not laid("batch-off").policy.batch.on
    assert (laid("batch-taobao-limits").policy.batch.cases, laid("batch-taobao-limits").policy.batch.amount) == (20, 600_000)
    assert not laid("batch-unscreened").policy.batch.screened
    assert not laid("no-erp-cut").policy.erp_cut.on
    assert laid("erp-cut").policy.erp_cut.success > busy_week.policy.erp_cut.success
    assert laid("erp-cut").policy.erp_cut.fee > busy_week.policy.erp_cut.fee


def test_policies_about_handoffs_do_what_their_names_say() -> None:
    assert not laid("supervisors-at-fixed-times").policy.approval.delegated
    for hours in (4, 12):
        standards = laid(f"supervisor-standard-{hours}h").standards
        assert (standards.agent_supervisor, standards.agent_supervisor_amount) == (hours * HOUR, hours * HOUR)
        assert laid(f"supervisor-standard-{hours}h").policy.approval.give_up == 2 * hours * HOUR
    assert laid("recall-refund-on-promise").policy.recall.refund_on == "promise"
    assert laid("recall-refund-on-return").policy.recall.refund_on == "return"
    for days in (3, 7):
        assert laid(f"lost-after-{days}-days").policy.recall.lost_after == days * DAY
    for bearer in ("shop", "carrier"):
        assert laid(f"{bearer}-bears-losses").policy.recall.loss_borne_by == bearer
    agreed, alone = (laid(name, "carrier-pilot").policy.recall for name in ("carrier-agreement", "no-carrier-agreement"))
    assert (agreed.agreement, agreed.refund_on, alone.agreement, alone.refund_on) == (True, "promise", False, "return")
    nobody, both = (laid(name).policy.named_contact for name in ("no-named-contacts", "named-contacts"))
    assert not nobody.carrier
    assert not nobody.warehouse
    assert both.carrier
    assert both.warehouse
    assert nobody.lost > 0


def test_policies_about_returns_do_what_their_names_say(bases: dict[str, Scenario]) -> None:
    assert laid("refund-on-signing").policy.returns.refund_on == "signing"
    assert laid("refund-at-the-door").policy.returns.door_threshold > bases["busy-week"].policy.returns.door_threshold
    assert laid("refund-after-inspection").policy.returns.refund_on == "inspection"
    outside = laid("inspection-outside")
    assert outside.policy.inspection.outside
    assert outside.policy.inspection.fee > 0
    assert not laid("no-coupon").policy.coupon.on
    assert laid("freight-insurance").policy.freight.insurance
    assert laid("freight-paid-by-buyer").policy.freight.paid_by == "buyer"
    assert laid("chase-tracking-numbers").policy.numbers.chase_every == DAY
    assert laid("no-number-chasing", "everyday-apparel").policy.numbers.chase_every is None


def test_an_agreement_and_its_absence_undo_each_other(bases: dict[str, Scenario]) -> None:
    there_and_back = load_scenario(FOLDER / "carrier-pilot.toml", [file("carrier-agreement"), file("no-carrier-agreement")])
    assert scenario_hash(there_and_back) == scenario_hash(bases["carrier-pilot"])


def test_levers_can_be_laid_over_one_another() -> None:
    for one, other in permutations(("after-sales-desk", "inspection-outside", "dedicated-agents"), 2):
        load_scenario(FOLDER / "everyday-apparel.toml", [file(one), file(other), file("authority-200"), file("one-chat")])


# ---------------------------------------------------------------- on the sales
OFTEN = ("batch-off", "by-path", "earliest-deadline", "forced-refund-only", "fewer-agents", "more-temporary-staff")
"""Overlays that are run whenever tests are: another line, another batch, other machines, other people."""


def assert_runs(overlay: str | None, base: str) -> None:
    """A whole sale under an overlay: all that was filed is in the figures, and nothing is broken."""
    scenario = load_scenario(FOLDER / f"{base}.toml", [file(overlay)] if overlay else [])
    run = one_run(scenario, 1, 0)
    assert check(run.log, run.workload, run.floor, PROCEDURE) == []
    assert run.summary.kpis["first_response_within_30min"].value is not None
    assert run.summary.to_json()["refunds"] > 10_000


@pytest.mark.parametrize("base", DOUBLE_11)
@pytest.mark.parametrize("overlay", [None, *OFTEN], ids=lambda name: name or "as it is")
def test_double_11_runs_under_a_policy(overlay: str | None, base: str) -> None:
    assert_runs(overlay, base)


@pytest.mark.proof
@pytest.mark.parametrize("base", DOUBLE_11)
@pytest.mark.parametrize("overlay", [name for name in POLICIES if name not in OFTEN])
def test_double_11_runs_under_every_policy(overlay: str, base: str) -> None:
    assert_runs(overlay, base)


@pytest.mark.proof
@pytest.mark.parametrize("overlay", [None, *POLICIES], ids=lambda name: name or "as it is")
def test_the_other_sale_runs_under_every_policy(overlay: str | None) -> None:
    assert_runs(overlay, "618")
