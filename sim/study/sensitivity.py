"""Which guess decides: every figure that is our own guess (P) or of a weak source (L) is put lower and higher, one at a time, under the
same luck; what the answer makes of it is a tornado.

It is the third layer of doubt, beside luck and the size of the sale: no number of replications narrows it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal

from sim.errors import BadInput
from sim.measure.address import parse_address
from sim.scenario.change import changed, value_at
from sim.scenario.schema import Figure, Scenario
from sim.study.block import BLOCK, jobs_of
from sim.study.laboratory import Laboratory
from sim.study.paired import Difference, Sample, contrast, paired
from sim.study.samples import Replications
from sim.study.stopping import FIRST

GUESSED = ("P", "L")
Of = Literal["all", "baseline", "policy"]
SIDES: tuple[Of, ...] = ("baseline", "policy")

CLOSER = 15
"""Guesses that are looked at more closely, once all have been screened: more than a tornado shows."""

Why = Literal["a profile", "no number", "zero", "part of a whole"]
"""Why a guess is not varied: several numbers that make one figure, a word, nothing to multiply, not sound alone."""


@dataclass(frozen=True)
class Guess:
    """A guessed figure and what is tried instead. key: dotted; figure: as the file gives it; low, high: values at dotted keys, in seconds,
    fen and shares. of: whose figure it is, where a policy has another one than the baseline."""

    key: str
    figure: Figure
    low: Mapping[str, Any]
    high: Mapping[str, Any]
    of: Of = "all"


@dataclass(frozen=True)
class Effect:
    """What a guess does to the answer: with the lower, and with the higher value, less with the value as it is. None: no figure."""

    guess: Guess
    at_low: Difference | None
    at_high: Difference | None

    @property
    def ends(self) -> tuple[float, ...]:
        """Both changes, without those that have no figure."""
        return tuple(each.estimate for each in (self.at_low, self.at_high) if each is not None)

    @property
    def reach(self) -> float:
        """The larger of both changes, without its sign."""
        return max(map(abs, self.ends), default=0.0)


@dataclass(frozen=True)
class Sensitivity:
    """How an answer hangs on the guesses.

    metric: its address. policy: the answer is the difference that this policy makes, None = the scenario's own figure. answer: the figure
    or difference with all guesses as they are. effects: the guess that decides most first. left_out: what was not varied, and why.
    """

    metric: str
    policy: str | None
    answer: float
    effects: tuple[Effect, ...]
    replications: int
    left_out: Mapping[str, Why]

    @property
    def turning(self) -> tuple[Effect, ...]:
        """Those that would turn the sign of a policy's difference: with them the other answer would be right."""
        if self.policy is None:
            return ()
        return tuple(effect for effect in self.effects if any((self.answer + end) * self.answer < 0 for end in effect.ends))


def guesses(scenario: Scenario) -> tuple[tuple[Guess, ...], dict[str, Why]]:
    """The guessed figures that can be varied alone, and those that cannot, with the reason. A distribution's mean is varied together with
    its spread: its shape stays."""
    found: list[Guess] = []
    left_out: dict[str, Why] = {}
    every = {key: figure for key, figure in scenario.figures.items() if figure.grade in GUESSED}
    for key, figure in every.items():
        stem, _, last = key.rpartition(".")
        if last == "sd" and f"{stem}.mean" in every:
            continue
        keys = [key, *([f"{stem}.sd"] if last == "mean" and f"{stem}.sd" in every else [])]
        tried = _tried(scenario, keys, figure)
        if isinstance(tried, str):
            left_out[key] = tried
        else:
            found.append(Guess(key, figure, *tried))
    return tuple(found), left_out


def guesses_apart(baseline: Scenario, policy: Scenario) -> tuple[tuple[Guess, ...], dict[str, Why]]:
    """The same of a scenario and a policy: a guess of both is one guess, but where the policy has a figure of its own there are two."""
    of_baseline, of_policy = guesses(baseline), guesses(policy)
    found: list[Guess] = []
    left_out = of_baseline[1] | of_policy[1]
    known = {guess.key: guess for guess in of_baseline[0]}
    theirs = {guess.key: guess for guess in of_policy[0]}
    for key in dict.fromkeys((*known, *theirs)):
        mine, other = known.get(key), theirs.get(key)
        if mine is not None and other is not None and (mine.low, mine.high) == (other.low, other.high):
            found.append(other)
            continue
        if key in left_out and baseline.figures[key].value == policy.figures[key].value:
            continue
        found += [replace(guess, of=side) for side, guess in zip(SIDES, (mine, other), strict=True) if guess is not None]
    return tuple(found), left_out


