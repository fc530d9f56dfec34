"""The compiled engine's main loop: whole instants, first what happens, then who works on what. See sim.desk.simpy_engine."""

from typing import Any

from sim.demand.workload import NEVER
from sim.desk.compiled_instructions import fetch, lowest_bit
from sim.desk.compiled_kernel import (
    COMPLETE,
    ENDLESS,
    FAILED,
    MORE_ENTRIES,
    MORE_EVENTS,
    MORE_FOLDERS,
    MORE_ROWS,
    NEGATIVE_WORK,
    NOT_AN_ALARM_ACTION,
    TO_COME,
    clear_line,
    close,
    count_step,
    fail,
    first_idle,
    first_line,
    follow,
    free_item,
    in_line,
    leave_line,
    note,
    offer,
    one_fewer,
    release,
    remove_first,
    set_alarm,
    stand_in_line,
    take_folder,
)
from sim.desk.compiled_moments import EACH, RANK_BITS, come, drop_event, next_moment, order_of, pop_key, push_event, soon
from sim.desk.records import (
    ALARMED,
    ALARMS,
    ARRIVAL,
    AT_WORK,
    BEGAN,
    CLOCK,
    DONE,
    FILED,
    FINISH,
    FINISHED,
    FREE,
    GAVE_UP,
    GO_ON,
    GO_TO,
    HAND_BACK,
    HANDED_BACK,
    IN_LINE,
    ITEMS,
    KEEP,
    OPENED,
    SHIFT,
    SIDE,
)
from sim.scenario.calendar import BREAK_BEGINS, OFF, ON

ROOM = 64
"""Rows, and places on the agenda, that one event may need at most, work in hand aside."""


def take_in_hand(slots_now: Any, items: Any, slot: int, at: int) -> None:
    """Put an item at the head of the list of what the slot has in hand."""
    item = items[at]
    item.slot = slot
    item.before = -1
    item.after = slots_now[slot].first
    if item.after >= 0:
        items[item.after].before = at
    slots_now[slot].first = at


def put_down(slots_now: Any, items: Any, at: int) -> None:
    """Take an item out of the list of what its slot has in hand."""
    item = items[at]
    if item.before >= 0:
        items[item.before].after = item.after
    else:
        slots_now[item.slot].first = item.after
    if item.after >= 0:
        items[item.after].before = item.before


def count_in_hand(slots_now: Any, items: Any, slot: int) -> int:
    """How many cases the slot has in hand."""
    count = 0
    at = slots_now[slot].first
    while at >= 0:
        count += 1
        at = items[at].after
    return count


