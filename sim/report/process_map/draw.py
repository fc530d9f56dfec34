"""A panel as SVG, written by hand: lanes, arrows, boxes, signs, a heading and a legend. All text is escaped here."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot

from sim.report.font import CHARTS_FAMILY, MEASURED_FAMILY, embedded, register_for_charts
from sim.report.process_map.layout import (
    CORNER,
    LANE_HEAD,
    MARK_SIZE,
    NAME,
    PADDING,
    SMALL,
    SMALL_LINE,
    TIP,
    Box,
    Grid,
    Line,
    Point,
    Sheet,
    Spot,
    Track,
    lay_out,
)
from sim.report.process_map.plan import BUNDLE, END, EVENT, GOAL, GROUP, MARK, QUESTION, START, WAIT, WORK
from sim.report.process_map.tell import ENOUGH, WAITS, Told, refunds, taken
from sim.report.process_map.text import cut, lines, width
from sim.report.theme import ACCENT, GOOD, INK, MUTED, PAPER, SERIES, as_part
from sim.report.untrusted import in_a_line
from sim.words import _, either

BACK = SERIES[3]
"""Of what goes back, and of what would not be there if all had gone right; dashed as well, so that it does not hang on the colour."""
FLOW = "#5b6b7b"
FAINT = "#7b8a99"
LANES = ("#f5f7f9", "#ffffff")
LANE_RULE = "#c9d2da"
HEAT = ("#f1f5f8", "#fce3b4", "#f6c878", "#ea9f40", "#d27a26", "#8a3b00")
"""From no wait to speak of to more than a day: lightness alone tells them apart."""
CALM, DARK, GOAL_FILL = "#f1f5f8", "#2f4256", "#e3f2eb"

THIN, THICK = 1.6, 11.0
"""Width of the line of an arrow that nobody took, and of the one taken most often."""
TITLE = 18.0
"""Size of type of the heading."""
TOP, HEAD_ROOM = 14.0, 8.0
"""Above and below the heading."""
SIDE = 28.0
"""Margin of heading and legend."""
LEAST_SCALE = 0.82
"""Of a picture inside a page: its smallest type stays above 9 pixels."""

LATE = "#c62828"
IDLE = "#e9ebed"
"""Of a step whose answers are late; of one that nothing came to."""

ROLES = {
    "ink": INK,
    "muted": MUTED,
    "back": BACK,
    "clock": "#0a568f",
    "in": "#2f5d50",
    "out": "#8a3b00",
    "in more": "#2f5d50",
    "out more": "#8a3b00",
    "late": LATE,
}


@dataclass(frozen=True)
class Picture:
    """A panel drawn: heading and body as SVG, their size in pixels, what is said of it aloud, and how it was laid out.

    Inside a page the heading is left out: the page has one of its own. It takes the first `headed` pixels of the height.
    """

    key: str
    title: str
    told: str
    heading: str
    body: str
    headed: float
    width: float
    height: float
    sheet: Sheet

    def svg(self) -> str:
        """A file of its own: with its characters embedded, so that a machine without a Chinese font shows it too."""
        font = embedded("", self.heading + self.body)
        style = f"<style>{font}</style>" if font else ""
        return self._whole(f"'{CHARTS_FAMILY}', '{MEASURED_FAMILY}', 'PingFang SC', 'Microsoft YaHei', sans-serif", style)

    def png(self, scale: float = 2.0) -> bytes:
        """The picture in pixels, `scale` for each of its own."""
        import vl_convert

        register_for_charts()
        return bytes(vl_convert.svg_to_png(self._whole(MEASURED_FAMILY), scale=scale))

    def part(self) -> str:
        """The picture as part of a page, never so small that it cannot be read: where there is no room, its place scrolls."""
        moved = f'<g transform="translate(0 {-self.headed:g})" font-family="{MEASURED_FAMILY}">{self.body}</g>'
        svg = f'<svg viewBox="0 0 {self.width:g} {self.height - self.headed:g}">{moved}</svg>'
        return as_part(svg, f"map-{self.key}", self.told).replace('style="', f'style="min-width:{LEAST_SCALE * self.width:.0f}px;', 1)

    def _whole(self, family: str, style: str = "") -> str:
        title, told = html.escape(self.title), html.escape(self.told)
        ground = f'<rect width="{self.width:g}" height="{self.height:g}" fill="{PAPER}"/>'
        wide, tall = f"{self.width:g}", f"{self.height:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title told" width="{wide}" height="{tall}" '
            f'viewBox="0 0 {wide} {tall}"><title id="title">{title}</title><desc id="told">{told}</desc>{style}'
            f'<g aria-hidden="true" font-family="{family}">{ground}{self.heading}{self.body}</g></svg>'
        )


def drawn(told: Told, source: str = "") -> Picture:
    """Draw a panel; `source` says which run the figures are from."""
    panel = told.panel
    grid_only = Grid(panel, {max(place.row for place in panel.places.values()): 1.0}, 0)
    texts = {key: told.box(place, grid_only.wide(place)) for key, place in panel.places.items()}
    signs = {at: text for at, arrow in enumerate(panel.arrows) if (text := told.signs(arrow))}
    widths = line_widths(told)
    heading = list(_heading(told, source, grid_only.width))
    top = TOP + sum(line.height for line in heading) + (TITLE - NAME) + HEAD_ROOM
    sheet = lay_out(panel, texts, signs, widths, top)
    ends, ends_height = _ends(told, sheet.width - 2 * SIDE)
    legend, legend_height = _legend(told, sheet.width - 2 * SIDE)
    height = sheet.bottom + 12 + ends_height + 10 + legend_height + 14
    parts = list(_lanes(told, sheet))
    parts += _tracks(told, sheet, widths)
    parts += (_spot(told, spot) for spot in sheet.spots.values())
    for sign in sheet.signs:
        parts += _sign(sign.box, sign.lines)
    y = sheet.bottom + 12
    parts.append(f'<g transform="translate({SIDE:g} {y:g})">{"".join(ends)}</g>')
    y += ends_height
    parts.append(f'<g transform="translate({SIDE:g} {y + 10:g})">{"".join(legend)}</g>')
    headed = top - HEAD_ROOM if panel.lanes else top
    return Picture(
        panel.key, either(panel.title), told.aloud(), "".join(_headed(heading)), "".join(parts), headed, sheet.width, height, sheet
    )


def line_widths(told: Told) -> list[float]:
    """The width of each arrow's line, in proportion to how often it was taken."""
    if told.carried is None:
        return [1.8] * len(told.panel.arrows)
    most = max(told.carried.most, 1)
    return [THIN + (THICK - THIN) * times / most for times in told.carried.arrows]


