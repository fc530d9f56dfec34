"""Who is there: pools, groups, shifts and breaks.

A group's shifts may overlap: an early and a late shift that meet at noon are two sets of people. What is refused is
breaks of one shift that overlap, one shift listed twice (same hours, same days: raise `count` instead), and any overlap
at all in a group that says `exclusive = true` (one person is meant to cover the whole roster of that group in turn).
"""

from itertools import combinations, pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sim.errors import BadInput, msgid, nearest_name, raise_all
from sim.scenario.fields import Duration, Factor, LongerThanZero, Money, Name, Share, Table, TimeOfDay
from sim.scenario.units import DAY

POOLS = ("agents", "after_sales", "supervisors", "warehouse", "inspection", "outside", "carriers")
"""The pools of the refund desk, in the order in which idle staff are given work."""

EVERY_DESK_HAS = ("agents", "supervisors", "warehouse", "inspection", "carriers")
"""after_sales: people who do what follows the first response (policy.split); outside: a company that inspects (policy.inspection)."""

MOST_GROUPS = 12
"""Over all pools: what the desk's tables have room for."""

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock_text(seconds: int) -> str:
    """Seconds after midnight as "08:00"."""
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _from_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Break(Table):
    """A pause that begins at the time of day `at` and lasts `length` seconds, but never beyond the shift's end."""

    at: TimeOfDay
    length: LongerThanZero


def _each_day_once(days: tuple[str, ...]) -> tuple[str, ...]:
    if not days:
        raise BadInput("names no day", allowed=WEEK)
    for day in days:
        if days.count(day) > 1:
            raise BadInput("names a day twice", value=day)
    return tuple(day for day in WEEK if day in days)


Days = Annotated[
    tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(_from_list), AfterValidator(_each_day_once)
]


class Shift(Table):
    """`count` people from `from_` to `to` (seconds after midnight; `to` at or before `from_` = over midnight) on each of `days`.

    A shift over midnight belongs to the day on which it begins. In a file the begin is called `from`.
    """

    from_: TimeOfDay = Field(alias="from")
    to: TimeOfDay
    count: Annotated[int, Field(ge=0, le=10_000)]
    days: Days = WEEK  # type: ignore[assignment]
    breaks: Annotated[tuple[Break, ...], BeforeValidator(_from_list)] = ()

    @property
    def length(self) -> int:
        """Seconds by the clock on the wall, at most 24 h."""
        return self.to - self.from_ + (DAY if self.to <= self.from_ else 0)

    def into_shift(self, pause: Break) -> int:
        """Seconds by the clock on the wall from the shift's begin to the break's."""
        return (pause.at - self.from_) % DAY

    @model_validator(mode="after")
    def _begins_on_its_day(self) -> Self:
        if self.from_ == DAY:
            raise BadInput(
                "a shift cannot begin at 24:00", field="from", value="24:00", allowed=msgid('"00:00" on the next day'), nearest="00:00"
            )
        return self

    @model_validator(mode="after")
    def _breaks_fit(self) -> Self:
        problems = []
        for number, pause in enumerate(self.breaks):
            if self.into_shift(pause) >= self.length:
                problems.append(
                    BadInput(
                        "this break lies outside its shift",
                        field=f"breaks.{number}.at",
                        value=clock_text(pause.at),
                        allowed=msgid("a time from {begin} on and before {end}"),
                        begin=clock_text(self.from_),
                        end=clock_text(self.to),
                    )
                )
        raise_all(problems)
        in_order = sorted(range(len(self.breaks)), key=lambda number: self.into_shift(self.breaks[number]))
        for earlier, later in pairwise(in_order):
            if self.into_shift(self.breaks[earlier]) + self.breaks[earlier].length > self.into_shift(self.breaks[later]):
                raise BadInput(
                    "this break begins before the break at {other} is over",
                    field=f"breaks.{later}.at",
                    value=clock_text(self.breaks[later].at),
                    other=clock_text(self.breaks[earlier].at),
                )
        return self


