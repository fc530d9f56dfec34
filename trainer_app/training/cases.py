"""Cases: refund requests as a trainee meets them. What a card shows decides what is right, by the decision tables and nothing else."""

from dataclasses import dataclass
from typing import Any

from sim.rules.decide import decide, rule_for
from sim.rules.facets import read_facts
from sim.rules.facts import Facts, Settings, Verdict
from sim.rules.tables import Rule, Text, load_cells
from trainer_app.training.card import FEN, Card, card_of, goods_sold, scene_of
from trainer_app.training.luck import Luck
from trainer_app.training.message import message_of
from trainer_app.training.situations import Situation, cell_keys, clear_situations_of, draw_facts, situations_of
from trainer_app.training.timeline import timeline_of

LEAST_ASKED = 3 * FEN
"""Fen: nobody bargains about less."""
EXACTLY = 0.15
"""Share of amounts that lie exactly at the limit, or one yuan above it: the boundary is part of the rule."""
MANY = 80
"""Returns that wait at most beyond the threshold."""


@dataclass(frozen=True)
class Case:
    """One request. cell: the skill it trains; seed, number: by which it is drawn again; truth: what is right by the facts, the same facts
    that the card shows."""

    cell: str
    seed: int
    number: int
    facts: Facts
    settings: Settings
    truth: Verdict
    card: Card

    @property
    def ambiguous(self) -> bool:
        """Several paths are accepted: for practice only, never for exams or skill figures."""
        return len(self.truth.accepted_paths) > 1

    @property
    def path(self) -> int:
        """The path as filed, 1-4."""
        return self.truth.accepted_paths[0]

    @property
    def rule(self) -> Rule:
        """The rule of the decision tables that decides."""
        return rule_for(self.facts, self.settings)


def cells() -> tuple[str, ...]:
    """The keys of the 24 skill cells, in the order of the paths."""
    return cell_keys()


def cell_name(key: str) -> Text:
    """A skill cell as people call it."""
    return next(Text(cell.zh, cell.en) for cell in load_cells() if cell.key == key)


def draw_case(cell: str, seed: int, number: int, settings: Settings) -> Case:
    """Case `number` (0 or more) of a cell: the same for the same arguments, another for another number. Raises BadInput for a cell that is
    none of the 24."""
    return _drawn(cell, situations_of(cell, settings), Luck(seed, number, cell), settings)


def draw_exam_case(cell: str, seed: int, number: int, settings: Settings) -> Case:
    """As `draw_case`, with one accepted path, and never a case of practice. Raises BadInput for a cell that is none of the 24."""
    return _drawn(cell, clear_situations_of(cell, settings), Luck(seed, number, f"exam.{cell}"), settings)


def _drawn(cell: str, found: tuple[Situation, ...], luck: Luck, settings: Settings) -> Case:
    drawn = draw_facts(found, luck, settings)
    scene = scene_of(luck)
    times = timeline_of(drawn, luck, settings)
    facts = read_facts(
        {
            **drawn.facts,
            **_money(drawn.bands["asked"], scene.article["price"], luck),
            "hours_since_scan": times.hours_since_scan,
            "hours_since_agreed": times.hours_since_agreed if drawn.facts.get("agreed") else 0.0,
            "returns_waiting": _returns_waiting(drawn.bands.get("returns"), luck, settings),
        }
    )
    message = message_of(facts, scene.article, luck)
    return Case(
        cell, luck.seed, luck.number, facts, settings, decide(facts, settings), card_of(facts, settings, times, message, scene, luck)
    )


def _money(asked: str, price: list[int], luck: Luck) -> dict[str, Any]:
    """What was paid, what is asked for and what the agent may grant alone, in fen."""
    paid = luck.whole("price", *price) * FEN + luck.pick("cents", (0, 0, 80, 90))
    limits = [yuan * FEN for yuan in goods_sold()["limits"]["yuan"] if asked != "above" or yuan * FEN < paid]
    limit = luck.pick("limit", limits)
    exactly = luck.chance("exactly", EXACTLY)
    if asked == "whole":
        return {"amount": paid, "paid": paid, "limit": limit}
    if asked == "within":
        most = min(limit, paid)
        amount = most if exactly else luck.whole("amount", LEAST_ASKED // FEN, most // FEN) * FEN
    else:
        amount = min(limit + FEN, paid) if exactly else min(luck.whole("amount", limit // FEN + 1, paid // FEN) * FEN, paid)
    return {"amount": amount, "paid": paid, "limit": limit}


def _returns_waiting(band: str | None, luck: Luck, settings: Settings) -> int:
    threshold = settings.door_threshold
    if band == "few":
        return luck.whole("returns", 0, max(threshold - 1, 0))
    if band == "many":
        return threshold if luck.chance("returns.exactly", EXACTLY) else luck.whole("returns", threshold, threshold + MANY)
    return luck.whole("returns", 0, threshold + MANY)
