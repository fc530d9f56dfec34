"""What a worker could have told of a job: small views made by hand, and how they come into the database."""

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from sim.measure.figures import metrics
from sim.report.answer import BAD, GOOD, PLAIN, Answer, Column, Figure, Table
from sim.study.compare import better_of
from trainer_app.db.tables import Job
from trainer_app.services import leases
from trainer_app.services.jobs import DONE, RUNNING
from trainer_app.services.views import (
    COMPARISON,
    MIDDLE,
    ORDERS,
    QUANTILES,
    RETURNS,
    Compared,
    ComparisonView,
    Estimate,
    ScenarioView,
    Staffing,
    Verdict,
    scenario_part,
)

HOURS = 48
METRICS = (
    "first_response_within_30min",
    "short_staffed",
    "backlog.peak",
    "auto_refund_count",
    "double_loss_amount",
    "total_cost",
    "completion_hours",
    "completion_hours.path_1.p90",
)
EVIL = "<img src=x onerror=alert(1)>"

HANDOFFS = Table(
    "handoffs",
    "Handoffs",
    "About them.",
    (Column("who asks whom", number=False), Column("kept")),
    (("agent → carrier", "30.0 %"), (EVIL, "97.0 %")),
    frozenset({(0, 1)}),
)

ANSWER = Answer(
    title="Title",
    period="Mon 31 Oct to Tue 1 Nov 2022",
    sentence="5 people short.",
    state=BAD,
    figures=(
        Figure("First response", "93.6 % (92.5–94.7)", "worst hour", BAD),
        Figure("People short", "0 people", "", GOOD),
        Figure("Total cost", "462,523 yuan", "of it labour", PLAIN),
    ),
    by_hand="7 = 7",
    notes=("One note.",),
    tables=(HANDOFFS,),
)


def scenario_view(replications: int = 5, **changed: Any) -> ScenarioView:
    """A scenario of two days, of so many replications."""
    quantiles = QUANTILES if replications > 1 else (MIDDLE,)
    level = {at: tuple(10.0 * hour * (1 + float(at)) for hour in range(HOURS)) for at in quantiles}
    view = ScenarioView(
        replications=replications,
        start="2022-10-31",
        days=2,
        answer={"en": ANSWER, "zh": replace(ANSWER, sentence="缺 5 人。")},
        coming={ORDERS: (10.0,) * HOURS, "path_1": (3.0,) * HOURS, "path_4": (1.0,) * HOURS, RETURNS: (2.0,) * HOURS},
        backlog={"path_1": level, "path_4": dict.fromkeys(quantiles, (7.0,) * HOURS)},
        responses=((9, 8, 6), (33, 4, 4)),
        standard=1_800,
        staffing=(Staffing(0, 8, 2.0, 3.25), Staffing(8, 24, 5.0, 4.0)),
        money={"labour": Estimate(900.0, 880.0, 920.0), "lost": Estimate(5.0, 4.0, 6.0), "total": Estimate(905.0, 885.0, 925.0)},
        gate=((20.0, 30.0),),
    )
    return replace(view, **changed)


def compared(verdict: Verdict, difference: float = 2.0, half: float = 0.5) -> Compared:
    """A difference with an interval around it."""
    return Compared(difference, difference - half, difference + half, 0.01, verdict)


SAME = Compared(0.0, 0.0, 0.0, 1.0, "no clear difference")


def comparison(*of: dict[str, Compared], replications: int = 25, ended: bool = True) -> ComparisonView:
    """A comparison of variants, each by what it changes; the rest makes no clear difference."""
    nothing = compared("no clear difference", 0.1) if replications > 1 else Compared(0.1, None, None, None, "no clear difference")
    units = {metric: metrics()[metric.partition(".")[0]].unit for metric in METRICS}
    figure = {metric: Estimate(0.9, 0.89, 0.91) if units[metric] == "share" else Estimate(100.0, 90.0, 110.0) for metric in METRICS}
    return ComparisonView(
        replications=replications,
        wanted=0.02,
        reached=0.012 if replications > 1 else None,
        ended=ended,
        metrics=METRICS,
        unit=tuple(units.values()),
        better=tuple(better_of(metric) for metric in METRICS),
        figures=tuple(tuple(figure.values()) for _scenario in range(1 + len(of))),
        differences=tuple(tuple(each.get(metric, nothing) for metric in METRICS) for each in of),
    )


def tell(session: Session, job_id: str, found: ComparisonView, state: str = "") -> None:
    """Write views of a job as a worker does."""
    job = session.get_one(Job, job_id)
    job.state = state or (DONE if found.ended else RUNNING)
    job.replications, job.reached = found.replications, found.reached
    leases.post(session, job_id, COMPARISON, found.to_json())
    for number in range(1 + len(found.differences)):
        leases.post(session, job_id, scenario_part(number), scenario_view(found.replications).to_json())
