"""What people call the parts of the desk: paths, pools, handoffs, outcomes, shifts, clocks, grades, causes of cost."""

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
POOLS: Mapping[str, str] = {
    "agents": msgid("agents"),
    "supervisors": msgid("supervisors"),
    "warehouse": msgid("warehouse"),
    "inspection": msgid("quality inspection"),
    "carriers": msgid("carriers"),
}
HANDOFFS: Mapping[str, str] = {
    "agent_carrier": msgid("agent → carrier"),
    "agent_supervisor": msgid("agent → supervisor"),
    "agent_warehouse": msgid("agent → warehouse"),
    "warehouse_inspection": msgid("warehouse → inspection"),
    "warehouse_carrier": msgid("warehouse → carrier"),
}
OUTCOMES: Mapping[str, str] = {
    "refunded": msgid("refunded in full"),
    "partly_refunded": msgid("refunded in part"),
    "refused": msgid("refused, with a reason"),
    "withdrawn": msgid("withdrawn: the buyer has the goods"),
    "auto_refunded": msgid("refunded automatically: the seller's clock ran out"),
    "closed_by_clock": msgid("closed: the buyer's clock ran out"),
    "exchanged": msgid("exchanged"),
    "closed_by_shipping": msgid("closed by the click on “Ship”"),
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
    "compensation": msgid("compensation"),
    "freight": msgid("return freight and recall fees"),
    "coupon": msgid("coupons"),
    "lost": msgid("goods and money both lost"),
    "total": msgid("total"),
}


def path(number: int) -> str:
    """A path, never as a bare number."""
    return _(PATHS[number]) if number in PATHS else _("path unknown")


def pool(name: str) -> str:
    """A pool of people."""
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


def step(of: Bilingual) -> str:
    """A step of the procedure."""
    return either(of)


def person(slot: str) -> str:
    """A slot "agents/regular/day/3" as people would say it."""
    parts = slot.split("/")
    if len(parts) != 4:
        return in_a_line(slot)
    of_pool, group, shift, number = parts
    return _("{pool}, {group}, shift {shift}, no. {number}").format(
        pool=pool(of_pool), group=in_a_line(group), shift=in_a_line(shift), number=number
    )
