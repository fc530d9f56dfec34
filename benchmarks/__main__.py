"""`python -m benchmarks [--json] [--quick] [--scenario FILE]`: the table of ratios; exit 1 when a floor does not hold."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.alone import in_a_process
from benchmarks.cimba_station import cimba_engine  # before our engine compiles: numba must know cimba's records by then
from benchmarks.comparison import REPLICATIONS
from benchmarks.measure import Row, per_second, ratio, rounds_of
from benchmarks.scenario import DEFAULT, EVERY_LEVER, SALE, both_engines
from benchmarks.station import ciw_simulation, compiled_engine, draws, plain_simpy, simpy_engine, simpy_engine_with_toy

FLOOR = 150_000
"""Refunds a second that the compiled engine makes at least."""


def python_peers(customers: int, rounds: int) -> list[Row]:
    runners = {"ours": simpy_engine, "toy": simpy_engine_with_toy, "simpy": plain_simpy, "ciw": ciw_simulation}
    seconds = rounds_of(runners, draws(customers), rounds)
    speeds = {name: f"{per_second(seconds, name, customers):,.0f}/s" for name in runners}
    return [
        Row("SimPy engine ÷ plain SimPy, M/M/10", ratio(seconds, "ours", "simpy"), floor=1.2, note=f"{speeds['ours']}; {speeds['simpy']}"),
        Row("SimPy engine ÷ Ciw, M/M/10", ratio(seconds, "ours", "ciw"), floor=2.0, note=f"Ciw {speeds['ciw']}"),
        Row("SimPy engine with the table-driven toy ÷ plain SimPy", ratio(seconds, "toy", "simpy"), note=speeds["toy"]),
    ]


def compiled_peer(customers: int, rounds: int) -> list[Row]:
    seconds = rounds_of({"ours": compiled_engine, "cimba": cimba_engine}, draws(customers), rounds)
    note = f"{per_second(seconds, 'ours', customers):,.0f}/s; {per_second(seconds, 'cimba', customers):,.0f}/s"
    return [Row("compiled engine ÷ cimba (C), M/M/10", ratio(seconds, "ours", "cimba"), floor=0.5, aim=1.0, note=note)]


def scenario_rows(path: Path, rounds: int) -> list[Row]:
    refunds, seconds = both_engines(path, rounds)
    speed = refunds / seconds["compiled"]
    note = f"{refunds:,} refunds; {refunds / seconds['simpy']:,.0f}/s"
    return [
        Row(f"compiled ÷ SimPy engine, {path.stem}", seconds["simpy"] / seconds["compiled"], floor=12.0, note=note),
        Row(f"compiled engine, {path.stem}", speed, unit="refunds/s", floor=FLOOR, aim=500_000),
    ]


def drawing_row(rounds: int) -> Row:
    drawn = in_a_process("sale", rounds)
    requests, seconds = int(drawn["requests"]), drawn["seconds"]
    name = f"drawing {SALE.stem} with its orders ÷ simulating it at {FLOOR:,}/s"
    return Row(name, seconds / (requests / FLOOR), floor=0.3, at_most=True, note=f"{requests:,} requests in {1_000 * seconds:.0f} ms")


def comparison_row(replications: int) -> Row:
    found = in_a_process("compared", replications)
    name = f"two policies, {found['refunds']:,.0f} refunds, {replications} replications"
    seconds = found["seconds"] * REPLICATIONS / replications
    return Row(name, seconds, unit="s", floor=10.0, aim=3.0, at_most=True, note="on all cores")


def app_rows(seconds: int, changes: int) -> list[Row]:
    soon, many = in_a_process("answered", changes), in_a_process("trainees", seconds)
    note = f"p50 {many['p50']:.0f}, p99 {many['p99']:.0f} ms of {many['verdicts']:.0f}; {many['replications']:.0f} replications meanwhile"
    return [
        Row("app: from its start to the first page", soon["page"], unit="s", at_most=True),
        Row("app: first figure after a change, double11-2022", soon["figure"], unit="s", floor=1.0, at_most=True),
        Row("app: four variants to 2 %, double11-2022", soon["precision"], unit="s", floor=20.0, at_most=True),
        Row("app: the same, the batch tool taken away in one", soon["hard"], unit="s", at_most=True),
        Row("app: longest practice page meanwhile", soon["longest"], unit="s", floor=1.0, at_most=True),
        Row("app: verdict p95, 50 trainees and a comparison", many["p95"], unit="ms", floor=300.0, at_most=True, note=note),
        Row("app: web process grew meanwhile", many["grown"], unit="MB", at_most=True),
    ]


def sizes(many: int, few: int) -> list[Row]:
    large, small, left = in_a_process("million", many), in_a_process("million", few), in_a_process("finished", 20_000)
    return [
        Row(f"compiled, speed at {many:,} ÷ at {few:,}", large["per_second"] / small["per_second"], floor=1 / 3, aim=1.0),
        Row(f"compiled, peak memory at {many:,}", large["megabytes"], unit="MB", floor=1024, at_most=True),
        Row("SimPy engine, memory per finished refund", left["bytes"], unit="bytes", floor=2048, at_most=True),
        Row("first use of the compiled engine", in_a_process("first_use")["seconds"], unit="s", floor=40, at_most=True),
    ]


def table(rows: list[Row]) -> str:
    lines = [f"{'':<58}{'value':>12} {'unit':<10}{'floor':>10}{'aim':>10}  "]
    for row in rows:
        number = "–" if row.value is None else f"{row.value:,.2f}" if row.value < 100 else f"{row.value:,.0f}"
        bounds = ["" if bound is None else f"{'≤' if row.at_most else '≥'} {bound:,.4g}" for bound in (row.floor, row.aim)]
        mark = {True: "holds", False: "FAILS", None: ""}[row.holds]
        lines.append(f"{row.name:<58}{number:>12} {row.unit:<10}{bounds[0]:>10}{bounds[1]:>10}  {mark:<6}{row.note}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed and size beside peers, in one run.")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--quick", action="store_true", help="fewer customers and rounds")
    parser.add_argument("--scenario", type=Path, default=DEFAULT, help="scenario for compiled ÷ SimPy engine")
    chosen = parser.parse_args()
    rounds = 3 if chosen.quick else 9
    rows = [
        *python_peers(5_000 if chosen.quick else 20_000, rounds),
        *compiled_peer(100_000 if chosen.quick else 300_000, rounds),
        *scenario_rows(chosen.scenario, rounds),
        *scenario_rows(EVERY_LEVER, 3),
        drawing_row(rounds),
        comparison_row(10 if chosen.quick else REPLICATIONS),
        *app_rows(60 if chosen.quick else 120, 3 if chosen.quick else 9),
        *sizes(100_000 if chosen.quick else 1_000_000, 10_000),
    ]
    if chosen.json:
        print(json.dumps([{**asdict(row), "holds": row.holds} for row in rows], ensure_ascii=False, indent=1))
    else:
        print(table(rows))
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
