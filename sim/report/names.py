"""What people call the parts of the desk: paths, pools, handoffs, outcomes, causes of cost, wrong acts, grades."""

import re
from collections.abc import Mapping

from sim.errors import msgid
from sim.report.untrusted import in_a_line
from sim.words import Bilingual, _, either

PATHS: Mapping[int, str] = {
    1: msgid("path 1 · paid, not shipped"),
    2: msgid("path 2 · shipped, not signed for"),
    3: msgid("path 3 · signed for, money only"),
    4: msgid("path 4 · return or exchange"),
}
SHORT_PATHS: Mapping[int, str] = {
    1: msgid("unshipped"),
    2: msgid("on the way"),
    3: msgid("money only"),
    4: msgid("returns"),
}
"""Where there is little room: in names of pools and over columns."""
POOLS: Mapping[str, str] = {
    "agents": msgid("agents"),
    "after_sales": msgid("after-sales staff"),
    "supervisors": msgid("supervisors"),
    "warehouse": msgid("warehouse"),
    "inspection": msgid("quality inspection"),
    "outside": msgid("outside inspection"),
    "carriers": msgid("carriers"),
}
HANDOFFS: Mapping[str, str] = {
    "agent_carrier": msgid("agent → carrier"),
    "agent_supervisor": msgid("agent → supervisor"),
    "agent_supervisor_amount": msgid("agent → supervisor, an amount"),
    "agent_warehouse": msgid("agent → warehouse"),
    "warehouse_inspection": msgid("warehouse → inspection"),
    "warehouse_inspection_outside": msgid("warehouse → outside inspection"),
    "warehouse_carrier": msgid("warehouse → carrier"),
}
"""The five pairs of every report, and the kinds of question that the log tells apart inside them."""
OUTCOMES: Mapping[str, str] = {
    "refunded": msgid("refunded in full"),
    "partly_refunded": msgid("refunded in part"),
    "refused": msgid("refused"),
    "withdrawn": msgid("withdrawn by the buyer"),
    "auto_refunded": msgid("refunded automatically: the seller's clock ran out"),
    "closed_by_clock": msgid("closed: the buyer's clock ran out"),
    "exchanged": msgid("exchanged"),
    "closed_by_shipping": msgid("closed by the click on “Ship”"),
    "reshipped": msgid("sent again instead of a refund"),
    "instant": msgid("refunded at once by a machine"),
    "forced": msgid("refunded by the platform by force"),
    "ruled_for_buyer": msgid("refunded: the platform ruled for the buyer"),
    "chat_answered": msgid("no request: answered in chat"),
}
GRADES: Mapping[str, str] = {
    "A": msgid("stated by the method this follows"),
    "H": msgid("reliable: official, or several sources agree"),
    "M": msgid("one credible source"),
    "L": msgid("weak source"),
    "P": msgid("our own guess"),
}
CAUSES: Mapping[str, str] = {
    "labour": msgid("labour"),
    "contacts": msgid("named contact people"),
    "compensation": msgid("compensation"),
    "over_granted": msgid("refunded beyond what was owed"),
    "coupon": msgid("coupons"),
    "freight": msgid("return freight"),
    "recall": msgid("recall fees"),
    "premium": msgid("freight insurance premiums"),
    "fees": msgid("fees for ERP cuts and outside inspection"),
    "reshipped": msgid("second parcels"),
    "lost": msgid("goods and money both lost"),
    "total": msgid("total"),
}
WRONG_ACTS: Mapping[str, str] = {
    "unconfirmed": msgid("refunded before the parcel was known to be stopped"),
    "unnumbered": msgid("refunded without a return tracking number"),
    "beyond_authority": msgid("decided an amount above the agent's limit"),
    "blank_refusal": msgid("refused without reason or next step"),
    "missed_compensation": msgid("left out compensation that was owed"),
    "needless_freight": msgid("took on return freight without need"),
}

_DEDICATED = re.compile(r"(agents)_([1-4]+)")


def path(number: int) -> str:
    """A path, never as a bare number."""
    return _(PATHS[number]) if number in PATHS else _("path unknown")


def short_path(number: int) -> str:
    """A path where there is little room."""
    return _(SHORT_PATHS[number]) if number in SHORT_PATHS else _("path unknown")


def pool(name: str) -> str:
    """A pool of people; agents dedicated to paths ("agents_12") with what they serve."""
    dedicated = _DEDICATED.fullmatch(name)
    if dedicated:
        paths = _(", ").join(short_path(int(digit)) for digit in dedicated[2])
        return _("{pool} ({paths})").format(pool=_(POOLS[dedicated[1]]), paths=paths)
    return _(POOLS[name]) if name in POOLS else in_a_line(name)


def handoff(name: str) -> str:
    """Who asks whom."""
    return _(HANDOFFS[name]) if name in HANDOFFS else in_a_line(name)


def outcome(name: str) -> str:
    """How a refund ended."""
    return _(OUTCOMES[name]) if name in OUTCOMES else in_a_line(name)


def grade(letter: str) -> str:
    """How far a figure is to be trusted."""
    return _(GRADES[letter]) if letter in GRADES else in_a_line(letter)


def cause(name: str) -> str:
    """What money was spent on."""
    return _(CAUSES[name]) if name in CAUSES else in_a_line(name)


def wrong_act(name: str) -> str:
    """What somebody did wrong."""
    return _(WRONG_ACTS[name]) if name in WRONG_ACTS else in_a_line(name)


def step(of: Bilingual) -> str:
    """A step of the procedure."""
    return either(of)


def group(name: str) -> str:
    """A staff group "agents/regular" as people would say it."""
    of_pool, _slash, called = name.partition("/")
    return _("{pool}, {group}").format(pool=pool(of_pool), group=in_a_line(called)) if called else in_a_line(name)


def person(slot: str) -> str:
    """A slot "agents/regular/day/3" as people would say it."""
    parts = slot.split("/")
    if len(parts) != 4:
        return in_a_line(slot)
    of_pool, of_group, shift, number = parts
    return _("{pool}, {group}, shift {shift}, no. {number}").format(
        pool=pool(of_pool), group=in_a_line(of_group), shift=in_a_line(shift), number=number
    )
