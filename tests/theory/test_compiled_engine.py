"""The compiled engine against exact answers: each lies in the joint 99 % interval of the whole table, and the interval is narrow."""

import zlib

import numpy as np
import pytest
from scipy.stats import t as student

from tests.theory.cases import Case, Claim
from tests.theory.stations import UNIT, Station, on_compiled, visits
from tests.theory.table import CASES, CLAIMS

LEVEL = 1 - 0.01 / CLAIMS
"""Bonferroni: all claims of the table, those of the long runs included, hold together with 99 %."""


def controls(case: Case, station: Station, counted: slice) -> list[float]:
    """How far what was drawn lies from its known mean: time between arrivals, service, patience."""
    drawn = station.refunds[counted]
    gap = (int(drawn["filed"][-1]) - int(drawn["filed"][0])) / (len(drawn) - 1) / UNIT
    means = [gap / case.gap, drawn["work"][:, 0].mean() / UNIT / case.service]
    return [mean - 1 for mean in (*means, drawn["patience"][:, 0].mean() / UNIT or 1.0)]


def replications(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """(figures [replication, claim], controls [replication, 3])."""
    figures, drawn = [], []
    counted = slice(case.warm, case.customers)
    for replication in range(case.replications):
        g = np.random.default_rng([zlib.crc32(case.name.encode()), replication])
        station = case.draw(g, case.customers)
        figures.append(case.measure(station, visits(on_compiled(station), len(station.refunds)), counted))
        drawn.append(controls(case, station, counted))
    return np.array(figures, float), np.array(drawn)


def interval(values: np.ndarray, drawn: np.ndarray) -> tuple[float, float]:
    """(mean, half-width) over replications, with what was drawn as control variates (a control that never varies is none)."""
    design = np.column_stack([np.ones(len(values)), drawn[:, np.ptp(drawn, axis=0) > 1e-9]])
    fit, *_ = np.linalg.lstsq(design, values, rcond=None)
    freedom = len(values) - design.shape[1]
    variance = ((values - design @ fit) ** 2).sum() / freedom * np.linalg.inv(design.T @ design)[0, 0]
    return float(fit[0]), float(student.ppf((1 + LEVEL) / 2, freedom) * np.sqrt(variance))


def objections(claim: Claim, mean: float, width: float) -> str:
    """Why the figure does not bear out the claim; empty when it does."""
    if width > claim.within * claim.value:
        return f"{claim.name}: {mean:.5f} ± {width:.5f} is too wide around {claim.value:.5f}"
    return "" if abs(mean - claim.value) <= width else f"{claim.name}: {mean:.5f} ± {width:.5f}, exact {claim.value:.5f}"


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=[pytest.mark.proof] if case.proof else []) for case in CASES])
def test_figures_of_a_station_come_to_their_exact_values(case: Case) -> None:
    figures, drawn = replications(case)
    found = [objections(claim, *interval(values, drawn)) for claim, values in zip(case.claims, figures.T, strict=True)]
    assert not any(found), "; ".join(filter(None, found))


def test_a_value_three_per_cent_off_is_found_out() -> None:
    case = next(case for case in CASES if case.name.startswith("T3 Erlang C, 27"))
    figures, drawn = replications(case)
    mean, width = interval(figures[:, 0], drawn)
    assert "exact" in objections(Claim("wrong", 1.03 * case.claims[0].value), mean, width)


def test_whole_seconds_cut_off_instead_of_rounded_are_found_out() -> None:
    """Trap: with a mean service of 100 s, cutting seconds off arrivals and services biases an M/M/1 by 2.5 %."""
    g = np.random.default_rng(7)
    gaps, services = g.exponential(125, 2_000_000), g.exponential(100, 2_000_000)
    exact, cut = (float(np.mean(lindley(gaps, step))) for step in (services, np.floor(services)))
    rounded = float(np.mean(lindley(gaps, np.floor(services + 0.5))))
    assert abs(rounded / exact - 1) < 0.002
    assert cut / exact - 1 < -0.02


def lindley(gaps: np.ndarray, services: np.ndarray) -> np.ndarray:
    walk = np.concatenate([[0.0], np.cumsum(services[:-1] - gaps[1:])])
    waits: np.ndarray = walk - np.minimum.accumulate(walk)
    return waits
