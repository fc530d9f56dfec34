"""The card of a case: what a trainee sees of a request, in Chinese and English, field by field, the same fields on every card."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from sim.rules.facts import Claim, Facts, Goods, Recall, Response, Settings, Weight
from sim.rules.reasons import reasons
from sim.rules.tables import Text
from trainer_app.training.luck import Luck
from trainer_app.training.timeline import Timeline

FEN = 100
FIRST_DAY = datetime.fromisoformat("2025-02-10T00:00:00+08:00")
"""The first day on which a case can lie; any other would do."""
DAYS = 330
OPENS, CLOSES = 8 * 60 + 30, 22 * 60
"""Minutes of the day between which cases are looked at."""
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Field:
    """One field of a card. key: as in `card.toml`; facets: the facets of the decision tables that it shows; lines: its value, one text a
    line."""

    key: str
    label: Text
    lines: tuple[Text, ...]
    facets: tuple[str, ...]

    def value(self, language: str) -> str:
        """The value in "zh" or "en", lines one under another."""
        return "\n".join(getattr(line, language) for line in self.lines)


@dataclass(frozen=True)
class Card:
    """What a trainee sees. fields: in their order; house: the shop's rules as far as a decision hangs on them; now: its wall clock."""

    fields: tuple[Field, ...]
    house: tuple[Text, ...]
    now: datetime

    def field(self, key: str) -> Field:
        """The field of this key; KeyError for one that is none."""
        found = next((each for each in self.fields if each.key == key), None)
        if found is None:
            raise KeyError(key)
        return found

    @property
    def message(self) -> Text:
        """What the buyer writes."""
        return self.field("message").lines[0]

    def text(self, language: str) -> str:
        """The whole card as plain text, in "zh" or "en"."""
        return "\n".join(f"{getattr(each.label, language)}: {each.value(language)}" for each in self.fields)


def texts(file: str) -> Mapping[str, Any]:
    """A TOML file of this package, read anew."""
    return tomllib.loads(resources.files("trainer_app.training").joinpath(file).read_text("utf-8"))


@cache
def shown() -> Mapping[str, Any]:
    """The fields' labels and words."""
    return texts("card.toml")


@cache
def field_entries() -> Mapping[str, Mapping[str, Any]]:
    """What `card.toml` says of each field, by key, in their order."""
    return {entry["key"]: entry for entry in shown()["field"]}


@cache
def goods_sold() -> Mapping[str, Any]:
    """Articles, towns, streets and carriers."""
    return texts("goods.toml")


@cache
def scan_words() -> Mapping[str, Any]:
    """The wordings of scan lines and of the warehouse's own."""
    return texts("trace.toml")


def text_of(entry: Mapping[str, Any], **values: Any) -> Text:
    """A text of a file in both languages; a value that is itself in two languages is taken in the one that is asked for."""
    return Text(*(str(entry[language]).format(**_values(values, language)) for language in LANGUAGES))


def yuan(fen: int) -> str:
    """An amount as people write it."""
    return f"¥{fen / FEN:,.2f}"


def moment(now: datetime, ago: int) -> str:
    """A wall clock so many minutes ago."""
    return f"{now - timedelta(minutes=ago):%Y-%m-%d %H:%M}"


def number_text(value: float) -> str:
    """A figure without needless digits."""
    return f"{value:g}"


@dataclass(frozen=True)
class Scene:
    """Names that a case plays with: the article, two towns, a street in each, a carrier and its waybills."""

    article: Mapping[str, Any]
    city: Mapping[str, Any]
    other: Mapping[str, Any]
    street: Mapping[str, Any]
    far_street: Mapping[str, Any]
    carrier: Mapping[str, Any]
    waybill: str
    return_waybill: str
    order: str


def scene_of(luck: Luck) -> Scene:
    """The names of one case."""
    sold = goods_sold()
    cities = sold["city"]
    start = luck.whole("city", 0, len(cities) - 1)
    other = (start + luck.whole("other", 1, len(cities) - 1)) % len(cities)
    near = luck.whole("street", 0, len(sold["street"]) - 1)
    carrier = luck.pick("carrier", sold["carrier"])
    digits = 10**11
    return Scene(
        article=luck.pick("article", sold["article"]),
        city=cities[start],
        other=cities[other],
        street=sold["street"][near],
        far_street=sold["street"][(near + luck.whole("far_street", 1, len(sold["street"]) - 1)) % len(sold["street"])],
        carrier=carrier,
        waybill=f"{carrier['code']}{digits + luck.whole('waybill', 0, 9 * digits - 1)}",
        return_waybill=f"{carrier['code']}{digits + luck.whole('return_waybill', 0, 9 * digits - 1)}",
        order=f"{10**17 + luck.whole('order', 0, 9 * 10**17 - 1)}",
    )


