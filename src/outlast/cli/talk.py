"""``outlast talk``: one conversation with the local engine on this terminal, without a gateway.

It knows the command's options, and what is typed, shown and heard. It does not know how any of it is answered
(``omni``).
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO, get_args

import click
import numpy as np

from outlast.cli.exits import FINE
from outlast.cli.output import note
from outlast.errors import MachineError, SettingsInvalid
from outlast.omni.encode import wav
from outlast.omni.engine import MOUTH_HZ, Ended, Heard, Manner, Opening, Said, Samples, Session, Spoken
from outlast.omni.snapshots import snapshots
from outlast.omni.waves import decode
from outlast.providers.local.pictures import pixels
from outlast.providers.local.shelf import Shelf
from outlast.settings import ProviderSettings, Settings, load_settings
from outlast.settings.built_in import is_packaged
from outlast.settings.chat import Base, Degree

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@dataclass(slots=True)
class _Turn:
    """What goes into the first turn beside text."""

    sounds: Sequence[Path]
    pictures: Sequence[Path]
    spoken: list[Samples] = field(default_factory=list)
    """What came back, of all turns."""


@click.command()
@click.argument("text", required=False)
@click.option("--model", metavar="NAME", help="PROVIDER/MODEL of the configuration, or a name in FILE.")
@click.option("--file", type=_FILE, help="Weights to talk to, whatever the configuration says.")
@click.option("--audio", "audio", type=_FILE, multiple=True, help="What you say: WAV. May be given several times.")
@click.option("--image", "image", type=_FILE, multiple=True, help="What you show: PNG. May be given several times.")
@click.option("--speak", type=click.Path(path_type=Path, dir_okay=False), help="Write the spoken answers as WAV.")
@click.option("--base", type=click.Choice(get_args(Base)), default="default", show_default=True)
@click.option("--warmth", type=click.Choice(get_args(Degree)), default="default", show_default=True)
@click.option("--enthusiasm", type=click.Choice(get_args(Degree)), default="default", show_default=True)
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="Default: ./outlast.toml, if there.")
def talk(  # noqa: PLR0913 - one parameter for each option, as click passes them
    *,
    text: str | None,
    model: str | None,
    file: Path | None,
    audio: tuple[Path, ...],
    image: tuple[Path, ...],
    speak: Path | None,
    base: Base,
    warmth: Degree,
    enthusiasm: Degree,
    config: Path | None,
) -> int:
    """Talk to the local engine: say TEXT, or type line by line until the input ends.

    Pictures and sounds belong to the first turn. Without --model the configuration's first model of kind
    "local" answers, else the newest snapshot that comes with Outlast.

    \b
      outlast talk "what is 27 plus 58?"
      outlast talk --audio asked.wav --image shapes.png --speak answer.wav
      outlast talk --model local/omni-mini-1 --warmth more "hello"
    """
    shelf, name = _found(load_settings(config) if file is None else None, file, model)
    manner = Manner(base=base, warmth=warmth, enthusiasm=enthusiasm)
    session = shelf.engine(shelf.name(name)).open(Opening(manner=manner, aloud=speak is not None))
    turn = _Turn(audio, image)
    _show(session, turn)
    for line in _lines(text, shown=bool(audio or image)):
        session.push_text(line)
        _answer(session, turn)
    if speak is not None:
        _write(speak, turn.spoken)
    return FINE


def _found(settings: Settings | None, file: Path | None, model: str | None) -> tuple[Shelf, str]:
    """Where the weights are, and which of them are meant. Raises ``SettingsInvalid``, ``WeightsInvalid``."""
    if settings is None:
        shelf = Shelf.of_files([file] if file is not None else [])
        return shelf, model or shelf.first
    local = {name: each for name, each in settings.providers.items() if each.kind == "local"}
    provider, slash, name = (model or "").partition("/")
    if not slash and provider not in local:
        provider, name = next(iter(local), ""), provider  # a model's bare name is one of the usual provider's
    if provider not in local:
        raise SettingsInvalid(_nobody(settings, provider))
    shelf = _shelf(local[provider], settings.root)
    return shelf, name or shelf.first


def _shelf(table: ProviderSettings, root: Path) -> Shelf:
    if is_packaged(table):
        return Shelf.of_snapshots(snapshots())
    files = table.files or ((table.file,) if table.file else ())
    return Shelf.of_files(root / each for each in files)


def _nobody(settings: Settings, asked: str) -> str:
    """Why nobody is there to talk to, and what to do."""
    if asked:
        return f'no provider {asked!r} is of kind = "local"; configure one, or name a file of weights with --file'
    why = (
        "no snapshots of the engine come with this build of Outlast"
        if settings.server.packaged_models
        else "[server] packaged_models = false"
    )
    return f'no provider here is of kind = "local", and {why}; name a file of weights with --file, or configure one'


def _show(session: Session, turn: _Turn) -> None:
    for picture in turn.pictures:
        session.push_image(pixels(picture.read_bytes()))
    for sound in turn.sounds:
        session.push_audio(decode(sound.read_bytes()).for_ears())


def _lines(text: str | None, *, shown: bool) -> Iterator[str]:
    """What is typed, turn by turn; what was shown is a turn of its own where nothing is typed."""
    stream: TextIO = sys.stdin
    if text is not None or (shown and not stream.isatty()):
        yield text or ""
        return
    if shown:
        yield ""
    while True:
        if stream.isatty():
            click.echo("> ", nl=False, err=True)
        line = stream.readline()
        if not line:
            return
        if line.strip():
            yield line


def _answer(session: Session, turn: _Turn) -> None:
    """One answer as it comes: its text to stdout, what was understood to stderr."""
    for event in session.answer():
        match event:
            case Heard(heard):
                note(f"heard: {heard}", quiet=False)
            case Said(said):
                click.echo(said, nl=False)
            case Spoken(samples):
                turn.spoken.append(samples)
            case Ended(reason):
                click.echo()
                if reason == "length":
                    note("the answer was longer than may be, and is cut", quiet=False)


def _write(file: Path, spoken: Sequence[Samples]) -> None:
    samples = np.concatenate((np.zeros(0, np.float32), *spoken))
    try:
        file.write_bytes(wav(samples, MOUTH_HZ))
    except OSError as error:
        raise MachineError(f"{file}: the answer cannot be written: {error.strerror or error}") from error
    note(f"{file}: {len(samples) / MOUTH_HZ:.1f} s", quiet=False)
