"""The decision tables: one TOML file per path, first match wins; loaded once and proven whole.

`load_tables` raises BadInput with file, line, field and nearest name for whatever a table gets wrong: unknown facets, values, words
or cells, a rule that no facts can reach, a path without a last rule.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

from sim.errors import BadInput, nearest_name, raise_all
from sim.rules.cover import Box, outside
from sim.rules.facets import domains, facts_like, places
from sim.rules.facts import Deadline, Facts, Labelled, OrderState, Response, Settings
from sim.rules.reasons import reasons

PATHS = (1, 2, 3, 4)
GRADES = ("A", "H", "M", "L", "P")

_RULE_KEYS = ("id", "cell", "when", "accepted_paths", "response", "deadline", "why", "why_not", "source", "grade")
_MORE_KEYS = ("alternatives",)

Word = TypeVar("Word", bound=Labelled)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A likely wrong answer, a response or a path, and why it is wrong."""

    response: Response | None
    path: int | None
    why: Text


@dataclass(frozen=True, slots=True)
class Cell:
    """A skill: one of the 24 traps in which a trainee is graded."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rule:
    """One row of a table. `when`: boxes, any of which is enough; `points`: for each box, facets that no earlier rule takes."""

    id: str
    path: int
    cell: str
    when: tuple[Box, ...]
    points: tuple[Mapping[str, Any], ...]
    accepted_paths: tuple[int, ...]
    response: Response
    deadline: Deadline
    alternatives: tuple[Response, ...]
    why: Text
    why_not: tuple[Mistake, ...]
    source: str
    grade: str

    @property
    def facets(self) -> frozenset[str]:
        """The facets that this rule names."""
        return frozenset(name for box in self.when for name in box)

    def example(self, order_state: OrderState, settings: Settings, box: int = 0) -> tuple[Facts, Settings]:
        """Facts and settings that reach this rule, by the given one of its boxes."""
        return facts_like(self.points[box], order_state, settings)


class Table:
    """The rules of one path, in their order."""

    def __init__(self, path: int, rules: tuple[Rule, ...]) -> None:
        self.path = path
        self.rules = rules
        at = places()
        self._tests = tuple((tuple((at[name], allowed) for name, allowed in box.items()), rule) for rule in rules for box in rule.when)

    def first(self, reading: tuple[Any, ...]) -> Rule:
        """The first rule that fits a reading of facts."""
        for conditions, rule in self._tests:
            for place, allowed in conditions:
                if reading[place] not in allowed:
                    break
            else:
                return rule
        raise AssertionError("the last rule of a table fits everything")


def load_tables(texts: Mapping[str, str] | None = None) -> dict[int, Table]:
    """The tables from TOML texts by file name ("words.toml", "path_1.toml", …), those shipped when none are given."""
    folder = resources.files("sim.rules.tables")
    names = ("words.toml", *(f"path_{path}.toml" for path in PATHS))
    texts = {name: folder.joinpath(name).read_text("utf-8") for name in names} | dict(texts or {})
    words = _parsed("words.toml", texts["words.toml"])
    cells = tuple(entry["key"] for entry in words["cell"])
    groups = _groups(words["groups"])
    found: dict[int, Table] = {}
    for path in PATHS:
        reader = _Reader(path, f"path_{path}.toml", texts[f"path_{path}.toml"], cells, groups)
        found[path] = Table(path, reader.rules())
    return found


def load_cells() -> tuple[Cell, ...]:
    """The 24 skill cells in the order of the paths."""
    text = resources.files("sim.rules.tables").joinpath("words.toml").read_text("utf-8")
    return tuple(Cell(**entry) for entry in tomllib.loads(text)["cell"])


def _parsed(file: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise BadInput("is not valid TOML ({reason})", file=file, line=int(at[1]) if at else None, reason=error) from None


def _groups(written: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, frozenset[Any]]]:
    """The groups of values by facet and name, those of the reasons added."""
    groups = {facet: {name: frozenset(values) for name, values in named.items()} for facet, named in written.items()}
    owing = frozenset(reason.key for reason in reasons() if reason.owes_compensation)
    shown = frozenset(reason.key for reason in reasons() if reason.publicly_shown)
    groups["reason"] = {"owes_compensation": owing, "publicly_shown": shown, "owes_or_shown": owing | shown}
    return groups


class _Reader:
    """Reads one table, and says on which line it is wrong."""

    def __init__(self, path: int, file: str, text: str, cells: tuple[str, ...], groups: Mapping[str, Mapping[str, frozenset[Any]]]) -> None:
        self.path, self.file, self.cells, self.groups = path, file, cells, groups
        self.lines = text.splitlines()
        self.heads = [number for number, line in enumerate(self.lines, 1) if line.split("#")[0].strip() == "[[rule]]"]
        self.table = _parsed(file, text)

    def rules(self) -> tuple[Rule, ...]:
        """All rules; raises what is wrong with them, all of it at once."""
        found: list[Rule] = []
        taken: list[Box] = []
        problems: list[BadInput] = []
        entries = self.table.get("rule", [])
        for number, entry in enumerate(entries):
            try:
                rule = self._rule(number, entry, taken)
                if any(rule.id == other.id for other in found):
                    raise self._wrong(number, "id", "{reason}", rule.id, reason="another rule has this id")
                found.append(rule)
                taken += rule.when
            except BadInput as error:
                problems.append(error)
        if not problems and (not found or found[-1].when != ({},)):
            problems.append(self._wrong(len(entries) - 1, "when", "{reason}", None, reason="the last rule must fit everything: when = {}"))
        raise_all(problems)
        return tuple(found)

    def _rule(self, number: int, entry: Mapping[str, Any], taken: list[Box]) -> Rule:
        for key in entry:
            if key not in _RULE_KEYS + _MORE_KEYS:
                near = nearest_name(key, _RULE_KEYS + _MORE_KEYS)
                raise self._wrong(number, key, "unknown key", None, allowed=_RULE_KEYS + _MORE_KEYS, nearest=near)
        for key in _RULE_KEYS:
            if key not in entry or entry[key] in ("", []):
                raise self._wrong(number, key, "is missing", None)
        if not str(entry["id"]).startswith(f"P{self.path}."):
            raise self._wrong(number, "id", "is none of the allowed words", entry["id"], allowed=[f"P{self.path}.…"])
        when, points = self._condition(number, entry["when"], taken)
        accepted = tuple(entry["accepted_paths"])
        if accepted[0] != self.path or not set(accepted) <= set(PATHS):
            raise self._wrong(number, "accepted_paths", "{reason}", None, reason=f"the path as filed, {self.path}, comes first")
        response = self._word(number, "response", entry["response"], Response)
        alternatives = tuple(self._word(number, "alternatives", key, Response) for key in entry.get("alternatives", []))
        return Rule(
            id=entry["id"],
            path=self.path,
            cell=self._one_of(number, "cell", entry["cell"], self.cells),
            when=when,
            points=points,
            accepted_paths=accepted,
            response=response,
            deadline=self._word(number, "deadline", entry["deadline"], Deadline),
            alternatives=alternatives,
            why=self._text(number, "why", entry["why"]),
            why_not=tuple(self._mistake(number, each, accepted, (response, *alternatives)) for each in entry["why_not"]),
            source=entry["source"],
            grade=self._one_of(number, "grade", entry["grade"], GRADES),
        )

    def _condition(self, number: int, when: Any, taken: list[Box]) -> tuple[tuple[Box, ...], tuple[Mapping[str, Any], ...]]:
        boxes = tuple(self._box(number, each) for each in (when if isinstance(when, list) else [when]))
        points = []
        for box in boxes:
            filed: Box = {"sends_back": frozenset([self.path == 4])} if self.path >= 3 else {}
            point = outside({**filed, **box}, taken, domains())
            if point is None:
                raise self._wrong(number, "when", "{reason}", None, reason="no facts reach this rule: earlier ones take them all")
            points.append(point)
        return boxes, tuple(points)

    def _box(self, number: int, conditions: Any) -> Box:
        if not isinstance(conditions, dict):
            raise self._wrong(number, "when", "is not a table", conditions)
        box: dict[str, frozenset[Any]] = {}
        for facet, wanted in conditions.items():
            if facet not in domains():
                near = nearest_name(facet, domains())
                raise self._wrong(number, f"when.{facet}", "unknown key", None, allowed=tuple(domains()), nearest=near)
            values = [value for each in (wanted if isinstance(wanted, list) else [wanted]) for value in self._values(number, facet, each)]
            box[facet] = frozenset(values)
        return box

    def _values(self, number: int, facet: str, value: Any) -> Iterator[Any]:
        """The values that one word of a condition stands for: itself, or those of its group."""
        groups = self.groups.get(facet, {})
        if isinstance(value, str) and value.startswith("@"):
            yield from groups[self._one_of(number, f"when.{facet}", value, tuple(f"@{name}" for name in groups)).removeprefix("@")]
            return
        allowed = domains()[facet]
        if value not in allowed or isinstance(value, bool) != isinstance(allowed[0], bool):
            words = [str(each).lower() if isinstance(each, bool) else each for each in allowed] + [f"@{name}" for name in groups]
            near = nearest_name(str(value), words)
            raise self._wrong(number, f"when.{facet}", "is none of the allowed words", value, allowed=words, nearest=near)
        yield value

    def _mistake(self, number: int, entry: Mapping[str, Any], paths: tuple[int, ...], right: tuple[Response, ...]) -> Mistake:
        response = self._word(number, "why_not", entry["response"], Response) if "response" in entry else None
        path = entry.get("path")
        if (response is None) == (path is None) or response in right or path in paths:
            raise self._wrong(number, "why_not", "{reason}", str(response or path), reason="one wrong response or one wrong path is wanted")
        return Mistake(response, path, self._text(number, "why_not", entry))

    def _text(self, number: int, key: str, entry: Any) -> Text:
        if not isinstance(entry, dict) or not entry.get("zh") or not entry.get("en"):
            raise self._wrong(number, key, "is not a text in Chinese and English", None)
        return Text(entry["zh"], entry["en"])

    def _word(self, number: int, key: str, value: Any, kind: type[Word]) -> Word:
        return kind(self._one_of(number, key, value, tuple(word.value for word in kind)))

    def _one_of(self, number: int, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            near = nearest_name(str(value), allowed)
            raise self._wrong(number, key, "is none of the allowed words", value, allowed=allowed, nearest=near)
        return str(value)

    def _wrong(self, number: int, key: str, template: str, value: Any, **more: Any) -> BadInput:
        """The error of one key of the rule with this number, with its line."""
        first = self.heads[number] if 0 <= number < len(self.heads) else 1
        last = self.heads[number + 1] if number + 1 < len(self.heads) else len(self.lines) + 1
        start = key.partition(".")[0]
        line = next((at for at in range(first, last) if re.match(rf"\s*{re.escape(start)}\b\s*=", self.lines[at - 1])), first)
        return BadInput(template, file=f"sim/rules/tables/{self.file}", line=line, field=key, value=value, **more)
