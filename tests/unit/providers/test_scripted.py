"""Simulated models: they live, refuse, count and fail as real ones do, and say that they are simulated."""

import asyncio
import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.claims import Standing
from outlast.catalog.models import Model
from outlast.catalog.port import Knowledge
from outlast.catalog.store import open_catalog
from outlast.dialects.adaptation import adapt
from outlast.dialects.chat.asked import peek
from outlast.dialects.gone import gone_evidence, says_gone
from outlast.errors import SettingsInvalid, UpstreamBroken, UpstreamTimeout
from outlast.gateway.ports import Patience, UpstreamRequest
from outlast.providers.local_answer import LocalAnswer
from outlast.providers.script.life import Stage, gone, unknown
from outlast.providers.script.parameters import Asked, refused
from outlast.providers.script.profile import Profiles, load_profiles
from outlast.providers.script.refusal import Refusal
from outlast.providers.script.request import read_request
from outlast.providers.scripted import ScriptedUpstream

CATALOG = open_catalog()
BEFORE, AFTER = dt.date(2026, 2, 10), dt.date(2026, 2, 18)
Answer = tuple[int, dict[str, str], Any]


def simulated(
    day: dt.date = BEFORE, profiles: Profiles | None = None, *, provider: str = "openai", knowledge: Knowledge = CATALOG
) -> ScriptedUpstream:
    return ScriptedUpstream(
        Stage(knowledge, provider, "api", lambda: day),
        profiles or Profiles(),
        unix_seconds=lambda: 1_770_000_000.0,
        rng=random.Random(1),  # noqa: S311 - ids
        patience=Patience(first_byte=0.01, idle=0.01),
    )


async def sent(upstream: ScriptedUpstream, body: bytes) -> LocalAnswer:
    return await upstream.send(
        UpstreamRequest(target="openai/m", model="m", path="/chat/completions", body=body, stream=False)
    )


def told(upstream: ScriptedUpstream, words: str = "hello", **members: object) -> Answer:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": words}]} | members

    async def call() -> Answer:
        answer = await sent(upstream, json.dumps(body).encode())
        return answer.status, dict(answer.headers), json.loads(await answer.read())

    return asyncio.run(call())


def said(upstream: ScriptedUpstream, words: str, **members: object) -> str:
    content = told(upstream, words, **members)[2]["choices"][0]["message"]["content"]
    assert isinstance(content, str)
    return content


def events(upstream: ScriptedUpstream, words: str = "hello", **members: object) -> list[Any]:
    body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": words}]} | members

    async def call() -> bytes:
        return await (await sent(upstream, json.dumps(body).encode())).read()

    lines = asyncio.run(call()).decode().split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [json.loads(line.removeprefix("data: ")) for line in lines[:-2]]


# It is a simulation.


def test_every_answer_says_that_it_is_simulated() -> None:
    for model in ("gpt-4o", "no-such-model"):
        assert told(simulated(), model=model)[1]["x-simulated"] == "true"
    assert told(simulated())[2]["system_fingerprint"] == "fp_simulated"


def test_the_same_seed_gives_the_same_answer() -> None:
    assert told(simulated(), "What is 2 * 21?") == told(simulated(), "What is 2 * 21?")


# Life cycle.


def test_a_model_answers_until_its_last_day_and_not_after() -> None:
    assert told(simulated(BEFORE), model="chatgpt-4o-latest")[0] == 200
    status, _, body = told(simulated(AFTER), model="chatgpt-4o-latest")
    assert status == 404
    assert body["error"] == {
        "message": "The model `chatgpt-4o-latest` does not exist or you do not have access to it.",
        "type": "invalid_request_error", "param": None, "code": "model_not_found",
    }  # fmt: skip


def test_an_alias_answers_with_its_snapshot() -> None:
    assert told(simulated())[2]["model"] == "gpt-4o-2024-08-06"


class Redirecting:
    """One model that became another."""

    def find(self, ref: str) -> Model | None:
        provider, _, name = ref.partition("/")
        return Model(provider=provider, id=name, name=name, kind="chat")

    def standing(self, _ref: str, _surface: str, _day: dt.date) -> Standing:
        return Standing(status="redirected", redirect_to="xai/grok-new")

    def chain(self, ref: str, surface: str, day: dt.date) -> Any:
        raise NotImplementedError

    def closest(self, _ref: str, _limit: int = 3) -> tuple[str, ...]:
        return ()

    def models(self) -> tuple[Model, ...]:
        return ()


