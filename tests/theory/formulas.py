"""Closed formulas and small exact chains of queueing theory; times in units of the rates given."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.stats import poisson


def erlang_c(load: float, servers: int) -> float:
    """Share of customers who wait in an M/M/c of this offered load (erlang)."""
    blocked = poisson.pmf(servers, load) / poisson.cdf(servers, load)
    return float(blocked / (1 - load / servers * (1 - blocked)))


def within(load: float, servers: int, services: float) -> float:
    """Share of customers of an M/M/c taken within so many mean services."""
    return float(1 - erlang_c(load, servers) * np.exp(-(servers - load) * services))


def mean_wait(load: float, servers: int) -> float:
    """Mean wait in an M/M/c, in mean services."""
    return erlang_c(load, servers) / (servers - load)


def fewest_servers(load: float, services: float, share: float) -> int:
    servers = int(load) + 1
    while within(load, servers, services) < share:
        servers += 1
    return servers


def erlang_a(rate: float, servers: int, patience_rate: float) -> tuple[float, float, float, float]:
    """(share who wait, share who give up, mean number in line, occupancy) of an M/M/s+M with service rate 1."""
    n = np.arange(1, 10 * servers)
    leaving = np.minimum(n, servers) + patience_rate * np.maximum(n - servers, 0)
    weight = np.concatenate([[0.0], np.cumsum(np.log(rate / leaving))])
    p = np.exp(weight - weight.max())
    p /= p.sum()
    n = np.arange(len(p))
    line = float(p @ np.maximum(n - servers, 0))
    return float(p[n >= servers].sum()), patience_rate * line / rate, line, float(p @ np.minimum(n, servers)) / servers


def pollaczek_khinchine(rate: float, mean: float, scv: float) -> float:
    """Mean wait in an M/G/1."""
    return rate * mean * mean * (1 + scv) / 2 / (1 - rate * mean)


def two_classes(rates: tuple[float, float], means: tuple[float, float], scvs: tuple[float, float]) -> tuple[float, float, float]:
    """Mean waits of the first class, the second, and of all if first come were first served: M/G/1, no pre-emption (Cobham)."""
    residual = sum(rate * mean**2 * (1 + scv) / 2 for rate, mean, scv in zip(rates, means, scvs, strict=True))
    first, both = rates[0] * means[0], rates[0] * means[0] + rates[1] * means[1]
    return residual / (1 - first), residual / (1 - first) / (1 - both), residual / (1 - both)


def fixed_service(load: float, servers: int) -> float:
    """Mean wait in an M/D/c, in services: the number present moves by whole services, N' = max(N - c, 0) + Poisson(load)."""
    size = 40 * servers
    arrivals = poisson.pmf(np.arange(size), load)
    p = np.zeros(size)
    p[0] = 1.0
    for _ in range(20_000):
        rest = np.concatenate([[p[: servers + 1].sum()], p[servers + 1 :]])
        after = np.convolve(rest, arrivals)[:size]
        if np.abs(after - p).max() < 1e-15:
            break
        p = after
    return float((p @ np.arange(size) / p.sum() - load) / load)


def exponential_service(transform: Callable[[float], float]) -> float:
    """Mean wait in a GI/M/1 with mean service 1; `transform` is the Laplace transform of the time between arrivals."""
    root = brentq(lambda s: s - transform(1 - s), 1e-9, 1 - 1e-9)
    return float(root / (1 - root))


def balanced_h2(mean: float, scv: float) -> tuple[float, float, float]:
    """(share of the first phase, mean of the first, mean of the second) of the hyperexponential with balanced means."""
    share = (1 + np.sqrt((scv - 1) / (scv + 1))) / 2
    return float(share), mean / (2 * share), mean / (2 * (1 - share))
