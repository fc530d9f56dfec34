"""Every lever has a benefit and a price: on the same refunds one figure gets better and another worse, seed by seed.

`python -m tests.study.test_levers` prints the table: where each overlay is tried, and its figures before → after.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from sim.demand.replay import draw_workload
from sim.measure.address import parse_address
from sim.measure.figures import metrics
from sim.measure.summary import RunSummary
from sim.scenario import Scenario, load_scenario
from sim.shipped import scenarios_folder
from sim.study.block import one_run

FOLDER = scenarios_folder()
OVERLAYS = sorted(path.stem for path in (FOLDER / "policies").glob("*.toml"))
SEEDS = (1, 2, 3)
NOTICED = 0.005
"""Share of a figure by which it must change at least, summed over the seeds: less no manager would notice."""

SCARCE_SUPERVISOR = {"shifts": {"day": {"from": "10:00", "to": "10:30", "count": 1, "breaks": []}, "evening": {"count": 0}}}
PLAIN_CANCELLATIONS = {
    "demand": {"orders": {"lines": [1.0]}},
    "shipping": {"clicked_late": 0.0},
    "asks": {"regret": {"share": 0.4, "still": 0.05}, "refund_only": {"share": 0.008}, "return_goods": {"share": 0.008}},
}
SILENT_PARCELS = {"shipping": {"silent": 0.05}, "asks": {"regret": {"still": 0.0}, "refused": 0.0, "disputed": {"share": 0.0}}}

SHORT = {"calendar": {"warmup_days": 14, "drain_days": 16}}
"""Days enough before and after the reported ones for all claims: below all situations, so that many fit into a test run."""

SITUATIONS: dict[str, tuple[str, tuple[str | dict[str, Any], ...]]] = {
    "everyday": ("everyday-apparel", ()),
    "all days alike": ("everyday-apparel", ({"demand": {"orders": {"burst": 1.0}}},)),
    "a tenth fewer requests": ("everyday-apparel", ({"demand": {"scale": 0.9}},)),
    "a quarter fewer requests": ("everyday-apparel", ({"demand": {"scale": 0.75}},)),
    # Too many for the desk, and not for so long that nothing moves any more.
    "a fifth more requests": ("everyday-apparel", ({"demand": {"scale": 1.2}},)),
    "twice the requests": ("everyday-apparel", ({"demand": {"scale": 2.0}, "calendar": {"warmup_days": 7}},)),
    "Double 11": ("double11-2019", ()),
    "a later Double 11, claims that the form does not tell": ("double11-2022", ({"chances": {"unstated_claim": 0.06}},)),
    "busy week": ("busy-week", ()),
    "carrier pilot": ("carrier-pilot", ()),
    # Where the lever has something to move.
    "mostly plain cancellations": ("everyday-apparel", (PLAIN_CANCELLATIONS,)),
    "cancellations seen once an hour": (
        "everyday-apparel",
        (PLAIN_CANCELLATIONS, {"demand": {"scale": 2.0}}, {"policy": {"refresh": "1 h"}}),
    ),
    "silent parcels, clocks of five days": (
        "everyday-apparel",
        ("shop-bears-losses", SILENT_PARCELS, {"clocks": {"preset": "taobao-older"}}),
    ),
    "plenty of agents": ("everyday-apparel", ("more-agents",)),
    "nobody at night": ("everyday-apparel", ("more-agents", "closed-at-night")),
    "nobody at night, a fifth fewer requests": ("everyday-apparel", ("closed-at-night", {"demand": {"scale": 0.8}})),
    "nobody absent": ("everyday-apparel", ({"pools": {"agents": {"groups": {"regular": {"absence": 0.0}}}}},)),
    "supervisors decide everything, at fixed times": ("everyday-apparel", ("authority-0", "supervisors-at-fixed-times")),
    "a supervisor for half an hour a day": (
        "everyday-apparel",
        ("authority-0", {"pools": {"supervisors": {"groups": {"regular": SCARCE_SUPERVISOR}}}}),
    ),
    "the same, standard 4 h": (
        "everyday-apparel",
        ("authority-0", {"pools": {"supervisors": {"groups": {"regular": SCARCE_SUPERVISOR}}}}, "supervisor-standard-4h"),
    ),
    # The opposite of what the scenario does already.
    "losses are the shop's": ("everyday-apparel", ("shop-bears-losses",)),
    "losses are the shop's, refund on return": ("everyday-apparel", ("shop-bears-losses", "recall-refund-on-return")),
    "numbers not asked for": ("everyday-apparel", ("no-number-chasing",)),
    "nobody named": ("everyday-apparel", ("no-named-contacts",)),
    "inspection before the refund": ("everyday-apparel", ("refund-after-inspection",)),
    "refund on signing": ("everyday-apparel", ("refund-on-signing",)),
}
"""Where levers are tried: a scenario, and what is laid over it before the lever (overlays by name, or a few fields)."""

DIRECTIONS = {
    "mean_hours": "down",  # handoffs: until the answer
    "within_standard": "up",
    "busy": "down",  # pools: seat hours of work for the same refunds
    "withdrawn_rate": "down",  # where the policy is what makes buyers give up
}
"""Which way is better, of figures of which metrics.toml does not say it. All costs are better lower."""


@dataclass(frozen=True)
class Claim:
    """What an overlay does where it is tried. Figures are metric addresses, or places in the run's JSON document (costs.recall)."""

    where: str
    helps: tuple[str, ...]
    costs: tuple[str, ...] = ()
    unmoved: tuple[str, ...] = ()
    more_refunds: bool = False
    """The overlay brings refunds on top of those of the base."""


