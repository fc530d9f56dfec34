"""The map as files: a page that is whole, alone and harmless, pictures as SVG and PNG, everything as text as well."""

import re
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from sim.desk.steps import STEPS
from sim.report import font, format
from sim.report.process_map import ProcessMap, clocks_of, flows_of, process_map
from sim.report.process_map.page import headline, what_stands_out
from sim.report.process_map.plan import plan_of
from sim.report.process_map.tell import Told
from sim.report.process_map.walks import carried
from sim.scenario.schema import Scenario
from sim.study.replicate import Replicated
from sim.words import speaking
from tests.report.test_page import Reader

PANELS = ("overview", "path_1", "path_2", "path_3", "path_4")
EVIL = "<script>alert(1)</script>\" onload='x' & \x1b[31m \u202e"


LANGUAGES = ("zh", "en")


@pytest.fixture(scope="session")
def maps(run: Replicated) -> dict[tuple[str, bool], ProcessMap]:
    """By language, and whether it is of a run."""
    found = {}
    for language in LANGUAGES:
        with speaking(language):
            found[language, False], found[language, True] = process_map(), process_map(run)
    return found


@pytest.fixture(params=[(language, of_run) for language in LANGUAGES for of_run in (False, True)], ids=str)
def case(request: pytest.FixtureRequest) -> tuple[str, bool]:
    found: tuple[str, bool] = request.param
    return found


@pytest.fixture
def made(maps: dict[tuple[str, bool], ProcessMap], case: tuple[str, bool]) -> ProcessMap:
    return maps[case]


@pytest.fixture
def declared(maps: dict[tuple[str, bool], ProcessMap]) -> ProcessMap:
    return maps["zh", False]


def test_there_is_a_picture_per_panel_in_their_order(made: ProcessMap) -> None:
    assert tuple(picture.key for picture in made.pictures) == PANELS
    assert [heading for heading, _ in made.text] == [picture.title for picture in made.pictures]


