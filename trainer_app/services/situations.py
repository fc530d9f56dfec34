"""What one can ask "what if" about: the scenarios that ship with the program, as they are and with a manager's levers moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import BadInput, msgid, nearest_name
from sim.scenario.fields import Text
from sim.scenario.load import load_scenario, overlay_heading, scenario_hash
from sim.scenario.schema import Scenario
from sim.shipped import scenarios_folder

FIRST = "double11-2022"
"""The situation that is shown to somebody who has not chosen one."""


@dataclass(frozen=True)
class Situation:
    """A shipped scenario: its name in links and on the command line, and what it is called."""

    name: str
    title: Text
    about: Text | None


@dataclass(frozen=True)
class Given:
    """A scenario and the hash of all that decides what happens in it."""

    scenario: Scenario
    hash: str


@cache
def situations() -> tuple[Situation, ...]:
    """All of them, by name."""
    found = (overlay_heading(file) for file in sorted(scenarios_folder().glob("*.toml")))
    return tuple(Situation(each.name, each.title, each.about) for each in found)


def situation(name: str) -> Situation:
    """The situation of that name. Raises BadInput."""
    names = [each.name for each in situations()]
    if name not in names:
        raise BadInput(msgid("no such situation"), field="situation", value=name, allowed=names, nearest=nearest_name(name, names))
    return next(each for each in situations() if each.name == name)


def file_of(name: str) -> Path:
    """The situation's file. Raises BadInput."""
    return scenarios_folder() / f"{situation(name).name}.toml"


@cache
def as_it_is(name: str) -> Given:
    """The situation as it ships. Raises BadInput."""
    return _given(name, {})


def laid_over(name: str, overlay: Mapping[str, Any]) -> Given:
    """The situation with an overlay. Raises BadInput."""
    return _given(name, overlay) if overlay else as_it_is(name)


def _given(name: str, overlay: Mapping[str, Any]) -> Given:
    scenario = load_scenario(file_of(name), [overlay] if overlay else [])
    return Given(scenario, scenario_hash(scenario))
