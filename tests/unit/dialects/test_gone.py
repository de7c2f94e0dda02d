import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.gone import gone_evidence, says_gone

TRAFFIC = Path(__file__).parents[4] / "shared" / "traffic"


def openai(message: str, code: str | None = None, param: str | None = None) -> object:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


GONE: dict[str, tuple[int, object]] = {
    "openai deprecated": (
        404,
        openai(
            "The model `text-davinci-003` has been deprecated, learn more here: https://platform.openai.com/docs/"
            "deprecations",
            "model_not_found",
        ),
    ),
    "openai deprecated, by its text alone": (404, openai("The model `text-davinci-003` has been deprecated, learn")),
    "openai not there": (
        404,
        openai("The model `chatgpt-4o-latest` does not exist or you do not have access to it.", "model_not_found"),
    ),
    "openai not there, by its text alone": (404, openai("The model `gpt-4o` does not exist or you do not have access")),
    "openai responses": (400, openai("The requested model 'gpt-5.2-proo' does not exist.", "model_not_found", "model")),
    "azure deprecated": (
        410,
        {
            "error": {
                "code": 410,
                "message": "The model associated with the deployment is deprecated and no longer available for use.",
                "responseCode": "ModelDeprecated",
            }
        },
    ),
    "azure deprecated, by its text alone": (
        410,
        {
            "error": {
                "message": "The model associated with the deployment is deprecated and no longer available for use"
            }
        },
    ),
    "azure resource": (404, {"error": {"code": "404", "message": "Resource not found"}}),
    "azure deployment": (
        404,
        {"error": {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}},
    ),
    "azure deploy time": (
        400,
        {"error": {"code": "ServiceModelDeprecated", "message": "The model has been deprecated since 02/13/2025."}},
    ),
    "anthropic": (
        404,
        {"type": "error", "error": {"type": "not_found_error", "message": "model: claude-sonnet-4-20250514"}},
    ),
    "gemini": (
        404,
        {
            "error": {
                "code": 404,
                "message": "models/gemini-pro is not found for API version v1beta, or is not supported for "
                "generateContent. Call ListModels to see the list of available models.",
                "status": "NOT_FOUND",
            }
        },
    ),
    "gemini in a list": (
        404,
        [{"error": {"code": 404, "message": "models/gemini-pro is not found for API version v1main"}}],
    ),
    "gemini for new users": (
        404,
        {"error": {"message": "This model models/gemini-2.0-flash is no longer available to new users. Please update"}},
    ),
    "vertex": (
        404,
        {
            "error": {
                "message": "Publisher Model `projects/p/locations/us/publishers/google/models/gemini-1.5-pro` was not "
                "found or your project does not have access to it."
            }
        },
    ),
    "bedrock end of life": (
        404,
        {
            "__type": "ResourceNotFoundException",
            "message": "This model version has reached the end of its life. Please refer to the AWS documentation.",
        },
    ),
    "bedrock idle": (
        404,
        {
            "message": "Access denied. This Model is marked by provider as Legacy and you have not been actively using "
            "the model in the last 15 days."
        },
    ),
    "bedrock unknown": (400, {"message": "The provided model identifier is invalid."}),
    "groq": (
        400,
        openai(
            "The model `llama3-70b-8192` has been decommissioned and is no longer supported. Please refer to the docs",
            "model_decommissioned",
        ),
    ),
    "groq, by its text alone": (400, openai("The model `llama3-70b-8192` has been decommissioned and is no longer")),
    "cohere": (
        404,
        {"id": "1", "message": "model 'command' was removed on September 15, 2025. See https://docs.cohere.com/docs"},
    ),
    "mistral": (
        400,
        {
            "object": "error",
            "message": "Invalid model: mistral-tiny",
            "type": "invalid_model",
            "param": None,
            "code": "1500",
        },
    ),
    "deepseek": (400, openai("Model Not Exist", "invalid_request_error")),
    "xai": (
        404,
        {
            "code": "Some requested entity was not found",
            "error": "The model grok-beta does not exist or your team 0a1b does not have access to it.",
        },
    ),
    "openrouter endpoints": (
        404,
        {"error": {"message": "No endpoints found for google/gemini-2.0-flash-exp:free.", "code": 404}},
    ),
    "openrouter id": (400, {"error": {"message": "openai/gpt-9 is not a valid model ID", "code": 400}}),
    "proxy channels": (
        503,
        {"error": {"message": "No available channels for model gpt-4o under group default", "type": "new_api_error"}},
    ),
    "a name of several words": (404, {"error": {"message": "The model Claude Sonnet 4.5 has been retired."}}),
    "another gateway": (410, openai("gpt-4o was retired on 2027-01-14", "model_retired", "model")),
    "plain text": (404, "The model `x` has been retired."),
    "json in a json string": (404, json.dumps(openai("The model `x-1` does not exist", "model_not_found"))),
    "vllm": (
        404,
        {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404},
    ),
    "ollama": (404, {"error": {"message": 'model "llama3" not found, try pulling it first', "type": "api_error"}}),
}

