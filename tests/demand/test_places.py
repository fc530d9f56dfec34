"""Places of draws in their families: every quantity has one of its own, and what is there already never moves."""

from sim.demand import asks, columns, orders
from sim.demand.columns import CHANCE_SETTINGS, FACT_DRAWS, KIND_DRAWS, REPEATED_CHANCES, SPAN_SETTINGS, WORK_SETTINGS
from sim.demand.skills import BY_CHANCE, FACTS

FIRST_EVER = {
    "work": ("W_RESPOND", "W_TALK", "W_JUDGE"),
    "span": ("S_ONLINE", "S_TRY_AGAIN", "S_ENQUIRES"),
    "chance": ("C_COMPLAINT", "C_PLATFORM", "C_AGAIN"),
    "kind": ("path", "cell", "variant", "reason"),
    "facts": ("sends_back", "amount", "claim_holds"),
}
"""The first places of each family when it was made: a quantity put before them would deal all others anew."""


def test_a_new_quantity_comes_last() -> None:
    families = {"work": WORK_SETTINGS, "span": SPAN_SETTINGS, "chance": CHANCE_SETTINGS, "kind": KIND_DRAWS, "facts": FACT_DRAWS}
    for name, first in FIRST_EVER.items():
        assert tuple(families[name])[: len(first)] == first, name


def test_every_fact_has_a_place_of_its_own() -> None:
    assert len(set(FACT_DRAWS)) == len(FACT_DRAWS)
    assert set(FACTS) | (set(BY_CHANCE) - {"lost"}) <= set(FACT_DRAWS)


def test_no_two_quantities_share_a_place() -> None:
    for module, letter in ((asks, "A"), (orders, "O"), (orders, "P"), (columns, "W"), (columns, "S"), (columns, "C")):
        places = {name: value for name, value in vars(module).items() if name.startswith(f"{letter}_") and isinstance(value, int)}
        assert len(places) > 4, letter
        assert len(set(places.values())) == len(places), letter
    repeated = [getattr(columns, name) for name in REPEATED_CHANCES]
    assert min(repeated) == len(CHANCE_SETTINGS)
