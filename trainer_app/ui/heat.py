"""First responses by hour and day as a table with coloured cells: read aloud it is a table, and it is there at once.

As a picture it would take seconds: every one of its hundreds of numbers is measured before it is drawn.
"""

from collections.abc import Sequence
from itertools import pairwise

from sim.report.charts import DAY_HOURS, Cell
from sim.report.markup import escaped
from sim.report.theme import HEAT, PAPER
from trainer_app.ui.figures import wide

Colour = tuple[float, float, float]

BLACK = "#000000"
"""With it one of black and white has a contrast of 4.58 on whatever ground; with the theme's ink it would be 3.9."""


def heat_map(cells: Sequence[Cell], days: Sequence[str], told: str, title: str) -> str:
    """The share answered in time in per cent, hours across, days down; nothing where nobody asked. told: what is said of it first."""
    by_place = {(cell.day, cell.hour): cell for cell in cells if cell.requests and cell.day < len(days)}
    corner = "<td></td>"
    hours = "".join(f'<th scope="col">{hour}</th>' for hour in range(DAY_HOURS))
    rows = "".join(
        f'<tr><th scope="row">{escaped(day)}</th>{"".join(_cell(by_place.get((row, hour))) for hour in range(DAY_HOURS))}</tr>'
        for row, day in enumerate(days)
    )
    head = f"<thead><tr>{corner}{hours}</tr></thead>"
    return wide(f'<table class="rd-heat"><caption class="rd-unseen">{escaped(told)}</caption>{head}<tbody>{rows}</tbody></table>', title)


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "<td></td>"
    share = cell.in_time / cell.requests
    ground = colour_of(share)
    return f'<td style="background:{_written(ground)};color:{text_on(ground)}">{100 * share:.0f}</td>'


def colour_of(share: float) -> Colour:
    """The colour of a share 0-1 on the scale of the charts; red, green and blue 0-255."""
    stops = [_read(colour) for colour in HEAT]
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    at = min(int(place), len(stops) - 2)
    low, high = list(pairwise(stops))[at]
    red, green, blue = (one + (place - at) * (other - one) for one, other in zip(low, high, strict=True))
    return red, green, blue


def text_on(ground: Colour) -> str:
    """Dark or light: whichever can be read better."""
    return max((BLACK, PAPER), key=lambda colour: contrast(_read(colour), ground))


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _read(colour: str) -> Colour:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return red, green, blue


def _written(colour: Colour) -> str:
    return "#" + "".join(f"{round(value):02x}" for value in colour)
