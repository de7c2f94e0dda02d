"""The provider that is there without a word: when it is, what wins over it, and how it is switched off."""

from pathlib import Path

import pytest

from outlast.catalog.reference import reference
from outlast.errors import SettingsInvalid
from outlast.settings import ProviderSettings, parse_settings
from outlast.settings.built_in import configured, is_packaged, snapshot_files
from outlast.settings.vendors import catalog_of

OWN = ProviderSettings(kind="local")


def test_snapshots_are_a_provider_where_nothing_is_configured() -> None:
    settings = parse_settings("", packaged=True)
    assert settings.providers == {"local": OWN}
    assert is_packaged(OWN)
    assert configured(settings) == ()


def test_a_table_of_the_same_name_wins() -> None:
    other = parse_settings('[providers.local]\nkind = "scripted"\n', packaged=True)
    assert [each.kind for each in other.providers.values()] == ["scripted"]
    assert configured(other) == ("local",)
    files = parse_settings('[providers.local]\nkind = "local"\nfile = "a.weights"\n', packaged=True)
    assert not is_packaged(files.providers["local"])
    assert configured(files) == ("local",)


def test_what_is_configured_comes_first() -> None:
    settings = parse_settings('[providers.openai]\nkind = "scripted"\n', packaged=True)
    assert list(settings.providers) == ["openai", "local"]
    assert configured(settings) == ("openai",)


def test_it_is_switched_off_with_one_word() -> None:
    assert parse_settings("[server]\npackaged_models = false\n", packaged=True).providers == {}
    with pytest.raises(SettingsInvalid, match=r"no \[providers.local\]"):
        parse_settings('[server]\npackaged_models = false\n[models.a]\ntarget = "local/omni-mini"\n', packaged=True)


def test_a_build_without_snapshots_has_no_such_provider_and_says_so() -> None:
    assert parse_settings("").providers == {}
    with pytest.raises(SettingsInvalid, match="comes without snapshots"):
        parse_settings('[providers.mini]\nkind = "local"\n')


def test_a_virtual_model_may_stand_for_a_snapshot_and_a_table_of_any_name_has_them() -> None:
    text = '[providers.mini]\nkind = "local"\n[models.assistant]\ntarget = "local/omni-mini-1"\n'
    settings = parse_settings(text, packaged=True)
    assert reference("mini/omni-mini-1", settings.providers).ref == "local/omni-mini-1"
    own = {"mini": ProviderSettings(kind="local", file="a.weights")}
    assert reference("mini/omni-mini-1", own).ref == "mini/omni-mini-1"


def test_another_folder_of_snapshots_can_be_named_or_none(tmp_path: Path) -> None:
    for name in ("b.weights", "a.weights", "a.txt"):
        (tmp_path / name).touch()
    assert snapshot_files({"OUTLAST_SNAPSHOTS": str(tmp_path)}) == (tmp_path / "a.weights", tmp_path / "b.weights")
    assert snapshot_files({"OUTLAST_SNAPSHOTS": ""}) == ()
    assert snapshot_files({"OUTLAST_SNAPSHOTS": str(tmp_path / "none")}) == ()


@pytest.mark.parametrize(
    "table", ['kind = "openai"\nbase_url = "http://127.0.0.1:1/v1"', 'kind = "scripted"', 'kind = "local"\nfile = "a"']
)
def test_somebody_elses_table_of_the_name_has_none_of_the_catalogues_facts(table: str) -> None:
    settings = parse_settings(f"[providers.local]\n{table}\n")
    assert catalog_of("local", settings.providers["local"]) not in {"local", ""}
    assert catalog_of("mine", settings.providers["local"]) == "mine"
