"""A scenario with some of its values put otherwise: for experiments that vary one figure after another."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from sim.errors import BadInput, raise_all
from sim.scenario.problems import told
from sim.scenario.schema import Scenario


def value_at(scenario: Scenario, key: str) -> Any:
    """What stands at a dotted key, in the units the simulator counts in (seconds, fen, shares). Raises KeyError."""
    tree = scenario.model_dump(by_alias=True)
    table, last = _table(tree, key)
    return table[last]


def changed(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with other values at dotted keys, given in seconds, fen and shares. Raises KeyError for a key that is not there, and
    BadInput where it would be no sound scenario. Where it was written is not known of a changed one."""
    tree = scenario.model_dump(by_alias=True)
    for key, value in values.items():
        table, last = _table(tree, key)
        table[last] = value
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        problems: list[BadInput] = list(told(error, tree, {}))
        raise_all(problems)
        raise


def _table(tree: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The table that holds a dotted key, and the key's name there, which may have dots itself ("p1.plain-batch")."""
    words = key.split(".")
    here: Any = tree
    while words:
        for length in range(1, len(words) + 1):
            name = ".".join(words[:length])
            if isinstance(here, dict) and name in here:
                if length == len(words):
                    return here, name
                here, words = here[name], words[length:]
                break
        else:
            raise KeyError(key)
    raise KeyError(key)
