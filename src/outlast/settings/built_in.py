"""Providers that are there without a word: the snapshots of the local engine that come with Outlast.

It knows where their files lie, and which provider of a configuration means them. It does not know what is in a file of
weights (``omni``), nor who answers.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from outlast.settings.words import ProviderSettings, Settings

PACKAGED: Final = "local"
"""The name of the table, and of the catalogue's provider."""
ELSEWHERE: Final = "OUTLAST_SNAPSHOTS"
"""Names another folder of snapshots, for whoever packages Outlast without them; empty: there are none."""
_HERE: Final = Path(__file__).parents[1] / "omni" / "snapshots"
_OWN: Final = frozenset({"local", "transformers"})


def snapshot_files(environ: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """The files of weights that come with Outlast, by their names; empty for a build without them. None is opened."""
    named = (os.environ if environ is None else environ).get(ELSEWHERE)
    if named == "":
        return ()
    return tuple(sorted((_HERE if named is None else Path(named)).glob("*.weights")))


def is_packaged(provider: ProviderSettings) -> bool:
    """Whether a provider's models are those that come with Outlast."""
    return provider.kind == "local" and not provider.file and not provider.files


def owns_weights(provider: ProviderSettings) -> bool:
    """Whether its models are computed here from files: nobody can take them away, whatever day a catalogue names."""
    return provider.kind in _OWN


def with_built_in(providers: Mapping[str, ProviderSettings]) -> dict[str, ProviderSettings]:
    """A configuration's providers and behind them ``local``, unless it has a table of that name."""
    return {**providers, **({} if PACKAGED in providers else {PACKAGED: ProviderSettings(kind="local")})}


def configured(settings: Settings) -> tuple[str, ...]:
    """The providers that somebody asked for; not one that would be there without a word."""
    own = ProviderSettings(kind="local")
    return tuple(name for name, each in settings.providers.items() if (name, each) != (PACKAGED, own))
