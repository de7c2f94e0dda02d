import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.models import Ability, Model
from outlast.catalog.store import Catalog, open_catalog
from outlast.dialects.adaptation import Adaptation, Profile, adapt, profile
from outlast.dialects.adaptation.rulebook import RULES
from outlast.dialects.chat.asked import peek
from outlast.errors import MalformedRequest

BASE: dict[str, object] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return open_catalog()


def target(catalog: Catalog, ref: str) -> Model:
    found = catalog.find(ref)
    assert found is not None
    return found


def invented(**abilities: Ability) -> Model:
    return Model(provider="openai", id="gpt-x", name="gpt-x", kind="chat", abilities=abilities)


def adapted(request: dict[str, object], model: Model | Profile | None) -> tuple[dict[str, object], tuple[str, ...]]:
    """The request as the model would receive it, less what every request has; and the rules that acted."""
    peeked = peek(json.dumps(BASE | request).encode())
    adaptation = adapt(peeked, model)
    after = json.loads(peeked.for_upstream(peeked.model, adaptation.changes))
    return {name: value for name, value in after.items() if name not in BASE or BASE[name] != value}, adaptation.rules


CASES: list[tuple[str, dict[str, object], dict[str, object], str]] = [
    ("openai/gpt-4o", {"max_tokens": 9, "temperature": 0.2, "stop": "x", "logprobs": True}, {}, ""),
    ("openai/gpt-4o", {"max_completion_tokens": 9}, {}, ""),
    ("openai/gpt-4o", {"verbosity": "medium"}, {}, ""),
    ("openai/gpt-5", {"max_tokens": 9, "max_completion_tokens": 8}, {"max_tokens": None}, "max-tokens-renamed"),
    ("openai/gpt-5", {"max_tokens": None}, {}, ""),
    ("openai/gpt-5", {"temperature": 1, "top_p": 1.0, "presence_penalty": 0, "logprobs": False}, {}, ""),
    ("openai/gpt-5", {"temperature": None, "logit_bias": {}, "stop": None}, {}, ""),
    ("openai/gpt-5", {"temperature": 0}, {"temperature": None}, "sampling-dropped"),
    ("openai/gpt-5", {"reasoning_effort": "minimal"}, {}, ""),
    ("openai/gpt-5", {"reasoning_effort": "none"}, {"reasoning_effort": "minimal"}, "reasoning-effort-nearest"),
    ("openai/gpt-5", {"reasoning_effort": "max"}, {"reasoning_effort": "high"}, "reasoning-effort-nearest"),
    ("openai/gpt-5", {"reasoning_effort": "hardest"}, {}, ""),
    ("openai/gpt-5", {"reasoning_effort": 3}, {}, ""),
    ("openai/gpt-5", {"verbosity": "low"}, {}, ""),
    ("openai/gpt-5.1", {"temperature": 0.2, "logprobs": True}, {}, ""),
    ("openai/gpt-5.1", {"temperature": 0.2, "reasoning_effort": "none"}, {}, ""),
    ("openai/gpt-5.1", {"temperature": 0.2, "reasoning_effort": "low"}, {"temperature": None}, "sampling-dropped"),
    (
        "openai/gpt-5.1-chat-latest",
        {"reasoning_effort": "low"},
        {"reasoning_effort": "medium"},
        "reasoning-effort-nearest",
    ),
    ("openai/gpt-5.1-chat-latest", {"stop": ["a"]}, {"stop": None}, "stop-dropped"),
    ("openai/gpt-5.3-chat-latest", {"stop": ["a"], "temperature": 0.1}, {}, ""),
    ("openai/gpt-5.4", {"tools": [{"type": "function"}]}, {}, ""),
    (
        "openai/gpt-5.4",
        {"tools": [{"type": "function"}], "reasoning_effort": "high"},
        {"reasoning_effort": "none"},
        "tools-effort-none",
    ),
    ("openai/gpt-5.2", {"tools": [{"type": "function"}], "reasoning_effort": "high"}, {}, ""),
    ("openai/gpt-6-luna", {"tools": []}, {}, ""),
    ("openai/gpt-6-luna", {"temperature": 0.2}, {"temperature": None}, "sampling-dropped"),
    (
        "openai/gpt-6-luna",
        {"temperature": 0.2, "tools": [{"type": "function"}]},
        {"reasoning_effort": "none"},
        "tools-effort-none",
    ),
    ("openai/gpt-6-astra", {"tools": [{"type": "function"}]}, {}, "tools-refused"),
    ("openai/gpt-6-astra", {"tools": [{"type": "function"}], "tool_choice": "none"}, {}, ""),
    ("openai/gpt-6-astra", {"tools": []}, {}, ""),
    ("openai/gpt-6-astra", {"reasoning_effort": "none"}, {"reasoning_effort": "low"}, "reasoning-effort-nearest"),
    ("openai/gpt-6.1-sol", {"temperature": 0.2}, {"temperature": None}, "sampling-dropped"),
    ("openai/gpt-6.2-sol", {"temperature": 0.2}, {"temperature": None}, "sampling-dropped"),
    ("openai/o3-mini", {"max_tokens": 9}, {"max_tokens": None, "max_completion_tokens": 9}, "max-tokens-renamed"),
    ("openai/gpt-5", {"n": 2, "parallel_tool_calls": False, "seed": 3, "user": "u"}, {}, ""),
    ("anthropic/claude-sonnet-4-5", {"max_tokens": 9, "temperature": 0.3, "stop": "x"}, {}, ""),
]