def next_in_hand(slots_now: Any, items: Any, cases: Any, slot: int, rule: int, limit: int, past: int) -> int:
    """The item to hand back with the smallest (refund, item) above `past`; -1 when there is none."""
    best = -1
    lowest = NEVER
    at = slots_now[slot].first
    while at >= 0:
        order = cases[at // ITEMS].row * 8 + at % ITEMS
        if past < order < lowest and (rule == HAND_BACK or items[at].ends > limit):
            best, lowest = at, order
        at = items[at].after
    return best


def fetch_what_is_next(refunds: Any, cases: Any, states: Any, items: Any, moments: Any, heads: Any, marks: Any) -> None:
    """What the moment that likely comes next will need is on its way from memory while the present instant is run."""
    at = soon(heads, marks)
    if at >= 0:
        folder = at // EACH
        fetch(cases[folder])
        fetch(states[folder])
        fetch(items[folder * ITEMS + at % EACH % ITEMS])
        fetch(refunds[(moments[at].order & (1 << RANK_BITS) - 1) >> 3])


def run(
    advance: Any,
    begin: Any,
    alarm: Any,
    first_step: int,
    refunds: Any,
    tables_of_run: Any,
    pools: Any,
    lines: Any,
    served: Any,  # pool → a bit for each of its lines
    slots: Any,
    changes: Any,
    filings: Any,  # rows in the order of filing
    filed: Any,  # and when that is
    folders: Any,  # row → folder
    free: Any,
    blank: Any,  # the state of a refund just filed
    cases: Any,
    states: Any,
    items: Any,
    moments: Any,
    heads: Any,
    marks: Any,
    agenda: Any,
    entries: Any,
    sizes: Any,
    waiting: Any,
    slots_now: Any,
    idle: Any,
    idle_size: Any,
    log: Any,
    ledger: Any,
    worlds: Any,
    until: int,
) -> int:
    """Run every instant before `until`; returns COMPLETE, what there must be more room for, or FAILED."""
    world = worlds[0]
    tables = tables_of_run[0]
    while True:
        if world.phase == 0:
            when = NEVER
            if world.next_filing < len(filings):
                when = filed[world.next_filing]
            if world.next_change < len(changes) and changes[world.next_change].time < when:
                when = changes[world.next_change].time
            when = next_moment(moments, heads, marks, world, when)
            if when >= until:
                return COMPLETE
            world.now = when
            world.steps = 0
            world.phase = 1
            come(moments, heads, marks, agenda, world)
            fetch_what_is_next(refunds, cases, states, items, moments, heads, marks)
        now = world.now

        while world.phase == 1:
            if world.rows + ROOM > len(log):
                return MORE_ROWS
            if world.agenda + ROOM > len(agenda):
                return MORE_EVENTS
            if world.longest + ROOM > entries.shape[1]:
                return MORE_ENTRIES
            if world.free == 0:
                return MORE_FOLDERS
            first = agenda[0] if world.agenda > 0 else NEVER
            change_due = world.next_change < len(changes) and changes[world.next_change].time == now
            filing = -1
            if world.next_filing < len(filings) and filed[world.next_filing] == now:
                filing = int(filings[world.next_filing])

            if change_due and first > order_of(SHIFT, 0, 0):
                number, what = changes[world.next_change].slot, changes[world.next_change].what
                slot = slots_now[number]
                pool = slots[number].pool
                if what == ON or what == OFF:
                    slot.on = 1 if what == ON else 0
                else:
                    slot.away = 1 if what == BREAK_BEGINS else 0
                if what == OFF or what == BREAK_BEGINS:
                    rule = pools[pool].rule
                    if rule != KEEP:
                        in_hand = count_in_hand(slots_now, items, number)
                        if world.rows + in_hand + ROOM > len(log):
                            return MORE_ROWS
                        if world.agenda + in_hand + ROOM > len(agenda):
                            return MORE_EVENTS
                        if world.longest + in_hand + ROOM > entries.shape[1]:
                            return MORE_ENTRIES
                        limit = now + pools[pool].cap
                        past = -1
                        while True:
                            at = next_in_hand(slots_now, items, cases, number, rule, limit, past)
                            if at < 0:
                                break
                            folder = at // ITEMS
                            code = at % ITEMS
                            case = cases[folder]
                            item = items[at]
                            past = case.row * 8 + code
                            put_down(slots_now, items, at)
                            slot.open -= item.leads
                            case.at_work -= 1
                            drop_event(moments, heads, marks, world, folder, code)
                            note(
                                log,
                                world,
                                case.row,
                                number,
                                item.step,
                                code,
                                HANDED_BACK,
                                pool,
                                slots[number].group,
                                item.line,
                                item.handoff,
                            )
                            if case.closed == 1:
                                item.status = FREE
                                if case.at_work == 0:
                                    release(world, free, folders, case, folder)
                            else:
                                worked = now - item.began
                                if item.own > 0:
                                    item.share = item.share * (item.own - max(0, worked - item.reopening)) / item.own
                                item.back = 1
                                if item.give_up < NEVER:
                                    item.give_up += worked
                                stand_in_line(
                                    moments, heads, marks, agenda, world, lines, entries, sizes, waiting, folder, case.row, code, item
                                )
                else:
                    offer(world, slot, number, slots[number].seats, idle, idle_size, pool, slots, slots_now)
                world.next_change += 1
                continue

            if filing >= 0 and order_of(ARRIVAL, filing, 0) < first:
                world.next_filing += 1
                row, code, rank, starts = filing, 0, ARRIVAL, True
                folder = take_folder(world, free, folders, cases, row)
                if world.next_filing < len(filings):
                    fetch(refunds[filings[world.next_filing]])
            elif first < NEVER:
                pop_key(agenda, world.agenda)
                world.agenda -= 1
                rank, row, code = (first >> RANK_BITS) - 1, (first & (1 << RANK_BITS) - 1) >> 3, first & 7
                folder = folders[row]
                if folder < 0:
                    continue
                moment = moments[folder * EACH + code]
                if moment.time != now or moment.order != first:
                    continue
                moment.order = 0
                world.events -= 1
                starts = code == 0 and items[folder * ITEMS].status == TO_COME
            else:
                world.phase = 2
                break

            if starts:
                states[folder] = blank[0]
                case = cases[folder]
                case.alarm_at = NEVER
                case.closed = case.at_work = case.to_open = 0
                case.instant = -NEVER
                for number in range(ITEMS):
                    items[folder * ITEMS + number].status = FREE
                note(log, world, row, -1, first_step, 0, FILED, -1, -1, -1, -1)
                step = first_step
            else:
                if code == ITEMS:
                    case, state = cases[folder], states[folder]
                    case.alarm_at = NEVER
                    which = 0
                    while which < ALARMS and state.due[which] > now:
                        which += 1
                    if which == ALARMS:
                        set_alarm(moments, heads, marks, agenda, world, folder, case, state)
                        continue
                    state.due[which] = NEVER
                    if not count_step(world, case):
                        return fail(world, ENDLESS, row, which, 0)
                    note(log, world, row, -1, which, 0, ALARMED, -1, -1, -1, -1)
                    action, step, target, at_time, _, _, _ = alarm(which, refunds[row], state, tables, now)
                    code = 0
                    main = items[folder * ITEMS]
                    if action == DONE:
                        close(
                            moments,
                            heads,
                            marks,
                            agenda,
                            log,
                            world,
                            lines,
                            entries,
                            sizes,
                            waiting,
                            refunds,
                            folders,
                            free,
                            cases,
                            states,
                            items,
                            ledger,
                            folder,
                            0,
                            target,
                            at_time,
                        )
                        continue
                    if action == SIDE:
                        opened = free_item(items, folder * ITEMS)
                        if opened < 0:
                            set_alarm(moments, heads, marks, agenda, world, folder, case, state)
                            continue
                        note(log, world, row, -1, target, opened, OPENED, -1, -1, -1, -1)
                        code, step = opened, target
                    elif action == GO_TO and main.status != AT_WORK:
                        if main.status == IN_LINE:
                            leave_line(
                                moments,
                                heads,
                                marks,
                                log,
                                world,
                                lines,
                                entries,
                                sizes,
                                waiting,
                                folders,
                                items,
                                folder,
                                row,
                                0,
                                main,
                            )
                        else:
                            drop_event(moments, heads, marks, world, folder, 0)
                    elif action == GO_TO or action == GO_ON:
                        if action == GO_TO:
                            main.next = step
                        set_alarm(moments, heads, marks, agenda, world, folder, case, state)
                        continue
                    else:
                        return fail(world, NOT_AN_ALARM_ACTION, row, which, action)
                else:
                    case, item = cases[folder], items[folder * ITEMS + code]
                    step = item.next
                    if rank != FINISH and not count_step(world, case):
                        return fail(world, ENDLESS, row, item.step, 0)
                    if rank == FINISH:
                        number = item.slot
                        pool = slots[number].pool
                        put_down(slots_now, items, folder * ITEMS + code)
                        if item.leads == 1:
                            slots_now[number].open -= 1
                            offer(world, slots_now[number], number, slots[number].seats, idle, idle_size, pool, slots, slots_now)
                        case.at_work -= 1
                        note(log, world, row, number, item.step, code, FINISHED, pool, slots[number].group, item.line, item.handoff)
                        if case.closed == 1:
                            item.status = FREE
                            if case.at_work == 0:
                                release(world, free, folders, case, folder)
                            continue
                    elif rank == CLOCK:
                        note(log, world, row, -1, item.step, code, GAVE_UP, lines[item.line].pool, -1, item.line, item.handoff)
                        clear_line(world, entries, sizes, waiting, folders, items, item)
                        step = item.otherwise
            status = follow(
                advance,
                moments,
                heads,
                marks,
                agenda,
                log,
                world,
                lines,
                entries,
                sizes,
                waiting,
                refunds,
                tables,
                folders,
                free,
                cases,
                states,
                items,
                ledger,
                folder,
                code,
                step,
            )
            if status == FAILED:
                return FAILED

        while world.touched != 0:
            pool = lowest_bit(world.touched)
            while True:
                standing = world.standing & served[pool]
                if standing == 0:
                    break
                number = first_idle(idle, idle_size, pool, slots_now)
                if number < 0:
                    break
                line = first_line(standing, entries, sizes, folders, items)
                most_cases, most_fen = lines[line].cases, lines[line].fen
                room = min(most_cases, waiting[line]) * 2 + ROOM
                if world.rows + room > len(log):
                    return MORE_ROWS
                if world.agenda + room > len(agenda):
                    return MORE_EVENTS
                pop_key(idle[pool], idle_size[pool])
                idle_size[pool] -= 1
                slot = slots_now[number]
                slot.listed = -1
                group = slots[number].group
                seconds, reopening, fen, count = lines[line].seconds, 0, 0, 0
                lead = slot.first
                while True:
                    order = entries[line, 0, 1]
                    remove_first(entries[line], sizes[line])
                    sizes[line] -= 1
                    one_fewer(world, waiting, line)
                    row, code = order >> 3, order & 7
                    folder = folders[row]
                    case, state, refund = cases[folder], states[folder], refunds[row]
                    item = items[folder * ITEMS + code]
                    drop_event(moments, heads, marks, world, folder, code)
                    item.status = AT_WORK
                    state.group[code] = group
                    own = begin(code, item.step, refund, state, tables, now, group, slot.open)
                    if own < 0:
                        return fail(world, NEGATIVE_WORK, row, item.step, own)
                    if own == 0 and not count_step(world, case):
                        return fail(world, ENDLESS, row, item.step, 0)
                    if item.back == 1:
                        own = int(own * item.share + 0.5)
                        reopening += pools[pool].reopening
                    seconds += own
                    fen += refund.amount
                    case.at_work += 1
                    item.leads = 1 if count == 0 else 0
                    take_in_hand(slots_now, items, number, folder * ITEMS + code)
                    count += 1
                    note(log, world, row, number, item.step, code, BEGAN, pool, group, line, item.handoff)
                    set_alarm(moments, heads, marks, agenda, world, folder, case, state)
                    if count >= most_cases:
                        break
                    while sizes[line] > 0 and not in_line(folders, items, entries[line, 0, 1], entries[line, 0, 2]):
                        remove_first(entries[line], sizes[line])
                        sizes[line] -= 1
                    if sizes[line] == 0 or (most_fen > 0 and fen + refunds[entries[line, 0, 1] >> 3].amount > most_fen):
                        break
                slot.open += 1
                offer(world, slot, number, slots[number].seats, idle, idle_size, pool, slots, slots_now)
                at = slot.first
                while at != lead:
                    item = items[at]
                    item.began, item.ends = now, now + seconds + reopening
                    item.own, item.reopening = seconds, reopening
                    folder = at // ITEMS
                    push_event(moments, heads, marks, agenda, world, folder, at % ITEMS, cases[folder].row, item.ends, FINISH)
                    at = item.after
            world.touched &= ~(1 << pool)
        while world.changed != 0:
            line = lowest_bit(world.changed)
            world.changed &= world.changed - 1
            tables.waiting[line] = waiting[line]
        world.phase = 1 if world.agenda > 0 else 0
