"""How the first screen's figures lie over the sizes that a sale may have: the doubt about the demand, apart from luck."""

from sim.measure.figures import metrics
from sim.report import format
from sim.report.answer import Column, Table
from sim.report.figures import with_unit
from sim.study.replicate import Replicated
from sim.words import _, either

SHOWN = (
    "first_response_within_30min",
    "short_staffed",
    "backlog",
    "completion_hours",
    "auto_refund_count",
    "double_loss_amount",
    "total_cost",
)


def sizes(run: Replicated) -> Table | None:
    """The figures at the expected size, and their middle and range over the sizes drawn; None where none were drawn."""
    told = run.document.get("sizes")
    if told is None:
        return None
    rows = []
    for code in SHOWN:
        expected, over = run.document["kpis"][code], told["kpis"][code]
        unit = expected["unit"]
        rows.append(
            (either(metrics()[code]), *(with_unit(each, unit) for each in (expected["mean"], over["low"], over["mid"], over["high"])))
        )
    drawn = sorted(told["drawn"])
    about = _(
        "{count} sizes of the sale, from {least} to {most} of what is expected, each with the same luck. Nine in ten lie from lower to"
        " upper; more runs do not narrow this."
    ).format(count=format.count(told["count"]), least=format.share(drawn[0]), most=format.share(drawn[-1]))
    if "slips" in told:
        slips = [slip for each in told["slips"] for slip in each.values()]
        skill = _("How often people take a wrong path is drawn with it, as far as it is known: {least} to {most}.")
        range_told = skill.format(least=format.share(min(slips)), most=format.share(max(slips)))
        about = _("{first} {second}").format(first=about, second=range_told)
    return Table(
        "sizes",
        _("If the sale is smaller or larger"),
        about,
        (
            Column(_("figure"), number=False),
            Column(_("as expected")),
            Column(_("lower")),
            Column(_("middle"), spare=True),
            Column(_("upper")),
        ),
        tuple(rows),
    )
