"""``outlast tone``: how an assistant sounds, from transcripts; and two of them side by side.

It knows the command's options. It does not know features (``tone``), files (``cli.tone_files``) or how tables look
(``cli.tone_views``).
"""

from collections import defaultdict
from pathlib import Path

import click

from outlast.cli.exits import FINE
from outlast.cli.tone_files import read_turns
from outlast.cli.tone_views import print_bars, print_profiles
from outlast.errors import EvidenceInvalid
from outlast.tone.profile import Turn, compare, profile_of

FORMATS = ("text", "json", "markdown")
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
_PROFILE = "profile"


class FilesFirst(click.Group):
    """A group whose usual command needs no name: what is no command's name is a file of that one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the usual command's name before files and its options."""
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = [_PROFILE, *args]
        return super().parse_args(ctx, args)


@click.group(cls=FilesFirst)
def tone() -> None:
    """How an assistant sounds: 27 features of style, without a model.

    FILE is a transcript: JSON lines of {"messages": [...]}, {"text": "..."} or OpenAI's answers, or a page of plain
    text or Markdown; - is standard input. Code blocks and quotations are not the speaker's words. What cannot be
    measured in a language says so, and is never 0.

    \b
      outlast tone FILE…             profiles (`outlast tone profile --help` for options)
      outlast tone diff A B          two sides, a bar for each feature
    """


@tone.command(_PROFILE)
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--by",
    type=click.Choice(("file", "conversation", "turn")),
    default="file",
    show_default=True,
    help="One profile for each.",
)
@click.option("--language", default="", metavar="CODE", help="Of all turns, such as en; default: told by the text.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
def profile(files: tuple[Path, ...], *, by: str, language: str, format_: str) -> int:
    """The profile of each FILE: every feature's mean, and its spread between conversations."""
    groups: defaultdict[str, list[Turn]] = defaultdict(list)
    for file in files:
        for turn in _some(file, language):
            groups[_group(file, turn, by)].append(turn)
    print_profiles({name: profile_of(turns) for name, turns in groups.items()}, format_)
    return FINE


@tone.command()
@click.argument("a", type=_FILE)
@click.argument("b", type=_FILE)
@click.option("--language", default="", metavar="CODE", help="Of all turns, such as en; default: told by the text.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
def diff(a: Path, b: Path, *, language: str, format_: str) -> int:
    """How much B sounds unlike A, in units of the spread between A's own conversations.

    Turns are compared with turns of the same position in their conversations.
    """
    ours, theirs = _some(a, language), _some(b, language)
    print_bars(compare(ours, theirs), (str(a), str(b)), format_)
    return FINE


def _some(file: Path, language: str) -> list[Turn]:
    turns = list(read_turns(file, language))
    if not turns:
        raise EvidenceInvalid(f"{file}: no turn of an assistant is in it")
    return turns


def _group(file: Path, turn: Turn, by: str) -> str:
    if by == "file":
        return str(file)
    return turn.conversation if by == "conversation" else f"{turn.conversation} turn {turn.position}"
