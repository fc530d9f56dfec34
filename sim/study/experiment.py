"""Factorial experiments: several settings at once, every combination on the same refunds, and what each setting does by itself and with
another.

A file in scenarios/experiments/ names the factors and their levels; the first level of each is the situation as it is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from sim.errors import BadInput, each_problem, msgid, raise_all
from sim.scenario.fields import FROM_FILE, Name, Table, Text, Titled
from sim.scenario.lines import Place, place_of
from sim.scenario.load import Overlay, read_toml
from sim.scenario.problems import told
from sim.scenario.schema import Origin, Scenario
from sim.study.compare import Comparison, Policy
from sim.study.paired import Difference, Sample, contrast, holm
from sim.study.samples import Replications
from sim.study.stopping import FIRST, MOST

MOST_COMBINATIONS = 256
LEAST_LEVELS = 2


class Level(Table):
    """One setting of a factor: a file with what differs (as seen from the experiment's folder), or what differs itself, or nothing."""

    name: Name
    title: Titled
    overlay: str | None = None
    set: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.overlay is not None and self.set:
            raise BadInput("is given besides overlay", field="set", allowed=msgid("overlay or set, not both"))
        return self


class Factor(Table):
    """What is varied: its levels, the first as it is."""

    name: Name
    title: Titled
    levels: tuple[Level, ...]

    @model_validator(mode="after")
    def _something_varies(self) -> Self:
        if len(self.levels) < LEAST_LEVELS:
            raise BadInput("has too few entries", field="levels", allowed=msgid("{limit} entries or more"), limit=LEAST_LEVELS)
        return self


class Experiment(Table):
    """What a file in scenarios/experiments/ says. metrics: addresses; replications: of each combination."""

    title: Titled
    about: Titled | None = None
    metrics: tuple[str, ...] = ()
    replications: Annotated[int, Field(ge=2, le=MOST)] = FIRST
    factors: tuple[Factor, ...]

    _origin: Origin = PrivateAttr(default_factory=Origin)

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        problems = []
        if not self.factors:
            problems.append(BadInput("has too few entries", field="factors", allowed=msgid("{limit} entries or more"), limit=1))
        for place, factor in enumerate(self.factors):
            if factor.name in [each.name for each in self.factors[:place]]:
                problems.append(BadInput("is named twice", field=f"factors.{place}.name", value=factor.name))
            for number, level in enumerate(factor.levels):
                if level.name in [each.name for each in factor.levels[:number]]:
                    problems.append(BadInput("is named twice", field=f"factors.{place}.levels.{number}.name", value=level.name))
        count = math.prod(len(factor.levels) for factor in self.factors)
        if count > MOST_COMBINATIONS:
            problems.append(
                BadInput(
                    "gives {count} combinations", field="factors", allowed=msgid("at most {most}"), count=count, most=MOST_COMBINATIONS
                )
            )
        raise_all(problems)
        return self

    def place_in_level(self, factor: int, level: int, field: str) -> Place:
        """Where a level sets a dotted key, or the level stands."""
        return place_of(("factors", str(factor), "levels", str(level), "set", *field.split(".")), self._origin.places)

    @property
    def combinations(self) -> tuple[tuple[int, ...], ...]:
        """The places of the levels in every combination, the situation as it is first."""
        return tuple(product(*(range(len(factor.levels)) for factor in self.factors)))

    def name_of(self, levels: Sequence[int]) -> str:
        """A combination's name: the factors that are not as they are; "" for the situation as it is."""
        parts = (f"{factor.name}={factor.levels[level].name}" for factor, level in zip(self.factors, levels, strict=True) if level)
        return ",".join(parts)


@dataclass(frozen=True)
class FactorEffect:
    """What a level of a factor does to a metric, averaged over the combinations of the others; or, of two factors, how much more or less
    both do together than each by itself added up.

    levels: (factor's place, level's place), one or two. difference: None where a combination has no figure in every replication.
    p_adjusted: by Holm over all effects of the experiment.
    """

    metric: str
    levels: tuple[tuple[int, int], ...]
    difference: Difference | None
    p_adjusted: float | None

    @property
    def is_interaction(self) -> bool:
        return len(self.levels) > 1


def read_experiment(file: Path) -> Experiment:
    """The experiment of a file. Raises BadInput (BadInputs for several problems)."""
    raw, places = read_toml(file)
    tree = _lists_as_tuples(raw)
    try:
        found = Experiment.model_validate(tree, context=FROM_FILE)
    except ValidationError as error:
        raise_all(told(error, raw, places, Experiment))
        raise
    found._origin = Origin(dict(places))
    return found


def _lists_as_tuples(value: Any) -> Any:
    """TOML's lists as the frozen tuples that tables hold; inside `set` they stay lists, as in any overlay."""
    if isinstance(value, Mapping):
        return {key: inner if key == "set" else _lists_as_tuples(inner) for key, inner in value.items()}
    return tuple(map(_lists_as_tuples, value)) if isinstance(value, list) else value


def overlays_of(experiment: Experiment, levels: Sequence[int], folder: Path) -> list[Overlay]:
    """What a combination lays over the scenario, factor by factor."""
    chosen = [factor.levels[level] for factor, level in zip(experiment.factors, levels, strict=True)]
    return [
        folder / level.overlay if level.overlay is not None else level.set for level in chosen if level.overlay is not None or level.set
    ]


def policies_of(experiment: Experiment, folder: Path, load: Callable[[list[Overlay]], Scenario]) -> tuple[Scenario, tuple[Policy, ...]]:
    """The situation as it is and every other combination. `load` makes a scenario from what is laid over it. Raises what it raises."""
    as_it_is, *others = experiment.combinations

    def scenario(levels: Sequence[int]) -> Scenario:
        try:
            return load(overlays_of(experiment, levels, folder))
        except BadInput as error:
            raise_all([_placed(problem, experiment, levels) for problem in each_problem(error)])
            raise

    return scenario(as_it_is), tuple(Policy(experiment.name_of(levels), _title(experiment, levels), scenario(levels)) for levels in others)


def _placed(problem: BadInput, experiment: Experiment, levels: Sequence[int]) -> BadInput:
    """A problem of what a level sets, where the experiment's file says it."""
    field = problem.field or ""
    for place, level in enumerate(levels):
        if (
            problem.file is not None
            and not Path(problem.file).exists()
            and field.split(".")[0] in experiment.factors[place].levels[level].set
        ):
            file, line = experiment.place_in_level(place, level, field)
            return BadInput(
                problem.template,
                file=file,
                line=line,
                field=problem.field,
                value=problem.value,
                allowed=problem.allowed,
                nearest=problem.nearest,
                **problem.values,
            )
    return problem


def _title(experiment: Experiment, levels: Sequence[int]) -> Text:
    parts = [factor.levels[level].title for factor, level in zip(experiment.factors, levels, strict=True) if level]
    return Text(zh=" + ".join(part.zh for part in parts), en=" + ".join(part.en for part in parts))


def effects(experiment: Experiment, found: Comparison) -> tuple[FactorEffect, ...]:
    """Main effects, then interactions of two factors, for every metric of the comparison of its combinations."""
    all_found = [effect for metric in found.metrics for effect in _effects_on(metric, experiment, found.tables)]
    asked = [place for place, (_, _, each) in enumerate(all_found) if each is not None and each.p is not None]
    p_values = [each.p for _, _, each in all_found if each is not None and each.p is not None]
    adjusted = dict(zip(asked, holm(p_values), strict=True))
    return tuple(FactorEffect(metric, levels, each, adjusted.get(place)) for place, (metric, levels, each) in enumerate(all_found))


def _effects_on(
    metric: str, experiment: Experiment, tables: Mapping[str, Replications]
) -> list[tuple[str, tuple[tuple[int, int], ...], Difference | None]]:
    samples = {levels: tables[experiment.name_of(levels)].sample(metric) for levels in experiment.combinations}
    one = [((place, level),) for place, factor in enumerate(experiment.factors) for level in range(1, len(factor.levels))]
    two = [(first[0], second[0]) for first, second in combinations(one, 2) if first[0][0] != second[0][0]]
    if any(isinstance(each, str) for each in samples.values()):
        return [(metric, levels, None) for levels in (*one, *two)]
    known = {levels: each for levels, each in samples.items() if isinstance(each, Sample)}
    return [(metric, levels, _contrast(levels, known)) for levels in (*one, *two)]


def _contrast(levels: tuple[tuple[int, int], ...], samples: Mapping[tuple[int, ...], Sample]) -> Difference:
    """The mean over the other factors of: with the level less without; of two, with both less with each alone plus with neither."""
    plus: list[Sample] = []
    minus: list[Sample] = []
    for combination, sample in samples.items():
        at = [combination[place] for place, _ in levels]
        if all(here in (0, level) for here, (_, level) in zip(at, levels, strict=True)):
            (minus if at.count(0) % 2 else plus).append(sample)
    others = len(plus) if len(levels) == 1 else len(plus) // 2
    return contrast(plus, minus, 1 / others)
