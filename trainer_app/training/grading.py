"""Grading: path, response and deadline apart, with what is right and why, in the rules' own words."""

from dataclasses import dataclass

from sim.rules.decide import tables
from sim.rules.facts import Deadline, OrderState, Response
from sim.rules.path import FACTS as KEYS
from sim.rules.path import STATES
from sim.rules.settings import deadline_seconds
from sim.rules.tables import PATHS, Text
from trainer_app.training.card import field_entries, number_text, text_of
from trainer_app.training.cases import Case
from trainer_app.training.facet_words import (
    actual,
    allowed_words,
    both,
    deciding_facets,
    facet_label,
    facet_value,
    joined,
    pair,
    path_name,
    said,
    what_it_takes,
)

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Answer:
    """What a trainee says. path: 1-4; None = not said. seconds: how long it took, by the server's clock; None = not measured."""

    path: int | None
    response: Response | None = None
    deadline: Deadline | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        if self.path is not None and self.path not in PATHS:
            raise ValueError(f"a path is one of 1-4, not {self.path}")


@dataclass(frozen=True)
class Mark:
    """One of the three marks. given: what was said, None = nothing; accepted: what is right, the best first."""

    right: bool
    given: Text | None
    accepted: tuple[Text, ...]


@dataclass(frozen=True)
class Verdict:
    """The grade of an answer. rule: id of the rule that decides, with its source and grade; why: why it is right; why_not: for each wrong
    choice, why it is not; ambiguous: counts for no figure, with `note` that says so."""

    path: Mark
    response: Mark
    deadline: Mark
    rule: str
    source: str
    grade: str
    why: Text
    why_not: tuple[Text, ...]
    ambiguous: bool
    note: Text | None

    @property
    def marks(self) -> int:
        """How many of the three are right."""
        return self.path.right + self.response.right + self.deadline.right

    @property
    def right(self) -> bool:
        """All three are right."""
        return self.marks == 3


def accepted_responses(case: Case) -> tuple[Response, ...]:
    """The right response, and those that are as good."""
    return (case.truth.response, *case.truth.alternatives)


def accepted_deadlines(case: Case, response: Response | None) -> tuple[Deadline, ...]:
    """The deadlines that fit: that of the rule, and of an equally good response its own, as the tables of the path give it."""
    found = {case.truth.deadline: None}
    if response in case.truth.alternatives:
        found |= {rule.deadline: None for rule in tables()[case.path].rules if rule.response is response}
    return tuple(found)


def grade(case: Case, answer: Answer) -> Verdict:
    """The three marks of an answer, and what to learn from it."""
    rule, truth = case.rule, case.truth
    paths, responses = truth.accepted_paths, accepted_responses(case)
    deadlines = accepted_deadlines(case, answer.response)
    path = Mark(answer.path in paths, None if answer.path is None else path_name(answer.path), tuple(map(path_name, paths)))
    response = Mark(
        answer.response in responses,
        None if answer.response is None else _label(answer.response),
        tuple(map(_label, responses)),
    )
    deadline = Mark(
        answer.deadline in deadlines,
        None if answer.deadline is None else _label(answer.deadline),
        tuple(map(_label, deadlines)),
    )
    why_not = []
    if not path.right and answer.path is not None:
        why_not.append(why_not_path(case, answer.path))
    if not response.right:
        why_not.append(why_not_response(case, answer.response))
    if not deadline.right:
        why_not.append(why_not_deadline(case, answer.deadline))
    note = None
    if case.ambiguous:
        note = text_of(said()["ambiguous"]["also"], names=both(joined(map(path_name, paths[1:]), "or")))
    return Verdict(path, response, deadline, rule.id, rule.source, rule.grade, rule.why, tuple(why_not), case.ambiguous, note)


def why_not_path(case: Case, path: int) -> Text:
    """Why a path (1-4) that is not accepted is wrong: as the rule says it, else by the two keys."""
    told = next((mistake.why for mistake in case.rule.why_not if mistake.path == path), None)
    if told is not None:
        return told
    state, sends_back = KEYS[path]
    name, wanted, was = path_name(path), OrderState(STATES[state]), case.facts.order_state
    if wanted is not was:
        return text_of(said()["path"]["unlike"], name=both(name), state=both(_label(wanted)), was=both(_label(was)))
    forms = field_entries()["sends_back"]
    words = [text_of(forms["yes" if back else "no"]) for back in (sends_back, case.facts.sends_back)]
    return text_of(said()["path"]["unlike_form"], name=both(name), form=both(words[0]), filed=both(words[1]))


def why_not_response(case: Case, response: Response | None) -> Text:
    """Why a response that is not accepted is wrong: as the rule says it, else by what would have to be so for it."""
    if response is None:
        return text_of(said()["response"]["none"])
    told = next((mistake.why for mistake in case.rule.why_not if mistake.response is response), None)
    if told is not None:
        return told
    label = both(_label(response))
    missing = what_it_takes(case, response)
    if missing is None:
        return text_of(said()["response"]["other_path"], name=both(path_name(case.path)), response=label)
    if missing:
        facts = joined((pair(facet_label(facet), allowed_words(facet, allowed)) for facet, allowed in missing.items()), "and")
        return text_of(said()["response"]["unmet"], response=label, facts=both(facts))
    first = joined((pair(facet_label(facet), facet_value(facet, actual(case, facet))) for facet in deciding_facets(case)), "and")
    return text_of(said()["response"]["later"], response=label, facts=both(first))


def why_not_deadline(case: Case, deadline: Deadline | None) -> Text:
    """Which clock the right response has, and how long it is in this shop."""
    if deadline is None:
        return text_of(said()["deadline"]["none"])
    seconds = case.truth.seconds
    length = text_of(said()["deadline"]["length"], length=both(duration(seconds))) if seconds else Text("", "")
    wanted = case.truth.deadline
    return text_of(
        said()["deadline"]["wrong"], response=both(_label(case.truth.response)), deadline=both(_label(wanted)), length=both(length)
    )


def deadline_length(deadline: Deadline, case: Case) -> Text | None:
    """How long a deadline is in the shop of a case; None = at once, or an event without a clock."""
    seconds = deadline_seconds(deadline, case.settings)
    return duration(seconds) if seconds else None


def duration(seconds: int) -> Text:
    """A span of time in the largest whole unit that fits."""
    words = said()["deadline"]
    if seconds % DAY == 0 and seconds >= 3 * DAY:
        return text_of(words["days"], value=number_text(seconds / DAY))
    if seconds >= HOUR:
        return text_of(words["hours"], value=number_text(round(seconds / HOUR, 2)))
    return text_of(words["minutes"], value=number_text(round(seconds / MINUTE, 1)))


def _label(word: Response | Deadline | OrderState) -> Text:
    return Text(word.zh, word.en)
