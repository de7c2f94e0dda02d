"""The page about the configuration says every word, and nothing that is no word; its example is read."""

import re
from pathlib import Path

import pytest

from outlast.settings import (
    LedgerSettings,
    LogSettings,
    ModelSettings,
    OtelSettings,
    ProviderSettings,
    RedactionSettings,
    ServerSettings,
    TargetSettings,
    UserClaim,
    UserModel,
    parse_settings,
)
from outlast.settings.chat import ChatSettings, PersonaSettings, PlanSettings
from outlast.settings.notices import NoticesSettings, NoticeTo
from outlast.settings.policy import OwnModel, PolicySettings
from outlast.settings.weights import WeightsSettings

PAGE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    return PAGE.split(f"\n## `{heading}`", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("[server]", ServerSettings),
        ("[providers.NAME]", ProviderSettings),
        ("[models.NAME]", ModelSettings),
        ("[chat]", ChatSettings),
        ("[personas.NAME]", PersonaSettings),
        ("[plans.NAME]", PlanSettings),
        ("[ledger]", LedgerSettings),
        ("[log]", LogSettings),
        ("[redaction]", RedactionSettings),
        ("[notices]", NoticesSettings),
        ("[notices.to.NAME]", NoticeTo),
        ("[policy]", PolicySettings),
        ("[policy.models.NAME]", OwnModel),
        ("[otel]", OtelSettings),
    ],
)
def test_a_table_documents_exactly_its_words(heading: str, kind: type) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", section(heading), re.MULTILINE)
    assert sorted(documented) == sorted(kind.__struct_encode_fields__)  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", [UserClaim, UserModel])
def test_the_operators_own_claims_document_their_words(kind: type) -> None:
    for word in kind.__struct_fields__:  # type: ignore[attr-defined]
        assert f"`{word}`" in section("[catalog]")


def test_a_target_of_several_documents_its_words() -> None:
    for word in TargetSettings.__struct_fields__:
        assert word in section("[models.NAME]")


def test_weights_document_their_words() -> None:
    for word in WeightsSettings.__struct_fields__:
        assert f"`{word}`" in section("[providers.NAME]")


def test_the_example_is_a_configuration() -> None:
    example = PAGE.split("```toml\n", 1)[1].split("```", 1)[0]
    settings = parse_settings(example)
    assert settings.models["assistant"].switch_day is not None
    assert settings.catalog.claims[0].model == "openai/gpt-4o"