IN_TIME, RESPONSE, LABOUR, WORK = "first_response_within_30min", "first_response_minutes", "labour_cost", "pools.agents.hours.busy"

CLAIMS: dict[str, Claim] = {
    # -- people
    "more-agents": Claim("everyday", (IN_TIME, RESPONSE), (LABOUR, "total_cost")),
    "fewer-agents": Claim("everyday", (LABOUR,), (IN_TIME, "chase_count")),
    "double-night-shift": Claim("Double 11", (IN_TIME, RESPONSE), (LABOUR,)),
    "more-supervisors": Claim(
        "supervisors decide everything, at fixed times", ("handoffs.agent_supervisor.mean_hours", "completion_hours.path_3"), (LABOUR,)
    ),
    "more-warehouse-staff": Claim("everyday", ("handoffs.agent_warehouse.mean_hours", "completion_hours.path_1"), (LABOUR,)),
    "fewer-warehouse-staff": Claim("everyday", (LABOUR,), ("completion_hours.path_1", "double_loss_amount", "backlog")),
    "more-inspectors": Claim(
        "inspection before the refund", ("handoffs.warehouse_inspection.within_standard", "completion_hours.path_4"), (LABOUR,)
    ),
    "staggered-breaks": Claim("nobody absent", ("first_response_minutes.p90",), (LABOUR,)),
    "longer-breaks": Claim("all days alike", ("wrong_path_rate",), (IN_TIME, "first_response_minutes.p90")),
    "attendance-bonus": Claim("everyday", (RESPONSE,), (LABOUR,)),
    "accurate-staff": Claim("everyday", ("wrong_act_count", "rework_hours", "double_loss_amount"), (LABOUR,)),
    "finish-at-shift-end": Claim("everyday", (RESPONSE, WORK), ("overtime",)),
    "hand-back-at-shift-end": Claim("everyday", ("overtime",), (RESPONSE, WORK)),
    "closed-at-night": Claim("everyday", (LABOUR,), (IN_TIME, "backlog")),
    "standards-on-staffed-hours": Claim(
        "nobody at night",
        (IN_TIME, "handoff_within_standard"),
        unmoved=(RESPONSE, "first_response_minutes.p90", "chase_count", "total_cost"),
    ),
    "one-chat": Claim("plenty of agents", (WORK,), (IN_TIME, RESPONSE)),
    "three-chats": Claim("all days alike", (IN_TIME, RESPONSE), (WORK,)),
    "after-sales-desk": Claim(
        "a quarter fewer requests", (RESPONSE,), ("completion_hours.path_3", "completion_hours.path_4", "rework_hours")
    ),
    "dedicated-agents": Claim(
        "a fifth more requests",
        ("wrong_path_rate", "first_response_minutes.path_1", "first_response_minutes.path_2"),
        ("first_response_minutes.p90", "completion_hours.path_4"),
    ),
    "more-temporary-staff": Claim("everyday", (IN_TIME, RESPONSE), (LABOUR, "wrong_act_count", "wrong_path_rate")),
    "no-temporary-staff": Claim("busy week", (LABOUR, "wrong_path_rate"), (IN_TIME, RESPONSE)),
    "outsourced-nights": Claim("everyday", (LABOUR,), (IN_TIME, "wrong_act_count")),
    # -- the line
    "by-path": Claim(
        "nobody at night, a fifth fewer requests",
        ("double_loss_amount", "first_response_minutes.path_1"),
        ("first_response_minutes.path_4",),
    ),
    "earliest-deadline": Claim("twice the requests", (IN_TIME,), ("auto_refund_count", "double_loss_amount")),
    "online-first": Claim("twice the requests", (IN_TIME, RESPONSE), ("auto_refund_count", "enquiry_count")),
    "refresh-every-20-min": Claim("mostly plain cancellations", (WORK,), (IN_TIME, RESPONSE)),
    "fixed-people-fixed-times": Claim("everyday", (LABOUR,), (IN_TIME, RESPONSE)),
    # -- machines
    "more-instant-refunds": Claim("everyday", ("completion_hours.path_1", WORK), ("missed_compensation_count", "double_loss_amount")),
    "no-instant-refunds": Claim(
        "a tenth fewer requests", ("missed_compensation_count", "double_loss_amount"), ("completion_hours.path_1", WORK)
    ),
    "forced-refund-only": Claim("everyday", ("completion_hours.path_4", WORK), ("double_loss_amount", "intervention_rate")),
    "batch-off": Claim("a later Double 11, claims that the form does not tell", ("missed_compensation_count",), (IN_TIME, WORK)),
    "batch-taobao-limits": Claim("cancellations seen once an hour", ("completion_hours.path_1.p50",), (RESPONSE, "backlog")),
    "batch-unscreened": Claim("everyday", (RESPONSE, WORK), ("missed_compensation_count", "complaint_rate.path_1")),
    "erp-cut": Claim("everyday", ("completion_hours.path_1", "pools.warehouse.hours.busy"), ("costs.fees",)),
    "no-erp-cut": Claim("everyday", ("costs.fees",), ("double_loss_amount", "completion_hours.path_1")),
    # -- money and supervisors
    "authority-0": Claim("everyday", ("over_granted_amount",), ("completion_hours.path_3",)),
    "authority-200": Claim("everyday", ("completion_hours.path_3.p50",), ("over_granted_amount",)),
    "supervisor-standard-4h": Claim(
        "a supervisor for half an hour a day",
        ("completion_hours.path_3", "complaint_rate.path_3"),
        ("asked_again_count",),
    ),
    "supervisor-standard-12h": Claim(
        "the same, standard 4 h",
        ("asked_again_count",),
        ("completion_hours.path_3", "complaint_rate.path_3"),
    ),
    "supervisors-at-fixed-times": Claim("everyday", (LABOUR,), ("completion_hours.path_3", "handoff_within_standard.agent_supervisor")),
    # -- the carrier
    "carrier-agreement": Claim("carrier pilot", ("completion_hours.path_2", "double_loss_amount"), ("costs.recall",)),
    "no-carrier-agreement": Claim("everyday", ("costs.recall",), ("completion_hours.path_2", "double_loss_amount")),
    "recall-refund-on-promise": Claim("losses are the shop's, refund on return", ("completion_hours.path_2",), ("double_loss_amount",)),
    "recall-refund-on-return": Claim("losses are the shop's", ("double_loss_amount",), ("completion_hours.path_2", "auto_refund_count")),
    "lost-after-3-days": Claim("silent parcels, clocks of five days", ("completion_hours.path_2",), ("double_loss_amount",)),
    "lost-after-7-days": Claim("silent parcels, clocks of five days", ("double_loss_amount",), ("completion_hours.path_2",)),
    "carrier-bears-losses": Claim("losses are the shop's", ("double_loss_amount", "costs.reshipped"), ("costs.recall",)),
    "shop-bears-losses": Claim("everyday", ("costs.recall",), ("double_loss_amount", "costs.reshipped")),
    "named-contacts": Claim("nobody named", ("completion_hours", "asked_again_count"), ("costs.contacts",)),
    "no-named-contacts": Claim("everyday", ("costs.contacts",), ("completion_hours", "asked_again_count")),
    # -- returns
    "refund-on-signing": Claim(
        "inspection before the refund", ("completion_hours.path_4",), ("over_granted_amount", "double_loss_amount.path_4")
    ),
    "refund-at-the-door": Claim(
        "refund on signing",
        ("over_granted_amount", "double_loss_amount.path_4"),
        ("pools.warehouse.hours.busy", "handoffs.agent_warehouse.mean_hours"),
    ),
    "refund-after-inspection": Claim(
        "everyday", ("over_granted_amount", "double_loss_amount.path_4"), ("completion_hours.path_4", "backlog")
    ),
    "inspection-outside": Claim("everyday", (LABOUR, "backlog"), ("costs.fees", "handoffs.warehouse_inspection.mean_hours")),
    "no-coupon": Claim("everyday", ("costs.coupon", "total_cost"), ("completion_hours.path_4", "enquiry_count")),
    "chase-tracking-numbers": Claim("numbers not asked for", ("completion_hours.path_4",), (WORK, RESPONSE)),
    "no-number-chasing": Claim("everyday", (WORK, RESPONSE), ("completion_hours.path_4",)),
    "freight-insurance": Claim("everyday", ("costs.freight",), ("costs.premium", RESPONSE, WORK), more_refunds=True),
    "freight-paid-by-buyer": Claim("everyday", ("costs.freight",), ("withdrawn_rate.path_4", WORK)),
}
"""One claim for every overlay."""