def _ends(told: Told, room: float) -> tuple[list[str], float]:
    """The last row: a dark box for each way in which the requests ended, and their height; those with money back have a green edge."""
    parts: list[str] = []
    if not told.ends():
        return parts, 0.0
    y = 0.0
    for text in lines(told.ends_where(), SMALL, room):
        y += SMALL_LINE
        parts.append(_text(0, y - 4, text, SMALL, INK))
    x, tall = 0.0, 2 * SMALL_LINE + PADDING
    y += 4
    for what, times, money in told.ends():
        count = refunds(times)
        wide = max(width(what, SMALL), width(count, SMALL)) + 22
        if x and x + wide > room:
            x, y = 0.0, y + tall + 8
        edge = f'stroke="{GOOD}" stroke-width="3"' if money else f'stroke="{DARK}" stroke-width="1.3"'
        parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:g}" rx="12" fill="{DARK}" {edge}/>')
        for at, text in enumerate((what, count), 1):
            parts.append(_text(x + wide / 2, y + at * SMALL_LINE - 1, text, SMALL, PAPER, "middle"))
        x += wide + 10
    return parts, y + tall


# ---------------------------------------------------------------- heading, lanes
def _heading(told: Told, source: str, wide: float) -> Iterator[Line]:
    room = wide - 2 * SIDE
    yield from (Line(text, TITLE, "ink") for text in lines(either(told.panel.title), TITLE, room))
    yield from (Line(text, NAME, "muted") for text in lines(either(told.panel.about), NAME, room))
    for text in (told.head(), cut(in_a_line(source), SMALL, room)):
        yield from (Line(line, SMALL, "ink") for line in lines(text, SMALL, room) if line)


