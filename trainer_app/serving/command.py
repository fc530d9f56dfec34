"""The program `python -m trainer_app`: its options, and what is wrong with them in the person's language."""

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from sim import words
from sim.cli.places import whole_number
from sim.cli.serve import LARGEST_PORT, PORT
from sim.cli.speak import say
from sim.cli.usage import Command, is_usage_error, translate_help, usage_error
from sim.errors import BadInput, each_problem
from sim.report.untrusted import LONGEST, in_a_line
from trainer_app.words import _

PROGRAM = "python -m trainer_app"
FAILED, BAD_INPUT = 1, 2
DEBUG = "REFUND_DESK_DEBUG"


def run(arguments: Sequence[str]) -> int:
    """Serve the app as these arguments say; returns the exit status."""
    try:
        _speak()
        result = build()(list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except BadInput as error:
        return _bad_input(error)
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        if is_usage_error(error):
            status = _bad_input(usage_error(error))
            say(_("`{program} --help` lists commands and options.").format(program=PROGRAM))
            return status
        if os.environ.get(DEBUG):
            raise
        say(_("It could not be finished: {reason}").format(reason=f"{type(error).__name__}: {error}"))
        say(_("{variable}=1 shows where it happened.").format(variable=DEBUG))
        return FAILED
    return int(result or 0)


def _bad_input(error: BadInput) -> int:
    for problem in each_problem(error):
        say(in_a_line(problem.text(_), LONGEST))
    return BAD_INPUT


def _speak() -> None:
    try:
        words.use()
    except LookupError as unknown:
        words.use("en")
        raise BadInput("is none of the allowed words", field=words.VARIABLE, value=str(unknown.args[0]), allowed=words.LOCALES) from None


def build() -> typer.Typer:
    """The program, with its help in the language spoken now."""
    translate_help()
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")

    @app.command(
        cls=Command,
        help=_("Open the app in the browser: managers try staffing and rules, trainees practise refunds. Ctrl-C ends it."),
        options_metavar=_("[OPTIONS]"),
    )
    def app_command(
        port: Annotated[str, typer.Option("--port", metavar="N", help=_("The port of 127.0.0.1 that it is served at."))] = str(PORT),
        no_browser: Annotated[bool, typer.Option("--no-browser", help=_("Do not open a browser."))] = False,
        database: Annotated[
            str,
            typer.Option(
                "--database",
                metavar="URL",
                help=_("The database: sqlite:///… or postgresql+psycopg://…; default: {variable}, else a file in the data folder.").format(
                    variable="REFUND_DESK_DATABASE"
                ),
            ),
        ] = "",
    ) -> int:
        number = whole_number(port, "--port", 1, LARGEST_PORT)
        from trainer_app.server import serve

        return serve(number, database or None, not no_browser)

    return app
