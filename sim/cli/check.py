"""`refund-desk check`: read a scenario with everything it names, and say in a few lines what it is."""

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from sim.cli.places import Asked, loaded, scenario_file
from sim.report import format, names
from sim.report.untrusted import in_a_line
from sim.scenario.load import scenario_hash
from sim.scenario.schema import GRADES, Scenario
from sim.words import _, either


def check_scenario(asked: Asked) -> None:
    """Print what the scenario is. Raises BadInput where it, or the forecast that it names, is not sound."""
    scenario = loaded(asked)
    digest = scenario_hash(scenario)  # reads the bytes of history and forecast, so that a missing one is found here
    lines = [
        _("Sound: {file}").format(file=scenario_file(asked.scenario)),
        f"  {either(scenario.title)}",
        f"  {_days(scenario)}",
        *(f"  {line}" for line in _demand(scenario)),
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


def _demand(scenario: Scenario) -> list[str]:
    """Where requests come from, and how many times what is written there."""
    demand, lines = scenario.demand, []
    scaled = _("Scale of the demand: {scale} (counted above).")
    if demand.stated is not None:
        text = _("Draws {count} requests on an ordinary day, from stated figures.")
        lines.append(text.format(count=format.count(demand.stated.per_day * demand.scale)))
    elif demand.orders is not None:
        text = _("Draws {count} orders on an ordinary day; requests follow from them.")
        lines.append(text.format(count=format.count(demand.orders.per_day * demand.scale)))
        if demand.orders.forecast is not None:
            lines.append(_forecast(demand.orders.forecast, scenario))
    elif demand.history is not None and demand.bootstrap is not None:
        anew = _("Deals the days of the history {file} anew, in blocks of {days} days.")
        lines.append(anew.format(file=demand.history.name, days=demand.bootstrap.days))
        scaled = _("Scale of the demand: {scale}.")
    elif demand.history is not None:
        size = f"{demand.history.stat().st_size / 1000:,.0f}"
        text = _("Replays the history {file} ({size} kB; `run` reads its rows).")
        lines.append(text.format(file=demand.history.name, size=size))
        scaled = _("Scale of the demand: {scale}.")
    else:
        lines.append(_("No history to replay."))
    if demand.scale != 1:
        lines.append(scaled.format(scale=f"{demand.scale:g}"))
    return lines


def _forecast(file: Path, scenario: Scenario) -> str:
    """What the forecast says, and of how many of the days that are reported."""
    from sim.demand.forecast import read_forecast
    from sim.demand.order_curve import check_days

    forecast = read_forecast(file)
    check_days(forecast, scenario)
    days = [scenario.calendar.start + timedelta(days=day) for day in range(scenario.calendar.days)]
    text = (
        _("Forecast {file}: {orders} orders from {first} to {last} {year}, per hour; it covers {covered} of the {days} days.")
        if forecast.hourly
        else _("Forecast {file}: {orders} orders from {first} to {last} {year}, per day; it covers {covered} of the {days} days.")
    )
    return text.format(
        file=file.name,
        orders=format.count(round(float(forecast.orders.sum()) * scenario.demand.scale)),
        first=format.day_named(forecast.dates[0]),
        last=format.day_named(forecast.dates[-1]),
        year=forecast.dates[-1].year,
        covered=sum(forecast.on(day) is not None for day in days),
        days=len(days),
    )


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
