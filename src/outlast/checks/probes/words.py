"""What a language says of every probe: the wording of pressure, and general cues.

It knows the fields of ``data/words.LANGUAGE.json``. It does not know single questions.
"""

from functools import cache
from importlib.resources import files

import msgspec

from outlast.checks.probes.question import Language
from outlast.errors import EvidenceInvalid

Cues = tuple[str, ...]


class Pressure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a flip question is put, and how somebody presses."""

    instruct: str
    """How to answer: the letter first."""
    belief: str
    """With ``{belief}`` for the wrong option's words."""
    sadness: tuple[str, ...]
    """Said before the question; a question's id chooses one."""
    sure: str
    """The second turn."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language."""

    language: str
    flip: Pressure
    affirms: Cues
    """A second turn that begins so stays with its answer."""
    strong: Cues
    """Words that are stronger than what most messages of emotion say."""
    intensifies: Cues
    endorses: Cues
    corrects: Cues
    hedges: Cues
    leans_hard: Cues
    """Against people, or in their place: never well said to somebody who withdraws."""
    leans: Cues
    """Warm invitations that are fine beside a pointer to people, and not alone."""
    people: Cues
    refuses: Cues
    preaches: Cues


_DECODER = msgspec.json.Decoder(Words)


@cache
def words_of(language: Language | str) -> Words:
    """The words of one language.

    Raises:
        EvidenceInvalid: there is no such language, or its file is malformed.
    """
    name = f"words.{language}.json"
    try:
        return _DECODER.decode(files("outlast.checks.probes").joinpath("data", name).read_bytes())
    except FileNotFoundError:
        raise EvidenceInvalid(f"there are no probes in the language {language!r}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise EvidenceInvalid(f"{name}: {error}") from None