LEVERS: dict[str, tuple[str, ...]] = {
    "staff per pool, group and shift": (
        "more-agents",
        "fewer-agents",
        "double-night-shift",
        "more-supervisors",
        "more-warehouse-staff",
        "fewer-warehouse-staff",
        "more-inspectors",
    ),
    "breaks": ("staggered-breaks", "longer-breaks"),
    "absence": ("attendance-bonus",),
    "overtime": ("finish-at-shift-end", "hand-back-at-shift-end"),
    "opening hours": ("closed-at-night",),
    "standards on calendar or staffed hours": ("standards-on-staffed-hours",),
    "chats handled at once": ("one-chat", "three-chats"),
    "agents and after-sales people": ("after-sales-desk",),
    "pooled or dedicated agents": ("dedicated-agents",),
    "temporary or outsourced staff": ("more-temporary-staff", "no-temporary-staff", "outsourced-nights", "accurate-staff"),
    "order of the line": ("by-path", "earliest-deadline", "online-first"),
    "refresh of the list": ("refresh-every-20-min",),
    "fixed people at fixed times": ("fixed-people-fixed-times",),
    "refunded with no human": ("more-instant-refunds", "no-instant-refunds", "forced-refund-only"),
    "batch tool": ("batch-off", "batch-taobao-limits", "batch-unscreened"),
    "ERP cutting": ("erp-cut", "no-erp-cut"),
    "authority limit": ("authority-0", "authority-200"),
    "supervisors' standard, delegated or at fixed times": (
        "supervisor-standard-4h",
        "supervisor-standard-12h",
        "supervisors-at-fixed-times",
    ),
    "carrier agreement": (
        "carrier-agreement",
        "no-carrier-agreement",
        "recall-refund-on-promise",
        "recall-refund-on-return",
        "lost-after-3-days",
        "lost-after-7-days",
        "carrier-bears-losses",
        "shop-bears-losses",
    ),
    "named contacts": ("named-contacts", "no-named-contacts"),
    "refund on signing, at the door, after inspection": ("refund-on-signing", "refund-at-the-door", "refund-after-inspection"),
    "inspection in-house or outside": ("inspection-outside",),
    "coupon for the tracking number, and asking for it": ("no-coupon", "chase-tracking-numbers", "no-number-chasing"),
    "freight insurance": ("freight-insurance",),
    "who pays freight": ("freight-paid-by-buyer",),
}
"""What a policy can set, in the order of the domain's list, and the overlays that set it."""

