"""A reader of cards who knows nothing of how they are made: from the Chinese text alone back to the facts, and the dates in their order."""

import re
from datetime import datetime

from sim.rules.facets import read_facts
from sim.rules.facts import BuyerSays, Claim, Facts, OrderState, Return, Weight
from sim.rules.reasons import reasons
from trainer_app.training.card import Card

DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")

LAST_SCAN = (
    ("refused", r"拒收"),
    ("back", r"寄件方仓库接收|送达寄件仓库"),
    ("locker", r"快递柜|驿站|邻居"),
    ("delivered", r"签收"),
    ("out_for_delivery", r"派件|派送中"),
    ("in_transit", r"离开|发出|到达"),
    ("handed_over", r"揽收|揽件"),
)
IN_HOUSE = (("labelled", r"面单已打印|已打单"), ("picked", r"已拣货|拣货完成"), ("unpicked", r"待拣货|尚未拣货"))


def value(card: Card, key: str) -> str:
    return card.field(key).value("zh")


def dates(card: Card, key: str) -> list[datetime]:
    return [datetime.fromisoformat(found) for found in DATE.findall(value(card, key))]


def fen(card: Card, key: str) -> int:
    return round(float(value(card, key).removeprefix("¥").replace(",", "")) * 100)


def word(kind, text: str) -> str:
    return next(each.value for each in sorted(kind, key=lambda each: -len(each.zh)) if text.startswith(each.zh))


def first_of(pairs, text: str) -> str:
    return next(name for name, pattern in pairs if re.search(pattern, text))


def answer(text: str, answers: dict[str, str]) -> str:
    for said, meaning in answers.items():
        if said in text:
            return meaning
    raise AssertionError(f"no answer in {text}")


def hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600


def read_card(card: Card) -> Facts:
    """The facts that the card tells."""
    now = dates(card, "now")[0]
    scans = dates(card, "trace")
    state = word(OrderState, value(card, "order_state"))
    places = ("unshipped", "shipped", "signed")
    reason = next(
        each.key for each in reasons() if each.zh == value(card, "reason") and (places.index(state) in each.states or each.key == "other")
    )
    sends_back = "要寄回" in value(card, "sends_back")
    agreed, number = dates(card, "agreed"), dates(card, "tracking_given")
    message = value(card, "message")
    wish = "换" in message
    return read_facts(
        {
            "order_state": state,
            "sends_back": sends_back,
            "goods": first_of(LAST_SCAN, value(card, "trace").splitlines()[-1])
            if scans
            else first_of(IN_HOUSE, value(card, "warehouse").splitlines()[-1]),
            "hours_since_scan": hours(scans[-1], now) if scans else 0.0,
            "reason": reason,
            "claim": word(Claim, value(card, "claim")),
            "amount": fen(card, "amount"),
            "paid": fen(card, "paid"),
            "limit": fen(card, "limit"),
            "buyer_says": word(BuyerSays, value(card, "buyer_says")),
            "recall": answer(
                value(card, "recall"),
                {"未询问": "not_asked", "超时未答复": "silent", "承诺追回": "promised", "追不回": "refused", "已询问": "asked"},
            ),
            "inquiry": answer(
                value(card, "inquiry"),
                {"未核实": "not_asked", "已送达": "delivered", "无法证明送达": "not_delivered", "已询问": "asked"},
            ),
            "agreement": value(card, "agreement").startswith("有"),
            "one_of_several": "仍要" in value(card, "one_of_several"),
            "partly_shipped": "分开发货" in value(card, "partly_shipped"),
            "weight": word(Weight, value(card, "weight")),
            "may_keep": value(card, "may_keep") == "可以",
            "mistaken_form": state == "signed" and not sends_back and ("寄回" in message or bool(number)),
            "wants_exchange": wish,
            "special_wish": "破例" in message,
            "unfounded": "不符" in value(card, "evidence"),
            "second_application": "已有结论" in value(card, "second_application"),
            "insured": value(card, "insured") == "有",
            "agreed": bool(agreed),
            "hours_since_agreed": hours(agreed[0], number[0] if number else now) if agreed else 0.0,
            "tracking_given": bool(number),
            "returned": word(Return, value(card, "returned")),
            "returns_waiting": int(value(card, "returns_waiting").removesuffix("件")),
        }
    )