def card_of(facts: Facts, settings: Settings, times: Timeline, message: Text, scene: Scene, luck: Luck) -> Card:
    """The card that shows these facts and no others."""
    now = FIRST_DAY + timedelta(days=luck.whole("day", 0, DAYS), minutes=luck.whole("minute", OPENS, CLOSES))
    words = field_entries()
    words_of: dict[str, tuple[Text, ...]] = {
        "article": (Text(scene.article["zh"], scene.article["en"]),),
        "order": (_same(scene.order),),
        "order_state": (_state(facts, times, now),),
        "sends_back": (_yes_no("sends_back", facts.sends_back),),
        "reason": (_reason(facts),),
        "amount": (_same(yuan(facts.amount)),),
        "paid": (_same(yuan(facts.paid)),),
        "limit": (_same(yuan(facts.limit)),),
        "buyer_says": (Text(facts.buyer_says.zh, facts.buyer_says.en),),
        "paid_at": (_same(moment(now, times.paid)),),
        "promised": (_same(moment(now, times.promised)),),
        "filed": (_same(moment(now, times.filed)),),
        "now": (_same(moment(now, 0)),),
        "warehouse": tuple(_dated_line(now, ago, "stock", what, place, scene, luck) for place, (what, ago) in enumerate(times.stock)),
        "trace": tuple(_dated_line(now, ago, "scan", what, place, scene, luck) for place, (what, ago) in enumerate(times.scans))
        or (text_of(words["trace"]["none"]),),
        "agreement": (_yes_no("agreement", facts.agreement),),
        "recall": (_question(facts.recall, times.recall_asked, times.recall_answered, facts, settings, now),),
        "inquiry": (_question(facts.inquiry, times.inquiry_asked, times.inquiry_answered, facts, settings, now),),
        "one_of_several": (_yes_no("one_of_several", facts.one_of_several, count=luck.whole("others", 1, 3)),),
        "partly_shipped": (_yes_no("partly_shipped", facts.partly_shipped),),
        "weight": (_weight(facts, scene, luck),),
        "stock": (_stock(facts, luck),),
        "claim": (Text(facts.claim.zh, facts.claim.en),),
        "evidence": (_evidence(facts, scene, luck),),
        "may_keep": (_yes_no("may_keep", facts.may_keep),),
        "second_application": (_yes_no("second_application", facts.second_application, day=moment(now, times.decided_before or 0)[:10]),),
        "insured": (_yes_no("insured", facts.insured),),
        "agreed": (_yes_no("agreed", facts.agreed, time=moment(now, times.agreed or 0)),),
        "tracking_given": (
            _yes_no("tracking_given", facts.tracking_given, time=moment(now, times.number or 0), waybill=scene.return_waybill),
        ),
        "returned": (
            Text(facts.returned.zh, facts.returned.en),
            *(_dated_line(now, ago, "scan", what, place, scene, luck) for place, (what, ago) in enumerate(times.return_scans)),
        ),
        "returns_waiting": (text_of(words["returns_waiting"]["count"], count=facts.returns_waiting),),
        "message": (message,),
    }
    fields = tuple(Field(key, text_of(entry["label"]), words_of[key], tuple(entry.get("facets", ()))) for key, entry in words.items())
    return Card(fields, house_rules(settings), now)


def house_rules(settings: Settings) -> tuple[Text, ...]:
    """What the shop has settled, in sentences."""
    found = []
    for entry in shown()["house"]:
        if entry["key"] == "inspection":
            value: Any = settings.inspection_outside_hours if settings.inspection_outside else settings.inspection_hours
        else:
            value = getattr(settings, entry["key"])
        if isinstance(value, bool):
            found.append(text_of(entry["yes" if value else "no"]))
        elif isinstance(value, int | float):
            found.append(text_of(entry["text"], value=number_text(value)))
        else:
            found.append(text_of(entry["text"], value={"zh": value.zh, "en": value.en}))
    return tuple(found)


