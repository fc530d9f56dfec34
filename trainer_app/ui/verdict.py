"""What is said about an answer: the three marks, the rule and why, the price of the mistake, and when the skill comes again."""

from datetime import datetime, timedelta

from sim.errors import msgid
from sim.report import format as figures
from sim.report import names
from sim.report.comparison_words import scale
from sim.report.markup import escaped
from sim.study.paired import Difference
from sim.words import either
from trainer_app.services.practice import Given
from trainer_app.services.prices import Price
from trainer_app.services.progress import SPELLED_OUT
from trainer_app.training.cases import cell_name
from trainer_app.training.cost import Cost
from trainer_app.training.grading import Mark
from trainer_app.training.sources import source_text
from trainer_app.words import _

PARTS = {"path": msgid("Path"), "response": msgid("Response"), "deadline": msgid("Deadline")}
"""The parts of an answer, in their order."""

SIGNS = {True: "✓", False: "✗"}
PRICED = ("path", "response")
"""Kinds of mistakes that have figures; the others have words only."""

SOON = timedelta(minutes=1)
DAY = timedelta(days=1)


def verdict_html(given: Given, at: datetime) -> str:
    """All that is known at once about an answer, in the language spoken now, as HTML for `st.html`."""
    return f'<div class="said">{_headline(given)}{_marks(given)}{_notes(given)}{_rule(given)}{_again(given, at)}</div>'


def price_html(price: Price) -> str:
    """What the mistake costs, or that it is being worked out. It keeps its height, so that nothing jumps when the figures come."""
    costs = _("What this mistake costs")
    title = f"<h3>{escaped(costs)}</h3>"
    if price.cost is None:
        told = _("The price could not be worked out this time.") if price.failed else _("Being worked out …")
        return f'<div class="said said-price"><section>{title}<p class="small">{escaped(told)}</p></section></div>'
    return f'<div class="said said-price"><section>{title}<p>{escaped(either(price.cost.cause))}</p>{_figures(price.cost)}</section></div>'


def in_words(right: bool) -> str:
    """A mark as a sign and a word."""
    word = _("right") if right else _("wrong")
    return f"{SIGNS[right]} {word}"


def marks_text(marks: tuple[bool, bool, bool]) -> str:
    """The three marks in a line."""
    return " · ".join(f"{_(part)} {in_words(right)}" for part, right in zip(PARTS.values(), marks, strict=True))


def again_text(again: datetime, at: datetime) -> str:
    """When a skill comes up again, from now on."""
    left = again - at
    if left < SOON:
        return _("at once")
    return _("in {time}").format(time=figures.duration(_rounded(left).total_seconds()))


def _rounded(left: timedelta) -> timedelta:
    """As exact as one wants to know it: minutes below an hour, hours below two days, else days."""
    unit = timedelta(minutes=1) if left < timedelta(hours=1) else timedelta(hours=1) if left < 2 * DAY else DAY
    return max(round(left / unit), 1) * unit


def _headline(given: Given) -> str:
    verdict = given.verdict
    if verdict.right:
        told = _("All right")
    elif verdict.marks:
        told = _("{count} of 3 right").format(count=verdict.marks)
    else:
        told = _("None of the three is right")
    tone = "good" if verdict.right else "bad"
    skill = _("Skill: {name}").format(name=either(cell_name(given.key.cell)))
    return f'<h2 class="{tone}">{SIGNS[verdict.right]} {escaped(told)}</h2><p class="small">{escaped(skill)}</p>'


def _marks(given: Given) -> str:
    verdict = given.verdict
    every = zip(PARTS.values(), (verdict.path, verdict.response, verdict.deadline), strict=True)
    return f'<dl class="said-marks">{"".join(_mark(_(part), mark) for part, mark in every)}</dl>'


def _mark(part: str, mark: Mark) -> str:
    tone = "good" if mark.right else "bad"
    said = "" if mark.given is None else either(mark.given)
    other = [either(text) for text in mark.accepted if text != mark.given]
    lines = [said] if mark.right else [_("You said: {text}").format(text=said or _("nothing")), _right_one(other)]
    if mark.right and other:
        lines.append(_("As right: {text}").format(text=_(", ").join(other)))
    told = "<br>".join(escaped(line) for line in lines)
    return f'<div class="{tone}"><dt><b>{escaped(in_words(mark.right))}</b> · {escaped(part)}</dt><dd>{told}</dd></div>'


def _right_one(accepted: list[str]) -> str:
    return _("Right: {text}").format(text=_(" or ").join(accepted))


def _notes(given: Given) -> str:
    """What is out of the ordinary with this answer."""
    notes: list[str] = []
    if given.verdict.note is not None:
        notes.append(either(given.verdict.note))
    if given.hints >= SPELLED_OUT:
        notes.append(_("Answered after the last hint, which reads out what decides: it counts as not known yet."))
    if not given.same_rules:
        notes.append(_("The rules or the cards have changed since: what is shown here is how it would be today."))
    return "".join(f'<p class="note">{escaped(note)}</p>' for note in notes)


def _rule(given: Given) -> str:
    verdict = given.verdict
    why_not = "".join(f"<li>{escaped(either(text))}</li>" for text in verdict.why_not)
    why, other = _("The rule"), _("Why not")
    wrong = f"<section><h3>{escaped(other)}</h3><ul>{why_not}</ul></section>" if why_not else ""
    source = _("Rule {id} · source: {source} · trust {letter}: {grade}").format(
        id=verdict.rule, source=either(source_text(verdict.source)), letter=verdict.grade, grade=names.grade(verdict.grade)
    )
    return f'<section><h3>{escaped(why)}</h3><p>{escaped(either(verdict.why))}</p><p class="small">{escaped(source)}</p></section>{wrong}'


def _again(given: Given, at: datetime) -> str:
    if given.again is None:
        return ""
    told = _("This skill comes again {when}.").format(when=again_text(given.again, at))
    return f'<section><p class="small">{escaped(told)}</p></section>'


def _figures(cost: Cost) -> str:
    """Yuan, hours and the share with goods and money both lost, each with its interval."""
    if cost.kind not in PRICED:
        return ""
    shown = (
        (_("money"), "yuan", "yuan"),
        (_("until it is done"), "completion_hours", "hours"),
        (_("goods and money both lost"), "lost_both", "share"),
    )
    every = "".join(_figure(label, cost.figures[name], unit) for label, name, unit in shown)
    about = _("Against the right answer, on average over {count} refunds like this one; below each figure the range that is 95 % sure.")
    return f'<dl class="price">{every}</dl><p class="small">{escaped(about.format(count=figures.count(cost.draws)))}</p>'


def _figure(label: str, found: Difference, unit: str) -> str:
    written = scale(unit, found.estimate)
    between = ""
    if found.low is not None and found.high is not None:
        between = _("{low} to {high}").format(low=written.bare(found.low, sign=True), high=written.bare(found.high, sign=True))
    return f"<div><dt>{escaped(label)}</dt><dd><b>{escaped(written.change(found.estimate))}</b><span>{escaped(between)}</span></dd></div>"
