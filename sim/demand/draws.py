"""The only place of chance: uniforms addressed by (seed, replication, name of the quantity, refund number, attempt).

Each quantity has a Philox stream of its own, keyed by a digest of its address; refund number r owns element r of it. Quantities of which
every refund has one stand together in families, each at a place of its own. So a draw depends on nothing but its address: not on how many
refunds there are, in what order quantities are asked for, which other quantities exist, or on PYTHONHASHSEED. Distributions are reached
through their inverse CDFs only: rejection cannot be addressed.
"""

from hashlib import blake2b
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.demand.philox import stream, words

Floats = NDArray[np.float64]
Seconds = NDArray[np.int64]


class Distribution(Protocol):
    """A distribution as a scenario states it: `dist` and the figures that kind needs, in seconds (`shape` has no unit).

    fixed: value · exponential: mean · lognormal: mean, sd · gamma: mean, shape · uniform: low, high
    """

    @property
    def dist(self) -> str: ...

    def __hash__(self) -> int: ...


def key_of(seed: int, replication: int, name: str, attempt: int) -> int:
    """128 bits from the address of a stream; fields are kept apart by a character no name has."""
    address = f"{seed}\x1f{replication}\x1f{attempt}\x1f{name}"
    return int.from_bytes(blake2b(address.encode(), digest_size=16).digest(), "little")


def _open_interval(raw: NDArray[np.uint64]) -> Floats:
    """The upper 52 bits, centred: never 0 and never 1, so that every inverse CDF is finite there."""
    return ((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def uniforms(seed: int, replication: int, name: str, count: int, attempt: int = 0) -> Floats:
    """Uniforms in (0, 1), shape (count,); element r belongs to refund number r, whatever `count` is."""
    return _open_interval(np.random.Philox(key=key_of(seed, replication, name, attempt)).random_raw(count))


class Draws:
    """The uniforms of a fixed set of refund numbers (>= 0, any order, repeats allowed): `draw(name, attempt)[k]` is element numbers[k] of
    the quantity's stream, without drawing what lies between."""

    def __init__(self, seed: int, replication: int, numbers: ArrayLike) -> None:
        self.seed, self.replication = seed, replication
        self.numbers = np.asarray(numbers, np.int64)
        if self.numbers.size and self.numbers.min() < 0:
            raise ValueError(f"a refund number is 0 or more, not {int(self.numbers.min())}")

    def __call__(self, name: str, attempt: int = 0) -> Floats:
        """Uniforms in (0, 1), of the shape of `numbers`."""
        return _open_interval(self._raw(name, attempt))

    def coarse(self, name: str, attempt: int = 0) -> NDArray[np.float32]:
        """Uniforms in [0, 1) of 24 bits: for chances, which are only compared. They are those of `draw(name, attempt)`, cut off."""
        return (self._raw(name, attempt) >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)

    def family(self, name: str, count: int) -> NDArray[np.uint32]:
        """Words of 32 bits of a family of quantities, shape (numbers, count): quantity k of the family has word k, however many there
        are. For what every refund has many of: eight words cost what one uniform does."""
        return words(key_of(self.seed, self.replication, f"family.{name}", 0), self.numbers, count)[:, :count]

    def _raw(self, name: str, attempt: int) -> NDArray[np.uint64]:
        key = key_of(self.seed, self.replication, name, attempt)
        return stream(key, self.numbers.ravel()).reshape(self.numbers.shape)


def unit(words: NDArray[np.uint32]) -> Floats:
    """Uniforms in (0, 1) of words of 32 bits, of their shape."""
    return np.asarray((words + 0.5) * 2.0**-32)


def below(words: NDArray[np.uint32], share: float | Floats) -> NDArray[np.bool_]:
    """Which of the uniforms of words of 32 bits lie below a share, or below one each."""
    return np.asarray(words < share * 2.0**32)


def uniforms_at(seed: int, replication: int, name: str, numbers: ArrayLike, attempt: int = 0) -> Floats:
    """The uniforms of some refund numbers, of the shape of `numbers`: `uniforms(...)[numbers]`, also for numbers far apart."""
    return Draws(seed, replication, numbers)(name, attempt)


def inverse(distribution: Distribution, u: ArrayLike) -> Floats:
    """The quantiles of a distribution at `u` in (0, 1): seconds, same shape as `u`, not yet rounded.

    lognormal and gamma are given by their own mean (not that of the logarithm); a gamma of shape k has variance mean²/k.
    ValueError names a `dist` that is not known.
    """
    at = np.asarray(u, np.float64)
    d: Any = distribution
    match d.dist:
        case "fixed":
            return np.full(at.shape, float(d.value))
        case "exponential":
            return np.asarray(-d.mean * np.log1p(-at))
        case "lognormal":
            if d.mean <= 0:
                return np.zeros(at.shape)
            variance = np.log1p((d.sd / d.mean) ** 2)
            return np.asarray(np.exp(np.log(d.mean) - variance / 2 + np.sqrt(variance) * special.ndtri(at)))
        case "gamma":
            return np.asarray(d.mean / d.shape * special.gammaincinv(d.shape, at))
        case "uniform":
            return np.asarray(d.low + (d.high - d.low) * at)
    raise ValueError(f"a distribution is fixed, exponential, lognormal, gamma or uniform, not {d.dist!r}")


def chosen(weights: NDArray[np.float64], u: Floats) -> NDArray[np.int64]:
    """For each row of `weights` (rows, choices) the choice at `u` of its cumulative weights; a row of zeros gives the last choice."""
    upto = weights.cumsum(axis=1)
    return np.asarray((u[:, None] * upto[:, -1:] >= upto[:, :-1]).sum(axis=1), np.int64)


def whole(x: ArrayLike) -> Seconds:
    """Whole seconds, rounded half up: floor(x + 0.5). Truncating would bias a mean of 100 s by half a second."""
    return np.floor(np.asarray(x, np.float64) + 0.5).astype(np.int64)
