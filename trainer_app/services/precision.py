"""How precise a job's figures are, and when that is enough."""

from collections.abc import Mapping

from sim.study.compare import USUAL, precise
from sim.study.paired import Difference, Sample, contrast, paired
from sim.study.samples import Replications
from sim.study.stopping import FIRST, Stop, stop_of

AS_IT_IS = ""
"""Name of the situation as it is, beside which the variants stand."""


def stop(found: Mapping[str, Replications], wanted: float) -> Stop | None:
    """Where replications may end, or None where more must be made to know.

    wanted: half-width of every paired difference over the mean as it is; where there are no variants, of the figures themselves over
    their means. It must hold, and go on holding, for sim.study.compare.USUAL; what has no figure is not asked.
    """
    count = found[AS_IT_IS].count
    holds = precise(found, USUAL, wanted, count) if len(found) > 1 else _alone(found[AS_IT_IS], wanted, count)
    return stop_of(holds)


def _alone(found: Replications, wanted: float, count: int) -> list[bool]:
    samples = [found.begin(address) for address in USUAL]
    return [made >= FIRST and all(_holds(sample, wanted, made) for sample in samples) for made in range(1, count + 1)]


def _holds(sample: Sample, wanted: float, made: int) -> bool:
    if made > len(sample):
        return True
    first = sample.first(made)
    return _itself(first).half <= wanted * abs(first.figure)


def _itself(sample: Sample) -> Difference:
    """A figure's difference from nothing."""
    return contrast([sample], [])


def reached(found: Mapping[str, Replications]) -> float | None:
    """The precision that all replications together have; None where they give no interval, or there is nothing to relate it to."""
    worst: list[float] = []
    for address in USUAL:
        as_it_is = found[AS_IT_IS].sample(address)
        if isinstance(as_it_is, str):
            continue
        others = [found[name].sample(address) for name in found if name]
        differences = [paired(other, as_it_is) for other in others if isinstance(other, Sample)] if others else [_itself(as_it_is)]
        mean = abs(as_it_is.figure)
        if any(each.error is None or (each.half and not mean) for each in differences):
            return None
        worst += [each.half / mean if mean else 0.0 for each in differences]
    return max(worst, default=None)
