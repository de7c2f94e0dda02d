"""``outlast.toml`` and the environment, parsed once into frozen values."""

from outlast.settings.file import DEFAULT_FILE, load_settings, parse_settings
from outlast.settings.words import (
    CatalogSettings,
    ModelSettings,
    ProviderSettings,
    ServerSettings,
    Settings,
    UserClaim,
    UserModel,
)

__all__ = [
    "DEFAULT_FILE",
    "CatalogSettings",
    "ModelSettings",
    "ProviderSettings",
    "ServerSettings",
    "Settings",
    "UserClaim",
    "UserModel",
    "load_settings",
    "parse_settings",
]
