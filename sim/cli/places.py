"""Which files the words of a command line mean: a path, or the name of something that ships with the program."""

import math
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sim.errors import BadInput, msgid, nearest_name
from sim.scenario.load import Overlay, load_scenario
from sim.scenario.schema import Calendar, Scenario
from sim.shipped import scenarios_folder

MOST_SCALE = 1_000
"""Most that demand.scale may be."""

_A_SCENARIO = msgid("a TOML file, or one of: {names}")
_A_SCALE = msgid("a number above 0 and at most {limit}, such as 1.5 for half as much again")


@dataclass(frozen=True)
class Asked:
    """The scenario that a command line asks for: its file or name, what is laid over it in turn, and the demand given instead.

    history, forecast: files as seen from the working folder. scale: times the scenario's own demand.scale.
    above: what is laid over the overlays, as files or content.
    """

    scenario: str
    overlays: tuple[str, ...] = ()
    history: str | None = None
    forecast: str | None = None
    scale: float = 1.0
    above: tuple[Overlay, ...] = ()


def scenario_file(word: str) -> Path:
    """A scenario's file: the path itself, or a shipped scenario of that name. Raises BadInput."""
    return _file(word, "SCENARIO", scenarios_folder())


def overlay_file(word: str) -> Path:
    """An overlay's file: the path itself, or a shipped policy of that name. Raises BadInput."""
    return _file(word, "--overlay", scenarios_folder() / "policies")


def policy_file(word: str) -> Path:
    """A policy's file: the path itself, or a shipped policy of that name. Raises BadInput."""
    return _file(word, "--policy", scenarios_folder() / "policies")


def experiment_file(word: str) -> Path:
    """An experiment's file: the path itself, or a shipped experiment of that name. Raises BadInput."""
    return _file(word, "--experiment", scenarios_folder() / "experiments")


def loaded(asked: Asked) -> Scenario:
    """The scenario that is asked for: overlays in their order, then history, forecast and scale. Raises BadInput."""
    file = scenario_file(asked.scenario)
    above: list[Overlay] = [*(overlay_file(overlay) for overlay in asked.overlays), *asked.above]
    if asked.history is not None:
        above.append({"demand": {"history": _history(asked.history)}})
    if asked.forecast is None and asked.scale == 1:
        return load_scenario(file, above)
    own = load_scenario(file, above)
    if asked.forecast is not None:
        if own.demand.orders is None:
            raise _no_orders(asked)
        above.append({"demand": {"orders": {"forecast": _forecast(asked.forecast, own.calendar)}}})
    if asked.scale != 1:
        above.append({"demand": {"scale": _scaled(own.demand.scale, asked.scale)}})
    return load_scenario(file, above)


def _history(word: str) -> str:
    if not Path(word).is_file():
        from sim.demand.table import read_table

        read_table(word)  # says what is wrong with it, by its own name
    return str(Path(word).resolve())


def _forecast(word: str, calendar: Calendar) -> str:
    from sim.demand.forecast import read_forecast

    forecast = read_forecast(word)  # what is wrong with it is said by the name that the user gave it, before anything runs
    end = calendar.start + timedelta(days=calendar.days - 1)
    if forecast.dates[-1] < calendar.start or forecast.dates[0] > end:
        raise BadInput(
            "its days, {first} to {last}, are none of the scenario's",
            field="--forecast",
            value=word,
            allowed=msgid("days from {start} to {end}"),
            first=forecast.dates[0].isoformat(),
            last=forecast.dates[-1].isoformat(),
            start=calendar.start.isoformat(),
            end=end.isoformat(),
        )
    return str(Path(word).resolve())


def _no_orders(asked: Asked) -> BadInput:
    takers = [file.stem for file in sorted(scenarios_folder().glob("*.toml")) if _draws_orders(file)]
    if takers:
        allowed = msgid("a scenario whose requests follow from orders ([demand.orders]), such as: {names}")
    else:
        allowed = msgid("a scenario whose requests follow from orders ([demand.orders])")
    return BadInput(
        "the scenario {scenario} draws no orders, so it has no use for a forecast of them",
        field="--forecast",
        value=asked.forecast,
        allowed=allowed,
        scenario=asked.scenario,
        names=", ".join(takers),
    )


def _draws_orders(file: Path) -> bool:
    try:
        return load_scenario(file).demand.orders is not None
    except BadInput:
        return False


def _scaled(own: float, times: float) -> float:
    scale = own * times
    if not 0 < scale <= MOST_SCALE:
        raise BadInput(
            "times the scenario's own demand.scale ({own}) it is {scale}",
            field="--scale",
            value=f"{times:g}",
            allowed=msgid("together above 0 and at most {limit}"),
            own=f"{own:g}",
            scale=f"{scale:g}",
            limit=f"{MOST_SCALE:,}",
        )
    return scale


def _file(word: str, field: str, shipped: Path) -> Path:
    path = Path(word)
    if path.suffix == ".toml" or len(path.parts) != 1 or path.exists():
        return path
    names = sorted(file.stem for file in shipped.glob("*.toml"))
    if word in names:
        return shipped / f"{word}.toml"
    beside = sorted(file.name for file in Path.cwd().glob("*.toml"))
    raise BadInput(
        "there is no such file or name",
        field=field,
        value=word,
        allowed=_A_SCENARIO,
        nearest=nearest_name(word, [*names, *beside]),
        names=", ".join(names),
    )


def whole_number(word: str, field: str, least: int, most: int) -> int:
    """A whole number of the command line. Raises BadInput."""
    try:
        number = int(word)
    except ValueError:
        raise BadInput("is not a whole number", field=field, value=word, allowed=msgid("a whole number")) from None
    if number < least:
        raise BadInput("is too small", field=field, value=number, allowed=msgid("{limit} or more"), limit=f"{least:,}")
    if number > most:
        raise BadInput("is too large", field=field, value=number, allowed=msgid("at most {limit}"), limit=f"{most:,}")
    return number


def scale_of(word: str, field: str) -> float:
    """A multiple of the command line: above 0, at most MOST_SCALE. Raises BadInput."""
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise BadInput("is not a number", field=field, value=word, allowed=_A_SCALE, limit=f"{MOST_SCALE:,}")
    if not 0 < number <= MOST_SCALE:
        wrong = msgid("is too small") if number <= 0 else msgid("is too large")
        raise BadInput(wrong, field=field, value=word, allowed=_A_SCALE, limit=f"{MOST_SCALE:,}")
    return number


def number_above_0(word: str, field: str) -> float:
    """A number of the command line above 0. Raises BadInput."""
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise BadInput("is not a number above 0", field=field, value=word, allowed=msgid("a number above 0"))
    return number


def one_of(word: str, field: str, allowed: tuple[str, ...]) -> str:
    """One of a few words. Raises BadInput."""
    if word not in allowed:
        raise BadInput("is none of the allowed words", field=field, value=word, allowed=allowed, nearest=nearest_name(word, allowed))
    return word
