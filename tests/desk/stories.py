"""One refund on a quiet desk, told by its log: what the story tests have in common.

`refund` makes a row on which nothing special happens, `tell` runs it on a desk where two of every pool are always there. Both engines must
tell the same story.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.demand import columns
from sim.demand.columns import (
    C_APPROVES,
    C_CONVERTS,
    C_CUT,
    C_DELIVERED,
    C_DUE,
    C_KEEP,
    C_OFFER,
    C_REACH,
    C_RECALL,
    C_SENDS,
    C_STOCK,
    S_ENQUIRES,
    S_LABELLED,
    S_LAST_MILE,
    S_LINEHAUL,
    S_ONLINE,
    S_PICKED,
)
from sim.demand.workload import ATTEMPTS, NEVER, REFUND
from sim.desk.contract import Floor
from sim.desk.log import Log, first_difference
from sim.desk.procedure import PROCEDURE
from sim.desk.records import ALARMED, BEGAN, CLOSED, FINISHED, JOINED, LINE, POOL, SLOT, WAITING
from sim.desk.simulate import ENGINES, EngineName, run_desk
from sim.desk.steps import ALARM_NAMES, OUTCOMES, STEPS
from sim.desk.tables import ERROR_NAMES, HANDOFF_KINDS, L_BATCH, LINE_POOLS, tables_of
from sim.rules.masks import BITS, masks
from sim.rules.path import FACTS
from sim.rules.reasons import reasons
from sim.scenario import Scenario, load_scenario
from sim.scenario.calendar import CHANGE, OFF, ON
from sim.scenario.staff import POOLS
from sim.shipped import scenarios_folder

MINUTE, HOUR, DAY = 60, 3600, 86400
REASON = {reason.key: reason.index for reason in reasons()}
STEP = {step.name: number for number, step in enumerate(STEPS)}
END = 300 * DAY

SURE, NO_WAY = 0.0, 0.999
"""A latent uniform that lies below every share that is not 0, and one that lies above every share of the stories' scenario."""

GOES_WELL = (C_CUT, C_RECALL, C_KEEP, C_DELIVERED, C_CONVERTS, C_STOCK, C_SENDS, C_APPROVES, C_DUE)
GOES_WELL_EACH_TIME = (C_REACH, C_OFFER)


def overlay(**keys: Any) -> dict[str, Any]:
    """An overlay from dotted keys, two underscores for a dot: overlay(policy__recall__refund_on="promise")."""
    found: dict[str, Any] = {}
    for name, value in keys.items():
        *tables, last = name.split("__")
        at = found
        for table in tables:
            at = at.setdefault(table, {})
        at[last] = value
    return found


ON_PROMISE = overlay(policy__recall__refund_on="promise")
NO_AGREEMENT = overlay(policy__recall__agreement=False)
SHOP_BEARS = overlay(policy__recall__loss_borne_by="shop")
NO_ERP = overlay(policy__erp_cut__on=False)
NO_BATCH = overlay(policy__batch__on=False)
SIGNING = overlay(policy__returns__refund_on="signing")
INSPECTION = overlay(policy__returns__refund_on="inspection")
DOOR = overlay(policy__returns__refund_on="door", policy__returns__door_threshold=1)
NOBODY_NAMED = overlay(policy__named_contact__carrier=False, policy__named_contact__warehouse=False)
REROUTES = overlay(clocks__ship_click="reroutes")
CLOSES = overlay(clocks__ship_click="closes")
OUTSIDE = overlay(
    policy__inspection__outside=True,
    policy__inspection__fee="2 yuan",
    pools__outside={
        "shift_end": "finish",
        "groups": {"company": {"cost_per_hour": "0 yuan", "shifts": {"always": {"from": "00:00", "to": "24:00", "count": 1}}}},
    },
)
AFTER_SALES = overlay(
    policy__split__after_sales=True,
    policy__split__reading="90 s",
    pools__after_sales={
        "shift_end": "finish",
        "groups": {"regular": {"cost_per_hour": "42 yuan", "shifts": {"always": {"from": "00:00", "to": "24:00", "count": 1}}}},
    },
)


def errs(name: str) -> dict[str, Any]:
    """Agents do this wrong act whenever they can."""
    return overlay(pools__agents__groups__regular__errors={name: 1.0})


