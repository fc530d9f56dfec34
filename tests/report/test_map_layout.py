"""The pictures of the map: every word can be read, every arrow followed, whatever the language and however large the figures."""

import re
from dataclasses import replace
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from sim.desk.steps import STEPS
from sim.report.process_map import clocks_of, flows_of
from sim.report.process_map.draw import (
    ACCENT,
    BACK,
    CALM,
    DARK,
    FAINT,
    FLOW,
    GOAL_FILL,
    HEAT,
    LANES,
    LEAST_CONTRAST,
    ROLES,
    Picture,
    contrast,
    crossings,
    drawn,
    line_widths,
    readable,
)
from sim.report.process_map.flows import Flows
from sim.report.process_map.layout import Box, Grid, Spot, Track, route
from sim.report.process_map.plan import BUNDLE, EVENT, MARK, WORK, Arrow, Panel, Place, Plan, plan_of
from sim.report.process_map.tell import Told, span
from sim.report.process_map.text import cut, lines, width
from sim.report.process_map.walks import carried
from sim.report.theme import PAPER
from sim.study.replicate import Replicated
from sim.words import speaking

MANY = 3_000
"""The small run's figures times this: a few million refunds."""

CROSSINGS = {"overview": 0, "path_1": 7, "path_2": 17, "path_3": 11, "path_4": 21}
"""As many crossings of lines as the panels have; who adds an arrow finds a way that adds none, or says so here. On path 1 the refunds
that the batch agreed to and those that an agent carries out go two ways that can be told apart: two crossings more than on one line."""

HOSTILE = "<script>alert(1)</script>\" onload='x' & \x1b[31m \u202e" + "x" * 500

Case = tuple[str, str, Told, Picture]


def times_many(flows: Flows) -> Flows:
    stands = {key: replace(stand, times=stand.times * MANY, refunds=stand.refunds * MANY) for key, stand in flows.stands.items()}
    return replace(flows, moves={move: times * MANY for move, times in flows.moves.items()}, stands=stands)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(STEPS)


@pytest.fixture(scope="module")
def flows(run: Replicated, plan: Plan) -> Flows:
    return flows_of(run, plan)


@pytest.fixture(scope="module")
def cases(run: Replicated, plan: Plan, flows: Flows) -> list[Case]:
    """Every panel in both languages: as declared, with a run's figures, with figures of seven digits."""
    made = []
    clocks = clocks_of(run.scenario)
    for language in ("zh", "en"):
        with speaking(language):
            for panel in plan.panels:
                told = [("declared", Told(plan, panel))]
                for name, counted in (("run", flows), ("many", times_many(flows))):
                    told.append((name, Told(plan, panel, counted, carried(plan, panel, counted), clocks)))
                made += [(f"{panel.key} {language} {name}", panel.key, each, drawn(each, HOSTILE)) for name, each in told]
    return made


@pytest.fixture(scope="module")
def files(cases: list[Case]) -> list[tuple[str, Told, str]]:
    """The files of the pictures with a run's figures."""
    return [(name, told, picture.svg()) for name, _key, told, picture in cases if name.endswith("run")]


def texts(picture: Picture) -> list[tuple[str, Box]]:
    """Every text of a picture and the room it takes, by the metrics of the font."""
    found = []

    def walk(element: ElementTree.Element, dx: float, dy: float) -> None:
        moved = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
        if moved:
            dx, dy = dx + float(moved[1]), dy + float(moved[2])
        if element.tag == "text":
            size, shown = float(element.get("font-size", "0")), element.text or ""
            left = float(element.get("x", "0")) + dx
            if element.get("text-anchor") == "middle":
                left -= width(shown, size) / 2
            bottom = float(element.get("y", "0")) + dy + 0.2 * size
            found.append((shown, Box(left, bottom - size, left + width(shown, size), bottom)))
        for child in element:
            walk(child, dx, dy)

    walk(ElementTree.fromstring(f"<svg>{picture.heading}{picture.body}</svg>"), 0, 0)
    return found