def test_the_page_is_whole_and_each_picture_has_a_text_alternative(made: ProcessMap, case: tuple[str, bool]) -> None:
    reader = Reader(made.page)
    assert reader.wrong == []
    assert reader.open == []
    ids = [attributes["id"] for _tag, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert dict(reader.tags)["html"]["lang"] == {"zh": "zh-CN", "en": "en"}[case[0]]
    pictures = [attributes for tag, attributes in reader.tags if tag == "svg"]
    assert len(pictures) == len(PANELS)
    described = {attributes.get("id") for tag, attributes in reader.tags if tag == "desc"}
    assert all(attributes["role"] == "img" and attributes["aria-labelledby"] in described for attributes in pictures)
    assert "></desc>" not in made.page


def test_the_page_needs_no_script_and_nothing_from_elsewhere(made: ProcessMap) -> None:
    reader = Reader(made.page)
    assert {"script", "link", "iframe", "img", "object"} & {tag for tag, _ in reader.tags} == set()
    assert re.findall(r"https?://", made.page) == []
    assert "default-src 'none'" in made.page
    assert len(made.page.encode()) < 3_000_000


def test_every_panel_has_its_steps_and_arrows_as_tables(made: ProcessMap) -> None:
    assert made.page.count("<details>") == 2 * len(PANELS)


@pytest.mark.parametrize(("language", "standard"), [("zh", "30 分钟"), ("en", "30 min")])
def test_what_is_told_aloud_has_the_figures(
    maps: dict[tuple[str, bool], ProcessMap], run: Replicated, language: str, standard: str
) -> None:
    drawn = maps[language, True]
    requests = f"{len(run.first.summary.reported):,}"
    overview = " ".join(drawn.text[0][1])
    assert requests in overview
    assert requests in drawn.pictures[0].told
    assert standard in overview  # of the first response


def test_without_a_run_no_figure_is_told(maps: dict[tuple[str, bool], ProcessMap]) -> None:
    told = [sentence for _heading, sentences in maps["en", False].text for sentence in sentences]
    assert [sentence for sentence in told if re.search(r"\d", re.sub(r"path \d", "", sentence))] == []


def test_titles_of_files_are_shown_and_do_no_harm(run: Replicated, few_scenario: Scenario) -> None:
    title = few_scenario.title.model_copy(update={"zh": EVIL, "en": EVIL})
    evil = replace(run, scenario=few_scenario.model_copy(update={"title": title}))
    found = process_map(evil, (EVIL,))
    for text in (found.page, *(picture.svg() for picture in found.pictures)):
        assert "<script" not in text
        assert "onload='x'" not in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "alert(1)" in text


def test_the_files_are_a_page_and_each_picture_twice(declared: ProcessMap) -> None:
    told: list[tuple[int, int]] = []
    files = declared.files(lambda done, total: told.append((done, total)))
    names = [f"process-map-{key}.{kind}" for key in PANELS for kind in ("svg", "png")]
    assert list(files) == ["process-map.html", *names]
    assert told == [(number, 5) for number in range(1, 6)]
    for picture in declared.pictures:
        png = files[f"process-map-{picture.key}.png"]
        assert png.startswith(b"\x89PNG\r\n")
        assert struct.unpack(">II", png[16:24]) == (round(2 * picture.width), round(2 * picture.height))
        assert files[f"process-map-{picture.key}.svg"].startswith(b"<svg ")


def test_a_picture_shows_chinese_and_no_boxes(declared: ProcessMap) -> None:
    """Pixels of one character drawn by the registered font differ from those of one that no font has."""
    picture = declared.pictures[0]
    boxes = replace(picture, heading="", body=re.sub(r"[一-鿿]", "\U0001f9ff", picture.body))
    assert picture.png(0.5) != boxes.png(0.5)
    assert "@font-face" in picture.svg()


def test_without_the_tools_to_cut_a_font_the_map_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(font, "import_module", missing)
    found = process_map()
    assert "@font-face" not in found.page
    assert "@font-face" not in found.pictures[0].svg()
    assert "<svg" in found.page


def test_two_maps_of_one_run_are_the_same_to_the_byte(run: Replicated) -> None:
    one, other = process_map(run), process_map(run)
    assert one.page == other.page
    assert one.pictures[1].png() == other.pictures[1].png()


# ---------------------------------------------------------------- what stands on top
def test_the_page_begins_with_where_refunds_wait_longest(run: Replicated) -> None:
    flows, plan = flows_of(run, plan_of(STEPS)), plan_of(STEPS)
    steps = list(plan.steps.values())
    longest = max((stand.times * (stand.in_line or 0), at) for (path, at), stand in flows.stands.items() if path == 0 and steps[at].by)
    assert steps[longest[1]].en in headline(plan, flows)
    assert headline(plan, flows) in process_map(run).page.replace("&#x27;", "'")


def test_a_desk_without_lines_says_so(run: Replicated) -> None:
    flows, plan = flows_of(run, plan_of(STEPS)), plan_of(STEPS)
    idle = replace(flows, stands={key: replace(stand, in_line=0.0) for key, stand in flows.stands.items()})
    assert "never stand in line" in headline(plan, idle)
    assert all(figure.name and figure.value for figure in what_stands_out(plan, idle))


def test_standards_of_one_step_are_told_apart(few_scenario: Scenario, maps: dict[tuple[str, bool], ProcessMap]) -> None:
    assert clocks_of(few_scenario)["first_response"] == 1_800
    path_3, path_4 = (" ".join(maps["en", True].text[at][1]) for at in (3, 4))
    assert "within 4 h (special wishes), within 12 h (amounts)" in path_3
    assert "within 12 h (own inspection), within 48 h (outside inspection)" in path_4


def test_what_the_scenario_says_of_steps_stands_in_their_boxes(maps: dict[tuple[str, bool], ProcessMap]) -> None:
    told = {at: " ".join(maps["en", True].text[at][1]) for at in range(5)}
    assert "no scan for 5 days counts as lost" in told[2]
    assert "own limit" in told[3]
    assert "a coupon for a number within 12 h" in told[4]
    assert "one named contact" in maps["en", True].pictures[2].body


def test_the_share_with_money_back_is_the_same_in_the_heading_and_in_the_box(run: Replicated) -> None:
    plan = plan_of(STEPS)
    flows = flows_of(run, plan)
    for panel in plan.panels[1:]:
        told = Told(plan, panel, flows, carried(plan, panel, flows))
        course = flows.courses[panel.path]
        assert course.refunded == sum(flows.became(panel.path, True).values())
        share = format.share(course.refunded / course.filed)
        assert share in told.head()
        assert share in next(iter(told.figures(panel.places["MONEY_BACK"])))


def test_the_ways_to_end_add_up_to_all_requests(run: Replicated) -> None:
    plan = plan_of(STEPS)
    flows = flows_of(run, plan)
    for panel in plan.panels:
        told = Told(plan, panel, flows, carried(plan, panel, flows))
        assert sum(times for _what, times, _money in told.ends()) == told.population(), panel.key


def test_a_chinese_picture_has_no_english_words(maps: dict[tuple[str, bool], ProcessMap]) -> None:
    for of_run in (False, True):
        for picture in maps["zh", of_run].pictures:
            shown = " ".join(re.findall(r">([^<>]*)</text>", picture.body))
            assert set(re.findall(r"[A-Za-z]{2,}", shown)) <= {"ERP"}, picture.key


def test_the_plan_ships_with_the_package() -> None:
    assert (Path(font.__file__).parent / "process_map.toml").is_file()
