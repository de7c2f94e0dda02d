"""A wrong ``outlast.toml`` is refused with its line, the word at fault and the nearest that is meant."""

import datetime as dt
from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import Settings, load_settings, parse_settings

GOOD = """\
[server]
port = 4141
today = 2026-02-10
[providers.openai]
kind = "openai"
base_url = "https://api.openai.com/v1"
[models."chatgpt-4o-latest"]
target = "openai/chatgpt-4o-latest"
successor = ["openai/gpt-5.1-chat-latest"]
fallback = "openai/gpt-4o-2024-11-20"
switch = 2026-02-17
"""


def test_the_contract_reads_as_written() -> None:
    settings = parse_settings(GOOD)
    model = settings.models["chatgpt-4o-latest"]
    assert settings.server.today == dt.date(2026, 2, 10)
    assert model.successors == ("openai/gpt-5.1-chat-latest",)
    assert model.fallbacks == ("openai/gpt-4o-2024-11-20",)
    assert model.switch_day == dt.date(2026, 2, 17)


def test_a_quoted_day_is_the_same_day() -> None:
    assert parse_settings(GOOD.replace("2026-02-17", '"2026-02-17"')) == parse_settings(GOOD)


def test_chain_follows_the_catalogue() -> None:
    model = parse_settings(GOOD.replace('["openai/gpt-5.1-chat-latest"]', '"chain"')).models["chatgpt-4o-latest"]
    assert model.follows_chain
    assert model.successors == ()


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("port = 4141", 'port = "x"', 2, "[server] port: Expected `int`, got `str`"),
        ("[server]", "[sever]", 1, "did you mean `server`?"),
        ("base_url", "base_ulr", 6, "did you mean `base_url`?"),
        (
            'kind = "openai"',
            'kind = "opnai"',
            5,
            "[providers.openai] kind: there is no 'opnai'; did you mean `openai`?",
        ),
        ('kind = "openai"', 'kind = "x"', 5, "known: openai, anthropic, gemini, recorded, scripted"),
        ("port = 4141", "port = 70000", 2, "[server] port: Expected `int` <= 65535"),
        ("port = 4141", "max_body_bytes = 0", 2, "[server] max_body_bytes: Expected `int` >= 1"),
        ('kind = "openai"\n', 'kind = "openai"\nidle_timeout = 0\n', 6, "idle_timeout: Expected `float` > 0"),
        ('kind = "openai"\n', 'kind = "openai"\napi_key = 1\n', 6, "api_key: Expected `str`, got `int`"),
        ('kind = "openai"\n', "", 4, "needs `kind`"),
        ("base_url", "# base_url", 4, "needs `base_url` or `profile`"),
        ('target = "openai/', 'target = "opnai/', 8, "did you mean `openai`?"),
        ('target = "openai/chatgpt-4o-latest"', 'target = "x"', 7, "target = 'x' is not written provider/model"),
        ("switch = 2026-02-17", 'switch = "never"', 7, "neither a day like 2026-02-17 nor one of retirement, manual"),
        ("target =", "tagret =", 8, "did you mean `target`?"),
        ('fallback = "openai/', 'fallback = "nowhere/', 10, "there is no [providers.nowhere]"),
    ],
)
def test_a_wrong_word_is_named_with_its_line(right: str, wrong: str, line: int, words: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        parse_settings(GOOD.replace(right, wrong, 1))
    assert f"outlast.toml:{line}: " in str(refused.value)
    assert words in str(refused.value)


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(SettingsInvalid, match="line 1"):
        parse_settings("[server\nport = 1")


def test_a_key_is_never_repeated_in_a_message() -> None:
    with pytest.raises(SettingsInvalid) as refused:
        parse_settings(GOOD.replace('kind = "openai"', 'kind = "openai"\napi_key = ["sk-secret"]'))
    assert "sk-secret" not in str(refused.value)


def test_no_file_is_the_empty_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTLAST_SNAPSHOTS", "")
    assert load_settings() == Settings()


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="does not exist"):
        load_settings(tmp_path / "none.toml")


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(GOOD)
    assert load_settings(tmp_path / "outlast.toml").root == tmp_path


@pytest.mark.parametrize(
    ("host", "right"),
    [
        ("http://a.b", "write 'a.b'"),
        ("https://Chat.Example.org:8443/chat", "write 'chat.example.org'"),
        ("a.b:80", "write 'a.b'"),
        ("a.b/", "write 'a.b'"),
        ("ch\u00e4t.org", "write 'xn--cht-rla.org'"),
        ("*.example.org", "like 'chat.example.org'"),
        ("[::1]", "like 'chat.example.org'"),
        ("http://[", "like 'chat.example.org'"),
    ],
)
def test_a_host_that_no_browser_would_ask_for_is_refused_with_the_right_form(host: str, right: str) -> None:
    with pytest.raises(SettingsInvalid, match="which is no name") as refused:
        parse_settings(f'[server]\nhosts = ["{host}"]\n', name="outlast.toml", root=Path())
    assert right in str(refused.value)


@pytest.mark.parametrize("host", ["chat.example.org", "intranet", "my_host.local", "10.0.0.1", "xn--cht-rla.org"])
def test_a_host_is_a_plain_name(host: str) -> None:
    assert parse_settings(f'[server]\nhosts = ["{host}"]\n', name="outlast.toml", root=Path()).server.hosts == (host,)
