"""``outlast.toml`` and the environment, parsed once into frozen values."""

from outlast.settings.file import DEFAULT_FILE, load_settings, parse_settings
from outlast.settings.words import (
    CatalogSettings,
    LedgerSettings,
    LogSettings,
    ModelSettings,
    OtelSettings,
    ProviderSettings,
    RedactionSettings,
    ServerSettings,
    Settings,
    TargetSettings,
    UserClaim,
    UserModel,
)

__all__ = [
    "DEFAULT_FILE",
    "CatalogSettings",
    "LedgerSettings",
    "LogSettings",
    "ModelSettings",
    "OtelSettings",
    "ProviderSettings",
    "RedactionSettings",
    "ServerSettings",
    "Settings",
    "TargetSettings",
    "UserClaim",
    "UserModel",
    "load_settings",
    "parse_settings",
]
