"""``outlast doctor`` and ``explain`` before providers of every kind: each is asked as its vendor wants to be."""

from pathlib import Path

import pytest
from tests.integration.gateway_process import outlast_process, plain
from tests.integration.test_doctor import examined, finding

from outlast.testing.upstream import in_thread, raw

KEY = "nobody-may-see-this"
KINDS = {
    "anthropic": ('kind = "anthropic"', "/v1/models", "x-api-key"),
    "google": ('kind = "gemini"', "/v1beta/models", "x-goog-api-key"),
    "vertex": (
        'kind = "gemini"\nproject = "p"\nlocation = "eu"',
        "/v1beta1/projects/p/locations/eu/publishers/google",
        "authorization",
    ),
    "groq": ('kind = "openai"\nprofile = "groq"', "/models", "authorization"),
}
BAD_KEY = {
    "error": {
        "code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}  # fmt: skip


def provider(kind: str, address: str) -> str:
    return f'[providers.{kind}]\n{KINDS[kind][0]}\nbase_url = "{address}"\napi_key = "env:THE_KEY"\n'


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_asked_for_its_models_in_its_own_way(tmp_path: Path, kind: str) -> None:
    _, path, header = KINDS[kind]
    with in_thread(raw(plain(200, {"data": []}))) as upstream:
        done = examined(tmp_path, provider(kind, upstream.base_url.removesuffix("/v1")), THE_KEY=KEY)
        [asked] = upstream.received
    assert finding(done, f"provider {kind}")["level"] == "ok", done.out
    assert (asked.method, asked.path) == ("GET", path)
    assert KEY in asked.headers[header]
    assert ("anthropic-version" in asked.headers) == (kind == "anthropic")


def test_a_key_that_google_refuses_with_400_is_a_fault(tmp_path: Path) -> None:
    with in_thread(raw(plain(400, BAD_KEY))) as upstream:
        done = examined(tmp_path, provider("google", upstream.base_url.removesuffix("/v1")), THE_KEY=KEY)
    found = finding(done, "provider google")
    assert (found["level"], found["what"]) == ("fault", "refuses: 400")
    assert KEY not in done.out + done.err


def test_another_400_says_nothing_of_the_key(tmp_path: Path) -> None:
    with in_thread(raw(plain(400, {"error": {"message": "what?"}}))) as upstream:
        done = examined(tmp_path, provider("google", upstream.base_url.removesuffix("/v1")), THE_KEY=KEY)
    assert finding(done, "provider google")["level"] == "ok"


@pytest.mark.parametrize(
    ("name", "model", "surface", "speaks"),
    [
        ("vertex/gemini-2.5-pro", "google/gemini-2.5-pro", "vertex-ai", ["gemini"]),
        ("claudes/claude-opus-4-5", "anthropic/claude-opus-4-5", "api", ["anthropic"]),
        ("fast/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b", "api", ["chat", "responses"]),
        ("own/gpt-4o", "own/gpt-4o", "api", ["responses"]),
        ("named/gpt-4o", "openai/gpt-4o", "azure", ["chat", "responses"]),
    ],
)
def test_a_vendors_models_are_known_whatever_its_table_is_called(
    tmp_path: Path, name: str, model: str, surface: str, speaks: list[str]
) -> None:
    (tmp_path / "outlast.toml").write_text(
        '[providers.vertex]\nkind = "gemini"\nproject = "p"\n'
        '[providers.claudes]\nkind = "anthropic"\n'
        '[providers.fast]\nkind = "openai"\nprofile = "groq"\n'
        '[providers.own]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\nspeaks = ["responses"]\n'
        '[providers.named]\nkind = "openai"\nprofile = "groq"\ncatalog = "openai"\nsurface = "azure"\n',
        encoding="utf-8",
    )
    done = outlast_process(tmp_path, "explain", name, "--format", "json")
    assert (done.document["model"], done.document["surface"]) == (model, surface)
    assert done.document["attempts"][0]["speaks"] == speaks
    text = outlast_process(tmp_path, "explain", name)
    assert ", ".join(speaks) in text.out
