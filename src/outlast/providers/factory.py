"""Which class serves which ``kind``: the one place that turns a provider's settings into an upstream.

It knows the kinds. It does not know what any of them does.
"""

import random
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from outlast.catalog.port import Knowledge
from outlast.errors import SettingsInvalid
from outlast.gateway.ports import Patience, Upstream
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.recording import Recording
from outlast.providers.script.life import Stage
from outlast.providers.script.profile import Profiles, load_profiles
from outlast.providers.scripted import ScriptedUpstream
from outlast.providers.sleeping import SleepingUpstream
from outlast.providers.vendor import HTTP_KINDS, VendorUpstream
from outlast.settings import ProviderSettings
from outlast.settings.built_in import is_packaged


def open_upstream(
    name: str,
    settings: ProviderSettings,
    *,
    root: Path,
    knowledge: Knowledge,
    today: Callable[[], date],
    environ: Mapping[str, str],
) -> Upstream:
    """Open one provider of the configuration; nothing is called yet.

    Raises:
        SettingsInvalid: a value cannot be meant, or a file that it names cannot be read.
    """
    if settings.kind in HTTP_KINDS:
        return VendorUpstream(name, settings, environ=environ)
    if settings.kind == "recorded":
        if settings.file is None:
            raise SettingsInvalid(f'[providers.{name}] needs file = "…": the recorded exchanges to answer from')
        return RecordedUpstream(Recording(root / settings.file, settings.base_url))
    if is_packaged(settings):
        return SleepingUpstream(lambda: _packaged(settings, environ))
    if settings.kind == "local":
        return _local(settings, root)
    if settings.kind == "transformers":
        return _transformers(name, settings, root)
    return ScriptedUpstream(
        Stage(knowledge, settings.catalog or name, settings.surface, today),
        load_profiles(root / settings.file) if settings.file else Profiles(),
        unix_seconds=time.time,
        rng=random.Random(),  # noqa: S311 - ids of simulated answers
        patience=Patience(first_byte=settings.first_byte_timeout, idle=settings.idle_timeout),
    )


def _packaged(settings: ProviderSettings, environ: Mapping[str, str]) -> Upstream:
    # Imported by the first call that asks for them: every gateway has this provider, and few use it.
    from outlast.omni.snapshots import snapshots  # noqa: PLC0415 - see above
    from outlast.providers.local.shelf import Shelf  # noqa: PLC0415 - see above
    from outlast.providers.local.upstream import LocalUpstream  # noqa: PLC0415 - see above

    return LocalUpstream(
        Shelf.of_snapshots(snapshots(environ)),
        unix_seconds=time.time,
        rng=random.SystemRandom(),
        patience=Patience(first_byte=settings.first_byte_timeout, idle=settings.idle_timeout),
    )


def _local(settings: ProviderSettings, root: Path) -> Upstream:
    # Imported for whoever has such a provider: no other gateway's start waits for numpy and the engine.
    from outlast.providers.local.shelf import Shelf  # noqa: PLC0415 - see above
    from outlast.providers.local.upstream import LocalUpstream  # noqa: PLC0415 - see above

    files = settings.files or ((settings.file,) if settings.file else ())
    return LocalUpstream(
        Shelf.of_files(root / each for each in files),
        unix_seconds=time.time,
        rng=random.SystemRandom(),
        patience=Patience(first_byte=settings.first_byte_timeout, idle=settings.idle_timeout),
    )


def _transformers(name: str, settings: ProviderSettings, root: Path) -> Upstream:
    # Imported for whoever has such a provider, as above; torch itself only when a model is first asked.
    from outlast.providers.transformers.library import check_installed  # noqa: PLC0415 - see above
    from outlast.providers.transformers.shelf import Shelf  # noqa: PLC0415 - see above
    from outlast.providers.transformers.upstream import TransformersUpstream  # noqa: PLC0415 - see above

    check_installed(name)
    return TransformersUpstream(
        Shelf(settings.weights, root),
        unix_seconds=time.time,
        rng=random.SystemRandom(),
        patience=Patience(first_byte=settings.first_byte_timeout, idle=settings.idle_timeout),
    )
