"""The order of positions in one conversation: the one thing that training and inference must never see differently.

It knows special tokens and where each stands. It does not know weights, nor where numbers come from.

::

    begin  style warmth enthusiasm task
    turn   = user, (text | sound patch* sound-end | picture patch*64)*, reply
    reply  = [heard text] [think text] answer, phrase*, end
    phrase = text to its closing sign, [speak frame* (a frame whose first code is SILENCE_CODE)]

The engine decides what is a matter of the caller (the controls, ``speak`` after each phrase where answers are spoken);
the network decides the rest. ``heard`` is taught in a part of what is spoken to it, so that answers do not hang on it,
and always follows for the task ``transcribe``.
"""

from typing import Final, get_args

from outlast.omni.engine import Manner, Task
from outlast.settings.chat import Base, Degree

VERSION: Final = 1
"""Rises with every change of what stands where; weights of another version are refused."""
_BASES: Final = tuple(f"<style {base}>" for base in get_args(Base))
_DEGREES: Final = get_args(Degree)
_TASKS: Final = tuple(f"<task {task}>" for task in get_args(Task))
SPECIAL: Final = (
    "<pad>",
    "<begin>",
    "<user>",
    "<sound>",
    "<sound-end>",
    "<picture>",
    "<heard>",
    "<think>",
    "<answer>",
    "<speak>",
    "<end>",
    *_BASES,
    *(f"<warmth {degree}>" for degree in _DEGREES),
    *(f"<enthusiasm {degree}>" for degree in _DEGREES),
    *_TASKS,
)
"""Special tokens have the first numbers of every vocabulary, in this order."""
PAD, BEGIN, USER, SOUND, SOUND_END, PICTURE, HEARD, THINK, ANSWER, SPEAK, END = range(11)
_NUMBERS: Final = {name: number for number, name in enumerate(SPECIAL)}
PHRASE_ENDS: Final = ".,!?;:"
"""A token of one of these signs (with or without a space before it) closes a phrase where what follows begins with a
space, so that ``3:45`` stays one; so does the end."""

BOOKS: Final = 4
"""Code books of the mouth; every frame has a code of each."""
CODES: Final = 256
SILENCE_CODE: Final = CODES
"""In the first book only: the phrase has been spoken. Such a frame makes no sound."""
FRAMES_PER_SECOND: Final = 25
PATCHES_PER_SECOND: Final = 25
PATCH_SAMPLES: Final = 640
"""Of 16 kHz: 40 ms."""
BANDS: Final = 40
"""Mel bands of the ears; a patch has four hops of 10 ms of them: 160 values."""
PATCH_VALUES: Final = 4 * BANDS
PICTURE_SIDE: Final = 64
TILE_SIDE: Final = 8
TILES: Final = (PICTURE_SIDE // TILE_SIDE) ** 2
TILE_VALUES: Final = TILE_SIDE * TILE_SIDE * 3
PHASES: Final = ("speaking", "pause", "over")
"""What the turn's head says of each patch of sound; ``over`` is the last."""


def opening_tokens(manner: Manner, task: Task) -> tuple[int, ...]:
    """What every conversation begins with."""
    return (
        BEGIN,
        _NUMBERS[f"<style {manner.base}>"],
        _NUMBERS[f"<warmth {manner.warmth}>"],
        _NUMBERS[f"<enthusiasm {manner.enthusiasm}>"],
        _NUMBERS[f"<task {task}>"],
    )