class Errors(Table):
    """Acts that lose money, each as the share of the occasions on which the group does it.

    unconfirmed: refunding before the parcel is known to be stopped. unnumbered: refunding a return before its tracking number.
    beyond_authority: granting more than the limit. blank_refusal: a refusal without a reason. missed_compensation: not paying what is
    owed. needless_freight: paying return freight that is not the shop's.
    """

    unconfirmed: Share = 0.0
    unnumbered: Share = 0.0
    beyond_authority: Share = 0.0
    blank_refusal: Share = 0.0
    missed_compensation: Share = 0.0
    needless_freight: Share = 0.0


def _confusion(rows: tuple[tuple[float, ...], ...] | None) -> tuple[tuple[float, ...], ...] | None:
    problems = [
        BadInput("a row sums to {total}", field=str(number), total=f"{sum(row):.6g}", allowed=msgid("a sum of 1"))
        for number, row in enumerate(rows or ())
        if abs(sum(row) - 1) > 1e-6
    ]
    raise_all(problems)
    return rows


Row = Annotated[tuple[Share, Share, Share, Share], BeforeValidator(_from_list)]
Confusion = Annotated[tuple[Row, Row, Row, Row] | None, BeforeValidator(_from_list), AfterValidator(_confusion)]
"""Four rows of four shares: row = the right path, column = the path it is taken for."""

Paths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4)], ...] | None, BeforeValidator(_from_list), AfterValidator(lambda paths: _each_path_once(paths))
]


def _each_path_once(paths: tuple[int, ...] | None) -> tuple[int, ...] | None:
    if paths is not None and (not paths or len(set(paths)) < len(paths)):
        raise BadInput("names no path, or one twice", value=", ".join(map(str, paths)) or None, allowed=("1", "2", "3", "4"))
    return None if paths is None else tuple(sorted(paths))


class Group(Table):
    """People who work alike.

    pace: seconds of work are multiplied by it (1.3 = slower). authority: fen granted alone. seats: chats at once.
    per_chat: each further chat at once lengthens work by this share.
    slip: share of requests whose path is taken wrongly, evenly for each other path; confusion: the same in full, instead of slip.
    judged: on how many judged requests slip rests, None = it is taken as known.
    errors: acts that lose money. absence: share of shifts missed. cost_per_hour: fen, loaded. overtime_pay: times that, beyond the
    shift. paths: the only paths that this group of agents serves (dedicated), None = all (pooled).
    exclusive: the group's shifts must not overlap.
    """

    pace: Factor = 1.0
    authority: Money = 0
    seats: Annotated[int, Field(ge=1, le=100)] = 1
    per_chat: Share = 0.0
    slip: Share = 0.0
    judged: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    confusion: Confusion = None
    errors: Errors = Errors()
    absence: Share = 0.0
    cost_per_hour: Money
    overtime_pay: Factor = 1.0
    paths: Paths = None
    exclusive: bool = False
    shifts: dict[Name, Shift] = Field(default_factory=dict)

    @property
    def staffed(self) -> bool:
        """Whether any of its shifts has people."""
        return any(shift.count for shift in self.shifts.values())

    @model_validator(mode="after")
    def _shifts_beside_each_other(self) -> Self:
        for (one, first), (other, second) in combinations(self.shifts.items(), 2):
            if (first.from_, first.to, first.days) == (second.from_, second.to, second.days):
                raise BadInput(
                    'this shift has the hours and days of "{other}": count all the people in one shift', field=f"shifts.{other}", other=one
                )
            if self.exclusive and overlap(first, second):
                raise BadInput('this shift overlaps with "{other}", and the group is exclusive', field=f"shifts.{other}", other=one)
        return self


