"""Keys as an application meets them: OpenAI's own client, a gateway process, and commands beside it."""

import contextlib
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openai
import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import (
    CHAT,
    HELLO,
    LIVING,
    SCRIPTED,
    Answer,
    Gateway,
    outlast,
    outlast_process,
    running,
    until,
)

pytestmark = pytest.mark.server

MODELS = """
[models.support]
target = "openai/simulated-terse"

[models.secret-project]
target = "openai/simulated-terse"
"""


def created(gateway: Gateway, name: str, *arguments: str) -> str:
    """A new key's secret, as soon as the gateway knows it."""
    secret = gateway.outlast("keys", "create", name, *arguments).out.strip()
    assert secret
    until(lambda: listing(gateway, secret).status == 200)
    return secret


def listing(gateway: Gateway, secret: str) -> Answer:
    return gateway.ask("GET", "/v1/models", headers={"authorization": f"Bearer {secret}"})


@contextlib.contextmanager
def client_of(gateway: Gateway, secret: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=gateway.base_url, api_key=secret, max_retries=0) as client:
        yield client


def says_hello(gateway: Gateway, secret: str, model: str = LIVING) -> bool:
    with client_of(gateway, secret) as client:
        answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])
        return bool(answer.choices[0].message.content)


def refused(gateway: Gateway, secret: str) -> str | None:
    """Why a key is refused now; None while it is not."""
    try:
        says_hello(gateway, secret)
    except openai.AuthenticationError as error:
        return f"{error.status_code} {error.type} {error.code}: {error.message}"
    return None


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("keys"), SCRIPTED + MODELS) as running_gateway:
        yield running_gateway


