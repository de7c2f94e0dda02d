"""``outlast chat rehearse``: the story of a model that leaves, played in the real chat with simulated models.

It knows the flags, and how the day is moved from a terminal. It does not know the story (``chat.rehearsal``).
"""

import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import click

from outlast.chat.rehearsal import CONFIGURATION, NAMES, PACE, Story, stories, story, told
from outlast.cli.output import note, print_json
from outlast.cli.serve import run, warnings
from outlast.settings import Settings
from outlast.wiring import open_knowledge
from outlast.wiring.played import Played
from outlast.wiring.process import Start
from outlast.wiring.serving import Gateway
from outlast.wiring.source import source_of


@click.command()
@click.option("--story", "name", type=click.Choice(NAMES), help="Begin with this part.  [default: the first]")
@click.option("--step", is_flag=True, help="The terminal leads: Enter plays the next day.")
@click.option("--list", "listed", is_flag=True, help="Print the days and what happens on them; nothing is started.")
@click.option("--port", type=click.IntRange(0, 65535), default=4141, show_default=True, help="0 takes a free one.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", help="With --list.")
@click.option("--quiet", is_flag=True, help="No notes.")
def rehearse(*, name: str | None, step: bool, listed: bool, port: int, format_: str, quiet: bool) -> None:
    """Play the story of GPT-4o in the chat and the API, day by day, with SIMULATED models.

    \b
      outlast chat rehearse                      a gateway of its own; /rehearsal moves the day
      outlast chat rehearse --story switch --step
      outlast chat rehearse --story end --list   the days, in the terminal

    No key, no network. The days and what happens on them are the catalogue's. Records keep real time; no notice is sent
    and no claim written. What was said is gone when it ends.
    """
    knowledge = open_knowledge(Settings())
    played = stories(knowledge) if name is None else (story(name, knowledge),)
    if listed:
        _print(played, as_json=format_ == "json")
        return
    first = played[0].steps[0].day
    with tempfile.TemporaryDirectory(prefix="outlast-rehearsal-") as folder:
        config = Path(folder) / "outlast.toml"
        config.write_text(CONFIGURATION, encoding="utf-8")
        (config.parent / "pace.toml").write_text(PACE, encoding="utf-8")

        opened: list[Played] = []

        def begun(start: Start, gateway: Gateway) -> Sequence[str]:
            if gateway.held.played is not None:
                opened.append(gateway.held.played)
            return (*warnings(start, gateway), "/rehearsal moves the day; Ctrl-C ends it")

        def lead() -> None:
            for each in opened if step else ():
                _lead(played, each)

        source = source_of(config, host=None, port=port, workers=None)
        run(source, today=first, quiet=quiet, advise=begun, then=lead)


def _lead(parts: Sequence[Story], played: Played) -> None:
    """Move the day at each Enter, beside the gateway; the end of the input leaves the last day as it is."""

    def go() -> None:
        for part in parts:
            note(f"\n== {part.title}")
            for each in part.steps:
                played.move(each.day)
                note(told(each))
                note("Enter plays the next day.")
                if not sys.stdin.readline():
                    return
        note("The story is at its end; the gateway stays.")

    threading.Thread(target=go, name="rehearsal", daemon=True).start()


def _print(parts: Sequence[Story], *, as_json: bool) -> None:
    if as_json:
        print_json(parts)
        return
    for part in parts:
        click.echo(f"{part.name}: {part.title}")
        for each in part.steps:
            click.echo(told(each))