def test_a_redirected_model_answers_under_its_successors_name() -> None:
    upstream = simulated(provider="xai", knowledge=Redirecting())
    assert told(upstream, model="grok-old")[2]["model"] == "grok-new"


PROVIDERS = ("openai", "azure", "anthropic", "google", "groq", "mistral", "cohere", "xai")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_gateway_recognises_every_providers_word_for_gone(provider: str) -> None:
    refusal = gone(provider, "azure" if provider == "azure" else "api", "some-model-1")
    assert gone_evidence(refusal.status, refusal.body) is not None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_model_that_never_was_is_an_error(provider: str) -> None:
    assert unknown(provider, "no-such").status in (400, 404)


def test_a_model_of_another_endpoint_is_refused_and_not_gone() -> None:
    for name in ("gpt-5-pro", "text-embedding-3-small"):
        status, _, body = told(simulated(), model=name)
        assert status == 404
        assert gone_evidence(status, json.dumps(body).encode()) is None


# Parameters.

DEFAULT_ONLY = "Only the default (1) value is supported."
REFUSED: tuple[tuple[dict[str, object], str | None, str | None, str], ...] = (
    (
        {"model": "gpt-5.1-chat-latest", "max_tokens": 80}, "max_tokens", "unsupported_parameter",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
    (
        {"model": "gpt-5", "temperature": 0.7}, "temperature", "unsupported_value",
        "Unsupported value: 'temperature' does not support 0.7 with this model. " + DEFAULT_ONLY,
    ),
    (
        {"model": "gpt-5", "top_p": 0.5}, "top_p", "unsupported_parameter",
        "Unsupported parameter: 'top_p' is not supported with this model.",
    ),
    (
        {"model": "gpt-5.1", "reasoning_effort": "low", "temperature": 0.1}, "temperature", "unsupported_value",
        "Unsupported value: 'temperature' does not support 0.1 with this model. " + DEFAULT_ONLY,
    ),
    (
        {"model": "gpt-5.1", "reasoning_effort": "minimal"}, "reasoning_effort", "unsupported_value",
        ("Unsupported value: 'reasoning_effort' does not support 'minimal' with this model. "
         "Supported values are: 'none', 'low', 'medium', and 'high'."),
    ),
    (
        {"model": "gpt-4o", "reasoning_effort": "low"}, None, None,
        "Unrecognized request argument supplied: reasoning_effort",
    ),
    (
        {"model": "gpt-4o", "verbosity": "low"}, "verbosity", "unsupported_value",
        "Unsupported value: 'verbosity' does not support 'low' with this model. Supported values are: 'medium'.",
    ),
    (
        {"model": "gpt-5", "stop": ["x"]}, "stop", "unsupported_parameter",
        "Unsupported parameter: 'stop' is not supported with this model.",
    ),
    (
        {"model": "gpt-6-luna", "tools": [{"type": "function", "function": {"name": "f"}}]}, "reasoning_effort", None,
        ("Function tools with reasoning_effort are not supported for gpt-6-luna in /v1/chat/completions. "
         "Please use /v1/responses instead."),
    ),
    (
        {"model": "gpt-4o", "max_tokens": 100_000}, "max_tokens", "invalid_value",
        ("max_tokens is too large: 100000. This model supports at most 16384 completion tokens, "
         "whereas you provided 100000."),
    ),
    ({"model": "gpt-4o", "max_tokens": 0}, "max_tokens", "integer_below_min_value",
     "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead."),
    ({"model": "gpt-4o", "n": 0}, "n", "integer_out_of_range",
     "Invalid 'n': expected a value between 1 and 128, but got 0 instead."),
)  # fmt: skip


@pytest.mark.parametrize(("members", "param", "code", "message"), REFUSED)
def test_parameters_are_refused_in_the_providers_words(
    members: dict[str, object], param: str | None, code: str | None, message: str
) -> None:
    status, _, body = told(simulated(), "hello", **members)
    assert status == 400
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    assert body == {"error": error}


@pytest.mark.parametrize(
    "members",
    [
        {"model": "gpt-4o", "max_tokens": 80, "temperature": 0.7, "stop": ["x"]},
        {"model": "gpt-5", "temperature": 1, "max_completion_tokens": 80},
        {"model": "gpt-5.1", "temperature": 0.2},
        {"model": "gpt-5.1", "temperature": 0.2, "reasoning_effort": "none"},
        {"model": "gpt-6-luna", "reasoning_effort": "none", "tools": [{"type": "function", "function": {"name": "f"}}]},
    ],
)
def test_what_a_model_takes_is_not_refused(members: dict[str, object]) -> None:
    assert told(simulated(), "hello", **members)[0] == 200


def test_tools_and_schemas_are_refused_where_the_catalogue_says_so() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    tools = [{"type": "function", "function": {"name": "f"}}]
    for members in ({"tools": tools}, {"response_format": schema}):
        assert told(simulated(), "hello", model="chatgpt-4o-latest", **members)[0] == 400


def test_a_role_that_a_model_does_not_have_is_refused_by_its_place() -> None:
    known = Model(provider="openai", id="m", name="m", kind="chat", abilities={"system_messages": False})
    request = read_request(
        b'{"model":"m","messages":[{"role":"user","content":"a"},{"role":"developer","content":"b"}]}'
    )
    assert not isinstance(request, Refusal)
    refusal = refused(Asked(request, known))
    assert refusal is not None
    assert refusal.message == "Unsupported value: 'messages[1].role' does not support 'developer' with this model."


CHAT_MODELS = [model for model in CATALOG.models() if model.provider == "openai" and model.kind == "chat"]
EVERYTHING = {
    "max_tokens": 500, "temperature": 0.3, "top_p": 0.9, "presence_penalty": 0.1, "frequency_penalty": 0.1,
    "logprobs": True, "top_logprobs": 2, "logit_bias": {"1": 1}, "stop": ["x"], "reasoning_effort": "minimal",
    "verbosity": "low",
}  # fmt: skip


@pytest.mark.parametrize("model", CHAT_MODELS, ids=lambda model: model.id)
@pytest.mark.parametrize("role", ["system", "developer"])
def test_every_model_takes_a_request_that_was_adapted_to_it(model: Model, role: str) -> None:
    messages = [{"role": role, "content": "Be kind."}, {"role": "user", "content": "hello"}]
    request = peek(json.dumps({"model": "gpt-4o", "messages": messages} | EVERYTHING).encode())
    adapted = read_request(request.for_upstream(model.id, adapt(request, model).changes))
    assert not isinstance(adapted, Refusal)
    assert refused(Asked(adapted, model)) is None


EMPTY = "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array."
MALFORMED = (
    (b"{", "We could not parse the JSON body of your request."),
    (b'{"messages":[]}', "you must provide a model parameter"),
    (b'{"model":"m"}', "Missing required parameter: 'messages'."),
    (b'{"model":"m","messages":[]}', EMPTY),
    (b'{"model":"m","messages":[{"content":"x"}]}', "Missing required parameter: 'messages[0].role'."),
    (b'{"model":"m","messages":[{"role":"user"}],"n":"3"}', "Invalid type for 'n': Expected `int | null`, got `str`."),
)  # fmt: skip


@pytest.mark.parametrize(("body", "message"), MALFORMED)
def test_a_body_that_is_no_chat_request_is_refused(body: bytes, message: str) -> None:
    async def call() -> Any:
        answer = await sent(simulated(), body)
        return answer.status, json.loads(await answer.read())["error"]["message"]

    assert asyncio.run(call()) == (400, message)


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_any_body_is_a_request_or_a_refusal(body: bytes) -> None:
    read = read_request(body)
    assert not isinstance(read, Refusal) or read.status == 400


# Skills.


def test_sums_are_calculated() -> None:
    assert "17 + 25 = 42" in said(simulated(), "What is 17 + 25?")
    assert "1 / 0 = nan" in said(simulated(), "and 1 / 0?")


def test_words_after_say_are_repeated_exactly() -> None:
    assert said(simulated(), "Say: a  b\nc") == "a  b\nc"


def test_a_greeting_is_answered_in_the_models_tone() -> None:
    assert said(simulated(), "hello!", model="gpt-4o") != said(simulated(), "hello!", model="gpt-5.1")
    assert said(simulated(), "hello!", model="gpt-5.1") == "Hello."


def test_a_long_text_is_as_long_as_it_was_wanted() -> None:
    assert len(said(simulated(), "Write 500 words").split()) == 500


TOOLS = [
    {"type": "function", "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}}},
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string"},
                    "days": {"type": "integer", "minimum": 2},
                    "unit": {"enum": ["C", "F"]},
                },
            },
        },
    },
]


