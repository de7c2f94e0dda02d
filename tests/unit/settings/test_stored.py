import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import parse_settings
from outlast.settings.vendors import STORED, keepers

PROVIDERS = """
[providers.openai]
kind = "openai"
profile = "openai"
[providers.mistral]
kind = "openai"
profile = "mistral"
[providers.claude]
kind = "anthropic"
[providers.classic]
kind = "openai"
base_url = "https://x.openai.azure.com"
deployments = true
"""


def kept(said: str) -> dict[str, str]:
    return keepers(parse_settings(f"[server]\n{said}\n{PROVIDERS}"))


def test_one_provider_keeps_all_that_its_vendor_has() -> None:
    assert kept('stored = "openai"') == dict.fromkeys(STORED, "openai")
    assert kept('stored = "mistral"') == {"files": "mistral"}
    assert kept("") == {}


def test_a_table_names_a_provider_for_each() -> None:
    said = 'stored = { files = "mistral", batches = "openai" }'
    assert kept(said) == {"files": "mistral", "batches": "openai"}


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ('stored = "opnai"', "openai"),
        ('stored = { file = "openai" }', "files"),
        ('stored = { batches = "mistral" }', "has no /v1/batches"),
        ('stored = "claude"', "is of kind = 'anthropic'"),
        ('stored = "classic"', "uses deployments"),
        ('passthrough = "opnai"', "openai"),
        ('passthrough = "claude"', "is of kind = 'anthropic'"),
        ("stored = 7", "stored"),
        ('stored = ""', "stored"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(said: str, word: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        kept(said)
    assert word in str(caught.value)
    assert "line 2" in str(caught.value) or ":2" in str(caught.value)
