"""``outlast config``: what is in force, and whether it can be used."""

import json
from pathlib import Path

import pytest
from tests.integration.gateway_process import SCRIPTED, Done, outlast


def configured(folder: Path, text: str, *arguments: str) -> Done:
    path = folder / "outlast.toml"
    path.write_text(text, encoding="utf-8")
    return outlast("config", *arguments, "--config", str(path))


def test_show_prints_words_values_and_origins(tmp_path: Path) -> None:
    done = configured(tmp_path, SCRIPTED, "show", "--origin", "--format", "json", "--today", "2027-01-15")
    found = {each["word"]: (each["value"], each["origin"]) for each in json.loads(done.out)}
    assert found["providers.openai.kind"] == ("scripted", f"{tmp_path / 'outlast.toml'}:2")
    assert found["server.port"] == (4141, "default")
    assert found["server.today"] == ("2027-01-15", "--today")


def test_show_without_origin_prints_none(tmp_path: Path) -> None:
    done = configured(tmp_path, SCRIPTED, "show", "--format", "json")
    assert all(set(each) == {"word", "value"} for each in json.loads(done.out))
    assert "ORIGIN" not in configured(tmp_path, SCRIPTED, "show").out


def test_toml_is_a_configuration(tmp_path: Path) -> None:
    shown = configured(tmp_path, SCRIPTED, "show", "--format", "toml").out
    assert configured(tmp_path, shown, "check").code == 0


def test_a_key_is_not_printed_in_any_form(tmp_path: Path) -> None:
    text = '[providers.p]\nkind = "openai"\nbase_url = "https://x.example/v1"\napi_key = "sk-literal"\n'
    for form in ("text", "json", "toml"):
        done = configured(tmp_path, text, "show", "--origin", "--format", form)
        assert done.code == 0
        assert "sk-literal" not in done.out + done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\nprot = 1\n", "outlast.toml:2"),
        ('[server]\ndatabase = "postgres://x"\n', "only SQLite"),
        ('[providers.p]\nkind = "openai"\nbase_url = "ftp://x"\n', "base_url"),
        ('[providers.p]\nkind = "recorded"\nfile = "none.jsonl"\n', "none.jsonl"),
        ('[otel]\nendpoint = "collector"\n', "endpoint"),
    ],
)
def test_check_refuses_what_serve_would_refuse(tmp_path: Path, text: str, said: str) -> None:
    done = configured(tmp_path, text, "check")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_check_says_what_it_found(tmp_path: Path) -> None:
    done = configured(tmp_path, SCRIPTED, "check", "--format", "json")
    assert (done.code, json.loads(done.out)) == (0, {"providers": 1, "models": 0})
