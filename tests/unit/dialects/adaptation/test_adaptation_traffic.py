import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.dialects.adaptation.asking import catalog, outcome, target

from outlast.catalog.models import Model
from outlast.dialects.adaptation import profile

TRAFFIC = Path(__file__).parents[5] / "shared" / "traffic"
FILES = {
    "chat": ("openai-chat", "openai"),
    "responses": ("openai-responses", "openai"),
    "anthropic": ("anthropic-messages", "anthropic"),
    "gemini": ("gemini", "google"),
    "embeddings": ("openai-other", "openai"),
}


def recorded(dialect: str) -> Iterator[tuple[int, dict[str, Any], Model]]:
    """Status, request and model of every exchange of a dialect whose model the catalogue has."""
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    name, maker = FILES[dialect]
    for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines():
        exchange = json.loads(line)
        request, uri = exchange["request"], exchange["uri"]
        if not isinstance(request, dict) or (dialect == "embeddings" and "/embeddings" not in uri):
            continue
        named = uri.partition("/models/")[2].partition(":")[0] if dialect == "gemini" else request.get("model")
        model = catalog().find(f"{maker}/{named}")
        if model is not None:
            yield exchange["status"], request, model


@pytest.mark.parametrize(("dialect", "least"), [("chat", 100), ("responses", 150), ("anthropic", 150), ("gemini", 250)])
def test_what_a_model_was_recorded_to_take_is_not_changed(dialect: str, least: int) -> None:
    """A request that was answered breaks nothing, so no rule may act on it."""
    answered = [(request, model) for status, request, model in recorded(dialect) if status == 200]
    acted = [(model.ref, outcome(request, profile(model), dialect)[1].rules) for request, model in answered]
    assert [one for one in acted if one[1]] == []
    assert len(acted) > least


def test_embeddings_that_were_answered_are_not_changed() -> None:
    for status, request, model in recorded("embeddings"):
        assert status != 200 or outcome(request, profile(model), "embeddings")[1].rules == ()


def test_the_recorded_effort_that_opus_refused_is_mended() -> None:
    refused = [(request, model) for status, request, model in recorded("anthropic") if status == 400]
    assert len(refused) == 1
    after, adaptation = outcome(refused[0][0], profile(refused[0][1]), "anthropic")
    assert (after["output_config"]["effort"], adaptation.rules) == ("high", ("reasoning-effort-nearest",))


def test_recorded_thinking_goes_when_its_conversation_moves_and_stays_when_it_does_not() -> None:
    """The signatures that Anthropic wrote name their model; the older ones, which name none, are left alone."""
    moved = stayed = 0
    elsewhere = profile(target("anthropic/claude-opus-5-5"))
    for _, request, model in recorded("anthropic"):
        text = json.dumps(request["messages"])
        if '"signature"' not in text:
            continue
        stayed += "foreign-thinking-dropped" not in outcome(request, profile(model), "anthropic")[1].rules
        after, adaptation = outcome(request, elsewhere, "anthropic")
        if "foreign-thinking-dropped" in adaptation.rules:
            moved += 1
            assert json.dumps(after["messages"]).count('"signature"') < text.count('"signature"')
            assert all(message["content"] for message in after["messages"])
    assert stayed >= 8
    assert moved >= 3