def _headed(heading: Sequence[Line]) -> Iterator[str]:
    y = TOP
    for line in heading:
        y += line.height + (TITLE - NAME if line.size == TITLE else 0)
        yield _text(SIDE, y - 4, line.text, line.size, ROLES[line.role])


def _lanes(told: Told, sheet: Sheet) -> Iterator[str]:
    lanes = {lane.key: lane for lane, _columns in told.panel.lanes}
    for at, band in enumerate(sheet.bands):
        wide = band.right - band.left
        yield f'<rect x="{band.left:g}" y="{sheet.top:g}" width="{wide:g}" height="{sheet.bottom - sheet.top:g}" fill="{LANES[at % 2]}"/>'
        if at:
            yield _path(((band.left, sheet.top), (band.left, sheet.bottom)), LANE_RULE, 1)
        name = either(lanes[band.key])
        fact = told.facts.lanes.get(band.key, "")
        full = _("{what} ({about})").format(what=name, about=fact)
        name = cut(full if fact and width(full, NAME) <= wide - 8 else name, NAME, wide - 8)
        for top in (sheet.top, sheet.bottom - LANE_HEAD + 2):
            yield f'<rect x="{band.left:g}" y="{top:g}" width="{wide:g}" height="{LANE_HEAD - 2:g}" fill="{DARK}"/>'
            yield _text((band.left + band.right) / 2, top + 18, name, NAME, PAPER, "middle")


# ---------------------------------------------------------------- arrows
def _tracks(told: Told, sheet: Sheet, widths: Sequence[float]) -> Iterator[str]:
    for track in sheet.ties:
        yield _path(track.points, FAINT, 1.5, "2 4")
    order = sorted(range(len(sheet.tracks)), key=lambda at: (widths[at], at))
    for at in order:
        yield _arrow(told, sheet.tracks[at], widths[at])
    for under, over, point in crossings(sheet.tracks, order):
        yield from _bridge(told, sheet.tracks[over], point, widths[under], widths[over])


def _colour(told: Told, track: Track) -> str:
    return FAINT if told.times(track.arrow) == 0 else BACK if track.arrow.back else FLOW


def _arrow(told: Told, track: Track, line: float) -> str:
    colour = _colour(told, track)
    long, half = 7 + 0.7 * line, 4 + 0.55 * line
    (x0, y0), (x1, y1) = track.points[-2], track.points[-1]
    length = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    neck = (x1 - dx * long, y1 - dy * long)
    head = ((x1, y1), (neck[0] - dy * half, neck[1] + dx * half), (neck[0] + dy * half, neck[1] - dx * half))
    shaft = (*track.points[:-1], (x1 - dx * (long - 1), y1 - dy * (long - 1)))
    dash = "" if not track.arrow.back else f"{4 + line:.1f} {2.5 + line / 2:.1f}"
    title = html.escape(told.tooltip(track.arrow))
    return f'<g><title>{title}</title>{_path(shaft, colour, line, dash)}<polygon points="{_points(head)}" fill="{colour}"/></g>'


def _bridge(told: Told, track: Track, at: Point, under: float, over: float) -> Iterator[str]:
    """Where one line crosses another, the upper one has a bright edge."""
    (x, y), reach = at, under / 2 + 3.5
    upright = any(abs(a[0] - b[0]) < 0.01 and abs(a[0] - x) < 0.01 and min(a[1], b[1]) < y < max(a[1], b[1]) for a, b in track.pieces)
    ends = ((x, y - reach), (x, y + reach)) if upright else ((x - reach, y), (x + reach, y))
    yield _path(ends, PAPER, over + 5)
    yield _path(ends, _colour(told, track), over)


def crossings(tracks: Sequence[Track], order: Sequence[int] | None = None) -> list[tuple[int, int, Point]]:
    """Where lines of two arrows cross: (the one below, the one above, where). Lines that join or part do not cross."""
    order = range(len(tracks)) if order is None else order
    found = []
    for place, under in enumerate(order):
        for over in order[place + 1 :]:
            for one in tracks[under].pieces:
                for other in tracks[over].pieces:
                    point = _crossing(one, other)
                    if point is not None:
                        found.append((under, over, point))
    return found


