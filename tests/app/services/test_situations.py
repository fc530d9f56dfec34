import pytest

from sim.errors import BadInput
from sim.scenario import load_scenario, scenario_hash
from sim.shipped import scenarios_folder
from trainer_app.services.situations import FIRST, as_it_is, laid_over, situation, situations


def test_every_shipped_scenario_is_a_situation_with_a_title_in_both_languages() -> None:
    assert [each.name for each in situations()] == sorted(file.stem for file in scenarios_folder().glob("*.toml"))
    assert all(each.title.zh and each.title.en and each.title.zh != each.title.en for each in situations())
    assert situation(FIRST).name == FIRST


@pytest.mark.parametrize(
    "name", ["double11-2002", "", "../double11-2022", "policies/erp-cut", "\0", "x" * 5_000], ids=lambda name: name[:20]
)
def test_what_is_no_situation_is_told_with_the_nearest_one(name: str) -> None:
    with pytest.raises(BadInput, match="no such situation") as error:
        situation(name)
    assert error.value.nearest == ("double11-2022" if name == "double11-2002" else error.value.nearest)
    assert "618" in error.value.allowed  # type: ignore[operator]
    assert len(str(error.value)) < 1_000


@pytest.mark.parametrize("each", situations(), ids=lambda each: each.name)
def test_a_situation_as_it_is_is_its_file(each: object) -> None:
    name = each.name  # type: ignore[attr-defined]
    scenario = load_scenario(scenarios_folder() / f"{name}.toml")
    assert as_it_is(name).scenario == scenario
    assert as_it_is(name).hash == laid_over(name, {}).hash == scenario_hash(scenario)
