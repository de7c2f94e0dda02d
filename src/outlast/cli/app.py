"""The ``outlast`` command: its sub-commands by name, loaded when called, and what becomes of an error.

It knows the list of commands. It does not know what any of them does: each is one module of this room with a
click command of the same name in it.
"""

import gc
import importlib
import keyword
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

import click

from outlast import __version__
from outlast.cli.broken_output import has_stdout, is_of_output, leave_stdout, reason
from outlast.cli.exits import FINDINGS, FINE, UNFINISHED, USAGE, exit_code
from outlast.errors import OutlastError

COMMANDS: Final[Mapping[str, str]] = {
    "demo": "A model retires, its application goes on, and its successor is put to the proof.",
    "init": "Write a commented outlast.toml to start from.",
    "serve": "Run the gateway: an OpenAI-compatible API whose model names outlast their models.",
    "reload": "Have the running gateway read its configuration again.",
    "doctor": "Look at configuration, keys, record, disk, clock, catalogue, providers and each model's next 90 days.",
    "config": "Show or check the configuration.",
    "models": "What is known of models: life cycle per surface, successors, prices, abilities.",
    "catalog": "The catalogue: take newer claims over, see its age and sources, hand it on.",
    "explain": "Print the plan for a model NAME: every attempt in order, every dropped candidate with its reason.",
    "horizon": "Show when the models behind this configuration and its traffic end, and what each move costs.",
    "notices": "Tell whoever depends on a model, in time, that it ends.",
    "brownout": "Take a name away for some announced minutes: forgotten callers show themselves before the real day.",
    "policy": "Retire models of one's own as promised: check it before it is announced, and print the page.",
    "price": "Show list prices of MODELs, or compare two: per million tokens, and per month on a token mix.",
    "usage": "Add up the recorded calls: count, cost and tokens, as the providers reported them.",
    "keys": "Keys of this gateway: who may call, what they may use and how much of it.",
    "users": "Who may log in to the chat: accounts, their roles and plans.",
    "chat": "What people said in the chat, handed out; temporary conversations are in none of it.",
    "talk": "Talk to the local engine on this terminal: type, or give a sound or a picture.",
    "db": "The record's file: a copy of it, whether it is whole, how large it is.",
    "import": "Bring requests from FILES, so that capture and replay can ask them again.",
    "capture": "Draw two answers to each sampled request from NAME's model, while it lives.",
    "replay": "May a candidate take over NAME's traffic? Ask it the recorded requests, and judge.",
    "report": "Show what the latest replay of NAME found, with its worst disagreements side by side.",
    "probe": "Ask NAME's model keyed questions: does it flip, mirror, endorse delusions, refuse, preach?",
    "blind": "Let people say which answer is better, NAME's or a candidate's, and judge by what they say.",
    "verdict": "May the candidate take over? Show the latest replay of NAME, or judge PAIRS.",
    "tone": "How an assistant sounds: 27 features of style, without a model.",
    "rollout": "Move a virtual model from A to B in stages, watched by guards; and back, with one word.",
    "pin": "Keys and users who choose for themselves: A, the old model while it lives, or B, the new one.",
}
"""Each with its sentence in the list, so that the list is shown without loading them all."""


class LazyGroup(click.Group):
    """Imports a command's module only when it is called: ``outlast usage`` never loads the server."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command in the order of a first use."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        with _uncollected():
            command = getattr(importlib.import_module(f"outlast.cli.{module}"), module)
        assert isinstance(command, click.Command)  # noqa: S101 - a defect of ours, not an input
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list, from the table."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Modules leave no garbage behind: looking for it takes an eighth of the time that they take."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="outlast")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def app(*, debug: bool) -> None:
    """Software and people outlast the models they depend on."""
    del debug


def run(arguments: Sequence[str]) -> int:
    """Run one command line; every error becomes a message on stderr and an exit code."""
    debug = "--debug" in arguments
    has_stdout()
    try:
        result = app.main(list(arguments), prog_name="outlast", standalone_mode=False)
        sys.stdout.flush()
    except OutlastError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"outlast: {error}", err=True)
        return exit_code(error)
    except click.exceptions.Abort:
        click.echo("outlast: stopped", err=True)
        return FINDINGS
    except click.ClickException as error:
        _show(error)
        return USAGE
    except (BrokenPipeError, SystemExit):  # a reader like `head` has had enough; SystemExit is click's word for it
        leave_stdout()
        return FINE
    except Exception as error:  # noqa: BLE001 - the boundary of the program: a defect of ours becomes a message
        if debug:
            traceback.print_exc()
        _tell(error)
        return UNFINISHED
    return result if isinstance(result, int) else 0


def _tell(error: Exception) -> None:
    """What Outlast does not report itself: a result that could not be written, or a defect."""
    if isinstance(error, OSError) and is_of_output(error):
        leave_stdout()
        click.echo(f"outlast: the result cannot be written to stdout: {reason(error)}", err=True)
    else:
        click.echo(f"outlast: a defect in Outlast: {type(error).__name__}: {error} (--debug shows where)", err=True)


def _show(error: click.ClickException) -> None:
    """A wrong command line, in one line like every other error; the help where nothing was asked for at all."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"; `{context.command_path} --help` shows how" if context else ""
    click.echo(f"outlast: {error.format_message().rstrip('.')}{hint}", err=True)