FIGURES = sorted({name for claim in CLAIMS.values() for name in (*claim.helps, *claim.costs, *claim.unmoved)})


@dataclass(frozen=True)
class Measured:
    """A run's figures by name, and what came to the desk (a digest)."""

    figures: dict[str, float]
    refunds: str


@cache
def measured(where: str, overlay: str | None, seed: int) -> Measured:
    """One run, kept for all claims that are made about it."""
    run = one_run(laid(where, overlay), seed, 0)
    document = run.summary.to_json()
    return Measured(
        {name: figure(run.summary, document, name) for name in FIGURES},
        digest(run.workload.refunds),
    )


def laid(where: str, overlay: str | None) -> Scenario:
    base, over = SITUATIONS[where]
    layers = (SHORT, *over, *([overlay] if overlay else ()))
    return load_scenario(
        FOLDER / f"{base}.toml", [each if isinstance(each, dict) else FOLDER / "policies" / f"{each}.toml" for each in layers]
    )


def digest(refunds: np.ndarray) -> str:
    """All columns of some refunds; equal where the same buyers file the same requests and have the same luck."""
    found = sha256()
    for name in refunds.dtype.names or ():
        found.update(np.ascontiguousarray(refunds[name]).tobytes())
    return found.hexdigest()


def figure(summary: RunSummary, document: dict[str, Any], name: str) -> float:
    """The number at a metric address, or at a place of the document (hours are added up); not a number where there is none."""
    if name.split(".")[0] in metrics():
        value, _ = summary.at(name)
        return float("nan") if value is None else value
    place: Any = document
    for key in name.split("."):
        place = place.get(key) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place = place["mean"]
    return float("nan") if place is None else float(np.sum(place))


