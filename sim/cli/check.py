"""`refund-desk check`: read a scenario with everything it names, and say in a few lines what it is."""

import sys
from collections import Counter
from datetime import timedelta

from sim.cli.places import loaded, scenario_file
from sim.report import format, names
from sim.report.untrusted import in_a_line
from sim.scenario.load import scenario_hash
from sim.scenario.schema import GRADES, Scenario
from sim.words import _, either


def check_scenario(word: str, overlays: tuple[str, ...]) -> None:
    """Print what the scenario is. Raises BadInput where it is not sound."""
    scenario = loaded(word, overlays)
    digest = scenario_hash(scenario)  # reads the history's bytes, so that a missing one is found here
    lines = [
        _("Sound: {file}").format(file=scenario_file(word)),
        f"  {either(scenario.title)}",
        f"  {_days(scenario)}",
        f"  {_demand(scenario)}",
        *(f"  {line}" for line in _staff(scenario)),
        f"  {_figures(scenario)}",
        _("  Hash: {digest}").format(digest=digest),
    ]
    sys.stdout.write("".join(in_a_line(line, 500) + "\n" for line in lines))


def _days(scenario: Scenario) -> str:
    calendar = scenario.calendar
    last = calendar.start + timedelta(days=calendar.days - 1)
    return _(
        "{days} days, {first} to {last} {year} ({zone}); before them {warmup} days to warm up, after them {drain} days to finish."
    ).format(
        days=calendar.days,
        first=format.day_named(calendar.start),
        last=format.day_named(last),
        year=last.year,
        zone=calendar.zone,
        warmup=calendar.warmup_days,
        drain=calendar.drain_days,
    )


def _demand(scenario: Scenario) -> str:
    path, stated = scenario.demand.history, scenario.demand.stated
    if stated is not None:
        return _("Draws {count} requests on an ordinary day, from stated figures.").format(
            count=format.count(stated.per_day * scenario.demand.scale)
        )
    if path is None:
        return _("No history to replay.")
    size = f"{path.stat().st_size / 1000:,.0f}"
    return _("Replays the history {file} ({size} kB; `run` reads its rows).").format(file=path.name, size=size)


def _staff(scenario: Scenario) -> list[str]:
    """Who is there on an ordinary week: people per pool, and the hours they are paid for."""
    lines = []
    for name, pool in scenario.pools.items():
        shifts = [(shift, group) for group in pool.groups.values() for shift in group.shifts.values()]
        week = sum(shift.count * shift.length * len(shift.days) for shift, _group in shifts) / format.HOUR
        people = sum(shift.count for shift, _group in shifts)
        text = _("{pool}: {people} people in {shifts} shifts, {hours} person-hours a week")
        lines.append(text.format(pool=names.pool(name), people=people, shifts=len(shifts), hours=format.count(round(week))))
    return lines


def _figures(scenario: Scenario) -> str:
    grades: Counter[str] = Counter(figure.grade for figure in scenario.figures.values())
    told = ", ".join(f"{grade} {grades[grade]}" for grade in GRADES if grades[grade])
    guesses = grades["P"] + grades["L"]
    return _("{count} figures with a source ({grades}); {guesses} of them are guesses or weak (P, L).").format(
        count=len(scenario.figures), grades=told, guesses=guesses
    )
