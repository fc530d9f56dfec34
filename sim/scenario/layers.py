"""Files laid over one another: what each says, where it says it, and which of its values are sourced figures.

A scenario is a stack of layers: the files it extends, its presets, itself, then the overlays. Each touches only
what it names. A table is merged key by key, except a distribution of another `dist`, a preset and a sourced
figure, which replace what was there; so do lists and plain values.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sim.errors import BadInput, msgid, nearest_name, raise_all
from sim.scenario.lines import Path, Place, place_of

FIGURE_KEYS = ("value", "source", "grade", "unit")
_SOURCED = ("source", "grade", "unit")
_A_FIGURE = msgid('a table such as {{ value = "4.2 h", source = "…", grade = "M" }}')


@dataclass(frozen=True)
class Layer:
    """One file: `tree` holds plain values only; `figures` the sources lifted off them; `places` the file and line of each key."""

    tree: dict[str, Any]
    places: Mapping[Path, Place] = field(default_factory=dict)
    figures: Mapping[Path, dict[str, Any]] = field(default_factory=dict)


def layer_of(raw: Mapping[str, Any], places: Mapping[Path, Place]) -> Layer:
    """A layer from a parsed file. Raises BadInput for figures that are not whole."""
    figures: dict[Path, dict[str, Any]] = {}
    problems: list[BadInput] = []
    tree = _lift(dict(raw), (), {}, figures, problems)
    raise_all([problem.at(*place_of(tuple((problem.field or "").split(".")), places)) for problem in problems])
    return Layer(tree, places, figures)


def _lift(table: dict[str, Any], path: Path, source: dict[str, Any], figures: dict[Path, dict[str, Any]], problems: list[BadInput]) -> Any:
    """Take the figures out of a table: {value, source, grade} becomes its value; a table's own source goes to all numbers in it."""
    if path and "value" in table and "dist" not in table and not isinstance(table["value"], Mapping):
        return _lift_one(table, path, source, figures, problems)
    if any(key in table and not isinstance(table[key], Mapping) for key in _SOURCED[:2]):
        missing = [key for key in _SOURCED[:2] if key not in table]
        if missing:
            problems.append(BadInput("is missing: a sourced figure needs it", field=".".join((*path, missing[0])), allowed=_A_FIGURE))
        source = {key: table[key] for key in _SOURCED if key in table}
        table = {key: value for key, value in table.items() if key not in _SOURCED}
    plain: dict[str, Any] = {}
    for key, value in table.items():
        plain[key] = _lift_value(value, (*path, key), source, figures, problems)
        if source and _is_quantity(value):
            figures[(*path, key)] = {"value": value, **source}
    return plain


def _lift_value(value: Any, path: Path, source: dict[str, Any], figures: dict[Path, dict[str, Any]], problems: list[BadInput]) -> Any:
    if isinstance(value, Mapping):
        return _lift(dict(value), path, source, figures, problems)
    if isinstance(value, list):
        return [_lift_value(each, (*path, str(number)), source, figures, problems) for number, each in enumerate(value)]
    return value


def _lift_one(
    table: dict[str, Any], path: Path, source: dict[str, Any], figures: dict[Path, dict[str, Any]], problems: list[BadInput]
) -> Any:
    dotted = ".".join(path)
    for key in table:
        if key not in FIGURE_KEYS:
            problems.append(BadInput("unknown key", field=f"{dotted}.{key}", allowed=FIGURE_KEYS, nearest=nearest_name(key, FIGURE_KEYS)))
    whole = {**source, **table}
    for key in _SOURCED[:2]:
        if key not in whole:
            problems.append(BadInput("is missing: a sourced figure needs it", field=f"{dotted}.{key}", allowed=_A_FIGURE))
    if not (isinstance(table["value"], str | int | float) or _is_profile(table["value"])):
        problems.append(BadInput("is not a plain value", field=f"{dotted}.value", allowed=_A_FIGURE))
    figures[path] = {key: whole[key] for key in FIGURE_KEYS if key in whole}
    return table["value"]


def _is_quantity(value: Any) -> bool:
    if isinstance(value, str):
        return value[:1].isdigit() or value == "none"
    return _is_number(value) or _is_profile(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_profile(value: Any) -> bool:
    """Numbers that make one figure together, such as the shares of the hours of a day."""
    return isinstance(value, list) and bool(value) and all(_is_number(each) for each in value)


def laid_over(base: Layer, over: Layer) -> Layer:
    """`base` with everything that `over` names put in its place. A figure whose value is replaced loses its old source."""
    tree = deepcopy(base.tree)
    replaced = set(_replace(tree, over.tree, ()))
    figures = {path: figure for path, figure in base.figures.items() if not _inside(path, replaced)}
    figures.update(over.figures)
    places = {path: place for path, place in base.places.items() if not _inside(path, replaced)}
    places.update(over.places)
    return Layer(tree, places, figures)


def _replace(into: dict[str, Any], new: Mapping[str, Any], path: Path) -> Iterator[Path]:
    for key, value in new.items():
        here = (*path, key)
        old = into.get(key)
        if isinstance(old, dict) and isinstance(value, Mapping) and not _replaces(old, value):
            yield from _replace(old, value, here)
        else:
            into[key] = deepcopy(value)
            yield here


def _replaces(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Another distribution, or another preset, leaves nothing of the old one behind."""
    return "preset" in new or ("dist" in new and new["dist"] != old.get("dist"))


def _inside(path: Path, replaced: set[Path]) -> bool:
    return any(path[:length] in replaced for length in range(1, len(path) + 1))


def as_overlay(layer: Layer, keys: Iterable[str]) -> Layer:
    """A layer that is no scenario of its own: without the keys that only say what it is, and without a place for the whole."""
    rest = without(layer, keys)
    return Layer(rest.tree, {path: place for path, place in rest.places.items() if path}, rest.figures)


def without(layer: Layer, keys: Iterable[str]) -> Layer:
    """The layer without some of its top-level keys."""
    gone = set(keys)
    return Layer(
        {key: value for key, value in layer.tree.items() if key not in gone},
        {path: place for path, place in layer.places.items() if not path or path[0] not in gone},
        {path: figure for path, figure in layer.figures.items() if path[0] not in gone},
    )


def under(key: str, layer: Layer) -> Layer:
    """The layer moved into the table `key`."""
    return Layer(
        {key: layer.tree},
        {(key, *path): place for path, place in layer.places.items()},
        {(key, *path): figure for path, figure in layer.figures.items()},
    )
