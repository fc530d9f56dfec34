"""The commands and their options. What they do lies in modules of their own, imported when a command runs."""

import io
import os
import sys
from typing import Annotated

import typer

from sim import words
from sim.cli.serve import LARGEST_PORT, PORT, serve_app
from sim.cli.speak import say, say_bad_input
from sim.cli.usage import PROGRAM, Command, Group, is_usage_error, translate_help, usage_error
from sim.errors import BadInput
from sim.words import _

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
"""Exit statuses."""

DEBUG = "REFUND_DESK_DEBUG"
MOST_REPLICATIONS = 1_000
LARGEST_SEED = 2**63 - 1

USUAL = "first_response_within_30min, completion_hours, total_cost"
"""What is judged unless something else is named: sim.study.compare.USUAL, which help must not import."""


class FailedRun(RuntimeError):
    """A run that came to an end but must not be believed; its text is in the user's language."""


def run_command(arguments: list[str]) -> int:
    """Run the command line in the user's language; returns the exit status."""
    _never_stumble_over_characters()
    try:
        arguments = _speak_as_asked(arguments)
        result = build()(arguments or ["--help"], prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
    except BadInput as error:
        say_bad_input(error)
        return BAD_INPUT
    except BrokenPipeError:  # whoever read the output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (KeyboardInterrupt, typer.Abort):
        return _stopped()
    except FailedRun as error:
        say(str(error))
        return FAILED
    except Exception as error:
        if is_usage_error(error):
            say_bad_input(usage_error(error))
            say(_("`{program} --help` lists commands and options.").format(program=PROGRAM))
            return BAD_INPUT
        if os.environ.get(DEBUG):
            raise
        return _failed(error)
    return _stopped() if result == STOPPED else int(result or DONE)


def _stopped() -> int:
    say("\n" + _("Stopped. Nothing was left half written."))
    return STOPPED


def _failed(error: Exception) -> int:
    """The last word where something is wrong that is not the user's fault."""
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, OSError):
        say(_("It could not be finished: {reason}").format(reason=reason))
    else:
        say(_("The run failed: {reason}").format(reason=reason))
        say(_("This is a fault of the program. {variable}=1 shows where it happened.").format(variable=DEBUG))
    return FAILED


