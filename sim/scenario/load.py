"""Reading scenarios: TOML files, what they extend, their presets, and overlays, into one checked `Scenario`."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import BadInput, msgid, nearest_name, raise_all
from sim.scenario.fields import FROM_FILE, Text
from sim.scenario.layers import Layer, as_overlay, laid_over, layer_of, under, without
from sim.scenario.lines import Place, key_lines, place_of
from sim.scenario.problems import names_at, told
from sim.scenario.schema import Origin, Scenario
from sim.shipped import scenarios_folder

Overlay = str | Path | Mapping[str, Any]
"""A TOML file, or the same content as a mapping (quantities with their units; files as seen from the scenario's folder)."""

HEADING = ("name", "title", "about")
NO_PRESET = {
    "clocks": msgid("no such preset of the platform's clocks"),
    "costs": msgid("no such preset of costs"),
    "gate": msgid("no such preset of the sale's gate"),
}
"""The tables that may begin from a file in the folder of their name, and what is said where there is no such file."""
_A_TOML_FILE = msgid("a TOML file")
_A_TEXT = msgid('a table such as {{ zh = "…", en = "…" }}')
_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Heading:
    """What an overlay calls itself."""

    name: str
    title: Text
    about: Text | None = None


def load_scenario(path: str | Path, overlays: Iterable[Overlay] = ()) -> Scenario:
    """The scenario of a file, with overlays laid over it in turn. Raises BadInput (BadInputs for several problems).

    An overlay's own title is not the scenario's; read it with `overlay_heading`. Neither the history nor the forecast is opened here.
    """
    path = Path(path)
    layer = _read_stack(path, ())
    layer = Layer({"name": path.stem, **layer.tree}, layer.places, layer.figures)
    for number, overlay in enumerate(overlays, start=1):
        above = _in_memory(overlay, number, path.parent) if isinstance(overlay, Mapping) else _read_stack(Path(overlay), ())
        layer = laid_over(layer, as_overlay(above, HEADING))
    return _checked(layer)


def overlay_heading(path: str | Path) -> Heading:
    """Name and title of an overlay or scenario file; a file without a title is called by its name. Raises BadInput."""
    path = Path(path)
    layer = _read_stack(path, ())
    name = str(layer.tree.get("name", path.stem))
    return Heading(name, _text(layer, "title") or Text(zh=name, en=name), _text(layer, "about"))


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 (hex) of all that decides what happens: equal for equal desks, however the files were written.

    A history and a forecast count by their content. Names, titles and sources do not count; the order of a pool's groups does, since
    idle staff are given work in it. Raises BadInput if such a file cannot be read.
    """
    content: dict[str, Any] = scenario.model_dump(mode="json", by_alias=True, exclude={*HEADING, "figures"})
    for table in NO_PRESET:
        content[table].pop("preset")
    for pool in content["pools"].values():
        pool["groups"] = list(pool["groups"].items())
    content["demand"]["history"] = _content_hash(scenario, "demand.history", scenario.demand.history)
    if scenario.demand.orders is not None:
        content["demand"]["orders"]["forecast"] = _content_hash(scenario, "demand.orders.forecast", scenario.demand.orders.forecast)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _content_hash(scenario: Scenario, field: str, file: Path | None) -> str | None:
    return None if file is None else hashlib.sha256(_bytes(file, field, scenario.place(field))).hexdigest()


def _text(layer: Layer, key: str) -> Text | None:
    given = layer.tree.get(key)
    if given is None:
        return None
    try:
        return Text(zh=given, en=given) if isinstance(given, str) else Text.model_validate(given)
    except ValidationError:
        place = place_of((key,), layer.places)
        raise BadInput("is not a text in Chinese and English", field=key, allowed=_A_TEXT).at(*place) from None


def _checked(layer: Layer) -> Scenario:
    figures = {".".join(path): figure for path, figure in layer.figures.items()}
    tree = {**layer.tree, "figures": figures}
    problems = []
    if "figures" in layer.tree:  # a field of the scenario, but the loader's to fill in
        problems.append(BadInput("unknown key", field="figures", allowed=names_at((), tree)).at(*place_of(("figures",), layer.places)))
    try:
        scenario = Scenario.model_validate(tree, context=FROM_FILE)
    except ValidationError as error:
        problems += [_told_of_figure(problem, layer.places) for problem in told(error, tree, layer.places)]
        raise_all(problems)
        raise
    raise_all(problems)
    scenario._origin = Origin(dict(layer.places))  # pydantic keeps private attributes of frozen models writable, for such uses
    return scenario


def _told_of_figure(problem: BadInput, places: Mapping[tuple[str, ...], Place]) -> BadInput:
    """A problem of a figure's source or grade, at the key that a reader of the file knows."""
    if not (problem.field or "").startswith("figures."):
        return problem
    moved = BadInput(problem.template, value=problem.value, allowed=problem.allowed, nearest=problem.nearest, **problem.values)
    field = (problem.field or "").removeprefix("figures.")
    return moved.at(*place_of(tuple(field.split(".")), places), field=field)


def _in_memory(overlay: Mapping[str, Any], number: int, folder: Path) -> Layer:
    origin = f"<overlay {number}>"
    places: dict[tuple[str, ...], Place] = {}

    def note(value: Any, path: tuple[str, ...]) -> None:
        places[path] = (origin, None)
        if isinstance(value, Mapping):
            for key, inner in value.items():
                note(inner, (*path, str(key)))

    note(overlay, ())
    return _with_its_files(layer_of(overlay, places), folder, ())


def _read_stack(path: Path, below: tuple[Path, ...], named_at: Place = (None, None), named_by: str | None = None) -> Layer:
    """A file over all that it extends. `below`: the files that led here, for the sake of circles; `named_by`, `named_at`: the key that
    names it, and where."""
    layer = _read(path, named_by, named_at)
    if path.resolve() in [each.resolve() for each in below]:
        chain = " → ".join(each.name for each in (*below, path))
        raise BadInput("these files extend each other in a circle: {chain}", field="extends", value=path.name, chain=chain).at(*named_at)
    layer = _with_its_files(layer, path.parent, (*below, path))
    if "extends" not in layer.tree:
        return layer
    base, place = layer.tree["extends"], place_of(("extends",), layer.places)
    if not isinstance(base, str):
        raise BadInput("is not a file name", field="extends", allowed=_A_TOML_FILE).at(*place)
    beneath = _read_stack(path.parent / base, (*below, path), place, "extends")
    return laid_over(without(beneath, ("name",)), without(layer, ("extends",)))


def _with_its_files(layer: Layer, folder: Path, below: tuple[Path, ...]) -> Layer:
    """Names of other files, resolved where they were written: the paths of history and forecast, and the content of presets."""
    demand = layer.tree.get("demand")
    orders = demand.get("orders") if isinstance(demand, dict) else None
    for table, key in ((demand, "history"), (orders, "forecast")):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = str((folder / table[key]).resolve())
    for table in NO_PRESET:
        layer = _with_preset(table, layer, folder, below)
    return layer


def _with_preset(table: str, layer: Layer, folder: Path, below: tuple[Path, ...]) -> Layer:
    """The layer with the preset that it names for `table` laid under what it says there itself."""
    given = layer.tree.get(table)
    if not (isinstance(given, dict) and "preset" in given):
        return layer
    field = f"{table}.preset"
    place = place_of((table, "preset"), layer.places)
    name = given["preset"]
    preset = without(_read_stack(_preset_file(table, name, folder, place), below, place, field), HEADING)
    own = Layer({**layer.tree, table: {key: value for key, value in given.items() if key != "preset"}}, layer.places, layer.figures)
    named = Layer({**preset.tree, "preset": name}, {**preset.places, ("preset",): place}, preset.figures)
    return laid_over(under(table, named), own)


def _preset_file(table: str, name: Any, folder: Path, place: Place) -> Path:
    here = folder.resolve()
    folders = [each / table for each in (here, here.parent, scenarios_folder())]  # the parent: for an overlay in a folder beside clocks/
    known = sorted({file.stem for each in folders if each.is_dir() for file in each.glob("*.toml")})
    if isinstance(name, str) and name in known:
        return next(each / f"{name}.toml" for each in folders if (each / f"{name}.toml").is_file())
    shown = name if isinstance(name, str | int | float) else None
    raise BadInput(
        NO_PRESET[table], field=f"{table}.preset", value=shown, allowed=known, nearest=nearest_name(str(name), known, likeness=0.3)
    ).at(*place)


def _read(path: Path, field: str | None, named_at: Place) -> Layer:
    """One TOML file. A file that cannot be read is told where it was named (`field`, `named_at`), if it was."""
    return layer_of(*read_toml(path, field, named_at))


def read_toml(path: Path, field: str | None = None, named_at: Place = (None, None)) -> tuple[dict[str, Any], dict[tuple[str, ...], Place]]:
    """What a TOML file says, and where. Raises BadInput, where the file was named (`field`, `named_at`) if it was and cannot be read."""
    text = _decoded(_bytes(path, field, named_at), path)
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise BadInput("is nested too deeply", file=path, allowed=_A_TOML_FILE) from None
    except ValueError as error:
        raise _syntax(str(error), text, path) from None
    places: dict[tuple[str, ...], Place] = {key: (str(path), line) for key, line in key_lines(text).items()}
    places[()] = (str(path), None)
    return raw, places


def _syntax(message: str, text: str, path: Path) -> BadInput:
    found = _LINE.search(message)
    line = int(found[1]) if found else text.count("\n") + 1
    reason = _LINE.sub("", message).replace("(at end of document)", "").strip()
    lines = text.splitlines()
    shown = lines[line - 1].strip() if 0 < line <= len(lines) else None
    return BadInput("is not valid TOML ({reason})", file=path, line=line, value=shown or None, reason=reason)


def _bytes(path: Path, field: str | None, named_at: Place) -> bytes:
    """A file's content; if it cannot be read, BadInput where the file was named, or else for the file itself."""
    at = named_at if field else (str(path), None)
    value = path.name if field else None
    try:
        if path.is_dir():
            raise BadInput("is a folder, not a file", field=field, value=value, allowed=_A_TOML_FILE).at(*at)
        return path.read_bytes()
    except FileNotFoundError:
        beside = [each.name for each in path.parent.iterdir()] if path.parent.is_dir() else []
        raise BadInput(
            "there is no such file ({path})", field=field, value=value, nearest=nearest_name(path.name, sorted(beside)), path=str(path)
        ).at(*at) from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, BadInput):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput("cannot be read ({reason})", field=field, value=value, reason=reason).at(*at) from None


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            "is not in UTF-8", file=path, line=line, allowed=msgid("a text file saved as UTF-8 (not GBK, GB18030 or UTF-16)")
        ) from None