@pytest.mark.parametrize(("ref", "request_", "difference", "rules"), CASES)
def test_only_what_breaks_at_the_target_is_changed(
    ref: str, request_: dict[str, object], difference: dict[str, object], rules: str, catalog: Catalog
) -> None:
    after, acted = adapted(request_, target(catalog, ref))
    wanted = request_ | difference
    removed = {name for name, value in difference.items() if value is None}
    assert after == {name: value for name, value in wanted.items() if name not in removed}
    assert ",".join(acted) == rules


def test_the_story_s_request_survives_the_move(catalog: Catalog) -> None:
    after, rules = adapted({"max_tokens": 50, "temperature": 0.8}, target(catalog, "openai/gpt-5.1-chat-latest"))
    assert after == {"max_completion_tokens": 50}
    assert rules == ("max-tokens-renamed", "sampling-dropped")


def test_an_unknown_model_changes_nothing() -> None:
    body = json.dumps(BASE | {"max_tokens": 5, "temperature": 0.1}).encode()
    assert adapt(peek(body), None) == Adaptation({}, ())
    assert adapt(peek(body), invented()) == Adaptation({}, ())
    assert peek(body).for_upstream("gpt-4o", adapt(peek(body), None).changes) is body


def test_a_role_that_is_refused_is_renamed_and_nothing_else() -> None:
    body = b'{"model":"m","messages":[ {"content":"system \\u00e9", "role" : "system"},{"role":"user","content":[]} ]}'
    request = peek(body)
    after = request.for_upstream("m", adapt(request, invented(system_messages=False)).changes)
    assert after == body.replace(b'"role" : "system"', b'"role" : "developer"')


def test_messages_without_a_refused_role_are_not_touched() -> None:
    assert adapted({"messages": [{"role": "user", "content": "system"}]}, invented(system_messages=False))[1] == ()


def test_where_both_roles_are_refused_the_user_speaks() -> None:
    model = invented(system_messages=False, developer_messages=False)
    messages = [{"role": "developer", "content": "a"}, {"role": "system", "content": "b"}, 7, {"content": "system"}]
    after, _ = adapted({"messages": messages}, model)
    assert after["messages"] == [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}, *messages[2:]]


def test_a_message_that_names_a_member_twice_cannot_be_rewritten() -> None:
    request = peek(b'{"model":"m","messages":[{"role":"system","role":"system"}]}')
    with pytest.raises(MalformedRequest, match="role"):
        adapt(request, invented(system_messages=False))


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-3, 300), st.floats(0, 2), st.text(max_size=5))
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "max_tokens": VALUES,
        "max_completion_tokens": VALUES,
        "temperature": VALUES,
        "top_p": VALUES,
        "presence_penalty": VALUES,
        "frequency_penalty": VALUES,
        "logprobs": VALUES,
        "top_logprobs": VALUES,
        "logit_bias": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
        "reasoning_effort": st.one_of(VALUES, st.sampled_from(["none", "minimal", "low", "medium", "high", "xhigh"])),
        "verbosity": st.one_of(VALUES, st.sampled_from(["low", "medium", "high"])),
        "stop": st.one_of(VALUES, st.lists(st.text(max_size=3), max_size=2)),
        "tools": st.lists(st.fixed_dictionaries({"type": st.just("function")}), max_size=1),
        "seed": VALUES,
        "unheard_of": VALUES,
    },
)


@given(REQUESTS, st.data())
def test_adapting_twice_is_adapting_once(request: dict[str, object], data: st.DataObject) -> None:
    model = FAMILY[data.draw(st.integers(0, len(FAMILY) - 1))]
    once = peek(json.dumps(BASE | request).encode())
    changed = peek(once.for_upstream("gpt-4o", adapt(once, model).changes))
    assert adapt(changed, model).changes == {}


@given(REQUESTS, st.data())
def test_members_without_a_rule_survive(request: dict[str, object], data: st.DataObject) -> None:
    after, _ = adapted(request, FAMILY[data.draw(st.integers(0, len(FAMILY) - 1))])
    for name in ("seed", "unheard_of", "tools"):
        assert (name in after) == (name in request)
        assert after.get(name) == request.get(name)


FAMILY = [model for model in open_catalog().models() if model.provider in {"openai", "azure"} and model.kind == "chat"]


@pytest.mark.parametrize("model", FAMILY, ids=lambda model: model.ref)
def test_every_chat_model_takes_a_full_request_after_one_adaptation(model: Model) -> None:
    full = {
        "max_tokens": 9,
        "temperature": 0.3,
        "top_p": 0.5,
        "stop": ["x"],
        "logprobs": True,
        "reasoning_effort": "minimal",
        "verbosity": "low",
        "tools": [{"type": "function"}],
    }
    known = profile(model)
    if "tools-refused" in adapted(full, known)[1]:
        del full["tools"]
    after, rules = adapted(full, known)
    again, more = adapted(after, known)
    assert (again, more) == (after, ())
    assert set(rules) <= {rule.id for rule in RULES}
    if model.abilities.get("max_tokens") is False:
        assert "max_tokens" not in after
        assert after["max_completion_tokens"] == 9
    if model.abilities.get("sampling_params") is False:
        assert after.keys().isdisjoint({"temperature", "top_p", "logprobs"})
    efforts = model.abilities.get("reasoning_efforts")
    if isinstance(efforts, tuple) and "reasoning_effort" in after:
        assert after["reasoning_effort"] in efforts
