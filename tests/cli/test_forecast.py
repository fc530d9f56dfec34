"""Demand given on the command line: a forecast of orders, and a scale."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import places
from sim.cli.places import Asked, loaded
from sim.errors import BadInput
from sim.scenario.load import load_scenario, scenario_hash
from tests.cli.conftest import ROOT, Command
from tests.cli.test_lazy import HEAVY

FEW_ORDERS = Path(__file__).with_name("few-orders.toml")
"""24 orders a day (12, times a scale of 2), on 10 and 11 November 2025."""

FORECAST = "日期,支付订单数\n2025-11-10,40\n2025-11-11,60.5\n"


@pytest.fixture
def forecast(tmp_path: Path) -> Path:
    path = tmp_path / "november.csv"
    path.write_text(FORECAST, "utf-8")
    return path


# ---------------------------------------------------------------- what the scenario then says
def test_a_forecast_is_the_file_seen_from_the_working_folder(forecast: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(forecast.parent)
    scenario = loaded(Asked(str(FEW_ORDERS), forecast="november.csv"))
    assert scenario.demand.orders is not None
    assert scenario.demand.orders.forecast == forecast.resolve()
    assert scenario.demand.orders.per_day == 12


@pytest.mark.parametrize("times", [0.5, 1, 1.5, 500])
def test_a_scale_is_times_the_scenarios_own(times: float) -> None:
    assert loaded(Asked(str(FEW_ORDERS), scale=times)).demand.scale == 2 * times


def test_a_scale_is_times_what_an_overlay_says(tmp_path: Path) -> None:
    (tmp_path / "more.toml").write_text("demand.scale = 3\n")
    asked = Asked(str(FEW_ORDERS), (str(tmp_path / "more.toml"),), scale=2)
    assert loaded(asked).demand.scale == 6


def test_a_scale_goes_with_a_history(few: Path) -> None:
    demand = loaded(Asked("busy-week", history=str(few), scale=1.5)).demand
    assert (demand.history, demand.scale) == (few.resolve(), 1.5)


def test_without_forecast_and_scale_the_scenario_is_as_written() -> None:
    assert loaded(Asked(str(FEW_ORDERS))) == load_scenario(FEW_ORDERS)


def test_forecast_and_scale_make_another_scenario(forecast: Path) -> None:
    asked = [Asked(str(FEW_ORDERS), forecast=given, scale=scale) for given in (None, str(forecast)) for scale in (1, 2)]
    assert len({scenario_hash(loaded(each)) for each in asked}) == 4


def test_scale_and_forecast_touch_nothing_else(forecast: Path) -> None:
    own, changed = load_scenario(FEW_ORDERS), loaded(Asked(str(FEW_ORDERS), forecast=str(forecast), scale=2))
    assert changed.model_copy(update={"demand": own.demand}) == own
    orders = {"forecast": None}
    assert own.demand.orders is not None
    assert changed.demand.orders is not None
    assert changed.demand.model_copy(update={"scale": 2.0, "orders": changed.demand.orders.model_copy(update=orders)}) == own.demand


# ---------------------------------------------------------------- what is refused
@pytest.mark.parametrize(("times", "makes"), [(500.5, "1001"), (1_000, "2000")])
def test_a_scale_that_the_scenarios_own_makes_too_large_is_told(times: float, makes: str) -> None:
    with pytest.raises(BadInput, match=rf"demand\.scale \(2\) it is {makes}") as caught:
        loaded(Asked(str(FEW_ORDERS), scale=times))
    assert caught.value.field == "--scale"


def test_a_scale_that_the_scenarios_own_makes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "less.toml").write_text("demand.scale = 1e-300\n")
    with pytest.raises(BadInput) as caught:
        loaded(Asked(str(FEW_ORDERS), (str(tmp_path / "less.toml"),), scale=1e-300))
    assert caught.value.field == "--scale"


@pytest.mark.parametrize("command_line", [("run",), ("check",), ("trace",), ("map",)])
@pytest.mark.parametrize("scenario", ["busy-week", "on-stated-figures"])
def test_a_scenario_without_orders_takes_no_forecast(
    command: Command, forecast: Path, command_line: tuple[str, ...], scenario: str, on_stated_figures: Path
) -> None:
    number = ("1",) if command_line == ("trace",) else ()
    word = on_stated_figures if scenario == "on-stated-figures" else scenario
    result = command(*command_line, word, *number, "--forecast", forecast)
    assert result.status == 2
    assert "--forecast" in result.err
    assert f"the scenario {word} draws no orders" in result.err
    assert "[demand.orders]" in result.err


def test_the_shipped_scenarios_that_take_a_forecast_are_named(
    command: Command, forecast: Path, tmp_path: Path, on_stated_figures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = FEW_ORDERS.read_text("utf-8").replace("../../scenarios/field", str(places.scenarios_folder() / "field"))
    (tmp_path / "singles-day.toml").write_text(text, "utf-8")
    (tmp_path / "broken.toml").write_text("[", "utf-8")
    monkeypatch.setattr(places, "scenarios_folder", lambda: tmp_path)
    result = command("check", on_stated_figures, "--forecast", forecast)
    assert "such as: singles-day." in result.err


def test_a_missing_forecast_is_told_by_its_own_name(command: Command, forecast: Path) -> None:
    result = command("check", FEW_ORDERS, "--forecast", forecast.with_name("novembr.csv"))
    assert result.status == 2
    assert "novembr.csv: there is no such file. Did you mean november.csv?" in result.err


def test_a_forecast_that_cannot_be_read_is_told_with_its_line(command: Command, forecast: Path) -> None:
    forecast.write_text(FORECAST + "合计,100.5\n", "utf-8")
    result = command("run", FEW_ORDERS, "--forecast", forecast, "--json")
    assert result.status == 2
    assert f"{forecast}:4: 日期" in result.err
    assert "delete this row" in result.err
    assert result.out == ""


def test_every_problem_of_a_forecast_is_told_on_a_line_of_its_own_and_harmlessly(command: Command, forecast: Path) -> None:
    forecast.write_text("date,orders\n\x1b[2J[red]{0}[/red],1\n2025-11-10,=cmd|'/c calc'!A0\n\u202e2025-11-11,2\n", "utf-8")
    result = command("check", FEW_ORDERS, "--forecast", forecast)
    assert result.status == 2
    lines = result.err.splitlines()
    assert [line.split(":")[1] for line in lines[:-1]] == ["2", "3", "4"]
    assert lines[-1] == "3 problems in all."
    assert "[red]{0}[/red]" in lines[0]
    assert not {"\x1b", "\u202e"} & set(result.err)


def test_a_forecast_of_other_days_is_told_with_the_scenarios(command: Command, forecast: Path) -> None:
    forecast.write_text(FORECAST.replace("2025", "2024"), "utf-8")
    result = command("check", FEW_ORDERS, "--forecast", forecast)
    assert result.status == 2
    assert "--forecast" in result.err
    assert "2024-11-10 to 2024-11-11" in result.err
    assert "days from 2025-11-10 to 2025-11-11" in result.err


# ---------------------------------------------------------------- what is said
def test_check_tells_the_orders_and_nothing_of_what_was_not_asked(command: Command) -> None:
    result = command("check", "everyday-apparel")
    assert "Scale" not in result.out
    assert "Forecast" not in result.out


def test_check_tells_forecast_and_scale(command: Command, forecast: Path) -> None:
    result = command("check", FEW_ORDERS, "--forecast", forecast, "--scale", "1.5")
    assert result.status == 0
    assert "Draws 36 orders on an ordinary day" in result.out
    assert re.search(
        r"Forecast november\.csv: 302 orders from .*10 Nov.* to .*11 Nov.* 2025, per day; it covers 2 of the 2 days\.", result.out
    )
    assert "Scale of the demand: 3 (counted above)." in result.out


def test_check_tells_a_forecast_per_hour_of_some_of_the_days(command: Command, forecast: Path) -> None:
    rows = "".join(f"2025-11-{day} {hour:02}:00,1\n" for day in ("09", "10") for hour in range(24))
    forecast.write_text("时间,单量\n" + rows, "utf-8")
    result = command("check", FEW_ORDERS, "--forecast", forecast, "--scale", "0.5")
    assert "48 orders" in result.out
    assert "per hour; it covers 1 of the 2 days." in result.out
    assert "Scale" not in result.out


def test_check_reads_the_forecast_that_a_scenario_names(command: Command, forecast: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('demand.orders.forecast = "november.csv"\n', "utf-8")
    arguments = ("check", FEW_ORDERS, "--overlay", tmp_path / "mine.toml")
    assert "Forecast november.csv: 201 orders" in command(*arguments).out
    forecast.write_text("date,orders\n", "utf-8")
    result = command(*arguments)
    assert result.status == 2
    assert "no row below the heading" in result.err


def test_check_tells_the_scale_of_a_history(command: Command) -> None:
    assert "Scale of the demand: 2.\n" in command("check", "busy-week", "--scale", "2").out


@pytest.mark.parametrize("command_line", ["run", "check", "trace", "map"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_options_stand_in_the_help(command: Command, command_line: str, language: str) -> None:
    out = command(command_line, "--help", "--lang", language).out
    assert "--forecast" in out
    assert "--scale" in out


def test_a_check_with_a_scale_imports_nothing_heavy() -> None:
    code = "import sys; from sim.cli import main; main(['check', 'busy-week', '--scale', '2']); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert set(done.stdout.split()) & HEAVY == set()


# ---------------------------------------------------------------- what is run
def test_a_history_is_run_at_the_scale_and_the_manifest_tells_it(command: Command, quick: tuple[str, ...], tmp_path: Path) -> None:
    plain, doubled = tmp_path / "plain", tmp_path / "doubled"
    assert command("run", *quick, "--out", plain).status == 0
    assert command("run", *quick, "--scale", "2", "--out", doubled).status == 0
    told = [json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (plain, doubled)]
    assert [each["scale"] for each in told] == [1.0, 2.0]
    assert [each["forecast"] for each in told] == [None, None]
    refunds = [json.loads((folder / "results.json").read_text("utf-8"))["refunds"] for folder in (plain, doubled)]
    assert refunds[1] > 1.8 * refunds[0]


def test_a_refund_is_traced_at_the_scale(command: Command, quick: tuple[str, ...]) -> None:
    options = quick[1:3]
    last = re.search(r"row:(\d+)\.", command("trace", "busy-week", "x", *options).err)
    assert last is not None
    row = f"row:{int(last[1]) + 1}"
    assert command("trace", "busy-week", row, *options).status == 2
    assert command("trace", "busy-week", row, *options, "--scale", "2").status == 0


def test_a_run_draws_the_orders_of_the_forecast(command: Command, forecast: Path, tmp_path: Path) -> None:
    refunds = []
    for orders in (20, 200):
        forecast.write_text(f"date,orders\n2025-11-10,{orders}\n2025-11-11,{orders}\n", "utf-8")
        result = command("run", FEW_ORDERS, "--forecast", forecast, "--scale", "0.5", "--engine", "simpy", "--out", tmp_path / f"{orders}")
        assert result.status == 0, result.err
        refunds.append(json.loads((tmp_path / f"{orders}" / "results.json").read_text("utf-8"))["refunds"])
        manifest = json.loads((tmp_path / f"{orders}" / "manifest.json").read_text("utf-8"))
        assert (manifest["forecast"], manifest["scale"], manifest["history"]) == ("november.csv", 1.0, None)
    assert refunds[1] > 2 * refunds[0] > 0
