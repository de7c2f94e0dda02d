"""The examples of the documentation and of ``outlast init`` can be meant."""

import datetime as dt
import re
from pathlib import Path

import pytest

from outlast.catalog.store import open_catalog
from outlast.cli.init import starting_configuration
from outlast.settings import Settings, parse_settings
from outlast.settings.vendors import base_url_of, speaks

DOCS = Path(__file__).parents[3] / "docs"
_COMMENTED = re.compile(r"^# (\[(?:providers|personas)\..+|\w+ = .+|\[\w+\].*)$", re.MULTILINE)


def blocks(name: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```", (DOCS / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", [*blocks("configuration.md"), *blocks("dialects.md")])
def test_every_example_of_providers_is_a_configuration(text: str) -> None:
    assert parse_settings(text).providers


@pytest.mark.parametrize("text", blocks("omni.md"))
def test_every_example_of_the_local_engine_is_one_where_its_snapshots_are(text: str) -> None:
    assert "local" in parse_settings(text, packaged=True).providers


def initial() -> str:
    return starting_configuration(open_catalog(), dt.date(2026, 11, 22))


def test_what_init_writes_in_remarks_can_be_meant_all_together() -> None:
    written = initial()
    settings: Settings = parse_settings(_COMMENTED.sub(r"\1", written))
    assert {"openai", "azure", "anthropic", "google", "groq", "simulated"} <= set(settings.providers)
    assert len(parse_settings(written).providers) == 1
    reached = {name: (base_url_of(each), speaks(each)) for name, each in settings.providers.items()}
    assert reached["anthropic"] == ("https://api.anthropic.com", ("anthropic",))
    assert reached["google"] == ("https://generativelanguage.googleapis.com", ("gemini",))
    assert reached["groq"] == ("https://api.groq.com/openai/v1", ("chat", "responses"))
