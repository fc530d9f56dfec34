"""Which files the words of a command line mean: a path, or the name of something that ships with the program."""

from pathlib import Path

from sim.errors import BadInput, msgid, nearest_name
from sim.scenario.load import Overlay, load_scenario
from sim.scenario.schema import Scenario
from sim.shipped import scenarios_folder

_A_SCENARIO = msgid("a TOML file, or one of: {names}")


def scenario_file(word: str) -> Path:
    """A scenario's file: the path itself, or a shipped scenario of that name. Raises BadInput."""
    return _file(word, "SCENARIO", scenarios_folder())


def overlay_file(word: str) -> Path:
    """An overlay's file: the path itself, or a shipped policy of that name. Raises BadInput."""
    return _file(word, "--overlay", scenarios_folder() / "policies")


def loaded(word: str, overlays: tuple[str, ...], history: str | None = None) -> Scenario:
    """The scenario a command line asks for: overlays in their order, then the history to replay instead. Raises BadInput."""
    above: list[Overlay] = [overlay_file(overlay) for overlay in overlays]
    if history is not None:
        if not Path(history).is_file():
            from sim.demand.table import read_table

            read_table(history)  # says what is wrong with it, by its own name
        above.append({"demand": {"history": str(Path(history).resolve())}})
    return load_scenario(scenario_file(word), above)


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


def one_of(word: str, field: str, allowed: tuple[str, ...]) -> str:
    """One of a few words. Raises BadInput."""
    if word not in allowed:
        raise BadInput("is none of the allowed words", field=field, value=word, allowed=allowed, nearest=nearest_name(word, allowed))
    return word