def test_no_two_texts_overlap(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        overlapping = [(one, other) for (one, box), (other, over) in combinations(texts(picture), 2) if box.grown(-0.5).meets(over)]
        assert overlapping == [], name


def test_every_text_stays_inside_the_picture(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        whole = Box(0, 0, picture.width, picture.height)
        outside = [
            text for text, box in texts(picture) if box.left < 0 or box.right > whole.right or box.bottom > whole.bottom or box.top < 0
        ]
        assert outside == [], name


def test_every_text_of_a_box_fits_into_it(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        for spot in picture.sheet.spots.values():
            wide = spot.box.right - spot.box.left
            assert all(width(line.text, line.size) <= wide - 8 for line in spot.lines), (name, spot.place.key)
            assert sum(line.height for line in spot.lines) <= spot.box.bottom - spot.box.top, (name, spot.place.key)


def test_every_sign_finds_a_place_of_its_own(cases: list[Case]) -> None:
    for name, _key, told, picture in cases:
        sheet = picture.sheet
        assert [(told.panel.arrows[at].start, told.panel.arrows[at].end) for at in sheet.unsigned] == [], name
        boxes = [(spot.place.key, spot.box) for spot in sheet.spots.values()]
        for sign in sheet.signs:
            assert [key for key, box in boxes if box.meets(sign.box)] == [], name
        assert [(one.at, other.at) for one, other in combinations(sheet.signs, 2) if one.box.meets(other.box)] == [], name


def test_no_sign_lies_on_the_line_of_another_arrow(cases: list[Case]) -> None:
    for name, _key, told, picture in cases:
        widths = line_widths(told)
        for sign in picture.sheet.signs:
            for at, track in enumerate(picture.sheet.tracks):
                if at != sign.at:
                    assert not any(strip(piece, widths[at]).meets(sign.box) for piece in track.pieces), (name, track.arrow)


def strip(piece: tuple[tuple[float, float], tuple[float, float]], line: float) -> Box:
    (x0, y0), (x1, y1) = piece
    return Box(min(x0, x1) - line / 2, min(y0, y1) - line / 2, max(x0, x1) + line / 2, max(y0, y1) + line / 2)


def test_no_arrow_runs_through_a_box(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        sheet = picture.sheet
        for track in (*sheet.tracks, *sheet.ties):
            for key, spot in sheet.spots.items():
                inner = spot.box.grown(-1)
                if key in (track.arrow.start, track.arrow.end):
                    assert not any(strip(piece, 0).grown(0.01).meets(inner) for piece in track.pieces[1:-1]), (name, track.arrow)
                else:
                    assert not any(strip(piece, 0).grown(0.01).meets(spot.box) for piece in track.pieces), (name, track.arrow, key)


def test_boxes_stand_apart(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        spots = picture.sheet.spots.values()
        assert [(a.place.key, b.place.key) for a, b in combinations(spots, 2) if a.box.grown(4).meets(b.box.grown(4))] == [], name


def test_lines_of_different_arrows_run_along_each_other_only_where_they_part_or_join(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        for one, other in combinations(picture.sheet.tracks, 2):
            if {one.arrow.start, one.arrow.end} & {other.arrow.start, other.arrow.end}:
                continue
            for a in one.pieces:
                for b in other.pieces:
                    assert not alongside(a, b), (name, one.arrow, other.arrow)


def alongside(one: tuple[tuple[float, float], tuple[float, float]], other: tuple[tuple[float, float], tuple[float, float]]) -> bool:
    """Whether two straight pieces share more than a point of one line."""
    first, second = strip(one, 0), strip(other, 0)
    if abs(first.left - first.right) < 0.01 and abs(second.left - second.right) < 0.01:
        return abs(first.left - second.left) < 1.5 and min(first.bottom, second.bottom) - max(first.top, second.top) > 1
    if abs(first.top - first.bottom) < 0.01 and abs(second.top - second.bottom) < 0.01:
        return abs(first.top - second.top) < 1.5 and min(first.right, second.right) - max(first.left, second.left) > 1
    return False


def test_arrows_cross_no_more_than_they_must(cases: list[Case]) -> None:
    for name, key, _told, picture in cases:
        assert len(crossings(picture.sheet.tracks)) <= CROSSINGS[key], name


def test_arrows_begin_and_end_at_their_boxes(cases: list[Case]) -> None:
    for name, _key, _told, picture in cases:
        for track in picture.sheet.tracks:
            for key, (x, y) in ((track.arrow.start, track.points[0]), (track.arrow.end, track.points[-1])):
                box = picture.sheet.spots[key].box
                assert box.left - 0.1 <= x <= box.right + 0.1, (name, track.arrow)
                assert box.top - 0.1 <= y <= box.bottom + 0.1, (name, track.arrow)


def test_the_more_often_an_arrow_is_taken_the_wider_it_is(plan: Plan, flows: Flows) -> None:
    for panel in plan.panels:
        told = Told(plan, panel, flows, carried(plan, panel, flows))
        assert told.carried is not None
        pairs = sorted(zip(told.carried.arrows, line_widths(told), strict=True))
        assert [line for _, line in pairs] == sorted(line for _, line in pairs)
        assert pairs[-1][1] > 3 * pairs[0][1]


# ---------------------------------------------------------------- what can be seen and told
@pytest.mark.parametrize("fill", [*HEAT, CALM, DARK, GOAL_FILL, PAPER, *LANES])
@pytest.mark.parametrize("role", ROLES)
def test_text_can_be_read_on_every_fill(fill: str, role: str) -> None:
    assert contrast(readable(ROLES[role], fill), fill) >= LEAST_CONTRAST


@pytest.mark.parametrize("line", [FLOW, FAINT, BACK, ACCENT, DARK])
def test_lines_can_be_seen_on_every_lane(line: str) -> None:
    assert min(contrast(line, lane) for lane in LANES) >= 3


def test_the_scale_of_waits_goes_from_light_to_dark() -> None:
    ratios = [contrast(colour, PAPER) for colour in HEAT]
    assert ratios == sorted(ratios)
    assert all(later / earlier > 1.1 for earlier, later in pairwise(ratios))


def test_what_goes_back_is_told_apart_without_colour(cases: list[Case]) -> None:
    for name, _key, told, picture in cases:
        paths = re.findall(r"<path [^>]*/>", picture.body)
        in_colour = [path for path in paths if f'stroke="{BACK}"' in path]
        assert all("stroke-dasharray" in path for path in in_colour if 'stroke-width="1.3"' not in path and not is_bridge(path)), name
        assert bool(in_colour) or not any(arrow.back for arrow in told.panel.arrows), name


def is_bridge(path: str) -> bool:
    """The short piece that is drawn over a crossing."""
    return path.count("L") == 1 and "Q" not in path


def test_every_character_is_in_the_font(cases: list[Case]) -> None:
    from fontTools.ttLib import TTFont

    from sim.report.font import SIMPLIFIED_CHINESE, font_file

    known = TTFont(font_file(), fontNumber=SIMPLIFIED_CHINESE, lazy=True).getBestCmap()
    for name, _key, _told, picture in cases:
        missing = {character for text, _box in texts(picture) for character in text if ord(character) not in known}
        assert missing - {"\ufffd", "\u241b"} == set(), name  # signs in place of the hostile source's control characters


def test_a_picture_is_sound_xml_with_a_title_and_a_text_alternative(files: list[tuple[str, Told, str]]) -> None:
    for name, told, svg in files:
        root = ElementTree.fromstring(svg)
        space = "{http://www.w3.org/2000/svg}"
        named = {element.get("id"): element for element in root if element.get("id")}
        assert root.get("role") == "img"
        assert [named[key].tag for key in (root.get("aria-labelledby") or "").split()] == [f"{space}title", f"{space}desc"]
        alternative = named["told"].text or ""
        with speaking(name.split()[1]):
            assert [place.key for place in told.panel.places.values() if told.name(place) not in alternative] == [], name
        assert [element.tag for element in root.iter() if element.tag.endswith("script") or element.get("onload")] == []


def test_a_picture_loads_nothing(files: list[tuple[str, Told, str]]) -> None:
    for name, _told, svg in files:
        addresses = re.findall(r"(?:href|src)\s*=|url\((?!data:)|https?://(?!www\.w3\.org/2000/svg)", svg)
        assert addresses == [], name


def test_the_same_figures_give_the_same_picture(run: Replicated, plan: Plan, flows: Flows) -> None:
    told = Told(plan, plan.panels[1], flows, carried(plan, plan.panels[1], flows), clocks_of(run.scenario))
    assert drawn(told).svg() == drawn(told).svg()


# ---------------------------------------------------------------- single parts
def spot(key: str, column: float, row: int, box: Box, shape: str = WORK) -> Spot:
    return Spot(Place(key, key, shape, column, row), box, ())


@pytest.fixture
def grid() -> Grid:
    places = {key: Place(key, key, WORK, column, row) for key, column, row in (("A", 0, 0), ("B", 1, 1))}
    sizes = {"column": 100, "gap": 40, "margin": 20, "between": 60}
    return Grid(Panel("p", 1, *[place.name for place in places.values()], (), places, (), (), sizes), {0: 50, 1: 50}, 0)


@pytest.mark.parametrize(
    ("way", "corners"),
    [
        ("", [(70, 70), (70, 100), (210, 100), (210, 130)]),
        ("S N", [(70, 70), (70, 100), (210, 100), (210, 130)]),
        ("E N", [(120, 45), (210, 45), (210, 130)]),
        ("E+10 c0.5 W-5", [(120, 55), (140, 55), (140, 150), (160, 150)]),
        ("S-10 r0.25 c0.5 W", [(60, 70), (60, 85), (140, 85), (140, 155), (160, 155)]),
        ("S N=", [(70, 70), (70, 130)]),
    ],
)
def test_a_way_is_read_as_it_is_written(grid: Grid, way: str, corners: list[tuple[float, float]]) -> None:
    start, end = spot("A", 0, 0, Box(20, 20, 120, 70)), spot("B", 1, 1, Box(160, 130, 260, 180))
    assert [(round(x), round(y)) for x, y in route(way, start, end, grid)] == corners


@pytest.mark.parametrize("way", ["S", "S x3 N", "Q N", "S r1.5"])
def test_a_way_that_cannot_be_read_is_refused(grid: Grid, way: str) -> None:
    start, end = spot("A", 0, 0, Box(20, 20, 120, 70)), spot("B", 1, 1, Box(160, 130, 260, 180))
    with pytest.raises(ValueError, match=r"side|row"):
        route(way, start, end, grid)


def test_lines_that_join_do_not_cross_and_lines_that_cross_do() -> None:
    def track(start: str, end: str, *points: tuple[float, float]) -> Track:
        return Track(Arrow(start, end, "", False, ()), points)

    upright, level = track("A", "B", (5, 0), (5, 10)), track("C", "D", (0, 5), (10, 5))
    assert [(under, over, at) for under, over, at in crossings([upright, level])] == [(0, 1, (5, 5))]
    assert crossings([upright, track("C", "B", (0, 10), (5, 10))]) == []
    assert crossings([upright, track("A", "D", (5, 0), (5, 5), (10, 5))]) == []


def test_text_breaks_at_words_and_between_chinese_characters_and_never_before_a_comma() -> None:
    assert lines("First response to the buyer", 13, 110) == ("First response", "to the buyer")
    broken = lines("谈定运费，同意退货，等买家寄回", 13, 80)
    assert "".join(broken) == "谈定运费，同意退货，等买家寄回"
    assert not any(line.startswith("，") for line in broken)
    assert all(width(line, 13) <= 80 for line in broken)
    assert lines("incomprehensibilities", 13, 60)[0] != ""
    assert lines("", 13, 60) == ("",)


def test_what_is_too_long_is_cut_with_a_sign() -> None:
    assert cut("short", 13, 200) == "short"
    shortened = cut("x" * 400, 13, 100)
    assert shortened.endswith("…")
    assert width(shortened, 13) <= 100


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (83, "1 min 23 s"), (1_234, "21 min"), (12_400, "3 h 30 min"), (100_000, "28 h"), (300_000, "3 d 12 h")],
)
def test_spans_are_rounded_to_what_can_be_read_at_a_glance(seconds: float, said: str) -> None:
    assert span(seconds).replace("\u00a0", " ") == said


def test_shapes_that_nobody_works_on_carry_no_colour_of_waiting(plan: Plan, flows: Flows) -> None:
    panel = plan.panel("path_2")
    told = Told(plan, panel, flows, carried(plan, panel, flows))
    assert {told.wait_class(place) for place in panel.places.values() if place.shape in (EVENT, BUNDLE, MARK)} == {None}


def test_a_step_that_half_never_reached_is_in_the_worst_class(plan: Plan, flows: Flows) -> None:
    panel = plan.panel("path_4")
    never = replace(flows, stands={key: replace(stand, in_line=None) for key, stand in flows.stands.items()})
    told = Told(plan, panel, never, carried(plan, panel, never))
    place = panel.places["RESPOND"]
    assert told.wait_class(place) == len(HEAT) - 1
    assert "half were never taken" in " ".join(told.figures(place))
