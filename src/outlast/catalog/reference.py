"""Which catalogue model a configured target is, by whose clock it lives, and the way back.

It knows how ``provider table/model id`` becomes ``catalogue provider/id`` and a surface. It does not know whether
the catalogue has such a model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from outlast.settings import ProviderSettings
from outlast.settings.vendors import catalog_of, surface_of

DEFAULT_SURFACE = "api"


@dataclass(frozen=True, slots=True)
class Reference:
    """A model of the catalogue on one surface."""

    ref: str
    """``provider/id``."""
    surface: str


def reference(target: str, providers: Mapping[str, ProviderSettings], catalog_model: str | None = None) -> Reference:
    """The catalogue's name for a target, ``provider table/model id``.

    ``catalog_model`` wins where a deployment's name is not the model's. A table that the configuration does not
    have is read as the catalogue's own provider, so a command can be asked about any model of the catalogue.
    """
    table, _, model = target.partition("/")
    provider = providers.get(table)
    surface = DEFAULT_SURFACE if provider is None else surface_of(provider)
    if catalog_model is not None:
        return Reference(catalog_model, surface)
    if provider is None or not model:
        return Reference(target, surface)
    return Reference(f"{catalog_of(table, provider)}/{model}", surface)


def target_of(ref: str, providers: Mapping[str, ProviderSettings], *, beside: str, behind: Reference) -> str | None:
    """A catalogue model as a target that can be asked here; None where no table serves its provider's models.

    It goes through the table of ``beside``, a target whose model is ``behind``, where both are one provider's; else
    through the first table that fits.
    """
    provider, _, model = ref.partition("/")
    if behind.ref.partition("/")[0] == provider:
        return f"{beside.partition('/')[0]}/{model}"
    for name, settings in providers.items():
        if catalog_of(name, settings) == provider:
            return f"{name}/{model}"
    return None