def _never_stumble_over_characters() -> None:
    """A terminal that cannot show a character shows a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _speak_as_asked(arguments: list[str]) -> list[str]:
    """Set the language, wherever `--lang` stands; returns the arguments without it."""
    rest: list[str] = []
    asked: str | None = None
    remaining = iter(arguments)
    for word in remaining:
        if word == "--":
            rest += [word, *remaining]
        elif word == "--lang":
            asked = next(remaining, "")
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
        else:
            rest.append(word)
    try:
        if asked == "":
            raise LookupError(asked)
        words.use(asked)
    except LookupError as unknown:
        words.use("en")
        field = words.VARIABLE if asked is None else "--lang"
        raise BadInput("is none of the allowed words", field=field, value=str(unknown.args[0]), allowed=words.LOCALES) from None
    return rest


def _version(asked: bool) -> None:
    if asked:
        from sim.report.version import version

        typer.echo(f"{PROGRAM} {version()}")
        raise typer.Exit


def build() -> typer.Typer:
    """The program, with its help in the language spoken now."""
    translate_help()
    app = typer.Typer(
        cls=Group,
        help=_("Simulates the refund work of an online shop: who waits how long, which handoffs are late, what it costs."),
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND …"),
    )
    scenario_help = _("A scenario: a TOML file, or the name of one that ships with the program (busy-week).")
    overlay_option = typer.Option(
        "--overlay", metavar="FILE", help=_("A file, or a shipped policy's name, with what differs. May be repeated.")
    )
    history_option = typer.Option("--history", metavar="FILE", help=_("Replay this refund export (千牛, CSV or XLSX) instead."))
    forecast_option = typer.Option(
        "--forecast", metavar="FILE", help=_("Expected orders per day or per hour (CSV or XLSX), for a scenario that draws orders.")
    )
    scale_option = typer.Option("--scale", metavar="X", help=_("Times the scenario's demand: 1.5 is half as much again."))
    sizes_option = typer.Option(
        "--sizes", metavar="N", help=_("How sure the sale's size is: try N sizes of it, and show how far the figures lie apart.")
    )
    seed_option = typer.Option("--seed", metavar="N", help=_("Another number is another luck; the same number is the same run."))

    @app.callback()
    def options(
        lang: Annotated[
            str,
            typer.Option(
                "--lang", metavar="zh|en", help=_("Language; default: {variable}, else the system's.").format(variable=words.VARIABLE)
            ),
        ] = "",
        version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help=_("Show the version and stop."))] = False,
    ) -> None:
        """Options of every command."""

    @app.command(
        cls=Command,
        help=_("Simulate a scenario: the answer in the terminal, the report and all figures with --out."),
        options_metavar=_("[OPTIONS]"),
    )
    def run(
        scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=scenario_help, show_default=False)],
        overlay: Annotated[list[str] | None, overlay_option] = None,
        history: Annotated[str | None, history_option] = None,
        forecast: Annotated[str | None, forecast_option] = None,
        scale: Annotated[str, scale_option] = "1",
        seed: Annotated[str, seed_option] = "0",
        replications: Annotated[
            str, typer.Option("--replications", metavar="N", help=_("Runs with different luck; from 2 on figures carry an interval."))
        ] = "1",
        sizes: Annotated[str, sizes_option] = "0",
        engine: Annotated[
            str,
            typer.Option(
                "--engine", metavar="compiled|simpy", help=_("The fast engine, or the reference in SimPy; both give the same log.")
            ),
        ] = "compiled",
        out: Annotated[
            str | None, typer.Option("--out", metavar="DIR", help=_("Write the report (index.html), results, log and manifest there."))
        ] = None,
        json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document with all figures, and nothing else."))] = False,
    ) -> None:
        from sim.cli.places import Asked, one_of, scale_of, whole_number
        from sim.cli.run import Wanted, run_scenario

        wanted = Wanted(
            Asked(scenario, tuple(overlay or ()), history, forecast, scale_of(scale, "--scale")),
            whole_number(seed, "--seed", 0, LARGEST_SEED),
            whole_number(replications, "--replications", 1, MOST_REPLICATIONS),
            whole_number(sizes, "--sizes", 0, MOST_REPLICATIONS),
            one_of(engine, "--engine", ("compiled", "simpy")),
            out,
            json,
        )
        run_scenario(wanted)

    @app.command(
        cls=Command,
        help=_("Compare policies on the same requests: what each changes, whether that is more than luck, what it costs."),
        options_metavar=_("[OPTIONS]"),
    )
    def compare(
        scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=scenario_help, show_default=False)],
        policy: Annotated[
            list[str] | None,
            typer.Option(
                "--policy",
                metavar="FILE",
                help=_("A policy to compare: a file, or the name of one that ships. May be repeated."),
            ),
        ] = None,
        experiment: Annotated[
            str | None,
            typer.Option("--experiment", metavar="FILE", help=_("Instead: all combinations of several settings, as a file says.")),
        ] = None,
        metric: Annotated[
            list[str] | None,
            typer.Option(
                "--metric",
                metavar="ADDRESS",
                help=_("What is judged, such as completion_hours.path_4.p90. May be repeated; default: {metrics}.").format(metrics=USUAL),
            ),
        ] = None,
        precision: Annotated[
            str | None,
            typer.Option("--precision", metavar="X", help=_("Go on until every difference is known to ± X times the figure: 0.02.")),
        ] = None,
        replications: Annotated[
            str | None, typer.Option("--replications", metavar="N", help=_("Pairs of runs, where no precision is asked for (20)."))
        ] = None,
        best: Annotated[
            str | None,
            typer.Option("--best", metavar="ADDRESS", help=_("Also pick the best by this figure, right 95 times in 100.")),
        ] = None,
        zone: Annotated[
            str | None, typer.Option("--zone", metavar="X", help=_("The smallest difference that matters, in the unit of that figure."))
        ] = None,
        guesses: Annotated[
            bool,
            typer.Option("--guesses", help=_("Also try every guessed input lower and higher: which of them decides. Takes minutes.")),
        ] = False,
        overlay: Annotated[list[str] | None, overlay_option] = None,
        history: Annotated[str | None, history_option] = None,
        forecast: Annotated[str | None, forecast_option] = None,
        scale: Annotated[str, scale_option] = "1",
        sizes: Annotated[str, sizes_option] = "0",
        seed: Annotated[str, seed_option] = "0",
        cluster: Annotated[
            str | None,
            typer.Option("--cluster", metavar="ADDRESS", help=_("Simulate on the workers of this Dask scheduler.")),
        ] = None,
        out: Annotated[
            str | None, typer.Option("--out", metavar="DIR", help=_("Write the report (index.html), results, figures and manifest there."))
        ] = None,
        json: Annotated[bool, typer.Option("--json", help=_("Print one JSON document with all figures, and nothing else."))] = False,
    ) -> None:
        from sim.cli.compare import Wanted, best_of, compare_policies
        from sim.cli.places import Asked, number_above_0, scale_of, whole_number

        wanted = Wanted(
            Asked(scenario, tuple(overlay or ()), history, forecast, scale_of(scale, "--scale")),
            tuple(policy or ()),
            experiment,
            tuple(metric or ()),
            None if precision is None else number_above_0(precision, "--precision"),
            None if replications is None else whole_number(replications, "--replications", 2, MOST_REPLICATIONS),
            whole_number(seed, "--seed", 0, LARGEST_SEED),
            whole_number(sizes, "--sizes", 0, MOST_REPLICATIONS),
            best_of(best, zone),
            guesses,
            cluster,
            out,
            json,
        )
        compare_policies(wanted)

    @app.command(
        cls=Command,
        help=_("Is the scenario sound? Errors name file, line, field, value and the nearest name."),
        options_metavar=_("[OPTIONS]"),
    )
    def check(
        scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=scenario_help, show_default=False)],
        overlay: Annotated[list[str] | None, overlay_option] = None,
        forecast: Annotated[str | None, forecast_option] = None,
        scale: Annotated[str, scale_option] = "1",
    ) -> None:
        from sim.cli.check import check_scenario
        from sim.cli.places import Asked, scale_of

        check_scenario(Asked(scenario, tuple(overlay or ()), None, forecast, scale_of(scale, "--scale")))

    @app.command(
        cls=Command,
        help=_("Tell what happened to one refund: who did what when, which clocks ran, what money moved."),
        options_metavar=_("[OPTIONS]"),
    )
    def trace(
        scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=scenario_help, show_default=False)],
        refund: Annotated[
            str, typer.Argument(metavar="REFUND", help=_("The refund's number, or its row in the workload as row:12."), show_default=False)
        ],
        overlay: Annotated[list[str] | None, overlay_option] = None,
        history: Annotated[str | None, history_option] = None,
        forecast: Annotated[str | None, forecast_option] = None,
        scale: Annotated[str, scale_option] = "1",
        seed: Annotated[str, seed_option] = "0",
    ) -> None:
        from sim.cli.places import Asked, scale_of, whole_number
        from sim.cli.trace import trace_refund

        asked = Asked(scenario, tuple(overlay or ()), history, forecast, scale_of(scale, "--scale"))
        trace_refund(asked, whole_number(seed, "--seed", 0, LARGEST_SEED), refund)

    @app.command(
        cls=Command,
        help=_("Draw the procedure as a map of its steps: as it is declared, or with the figures of a run on it."),
        options_metavar=_("[OPTIONS]"),
    )
    def map(
        scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help=scenario_help, show_default=False)] = None,
        overlay: Annotated[list[str] | None, overlay_option] = None,
        history: Annotated[str | None, history_option] = None,
        forecast: Annotated[str | None, forecast_option] = None,
        scale: Annotated[str, scale_option] = "1",
        seed: Annotated[str, seed_option] = "0",
        out: Annotated[
            str | None,
            typer.Option("--out", metavar="DIR", help=_("Write a page and five pictures (SVG, PNG) there; else tell the map in words.")),
        ] = None,
    ) -> None:
        from sim.cli.map import draw_map, need_a_scenario
        from sim.cli.places import Asked, scale_of, whole_number

        times = scale_of(scale, "--scale")
        if scenario is None:
            given = {"--overlay": overlay, "--history": history is not None, "--forecast": forecast is not None, "--scale": times != 1}
            need_a_scenario({option: bool(value) for option, value in given.items()})
        asked = None if scenario is None else Asked(scenario, tuple(overlay or ()), history, forecast, times)
        draw_map(asked, whole_number(seed, "--seed", 0, LARGEST_SEED), out)

    @app.command(
        "app",
        cls=Command,
        help=_("Open the app in the browser: managers try staffing and rules, trainees practise refunds. Ctrl-C ends it."),
        options_metavar=_("[OPTIONS]"),
    )
    def open_app(
        port: Annotated[str, typer.Option("--port", metavar="N", help=_("The port of 127.0.0.1 that it is served at."))] = str(PORT),
        no_browser: Annotated[bool, typer.Option("--no-browser", help=_("Do not open a browser."))] = False,
    ) -> int:
        from sim.cli.places import whole_number

        return serve_app(whole_number(port, "--port", 1, LARGEST_PORT), not no_browser)

    runs = typer.Typer(
        cls=Group,
        help=_("What is kept of earlier runs, so that the same call goes on where it stopped."),
        invoke_without_command=True,
        options_metavar=_("[OPTIONS]"),
        subcommand_metavar=_("COMMAND …"),
    )
    app.add_typer(runs, name="runs")

    @runs.callback()
    def kept(ctx: typer.Context) -> None:
        if ctx.invoked_subcommand is None:
            list_kept()

    @runs.command("list", cls=Command, help=_("List what is kept."), options_metavar=_("[OPTIONS]"))
    def list_kept() -> None:
        from sim.cli.runs import list_runs

        list_runs()

    @runs.command(cls=Command, help=_("Show the figures of one scenario's replications."), options_metavar=_("[OPTIONS]"))
    def show(
        run: Annotated[
            str, typer.Argument(metavar="RUN", help=_("A scenario's name, or the first digits of its hash."), show_default=False)
        ],
    ) -> None:
        from sim.cli.runs import show_run

        show_run(run)

    @runs.command(cls=Command, help=_("Delete what is damaged or made by other versions of the program."), options_metavar=_("[OPTIONS]"))
    def clean(everything: Annotated[bool, typer.Option("--all", help=_("Delete all that is kept."))] = False) -> None:
        from sim.cli.runs import clean_runs

        clean_runs(everything)

    return app
