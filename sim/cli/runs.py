"""`refund-desk runs`: what is kept of earlier replications, what they say, and making room."""

import sys

from sim.cli.show import show_table
from sim.errors import BadInput, msgid, nearest_name
from sim.measure.figures import metrics
from sim.report import format
from sim.report.answer import Column, Table
from sim.report.figures import with_unit
from sim.report.untrusted import in_a_line
from sim.study.intervals import Interval, mean_of, ratio_of
from sim.study.store import Kept, Store, figures
from sim.words import _, either

SHOWN = 12
"""Digits of a hash that are shown."""


def list_runs() -> None:
    """Print what is kept, scenario by scenario."""
    store = Store()
    kept = store.kept()
    rows = tuple(
        (
            in_a_line(each.name),
            each.hash[:SHOWN],
            str(each.seed),
            _("as expected") if each.size is None else _("size {number}").format(number=each.size),
            format.count(each.replications),
            _("this version") if each.is_current else _("another version"),
            f"{each.written.astimezone():%Y-%m-%d %H:%M}",
            _megabytes(each.bytes),
        )
        for each in kept
    )
    titles = (_("scenario"), _("hash"), _("seed"), _("size of the sale"), _("replications"), _("made by"), _("written"), _("on disk"))
    columns = tuple(Column(title, number=place in (2, 4, 7), spare=place == 3) for place, title in enumerate(titles))
    about = _("{count} in {folder}").format(count=len(rows), folder=store.folder)
    show_table(Table("runs", about, "", columns, rows, nothing=_("Nothing is kept yet.")))


def show_run(word: str) -> None:
    """Print the figures of one scenario's replications. Raises BadInput for a name or hash that is not kept."""
    store = Store()
    kept = _meant(word, store.kept())
    query = (
        "select address, list(value order by replication), list(part order by replication), list(whole order by replication) from figures"
        " where hash = ? and code = ? and seed = ? and size is not distinct from ? and engine = ?"
        " group by address having count(value) = count(*)"
    )
    rows_found = figures(store, query, (kept.hash, kept.code, kept.seed, kept.size, kept.engine))
    found = {address: columns for address, *columns in rows_found}
    rows = []
    for code, metric in metrics().items():
        for address in (code, *(f"{code}.{statistic}" for statistic in metric.statistics)):
            if address in found:
                name = either(metric) + (f" ({address.removeprefix(code + '.')})" if address != code else "")
                rows.append((address, *_shown(_interval(metric.unit, *found[address]), metric.unit), name))
    title = _("{name} · seed {seed} · {count} replications").format(
        name=in_a_line(kept.name), seed=kept.seed, count=format.count(kept.replications)
    )
    numbers = (Column(title) for title in (_("mean"), _("lower"), _("upper")))
    columns = (Column(_("address"), number=False), *numbers, Column(_("figure"), number=False, spare=True))
    show_table(Table("figures", title, "", columns, tuple(rows), nothing=_("Nothing to show.")))


def clean_runs(everything: bool) -> None:
    """Delete what nobody will read again (damaged files, other versions of the program), or all of it."""
    store = Store()
    unsound = store.unsound()
    others = tuple(file for each in store.kept() if everything or not each.is_current for file in sorted(each.folder.glob("block-*")))
    files = tuple(dict.fromkeys((*unsound, *others)))
    freed = store.remove(files)
    sys.stdout.write(
        _("{count} files deleted, {size} freed in {folder}.").format(
            count=format.count(len(files)), size=_megabytes(freed), folder=in_a_line(str(store.folder), 500)
        )
        + "\n"
    )


def _meant(word: str, kept: tuple[Kept, ...]) -> Kept:
    """The latest that a name or the first digits of a hash mean."""
    found = [each for each in kept if each.name == word or (len(word) >= 4 and each.hash.startswith(word.lower()))]
    if not found:
        names = sorted({each.name for each in kept})
        allowed = msgid("a scenario's name or the first digits of its hash, as `refund-desk runs list` shows them")
        raise BadInput("nothing of that name is kept", field="RUN", value=word, allowed=allowed, nearest=nearest_name(word, names))
    return max(found, key=lambda each: (each.is_current, each.written))


def _interval(unit: str, values: list[float], parts: list[float | None], wholes: list[float | None]) -> Interval:
    """A figure over its replications: of a share the ratio of sums, as everywhere."""
    ratios = [(part, whole) for part, whole in zip(parts, wholes, strict=True) if part is not None and whole is not None]
    of_share = ratio_of(ratios) if unit == "share" and len(ratios) == len(values) else None
    return of_share or mean_of(values)


def _shown(interval: Interval, unit: str) -> tuple[str, str, str]:
    return with_unit(interval.mean, unit), with_unit(interval.low, unit), with_unit(interval.high, unit)


def _megabytes(size: int) -> str:
    return _("{size} MB").format(size=f"{size / 1_000_000:,.1f}")