def _crossing(one: tuple[Point, Point], other: tuple[Point, Point]) -> Point | None:
    upright, level = (one, other) if abs(one[0][0] - one[1][0]) < 0.01 else (other, one)
    x, y = upright[0][0], level[0][1]
    if abs(upright[0][0] - upright[1][0]) > 0.01 or abs(level[0][1] - level[1][1]) > 0.01:
        return None
    edge = 0.5
    inside_x = min(level[0][0], level[1][0]) + edge < x < max(level[0][0], level[1][0]) - edge
    inside_y = min(upright[0][1], upright[1][1]) + edge < y < max(upright[0][1], upright[1][1]) - edge
    return (x, y) if inside_x and inside_y else None


def _path(points: Sequence[Point], colour: str, line: float, dash: str = "") -> str:
    """A line with round bends."""
    told = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(CORNER + 2, _distance(before, corner) / 2, _distance(corner, after) / 2)
        one, other = _towards(corner, before, radius), _towards(corner, after, radius)
        told.append(f"L{one[0]:.1f} {one[1]:.1f}Q{corner[0]:.1f} {corner[1]:.1f} {other[0]:.1f} {other[1]:.1f}")
    told.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{"".join(told)}" fill="none" stroke="{colour}" stroke-width="{line:.1f}"{dashed}/>'


