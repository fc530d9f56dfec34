"""Distributions of durations as data (drawing from them is demand's work). A plain duration stands for `fixed`."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.errors import BadInput, msgid
from sim.scenario.fields import Duration, Factor, LongerThanZero, Table


class Fixed(Table):
    """Always `value` seconds."""

    dist: Literal["fixed"] = "fixed"
    value: Duration


class Exponential(Table):
    """Exponential with the mean in seconds."""

    dist: Literal["exponential"] = "exponential"
    mean: LongerThanZero


class Lognormal(Table):
    """Lognormal with mean and standard deviation of the durations themselves (not of their logarithms), in seconds."""

    dist: Literal["lognormal"] = "lognormal"
    mean: LongerThanZero
    sd: Duration


class Gamma(Table):
    """Gamma with the mean in seconds and the shape (1 = exponential, larger = more regular)."""

    dist: Literal["gamma"] = "gamma"
    mean: LongerThanZero
    shape: Factor


class Uniform(Table):
    """Uniform between `low` and `high` seconds."""

    dist: Literal["uniform"] = "uniform"
    low: Duration
    high: Duration

    @model_validator(mode="after")
    def _low_below_high(self) -> Self:
        if self.low > self.high:
            raise BadInput("low is above high", field="low")
        return self


DISTS = ("fixed", "exponential", "lognormal", "gamma", "uniform")
_A_DISTRIBUTION = msgid('a duration such as "5 d", or a table such as {{ dist = "lognormal", mean = "9 min", sd = "5 min" }}')


def _fixed_or_table(value: Any) -> Any:
    if isinstance(value, str):
        return {"dist": "fixed", "value": value}
    if isinstance(value, dict | Table):
        return value
    raise BadInput("is not a distribution", value=value, allowed=_A_DISTRIBUTION)


Distribution = Annotated[
    Fixed | Exponential | Lognormal | Gamma | Uniform,
    Field(discriminator="dist"),
    BeforeValidator(_fixed_or_table),
]

AT_ONCE = Fixed(value=0)
"""No time at all."""
