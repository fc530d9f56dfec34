"""Every figure of a run, by its code name and exactly by its definition in metrics.toml.

Figures about requests are over the fixed cohort filed on the reported days, drained: requests of the warm-up before and of the drain days
after keep the desk busy and are in none of them. Figures about staff and lines are over the time of the reported days, whoever's work it
was, and begin with the backlog that is there at second 0. Shares are ratios of sums: of all requests of the cohort, never means of daily
ratios; those of what was sold are of the orders paid on the reported days, and of their lines asked back until the end of the run.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from sim.demand.workload import NEVER
from sim.desk.tables import ERROR_NAMES
from sim.measure.curves import HOUR, Flags, Records
from sim.measure.effort import Effort
from sim.measure.figures import PATHS, Figure, figure, lengths, share
from sim.measure.goods import Sold
from sim.measure.handoffs import Handoff, over_all
from sim.measure.money import FEN, costs
from sim.measure.outcomes import AGAINST_SHOP, BY_BUYERS_CLOCK, BY_FORCE, BY_MACHINE, BY_SELLERS_CLOCK, Outcomes
from sim.measure.pools import PoolsUse, PoolUse
from sim.measure.responses import Standard, judged
from sim.measure.staffing import ShiftNeed

MINUTE = 60

Measure = Callable[[Outcomes], Figure]
"""A figure over some requests."""


@dataclass(frozen=True)
class Measured:
    """What the figures are computed from.

    reported: outcomes of the requests filed on the reported days; every: of all, warm-up and drain days included. handoffs: of the
    reported ones. needs: stretches of the reported days, with what is due in them whenever it was filed. by_hour: RESPONSE_HOUR records of
    the reported ones. answering: pools that answer buyers. effort: the shop's own work per refund. contacts: fen for named contact people
    on the reported days. sold: what was paid on these days, None where the requests do not come from orders.
    """

    reported: Outcomes
    every: Outcomes
    pools: PoolsUse
    handoffs: tuple[Handoff, ...]
    needs: tuple[ShiftNeed, ...]
    by_hour: Records
    answering: tuple[str, ...]
    standard: Standard
    effort: Effort
    contacts: float
    sold: Sold | None = None


def kpis(of: Measured) -> dict[str, Figure]:
    """All figures by code name, in the order of metrics.toml."""
    reported, pools = of.reported, of.pools
    paths = {name: reported.on_path(number) for number, name in enumerate(PATHS, start=1)}
    money = costs(reported, sum(pool.labour for pool in pools.pools), of.contacts)

    def by_path(measure: Measure) -> Figure:
        return replace(measure(reported), by_path={name: measure(part) for name, part in paths.items()})

    def rate(code: str, which: Callable[[Outcomes], Flags]) -> Figure:
        return by_path(lambda part: share(code, float(np.count_nonzero(which(part))), float(len(part)), "no_requests"))

    def count(code: str, column: str, unit: int = 1) -> Figure:
        return by_path(lambda part: figure(code, int(part[column].sum(dtype=np.int64)) / unit))

    return {
        "first_response_within_30min": _within_standard(of, by_path),
        "first_response_minutes": by_path(_response_minutes),
        "completion_hours": by_path(_completion_hours),
        "self_completion_rate": by_path(_self_completion),
        "untouched_rate": rate("untouched_rate", of.effort.untouched),
        "withdrawn_rate": rate("withdrawn_rate", lambda part: part["withdrawn"] != 0),
        "refund_rate": _of_sold("refund_rate", of, lambda sold: (sold.lines_asked, sold.lines)),
        "refund_rate_by_value": _of_sold("refund_rate_by_value", of, lambda sold: (sold.value_asked, sold.value)),
        "complaint_rate": rate("complaint_rate", lambda part: part["complained"] != 0),
        "dispute_rate": _of_sold("dispute_rate", of, lambda sold: (int((reported["ruled"] == AGAINST_SHOP).sum()), sold.orders)),
        "dispute_count": by_path(lambda part: figure("dispute_count", float(np.count_nonzero(part["ruled"] == AGAINST_SHOP)))),
        "intervention_rate": rate("intervention_rate", _by_platform),
        "auto_refund_rate": rate("auto_refund_rate", _by_clock),
        "auto_refund_count": by_path(lambda part: figure("auto_refund_count", float(_by_clock(part).sum()))),
        "auto_refund_amount": by_path(_auto_refund_amount),
        "instant_refunds": _instant_refunds(reported),
        "handoff_within_standard": over_all(of.handoffs),
        "asked_again_count": count("asked_again_count", "asked_again"),
        "chase_count": count("chase_count", "chases"),
        "enquiry_count": count("enquiry_count", "enquiries"),
        "chat_count": by_path(lambda part: figure("chat_count", float(len(part.chats)))),
        "wrong_path_rate": rate("wrong_path_rate", lambda part: part["mistakes"] > 0),
        "wrong_act_count": by_path(_wrong_acts),
        "missed_compensation_count": by_path(lambda part: figure("missed_compensation_count", float(np.count_nonzero(part["missed"])))),
        "rework_hours": by_path(lambda part: figure("rework_hours", float(of.effort.rework[part["refund"]].sum()) / HOUR)),
        "double_loss_amount": by_path(_double_loss),
        "over_granted_amount": count("over_granted_amount", "over_granted", FEN),
        "short_staffed": _short_staffed(of),
        "backlog": _backlog(pools),
        "backlog_clear_at": _clear_at(pools),
        "occupancy": _occupancy(pools),
        "overtime": _summed("overtime", pools.each, pools.inside, lambda pool: pool.overtime / HOUR),
        "output_per_person": _output(of),
        "labour_cost": _summed("labour_cost", pools.each, pools.pools, lambda pool: pool.labour / FEN),
        "total_cost": figure("total_cost", money["total"], parts=money),
    }


# ---------------------------------------------------------------- requests
def _within_standard(of: Measured, by_path: Callable[[Measure], Figure]) -> Figure:
    code = "first_response_within_30min"
    if of.standard.seconds is None:
        return figure(code, None, "no_standard", quantiles={"worst_hour": None})

    # judged once, and looked up by path
    by_refund = np.zeros((2, 1 + int(of.reported["refund"].max(initial=-1))), np.bool_)
    by_refund[:, of.reported["refund"]] = judged(of.reported, of.standard)

    def measure(part: Outcomes) -> Figure:
        counted, in_time = by_refund[:, part["refund"]]
        by_itself = part.unseen
        parts = {"left_out": float(np.count_nonzero(~counted & ~by_itself)), "automatic": float(len(part.automatic) + by_itself.sum())}
        return share(code, float(np.count_nonzero(in_time)), float(np.count_nonzero(counted)), "no_requests", parts=parts)

    hours = of.by_hour[of.by_hour["staffed"]]
    worst = float((hours["in_time"] / hours["requests"]).min()) if len(hours) else None
    return replace(by_path(measure), quantiles={"worst_hour": worst})


def _response_minutes(part: Outcomes) -> Figure:
    answered = part["first_response"] < NEVER
    waited = (part["first_response"] - part["filed"])[answered]
    return lengths("first_response_minutes", waited, np.ones(len(waited), np.bool_), MINUTE, "no_requests")


def _completion_hours(part: Outcomes) -> Figure:
    return lengths("completion_hours", part.lasted, ~part.unfinished, HOUR, "no_requests")


def _self_completion(part: Outcomes) -> Figure:
    completed = ~part.unfinished
    by_clock = (part["automatic"] == BY_SELLERS_CLOCK) | (part["automatic"] == BY_BUYERS_CLOCK)
    by_itself = completed & ~by_clock & ~_by_platform(part)
    return share("self_completion_rate", float(by_itself.sum()), float(completed.sum()), "no_requests")


def _by_clock(part: Outcomes) -> Flags:
    return np.asarray(part["automatic"] == BY_SELLERS_CLOCK)


def _by_platform(part: Outcomes) -> Flags:
    """The platform stepped into a dispute, or refunded by force."""
    return np.asarray((part["intervened"] != 0) | (part["automatic"] == BY_FORCE))


def _of_sold(code: str, of: Measured, parts: Callable[[Sold], tuple[int, int]]) -> Figure:
    """A share of what was paid on the reported days."""
    if of.sold is None:
        return figure(code, None, "no_orders")
    part, whole = parts(of.sold)
    return share(code, float(part), float(whole), "no_orders")


def _instant_refunds(part: Outcomes) -> Figure:
    by_machine = int(np.count_nonzero(part["automatic"] == BY_MACHINE))
    return figure("instant_refunds", float(len(part.automatic) + by_machine))


def _auto_refund_amount(part: Outcomes) -> Figure:
    return figure("auto_refund_amount", int(part["refunded"][_by_clock(part)].sum()) / FEN)


def _double_loss(part: Outcomes) -> Figure:
    return figure("double_loss_amount", int(part["lost"].sum()) / FEN, parts={"requests": float(np.count_nonzero(part["lost"]))})


def _wrong_acts(part: Outcomes) -> Figure:
    """Each act by its bit: at most once a request."""
    code, acts = "wrong_act_count", part["wrong_acts"]
    by = {name: float(np.count_nonzero(acts >> bit & 1)) for bit, name in enumerate(ERROR_NAMES)}
    return figure(code, sum(by.values()), by={name: figure(code, value) for name, value in by.items()})


# ---------------------------------------------------------------- staff
def _short_staffed(of: Measured) -> Figure:
    if not of.needs:
        reason = "no_standard" if of.standard.seconds is None else "nobody_staffed" if of.answering else "no_answering_pool"
        return figure("short_staffed", None, reason, estimate=True)
    return figure("short_staffed", float(max(0, *(need.short for need in of.needs))), estimate=True)


def _backlog(pools: PoolsUse) -> Figure:
    def stood(pool: PoolUse) -> float:
        return pool.in_line_seconds / pools.end

    by = {pool.name: figure("backlog", stood(pool), quantiles={"peak": float(pool.peak)}) for pool in pools.each}
    return figure("backlog", sum(map(stood, pools.inside)), quantiles={"peak": float(pools.own.peak(0, pools.end)[0])}, by=by)


def _clear_at(pools: PoolsUse) -> Figure:
    def clear(pool: PoolUse) -> Figure:
        value = None if pool.clear_at is None else pool.clear_at / HOUR
        return figure("backlog_clear_at", value, "not_clear" if pool.peak else "nobody_waited")

    by = {pool.name: clear(pool) for pool in pools.each}
    waited = [pool for pool in pools.inside if pool.peak]
    times = [pool.clear_at for pool in waited]
    if not waited:
        return figure("backlog_clear_at", None, "nobody_waited", by=by)
    latest = None if None in times else max(time for time in times if time is not None) / HOUR
    return figure("backlog_clear_at", latest, "not_clear", by=by)


def _occupancy(pools: PoolsUse) -> Figure:
    hours = -(-pools.end // HOUR)

    def measure(some: tuple[PoolUse, ...]) -> Figure:
        busy = sum(pool.busy[:hours] for pool in some)
        staffed = sum(pool.staffed[:hours] for pool in some)
        there = np.asarray(staffed) > 0
        peak = float((np.asarray(busy)[there] / np.asarray(staffed)[there]).max()) if there.any() else None
        seconds = float(sum(pool.busy_seconds for pool in some)), float(sum(pool.staffed_seconds for pool in some))
        return share("occupancy", *seconds, "nobody_staffed", quantiles={"peak": peak})

    return replace(measure(pools.inside), by={pool.name: measure((pool,)) for pool in pools.each})


def _summed(code: str, pools: Iterable[PoolUse], of: Iterable[PoolUse], measure: Callable[[PoolUse], float]) -> Figure:
    """The sum over the pools `of`, and each of `pools` by itself."""
    return figure(code, sum(map(measure, of)), by={pool.name: figure(code, measure(pool)) for pool in pools})


def _output(of: Measured) -> Figure:
    """What was completed on the reported days, whenever it was filed, by the people of those days."""
    code, pools = "output_per_person", of.pools
    by = {pool.name: share(code, float(pool.done), float(pool.person_days), "nobody_staffed") for pool in pools.each}
    if not of.answering:
        return figure(code, None, "no_answering_pool", by=by)
    completed = of.every["completed"][~of.every.unseen]
    done = np.count_nonzero((completed >= 0) & (completed < pools.end))
    return share(code, float(done), float(sum(pools[name].person_days for name in of.answering)), "nobody_staffed", by=by)
