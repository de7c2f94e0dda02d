import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialects.adaptation.asking import BASE, MAKERS, Asked, catalog, outcome

from outlast.catalog.models import Model
from outlast.dialects.adaptation import adapt, profile
from outlast.dialects.adaptation.applying import WATCHES
from outlast.dialects.adaptation.rulebook import BY_ID
from outlast.dialects.envelope import Envelope
from outlast.errors import MalformedRequest

WORDS = re.findall(
    r"\w+",
    "none minimal low high max enabled adaptive disabled any tool assistant user system developer text thinking image "
    "tool_result ephemeral LOW 1",
)
ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 200_000), st.floats(-1, 3), st.just(""), st.sampled_from(WORDS)
)
NAMES = st.sampled_from(
    re.findall(
        r"\w+",
        "type effort role content text signature cache_control budget_tokens parts source functionCall data name "
        "thoughtSignature thinkingConfig thinking_config thinkingBudget thinkingLevel temperature topP topK verbosity "
        "maxOutputTokens function_call inlineData",
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    ATOMS,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
MEMBERS = re.findall(
    r"\w+",
    "messages contents input system tools tool_choice functions thinking output_config reasoning text include stop "
    "generationConfig generation_config max_tokens max_completion_tokens max_output_tokens temperature top_p top_k "
    "reasoning_effort verbosity presence_penalty logprobs top_logprobs logit_bias dimensions cache_control unheard_of",
)
BODIES = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)
MODELS = {
    dialect: [model for model in catalog().models() if model.provider == maker] for dialect, maker in MAKERS.items()
}


@pytest.mark.parametrize("dialect", WATCHES)
@settings(max_examples=40)
@given(st.data())
def test_any_request_is_adapted_once_and_for_all_or_refused(dialect: str, data: st.DataObject) -> None:
    """Whatever stands in the members that rules look at: no other error, and nothing left for a second time."""
    model = data.draw(st.sampled_from(MODELS[dialect]).map(lambda model: model.ref), label="model")
    known = profile(catalog().find(model))
    body = BASE[dialect] | data.draw(BODIES, label="body")
    after, adaptation = outcome(body, known, dialect)
    assert set(adaptation.rules) <= BY_ID.keys()
    assert after.get("unheard_of") == body.get("unheard_of")
    if adaptation.refusal is not None:
        assert after == body
        return
    assert outcome(after, known, dialect)[1].changes == {}
    assert bool(adaptation.changes) == bool(adaptation.rules)


@pytest.mark.parametrize("dialect", WATCHES)
def test_a_plain_request_needs_nothing_at_any_model(dialect: str) -> None:
    for model in MODELS[dialect]:
        assert outcome(BASE[dialect], profile(model), dialect)[1].rules == (), model.ref


def test_a_member_named_twice_inside_is_the_only_thing_that_cannot_be_adapted() -> None:
    body = json.dumps(BASE["anthropic"] | {"thinking": "HERE"}).replace('"HERE"', '{"type":"enabled","type":"a"}')
    model = Model(provider="anthropic", id="m", name="", kind="chat", abilities={"reasoning": False})
    with pytest.raises(MalformedRequest, match="type"):
        adapt(Asked(Envelope.parse(body.encode())), model, "anthropic")