def response_text(response: Response) -> Text:
    """A response by its label."""
    return Text(response.zh, response.en)


def _values(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {name: value[language] if isinstance(value, Mapping) else value for name, value in values.items()}


def _same(text: str) -> Text:
    return Text(text, text)


def _yes_no(key: str, fact: bool, **values: Any) -> Text:
    return text_of(field_entries()[key]["yes" if fact else "no"], **values)


def _state(facts: Facts, times: Timeline, now: datetime) -> Text:
    state = facts.order_state
    if times.shipped is None:
        return Text(state.zh, state.en)
    clicked = moment(now, times.shipped)
    return Text(f"{state.zh}（{clicked} 点发货）", f"{state.en} (“Ship” clicked {clicked})")


def _reason(facts: Facts) -> Text:
    reason = next(each for each in reasons() if each.key == facts.reason)
    return Text(reason.zh, reason.en)


def _dated_line(now: datetime, ago: int, kind: str, what: str, place: int, scene: Scene, luck: Luck) -> Text:
    """A line of the trace or of the warehouse, in one of its wordings."""
    entry = luck.pick(f"{kind}.{what}.{place}.words", scan_words()[kind][what]["texts"])
    at_destination = what in ("reached_hub", "reached_branch", "out_for_delivery", "locker", "delivered", "refused", "turned")
    begins_there = what in ("return_collected", "return_moving")
    far = at_destination or begins_there
    city, other, street = (scene.other, scene.city, scene.far_street) if far else (scene.city, scene.other, scene.street)
    said = text_of(entry, city=city, other=other, street=street, carrier=scene.carrier, waybill=scene.waybill)
    when = moment(now, ago)
    return Text(f"{when} {said.zh}", f"{when} {said.en}")


def _question(word: Any, asked: int | None, answered: int | None, facts: Facts, settings: Settings, now: datetime) -> Text:
    """How a question to the carrier stands."""
    dated = shown()["dated"]
    said = {"zh": word.zh, "en": word.en}
    if asked is None:
        return Text(word.zh, word.en)
    if answered is not None:
        return text_of(dated["answered"], asked=moment(now, asked), time=moment(now, answered), word=said)
    if word is Recall.SILENT:
        return text_of(dated["silent"], time=moment(now, asked), word=said)
    unbound = word is Recall.ASKED and not facts.agreement
    return text_of(dated["asked_unbound" if unbound else "asked"], time=moment(now, asked), hours=number_text(settings.carrier_hours))


def _weight(facts: Facts, scene: Scene, luck: Luck) -> Text:
    """The scales' word with two figures that bear it out."""
    word = facts.weight
    if word is Weight.NOT_CHECKED:
        return Text(word.zh, word.en)
    due = luck.whole("weight.due", *scene.article["weight"])
    low, high = {Weight.MATCHES: (99.0, 101.0), Weight.SHORT: (60.0, 92.0), Weight.EMPTY: (8.0, 18.0)}[word]
    found = int(due * (low + (high - low) * luck("weight.found")) / 100)
    return text_of(field_entries()["weight"]["checked"], word={"zh": word.zh, "en": word.en}, due=due, found=found)


def _stock(facts: Facts, luck: Luck) -> Text:
    """How many the shop has: none where it owes for being out of stock."""
    words = field_entries()["stock"]
    out = facts.reason == "out_of_stock"
    empty = out and (facts.claim is Claim.HOLDS or (facts.claim is Claim.UNJUDGED and luck.chance("stock.none", 0.5)))
    return text_of(words["none"]) if empty else text_of(words["some"], count=luck.whole("stock", 2, 120))


def _evidence(facts: Facts, scene: Scene, luck: Luck) -> Text:
    """Photos and records; only those of an unfounded application speak against it."""
    pools = shown()["evidence"]
    key = facts.reason
    if facts.unfounded:
        key = "contradicts"
    elif key == "counterfeit":
        key = f"counterfeit_{facts.claim.value}"
    elif facts.goods in (Goods.LOCKER, Goods.DELIVERED) and facts.buyer_says.value == "not_received" and key != "empty_parcel":
        key = "none"
    pool = pools.get(key, pools["none"])
    return text_of(luck.pick("evidence", pool), piece=scene.article["piece"])
