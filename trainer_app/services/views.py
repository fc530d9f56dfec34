"""What a page shows of a job, as plain data: made by the worker, kept in the database, read by pages. Nothing here simulates."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from sim.report.answer import Answer, Column, Figure, Table
from trainer_app.db.tables import View, is_id

Better = Literal["up", "down", "neither"]
Verdict = Literal["better", "worse", "different", "no clear difference"]

COMPARISON = "comparison"
"""The part of a job that holds its ComparisonView."""

MIDDLE = "0.5"
QUANTILES = ("0.025", "0.1", "0.25", MIDDLE, "0.75", "0.9", "0.975")
"""Ends of the bands that hold 95, 80 and 50 % of the replications, and their middle."""

MONEY = "total"
"""The cause of cost that is the sum of all others."""

ORDERS, RETURNS = "orders", "returns"
"""What comes beside the requests of each path: orders paid, and parcels that come back."""

TEXTS = ("title", "period", "sentence", "state", "by_hand")
TABLE_TEXTS = ("key", "title", "about", "nothing")
"""What is plain text of an answer, and of each of its tables."""


def scenario_part(number: int) -> str:
    """The part of a job that holds a ScenarioView. number: 0 = the situation as it is, 1 … = the variants in their order."""
    return f"scenario.{number}"


def map_part(number: int, locale: str) -> str:
    """The part of a job that holds a MapView of a scenario in a language."""
    return f"map.{number}.{locale}"


@dataclass(frozen=True)
class Estimate:
    """An estimate with its 95 % interval; without one where a single replication gives none. All None where there is no figure."""

    mean: float | None
    low: float | None = None
    high: float | None = None

    def plain(self) -> list[float | None]:
        """[mean, low, high]."""
        return [self.mean, self.low, self.high]


@dataclass(frozen=True)
class Staffing:
    """One stretch of a day, in hours after the start: people there and people needed, means over the replications."""

    begin: float
    end: float
    there: float
    needed: float


@dataclass(frozen=True)
class ScenarioView:
    """The situation as it is, or a variant of it, over some replications.

    start: the first reported day, "2022-10-31"; days: how many are reported. answer: by language, without how it was made. Hours count
    from the start. coming: by what comes (ORDERS, "path_1" … "path_4", RETURNS), how many in each hour of replication 0. backlog: by path
    and quantile over the replications (QUANTILES; MIDDLE alone of one replication) the requests filed and not yet completed, averaged over
    each hour. responses: (hour of filing, requests judged, of these in time), summed over the replications; standard: seconds of the first
    response's standard, None = no clock. staffing: stretch by stretch. money: yuan by cause. gate: (begin, end) in hours, while unshipped
    orders cannot be refunded.
    """

    replications: int
    start: str
    days: int
    answer: Mapping[str, Answer]
    coming: Mapping[str, tuple[float, ...]]
    backlog: Mapping[str, Mapping[str, tuple[float, ...]]]
    responses: tuple[tuple[int, int, int], ...]
    standard: int | None
    staffing: tuple[Staffing, ...]
    money: Mapping[str, Estimate]
    gate: tuple[tuple[float, float], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same view of them."""
        return {
            "replications": self.replications,
            "start": self.start,
            "days": self.days,
            "answer": {locale: _answer_to_json(answer) for locale, answer in self.answer.items()},
            "coming": {name: list(hours) for name, hours in self.coming.items()},
            "backlog": {path: {at: list(hours) for at, hours in each.items()} for path, each in self.backlog.items()},
            "responses": [list(each) for each in self.responses],
            "standard": self.standard,
            "staffing": [[each.begin, each.end, each.there, each.needed] for each in self.staffing],
            "money": {cause: amount.plain() for cause, amount in self.money.items()},
            "gate": [list(each) for each in self.gate],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "ScenarioView":
        return ScenarioView(
            replications=data["replications"],
            start=data["start"],
            days=data["days"],
            answer={locale: _answer_from_json(answer) for locale, answer in data["answer"].items()},
            coming={name: tuple(hours) for name, hours in data["coming"].items()},
            backlog={path: {at: tuple(hours) for at, hours in each.items()} for path, each in data["backlog"].items()},
            responses=tuple((hour, requests, in_time) for hour, requests, in_time in data["responses"]),
            standard=data["standard"],
            staffing=tuple(Staffing(*each) for each in data["staffing"]),
            money={cause: Estimate(*amount) for cause, amount in data["money"].items()},
            gate=tuple((begin, end) for begin, end in data["gate"]),
        )


@dataclass(frozen=True)
class Compared:
    """One metric of one variant against the situation as it is. difference: variant - as it is, in the metric's unit, with its own 95 %
    interval where several replications give one; None where one of them has no figure, then `reason` (a key of
    sim.measure.figures.reasons). p_adjusted: by Holm over all that is compared."""

    difference: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None
    verdict: Verdict
    reason: str | None = None


@dataclass(frozen=True)
class ComparisonView:
    """All scenarios of a job beside each other.

    wanted, reached: half-width of the differences (of the means, where there are no variants) over the mean as it is; reached is None where
    no replications can tell. ended: no more replications come. metrics: addresses; unit, better: of each. figures: by scenario and metric;
    differences: by variant and metric.
    """

    replications: int
    wanted: float
    reached: float | None
    ended: bool
    metrics: tuple[str, ...]
    unit: tuple[str, ...]
    better: tuple[Better, ...]
    figures: tuple[tuple[Estimate, ...], ...]
    differences: tuple[tuple[Compared, ...], ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same view of them."""
        return {
            "replications": self.replications,
            "wanted": self.wanted,
            "reached": self.reached,
            "ended": self.ended,
            "metrics": list(self.metrics),
            "unit": list(self.unit),
            "better": list(self.better),
            "figures": [[figure.plain() for figure in each] for each in self.figures],
            "differences": [[asdict(compared) for compared in each] for each in self.differences],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "ComparisonView":
        return ComparisonView(
            replications=data["replications"],
            wanted=data["wanted"],
            reached=data["reached"],
            ended=data["ended"],
            metrics=tuple(data["metrics"]),
            unit=tuple(data["unit"]),
            better=tuple(data["better"]),
            figures=tuple(tuple(Estimate(*figure) for figure in each) for each in data["figures"]),
            differences=tuple(tuple(Compared(**compared) for compared in each) for each in data["differences"]),
        )

    def figure(self, scenario: int, metric: str) -> Estimate:
        """A metric of a scenario (0 = as it is). Raises ValueError for a metric that is not compared."""
        return self.figures[scenario][self.metrics.index(metric)]

    def difference(self, variant: int, metric: str) -> Compared:
        """A metric of a variant (1 = the first) against the situation as it is. Raises ValueError for a metric that is not compared."""
        return self.differences[variant - 1][self.metrics.index(metric)]


@dataclass(frozen=True)
class Panel:
    """One picture of the process map. svg: a file of its own, its characters embedded; told: what is said of it aloud; text: the same in
    sentences, one for each step."""

    key: str
    title: str
    told: str
    svg: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class MapView:
    """The process map of a scenario in one language, with the figures of its first replication."""

    panels: tuple[Panel, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values; `from_json` gives the same view of them."""
        return {"panels": [{**asdict(each), "text": list(each.text)} for each in self.panels]}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "MapView":
        return MapView(tuple(Panel(**{**each, "text": tuple(each["text"])}) for each in data["panels"]))


# ---------------------------------------------------------------- reading
def scenarios(session: Session, job_id: str, numbers: Sequence[int]) -> dict[int, ScenarioView]:
    """What there is of some scenarios of a job (0 = the situation as it is)."""
    found = _data(session, job_id, [scenario_part(number) for number in numbers])
    return {number: ScenarioView.from_json(found[part]) for number in numbers if (part := scenario_part(number)) in found}


def scenario(session: Session, job_id: str, number: int) -> ScenarioView | None:
    """What there is of one of them; None before its first look."""
    return scenarios(session, job_id, [number]).get(number)


def comparison(session: Session, job_id: str) -> ComparisonView | None:
    """The comparison of a job; None before its first look."""
    found = _data(session, job_id, [COMPARISON])
    return ComparisonView.from_json(found[COMPARISON]) if found else None


def process_map(session: Session, job_id: str, number: int, locale: str) -> MapView | None:
    """The process map of a scenario; None until it is drawn (see jobs.ask_map)."""
    part = map_part(number, locale)
    found = _data(session, job_id, [part])
    return MapView.from_json(found[part]) if found else None


def _data(session: Session, job_id: str, parts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The parts that are there; a part that is only wished for has version 0."""
    if not is_id(job_id):
        return {}
    rows = session.execute(select(View.part, View.data).where(View.job_id == job_id, View.part.in_(parts), View.version > 0))
    return {row.part: row.data for row in rows}


def _answer_to_json(answer: Answer) -> dict[str, Any]:
    return {
        **{name: getattr(answer, name) for name in TEXTS},
        "notes": list(answer.notes),
        "figures": [asdict(figure) for figure in answer.figures],
        "tables": [
            {
                **{name: getattr(table, name) for name in TABLE_TEXTS},
                "columns": [asdict(column) for column in table.columns],
                "rows": [list(row) for row in table.rows],
                "alarms": sorted(list(cell) for cell in table.alarms),
            }
            for table in answer.tables
        ],
    }


def _answer_from_json(data: Mapping[str, Any]) -> Answer:
    return Answer(
        **{name: data[name] for name in TEXTS},
        notes=tuple(data["notes"]),
        figures=tuple(Figure(**figure) for figure in data["figures"]),
        tables=tuple(
            Table(
                **{name: table[name] for name in TABLE_TEXTS},
                columns=tuple(Column(**column) for column in table["columns"]),
                rows=tuple(tuple(row) for row in table["rows"]),
                alarms=frozenset((row, column) for row, column in table["alarms"]),
            )
            for table in data["tables"]
        ),
    )
