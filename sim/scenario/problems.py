"""pydantic's errors told as the project tells bad input: file, line, field, value, what is allowed, the nearest name."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sim.errors import BadInput, each_problem, msgid, nearest_name
from sim.scenario.distribution import DISTS
from sim.scenario.lines import Path, Place, place_of
from sim.scenario.schema import Scenario

NOT_IN_FILES = ("figures",)
"""Fields that the loader fills in itself."""

_TYPES = {
    "int_type": (msgid("is not a whole number"), msgid("a whole number")),
    "int_from_float": (msgid("is not a whole number"), msgid("a whole number")),
    "float_type": (msgid("is not a number"), msgid("a number")),
    "finite_number": (msgid("is not a finite number"), msgid("a number")),
    "bool_type": (msgid("is neither true nor false"), msgid("true or false, without quotes")),
    "string_type": (msgid("is not a text"), msgid("a text in quotes")),
    "model_type": (msgid("is not a table"), msgid("a table of keys and values")),
    "dict_type": (msgid("is not a table"), msgid("a table of names")),
    "tuple_type": (msgid("is not a list"), msgid("a list in square brackets")),
    "greater_than": (msgid("is too small"), msgid("more than {limit}")),
    "greater_than_equal": (msgid("is too small"), msgid("{limit} or more")),
    "less_than": (msgid("is too large"), msgid("less than {limit}")),
    "less_than_equal": (msgid("is too large"), msgid("at most {limit}")),
    "too_long": (msgid("has too many entries"), msgid("at most {limit} entries")),
}


def told(error: ValidationError, tree: Mapping[str, Any], places: Mapping[Path, Place], root: type[BaseModel] = Scenario) -> list[BadInput]:
    """Every problem pydantic found in `tree`, which should have been a `root`, placed, in the order of the lines."""
    problems = []
    for detail in error.errors(include_url=False):
        path = _path(detail["loc"], tree)
        for problem in _each(detail, path, tree, root):
            within = problem.within(".".join(path))
            inner = tuple((within.field or "").split("."))
            problems.append(within.at(*place_of(inner, places)))
    return sorted(problems, key=lambda problem: (problem.file or "", problem.line or 0))


def names_at(path: Path, tree: Mapping[str, Any], root: type[BaseModel] = Scenario) -> tuple[str, ...]:
    """The keys that the table at `path` may have, as files write them; () for a table of free names."""
    kind: Any = root
    node: Any = tree
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
        kind = _below(kind, part, node)
        if kind is None:
            return ()
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return ()
    return tuple(each.alias or name for name, each in kind.model_fields.items() if name not in NOT_IN_FILES)


def _each(detail: ErrorDetails, path: Path, tree: Mapping[str, Any], root: type[BaseModel]) -> tuple[BadInput, ...]:
    """The problems behind one of pydantic's, with fields below `path`."""
    kind, given, context = detail["type"], detail.get("input"), detail.get("ctx", {})
    value = given if isinstance(given, str | int | float) else None
    if kind == "value_error" and isinstance(context.get("error"), BadInput):
        return each_problem(context["error"])
    if kind == "extra_forbidden":
        names = names_at(path[:-1], tree, root)
        return (BadInput("unknown key", allowed=names or None, nearest=nearest_name(path[-1], names)),)
    if kind == "missing":
        return (BadInput("is missing"),)
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        return (BadInput("is none of the allowed words", value=value, allowed=words, nearest=nearest_name(str(value), words)),)
    if kind == "union_tag_not_found":
        return (BadInput("is missing: a distribution says which it is", field="dist", allowed=DISTS),)
    if kind == "union_tag_invalid":
        tag = str(context.get("tag"))
        return (BadInput("no such distribution", field="dist", value=tag, allowed=DISTS, nearest=nearest_name(tag, DISTS)),)
    if kind in _TYPES:
        template, allowed = _TYPES[kind]
        limit = next((f"{context[key]:g}" for key in ("gt", "ge", "lt", "le", "max_length") if key in context), "")
        return (BadInput(template, value=value, allowed=allowed, limit=limit),)
    return (BadInput("{reason}", value=value, reason=detail["msg"]),)


def _path(loc: tuple[int | str, ...], tree: Mapping[str, Any]) -> Path:
    """pydantic's location as keys of the file: without the member of a union and without its mark for names."""
    path: Path = ()
    node: Any = tree
    for part in loc:
        if part == "[key]" or isinstance(node, str):
            break
        if isinstance(node, Mapping) and part not in node and node.get("dist") == part:
            continue
        path = (*path, str(part))
        node = (
            node.get(part)
            if isinstance(node, Mapping)
            else node[part]
            if isinstance(node, list | tuple) and isinstance(part, int) and part < len(node)
            else None
        )
    return path


def _below(kind: Any, part: str, node: Any) -> Any:
    """The type one key further down, unwrapped to a model, a dict or a tuple; None if there is none such."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        found = next((each for name, each in kind.model_fields.items() if part in (name, each.alias)), None)
        return None if found is None else _unwrapped(found.annotation, node)
    arguments = get_args(kind)
    return _unwrapped(arguments[1] if get_origin(kind) is dict else arguments[0], node) if arguments else None


def _unwrapped(kind: Any, node: Any) -> Any:
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) not in (Union, UnionType):
        return kind
    members = [_unwrapped(each, node) for each in get_args(kind) if each is not type(None)]
    tag = node.get("dist") if isinstance(node, Mapping) else None
    return next(
        (each for each in members if hasattr(each, "model_fields") and _tag(each) == tag), members[0] if len(members) == 1 else None
    )


def _tag(model: type[BaseModel]) -> Any:
    tagged = model.model_fields.get("dist")
    return tagged.default if tagged is not None else None
