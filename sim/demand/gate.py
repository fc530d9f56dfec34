"""The sale's gate: wishes to have an unshipped order back that find it closed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.draws import Floats, Seconds
from sim.demand.order_curve import SaleDay
from sim.demand.workload import NEVER
from sim.scenario.schema import Gate

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Closed:
    """While it is closed: seconds since the start, from `begin` on and before `end`."""

    begin: int
    end: int


@dataclass(frozen=True)
class Passed:
    """What became of some wishes. filed: when they are filed, NEVER = faded. chat: when their buyers write to the shop's chat instead,
    NEVER = not. released: let loose by the gate's opening."""

    filed: Seconds
    chat: Seconds
    released: Flags


def closed_times(gate: Gate, sales: tuple[SaleDay, ...], late: bool = False) -> tuple[Closed, ...]:
    """When refunds of unshipped orders cannot be asked for, sale day by sale day; `late`: for the reasons that open later."""
    opens = gate.late_opens if late and gate.late_opens is not None else gate.opens
    if opens is None:
        return ()
    return tuple(Closed(each.begin + gate.closes, each.begin + opens) for each in sales if each.sale.gate)


def through_gate(wish: Seconds, clicked: Seconds, fate: Floats, after: Seconds, gate: Gate, closed: tuple[Closed, ...]) -> Passed:
    """What becomes of wishes that come up at `wish` (seconds; NEVER = never did), whose parcels the system calls shipped from `clicked` on.

    fate: uniforms that decide whether a wish persists, turns to chat or fades. after: from the opening, or from the shipping if that is
    earlier, until it is filed. Shipped orders can be asked back while the gate is closed.
    """
    filed, chat, released = wish.copy(), np.full(len(wish), NEVER), np.zeros(len(wish), np.bool_)
    for each in closed:
        shut = np.flatnonzero((filed >= each.begin) & (filed < each.end) & (filed < clicked))
        if not len(shut):
            continue
        lives = fate[shut] < gate.persists + gate.chats
        talks = shut[lives & (fate[shut] >= gate.persists)]
        chat[talks] = np.minimum(chat[talks], filed[talks])
        opened = each.end + after[shut]
        shipped = clicked[shut] <= opened
        later = np.where(shipped, np.maximum(clicked[shut], filed[shut]) + after[shut], opened)
        filed[shut] = np.where(lives, later, NEVER)
        released[shut] = lives & ~shipped
    return Passed(filed, chat, released)
