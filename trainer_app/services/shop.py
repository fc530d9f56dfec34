"""The shop in which the practice cards play, and the version of all that decides them."""

from functools import cache, lru_cache
from hashlib import sha256
from importlib import resources
from importlib.resources.abc import Traversable

from sim.desk.tables import settings_of
from sim.rules.facts import Settings
from sim.scenario import load_scenario
from sim.scenario.schema import Scenario
from sim.shipped import scenarios_folder
from trainer_app.training.cases import Case, cells, draw_case

SCENARIO = "everyday-apparel"
"""The shipped scenario whose rules and prices hold on the cards."""

DECIDE = {
    "sim.rules": ("reasons.toml", "tables"),
    "trainer_app.training": ("card.toml", "goods.toml", "situations.toml", "trace.toml", "words.toml"),
}
"""The files, by package, that decide what a card shows and what is right: a name is a file or a folder of them."""

SAMPLED = 2
"""Cases of each skill of which the version takes a print: so much of the code that draws them is watched, too."""

KEPT_CASES = 128
"""Cases that the process keeps, some 60 kB each: those that lie on the tables of as many trainees."""


@cache
def shop() -> Scenario:
    """The scenario; its wages, fees and chances give the prices of mistakes."""
    return load_scenario(scenarios_folder() / f"{SCENARIO}.toml")


@cache
def settings() -> Settings:
    """What the shop has settled."""
    return settings_of(shop())


@lru_cache(maxsize=KEPT_CASES)
def case_of(cell: str, seed: int, number: int) -> Case:
    """The case of that address in this shop. Raises BadInput for a cell that is none of the 24."""
    return draw_case(cell, seed, number, settings())


@cache
def rules_version() -> str:
    """16 hex digits: a digest of the decision tables, of the files the cards are made of, of the shop's settings, and of a sample of cases
    with what is right in them. An answer that was given under another version may have seen another card."""
    found = sha256()
    for package, names in DECIDE.items():
        for name in names:
            for file in _files(resources.files(package).joinpath(name)):
                found.update(f"{package}/{file.name}\0".encode())
                found.update(file.read_bytes().replace(b"\r\n", b"\n"))
    found.update(repr(settings()).encode())
    for cell in cells():
        for number in range(SAMPLED):
            case = draw_case(cell, 0, number, settings())
            found.update(f"{case.card.text('zh')}\0{case.card.text('en')}\0{case.truth!r}\0".encode())
    return found.hexdigest()[:16]


def _files(place: Traversable) -> list[Traversable]:
    """The file itself, or the TOML files of a folder by name."""
    if place.is_file():
        return [place]
    return sorted((each for each in place.iterdir() if each.name.endswith(".toml")), key=lambda each: each.name)