def test_a_tool_that_is_spoken_of_is_called_with_arguments_of_its_schema() -> None:
    choice = told(simulated(), "the weather in Paris", tools=TOOLS)[2]["choices"][0]
    call = choice["message"]["tool_calls"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert call["function"]["name"] == "weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "the weather in Paris", "days": 2, "unit": "C"}


def test_the_choice_of_a_tool_is_kept() -> None:
    forced = {"type": "function", "function": {"name": "clock"}}
    message = told(simulated(), "the weather", tools=TOOLS, tool_choice=forced)[2]["choices"][0]["message"]
    assert message["tool_calls"][0]["function"]["name"] == "clock"
    assert said(simulated(), "hello", tools=TOOLS, tool_choice="none")


def test_a_tools_result_is_answered_in_words() -> None:
    messages = [
        {"role": "user", "content": "the weather"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function"}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "21 degrees"},
    ]
    assert "21 degrees" in said(simulated(), "", tools=TOOLS, messages=messages)


def test_a_structured_answer_has_the_schemas_shape() -> None:
    definition = {
        "$defs": {"P": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3}}}},
        "type": "object",
        "properties": {
            "people": {"type": "array", "items": {"$ref": "#/$defs/P"}, "minItems": 2},
            "ok": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "share": {"type": "number", "maximum": 0.5},
        },
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": definition}}
    value = json.loads(said(simulated(), "hello", response_format=wanted))
    assert value == {"people": [{"name": "hel"}, {"name": "hel"}], "ok": True, "share": 0.5}