def _distance(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    length = _distance(start, end) or 1.0
    return start[0] + (end[0] - start[0]) / length * by, start[1] + (end[1] - start[1]) / length * by


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _sign(box: Box, text: Sequence[Line]) -> Iterator[str]:
    wide, tall = box.right - box.left, box.bottom - box.top
    yield f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="3" fill="{PAPER}" fill-opacity="0.92"/>'
    y = box.top
    for line in text:
        y += line.height
        yield _text(box.middle[0], y - 4, line.text, line.size, ROLES[line.role], "middle")


# ---------------------------------------------------------------- boxes
def _spot(told: Told, spot: Spot) -> str:
    place = spot.place
    step = told.plan.steps[place.step] if place.single else None
    fill = _fill(told, spot)
    rework = step is not None and step.rework
    idle, late = told.idle(place), told.late(place)
    shape = _shape(place.shape, spot.box, fill, FAINT if idle and place.shape != MARK else BACK if rework else None)
    if late:
        outer = spot.box.grown(3)
        wide, tall = outer.right - outer.left, outer.bottom - outer.top
        frame = f'x="{outer.left:.1f}" y="{outer.top:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="7"'
        shape += f'<rect {frame} fill="none" stroke="{LATE}" stroke-width="3"/>'
    texts = []
    y = spot.box.middle[1] - sum(line.height for line in spot.lines) / 2
    for line in spot.lines:
        y += line.height
        colour = readable(MUTED if idle else ROLES[line.role], fill)
        x = spot.box.middle[0]
        if line.role == "clock":
            texts.append(_clock(x - width(line.text, line.size) / 2 - 4, y - 8, colour))
            x += 5
        if line.role in ("in", "out"):
            half = width(line.text, line.size) / 2
            texts.append(_mark(x - half - 6 if line.role == "in" else x + half - 2, y - 8, colour, line.role == "in"))
            x += 5 if line.role == "in" else -5
        texts.append(_text(x, y - 4, line.text, line.size, colour, "middle"))
    told_of = (told.name(place), *told.clock(place), *told.figures(place), *told.entries(place), *told.exits(place))
    title = html.escape(" · ".join(told_of))
    return f"<g><title>{title}</title>{shape}{''.join(texts)}</g>"


def _fill(told: Told, spot: Spot) -> str:
    shape = spot.place.shape
    if told.idle(spot.place) and shape != MARK:
        return IDLE
    if shape in (WORK, WAIT):
        at = told.wait_class(spot.place)
        return (CALM if shape == WORK else PAPER) if at is None else HEAT[at]
    return {START: DARK, END: DARK, GOAL: GOAL_FILL}.get(shape, PAPER)


LEAST_CONTRAST = 4.5
"""Of text against what is behind it (WCAG 2.2, AA)."""


def readable(colour: str, fill: str) -> str:
    """The colour for text on a fill; ink or paper where it could not be read."""
    return next((each for each in (colour, INK) if contrast(each, fill) >= LEAST_CONTRAST), PAPER)


def contrast(one: str, other: str) -> float:
    """The ratio of luminances of two colours, 1 to 21 (WCAG)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _shape(shape: str, box: Box, fill: str, border: str | None = None) -> str:
    wide, tall = box.right - box.left, box.bottom - box.top
    x, y = box.middle
    if shape == MARK:
        half = MARK_SIZE / 2
        return f'<polygon points="{_points(((x, y - half), (x + half, y), (x, y + half), (x - half, y)))}" fill="{ACCENT}"/>'
    if shape == QUESTION:
        points = (
            (box.left, y),
            (box.left + TIP, box.top),
            (box.right - TIP, box.top),
            (box.right, y),
            (box.right - TIP, box.bottom),
            (box.left + TIP, box.bottom),
        )
        return f'<polygon points="{_points(points)}" fill="{fill}" stroke="{border or ACCENT}" stroke-width="1.6"/>'
    radius = {WORK: 5.0, WAIT: min(tall / 2, 22.0), START: 14.0, END: 14.0, EVENT: 2.0, BUNDLE: 2.0, GROUP: 8.0, GOAL: 8.0}[shape]
    colour = border or {WORK: DARK, WAIT: MUTED, BUNDLE: FAINT, EVENT: FAINT, GROUP: ACCENT, GOAL: GOOD}.get(shape, DARK)
    line = 2.2 if border or shape in (GROUP, GOAL) else 1.3
    dash = {WAIT: ' stroke-dasharray="6 3"', BUNDLE: ' stroke-dasharray="2 3"'}.get(shape, "")
    return (
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="{radius:g}" fill="{fill}" '
        f'stroke="{colour}" stroke-width="{line}"{dash}/>'
    )


def _mark(x: float, y: float, colour: str, into: bool) -> str:
    """A small triangle before a bar (comes in), or after one (goes out)."""
    bar = x + 7 if into else x
    tip = x if into else x + 2
    return (
        f'<path d="M{bar:.1f} {y - 4:.1f}V{y + 4:.1f}" stroke="{colour}" stroke-width="1.4"/>'
        f'<polygon points="{_points(((tip, y - 3.5), (tip + 5.5, y), (tip, y + 3.5)))}" fill="{colour}"/>'
    )


def _clock(x: float, y: float, colour: str) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.6" fill="none" stroke="{colour}" stroke-width="1.3"/>'
        f'<path d="M{x:.1f} {y - 2.8:.1f}V{y:.1f}H{x + 2.4:.1f}" fill="none" stroke="{colour}" stroke-width="1.3"/>'
    )


def _text(x: float, y: float, text: str, size: float, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}">{html.escape(text)}</text>'


# ---------------------------------------------------------------- legend
def _legend(told: Told, room: float) -> tuple[list[str], float]:
    """The legend as SVG, and its height."""
    x, y = 0.0, 0.0
    parts: list[str] = []
    for row in _legend_rows(told):
        for picture, wide, text in row:
            whole = wide + 6 + width(text, SMALL)
            if x and x + whole > room:
                x, y = 0.0, y + 22
            parts.append(f'<g transform="translate({x:.1f} {y:.1f})">{picture}</g>')
            parts.append(_text(x + wide + (6 if wide else 0), y + 13, text, SMALL, MUTED))
            x += whole + 18
        x, y = 0.0, y + 22
    return parts, y


def _legend_rows(told: Told) -> Iterator[list[tuple[str, float, str]]]:
    panel, places = told.panel, told.panel.places.values()
    if told.flows is not None:
        heat: list[tuple[str, float, str]] = [
            ("", 0.0, _("Colour: median of the whole time at a step, in line and at work, or waiting, in clock hours:"))
        ]
        used = {told.wait_class(place) for place in places if not told.idle(place)}
        for at, (colour, (_end, text)) in enumerate(zip(HEAT, WAITS, strict=True)):
            if at in used:
                heat.append((f'<rect y="1" width="22" height="15" rx="3" fill="{colour}" stroke="{DARK}"/>', 22.0, _(text)))
        if any(told.idle(place) for place in places):
            heat.append(
                (f'<rect y="1" width="22" height="15" rx="3" fill="{IDLE}" stroke="{FAINT}"/>', 22.0, _("did not happen in this run"))
            )
        if any(told.late(place) for place in places):
            text = _("fewer than {share} of the answers in time").format(share=f"{ENOUGH:.0%}")
            heat.append((f'<rect x="2" y="2" width="20" height="13" rx="3" fill="{PAPER}" stroke="{LATE}" stroke-width="3"/>', 24.0, text))
        yield heat
        yield [
            ("", 0.0, _("All times are medians, by the clock (nights included). On arrows: how often each was taken.")),
            *(
                [(_mark(2, 9, ROLES["in"], True), 10.0, _("comes in without an arrow"))]
                if any(told.entries(place) for place in places)
                else []
            ),
            *(
                [(_mark(2, 9, ROLES["out"], False), 10.0, _("leaves or ends here without an arrow"))]
                if any(told.exits(place) for place in places)
                else []
            ),
        ]
    row: list[tuple[str, float, str]] = []
    if told.carried is not None and told.carried.most:
        most = told.carried.most
        row.append(("", 0.0, _("Thickness, in each picture of its own scale:")))
        for times in dict.fromkeys((most, max(most // 4, 1))):
            line = THIN + (THICK - THIN) * times / most
            row.append((_path(((0, 9), (34, 9)), FLOW, line), 34.0, taken(times)))
        if 0 in told.carried.arrows:
            row.append((_path(((0, 9), (34, 9)), FAINT, THIN), 34.0, _("never taken")))
    else:
        row.append((_path(((0, 9), (34, 9)), FLOW, 1.8), 34.0, _("what follows")))
    if any(arrow.back for arrow in panel.arrows):
        row.append((_path(((0, 9), (34, 9)), BACK, 1.8, "5.8 3.4"), 34.0, _("goes back, or mends what went wrong")))
        if told.carried is not None and any(
            arrow.back and not times for arrow, times in zip(panel.arrows, told.carried.arrows, strict=True)
        ):
            row.append((_path(((0, 9), (34, 9)), FAINT, 1.6, "5.6 3.3"), 34.0, _("the same, never taken")))
    if any(arrow.start == arrow.end for arrow in panel.arrows):
        loop = _path(((2, 3), (17, 3), (17, 14), (2, 14)), FAINT, 1.6, "4 2.5")
        row.append((loop, 20.0, _("the same step again (asked once more, tried once more)")))
    if panel.ties:
        row.append((_path(((0, 9), (34, 9)), FAINT, 1.5, "2 4"), 34.0, _("done beside it")))
    yield row
    shapes = {place.shape for place in places}
    rework = any(place.single and told.plan.steps[place.step].rework for place in places)
    small = Box(0, 1, 34, 17)
    known = (
        (WORK, CALM, None, _("somebody works on it")),
        (WAIT, PAPER, None, _("takes time without work")),
        (QUESTION, PAPER, None, _("decided at once")),
        (EVENT, PAPER, None, _("happens at once")),
        (BUNDLE, PAPER, None, _("steps that another picture shows")),
    )
    items = [(_shape(shape, small, fill, border), 34.0, text) for shape, fill, border, text in known if shape in shapes]
    if MARK in shapes:
        items.append((_shape(MARK, Box(0, -2, MARK_SIZE, MARK_SIZE - 2), ACCENT), MARK_SIZE, _("judged anew by the rules")))
    if rework:
        items.append((_shape(WORK, small, PAPER, BACK), 34.0, _("would not be there if all had gone right")))
    if any(told.clock(place) for place in places):
        items.append((_clock(7, 9, ROLES["clock"]), 14.0, _("standard for the answer")))
    yield items