NOT_GONE: dict[str, tuple[int, object]] = {
    "bad key": (401, openai("Incorrect API key provided: sk-abc. You can find your API key at", "invalid_api_key")),
    "no access": (403, openai("Project `proj_x` does not have access to model `gpt-4o`", "model_not_found")),
    "rate limit": (429, openai("Rate limit reached for gpt-4o in organization org-x on tokens per min", "rate_limit")),
    "quota": (429, openai("You exceeded your current quota, please check your plan", "insufficient_quota")),
    "wrong url, html": (404, "<html><head><title>404 Not Found</title></head><body>nginx</body></html>"),
    "wrong url": (404, openai("Invalid URL (POST /v1/chat/completion)")),
    "wrong url, fastapi": (404, {"detail": "Not Found"}),
    "nothing": (404, ""),
    "web search": (400, openai("Web search options not supported with this model.", None, "web_search_options")),
    "developer role": (
        400,
        openai(
            "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
            "unsupported_value",
            "messages[0].role",
        ),
    ),
    "max_tokens": (
        400,
        openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'.",
            "unsupported_parameter",
            "max_tokens",
        ),
    ),
    "wrong endpoint": (
        404,
        openai("This is not a chat model and thus not supported in the v1/chat/completions endpoint.", None, "model"),
    ),
    "responses only": (
        404,
        openai("This model is only supported in v1/responses and not in v1/chat/completions.", None, "model"),
    ),
    "a parameter that is deprecated": (400, {"error": {"message": "`temperature` is deprecated for this model."}}),
    "a parameter of the model": (400, {"error": {"message": "The model parameter temperature has been deprecated."}}),
    "a field of the model": (400, {"error": {"message": "The model field is no longer supported in headers."}}),
    "a parameter removed": (400, openai("'functions' is no longer supported, use 'tools' instead.", None, "functions")),
    "context": (400, openai("This model's maximum context length is 128000 tokens.", "context_length_exceeded")),
    "openrouter tools": (404, {"error": {"message": "No endpoints found that support tool use.", "code": 404}}),
    "openrouter privacy": (404, {"error": {"message": "No endpoints found matching your data policy.", "code": 404}}),
    "file": (404, openai("No such File object: file-abc", "not_found", "file_id")),
    "anthropic, another thing": (404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}),
    "overloaded": (503, openai("The model is overloaded. Please try again later.")),
    "server": (500, openai("The model `x` does not exist", "model_not_found")),
    "an answer": (200, {"choices": [{"message": {"content": "The model `x` has been deprecated"}}]}),
    "garbage": (404, '{"error": "The model `x` has been deprecated'),
    "a number": (404, 7),
    "a list of words": (404, ["gone"]),
    "a word": (404, '"gone"'),
}


