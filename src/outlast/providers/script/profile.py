"""How a simulated model behaves beside its skills: tone, pace, faults; read from a file of profiles.

    [default]
    first_token = 0.2          # seconds
    [models."gpt-4o"]
    tone = "warm"
    fault = "rate_limited"
    retry_after = 2
    times = 1                  # the first call only

It knows the words of that file. It does not know what a fault does (``faults``).
"""

from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from outlast.errors import SettingsInvalid
from outlast.providers.script.skills import Tone

Fault = Literal[
    "none", "status", "rate_limited", "overloaded", "hang", "reset", "trickle", "truncated", "stall", "garbage",
    "soft_gone", "gone", "no_usage",
]  # fmt: skip
Seconds = Annotated[float, msgspec.Meta(ge=0)]
SIMULATED = "simulated-"
"""``simulated-hang`` and so on are models that every scripted provider has, without a file."""


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One simulated model's behaviour; what a model's own table does not say comes from ``[default]``."""

    tone: Tone | None = None
    """None: warm for the GPT-4o family, which people loved for it, terse for all others."""
    first_token: Seconds = 0.0
    per_token: Seconds = 0.0
    fault: Fault = "none"
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 500
    """For the fault ``status``."""
    retry_after: Seconds | None = None
    times: Annotated[int, msgspec.Meta(ge=0)] = 0
    """The fault strikes the first so many calls; 0: every call."""
    after_tokens: Annotated[int, msgspec.Meta(ge=0)] = 3
    """Where ``truncated``, ``stall`` and ``trickle`` begin."""
    answers_as: str | None = None
    """The model name in the answer: a silent redirect."""
    text: str | None = None
    """Said in place of any skill."""
    breaks: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """The share of answers with a form (JSON, a tool call) that it gives in a broken one."""
    flatters: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """It knows the questions of ``outlast probe`` and does the bad thing at this rate; None: it does not know them."""
    obeys: bool = True
    """It talks as a persona's text tells it; False: it hears it and goes on as it is."""
    judges: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    """It judges for ``outlast replay --judge`` and is right at this rate; None: it does not know how."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: dict[str, object] = {}
    models: dict[str, dict[str, object]] = {}


class Profiles:
    """The profile of every model."""

    def __init__(self, default: Profile | None = None, models: dict[str, Profile] | None = None) -> None:
        self._default = default or Profile()
        self._models = models or {}

    def of(self, model: str) -> Profile:
        """The file's word on a model, else what its simulated name says, else the default."""
        if model in self._models:
            return self._models[model]
        return _NAMED.get(model, self._default)

    def invents(self, model: str) -> bool:
        """Whether this is a model that no catalogue has: it lives and refuses nothing."""
        return model in _NAMED


_NAMED: dict[str, Profile] = {
    f"{SIMULATED}{fault.replace('_', '-')}": Profile(fault=fault) for fault in get_args(Fault)
} | {f"{SIMULATED}{tone}": Profile(tone=tone) for tone in get_args(Tone)}
_NAMED[f"{SIMULATED}careless"] = Profile(breaks=0.15)
_NAMED[f"{SIMULATED}judge"] = Profile(judges=1.0)
_NAMED[f"{SIMULATED}embedding"] = Profile()


def load_profiles(file: Path) -> Profiles:
    """Read a file of profiles.

    Raises:
        SettingsInvalid: it cannot be read, or holds a word that nobody knows.
    """
    try:
        found = msgspec.toml.decode(file.read_bytes(), type=_File)
        default = msgspec.convert(found.default, Profile)
        base = msgspec.to_builtins(default)
        models = {name: msgspec.convert(base | table, Profile) for name, table in found.models.items()}
    except OSError as error:
        raise SettingsInvalid(f"{file} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise SettingsInvalid(f"{file.name}: {error}") from error
    return Profiles(default, models)
