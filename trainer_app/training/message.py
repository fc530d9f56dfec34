"""The buyer's words. They are put together from where the goods are and from what is wished for beyond money, never from the path, the rule
or the reason: who only hears how a buyer speaks cannot tell the path."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sim.rules.facts import BuyerSays, Facts, Goods, Return
from sim.rules.tables import Text
from trainer_app.training.card import LANGUAGES, texts
from trainer_app.training.luck import Luck

SAYS_ANYWAY = 0.13
"""Share of buyers with a plain return who say beside the form that the goods go back; about as many file money only and say it."""

IN_HOUSE = (Goods.UNPICKED, Goods.PICKED, Goods.LABELLED)
MOVING = (Goods.HANDED_OVER, Goods.IN_TRANSIT, Goods.OUT_FOR_DELIVERY)


@cache
def pools() -> Mapping[str, Any]:
    """The pools of `words.toml`."""
    return texts("words.toml")


def goods_state(facts: Facts) -> str:
    """Where the goods are as far as the buyer's words go: the key of a pool in `words.toml`. Several paths share most of them."""
    if facts.returned in (Return.SIGNED, Return.FINE, Return.WRONG_OR_EMPTY):
        return "at_shop"
    if facts.returned is Return.IN_TRANSIT or facts.tracking_given:
        return "sent_back"
    if facts.goods in IN_HOUSE:
        return "in_house"
    if facts.goods in MOVING:
        return "on_the_way"
    if facts.goods in (Goods.REFUSED, Goods.BACK):
        return "turned"
    if facts.buyer_says is BuyerSays.NOT_RECEIVED:
        return "disputed"
    return "with_buyer" if facts.buyer_says is BuyerSays.RECEIVED else "left"


def wish_of(facts: Facts, luck: Luck) -> str | None:
    """What the buyer says to want beyond money: the key of a clause."""
    if facts.wants_exchange:
        return "wants_exchange"
    if facts.special_wish:
        return "special_wish"
    if goods_state(facts) != "with_buyer":
        return None
    plain_return = facts.sends_back and not facts.may_keep and luck.chance("says_anyway", SAYS_ANYWAY)
    return "sends_back" if facts.mistaken_form or plain_return else None


def message_of(facts: Facts, article: Mapping[str, Any], luck: Luck) -> Text:
    """What the buyer writes, in both languages: the same sentences in the same order."""
    words = pools()
    style = luck.pick("style", words["style"])
    wish = wish_of(facts, luck)
    parts = [
        luck.pick("opening", style["opening"]),
        luck.pick("core", words["core"][goods_state(facts)]),
        *([luck.pick("clause", words["clause"][wish])] if wish else []),
        luck.pick("aside", words["aside"]["texts"]),
        luck.pick("closing", style["closing"]),
    ]
    slip = luck("slip") if luck.chance("slips", words["slips"]["share"]) else None
    return Text(*(_said([part[language].format(goods=article[language]) for part in parts], language, slip) for language in LANGUAGES))


def _said(parts: list[str], language: str, slip: float | None) -> str:
    """The parts as one text, with a slip of the keyboard or without."""
    text = "".join(parts) if language == "zh" else _joined(parts)
    pairs = [pair for pair in pools()["slips"][language] if pair[0] in text]
    if slip is None or not pairs:
        return text
    right, wrong = pairs[min(int(slip * len(pairs)), len(pairs) - 1)]
    return text.replace(right, wrong, 1)


def _joined(parts: list[str]) -> str:
    """English sentences with blanks between them, each beginning with a capital."""
    opening, core, *others = parts
    first = opening + core if opening.rstrip().endswith((",", ":")) else opening + core[:1].upper() + core[1:]
    return " ".join(part for part in (first, *others) if part).strip()
