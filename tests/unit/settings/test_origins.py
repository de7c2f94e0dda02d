"""Where each word of a configuration comes from, and that no secret is in what is shown."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.cli.config_views import toml_lines, toml_value
from outlast.settings import Settings, parse_settings
from outlast.settings.origins import Word, effective

EXAMPLE = (Path(__file__).parents[3] / "docs" / "configuration.md").read_text(encoding="utf-8").split("```toml\n", 1)[1].split("```", 1)[0]  # fmt: skip  # noqa: E501
SECRETS = """
[providers.a]
kind = "openai"
base_url = "https://x.example/v1"
api_key = "sk-literal"
headers = { Authorization = "Bearer literal", x-team = "env:TEAM" }
query = { api-version = "2024", sig = "literal" }
[providers.b]
kind = "openai"
base_url = "https://x.example/v1?token=literal"
api_keys = ["env:KEY", "sk-literal"]
[otel]
endpoint = "http://user:literal@collector:4318"
headers = { authorization = "literal" }
[notices]
from = "a@b.example"
smtp = "smtps://user:literal@mail.example"
[notices.to.desk]
everything = true
webhook = "https://hooks.example/literal"
secret = "literal"
slack = "env:SLACK"
"""


def words(text: str, **beside: object) -> dict[str, Word]:
    settings = parse_settings(text)
    passed: dict[tuple[str, ...], tuple[object, str]] = {
        ("server", name): (value, f"--{name}") for name, value in beside.items()
    }
    return {".".join(word.path): word for word in effective(settings, text, name="outlast.toml", beside=passed)}


def test_a_word_that_is_said_has_its_line_and_another_is_a_default() -> None:
    found = words('[server]\nport = 1\n\n[models."a/b"]\ntarget = "p/x"\n[providers.p]\nkind = "scripted"\n')
    assert (found["server.port"].value, found["server.port"].origin) == (1, "outlast.toml:2")
    assert (found["server.host"].value, found["server.host"].origin) == ("127.0.0.1", "default")
    assert found["models.a/b.target"].origin == "outlast.toml:5"
    assert found["models.a/b.adapt"].origin == "default"


def test_a_word_whose_line_is_not_plain_still_has_its_file() -> None:
    found = words('server = { port = 1 }\nproviders.p.kind = "scripted"\n')
    assert (found["server.port"].origin, found["providers.p.kind"].origin) == ("outlast.toml", "outlast.toml")


def test_what_is_passed_beside_the_file_wins_and_says_so() -> None:
    found = words("[server]\ntoday = 2026-01-01\n", today=dt.date(2027, 1, 15))
    assert (found["server.today"].value, found["server.today"].origin) == ("2027-01-15", "--today")


def test_every_word_that_there_is_is_told_once() -> None:
    settings = parse_settings(EXAMPLE)
    paths = [word.path for word in effective(settings, EXAMPLE, name="x")]
    assert len(paths) == len(set(paths))
    for table in (settings.server, settings.ledger, settings.log):
        for word in table.__struct_encode_fields__:
            assert any(path[-1] == word for path in paths)


def test_no_secret_is_shown_and_no_name_of_one_is_hidden() -> None:
    found = words(SECRETS)
    shown = "\n".join(toml_lines(found.values(), origin=True))
    assert "literal" not in shown
    for kept in ("env:KEY", "env:TEAM", "env:SLACK", "2024", "x.example", "collector:4318", "Authorization"):
        assert kept in shown


@pytest.mark.parametrize("text", ["", EXAMPLE])
@pytest.mark.parametrize("origin", [True, False])
def test_the_configuration_as_toml_is_the_same_configuration(text: str, *, origin: bool) -> None:
    shown = "\n".join(toml_lines(words(text).values(), origin=origin))
    values = {path: word.value for path, word in words(text).items()}
    assert {path: word.value for path, word in words(shown).items()} == values


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.recursive(st.booleans() | st.integers(-(2**63), 2**63 - 1) | names, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6))  # noqa: E501  # fmt: skip
def test_any_value_is_toml_that_reads_back_the_same(value: object) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_the_defaults_alone_have_no_other_origin() -> None:
    assert {word.origin for word in effective(Settings(), "", name="x")} == {"default"}
