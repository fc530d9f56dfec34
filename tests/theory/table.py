"""The table T1-T11: which station, what is measured of it, the exact values it must come to, and how long that takes."""

import numpy as np
from scipy.stats import poisson

from tests.theory import formulas as f
from tests.theory.cases import (
    CYCLE,
    PHASES,
    TAIL,
    Case,
    Claim,
    Measure,
    breaks_when_idle,
    by_class,
    delay_and_loss,
    exponential,
    fixed,
    h2,
    impatience,
    level_and_wait,
    level_only,
    means_in_the_wave,
    overloaded,
    present,
    queue,
    service_level,
    staff_at,
    tails_in_the_wave,
    vip_and_standard,
    wait,
    wait_in_minutes_but_the_last,
    waits_and_numbers,
    wave_staffed,
    wave_with,
)


def erlang(name: str, load: float, servers: int, measure: Measure, claims: tuple[Claim, ...], customers: int, replications: int) -> Case:
    return Case(name, queue(exponential(1 / load), exponential(1.0), servers), measure, claims, 1 / load, customers, replications)


def erlang_c_cases() -> tuple[Case, ...]:
    load = 250 * 330 / 3600
    t2 = (
        Claim("P(wait)", f.erlang_c(10, 14)),
        Claim("within 20 s", f.within(10, 14, 20 / 180)),
        Claim("wait in seconds", f.mean_wait(10, 14) * 180),
        Claim("occupancy", 10 / 14),
    )
    t3 = (Claim("within 30 s", f.within(load, 28, 30 / 330)), Claim("wait in seconds", f.mean_wait(load, 28) * 330))
    return (
        erlang("T2 Erlang C, 14 agents", 10, 14, service_level(20, 180), t2, 280_000, 60),
        erlang("T3 Erlang C, 27 agents", load, 27, level_only(30, 330), (Claim("within 30 s", f.within(load, 27, 30 / 330)),), 60_000, 30),
        erlang("T3 Erlang C, 28 agents", load, 28, level_and_wait(30, 330), t3, 430_000, 60),
        *(
            erlang(
                f"T4 {load} erlang, {servers} agents",
                load,
                servers,
                level_only(20, 180),
                (Claim("within 20 s", f.within(load, servers, 20 / 180)),),
                200_000 if load == 100 else 70_000,
                30,
            )
            for load, servers in ((20, 24), (50, 56), (100, 107))
        ),
    )


def wave_cases() -> tuple[Case, ...]:
    t = np.linspace(0, CYCLE, 200_001)[:-1]
    rate, mean, staff = 100 + 20 * np.sin(t), present(t), staff_at(t)
    waits = float((rate * poisson.sf(staff - 1, mean)).mean() / rate.mean())
    beyond = mean * poisson.sf(staff - 2, mean) - staff * poisson.sf(staff - 1, mean)  # E (N - s)+, of whom each gives up at rate 1
    gives_up = Claim("give up", float(beyond.mean() / rate.mean()), TAIL)
    means = tuple(Claim(f"N at {at:.3f}", float(present(at))) for at in PHASES)
    tails = tuple(Claim(f"P(N >= 110) at {at:.3f}", float(poisson.sf(109, present(at))), TAIL) for at in PHASES)
    short = {"gap": 1 / 100, "warm": 2_000, "fifo": False}
    t7 = "T7 staffed by offered load"
    return (
        Case("T6 a wave of arrivals, 110 servers", wave_with(110), means_in_the_wave, means, customers=25_000, **short),
        Case("T6 tails", wave_with(110), tails_in_the_wave, tails, customers=600_000, replications=300, proof=True, **short),
        Case(t7, wave_staffed, delay_and_loss, (Claim("P(delay)", waits, TAIL), gives_up), customers=270_000, **short),
        Case(
            f"{t7}, long",
            wave_staffed,
            delay_and_loss,
            (Claim("P(delay)", waits), gives_up),
            customers=500_000,
            replications=60,
            proof=True,
            **short,
        ),
    )


def shapes_of_service() -> tuple[Case, ...]:
    share, first, second = f.balanced_h2(1.25, 4)
    single = {
        "D/M/1": (fixed(1.25), lambda s: np.exp(-1.25 * s), 110_000),
        "E2/M/1": (lambda g, n: g.gamma(2, 0.625, n), lambda s: (1 / (1 + 0.625 * s)) ** 2, 170_000),
        "H2/M/1, SCV 4": (lambda g, n: h2(g, n, 1.25, 4.0), lambda s: share / (1 + first * s) + (1 - share) / (1 + second * s), 400_000),
    }
    many = {"M/D/10": (9, 10, 560_000), "M/D/5": (4, 5, 180_000)}
    scv4 = queue(exponential(1.25), lambda g, n: h2(g, n, 1.0, 4.0), 1)
    return (
        *(
            Case(f"T9 {name}", queue(exponential(1 / load), fixed(1.0), c), wait, (Claim("Wq", f.fixed_service(load, c)),), 1 / load, n)
            for name, (load, c, n) in many.items()
        ),
        Case("T9 M/G/1, SCV 4", scv4, wait, (Claim("Wq", f.pollaczek_khinchine(0.8, 1, 4)),), 1.25, 350_000),
        *(
            Case(f"T9 {name}", queue(gaps, exponential(1.0), 1), wait, (Claim("Wq", f.exponential_service(transform)),), 1.25, n)
            for name, (gaps, transform, n) in single.items()
        ),
    )


def single_server_cases() -> tuple[Case, ...]:
    vip, standard, _ = f.two_classes((0.1, 7 / 60), (2, 5), (0, 1.5))
    t1 = (Claim("Wq", 4.0), Claim("L", 4.0), Claim("P(T > 5)", np.exp(-1), TAIL), Claim("P(T > 10)", np.exp(-2), TAIL))
    t11 = Claim("wait in minutes", f.pollaczek_khinchine(0.14, 5, 1) + 15 / 2)
    t8 = (Claim("VIP", vip), Claim("standard", standard))
    five_minutes = 1 / 5
    return (
        Case("T1 M/M/1", queue(exponential(1.25), exponential(1.0), 1), waits_and_numbers, t1, 1.25, 190_000),
        Case(
            "T8 two classes",
            vip_and_standard,
            by_class,
            t8,
            60 / 13 * five_minutes,
            200_000,
            service=(6 * 2 + 7 * 5) / 13 * five_minutes,
            fifo=False,
        ),
        Case(
            "T11 breaks when idle",
            breaks_when_idle,
            wait_in_minutes_but_the_last,
            (t11,),
            1 / 0.14 * five_minutes,
            60_000,
            fifo=False,
        ),
    )


def impatient() -> Case:
    names = ("P(wait)", "give up", "Lq", "occupancy")
    claims = tuple(Claim(name, value) for name, value in zip(names, f.erlang_a(110, 100, 1), strict=True))
    return Case("T5 Erlang A, overloaded", overloaded, impatience, claims, 1 / 110, 60_000, fifo=False)


CASES = (*single_server_cases(), *erlang_c_cases(), impatient(), *wave_cases(), *shapes_of_service())
CLAIMS = sum(len(case.claims) for case in CASES)
