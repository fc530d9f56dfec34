"""The tables as files: what they must have, and how a wrong one is refused."""

import re
from importlib import resources
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import BadInput, each_problem
from sim.rules.cover import outside
from sim.rules.tables import load_cells, load_tables

RULES = [rule for table in load_tables().values() for rule in table.rules]
TEXT = resources.files("sim.rules.tables").joinpath("path_1.toml").read_text("utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_ids_are_unique_and_every_skill_has_a_rule() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.cell for rule in RULES} == {cell.key for cell in load_cells()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_speaks_both_languages_and_says_why_not(rule) -> None:  # type: ignore[no-untyped-def]
    for text in (rule.why, *(mistake.why for mistake in rule.why_not)):
        assert CHINESE.search(text.zh)
        assert text.zh.endswith("。")
        assert not CHINESE.search(text.en)
        assert text.en.endswith(".")
    assert rule.why_not


def test_no_shipped_source_names_an_internal_file() -> None:
    for file in Path(str(resources.files("sim.rules"))).rglob("*.toml"):
        sources = re.findall(r'^source = "(.*)"', file.read_text("utf-8"), re.MULTILINE)
        assert sources or file.name == "words.toml"
        assert not [source for source in sources if ".md" in source or "§" in source]


def refused(old: str, new: str) -> BadInput:
    """What the loader says of table 1 with `old` replaced by `new` once."""
    assert old in TEXT
    with pytest.raises(BadInput) as caught:
        load_tables({"path_1.toml": TEXT.replace(old, new, 1)})
    return each_problem(caught.value)[0]


@pytest.mark.parametrize(
    ("old", "new", "field", "nearest"),
    [
        ('goods = "labelled"', 'godos = "labelled"', "when.godos", "goods"),
        ('goods = "labelled"', 'goods = "labeled"', "when.goods", "labelled"),
        ('reason = "@owes_compensation"', 'reason = "@owes_compensations"', "when.reason", "@owes_compensation"),
        ("when = { one_of_several = true }", "when = { one_of_several = 1 }", "when.one_of_several", None),
        ('response = "repick"', 'response = "repik"', "response", "repick"),
        ('deadline = "before_picking"', 'deadline = "before_pick"', "deadline", "before_picking"),
        ('cell = "p1.one-line"', 'cell = "p1.oneline"', "cell", "p1.one-line"),
        ('grade = "A"', 'grade = "B"', "grade", None),
        ("accepted_paths = [1]", "accepted_paths = [2]", "accepted_paths", None),
        ('source = "own prior"', 'sorce = "own prior"', "sorce", "source"),
        ('id = "P1.picked"', 'id = "P1.label-printed"', "id", None),
    ],
)
def test_a_wrong_table_is_refused_with_line_and_nearest_name(old: str, new: str, field: str, nearest: str | None) -> None:
    error = refused(old, new)
    wrong = TEXT.replace(old, new, 1)
    line = wrong[: TEXT.index(old)].count("\n") + 1
    assert (error.file, error.field, error.nearest) == ("sim/rules/tables/path_1.toml", field, nearest)
    assert error.line == line


def test_a_rule_that_nothing_reaches_is_refused() -> None:
    error = refused('when = { goods = "picked" }', 'when = { goods = "labelled", insured = true }')
    assert error.field == "when"
    assert "reach" in str(error)


def test_a_table_without_a_last_rule_is_refused() -> None:
    assert "last rule" in str(refused("when = {}", "when = { insured = true }"))


DOMAINS = {"a": (0, 1, 2), "b": (0, 1), "c": (0, 1)}
BOX = st.dictionaries(st.sampled_from(list(DOMAINS)), st.frozensets(st.integers(0, 2), min_size=1)).map(
    lambda box: {name: values & set(DOMAINS[name]) or frozenset([0]) for name, values in box.items()}
)


@given(BOX, st.lists(BOX, max_size=6))
def test_the_proof_of_cover_agrees_with_counting(box: dict[str, frozenset[int]], others: list[dict[str, frozenset[int]]]) -> None:
    def inside(point: dict[str, int], box: dict[str, frozenset[int]]) -> bool:
        return all(point[name] in allowed for name, allowed in box.items())

    points = [dict(zip(DOMAINS, values, strict=True)) for values in product(*DOMAINS.values())]
    left = [point for point in points if inside(point, box) and not any(inside(point, other) for other in others)]
    found = outside(box, others, DOMAINS)
    assert (found in left) if left else found is None
