"""What a manager can decide otherwise in a situation: as plain values, as an overlay for the simulator, as a file for the command line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from sim.errors import BadInput, each_problem, msgid, nearest_name, raise_all
from sim.scenario.load import HEADING, read_toml
from sim.scenario.staff import clock_text
from sim.scenario.units import MINUTE
from sim.shipped import scenarios_folder
from trainer_app.services.situations import Given, as_it_is, laid_over

RefundOn = Literal["signing", "door", "inspection"]
"""When the money of a return goes back: when it is signed for, after a look at the door, or after inspection."""

POOLS = ("agents", "supervisors", "warehouse", "inspection")
"""Pools whose people are the shop's to choose."""

REGULAR = ("agents", "regular")
"""Pool and group of those whose authority can be changed."""

MOST_PEOPLE = 200
"""People in one shift of one group."""
MOST_AUTHORITY = 10_000
"""Yuan that an agent may grant alone."""
MOST_REFRESH = 240
"""Minutes between two looks at the list."""
FEN = 100

MOST_KEPT = 24
"""Scenarios that are kept in memory, some 0.6 MB each: those of the boards that are being changed."""

LONGEST_KEY = 80
"""Characters of an unknown key that an error shows."""

AGREEMENT: Mapping[bool, str] = {True: "carrier-agreement", False: "no-carrier-agreement"}
"""The shipped policies that say what having an agreement with the carrier means, and what having none."""

NONE: Mapping[str, int] = MappingProxyType({})
WHOLE = msgid("a whole number from {least} to {most}")
YES_OR_NO = msgid("true or false")


@dataclass(frozen=True)
class Levers:
    """What is decided otherwise; None and an empty `people` leave the situation as it is.

    people: how many are in a shift, by "pool.group.shift". batch: the batch refund tool. erp_cut: cutting unshipped orders in the ERP.
    agreement: with the carrier, on the terms of the shipped policies. authority: yuan that a regular agent grants alone. refund_on: when
    the money of a return goes back. refresh: minutes between looks at the list, 0 = live.
    """

    people: Mapping[str, int] = field(default_factory=lambda: NONE)
    batch: bool | None = None
    erp_cut: bool | None = None
    agreement: bool | None = None
    authority: int | None = None
    refund_on: RefundOn | None = None
    refresh: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, of what is decided otherwise only; the people in the order of their names."""
        plain = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "people"}
        people = {"people": dict(sorted(self.people.items()))} if self.people else {}
        return {**people, **{name: value for name, value in plain.items() if value is not None}}

    @property
    def is_nothing(self) -> bool:
        """Whether all is left as it is."""
        return not self.to_json()


AS_IT_IS = Levers()


@dataclass(frozen=True)
class Shift:
    """One shift of one group whose number of people can be changed. begin, end: "08:00"; days: "mon" …; now: how many it has."""

    key: str
    pool: str
    group: str
    name: str
    begin: str
    end: str
    days: tuple[str, ...]
    now: int


@dataclass(frozen=True)
class Allowed:
    """What can be moved in a situation. shifts: pool by pool, group by group, each of 0 to MOST_PEOPLE people. now: every lever's present
    value, None for what is not in whole yuan or minutes. authority: whether there are regular agents."""

    shifts: tuple[Shift, ...]
    now: Levers
    authority: bool


# ---------------------------------------------------------------- reading
def from_json(given: object) -> Levers:
    """Levers from plain values, as `to_json` gives them; null is left out. Raises BadInput (BadInputs) for whatever is not one of them."""
    if not isinstance(given, Mapping):
        raise BadInput("is not a table", field="levers", allowed=msgid("a table of keys and values"))
    names = [each.name for each in fields(Levers)]
    beyond = [str(name)[:LONGEST_KEY] for name in given if name not in names]
    problems = [BadInput("unknown key", field=name, allowed=names, nearest=nearest_name(name, names)) for name in beyond]
    found: dict[str, Any] = {}
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        try:
            found[name] = READ[name](value)
        except BadInput as error:
            problems += [problem.within(name) for problem in each_problem(error)]
    raise_all(problems)
    return Levers(**found)


def _whole(value: object, most: int) -> int:
    if type(value) is not int:
        raise BadInput("is not a whole number", value=_plainly(value), allowed=WHOLE, least=0, most=f"{most:,}")
    if not 0 <= value <= most:
        wrong = msgid("is too small") if value < 0 else msgid("is too large")
        raise BadInput(wrong, value=_plainly(value), allowed=WHOLE, least=0, most=f"{most:,}")
    return value


def _plainly(value: object) -> str | int | float | None:
    """The value as an error shows it; a number too long to be written is told by its sign."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**15:
        return "-…" if value < 0 else "…"
    return value if isinstance(value, str | int | float) else None


def _people(value: object) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise BadInput("is not a table", allowed=msgid("a table of keys and values"))
    found: dict[str, int] = {}
    problems: list[BadInput] = []
    for key, count in value.items():
        try:
            found[str(key)] = _whole(count, MOST_PEOPLE)
        except BadInput as error:
            problems.append(error.within(str(key)[:LONGEST_KEY]))
    raise_all(problems)
    return MappingProxyType(found)


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise BadInput("is neither true nor false", value=_plainly(value), allowed=YES_OR_NO)
    return value


def _refund_on(value: object) -> str:
    words = get_args(RefundOn)
    if value not in words:
        shown = _plainly(value)
        raise BadInput("is none of the allowed words", value=shown, allowed=words, nearest=nearest_name(str(shown), words))
    return str(value)


