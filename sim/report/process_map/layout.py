"""Where everything of a panel stands, in pixels: boxes in a grid of columns and rows, arrows along its gaps, signs beside the arrows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from sim.report.process_map.plan import MARK, QUESTION, Arrow, Panel, Place
from sim.report.process_map.text import width

NAME, SMALL = 13.0, 11.5
"""Sizes of type: what a place is called; all else."""
NAME_LINE, SMALL_LINE = 17.0, 15.0
"""Height of a line of each."""
PADDING = 7.0
"""Between the border of a box and its text."""
LEAST_HEIGHT, LEAST_OF_QUESTION = 42.0, 62.0
"""Height of the flattest box: a loop and an arrow have room at its side; and of a question, where many arrows part."""
MARK_SIZE = 22.0
"""Width and height of the small diamond."""
COLUMN, GAP, BETWEEN, MARGIN = 150.0, 40.0, 46.0, 28.0
"""What a panel that says nothing else has: width of a column, gap between columns, gap between rows, margin at the sides."""
TIP = 13.0
"""How far the sides of a question reach out."""
LANE_HEAD = 28.0
CORNER = 7.0
"""Radius of a bend."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def grown(self, by: float) -> "Box":
        """The same with `by` pixels more on each side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def meets(self, other: "Box") -> bool:
        """Whether both share more than a border."""
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True)
class Line:
    """A line of text: its size and what colour role it has."""

    text: str
    size: float = SMALL
    role: str = "ink"

    @property
    def height(self) -> float:
        return NAME_LINE if self.size > SMALL else SMALL_LINE


@dataclass(frozen=True)
class Spot:
    """A place where it stands, with its lines of text."""

    place: Place
    box: Box
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Track:
    """An arrow where it runs: the corners of its line from border to border."""

    arrow: Arrow
    points: tuple[Point, ...]

    @property
    def pieces(self) -> list[tuple[Point, Point]]:
        """Its straight pieces."""
        return list(zip(self.points, self.points[1:], strict=False))


@dataclass(frozen=True)
class Sign:
    """What is written beside an arrow, and where."""

    at: int
    box: Box
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Band:
    """A lane: the strip of the panel that belongs to somebody."""

    key: str
    left: float
    right: float


@dataclass(frozen=True)
class Sheet:
    """A panel laid out. top, bottom: of the strip that holds the lanes."""

    width: float
    top: float
    bottom: float
    bands: tuple[Band, ...]
    spots: Mapping[str, Spot]
    tracks: tuple[Track, ...]
    ties: tuple[Track, ...]
    signs: tuple[Sign, ...]
    unsigned: tuple[int, ...]
    """Arrows whose sign found no free place."""


class Grid:
    """Pixels of the columns and rows of a panel."""

    def __init__(self, panel: Panel, heights: Mapping[int, float], top: float) -> None:
        sizes = panel.sizes
        self.column = float(sizes.get("column", COLUMN))
        margin = float(sizes.get("margin", MARGIN))
        count = sum(columns for _, columns in panel.lanes) or int(max(place.column + place.wide for place in panel.places.values()) + 0.5)
        gaps = {int(at): float(gap) for at, gap in sizes.get("gaps", {}).items()}
        self.gap = [gaps.get(at, float(sizes.get("gap", GAP))) for at in range(count)]
        self.gap[-1] = gaps.get(count - 1, margin)
        self.lead = gaps.get(-1, margin)
        self.left = [self.lead]
        for at in range(count - 1):
            self.left.append(self.left[-1] + self.column + self.gap[at])
        self.width = self.left[-1] + self.column + self.gap[-1]
        between = {int(at): float(gap) for at, gap in sizes.get("rows", {}).items()}
        usual = float(sizes.get("between", BETWEEN))
        rows = max(heights) + 1
        self.height = [heights.get(row, 0.0) for row in range(rows)]
        self.between = [between.get(row, usual) for row in range(rows)]
        self.between[-1] = between.get(rows - 1, 24.0)
        self.head = between.get(-1, 20.0)
        self.top = [top + self.head]
        for row in range(rows - 1):
            self.top.append(self.top[-1] + self.height[row] + self.between[row])
        self.bottom = self.top[-1] + self.height[-1] + self.between[-1]

    def x(self, at: float) -> float:
        """2.0 is the middle of column 2, 2.5 the middle of the gap to its right, -0.5 that of the left margin."""
        whole = int(at // 1)
        part = at - whole
        if whole < 0:
            return self.lead * part
        if part < 1e-9:
            return self.left[whole] + self.column / 2
        return self.left[whole] + self.column + self.gap[whole] * part

    def y(self, at: float) -> float:
        """3.0 is the middle of row 3, 3.5 the middle of the gap under it."""
        whole = int(at // 1)
        part = at - whole
        if whole < 0:
            return self.top[0] - self.head * (1 - part)
        if part < 1e-9:
            return self.top[whole] + self.height[whole] / 2
        return self.top[whole] + self.height[whole] + self.between[whole] * part

    def middle(self, place: Place) -> float:
        """The x of a place's middle; half columns lie between two."""
        whole = int(place.column // 1)
        first = self.left[whole]
        if place.column - whole > 1e-9:
            first += (place.column - whole) * (self.column + self.gap[whole])
        last = first + place.wide * self.column
        extra = int(place.wide - 1e-9)
        last += sum(self.gap[min(whole + at, len(self.gap) - 1)] for at in range(extra))
        return (first + last) / 2

    def wide(self, place: Place) -> float:
        whole = int(place.column // 1)
        extra = int(place.wide - 1e-9)
        return place.wide * self.column + sum(self.gap[min(whole + at, len(self.gap) - 1)] for at in range(extra))


def lay_out(
    panel: Panel,
    texts: Mapping[str, Sequence[Line]],
    signs: Mapping[int, Sequence[Sequence[Line]]],
    widths: Sequence[float],
    top: float,
) -> Sheet:
    """Lay out a panel.

    texts: lines of each place. signs: lines beside arrows, by their index, in all ways they can be broken. widths: of the arrows' lines.
    top: where the lanes begin.
    Raises ValueError for a way that cannot be read.
    """
    heights: dict[int, float] = {}
    tall = {key: _height(place, texts[key]) for key, place in panel.places.items()}
    for key, place in panel.places.items():
        heights[place.row] = max(heights.get(place.row, 0.0), tall[key])
    head = LANE_HEAD if panel.lanes else 0.0
    grid = Grid(panel, heights, top + head)
    spots = {}
    for key, place in panel.places.items():
        x, y = grid.middle(place), grid.y(place.row)
        half = (MARK_SIZE if place.shape == MARK else grid.wide(place)) / 2
        spots[key] = Spot(place, Box(x - half, y - tall[key] / 2, x + half, y + tall[key] / 2), tuple(texts[key]))
    tracks = tuple(Track(arrow, route(arrow.way, spots[arrow.start], spots[arrow.end], grid)) for arrow in panel.arrows)
    ties = tuple(Track(Arrow(start, end, way, False, ()), route(way, spots[start], spots[end], grid)) for start, end, way in panel.ties)
    bands, column = [], 0
    for lane, columns in panel.lanes:
        left = 0.0 if column == 0 else grid.x(column - 0.5)
        column += columns
        bands.append(Band(lane.key, left, grid.width if column == len(grid.left) else grid.x(column - 0.5)))
    inside = Box(2, top + head, grid.width - 2, grid.bottom)
    placed, unsigned = _signs(tracks, [spot.box for spot in spots.values()], signs, widths, ties, inside)
    return Sheet(grid.width, top, grid.bottom + head, tuple(bands), spots, tracks, ties, placed, unsigned)


def _height(place: Place, lines: Sequence[Line]) -> float:
    if place.shape == MARK:
        return MARK_SIZE
    return max(LEAST_OF_QUESTION if place.shape == QUESTION else LEAST_HEIGHT, sum(line.height for line in lines) + 2 * PADDING)


# ---------------------------------------------------------------- arrows
def route(way: str, start: Spot, end: Spot, grid: Grid) -> tuple[Point, ...]:
    """The corners of an arrow's line.

    way: the side where it leaves (N, E, S, W, with pixels off the middle: S+12), turns (r3.5: along the gap under row 3; c2.5: along the
    gap right of column 2), and the side where it arrives (N= : straight above where it left). "" = straight down, or across where both
    stand in one row; of an arrow from a place to itself the side on which it loops.
    """
    if start.place.key == end.place.key:
        return _loop(start, way or "E")
    words = way.split() or _usual(start.place, end.place)
    if len(words) < 2:
        raise ValueError(f"the way {way!r} from {start.place.key} to {end.place.key} needs two sides")
    leaves, arrives = words[0], words[-1]
    points = [_port(start, leaves)]
    last = _port(end, arrives.rstrip("="))
    if arrives.endswith("="):
        last = (points[0][0], last[1])
    for word in words[1:-1]:
        x, y = points[-1]
        if word[0] == "r":
            points.append((x, grid.y(float(word[1:]))))
        elif word[0] == "c":
            points.append((grid.x(float(word[1:])), y))
        else:
            raise ValueError(f"{word!r} in the way {way!r} is neither a row (r3.5) nor a column (c2.5)")
    x, y = points[-1]
    upright = len(points) > 1 and abs(points[-2][0] - x) < 0.01 if len(words) > 2 else leaves[0] in "NS"
    if arrives[0] in "NS":
        if abs(x - last[0]) > 0.01 and upright:
            if len(words) == 2:
                y = grid.y(end.place.row - 0.5 if arrives[0] == "N" else end.place.row + 0.5)
                points.append((x, y))
            points.append((last[0], y))
        elif abs(x - last[0]) > 0.01:
            points.append((last[0], y))
    elif abs(y - last[1]) > 0.01:
        if not upright and len(words) == 2:
            x = (x + last[0]) / 2
            points.append((x, y))
        points.append((x, last[1]))
    points.append(last)
    return _straightened(points)


LOOP = 15.0, 8.0
"""How far a loop reaches out, and half of how wide it is."""


def _loop(spot: Spot, side: str) -> tuple[Point, ...]:
    """A loop at a side of a box, inside its corners."""
    box, (out, half) = spot.box, LOOP
    x, y = _port(spot, side)
    if side[0] in "NS":
        x = min(max(x, box.left + half + 4), box.right - half - 4)
        far = y - out if side[0] == "N" else y + out
        return (x - half, y), (x - half, far), (x + half, far), (x + half, y)
    y = min(max(y, box.top + half + 2), box.bottom - half - 2)
    far = x + out if side[0] == "E" else x - out
    return (x, y - half), (far, y - half), (far, y + half), (x, y + half)


def _usual(start: Place, end: Place) -> list[str]:
    if start.row == end.row:
        return ["E", "W"] if end.column > start.column else ["W", "E"]
    return ["S", "N"] if end.row > start.row else ["N", "S"]


def _port(spot: Spot, word: str) -> Point:
    """The point of the border: S+12 is 12 pixels right of the middle of the lower border."""
    box, side, off = spot.box, word[0], float(word[1:] or 0)
    x, y = box.middle
    inward = TIP * min(1.0, abs(off) / (y - box.top)) if spot.place.shape == QUESTION else 0.0
    ports = {"N": (x + off, box.top), "S": (x + off, box.bottom), "W": (box.left + inward, y + off), "E": (box.right - inward, y + off)}
    if side not in ports:
        raise ValueError(f"{word!r} is no side of a box: N, E, S or W")
    return ports[side]


def _straightened(points: Sequence[Point]) -> tuple[Point, ...]:
    """Without corners that are none."""
    kept = [points[0]]
    for at in range(1, len(points) - 1):
        (x0, y0), (x1, y1), (x2, y2) = kept[-1], points[at], points[at + 1]
        if abs((x1 - x0) * (y2 - y1) - (y1 - y0) * (x2 - x1)) > 0.01:
            kept.append(points[at])
    return (*kept, points[-1])


# ---------------------------------------------------------------- signs
STRIDE = 5.0
"""Pixels between two places that are tried for a sign."""
FAR = 120.0
"""Pixels up to which a piece of a line is tried twice as densely."""
ROOM = 3.0
"""Pixels that stay free around a sign."""
BESIDE = 5.5
"""Pixels between a line and a sign that stands beside it."""
SHARED = 12.0
"""By how much a sign is worse beside a line that is not its own alone (a sign beside a line instead of on it: 1.5)."""
HEAD = 10.0, 5.0
"""Length and half width of what stays free at the head of an arrow."""

Frames = NDArray[np.float64]
"""Rectangles as rows: left, top, right, bottom."""


def _signs(
    tracks: Sequence[Track],
    boxes: Sequence[Box],
    texts: Mapping[int, Sequence[Sequence[Line]]],
    widths: Sequence[float],
    ties: Sequence[Track],
    inside: Box,
) -> tuple[tuple[Sign, ...], tuple[int, ...]]:
    """Give each sign a place on or beside its own line, clear of boxes, other lines and other signs; those with least choice first.

    texts: of each sign the ways in which its text can be broken, the best first.
    """
    lines = [(at, _strip(piece, widths[at])) for at, track in enumerate(tracks) for piece in track.pieces]
    lines += [(-1, _strip(piece, 1.5)) for track in ties for piece in track.pieces]
    fixed = _frames([*(box.grown(ROOM) for box in boxes), *map(_head, tracks)])
    choices: dict[int, tuple[Frames, list[int]]] = {}
    for at, forms in texts.items():
        foreign = _frames([strip for owner, strip in lines if owner != at])
        found: list[Box] = []
        which: list[int] = []
        for form, text in enumerate(forms):
            size = max(width(line.text, line.size) for line in text) + 6, sum(line.height for line in text)
            boxes_tried = _candidates(tracks[at], size, widths[at], foreign)
            found += boxes_tried
            which += [form] * len(boxes_tried)
        frames = _frames(found)
        free = ((frames - _frames([inside])) * (1, 1, -1, -1) >= 0).all(axis=1)
        free &= ~_meet(frames, fixed) & ~_meet(frames + np.array((-1, -1, 1, 1)), foreign)
        choices[at] = frames[free], [form for form, kept in zip(which, free.tolist(), strict=True) if kept]
    signs: list[Sign] = []
    unsigned: list[int] = []
    while choices:
        at = min(choices, key=lambda at: (len(choices[at][0]), at))
        frames, which = choices.pop(at)
        if not len(frames):
            unsigned.append(at)
            continue
        left, top, right, bottom = frames[0].tolist()
        taken = Box(left, top, right, bottom)
        signs.append(Sign(at, taken, tuple(texts[at][which[0]])))
        around = _frames([taken.grown(ROOM)])
        for other, (left_over, forms_of) in choices.items():
            kept = ~_meet(left_over, around)
            choices[other] = left_over[kept], [form for form, keep in zip(forms_of, kept.tolist(), strict=True) if keep]
    return tuple(sorted(signs, key=lambda sign: sign.at)), tuple(sorted(unsigned))


def _frames(boxes: Sequence[Box]) -> Frames:
    return np.array([(box.left, box.top, box.right, box.bottom) for box in boxes], np.float64).reshape(-1, 4)


def _meet(some: Frames, others: Frames) -> NDArray[np.bool_]:
    """Which of some rectangles share more than a border with any of the others."""
    one, other = some[:, None, :], others[None, :, :]
    meet = (one[..., 0] < other[..., 2]) & (other[..., 0] < one[..., 2]) & (one[..., 1] < other[..., 3]) & (other[..., 1] < one[..., 3])
    return np.asarray(meet.any(axis=1))


def _candidates(track: Track, size: tuple[float, float], line: float, foreign: Frames) -> list[Box]:
    """Where a sign may stand, the best first: on the line, near the middle of its longest piece; then beside it.

    Beside a part of the line that it shares with another (foreign) only if nothing else is left: there one could not tell whose sign it is.
    """
    wide, tall = size
    found: list[tuple[float, Box]] = []
    anchors: list[Box] = []
    for (x0, y0), (x1, y1) in track.pieces:
        length = hypot(x1 - x0, y1 - y0)
        upright = abs(x1 - x0) < 0.01
        steps = max(1, int(length / (STRIDE if length > FAR else STRIDE / 2)))
        cramped = 0.0 if length >= (tall if upright else wide) + 14 else 3.0
        aside = (wide if upright else tall) / 2 + line / 2 + BESIDE
        for step in range(steps + 1):
            share = step / steps
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
            cost = abs(share - 0.5) * length / 40 - min(length, 120) / 60
            for shift, worse in ((0.0, cramped), (aside, 1.5), (-aside, 1.6)):
                cx, cy = (x + shift, y) if upright else (x, y + shift)
                found.append((cost + worse, Box(cx - wide / 2, cy - tall / 2, cx + wide / 2, cy + tall / 2)))
                anchors.append(Box(x - 1, y - 1, x + 1, y + 1))
    shared = _meet(_frames(anchors), foreign).tolist()
    ordered = sorted(zip(found, shared, strict=True), key=lambda each: each[0][0] + SHARED * each[1])
    return [box for (_cost, box), _shared in ordered]


def _strip(piece: tuple[Point, Point], line: float) -> Box:
    (x0, y0), (x1, y1) = piece
    half = line / 2 + 1
    return Box(min(x0, x1) - half, min(y0, y1) - half, max(x0, x1) + half, max(y0, y1) + half)


def _head(track: Track) -> Box:
    """Where the head of an arrow is: no sign covers it."""
    (x0, y0), (x1, y1) = track.pieces[-1]
    length = hypot(x1 - x0, y1 - y0)
    long, half = HEAD
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    x, y = x1 - dx * long, y1 - dy * long
    wide, tall = half * abs(dy), half * abs(dx)
    return Box(min(x, x1) - wide, min(y, y1) - tall, max(x, x1) + wide, max(y, y1) + tall)
