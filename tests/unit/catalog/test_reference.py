"""A configured target's name in the catalogue."""

import pytest

from outlast.catalog.reference import Reference, reference
from outlast.settings import ProviderSettings

PROVIDERS = {
    "openai": ProviderSettings(kind="openai"),
    "work": ProviderSettings(kind="openai", catalog="azure", surface="azure"),
    "rehearsal": ProviderSettings(kind="scripted", catalog="openai"),
}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("openai/gpt-4o", Reference("openai/gpt-4o", "api")),
        ("rehearsal/gpt-4o", Reference("openai/gpt-4o", "api")),
        ("work/gpt-4o", Reference("azure/gpt-4o", "azure")),
        ("groq/openai/gpt-oss-120b", Reference("groq/openai/gpt-oss-120b", "api")),
        ("nobody", Reference("nobody", "api")),
        ("openai", Reference("openai", "api")),
    ],
)
def test_the_table_gives_catalogue_provider_and_surface(target: str, expected: Reference) -> None:
    assert reference(target, PROVIDERS) == expected


def test_a_deployments_own_name_is_replaced_by_the_stated_model_but_keeps_its_surface() -> None:
    assert reference("work/prod-chat", PROVIDERS, "openai/gpt-4o") == Reference("openai/gpt-4o", "azure")


def test_slashes_after_the_first_belong_to_the_model() -> None:
    providers = {"hub": ProviderSettings(kind="openai", catalog="groq")}
    assert reference("hub/openai/gpt-oss-20b", providers).ref == "groq/openai/gpt-oss-20b"
