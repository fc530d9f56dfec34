"""What is known of a refund before anything happens: what was filed, for all to see, and what is true and nobody can see yet."""

from collections.abc import Callable, Iterator
from typing import Any

from sim.demand.columns import C_ANOMALY
from sim.demand.workload import NEVER
from sim.report import format
from sim.report.happened import WISHES
from sim.rules.path import SHIPPED, SIGNED, UNSHIPPED
from sim.rules.reasons import reasons
from sim.rules.tables import load_cells
from sim.scenario.schema import Scenario
from sim.words import _, either

SHORT, EMPTY = 2, 3
"""What the column `weight` says."""


def shown(refund: Any) -> Iterator[str]:
    """What the form, the order and the buyer's words tell everybody. refund: a record of the workload."""
    reason = reasons()[int(refund["reason"])]
    yield _("Reason given: {reason}.").format(reason=either(reason))
    yield _("Asked for: {amount}; paid for the goods: {paid}.").format(
        amount=format.money(int(refund["amount"])), paid=format.money(int(refund["paid"]))
    )
    if refund["not_received"]:
        yield _("The buyer says that the goods never came.")
    if refund["one_of_several"]:
        yield _("Other lines of the order, in the same parcel, are still wanted.")
    if refund["partly_shipped"]:
        yield _("Part of the order has been shipped.")
    if reason.key == "wrong_item" and refund["may_keep"]:
        yield _("The shop would leave the wrong item with the buyer.")
    if refund["insured"] and refund["sends_back"]:
        yield _("The buyer has freight insurance.")


def hidden(refund: Any, path: int, filed: int, scenario: Scenario, when: Callable[[int], str]) -> Iterator[str]:
    """What is true and nobody at the desk can see when it is filed (seconds). `when` writes a moment for people."""
    if refund["cell"] >= 0:
        yield _("The trap in it: {cell}.").format(cell=either(load_cells()[int(refund["cell"])]))
    yield from _parcel(refund, filed, when)
    yield from _claim(refund)
    wishes = [_(text) for column, text in WISHES.items() if refund[column]]
    if wishes:
        yield _("What the buyer really wants: {what}.").format(what=_("; ").join(wishes))
    if refund["unfounded"]:
        yield _("Photos, chat or dates contradict the application.")
    if refund["weight"] == SHORT:
        yield _("A piece was missing in the parcel.")
    if refund["weight"] == EMPTY:
        yield _("The parcel was empty.")
    if path == 4 and (refund["return_wrong"] or float(refund["chance"][C_ANOMALY]) < scenario.chances.anomaly):
        yield _("What comes back, if anything, is wrong, worn or empty.")


def _parcel(refund: Any, filed: int, when: Callable[[int], str]) -> Iterator[str]:
    state, leaves, stalls, arrives = (int(refund[name]) for name in ("state", "leaves", "stalls", "arrives"))
    if state == UNSHIPPED and leaves <= filed:
        yield _("The system says unshipped, but the parcel left {when}.").format(when=when(leaves))
    elif state == UNSHIPPED:
        yield _("Unless it is stopped, the parcel leaves {when}.").format(when=when(leaves))
    elif state == SHIPPED and leaves > filed:
        yield _("The system says shipped, but the parcel is still in the house; it leaves {when}.").format(when=when(leaves))
    if state == SIGNED or (state == UNSHIPPED and leaves > filed):
        return
    if stalls < NEVER:
        yield _("The carrier stops scanning it {when}.").format(when=when(stalls))
    if arrives >= NEVER:
        yield _("The parcel is lost on its way.")
    elif arrives <= filed:
        yield (
            _("It has been left at a locker or with a neighbour.") if refund["to_locker"] else _("The parcel was delivered {when}.")
        ).format(when=when(arrives))
    elif refund["to_locker"]:
        yield _("Unless it is called back, it is left at a locker or with a neighbour {when}.").format(when=when(arrives))
    else:
        yield _("Unless it is called back, the parcel arrives {when}.").format(when=when(arrives))


def _claim(refund: Any) -> Iterator[str]:
    reason = reasons()[int(refund["reason"])]
    if reason.owes_compensation or reason.publicly_shown:
        yield (_("The claim behind the reason holds.") if refund["claim_holds"] else _("The claim behind the reason does not hold."))
