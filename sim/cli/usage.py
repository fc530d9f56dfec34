"""Typer's own words in the user's language: headings of the help, and what is said of a command line that is wrong."""

import re
from typing import Any

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from sim.errors import BadInput, msgid, nearest_name
from sim.words import _

PROGRAM = "refund-desk"


class Command(TyperCommand):
    """A command whose help speaks the user's language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> Any:
        return [_without_type(param) for param in super().get_params(ctx)]


class Group(TyperGroup):
    """The same for the program as a whole; an unknown command is told with the nearest name."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _usage(self, ctx, formatter)

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))

    def get_params(self, ctx: Any) -> Any:
        return [_without_type(param) for param in super().get_params(ctx)]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        names = self.list_commands(ctx)
        if args and args[0] not in names and not args[0].startswith("-"):
            raise BadInput("no such command", value=args[0], allowed=names, nearest=nearest_name(args[0], names))
        return super().resolve_command(ctx, args)


def _usage(command: Any, ctx: Any, formatter: Any) -> None:
    pieces = " ".join(piece.strip("{}") for piece in command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage:") + " ")


def _without_type(param: Any) -> Any:
    """What a value is called stands in the help, its Python type does not."""
    if param.metavar is None or getattr(param, "param_type_name", "") == "argument":
        param.display_type_rich = lambda ctx: None
    return param


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help = _("Show this text and stop.")
    return option


def translate_help() -> None:
    """Set the headings that Typer puts over parts of a help text."""
    rich_utils.ARGUMENTS_PANEL_TITLE = _("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = _("Options")
    rich_utils.COMMANDS_PANEL_TITLE = _("Commands")
    rich_utils.DEFAULT_STRING = _("[default: {}]")
    rich_utils.REQUIRED_LONG_STRING = _("[required]")


def is_usage_error(error: Exception) -> bool:
    """Whether Typer raised it about the command line (its classes for that are not public)."""
    return hasattr(error, "format_message") and hasattr(error, "exit_code")


def usage_error(error: Any) -> BadInput:
    """What Typer says of a command line, as bad input that can be told in either language."""
    kind = type(error).__name__
    if kind == "NoSuchOption":
        known = [name for param in error.ctx.command.get_params(error.ctx) for name in param.opts] if error.ctx else []
        known = [name for name in known if name.startswith("--")]
        return BadInput("no such option", value=error.option_name, allowed=known or None, nearest=nearest_name(error.option_name, known))
    if kind == "MissingParameter" and error.param is not None:
        return BadInput("is missing", field=error.param.metavar or error.param.name, allowed=_help_hint(error))
    if kind == "BadOptionUsage":
        needs = "requires" in error.message
        return BadInput(msgid("needs a value") if needs else msgid("takes no value"), field=error.option_name)
    extra = re.search(r"extra arguments?(?:\(s\))?\s*\((.*)\)", error.format_message(), re.DOTALL)
    if extra:
        return BadInput("is one argument too many", value=extra[1], allowed=_help_hint(error))
    return BadInput("{reason}", reason=error.format_message().rstrip("."))


def _help_hint(error: Any) -> list[str] | None:
    return [error.ctx.get_usage().removeprefix(_("Usage:")).strip()] if error.ctx else None