def test_a_schema_that_refers_to_itself_ends() -> None:
    definition = {"type": "object", "properties": {"next": {"$ref": "#"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": definition}}
    assert said(simulated(), "hello", response_format=wanted).startswith('{"next":{"next":')


def test_an_object_is_given_when_one_is_wanted() -> None:
    assert "42" in json.loads(said(simulated(), "6 * 7", response_format={"type": "json_object"}))["answer"]


PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAQAAAADCAYAAAC09K7G"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (PNG, "a PNG image of 4 x 3 pixels, 33 bytes"),
        ("data:image/gif;base64,R0lGODlhAgADAAAAACw=", "a GIF image of 2 x 3 pixels"),
        ("data:image/jpeg;base64,/9j/wAARCAAFAAcDASIAAhEBAxEB", "a JPEG image of 7 x 5 pixels"),
        ("data:image/png;base64,!!", "an image whose data is not base64"),
        ("https://example.org/a.png", "an image at example.org"),
    ],
)
def test_an_image_is_described_by_its_type_and_size(url: str, words: str) -> None:
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    assert words in said(simulated(), "", messages=[{"role": "user", "content": content}])


# Counting.


def test_usage_is_the_same_for_the_same_call_and_adds_up() -> None:
    usage = told(simulated(), "What is 17 + 25?")[2]["usage"]
    assert usage == told(simulated(), "What is 17 + 25?")[2]["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_a_long_beginning_that_was_sent_before_is_cached_in_steps() -> None:
    upstream = simulated()
    first = told(upstream, "word " * 1200 + "one")[2]["usage"]["prompt_tokens_details"]["cached_tokens"]
    again = told(upstream, "word " * 1200 + "two")[2]["usage"]["prompt_tokens_details"]["cached_tokens"]
    assert (first, again) == (0, 1152)


def test_a_short_prompt_is_never_cached() -> None:
    upstream = simulated()
    told(upstream, "hello")
    assert told(upstream, "hello")[2]["usage"]["prompt_tokens_details"]["cached_tokens"] == 0


def test_a_token_limit_cuts_the_answer() -> None:
    choice = told(simulated(), "Write 500 words", max_tokens=5)[2]
    assert choice["choices"][0]["finish_reason"] == "length"
    assert choice["usage"]["completion_tokens"] == 5


def test_hidden_reasoning_counts_and_uses_the_limit_first() -> None:
    body = told(simulated(), "Write 100 words", model="gpt-5", reasoning_effort="high", max_completion_tokens=50)[2]
    assert body["choices"][0]["message"]["content"] == ""
    assert body["usage"]["completion_tokens_details"]["reasoning_tokens"] == 50


def test_stop_words_end_the_answer() -> None:
    assert said(simulated(), "Say: one two three", stop=[" two"]) == "one"


# Streams.


def test_a_stream_has_the_words_of_the_plain_answer() -> None:
    chunks = events(simulated(), "What is 17 + 25?")
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert text == said(simulated(), "What is 17 + 25?")
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks][-2:] == [None, "stop"]
    assert all("usage" not in chunk for chunk in chunks)


def test_wished_usage_is_null_until_the_last_chunk() -> None:
    chunks = events(simulated(), stream_options={"include_usage": True})
    assert all(chunk["usage"] is None for chunk in chunks[:-1])
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == told(simulated())[2]["usage"]


def test_streamed_tool_calls_join_to_the_plain_ones() -> None:
    parts = [chunk["choices"][0]["delta"].get("tool_calls") for chunk in events(simulated(), "weather", tools=TOOLS)]
    calls = [part[0] for part in parts if part]
    plain = told(simulated(), "weather", tools=TOOLS)[2]["choices"][0]["message"]["tool_calls"][0]
    assert calls[0]["id"] == plain["id"]
    assert "".join(call["function"]["arguments"] for call in calls) == plain["function"]["arguments"]


def test_each_choice_is_streamed_under_its_index() -> None:
    indexes = {chunk["choices"][0]["index"] for chunk in events(simulated(), n=3)}
    assert indexes == {0, 1, 2}


# Faults and profiles.


def profiles(folder: Path, text: str) -> Profiles:
    (folder / "profiles.toml").write_text(text)
    return load_profiles(folder / "profiles.toml")


def test_a_profile_strikes_as_often_as_it_says(tmp_path: Path) -> None:
    text = '[models."gpt-4o"]\nfault = "rate_limited"\nretry_after = 2.0\ntimes = 2\n'
    upstream = simulated(profiles=profiles(tmp_path, text))
    answers = [told(upstream) for _ in range(3)]
    assert [status for status, _, _ in answers] == [429, 429, 200]
    assert answers[0][1]["retry-after"] == "2"
    assert told(upstream, model="gpt-4o-mini")[0] == 200


def test_the_default_profile_holds_for_every_model_and_a_table_for_one(tmp_path: Path) -> None:
    text = '[default]\nfault = "status"\nstatus = 502\n[models."gpt-4o-mini"]\nfault = "none"\ntext = "fine"\n'
    upstream = simulated(profiles=profiles(tmp_path, text))
    assert told(upstream)[0] == 502
    assert said(upstream, "", model="gpt-4o-mini") == "fine"


def test_a_silent_redirect_shows_only_in_the_answers_model(tmp_path: Path) -> None:
    upstream = simulated(profiles=profiles(tmp_path, '[models."gpt-4o"]\nanswers_as = "gpt-5.1"\n'))
    assert told(upstream)[2]["model"] == "gpt-5.1"


@pytest.mark.parametrize("text", ['[models."x"]\nfault = "melts"\n', "[default]\nlatency = 1\n", "no toml"])
def test_a_profile_that_cannot_be_meant_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"profiles\.toml"):
        profiles(tmp_path, text)