def direction(name: str) -> int:
    """1 where more of it is better, -1 where less is."""
    words = name.split(".")
    stated = metrics()[words[0]].better if words[0] in metrics() else "down" if words[0] == "costs" else ""
    better = DIRECTIONS.get(words[0]) or DIRECTIONS.get(words[-1]) or stated
    assert better in ("up", "down"), f"of {name} nobody says which way is better"
    return 1 if better == "up" else -1


def before_and_after(overlay: str, name: str, seeds: Sequence[int] = SEEDS) -> tuple[np.ndarray, np.ndarray]:
    """A figure without and with an overlay, seed by seed."""
    where = CLAIMS[overlay].where
    before = [measured(where, None, seed).figures[name] for seed in seeds]
    after = [measured(where, overlay, seed).figures[name] for seed in seeds]
    return np.array(before), np.array(after)


def rows(overlay: str, seeds: Sequence[int] = SEEDS) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """(benefit, price or unmoved; figure; before; after) of an overlay's claim."""
    claim = CLAIMS[overlay]
    for kind, names in (("benefit", claim.helps), ("price", claim.costs), ("unmoved", claim.unmoved)):
        for name in names:
            yield kind, name, *before_and_after(overlay, name, seeds)


# ---------------------------------------------------------------- the claims
@pytest.mark.parametrize("overlay", CLAIMS)
def test_a_lever_helps_and_costs_on_the_same_refunds(overlay: str) -> None:
    claim = CLAIMS[overlay]
    for seed in SEEDS:
        one, other = measured(claim.where, None, seed), measured(claim.where, overlay, seed)
        assert (one.refunds != other.refunds) == claim.more_refunds
    for kind, name, before, after in rows(overlay):
        told = f"{kind} {name}: {before} -> {after}"
        if kind == "unmoved":
            assert (after == before).all(), told
            continue
        gain = (after - before) * direction(name) * (1 if kind == "benefit" else -1)
        assert (gain > 0).all(), told
        assert gain.sum() >= NOTICED * before.sum(), told


def test_every_lever_has_both_a_benefit_and_a_price() -> None:
    assert all(claim.helps and (claim.costs or claim.unmoved) for claim in CLAIMS.values())


def test_every_overlay_has_its_claim_and_its_lever() -> None:
    levers = [overlay for overlays in LEVERS.values() for overlay in overlays]
    assert sorted(CLAIMS) == OVERLAYS
    assert sorted(levers) == OVERLAYS


def test_every_lever_has_an_overlay() -> None:
    assert all(LEVERS.values())
    assert len(LEVERS) == 25


def test_every_situation_is_used() -> None:
    assert {claim.where for claim in CLAIMS.values()} == set(SITUATIONS)


def test_every_figure_is_one_that_a_run_gives() -> None:
    for name in FIGURES:
        direction(name)
        if name.split(".")[0] in metrics():
            parse_address(name)


def test_freight_insurance_adds_returns_and_leaves_the_others_as_they_were() -> None:
    without, insured = (draw_workload(laid("everyday", overlay), 1, 0).refunds for overlay in (None, "freight-insurance"))
    kept = insured[np.isin(insured["number"], without["number"])]
    assert len(insured) > len(kept) == len(without)
    for name in set(without.dtype.names or ()) - {"again"}:  # the row of the second application, which moves
        assert (kept[name] == without[name]).all()


def main() -> None:
    """Print the table of all claims."""
    for overlay, claim in CLAIMS.items():
        for kind, name, before, after in rows(overlay):
            one, other = before.mean(), after.mean()
            change = f"{other / one - 1:+8.1%}" if one else " " * 8
            sys.stdout.write(f"{overlay:28}{claim.where:47}{kind:9}{name:46}{one:11.5g} -> {other:11.5g} {change}\n")


if __name__ == "__main__":
    main()
