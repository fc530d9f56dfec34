"""A skill as a line: its name, a bar with the interval of what is mastered, and the same in words."""

from datetime import datetime

from sim.report.comparison_words import Scale
from sim.report.markup import escaped
from sim.words import either
from trainer_app.training.cases import cell_name
from trainer_app.training.skill import Mastery, Progress
from trainer_app.ui.verdict import again_text
from trainer_app.words import _


def skill_html(mastery: Mastery, progress: Progress | None, at: datetime) -> str:
    """The line of a skill, in the language spoken now."""
    name = either(cell_name(mastery.cell))
    told = mastery_text(mastery, progress)
    when = due_text(progress, at)
    due = ' class="due"' if progress is not None and progress.due <= at else ""
    below = f'<p class="small"><span{due}>{escaped(when)}</span></p>' if when else ""
    return f'<div class="skill"><p><b>{escaped(name)}</b></p>{_bar(mastery)}<div><p>{escaped(told)}</p>{below}</div></div>'


def mastery_text(mastery: Mastery, progress: Progress | None) -> str:
    """How well a skill is mastered, in words and figures."""
    if progress is None:
        return _("not practised yet")
    if not mastery.tries:
        return _("practised, nothing that counts yet")
    return _("{right} of the last {tries} right · range {low} to {high}").format(
        right=mastery.right, tries=mastery.tries, low=certainty(mastery.low), high=certainty(mastery.high)
    )


def due_text(progress: Progress | None, at: datetime) -> str:
    """When a skill comes up again; nothing for one that was never practised."""
    if progress is None:
        return ""
    return _("due now") if progress.due <= at else _("again {when}").format(when=again_text(progress.due, at))


def certainty(share: float) -> str:
    """A share in whole per cent: more digits would say more than is known."""
    return Scale("share", 0).level(share)


def _bar(mastery: Mastery) -> str:
    """The interval on a line from 0 to 100 %, with a stroke at the share itself; who listens hears the figures instead."""
    found = ""
    if mastery.tries:
        low, high, share = (100 * each for each in (mastery.low, mastery.high, mastery.right / mastery.tries))
        found = f'<i style="left:{low:.1f}%;width:{high - low:.1f}%"></i><b style="left:{share:.1f}%"></b>'
    return f'<div class="bar" aria-hidden="true">{found}</div>'