READ: Mapping[str, Any] = {
    "people": _people,
    "batch": _flag,
    "erp_cut": _flag,
    "agreement": _flag,
    "authority": lambda value: _whole(value, MOST_AUTHORITY),
    "refund_on": _refund_on,
    "refresh": lambda value: _whole(value, MOST_REFRESH),
}
"""How each lever is read."""


# ---------------------------------------------------------------- in a situation
@cache
def allowed(situation: str) -> Allowed:
    """What can be moved in a situation, and how it is now. Raises BadInput for one that does not ship."""
    scenario = as_it_is(situation).scenario
    shifts = tuple(
        Shift(
            key=f"{pool}.{group_name}.{name}",
            pool=pool,
            group=group_name,
            name=name,
            begin=clock_text(shift.from_),
            end=clock_text(shift.to),
            days=shift.days,
            now=shift.count,
        )
        for pool in POOLS
        for group_name, group in scenario.pools[pool].groups.items()
        for name, shift in group.shifts.items()
    )
    pool, regular = REGULAR
    agents = scenario.pools[pool].groups.get(regular)
    policy = scenario.policy
    now = Levers(
        people={shift.key: shift.now for shift in shifts},
        batch=policy.batch.on,
        erp_cut=policy.erp_cut.on,
        agreement=policy.recall.agreement,
        authority=None if agents is None else _whole_units(agents.authority, FEN),
        refund_on=policy.returns.refund_on,
        refresh=_whole_units(policy.refresh, MINUTE),
    )
    return Allowed(shifts, now, agents is not None)


def _whole_units(number: int, unit: int) -> int | None:
    return None if number % unit else number // unit


def checked(levers: Levers, situation: str) -> Levers:
    """What of the levers differs from the situation as it is. Raises BadInput (BadInputs) for people of a shift that it does not have, the
    authority of agents that it does not have, and a pool without anybody."""
    can = allowed(situation)
    keys = [shift.key for shift in can.shifts]
    problems = [
        BadInput(msgid("no such shift"), field="people", value=key, allowed=keys, nearest=nearest_name(key, keys))
        for key in levers.people
        if key not in keys
    ]
    if levers.authority is not None and not can.authority:
        problems.append(BadInput(msgid("there are no regular agents in this situation"), field="authority", value=levers.authority))
    for pool in POOLS:
        if not sum(levers.people.get(shift.key, shift.now) for shift in can.shifts if shift.pool == pool):
            some = msgid("at least one shift with a count above 0")
            problems.append(BadInput('nobody works in the pool "{pool}"', field=f"people.{pool}", allowed=some, pool=pool))
    raise_all(problems)
    others = {each.name: getattr(levers, each.name) for each in fields(Levers) if each.name != "people"}
    return Levers(
        people={key: count for key, count in levers.people.items() if count != can.now.people[key]},
        **{name: value for name, value in others.items() if value is not None and value != getattr(can.now, name)},
    )


def given(situation: str, levers: Levers = AS_IT_IS) -> Given:
    """The scenario that a situation becomes under levers, and its hash. Raises BadInput."""
    return _given(situation, json.dumps(checked(levers, situation).to_json()))


@lru_cache(maxsize=MOST_KEPT)
def _given(situation: str, levers: str) -> Given:
    return laid_over(situation, _tree(from_json(json.loads(levers))))


# ---------------------------------------------------------------- for the simulator
def overlay(levers: Levers, situation: str) -> Mapping[str, Any]:
    """What is laid over a situation's file: empty where nothing differs. Raises BadInput as `checked`."""
    return _tree(checked(levers, situation))


def toml(levers: Levers, title: str) -> str:
    """Levers, as `checked` gives them, as a file for `refund-desk run SITUATION --overlay FILE`, under a title that may be any text."""
    import tomlkit

    document = tomlkit.document()
    document["title"] = title.encode("utf-8", "replace").decode()
    for key, table in _tree(levers).items():
        document[key] = _told(table)
    return tomlkit.dumps(document)


def _told(value: Any) -> Any:
    """A value as the file writes it: a sourced figure on one line, as people do."""
    import tomlkit

    if not isinstance(value, dict):
        return value
    is_shell = all(isinstance(inner, dict) and "value" not in inner for inner in value.values())
    table: Any = tomlkit.inline_table() if "value" in value else tomlkit.table(is_super_table=is_shell)
    for key, inner in value.items():
        table[key] = _told(inner)
    return table


def _tree(levers: Levers) -> dict[str, Any]:
    """The levers as the tables and keys of a scenario's file."""
    tree = {} if levers.agreement is None else _policy(AGREEMENT[levers.agreement])
    for path, value in _values(levers):
        table = tree
        for word in path[:-1]:
            table = table.setdefault(word, {})
        table[path[-1]] = value
    return tree


def _values(levers: Levers) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Where each lever stands in a scenario's file, and what stands there."""
    for key, count in sorted(levers.people.items()):
        pool, group, shift = key.split(".")
        yield ("pools", pool, "groups", group, "shifts", shift, "count"), count
    pool, regular = REGULAR
    if levers.authority is not None:
        yield ("pools", pool, "groups", regular, "authority"), f"{levers.authority} yuan"
    if levers.batch is not None:
        yield ("policy", "batch", "on"), levers.batch
    if levers.erp_cut is not None:
        yield ("policy", "erp_cut", "on"), levers.erp_cut
    if levers.refund_on is not None:
        yield ("policy", "returns", "refund_on"), levers.refund_on
    if levers.refresh is not None:
        yield ("policy", "refresh"), f"{levers.refresh} min"


def _policy(name: str) -> dict[str, Any]:
    """What a shipped policy lays over a scenario, without what it calls itself."""
    content, _places = read_toml(scenarios_folder() / "policies" / f"{name}.toml")
    return {key: value for key, value in content.items() if key not in HEADING}
