"""Rows of vendors, and which one a provider of the configuration is."""

from urllib.parse import urlsplit

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import ProviderSettings, parse_settings
from outlast.settings.vendors import GENERIC, VENDORS, base_url_of, speaks, vendor_of


def test_a_provider_is_known_by_its_profile_its_kind_or_the_host_of_its_address() -> None:
    assert vendor_of(ProviderSettings(kind="openai", profile="groq")).name == "groq"
    assert vendor_of(ProviderSettings(kind="anthropic")).name == "anthropic"
    assert vendor_of(ProviderSettings(kind="gemini", project="p")).name == "vertex"
    assert vendor_of(ProviderSettings(kind="openai", base_url="https://api.mistral.ai/v1")).name == "mistral"
    assert vendor_of(ProviderSettings(kind="openai", base_url="https://r.openai.azure.com/openai/v1")).name == "azure"
    assert vendor_of(ProviderSettings(kind="openai", base_url="https://models.example/v1")) is GENERIC


def test_what_the_configuration_says_goes_before_the_row() -> None:
    own = ProviderSettings(kind="openai", profile="openai", base_url="https://proxy.example/v1", speaks=("chat",))
    assert (base_url_of(own), speaks(own)) == ("https://proxy.example/v1", ("chat",))
    assert base_url_of(ProviderSettings(kind="openai", profile="groq")) == "https://api.groq.com/openai/v1"


def test_vertex_is_where_its_location_is() -> None:
    assert base_url_of(ProviderSettings(kind="gemini", project="p")) == "https://aiplatform.googleapis.com"
    there = ProviderSettings(kind="gemini", project="p", location="europe-west4")
    assert base_url_of(there) == "https://europe-west4-aiplatform.googleapis.com"


@pytest.mark.parametrize("name", sorted(VENDORS))
def test_every_row_can_be_used(name: str) -> None:
    row = VENDORS[name]
    assert row.name == name
    assert set(row.speaks) <= {"chat", "responses", "anthropic", "gemini"}
    if row.base_url:
        url = urlsplit(row.base_url)
        assert url.scheme == "https" or url.hostname == "127.0.0.1"
        assert row.base_url.endswith("/v1") == (name not in ("anthropic", "gemini", "deepseek"))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('kind = "openai"\nprofile = "grok"', "no known vendor"),
        ('kind = "anthropic"\nprofile = "groq"', "of kind = 'openai'"),
        ('kind = "gemini"\nprofile = "vertex"', "needs `project`"),
        ('kind = "openai"', "needs `base_url` or `profile`"),
        ('kind = "openai"\nprofile = "azure"', "needs `base_url` or `profile`"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused_with_its_line(table: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said):
        parse_settings(f"[providers.p]\n{table}\n")