class Pool(Table):
    """Groups that share lines of work, and the rule for work in hand when a shift or break calls its holder away.

    shift_end: finish (overtime), hand_back, or finish_within (finish if at most `cap` seconds are left, else hand back).
    reopening: seconds it takes to get back into a case that was handed back.
    """

    shift_end: Literal["finish", "hand_back", "finish_within"]
    cap: Duration | None = None
    reopening: Duration = 0
    groups: dict[Name, Group]

    @property
    def staffed(self) -> bool:
        """Whether any of its groups has people."""
        return any(group.staffed for group in self.groups.values())

    @model_validator(mode="after")
    def _cap_given(self) -> Self:
        if self.shift_end == "finish_within" and self.cap is None:
            raise BadInput('is missing: shift_end = "finish_within" needs it', field="cap", allowed=msgid('a duration such as "10 min"'))
        return self


def overlap(one: Shift, other: Shift) -> bool:
    """Whether two shifts share any moment of the week (by the clock on the wall)."""
    week = 7 * DAY
    for day in one.days:
        for other_day in other.days:
            apart = (WEEK.index(other_day) - WEEK.index(day)) * DAY + other.from_ - one.from_
            if apart % week < one.length or -apart % week < other.length:
                return True
    return False


def staffed_pools(pools: dict[str, Pool]) -> dict[str, Pool]:
    """The pools in their order, somebody in each that every desk has. Raises BadInput naming the pool that is not so."""
    problems = [
        BadInput("no such pool", field=name, allowed=POOLS, nearest=nearest_name(name, POOLS)) for name in pools if name not in POOLS
    ]
    for name in EVERY_DESK_HAS:
        if name not in pools:
            problems.append(BadInput('the pool "{pool}" is missing', field=name, pool=name, allowed=POOLS))
        elif not pools[name].staffed:
            problems.append(
                BadInput(
                    'nobody works in the pool "{pool}"', field=name, pool=name, allowed=msgid("at least one shift with a count above 0")
                )
            )
    groups = sum(len(pool.groups) for pool in pools.values())
    if groups > MOST_GROUPS:
        problems.append(
            BadInput("all pools together have {groups} groups", groups=groups, most=MOST_GROUPS, allowed=msgid("at most {most} groups"))
        )
    problems += _paths_served(pools)
    raise_all(problems)
    return {name: pools[name] for name in POOLS if name in pools}


def _paths_served(pools: dict[str, Pool]) -> list[BadInput]:
    """Dedicated groups: only agents have them, two groups serve the same paths or none in common, and each path is served."""
    problems = []
    for pool, each in pools.items():
        for name, group in each.groups.items():
            if group.paths is not None and pool != "agents":
                problems.append(BadInput("only agents can be dedicated to paths", field=f"{pool}.groups.{name}.paths"))
    classes = path_classes(pools["agents"]) if "agents" in pools else ()
    for one, other in combinations(classes, 2):
        if set(one) & set(other):
            problems.append(
                BadInput(
                    "groups that serve paths {one} and groups that serve paths {other} would share a line",
                    field="agents.groups",
                    one=", ".join(map(str, one)),
                    other=", ".join(map(str, other)),
                    allowed=msgid("groups with the same paths, or with none in common"),
                )
            )
    at_work = [group for group in pools["agents"].groups.values() if group.staffed] if classes else []
    unserved = {1, 2, 3, 4} - {path for group in at_work for path in group.paths or (1, 2, 3, 4)}
    if at_work and unserved:
        problems.append(BadInput("no agent serves path {path}", field="agents.groups", path=", ".join(map(str, sorted(unserved)))))
    return problems


def path_classes(agents: Pool) -> tuple[tuple[int, ...], ...]:
    """The sets of paths that groups of agents serve, each once, in the order of the groups; pooled agents serve all four."""
    return tuple(dict.fromkeys(group.paths or (1, 2, 3, 4) for group in agents.groups.values()))


Pools = Annotated[dict[str, Pool], AfterValidator(staffed_pools)]