def _tried(scenario: Scenario, keys: Sequence[str], figure: Figure) -> tuple[dict[str, Any], dict[str, Any]] | Why:
    times = _times()[figure.grade]
    low, high = {}, {}
    try:
        for key in keys:
            value = value_at(scenario, key)
            if isinstance(value, tuple | list):
                return "a profile"
            if isinstance(value, bool) or not isinstance(value, int | float):
                return "no number"
            is_share = isinstance(value, float) and 0 <= value <= 1 and figure.unit != "times the minutes of [work]"
            low[key], high[key] = (_times_of(value, times[end], is_share) for end in ("low", "high"))
        if all(low[key] == high[key] for key in keys):
            return "zero"
        for values in (low, high):
            changed(scenario, values)
    except (KeyError, BadInput):
        return "part of a whole"
    return low, high


def _times_of(value: float, times: float, is_share: bool) -> float:
    """A value times a factor: of a share above one half, what is missing to 1 is divided instead, so that it stays a share."""
    if isinstance(value, int):
        return int(value * times + 0.5)
    if not is_share or value <= 0.5:
        return value * times
    return 1 - (1 - value) * (2 - times)


@cache
def _times() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(resources.files("sim.study").joinpath("doubt.toml").read_text("utf-8"))["times"]
    return found


def sensitivity(
    scenario: Scenario,
    metric: str,
    policy: tuple[str, Scenario] | None = None,
    replications: int = FIRST,
    seed: int = 0,
    laboratory: Laboratory | None = None,
) -> Sensitivity:
    """Vary every guess of a scenario and see what one metric makes of it; with a policy (name, scenario), what the difference makes of it
    that the policy makes. All are screened with a block of replications; the CLOSER that decide most are looked at with `replications`.

    Where the policy has another figure than the scenario, that of each is varied alone: what the policy changes stays what it changes.
    Raises BadInput for a wrong address, or a metric without a figure.
    """
    at_work = laboratory or Laboratory()
    address = str(parse_address(metric, "--metric"))
    scenarios = [scenario] if policy is None else [scenario, policy[1]]
    every, left_out = guesses(scenario) if policy is None else guesses_apart(*scenarios)
    screened = _effects(every, scenarios, address, min(BLOCK, replications), seed, at_work)
    close = [effect.guess for effect in screened.effects[:CLOSER]]
    looked_at = _effects(close, scenarios, address, replications, seed, at_work) if replications > BLOCK else screened
    rest = screened.effects[len(looked_at.effects) :]
    return Sensitivity(address, policy and policy[0], looked_at.answer, (*looked_at.effects, *rest), replications, left_out)


@dataclass(frozen=True)
class _Effects:
    """The answer as it is, and the effects, the largest first."""

    answer: float
    effects: tuple[Effect, ...]


def _effects(
    every: Sequence[Guess], scenarios: Sequence[Scenario], address: str, replications: int, seed: int, at_work: Laboratory
) -> _Effects:
    worlds = [list(scenarios)]
    for guess in every:
        for values in (guess.low, guess.high):
            sides = zip(SIDES, scenarios, strict=False)
            worlds.append([changed(each, values) if guess.of in ("all", side) else each for side, each in sides])
    columns = [jobs_of(each, seed, range(replications)) for world in worlds for each in world]
    rows = at_work.tables(list(zip(*columns, strict=True)))
    samples = [Replications([row[place] for row in rows]).sample(address) for place in range(len(columns))]
    answers = [_known(samples[at : at + len(scenarios)]) for at in range(0, len(samples), len(scenarios))]
    as_is = answers[0]
    if as_is is None:
        raise BadInput("has no figure in every replication", field="--metric", value=address)
    effects = [
        Effect(guess, *(None if end is None else _change(end, as_is) for end in answers[1 + 2 * place : 3 + 2 * place]))
        for place, guess in enumerate(every)
    ]
    in_order = tuple(sorted(effects, key=lambda effect: (-effect.reach, effect.guess.key)))
    return _Effects(as_is[-1].figure - (as_is[0].figure if len(as_is) > 1 else 0.0), in_order)


def _known(samples: Sequence[Sample | str]) -> list[Sample] | None:
    """The samples of a world's scenarios, None where one has no figure."""
    known = [each for each in samples if isinstance(each, Sample)]
    return known if len(known) == len(samples) else None


def _change(world: Sequence[Sample], as_is: Sequence[Sample]) -> Difference:
    """What a world makes of the figure; of a policy and its scenario, what it makes of the difference between them."""
    if len(world) == 1:
        return paired(world[0], as_is[0])
    return contrast([world[1], as_is[0]], [world[0], as_is[1]])
