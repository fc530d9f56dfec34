"""The report of a run as one HTML file: nothing is loaded from anywhere, no script runs, any browser shows it without a network.

Whatever comes from files or people is escaped here, and only here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sim.report.answer import Answer, Figure, Table
from sim.report.font import embedded
from sim.report.markup import escaped as _text
from sim.words import _, spoken

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; form-action 'none'; base-uri 'none'"
"""What the browser may do with the page: show it."""


@dataclass(frozen=True)
class Section:
    """A part of the page: title, what it shows, charts (SVG made by `theme`), tables, and tables to be opened on demand."""

    key: str
    title: str
    about: str
    charts: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    folded: tuple[Table, ...] = ()


def page(answer: Answer, sections: tuple[Section, ...]) -> str:
    """The report, in the language spoken now."""
    body = "\n".join(
        [*_first_screen(answer), "<main>", *(part for section in sections for part in _section(section)), "</main>", *_footer(answer)]
    )
    language = {"zh": "zh-CN", "en": "en"}[spoken()]
    title = _text(" · ".join((answer.title, _("refund desk"))))
    font = embedded(body + title, "".join(chart for section in sections for chart in section.charts))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>\n{_style()}{font}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _first_screen(answer: Answer) -> Iterator[str]:
    yield "<header>"
    yield f"<h1>{_text(answer.title)}</h1>"
    yield f"<p>{_text(answer.period)}</p>"
    yield f'<p class="sentence {answer.state}">{_text(answer.sentence)}</p>'
    yield '<dl class="figures">'
    yield from map(_figure, answer.figures)
    yield "</dl>"
    if answer.by_hand:
        check = _text(_("Check it by hand:"))
        yield f'<p class="by-hand"><strong>{check}</strong> {_text(answer.by_hand)}</p>'
    if answer.notes:
        yield '<ul class="notes">'
        yield from (f"<li>{_text(note)}</li>" for note in answer.notes)
        yield "</ul>"
    yield "</header>"


def _figure(figure: Figure) -> str:
    about = f'<dd class="about">{_text(figure.about)}</dd>' if figure.about else ""
    return f'<div class="figure {figure.state}"><dt>{_text(figure.name)}</dt><dd class="value">{_text(figure.value)}</dd>{about}</div>'


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{section.key}" aria-labelledby="{section.key}-title">'
    yield f'<h2 id="{section.key}-title">{_text(section.title)}</h2>'
    yield f"<p>{_text(section.about)}</p>"
    yield from (_wide(chart, " · ".join((section.title, _("chart")))) for chart in section.charts)
    for table in section.tables:
        if len(section.tables) > 1:
            yield f"<h3>{_text(table.title)}</h3>"
        yield _table(table)
    for table in section.folded:
        yield f"<details><summary>{_text(table.title)}</summary>{_table(table)}</details>"
    yield "</section>"


def _table(table: Table) -> str:
    if not table.rows:
        nothing = _text(table.nothing or _("Nothing to show."))
        return f"<p>{nothing}</p>"
    heads = "".join(f'<th scope="col"{_number(column.number)}>{_text(column.title)}</th>' for column in table.columns)
    rows = []
    for at, row in enumerate(table.rows):
        cells = []
        for place, (column, text) in enumerate(zip(table.columns, row, strict=True)):
            classes = " ".join(name for name, given in (("number", column.number), ("bad", (at, place) in table.alarms)) if given)
            attribute = f' class="{classes}"' if classes else ""
            cells.append(
                f'<th scope="row">{_text(text)}</th>' if place == 0 and not column.number else f"<td{attribute}>{_text(text)}</td>"
            )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    content = f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return _wide(content, table.title)


def _wide(content: str, label: str) -> str:
    """Room of its own for what may be wider than a phone: it scrolls, also by keyboard."""
    return f'<div class="wide" tabindex="0" role="group" aria-label="{_text(label)}">{content}</div>'


def _footer(answer: Answer) -> Iterator[str]:
    heading = _text(_("How this was made"))
    yield f'<footer><h2>{heading}</h2><dl class="made">'
    yield from (f"<dt>{_text(name)}</dt><dd>{_text(value)}</dd>" for name, value in answer.made)
    yield "</dl></footer>"


def _number(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


@cache
def _style() -> str:
    return resources.files("sim.report").joinpath("page.css").read_text("utf-8")