RECENT = overlay(clocks__preset="taobao-recent", clocks__instant={"path_1": 0.0, "path_4": 0.0})
"""The platform's clocks of today, without its machines."""


def instant(path: int, share: float = 1.0) -> dict[str, Any]:
    """A machine refunds this share of a path's requests."""
    return {"clocks": {"instant": {f"path_{path}": share}}}


@dataclass(frozen=True)
class Story:
    """What the log says of refund 0. `route`: (item, step) in the order in which the refund came to them."""

    rows: Any
    ledger: Any
    route: tuple[tuple[int, str], ...]
    log: Log
    tables: Any

    def steps(self, kind: int) -> list[str]:
        """Names of the steps (alarms, outcomes) of all rows of a kind."""
        names = ALARM_NAMES if kind == ALARMED else OUTCOMES if kind == CLOSED else [step.name for step in STEPS]
        return [names[step] for step in self.rows["step"][self.rows["kind"] == kind]]

    @property
    def worked(self) -> list[str]:
        """What people worked on, in the order in which they began."""
        return self.steps(BEGAN)

    @property
    def went(self) -> list[str]:
        """The main errand's way, decisions and waits included."""
        return [step for item, step in self.route if item == 0]

    @property
    def judged_first(self) -> str:
        """The step to which the first judgement led."""
        return self.went[self.went.index("JUDGE") + 1]

    @property
    def alarms(self) -> list[str]:
        return self.steps(ALARMED)

    @property
    def outcome(self) -> str:
        (outcome,) = self.steps(CLOSED)
        return outcome

    @property
    def asked(self) -> list[str]:
        """The handoffs under which something was asked, in order."""
        return [HANDOFF_KINDS[row] for row in self.rows["handoff"][(self.rows["kind"] == JOINED) & (self.rows["handoff"] >= 0)]]

    @property
    def rules(self) -> list[str]:
        """The rules that decided, in the order of the tables."""
        words = self.ledger["rules"].tolist()
        return [rule.id for number, rule in enumerate(masks().rules) if words[number // BITS] >> (number % BITS) & 1]

    @property
    def wrong_acts(self) -> list[str]:
        return [name for place, name in enumerate(ERROR_NAMES) if self.ledger["wrong_acts"] >> place & 1]

    @property
    def closed_at(self) -> int:
        return int(self.rows["time"][self.rows["kind"] == CLOSED][0])

    def times(self, kind: int, name: str) -> list[int]:
        """When the rows of a kind about a step stand in the log."""
        names = ALARM_NAMES if kind == ALARMED else list(STEP)
        return self.rows["time"][(self.rows["kind"] == kind) & (self.rows["step"] == list(names).index(name))].tolist()  # type: ignore[no-any-return]

    def began(self, name: str) -> int:
        return self.times(BEGAN, name)[0]

    def finished(self, name: str) -> int:
        return self.times(FINISHED, name)[0]

    def waited(self, name: str) -> int:
        """Seconds from the first wait of the main errand at a step to whatever it did next."""
        rows = self.rows[(self.rows["kind"] != ALARMED) & (self.rows["item"] == 0)]
        at = int(np.flatnonzero((rows["kind"] == WAITING) & (rows["step"] == STEP[name]))[0])
        return int(rows["time"][at + 1] - rows["time"][at])

    def seconds(self, name: str) -> int:
        """Seconds of the first piece of work on a step."""
        return self.finished(name) - self.began(name)

    def of(self, row: int) -> "Story":
        """The same told of another refund on this desk."""
        return Story(self.log.rows[self.log.rows["refund"] == row], self.log.ledger[row], (), self.log, self.tables)

    def cost(self, *names: str) -> int:
        """Fen, summed over entries of the ledger."""
        return int(sum(int(self.ledger[name]) for name in names))


def refund(path: int, **facts: Any) -> np.ndarray:
    """A refund on which nothing special happens, changed by `facts`: columns, or places in work, span and chance by name."""
    row = np.zeros(1, REFUND)
    row["again"] = -1
    row["amount"] = row["paid"] = 20_000
    row["state"], row["sends_back"] = FACTS[path]
    row["leaves"] = 3 * DAY if path == 1 else -DAY if path == 2 else -5 * DAY
    row["arrives"] = 2 * DAY if path == 2 else 5 * DAY if path == 1 else -DAY
    row["stalls"] = NEVER
    row["weight"] = 1
    row["reason"] = REASON[{1: "not_wanted_unshipped", 2: "not_wanted_shipped"}.get(path, "other")]
    row["work"], row["contact"], row["patience"] = 60, 60, 30 * DAY
    row["span"] = DAY
    row["span"][0, S_ONLINE], row["span"][0, S_ENQUIRES] = HOUR, 200 * DAY
    row["span"][0, [S_PICKED, S_LABELLED, S_LINEHAUL, S_LAST_MILE]] = 8 * HOUR, 4 * HOUR, 8 * HOUR, 4 * HOUR
    row["chance"] = NO_WAY
    row["chance"][0, GOES_WELL] = SURE
    for first in GOES_WELL_EACH_TIME:
        row["chance"][0, first : first + ATTEMPTS] = SURE
    for name, value in facts.items():
        if name in (REFUND.names or ()):
            row[name] = REASON[value] if name == "reason" else value
        else:
            column = {"W": "work", "S": "span", "C": "chance"}[name[0]]
            row[column][0, getattr(columns, name)] = value
    return row


def every_attempt(row: np.ndarray, first: int, value: float) -> np.ndarray:
    """The same refund with all attempts at a repeatable step having this uniform."""
    row = row.copy()
    row["chance"][:, first : first + ATTEMPTS] = value
    return row


def applied_again(first: np.ndarray, **facts: Any) -> np.ndarray:
    """A refund with the second application that is reserved for it: the same line, filed when the first was turned away."""
    rows = np.concatenate([first, first])
    rows["number"] = [0, 1]
    rows["again"] = [1, -1]
    rows["filed"][1], rows["second"][1] = NEVER, 1
    for name, value in facts.items():
        rows[name][1] = value
    return rows


BASE = overlay(policy__returns__refund_on="inspection", policy__numbers__chase_every="none", clocks__preset="none")
"""Stories begin without the platform's clocks and machines, and with the plainest rule for returns."""


def scenario_of(*overlays: dict[str, Any]) -> Scenario:
    return load_scenario(scenarios_folder() / "busy-week.toml", [BASE, *overlays])


def tell(
    rows: np.ndarray,
    *overlays: dict[str, Any],
    there: Mapping[str, int | tuple[int, int]] | None = None,
    engines: tuple[EngineName, ...] = ENGINES,
) -> Story:
    """Run refunds on a desk where two of every pool are always there, or from the second that `there` says (NEVER = not at all), or between
    two seconds."""
    scenario = scenario_of(*overlays)
    lines = np.zeros(len(LINE_POOLS), LINE)
    lines["pool"], lines["cases"] = [POOLS.index(pool) for pool in LINE_POOLS], 1
    batch = scenario.policy.batch
    lines[L_BATCH] = (0, batch.cases, batch.amount, batch.per_batch)
    groups = {pool: number for number, (pool, _, _) in reversed(list(enumerate(scenario.groups())))}
    slots = np.array([(number, groups.get(pool, 7), 1) for number, pool in enumerate(POOLS) for _ in range(2)], SLOT)
    changes = []
    for slot, (number, _, _) in enumerate(slots.tolist()):
        hours = (there or {}).get(POOLS[number], 0)
        begin, end = hours if isinstance(hours, tuple) else (hours, NEVER)
        changes += [(begin, slot, ON), (end, slot, OFF)]
    floor = Floor(np.zeros(len(POOLS), POOL), lines, slots, np.array(sorted(c for c in changes if c[0] < NEVER), CHANGE))
    tables = tables_of(scenario)
    route: list[tuple[int, str]] = []

    def advance(item: int, step: int, refund: Any, state: Any, tables: Any, now: int) -> Any:
        if refund.row == 0:
            route.append((item, STEPS[step].name))
        return PROCEDURE.advance(item, step, refund, state, tables, now)

    watched = dataclasses.replace(PROCEDURE, advance=advance)
    logs = [run_desk(rows, floor, tables, END, engine, watched if engine == "simpy" else PROCEDURE) for engine in engines]
    for other in logs[1:]:
        assert first_difference(logs[0], other) is None
    log = next(log for log, engine in zip(logs, engines, strict=True) if engine == "simpy")
    return Story(log.rows[log.rows["refund"] == 0], log.ledger[0], tuple(route), log, tables[0])
