"""Every rule of the decision tables decides something on an ordinary desk, over 400,000 refunds of stated shares and skill cells.

Orders do not give every cell: what has been delivered is never "unshipped" in their system, so that some rules would have no case.
"""

from sim.demand.replay import draw_workload
from sim.desk.simulate import simulate
from sim.measure.coverage import coverage
from sim.scenario import load_scenario
from sim.shipped import scenarios_folder

from .stated import on_stated_figures

FOLDER = scenarios_folder()
NO_CLOCKS = {"clocks": {"preset": "none"}}
DESKS: tuple[tuple[object, ...], ...] = (
    (),
    ("recall-refund-on-return",),
    ("refund-after-inspection", "supervisors-at-fixed-times"),
    ("no-carrier-agreement",),
    ("no-carrier-agreement", NO_CLOCKS),
    ("no-named-contacts", NO_CLOCKS),
)
"""What the shop has settled decides which rules can come up: the scenario as it is, and policies that settle it otherwise."""
REFUNDS = 400_000


def test_every_rule_decides_something_over_400_000_refunds() -> None:
    ledgers = []
    refunds = replication = 0
    while refunds < REFUNDS:
        for desk in DESKS:
            overlays = [FOLDER / "policies" / f"{each}.toml" if isinstance(each, str) else each for each in desk]
            scenario = on_stated_figures(load_scenario(FOLDER / "everyday-apparel.toml", overlays))  # type: ignore[arg-type]
            workload = draw_workload(scenario, 1, replication)
            ledgers.append(simulate(workload, scenario).ledger)
            refunds += int((workload.refunds["second"] == 0).sum())
        replication += 1
    found = coverage(ledgers)
    print(f"\n{refunds:,} refunds, {len(found.rules)} rules, {found.share:.1%} of them decided something")
    for rule in sorted(found.rules, key=lambda rule: rule.requests):
        print(f"{rule.requests:>9,}  {rule.id:<28} {rule.cell}")
    assert not found.never, f"these rules never decided anything: {[rule.id for rule in found.never]}"