def test_from_the_first_key_on_a_call_needs_one(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    assert gateway.chat(LIVING).status == 200
    secret = created(gateway, "first")
    assert says_hello(gateway, secret)
    answer = gateway.chat(LIVING)
    assert (answer.status, answer.error["code"]) == (401, "invalid_api_key")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_that_was_created_before_the_gateway_ever_ran_holds(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(SCRIPTED)
    secret = outlast("keys", "create", "early", "--config", str(tmp_path / "outlast.toml")).out.strip()
    with running(tmp_path, SCRIPTED) as gateway:
        assert says_hello(gateway, secret)
        assert gateway.chat(LIVING).status == 401


def test_a_key_that_nobody_created_is_refused_in_openais_shape(gateway: Gateway) -> None:
    created(gateway, "known")
    with client_of(gateway, "ol-" + "a" * 56) as client, pytest.raises(openai.AuthenticationError) as raised:
        client.models.list()
    assert raised.value.status_code == 401
    assert "outlast keys create" in raised.value.message


def test_a_model_outside_a_keys_patterns_is_refused_in_openais_shape(gateway: Gateway) -> None:
    secret = created(gateway, "narrow", "--model", "support")
    assert says_hello(gateway, secret, "support")
    with client_of(gateway, secret) as client, pytest.raises(openai.PermissionDeniedError) as raised:
        client.chat.completions.create(model=LIVING, messages=[{"role": "user", "content": "Hello"}])
    assert (raised.value.status_code, raised.value.code, raised.value.param) == (403, "model_not_allowed", "model")


@pytest.mark.parametrize(
    "spelled",
    [
        "SUPPORT", " support", "support ", "support\n", "support\x00", "s%75pport", "support/", "./support",
        "\u200bsupport", "\u017fupport", "\uff53upport", "secret-/../support",
        "openai/SIMULATED-TERSE", "OpenAI/simulated-terse", "openai//simulated-terse", "openai%2fsimulated-terse",
    ],
)  # fmt: skip
def test_no_other_spelling_of_a_name_leads_out_of_a_keys_patterns(gateway: Gateway, spelled: str) -> None:
    """The key may use what begins with ``secret-``; nothing that upstream or gateway might take for another name."""
    secret = spelling_key(gateway)
    body = json.dumps({"model": spelled, "messages": HELLO}).encode()
    answer = gateway.ask("POST", CHAT, body, {"authorization": f"Bearer {secret}"})
    expected = (404, "model_not_found") if spelled.startswith("secret-") else (403, "model_not_allowed")
    if not spelled.isprintable():
        expected = (400, "malformed_request")  # no model's name, whoever asks
    assert (answer.status, answer.error["code"]) == expected


def spelling_key(gateway: Gateway) -> str:
    kept = gateway.folder / "spelling"
    if not kept.exists():
        kept.write_text(created(gateway, "spelling", "--model", "secret-*"))
    return kept.read_text()


def test_a_name_spelled_with_json_escapes_is_the_name_that_they_mean(gateway: Gateway) -> None:
    secret = spelling_key(gateway)
    headers = {"authorization": f"Bearer {secret}"}
    for body, status in (
        (b'{"model": "\\u0073upport", "messages": [{"role": "user", "content": "Hello"}]}', 403),
        (b'{"model": "\\u0073ecret-project", "messages": [{"role": "user", "content": "Hello"}]}', 200),
        (b'{"model": "secret-project", "model": "support", "messages": []}', 400),
    ):
        assert gateway.ask("POST", CHAT, body, headers).status == status


def test_a_revoked_key_is_refused_within_a_second(gateway: Gateway) -> None:
    secret = created(gateway, "leaver")
    gateway.outlast("keys", "revoke", "leaver")
    since = time.monotonic()
    until(lambda: refused(gateway, secret))
    assert time.monotonic() - since < 1.0
    assert str(refused(gateway, secret)).startswith("401 authentication_error invalid_api_key: ")
    assert "was revoked" in str(refused(gateway, secret))


def test_after_a_rotation_both_secrets_hold_until_the_overlap_ends(gateway: Gateway) -> None:
    old = created(gateway, "turning")
    new = gateway.outlast("keys", "rotate", "turning").out.strip()
    until(lambda: listing(gateway, new).status == 200)
    assert says_hello(gateway, old)
    newest = gateway.outlast("keys", "rotate", "turning", "--overlap", "1s").out.strip()
    until(lambda: refused(gateway, old))
    assert "has expired" in str(refused(gateway, old))
    until(lambda: refused(gateway, new))
    assert says_hello(gateway, newest)


def test_records_carry_the_keys_name_through_a_rotation(gateway: Gateway) -> None:
    secret = created(gateway, "named")
    first = gateway.ask("POST", CHAT, hello(), {"authorization": f"Bearer {secret}"})
    secret = gateway.outlast("keys", "rotate", "named").out.strip()
    until(lambda: listing(gateway, secret).status == 200)
    second = gateway.ask("POST", CHAT, hello(), {"x-api-key": secret})
    assert [gateway.row(answer)["key"] for answer in (first, second)] == ["named", "named"]


def hello() -> bytes:
    return json.dumps({"model": LIVING, "messages": HELLO}).encode()


def test_a_changed_pattern_holds_for_a_running_gateway(gateway: Gateway) -> None:
    secret = created(gateway, "growing", "--model", "support")
    assert says_hello(gateway, secret, "support")
    gateway.outlast("keys", "change", "growing", "--model", "openai/*")
    until(lambda: _allowed(gateway, secret, LIVING))
    assert not _allowed(gateway, secret, "support")


def _allowed(gateway: Gateway, secret: str, model: str) -> bool:
    try:
        return says_hello(gateway, secret, model)
    except openai.PermissionDeniedError:
        return False


def test_a_key_sees_the_models_that_it_may_use_and_no_others(gateway: Gateway) -> None:
    secret = created(gateway, "seeing", "--model", "support", "--model", "openai/gpt-5*")
    with client_of(gateway, secret) as client:
        names = [model.id for model in client.models.list()]
        assert names[0] == "support"
        assert all(name.startswith("openai/gpt-5") for name in names[1:])
        assert len(names) > 1
        with pytest.raises(openai.PermissionDeniedError):
            client.models.retrieve("secret-project")
    unnamed = gateway.ask("GET", "/v1/models/openai/gpt-5-mini-of-mine", headers={"authorization": f"Bearer {secret}"})
    assert unnamed.status == 404
    assert "gpt-4" not in unnamed.error["message"]
    assert "secret-project" not in unnamed.error["message"]


def test_nothing_under_v1_names_another_key(gateway: Gateway) -> None:
    created(gateway, "the-other-tenant", "--owner", "their-owner", "--team", "their-team", "--tag", "their-tag")
    secret = created(gateway, "this-tenant", "--model", "support")
    headers = {"authorization": f"Bearer {secret}"}
    answers = [
        gateway.ask("GET", "/v1/models", headers=headers),
        gateway.ask("GET", "/v1/models/the-other-tenan", headers=headers),
        gateway.ask("GET", "/v1/models/support", headers=headers),
        gateway.ask("POST", CHAT, b'{"model": "the-other-tenan", "messages": []}', headers),
        gateway.ask("POST", CHAT, b'{"model": "support", "messages": [{"role": "user", "content": "x"}]}', headers),
        gateway.ask("GET", "/v1/keys", headers=headers),
    ]
    said = b"".join(answer.body + repr(answer.headers).encode() for answer in answers)
    for word in ("other-tenant", "their-owner", "their-team", "their-tag"):
        assert word.encode() not in said


def test_a_page_from_elsewhere_may_call_with_a_key_of_ours_and_not_with_a_foreign_one(serve: Serve) -> None:
    gateway = serve(SCRIPTED + "[server]\nrequire_key = false\n")
    secret = created(gateway, "page")
    page = {"origin": "https://elsewhere.example"}
    assert gateway.ask("POST", CHAT, hello(), page | {"authorization": f"Bearer {secret}"}).status == 200
    assert gateway.ask("POST", CHAT, hello(), page | {"authorization": "Bearer sk-foreign"}).status == 401
    assert gateway.ask("POST", CHAT, hello(), {"authorization": "Bearer sk-foreign"}).status == 200


def test_a_secret_appears_in_no_file_no_log_and_no_metric(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED + "[log]\ncalls = true\n") as gateway:
        secret = created(gateway, "quiet")
        wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")
        for presented in (secret, wrong):
            for headers in ({"authorization": f"Bearer {presented}"}, {"x-api-key": presented}):
                answer = gateway.ask("POST", CHAT, hello(), headers)
                assert answer.status == (200 if presented == secret else 401)
                assert presented.encode() not in answer.body
        shown = gateway.outlast("keys", "list", "--format", "json").out
        shown += gateway.ask("GET", "/metrics").body.decode() + gateway.ask("GET", "/readyz").body.decode()
        assert secret[:11] in shown
        before = [path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    after = [path.read_bytes() for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert sum(b"quiet" in content for content in before) > 1, "journal and database were looked into"
    for hidden in (secret, wrong):
        for content in (*before, *after, shown.encode()):
            assert hidden[11:].encode() not in content


def test_many_processes_create_keys_at_once_before_there_is_a_database(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda number: outlast_process(tmp_path, "keys", "create", f"k{number % 5}"), range(6)))
    assert sorted(each.code for each in done) == [0, 0, 0, 0, 0, 2]
    assert len({each.out for each in done if each.code == 0}) == 5
    listed = json.loads(outlast_process(tmp_path, "keys", "list", "--format", "json").out)
    assert [key["name"] for key in listed] == [f"k{number}" for number in range(5)]


def test_what_the_first_key_creates_is_nobody_elses_to_read(tmp_path: Path) -> None:
    assert outlast_process(tmp_path, "keys", "create", "first").code == 0
    assert [path.stat().st_mode & 0o007 for path in tmp_path.iterdir()] == [0] * len(list(tmp_path.iterdir()))


@pytest.mark.fault("the keys cannot be read at start")
def test_a_gateway_that_cannot_read_its_keys_does_not_start(tmp_path: Path) -> None:
    assert outlast_process(tmp_path, "keys", "create", "first").code == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "outlast.db")) as database:
        database.execute("UPDATE keys SET tags = 'no JSON'")
        database.commit()
    done = outlast_process(tmp_path, "serve", "--port", "0")
    assert done.code == 3
    assert "keys" in done.err
    assert "listening" not in done.out


@pytest.mark.fault("the database is deleted while there are keys")
def test_a_database_that_is_deleted_does_not_open_the_gateway(serve: Serve) -> None:
    gateway = serve(SCRIPTED)
    secret = created(gateway, "first")
    for path in gateway.folder.glob("outlast.db*"):
        if path.is_file():
            path.unlink()
    answers = [says_hello(gateway, secret)]
    until((gateway.folder / "outlast.db").exists)  # the worker makes a new one, without a key
    looked = time.monotonic() + 1
    while time.monotonic() < looked:
        assert gateway.chat(LIVING).status == 401
        answers.append(says_hello(gateway, secret))
    assert all(answers)
    checks = gateway.ask("GET", "/readyz").document["checks"]
    assert "those that were known before hold" in checks["keys"]["says"]


@pytest.mark.parametrize(
    ("word", "status", "said"), [("", 401, "none was created"), ("require_key = false", 200, "spends")]
)
def test_beyond_loopback_a_key_is_required_unless_the_operator_says_otherwise(
    serve: Serve, word: str, status: int, said: str
) -> None:
    gateway = serve(f'{SCRIPTED}[server]\nhost = "0.0.0.0"\n{word}\n')
    assert said in gateway.said
    assert gateway.chat(LIVING).status == status


def test_a_404_suggests_only_what_the_key_may_use(gateway: Gateway) -> None:
    secret = created(gateway, "guessing", "--model", "secret*")
    [suggested, silent] = (
        gateway.ask("POST", CHAT, json.dumps({"model": name, "messages": []}).encode(), {"authorization": secret})
        for name in ("secret-projekt", "secretsupport")
    )
    assert (suggested.status, silent.status) == (404, 404)
    assert "secret-project" in suggested.error["message"]
    shown = gateway.ask("GET", "/v1/models/secretsupport", headers={"authorization": secret})
    assert shown.status == 404
    for refusal in (silent, shown):
        assert "support" not in refusal.error["message"].replace("secretsupport", "")


def test_whatever_comes_in_a_keys_place_is_refused_and_the_next_caller_is_served(gateway: Gateway) -> None:
    secret = created(gateway, "hammered")
    chance = random.Random(20_270_115)  # noqa: S311 - noise that comes again
    headers = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
    statuses: Counter[int] = Counter()
    for _ in range(300):
        noise = chance.randbytes(chance.choice((0, 1, 8, 59, 3000))).decode("latin-1")
        noise = noise.replace("\n", "").replace("\r", "")
        value = chance.choice(("", "Bearer ", "Basic ", secret[:-1], f"{secret},", secret.upper())) + noise
        if value.split("Bearer ")[-1].strip() != secret:
            statuses[gateway.ask("GET", "/v1/models", headers={chance.choice(headers): value}).status] += 1
    assert set(statuses) <= {400, 401}, "a byte that no header may hold is no HTTP, all else is no key"
    assert statuses[401] > 50
    assert says_hello(gateway, secret)