def test_faults_are_models_that_need_no_file() -> None:
    upstream = simulated()
    statuses = {
        fault: told(upstream, model=f"simulated-{fault}")[0] for fault in ("status", "rate-limited", "overloaded")
    }
    assert statuses == {"status": 500, "rate-limited": 429, "overloaded": 503}
    assert told(upstream, model="simulated-gone")[0] == 404
    assert says_gone(said(upstream, "hello", model="simulated-soft-gone"))
    assert "usage" not in told(upstream, model="simulated-no-usage")[2]


def test_a_reset_and_a_hang_raise() -> None:
    with pytest.raises(UpstreamBroken):
        told(simulated(), model="simulated-reset")
    with pytest.raises(UpstreamTimeout):
        told(simulated(), model="simulated-hang")


def test_an_answer_can_break_off_or_fall_silent_in_its_middle() -> None:
    async def pieces(model: str) -> int:
        body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "hello"}]}
        answer = await sent(simulated(), json.dumps(body).encode())
        count = 0
        try:
            while await answer.chunk():
                count += 1
        except (UpstreamBroken, UpstreamTimeout) as error:
            return count if error.target == "openai/m" else -1
        return 0

    assert asyncio.run(pieces("simulated-truncated")) == 4
    assert asyncio.run(pieces("simulated-stall")) == 4


def test_a_trickle_comes_byte_by_byte() -> None:
    async def first() -> bytes:
        body = b'{"model":"simulated-trickle","messages":[{"role":"user","content":"hello"}]}'
        return await (await sent(simulated(), body)).chunk()

    assert asyncio.run(first()) == b"{"


def test_garbage_is_no_json() -> None:
    with pytest.raises(ValueError, match=r"decode|Expecting"):
        told(simulated(), model="simulated-garbage")
