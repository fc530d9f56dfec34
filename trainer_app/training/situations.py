"""Which refund requests are worth practising: the situations of `situations.toml`, and the visible facts drawn from one of them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from sim.errors import BadInput, nearest_name
from sim.rules.decide import tables
from sim.rules.facets import domains
from sim.rules.facts import Settings
from sim.rules.tables import load_cells
from trainer_app.training.luck import Luck

FILE = "trainer_app/training/situations.toml"
HEADS = ("rule", "share", "needs", "reasons")
BANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "scan": ("recent", "foil", "old"),
        "asked": ("whole", "within", "above"),
        "returns": ("few", "many"),
        "coupon": ("open", "over"),
    }
)
"""Numbers of a request, as they stand to the shop's settings and the agent's limit."""


@dataclass(frozen=True)
class Situation:
    """One way in which a request of a rule comes about. number: its place in the file, by which its luck is named. fields: facts and
    bands, each with the values it may have; reasons: key → weight; needs: setting → values, any of which is enough."""

    number: int
    rule: str
    cell: str
    path: int
    share: float
    needs: Mapping[str, tuple[Any, ...]]
    reasons: Mapping[str, float]
    fields: Mapping[str, tuple[Any, ...]]

    def fits(self, settings: Settings) -> bool:
        """The rule can decide in a shop that has settled on this."""
        few = settings.door_threshold > 0 or "few" not in self.fields.get("returns", ()) or len(self.fields["returns"]) > 1
        return few and all(getattr(settings, name) in values for name, values in self.needs.items())


@dataclass(frozen=True)
class Drawn:
    """What a situation gave: plain facts (keys of Facts, values as in files) and the bands of the numbers not yet drawn."""

    situation: Situation
    facts: Mapping[str, Any]
    bands: Mapping[str, str]


@cache
def situations() -> tuple[Situation, ...]:
    """All situations in the order of the file. Raises BadInput for a rule, a fact or a word that is not known."""
    table = tomllib.loads(resources.files("trainer_app.training").joinpath("situations.toml").read_text("utf-8"))
    return tuple(_situation(number, entry, table["usual"]) for number, entry in enumerate(table["situation"]))


@cache
def cell_keys() -> tuple[str, ...]:
    """The keys of the 24 skill cells, in the order of the paths."""
    return tuple(each.key for each in load_cells())


def situations_of(cell: str, settings: Settings) -> tuple[Situation, ...]:
    """The situations of a skill cell in a shop with these settings. Raises BadInput for a cell that is none of the 24."""
    cells = cell_keys()
    if cell not in cells:
        raise BadInput("is none of the allowed words", field="cell", value=cell, allowed=cells, nearest=nearest_name(cell, cells))
    return tuple(each for each in situations() if each.cell == cell and each.fits(settings))


def clear_situations_of(cell: str, settings: Settings) -> tuple[Situation, ...]:
    """Those of them whose rule accepts one path only: an exam asks no others. Raises BadInput as `situations_of`."""
    clear = {rule.id for table in tables().values() for rule in table.rules if len(rule.accepted_paths) == 1}
    return tuple(each for each in situations_of(cell, settings) if each.rule in clear)


def draw_facts(found: tuple[Situation, ...], luck: Luck, settings: Settings) -> Drawn:
    """One of several situations (at least one), and the facts that are words or yes and no."""
    place = luck.weighted("situation", {number: each.share for number, each in enumerate(found)})
    situation = found[place]
    drawn = {name: luck.pick(name, values) for name, values in situation.fields.items()}
    reason = luck.weighted("reason", situation.reasons)
    bands = {name: value for name, value in drawn.items() if name in BANDS}
    if situation.needs.get("return_rule") is None and settings.door_threshold == 0 and "returns" in bands:
        bands["returns"] = "many"
    return Drawn(situation, {**{name: value for name, value in drawn.items() if name not in BANDS}, "reason": reason}, bands)


def _situation(number: int, entry: Mapping[str, Any], usual: Mapping[str, Mapping[str, Any]]) -> Situation:
    rules = {rule.id: rule for table in tables().values() for rule in table.rules}
    if entry["rule"] not in rules:
        raise BadInput(
            "is none of the allowed words", file=FILE, field="rule", value=entry["rule"], nearest=nearest_name(entry["rule"], rules)
        )
    rule = rules[entry["rule"]]
    written = {**usual[f"path_{rule.path}"], **entry}
    reasons = written["reasons"]
    fields = {name: value if isinstance(value, list) else [value] for name, value in written.items() if name not in HEADS}
    for name, values in {**fields, "reason": list(reasons)}.items():
        allowed = ("unshipped", "shipped", "signed") if name == "order_state" else BANDS.get(name) or domains().get(name)
        if allowed is None:
            raise BadInput("unknown key", file=FILE, field=f"{rule.id}.{name}", nearest=nearest_name(name, [*domains(), *BANDS]))
        for value in values:
            if value not in allowed:
                near = nearest_name(str(value), [str(each) for each in allowed])
                raise BadInput("is none of the allowed words", file=FILE, field=f"{rule.id}.{name}", value=value, nearest=near)
    needs = {name: tuple(value if isinstance(value, list) else [value]) for name, value in entry.get("needs", {}).items()}
    return Situation(
        number=number,
        rule=rule.id,
        cell=rule.cell,
        path=rule.path,
        share=float(entry.get("share", 1)),
        needs=MappingProxyType(needs),
        reasons=MappingProxyType(dict(reasons)),
        fields=MappingProxyType({name: tuple(values) for name, values in fields.items()}),
    )
