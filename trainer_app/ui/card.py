"""A case card as the work screen of an agent: the order, the request, the buyer's words, where the goods are, the shop's rules.

All text is escaped; a card shows every field once, the same on every card, and marks none of them out.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from sim.errors import msgid
from sim.report import format as figures
from sim.report.markup import escaped
from sim.rules.tables import Text
from sim.words import either
from trainer_app.training.card import Card
from trainer_app.words import _

GROUPS = (
    ("request", msgid("The request"), ("reason", "buyer_says", "filed", "evidence")),
    ("goods", msgid("The goods"), ("agreement", "recall", "inquiry", "weight")),
    ("return", msgid("What comes back"), ("agreed", "tracking_given", "insured", "returns_waiting")),
    (
        "shop",
        msgid("Order and shop"),
        ("paid_at", "promised", "one_of_several", "partly_shipped", "stock", "claim", "may_keep", "second_application"),
    ),
)
"""Key, title and fields of each group of plain facts, in their order."""

KEYS = ("order_state", "sends_back")
MONEY = ("amount", "paid", "limit")
LINES = {"goods": ("warehouse", "trace"), "return": ("returned",)}
"""Fields that are told line by line, newest first, with the group that they stand in."""

DATED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d) (.*)", re.DOTALL)


def card_html(card: Card) -> str:
    """The card in the language spoken now, as HTML for `st.html`."""
    article = either(card.field("article").lines[0])
    named, house = _("The case"), _("House rules")
    groups = "".join(_group(card, key, title, fields) for key, title, fields in GROUPS)
    return (
        f'<article class="case" aria-label="{escaped(named)}">'
        '<header class="case-head">'
        f'<span class="case-thumb" aria-hidden="true">{escaped(article[:1].upper())}</span>'
        f'<div class="case-title"><h2>{_unseen(_label(card, "article"))}{escaped(article)}</h2>{_inline(card, "order")}</div>'
        f'<div class="case-now">{_inline(card, "now")}</div>'
        "</header>"
        f'<dl class="case-keys">{"".join(_pair(card, key) for key in KEYS)}</dl>'
        f'<dl class="case-money">{"".join(_pair(card, key) for key in MONEY)}</dl>'
        f"{_message(card)}{groups}"
        f'<section class="case-group case-house"><h3>{escaped(house)}</h3><ul>{_items(card.house)}</ul></section>'
        "</article>"
    )


def shown_keys() -> tuple[str, ...]:
    """The keys of all fields that a card shows, in the order in which they are read."""
    grouped = (key for group, _title, fields in GROUPS for key in (*LINES.get(group, ()), *fields))
    return ("article", "order", "now", *KEYS, *MONEY, "message", *grouped)


def _group(card: Card, key: str, title: str, fields: Iterable[str]) -> str:
    lines = "".join(_timeline(card, field) for field in LINES.get(key, ()))
    facts = "".join(_pair(card, field) for field in fields)
    return f'<section class="case-group case-{key}"><h3>{escaped(_(title))}</h3>{lines}<dl>{facts}</dl></section>'


def _message(card: Card) -> str:
    """What the buyer writes, as a bubble of the chat."""
    who, face = _label(card, "message"), _("buyer")[:1].upper()
    return (
        f'<section class="case-chat"><h3>{escaped(who)}</h3>'
        f'<p><span class="case-face" aria-hidden="true">{escaped(face)}</span>'
        f'<span class="case-bubble">{escaped(either(card.message))}</span></p></section>'
    )


def _timeline(card: Card, key: str) -> str:
    """Dated lines, the newest first; what has no date (a state, or that there is nothing yet) stands before them."""
    lines = [either(line) for line in card.field(key).lines]
    found = [match for match in map(DATED.fullmatch, lines) if match]
    plain = "".join(f"<p>{escaped(line)}</p>" for line in lines if not DATED.fullmatch(line))
    dated = "".join(f"<li>{_time(match[1])}<span>{escaped(match[2])}</span></li>" for match in reversed(found))
    inside = plain + (f"<ol>{dated}</ol>" if dated else "")
    return f'<div class="case-line"><h4>{escaped(_label(card, key))}</h4>{inside}</div>'


def _time(moment: str) -> str:
    """A moment of a scan, without its year, which the card's clock shows."""
    when = datetime.fromisoformat(moment)
    return f'<time datetime="{when:%Y-%m-%dT%H:%M}">{escaped(figures.moment(when))}</time>'


def _pair(card: Card, key: str) -> str:
    value = "<br>".join(escaped(either(line)) for line in card.field(key).lines)
    return f'<div class="case-{key}"><dt>{escaped(_label(card, key))}</dt><dd>{value}</dd></div>'


def _inline(card: Card, key: str) -> str:
    return f"<p><span>{escaped(_label(card, key))}</span> <b>{escaped(either(card.field(key).lines[0]))}</b></p>"


def _label(card: Card, key: str) -> str:
    return either(card.field(key).label)


def _items(texts: Iterable[Text]) -> str:
    return "".join(f"<li>{escaped(either(text))}</li>" for text in texts)


def _unseen(text: str) -> str:
    """Text for who listens to the page; the sign after it keeps it apart from what follows."""
    return f'<span class="case-unseen">{escaped(text)}: </span>'
