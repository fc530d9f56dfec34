"""When things happened to a request: dated so that they agree with its facts and with each other. All times are minutes before now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.rules.facts import Settings
from trainer_app.training.luck import Luck
from trainer_app.training.situations import Drawn

HOUR, DAY = 60, 24 * 60

ROUTES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "handed_over": (("collected",),),
    "in_transit": (
        ("collected", "left_hub"),
        ("collected", "left_hub", "reached_hub"),
        ("collected", "left_hub", "reached_hub", "reached_branch"),
    ),
    "out_for_delivery": (("collected", "left_hub", "reached_hub", "reached_branch", "out_for_delivery"),),
    "locker": (("collected", "left_hub", "reached_hub", "reached_branch", "out_for_delivery", "locker"),),
    "delivered": (("collected", "left_hub", "reached_hub", "reached_branch", "out_for_delivery", "delivered"),),
    "refused": (("collected", "left_hub", "reached_hub", "reached_branch", "out_for_delivery", "refused"),),
}
"""The scans of a parcel up to where it is now."""

RECALLED = ("collected", "left_hub", "reached_hub", "turned", "back")
REFUSED_AND_BACK = ("collected", "left_hub", "reached_hub", "reached_branch", "out_for_delivery", "refused", "turned", "back")
IN_HOUSE = ("released", "picked", "labelled")
MOVING = ("handed_over", "in_transit", "out_for_delivery")

GAPS: Mapping[str, tuple[int, int]] = {
    "left_hub": (2 * HOUR, 8 * HOUR),
    "reached_hub": (8 * HOUR, 26 * HOUR),
    "reached_branch": (90, 5 * HOUR),
    "out_for_delivery": (HOUR, 4 * HOUR),
    "locker": (HOUR, 6 * HOUR),
    "delivered": (HOUR, 6 * HOUR),
    "refused": (HOUR, 6 * HOUR),
    "turned": (5 * HOUR, 20 * HOUR),
    "back": (26 * HOUR, 60 * HOUR),
    "return_moving": (8 * HOUR, 30 * HOUR),
    "return_signed": (10 * HOUR, 40 * HOUR),
}
"""Minutes between a scan and the one before it: least and most (own prior)."""

FRESH: Mapping[str, tuple[int, int]] = {
    "handed_over": (5, 10 * HOUR),
    "in_transit": (10, 30 * HOUR),
    "out_for_delivery": (5, 5 * HOUR),
    "back": (5, 5 * HOUR),
}
"""Minutes since the last scan of a parcel on its way, or back, where nothing is late (own prior)."""

Dated = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Timeline:
    """Minutes before now; negative = still to come, None = has not happened. stock, scans, return_scans: (what, when), oldest first."""

    filed: int
    paid: int
    promised: int
    shipped: int | None
    stock: Dated
    scans: Dated
    return_scans: Dated
    recall_asked: int | None
    recall_answered: int | None
    inquiry_asked: int | None
    inquiry_answered: int | None
    agreed: int | None
    number: int | None
    decided_before: int | None

    @property
    def hours_since_scan(self) -> float:
        """Hours since the parcel was last scanned; 0 while it is in house."""
        return self.scans[-1][1] / HOUR if self.scans else 0.0

    @property
    def hours_since_agreed(self) -> float:
        """Hours since the shop agreed, up to the tracking number where there is one."""
        return 0.0 if self.agreed is None else (self.agreed - (self.number or 0)) / HOUR


def timeline_of(drawn: Drawn, luck: Luck, settings: Settings) -> Timeline:
    """A history that fits the facts drawn."""
    facts, path = drawn.facts, drawn.situation.path
    goods = str(facts["goods"])
    scans = _scans_of_a_parcel_not_arrived(goods, facts, drawn.bands.get("scan", "recent"), luck, settings)
    recall = _asked("recall", str(facts.get("recall", "not_asked")), settings, luck)
    if goods == "back" and recall[1] is not None:
        answered = dict(scans)["turned"] + luck.whole("turned_after", 20, 90)
        recall = (answered + luck.whole("recall.took", 5, _carrier(settings)), answered)
    inquiry = _asked("inquiry", str(facts.get("inquiry", "not_asked")), settings, luck)
    returned = _return_scans(str(facts.get("returned", "none")), luck)
    number, agreed = _agreed(facts, drawn.bands.get("coupon", "open"), returned, luck, settings)
    events = [when for when in (*recall, *inquiry, number, agreed) if when is not None]
    filed = max(events) + luck.whole("answered_in", 2, 25) if events else luck.whole("filed", 1, 28)
    if goods == "back" and recall[1] is None:
        filed = luck.whole("filed_before", 10, dict(scans)["turned"])
    since = 0
    if goods in ("locker", "delivered", "refused"):
        since = luck.whole("arrived", 40, 6 * DAY if path >= 3 else 3 * DAY)
        scans = _backwards(ROUTES[goods][0], filed + since, luck, "scan")
    first = scans[0][1] if scans else filed
    shipped = None if path == 1 else max(first, filed) + luck.whole("clicked", 5, 10 * HOUR)
    started = max(first, filed, shipped or 0)
    promised = _promised(facts, path, filed, shipped, luck)
    paid = max(started, promised + DAY if promised > 0 else 0) + luck.whole("paid", 2 * HOUR, 40 * HOUR)
    return Timeline(
        filed=filed,
        paid=paid,
        promised=promised,
        shipped=shipped,
        stock=_stock(goods, scans, paid, luck),
        scans=scans,
        return_scans=returned,
        recall_asked=recall[0],
        recall_answered=recall[1],
        inquiry_asked=inquiry[0],
        inquiry_answered=inquiry[1],
        agreed=agreed,
        number=number,
        decided_before=filed + luck.whole("decided", 10, since - 10) if facts.get("second_application") else None,
    )


def _carrier(settings: Settings) -> int:
    """Minutes that a carrier has for an answer, at least a few to tell of."""
    return max(int(settings.carrier_hours * HOUR), 6)


def _scans_of_a_parcel_not_arrived(goods: str, facts: Mapping[str, Any], band: str, luck: Luck, settings: Settings) -> Dated:
    """The scans up to now of a parcel that is on its way or back; those of one that arrived hang on when the request was filed."""
    if goods == "back":
        route = RECALLED if facts.get("recall") == "promised" else REFUSED_AND_BACK
        return _backwards(route, luck.whole("last_scan", *FRESH[goods]), luck, "scan")
    if goods not in MOVING:
        return ()
    lost = int(settings.lost_after_days * DAY)
    low, high = FRESH[goods]
    ago = luck.whole("last_scan", min(low, lost), min(high, lost))
    if band == "foil":
        ago = max(lost - luck.whole("foil", 0, 90), 0)
    if band == "old":
        just = luck.chance("just_lost", 0.4)
        ago = lost + luck.whole("overdue", 1, 6 * HOUR if just else 4 * DAY)
    return _backwards(luck.pick("route", ROUTES[goods]), ago, luck, "scan")


def _backwards(route: tuple[str, ...], last: int, luck: Luck, name: str) -> Dated:
    """The scans of a route, the last of them so many minutes ago."""
    found: list[tuple[str, int]] = []
    ago = last
    for place, what in reversed(list(enumerate(route))):
        found.append((what, ago))
        if place:
            ago += luck.whole(f"{name}.gap.{place}", *GAPS[what])
    return tuple(reversed(found))


def _asked(name: str, word: str, settings: Settings, luck: Luck) -> tuple[int | None, int | None]:
    """When a question was put, and answered."""
    standard = _carrier(settings)
    if word == "not_asked":
        return None, None
    if word == "asked":
        return luck.whole(f"{name}.asked", 3, standard * 9 // 10), None
    if word == "silent":
        return standard + luck.whole(f"{name}.late", 5, 3 * HOUR), None
    answered = luck.whole(f"{name}.answered", 1, 40)
    return answered + luck.whole(f"{name}.took", 5, standard), answered


def _return_scans(returned: str, luck: Luck) -> Dated:
    if returned == "none":
        return ()
    if returned == "in_transit":
        route = luck.pick("return.route", (("return_collected",), ("return_collected", "return_moving")))
        return _backwards(route, luck.whole("return.last", 20, 20 * HOUR), luck, "return")
    least = 5 if returned == "signed" else 3 * HOUR
    return _backwards(
        ("return_collected", "return_moving", "return_signed"), luck.whole("return.last", least, least + 9 * HOUR), luck, "return"
    )


def _agreed(facts: Mapping[str, Any], band: str, returned: Dated, luck: Luck, settings: Settings) -> tuple[int | None, int | None]:
    """When the buyer gave the tracking number, and when the shop had agreed to the return."""
    coupon, most = int(settings.coupon_hours * HOUR), int(settings.buyer_sends_back_days * DAY)
    number = None
    if facts.get("tracking_given"):
        number = returned[0][1] + luck.whole("number_before", 5, 60) if returned else luck.whole("number", 3, 5 * HOUR)
    if not facts.get("agreed"):
        return number, None
    since = luck.whole("agreed", 1, coupon)
    if band == "over":
        since = coupon + luck.whole("too_late", 1, max(most - coupon - HOUR, 1))
    return number, (number or 0) + since


def _promised(facts: Mapping[str, Any], path: int, filed: int, shipped: int | None, luck: Luck) -> int:
    """The promised moment of shipping: passed where the claim of lateness holds, and not where it fails."""
    span = luck.whole("promised", 2 * HOUR, 50 * HOUR)
    late = facts["reason"] == "late_shipment"
    if path == 1:
        return filed + span if late and (facts.get("claim") != "fails") else -span
    shipped = shipped or 0
    return shipped + span if late else shipped - min(span, shipped - 1)


def _stock(goods: str, scans: Dated, paid: int, luck: Luck) -> Dated:
    """The warehouse's own lines: each after the payment, and before the parcel was scanned."""
    stage = {"unpicked": 1, "picked": 2, "labelled": 3}.get(goods, 4)
    upto = scans[0][1] if scans else 0
    names = (*IN_HOUSE, "handed_over")[:stage]
    room = max(paid - upto, len(names) + 1)
    found = [(name, paid - room * (place + 1) // (len(names) + 1)) for place, name in enumerate(names)]
    if goods == "back":
        found.append(("back", max(scans[-1][1] - luck.whole("booked", 1, 4), 0)))
    return tuple(found)
