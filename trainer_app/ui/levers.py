"""The levers of a variant as form controls: what each is now, and what it is in the situation as it is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import streamlit as st

from sim.errors import msgid
from sim.report import format, names
from sim.report.markup import escaped
from sim.report.untrusted import in_a_line
from sim.scenario.units import MINUTE
from trainer_app.services.levers import MOST_AUTHORITY, MOST_PEOPLE, MOST_REFRESH, Allowed, Levers, Shift
from trainer_app.ui.fields import catch_up, field, move
from trainer_app.ui.figures import note
from trainer_app.words import _

FEN = 100
AUTHORITY_STEP = 50
"""Yuan by which one click changes what an agent may grant."""
REFRESH_STEP = 5
"""Minutes by which one click changes how often the list is looked at."""

SHIFTS: Mapping[str, str] = {
    "day": msgid("day shift"),
    "middle": msgid("middle shift"),
    "evening": msgid("evening shift"),
    "night": msgid("night shift"),
    "peak": msgid("peak hours"),
}
"""What the shifts of the shipped scenarios are called."""
GROUPS: Mapping[str, str] = {"temporary": msgid("temporary staff")}
"""What groups are called besides the regular one."""
DAYS: Mapping[str, str] = dict(
    zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), format.WEEKDAYS, strict=True),
)

RULES: Mapping[str, tuple[str, str]] = {
    "batch": (msgid("Batch refund tool"), msgid("Refunds many simple requests in one go.")),
    "erp_cut": (msgid("ERP cut before shipping"), msgid("The ERP holds back an order whose refund is asked for, before it is shipped.")),
    "agreement": (msgid("Agreement with the carrier"), msgid("The carrier answers within agreed hours and brings parcels back.")),
}
"""Rules that are on or off: what they are called, and what they do."""
AUTHORITY = msgid("An agent may grant alone up to (yuan)")
REFRESH = msgid("The list is looked at every … minutes (0 = at once)")
REFUND_ON = msgid("Money of a return goes back")
REFUNDS_ON: Mapping[str, str] = {
    "signing": msgid("when the parcel is signed for"),
    "door": msgid("after a look at the door"),
    "inspection": msgid("after quality inspection"),
}

Move = Callable[[str, Any], None]
"""What is called when a lever is moved: its name ("batch", or the key of a shift), and its value."""


@dataclass(frozen=True)
class Panel:
    """Where levers are drawn. key: of the variant, unique; moved: what hears of each move; locked: they are only shown."""

    key: str
    moved: Move
    locked: bool = False


def panel(levers: Levers, can: Allowed, at: Panel) -> None:
    """All levers of a variant, people first, then rules."""
    people = _("People")
    st.markdown(f"**{people}**")
    for (pool, group), shifts in groupby(can.shifts, key=lambda shift: (shift.pool, shift.group)):
        with st.container(gap="xsmall"):
            note(called(pool, group))
            for shift in shifts:
                name = _("{shift} {hours}").format(shift=shift_name(shift), hours=f"{shift.begin}–{shift.end}")
                label = _("{who}, {shift}").format(who=called(pool, group), shift=name)
                _number(name, label, shift.key, levers.people.get(shift.key), shift.now, MOST_PEOPLE, 1, at)
    rules = _("Rules")
    st.markdown(f"**{rules}**")
    for name, (title, about) in RULES.items():
        now = getattr(can.now, name)
        label = _("{first} · {second}").format(first=_(title), second=as_it_was(_on(now)))
        present = _or(getattr(levers, name), now)
        key = field(_key(at, name), present)
        shown = st.toggle(label, present, key=key, help=_(about), disabled=at.locked, on_change=_moved, args=(at, name))
        _catch_up(shown, present, at, name)
    _refund_on(levers, can, at)
    if can.authority and can.now.authority is not None:
        _number(_(AUTHORITY), _(AUTHORITY), "authority", levers.authority, can.now.authority, MOST_AUTHORITY, AUTHORITY_STEP, at)
    if can.now.refresh is not None:
        _number(_(REFRESH), _(REFRESH), "refresh", levers.refresh, can.now.refresh, MOST_REFRESH, REFRESH_STEP, at)


def moved_levers(levers: Levers, name: str, value: Any) -> Levers:
    """Levers with one of them moved: a rule by its name, people by the key of their shift."""
    if name in Levers.__dataclass_fields__:
        return replace(levers, **{name: value})
    return replace(levers, people={**levers.people, name: value})


# ---------------------------------------------------------------- what differs, in words
def changes(levers: Levers, can: Allowed) -> list[str]:
    """What a variant changes, a few words for each lever: agents, day shift 6 → 8."""
    return list(_changes(levers, can))


def _changes(levers: Levers, can: Allowed) -> Iterator[str]:
    for shift in can.shifts:
        count = levers.people.get(shift.key, shift.now)
        if count != shift.now:
            who = _(", ").join((called(shift.pool, shift.group), shift_name(shift)))
            yield _("{what} {before} → {after}").format(what=who, before=shift.now, after=count)
    for name, (title, _about) in RULES.items():
        value = getattr(levers, name)
        if value is not None and value != getattr(can.now, name):
            yield _("{what}: {value}").format(what=_(title), value=_on(value))
    if levers.refund_on is not None and levers.refund_on != can.now.refund_on:
        yield _("{what}: {value}").format(what=_("Refund of returns"), value=_(REFUNDS_ON[levers.refund_on]))
    if levers.authority is not None and levers.authority != can.now.authority:
        amount = format.money(levers.authority * FEN)
        yield _("{what}: {value}").format(what=_("Agents' limit"), value=amount)
    if levers.refresh is not None and levers.refresh != can.now.refresh:
        every = format.duration(levers.refresh * MINUTE) if levers.refresh else _("at once")
        yield _("{what}: {value}").format(what=_("Look at the list"), value=every)


def called(pool: str, group: str) -> str:
    """Who works in a group of a pool."""
    if group == "regular":
        return names.pool(pool)
    of_group = _(GROUPS[group]) if group in GROUPS else in_a_line(group)
    return _(", ").join((names.pool(pool), of_group))


def shift_name(shift: Shift) -> str:
    """What a shift is called, with its days where it is not worked on all."""
    name = _(SHIFTS[shift.name]) if shift.name in SHIFTS else in_a_line(shift.name)
    if len(shift.days) == len(DAYS):
        return name
    return _("{pool} ({paths})").format(pool=name, paths=_(", ").join(_(DAYS[day]) for day in shift.days if day in DAYS))


def as_it_was(value: str) -> str:
    """What a lever is in the situation as it is."""
    return _("as it is: {value}").format(value=value)


def _on(value: bool) -> str:
    return _("on") if value else _("off")


# ---------------------------------------------------------------- controls
def _number(shown: str, label: str, name: str, value: int | None, now: int, most: int, step: int, at: Panel) -> None:
    """A lever of whole numbers. shown: what stands beside the field; label: what is heard of it alone."""
    present = _or(value, now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"lever_row_{_key(at, name)}"):
        moved = " moved" if present != now else ""
        st.html(f'<div class="rd-lever{moved}">{escaped(shown)}<small>{escaped(as_it_was(str(now)))}</small></div>')
        found = st.number_input(
            _("{first} · {second}").format(first=label, second=as_it_was(str(now))),
            min_value=0,
            max_value=most,
            value=present,
            step=step,
            key=field(_key(at, name), present),
            disabled=at.locked,
            on_change=_moved,
            args=(at, name),
            label_visibility="collapsed",
        )
        _catch_up(found, present, at, name)


def _refund_on(levers: Levers, can: Allowed, at: Panel) -> None:
    now = can.now.refund_on
    was = "" if now is None else as_it_was(_(REFUNDS_ON[now]))
    present = _or(levers.refund_on, now)
    shown = st.selectbox(
        _("{first} · {second}").format(first=_(REFUND_ON), second=was),
        list(REFUNDS_ON),
        index=None if present is None else list(REFUNDS_ON).index(present),
        format_func=lambda word: _(REFUNDS_ON[word]),
        key=field(_key(at, "refund_on"), present),
        disabled=at.locked,
        on_change=_moved,
        args=(at, "refund_on"),
    )
    _catch_up(shown, present, at, "refund_on")


def _or(value: Any, now: Any) -> Any:
    return now if value is None else value


def _key(at: Panel, name: str) -> str:
    return f"{at.key}.{name}"


def _catch_up(shown: Any, kept: Any, at: Panel, name: str) -> None:
    if not at.locked:
        catch_up(shown, kept, lambda: _moved(at, name))


def _moved(at: Panel, name: str) -> None:
    move(_key(at, name), lambda value: at.moved(name, value))
