"""A configured target's name in the catalogue."""

import pytest

from outlast.catalog.reference import Reference, reference, target_of
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


@pytest.mark.parametrize(
    ("beside", "ref", "target"),
    [
        ("rehearsal/gpt-4o", "openai/gpt-5.1", "rehearsal/gpt-5.1"),
        ("openai/gpt-4o", "openai/gpt-5.1", "openai/gpt-5.1"),
        ("openai/gpt-4o", "azure/gpt-5.1", "work/gpt-5.1"),
        ("openai/gpt-4o", "groq/llama", None),
    ],
)
def test_a_model_is_called_through_its_neighbours_table_else_the_first_that_serves_it(
    beside: str, ref: str, target: str | None
) -> None:
    assert target_of(ref, PROVIDERS, beside=beside, behind=reference(beside, PROVIDERS)) == target


def test_a_deployment_is_followed_by_one_of_its_own_table() -> None:
    behind = reference("work/prod-chat", PROVIDERS, "openai/gpt-4o")
    assert target_of("openai/gpt-5.1", PROVIDERS, beside="work/prod-chat", behind=behind) == "work/gpt-5.1"