def body_of(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@pytest.mark.parametrize("name", GONE)
def test_the_error_of_a_retired_model_is_evidence(name: str) -> None:
    status, value = GONE[name]
    evidence = gone_evidence(status, body_of(value))
    assert evidence is not None
    assert evidence.startswith(str(status))


@pytest.mark.parametrize("name", NOT_GONE)
def test_another_error_is_no_evidence(name: str) -> None:
    status, value = NOT_GONE[name]
    assert gone_evidence(status, body_of(value)) is None


def test_of_all_recorded_errors_only_those_of_unknown_models_are_evidence() -> None:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    found: dict[bool, set[str]] = {True: set(), False: set()}
    for path in sorted(TRAFFIC.glob("*.jsonl")):
        if path.stem == "realtime":
            continue
        for line in path.read_text().splitlines():
            exchange = json.loads(line)
            if exchange["status"] >= 400:
                body = body_of(exchange["response"])
                found[gone_evidence(exchange["status"], body) is not None].add(body.decode()[:400])
    words = ("does not exist", "is not found for", "model: claude-does-not-exist", "identifier is invalid")
    assert all(any(word in body for word in words) for body in found[True])
    assert not any(word in body for word in words for body in found[False])
    assert len(found[True]) >= 6
    assert len(found[False]) >= 10


def test_evidence_is_one_short_line_without_secrets() -> None:
    message = (
        "The model `gpt-4o` does not exist.\nKey sk-proj-abcdefghijklmnop, org-abcdef123456, account 123456789012, "
        "https://x.test/v1?key=AIzaSyA1234567890 " + "x" * 500
    )
    evidence = gone_evidence(404, body_of(openai(message, "model_not_found")))
    assert evidence is not None
    assert evidence.startswith("404 model_not_found The model `gpt-4o` does not exist. Key …, …, account …, ")
    assert len(evidence) <= 240
    assert evidence.isprintable()
    assert "AIza" not in evidence


def test_only_the_beginning_of_a_huge_body_is_read() -> None:
    assert gone_evidence(404, b" " * (1 << 20) + body_of(GONE["cohere"][1])) is None


@given(st.integers(200, 599), st.binary(max_size=300))
def test_no_body_makes_it_fail(status: int, body: bytes) -> None:
    assert gone_evidence(status, body) is None or status in {400, 404, 410, 422, 503}


NOTICES = [
    "Claude Sonnet 4.5 is no longer available. Please switch to Claude Sonnet 4.6.",
    "This model is no longer available.",
    "This model has been retired. Please use gpt-5.1 instead.",
    "⚠️ The requested model has been deprecated. Please select another model.",
    "Sorry, this model has been discontinued.",
    "Error: The model `gpt-4o` has been deprecated.",
    "The model gpt-4o has been retired.",
    "**gpt-4o** has been retired. Please migrate to gpt-5.6-sol.",
    "GPT-4o is no longer supported. Switch to GPT-5.1 in the model picker.",
    "Gemini 2.0 Flash has been shut down.\n\nPlease upgrade to Gemini 3.5 Flash-Lite.",
    "The selected model (gpt-4o) is no longer available.",
]

ANSWERS = [
    "",
    "Paris.",
    "No, GPT-4o has been retired from ChatGPT since February 2026.",
    "GPT-4o was retired on February 13, 2026.",
    "GPT-4 is no longer available in ChatGPT, but the API still has it.",
    "The Model T was discontinued in 1927.",
    "The model 3 sedan was removed from the page in May.",
    "Please switch to the new account before Monday.",
    "It depends: if the model is no longer available, your application receives a 404 error.",
    "Yes. The model has been deprecated by OpenAI, so plan the move. Please use the successor.",
    "Retired models answer with 404. For instance text-davinci-003 has been deprecated; please use another one.",
    "GPT-4o has been deprecated. Please migrate to GPT-5.1. " + "Here is a plan in five steps. " * 10,
    "This model has been retired. " * 20,
    '{"error": "The model has been retired"}',
    "The word 'model' is no longer supported by the grammar you sent; please use 'pattern'.",
]


@pytest.mark.parametrize("text", NOTICES)
def test_a_notice_in_place_of_an_answer_says_gone(text: str) -> None:
    assert says_gone(text)


@pytest.mark.parametrize("text", ANSWERS)
def test_an_answer_about_models_does_not_say_gone(text: str) -> None:
    assert not says_gone(text)


def test_no_recorded_answer_says_gone() -> None:
    if not TRAFFIC.exists():
        pytest.skip("the recorded traffic is not here")
    texts = []
    for name in ("openai-chat", "compatible-chat"):
        for line in (TRAFFIC / f"{name}.jsonl").read_text().splitlines():
            response = json.loads(line)["response"]
            if isinstance(response, dict) and response.get("choices"):
                texts.append(str(response["choices"][0]["message"].get("content") or ""))
    assert len(texts) > 200
    assert not any(says_gone(text) for text in texts)


@given(st.text(max_size=400))
def test_any_text_can_be_judged(text: str) -> None:
    assert says_gone(text) in {True, False}
