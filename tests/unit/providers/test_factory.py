"""Every kind of the configuration opens as its own upstream."""

from datetime import date
from pathlib import Path

import pytest

from outlast.catalog.store import open_catalog
from outlast.errors import SettingsInvalid
from outlast.gateway.ports import Upstream
from outlast.providers.factory import open_upstream
from outlast.providers.recorded import RecordedUpstream
from outlast.providers.scripted import ScriptedUpstream
from outlast.providers.vendor import VendorUpstream
from outlast.settings import ProviderSettings


def opened(settings: ProviderSettings, root: Path) -> Upstream:
    return open_upstream(
        "openai", settings, root=root, knowledge=open_catalog(), today=lambda: date(2026, 2, 10), environ={}
    )


def test_each_kind_is_its_own_class(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("")
    assert isinstance(opened(ProviderSettings(kind="openai", profile="openai"), tmp_path), VendorUpstream)
    assert isinstance(opened(ProviderSettings(kind="scripted"), tmp_path), ScriptedUpstream)
    assert isinstance(opened(ProviderSettings(kind="recorded", file="a.jsonl"), tmp_path), RecordedUpstream)


def test_a_recorded_provider_needs_its_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="file"):
        opened(ProviderSettings(kind="recorded"), tmp_path)


def test_profiles_are_read_relative_to_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"profiles\.toml"):
        opened(ProviderSettings(kind="scripted", file="profiles.toml"), tmp_path)
