"""Bad input as people see it."""

import pickle

import pytest

from sim.errors import BadInput, BadInputs, nearest_name, raise_all


def error() -> BadInput:
    return BadInput(
        'has an unknown unit "{unit}"',
        file="shop.toml",
        line=7,
        field="standards.first_response",
        value="30 mins",
        nearest="min",
        unit="mins",
    )


def test_an_error_names_file_line_field_value_and_the_nearest_name() -> None:
    assert str(error()) == 'shop.toml:7: standards.first_response = "30 mins": has an unknown unit "mins". Did you mean min?'


def test_an_error_can_be_told_in_another_language() -> None:
    chinese = {'has an unknown unit "{unit}"': "单位“{unit}”不认识", "Did you mean {nearest}?": "是不是 {nearest}？"}
    assert "单位“mins”不认识" in error().text(lambda text: chinese.get(text, text))
    assert "是不是 min？" in error().text(lambda text: chinese.get(text, text))


def test_an_error_survives_the_way_between_processes() -> None:
    both = BadInputs([error(), error()])
    for one in (error(), both):
        again = pickle.loads(pickle.dumps(one))
        assert str(again) == str(one)
        assert (again.file, again.line, again.values) == (one.file, one.line, one.values)


def test_several_problems_are_told_one_per_line() -> None:
    both = BadInputs([error(), BadInput("is missing", field="calendar")])
    assert len(both) == 2
    assert str(both).splitlines() == [str(each) for each in both]
    assert (both.file, both.line) == ("shop.toml", 7)


def test_a_single_problem_is_raised_as_itself() -> None:
    for problems, kind in (([error()], BadInput), ([error(), error()], BadInputs)):
        with pytest.raises(BadInput) as caught:
            raise_all(problems)
        assert caught.type is kind
    raise_all([])


def test_a_place_already_known_is_kept() -> None:
    assert error().at("other.toml", 1, "x").line == 7
    assert error().within("scenario").field == "scenario.standards.first_response"
    assert [each.field for each in BadInputs([error()]).within("a")] == ["a.standards.first_response"]


def test_braces_in_what_was_read_do_no_harm() -> None:
    assert "{x}" in str(BadInput("{reason}", value="{x}", reason="it says {x}"))


def test_a_long_value_is_shortened() -> None:
    assert len(str(BadInput("is wrong", value="x" * 1000))) < 120


def test_the_nearest_name_is_alike_or_none() -> None:
    assert nearest_name("line_ordr", ["refresh", "line_order"]) == "line_order"
    assert nearest_name("zzz", ["refresh", "line_order"]) is None