def contradictions(card: Card) -> list[str]:
    """What on the card cannot be true together, in words; empty for a card that is sound."""
    facts = read_card(card)
    now, filed, paid = (dates(card, key)[0] for key in ("now", "filed", "paid_at"))
    promised = dates(card, "promised")[0]
    stock, scans, back = (dates(card, key) for key in ("warehouse", "trace", "returned"))
    clicked = dates(card, "order_state")
    asked = [*dates(card, "recall"), *dates(card, "inquiry")]
    agreed, number = dates(card, "agreed"), dates(card, "tracking_given")
    decided = re.findall(r"\d{4}-\d\d-\d\d", value(card, "second_application"))
    house = [each for each in stock if not scans or each <= scans[0]]
    claims = {
        "filed after now": filed > now,
        "paid after it was filed": paid >= filed,
        "dates of the warehouse out of order": stock != sorted(stock),
        "scans out of order": scans != sorted(scans),
        "two scans in one minute": len(set(scans)) != len(scans),
        "something is dated in the future": max([*stock, *scans, *back, *asked, *agreed, *number, *clicked]) > now,
        "picked before it was paid": bool(house) and house[0] < paid,
        "scanned before the warehouse had it": bool(scans) and not any("已出库" in line for line in value(card, "warehouse").splitlines()),
        "in house, and gone from the house": not scans and "已出库" in value(card, "warehouse"),
        "unshipped, and a click on Ship": facts.order_state == "unshipped" and bool(clicked),
        "shipped, and no click on Ship before it was filed": facts.order_state != "unshipped" and (not clicked or clicked[0] > filed),
        "clicked before it was paid": bool(clicked) and clicked[0] < paid,
        "signed in the system before it was delivered": facts.order_state == "signed" and scans[-1] > filed,
        "signed in the system, and no scan that says so": facts.order_state == "signed" and facts.goods not in ("locker", "delivered"),
        "questions put before it was filed": bool(asked) and min(asked) < filed,
        "agreed before it was filed": bool(agreed) and agreed[0] < filed,
        "a number before the agreement": bool(agreed and number) and number[0] < agreed[0],
        "a return on its way before there was a number's parcel": bool(back) and (back != sorted(back) or not number),
        "a return without an agreement": facts.returned != "none" and not agreed,
        "the return's end does not fit its state": facts.returned in ("signed", "fine", "wrong_or_empty")
        and "仓库" not in value(card, "returned").splitlines()[-1],
        "late, and the claim fails": facts.reason == "late_shipment"
        and facts.order_state == "unshipped"
        and (facts.claim == "fails") != (promised > filed),
        "out of stock, and there are some": facts.reason == "out_of_stock"
        and facts.claim == "holds"
        and not value(card, "stock").startswith("0"),
        "not out of stock, and there are none": facts.reason == "out_of_stock"
        and facts.claim == "fails"
        and value(card, "stock").startswith("0"),
        "out of stock, and picked": facts.reason == "out_of_stock" and facts.goods in ("picked", "labelled") and facts.claim == "holds",
        "seven days are over, and nobody says so": facts.reason == "seven_days"
        and not facts.unfounded
        and hours(scans[-1], filed) > 7 * 24,
        "decided before it was delivered, or after it was filed again": bool(decided)
        and not scans[-1].date().isoformat() <= decided[0] <= filed.date().isoformat(),
        "more than was paid": facts.amount > facts.paid,
        "says received, and has it not": facts.buyer_says == "received" and facts.goods not in ("locker", "delivered"),
        "two wishes at once": facts.wants_exchange + facts.special_wish > 1,
        "keeps what was not sent wrongly": facts.may_keep and facts.reason != "wrong_item",
        "the scales do not bear their word out": not scales_agree(value(card, "weight")),
    }
    return [text for text, true in claims.items() if true]


def scales_agree(text: str) -> bool:
    figures = [int(each) for each in re.findall(r"(\d+)克", text)]
    if not figures:
        return text == "未核重"
    share = figures[1] / figures[0]
    return {"重量相符": 0.98 <= share <= 1.02, "重量不足": 0.5 < share < 0.95, "空包": share < 0.2}[text.split("（")[0]]
