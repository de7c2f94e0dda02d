"""Every ``outlast`` command as a person or a program uses it: help, mistakes, days, formats, exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import click
import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import (
    LIVING,
    SCRIPTED,
    Answer,
    Gateway,
    calling,
    outlast,
    outlast_process,
    running,
    until,
)

from outlast import errors
from outlast.cli.app import COMMANDS, app
from outlast.cli.exits import EXIT_CODES, UNFINISHED, USAGE, exit_code

pytestmark = pytest.mark.server

MODELS = """
[models.assistant]
target = "openai/gpt-4o"
successor = "chain"
"""
READING = {
    "models list": ("models", "list", "--provider", "openai", "--status", "deprecated"),
    "models show": ("models", "show", "openai/gpt-4o"),
    "models diff": ("models", "diff", "openai/gpt-4o", "openai/gpt-5.1"),
    "price list": ("price", "openai/gpt-4o", "openai/gpt-5.1"),
    "price move": ("price", "--from", "openai/gpt-4o", "--to", "openai/gpt-5.1", "--input", "1M"),
    "usage": ("usage",),
    "horizon": ("horizon",),
}
"""Commands that print data, and need no configuration."""
CONFIGURED = {**READING, "explain": ("explain", "assistant")}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The folder of a person who has just begun."""
    with chdir(tmp_path):
        yield tmp_path


@pytest.fixture
def configured(folder: Path) -> Path:
    (folder / "outlast.toml").write_text(SCRIPTED + MODELS, encoding="utf-8")
    return folder


def commands() -> Iterator[tuple[str, ...]]:
    """The path of every command."""
    context = click.Context(app)
    for name in COMMANDS:
        yield (name,)
        command = app.get_command(context, name)
        if isinstance(command, click.Group):
            yield from ((name, inner) for inner in command.commands)


def command_at(path: tuple[str, ...]) -> click.Command:
    found: click.Command | None = app
    for name in path:
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name)
    assert found is not None
    return found


def test_every_command_is_listed(folder: Path) -> None:
    del folder
    shown = outlast("--help").out
    assert all(f"\n  {name}" in shown for name in COMMANDS)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_names_every_option(path: tuple[str, ...]) -> None:
    done = outlast(*path, "--help")
    assert done.code == 0
    for parameter in command_at(path).params:
        if isinstance(parameter, click.Option):
            assert all(word in done.out for word in parameter.opts), parameter
            assert parameter.help or parameter.show_default, f"{parameter} is not explained"


def test_the_version_is_told() -> None:
    assert outlast("--version").out.startswith("outlast, version ")


# Mistakes.

MISTAKES = [
    "nonsense",
    "models nonsense",
    "models list --status dead",
    "models list --ending-within soon",
    "models list --today yesterday",
    "models show",
    "models show openai/nobody",
    "models diff openai/gpt-4o",
    "models diff openai/gpt-4o openai/nobody",
    "explain",
    "explain nobody",
    "explain nobody/gpt-4o",
    "price",
    "price --from",
    "price --from openai/gpt-4o --to openai/nobody",
    "price --from openai/gpt-4o --input many",
    "price --from openai/gpt-4o --to openai/gpt-5.1 --input 1 --cached 2",
    "price --from openai/gpt-4o --to openai/gpt-5.1 --input 1 --long-context-share 2",
    "horizon --fail-within soon",
    "horizon --format xml",
    "horizon --config nowhere.toml",
    "usage --by colour",
    "usage --since 2026-02-30",
    "usage --since 2026-02-02 --until 2026-01-01",
    "usage surplus",
    "usage --config .",
    "serve --port 99999",
    "serve --port none",
    "serve --config nowhere.toml",
    "serve --today soon",
    "init --config nowhere/outlast.toml",
    "init --today soon",
    "demo --nonsense",
]


@pytest.mark.parametrize("line", MISTAKES)
def test_a_mistake_on_the_command_line_is_one_line_and_exit_code_2(configured: Path, line: str) -> None:
    del configured
    done = outlast(*line.split())
    assert (done.code, done.out) == (2, "")
    [said] = done.err.splitlines()
    assert said.startswith("outlast: ")
    assert len(said) > 25


WRONG = {
    "no TOML": ("[server", "end of document"),
    "an unknown table": ("[severs]\n", "server"),
    "an unknown word": ("[server]\nhots = 'a'\n", "outlast.toml:2: `hots`"),
    "a wrong type": ("[server]\nport = 'a'\n", "outlast.toml:2"),
    "an unknown kind": ('[providers.a]\nkind = "opena"\n', "outlast.toml:2"),
    "no base_url": ('[providers.a]\nkind = "openai"\n', "base_url"),
    "no file": ('[providers.a]\nkind = "recorded"\n', "file"),
    "an unknown provider": ('[models.m]\ntarget = "opena/gpt-4o"\n' + SCRIPTED, "[providers.opena]"),
    "no target": ("[models.m]\nadapt = true\n", "target"),
    "a target without a model": ('[models.m]\ntarget = "openai"\n' + SCRIPTED, "provider/model"),
    "a switch that is no day": ('[models.m]\ntarget = "openai/a"\nswitch = "soon"\n' + SCRIPTED, "soon"),
    "a day that is none": ("[server]\ntoday = '2026-02-30'\n", "outlast.toml:2"),
    "a claim of an unknown event": (
        '[[catalog.claims]]\nmodel = "openai/a"\nevent = "died"\ndate = 2026-01-01\n', "died"
    ),
    "a claim without a model": ('[[catalog.claims]]\nevent = "retired"\ndate = 2026-01-01\n', "model"),
    "a price of an unknown part": ('[catalog.models."openai/a"]\nprice = { inputs = 1 }\n', "inputs"),
    "another database": ('[server]\ndatabase = "mysql://somewhere"\n', "database"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_in_the_configuration_names_itself(folder: Path, case: str) -> None:
    text, said = WRONG[case]
    (folder / "outlast.toml").write_text(text, encoding="utf-8")
    done = outlast("horizon")
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert said in line
    assert line.startswith("outlast: ")


def test_a_file_that_serve_needs_and_that_is_not_there_is_named(folder: Path) -> None:
    text = '[providers.a]\nkind = "recorded"\nfile = "nowhere.jsonl"\n'
    (folder / "outlast.toml").write_text(text, encoding="utf-8")
    done = outlast_process(folder, "serve", "--port", "0")
    assert (done.code, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert "nowhere.jsonl" in line


def test_a_traceback_is_shown_only_when_asked_for(folder: Path) -> None:
    (folder / "outlast.toml").write_text("[server", encoding="utf-8")
    assert "Traceback" not in outlast("usage").err
    assert "Traceback" in outlast("--debug", "usage").err


def test_every_error_has_an_exit_code() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.OutlastError)]
    assert len(kinds) > 15
    for kind in kinds:
        nearest = next(ancestor for ancestor in kind.__mro__ if ancestor in EXIT_CODES)
        assert (nearest is errors.OutlastError) == (kind is errors.OutlastError), f"{kind.__name__} has no own entry"
        assert exit_code(kind("why")) == EXIT_CODES[nearest]
    assert {exit_code(errors.SettingsInvalid("why")), exit_code(errors.UnknownModel("why"))} == {USAGE}
    assert {exit_code(errors.LedgerUnavailable("why")), exit_code(errors.UpstreamBroken("why"))} == {UNFINISHED}


# Without and with a configuration.


@pytest.mark.parametrize("command", READING)
def test_without_a_configuration_every_reading_command_has_an_answer(folder: Path, command: str) -> None:
    done = outlast(*READING[command])
    assert done.code == 0
    assert done.out
    assert list(folder.iterdir()) == [], "asking leaves nothing behind"


@pytest.mark.parametrize("command", CONFIGURED)
def test_json_is_one_document_and_notes_are_elsewhere(configured: Path, command: str) -> None:
    del configured
    done = outlast(*CONFIGURED[command], "--format", "json")
    assert done.code == 0
    assert isinstance(json.loads(done.out), dict)
    assert outlast(*CONFIGURED[command], "--format", "json", "--quiet").err == ""


@pytest.mark.parametrize("command", CONFIGURED)
def test_a_day_can_be_rehearsed_on_every_reading_command(configured: Path, command: str) -> None:
    del configured
    days = {
        day: outlast(*CONFIGURED[command], "--today", day, "--format", "json") for day in ("2026-01-01", "2027-03-01")
    }
    assert {done.code for done in days.values()} == {0}
    if command in ("models list", "models show", "explain", "horizon"):
        first, second = (done.document for done in days.values())
        assert first != second


def test_the_configured_day_counts_until_a_flag_says_another(configured: Path) -> None:
    text = "[server]\ntoday = 2027-03-01\n" + SCRIPTED + MODELS
    (configured / "outlast.toml").write_text(text, encoding="utf-8")
    assert outlast("horizon", "--format", "json").document["today"] == "2027-03-01"
    assert outlast("horizon", "--format", "json", "--today", "2026-03-01").document["today"] == "2026-03-01"


def test_the_gate_fails_when_something_ends_soon(configured: Path) -> None:
    del configured
    gate = ("horizon", "--fail-within", "90d", "--today")
    assert outlast(*gate, "2026-01-01").code == 0
    done = outlast(*gate, "2026-12-01")
    assert done.code == 1
    assert "assistant" in done.err


def test_init_writes_what_serve_runs_and_never_overwrites(tmp_path: Path) -> None:
    assert outlast_process(tmp_path, "init").code == 0
    written = (tmp_path / "outlast.toml").read_text(encoding="utf-8")
    again = outlast_process(tmp_path, "init")
    assert again.code == 2
    assert "--force" in again.err
    assert (tmp_path / "outlast.toml").read_text(encoding="utf-8") == written
    with running(tmp_path, written) as gateway:
        assert gateway.ask("GET", "/readyz").status == 200
        [name] = [entry["id"] for entry in gateway.ask("GET", "/v1/models").document["data"] if "/" not in entry["id"]]
        assert "OPENAI_API_KEY is empty" in gateway.said
    assert outlast("explain", name, "--config", str(tmp_path / "outlast.toml"), "--format", "json").document["attempts"]


def test_init_picks_an_example_that_lives_on_the_day(folder: Path) -> None:
    for day in ("2026-03-01", "2027-03-01"):
        assert outlast("init", "--force", "--today", day).code == 0
        [entry] = outlast("horizon", "--format", "json", "--today", day).document["entries"]
        assert entry["status"] in ("active", "legacy", "deprecated")
        assert entry["days_left"] > 0
        assert entry["successor"]
    assert [file.name for file in folder.iterdir()] == ["outlast.toml"]


# Serving.


def test_serve_without_a_configuration_says_how_to_begin(tmp_path: Path) -> None:
    with running(tmp_path, "") as gateway:
        answer = gateway.chat("gpt-4o")
        assert answer.status == 404
        assert "outlast init" in answer.error["message"]
        assert "outlast init" in gateway.said


def test_a_port_that_is_taken_is_named_with_what_to_do(configured: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = outlast_process(configured, "serve", "--port", str(port))
    assert done.code == 3
    [line] = done.err.splitlines()
    assert str(port) in line
    assert "--port 0" in line


def test_an_address_that_is_not_ours_is_named_without_talk_of_another_port(configured: Path) -> None:
    done = outlast_process(configured, "serve", "--port", "0", "--host", "192.0.2.1", "--quiet")
    assert done.code == 3
    [line] = done.err.splitlines()
    assert "cannot listen on 192.0.2.1:0: " in line
    assert "--host" in line
    assert "free" not in line


def test_the_record_is_nobody_else_s_to_read(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED + MODELS) as gateway:
        gateway.chat("assistant")
        kept = list(tmp_path.rglob("outlast.db*"))
        assert {path.name for path in kept} >= {"outlast.db", "outlast.db.journal"}
        assert [path.name for path in kept if path.stat().st_mode & 0o007] == []


def test_a_terminal_without_our_signs_gets_a_page_all_the_same(configured: Path) -> None:
    done = outlast_process(configured, "horizon", PYTHONIOENCODING="ascii")
    assert (done.code, done.err) == (0, "")
    assert "2027-01-14" in done.out


@pytest.mark.parametrize("command", ["models list", "models show openai/gpt-4o"])
def test_a_reader_who_has_had_enough_is_no_failure(folder: Path, command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as pipe:
        line = [sys.executable, "-m", "outlast", *command.split()]
        done = subprocess.run(line, cwd=folder, stdout=pipe, stderr=subprocess.PIPE, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_database_that_cannot_be_written_is_named(configured: Path) -> None:
    text = '[server]\ndatabase = "sqlite:///outlast.toml/outlast.db"\n' + SCRIPTED
    (configured / "outlast.toml").write_text(text, encoding="utf-8")
    done = outlast_process(configured, "serve", "--port", "0")
    assert done.code == 3
    [line] = done.err.splitlines()
    assert "outlast.db" in line


def test_beyond_loopback_a_key_is_required_and_said_to_be(serve: Serve) -> None:
    gateway = serve(SCRIPTED, "--host", "0.0.0.0")
    gateway.address = gateway.address.replace("0.0.0.0", "127.0.0.1")
    assert "a key is required" in gateway.said
    with calling(gateway.address) as caller:
        for headers in ({}, {"authorization": "Bearer anything"}):
            for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/models"), ("GET", "/v1/models/gpt-4o")):
                answer = caller.ask(method, path, b'{"model":"openai/gpt-4o","messages":[]}', headers)
                assert (answer.status, answer.error["code"]) == (401, "invalid_api_key")
                assert answer.id
        assert caller.ask("GET", "/healthz").status == 200


def test_what_a_dead_example_leads_to_is_said_at_start_and_stops_nothing(serve: Serve) -> None:
    gateway = serve(SCRIPTED + '[models.dead]\ntarget = "openai/gpt-4-32k"\n')
    assert "dead: openai/gpt-4-32k is dropped: retired since 2025-06-06" in gateway.said
    assert "410" in gateway.said
    assert gateway.chat(LIVING).status == 200


def test_quiet_serves_without_a_word(serve: Serve) -> None:
    gateway = serve(SCRIPTED + '[models.dead]\ntarget = "openai/gpt-4-32k"\n', "--quiet")
    assert gateway.ask("GET", "/healthz").status == 200
    assert gateway.said == ""


# The record, soon and after a restart.


def shown(gateway: Gateway) -> tuple[int, int]:
    """Calls as ``usage`` and ``horizon`` count them."""
    usage = gateway.outlast("usage", "--format", "json").document
    return usage["total"]["calls"], gateway.outlast("horizon", "--format", "json").document["calls"]


def test_usage_and_horizon_have_a_call_within_a_second_and_after_a_kill(serve: Serve) -> None:
    gateway = serve(SCRIPTED + MODELS)
    answered(gateway, "assistant")
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline and shown(gateway) != (1, 1):
        pass
    assert shown(gateway) == (1, 1)
    for _ in range(20):
        answered(gateway, LIVING)
    gateway.kill()
    gateway.start()
    assert gateway.ask("GET", "/healthz").status == 200
    assert shown(gateway) == (21, 21)


def answered(gateway: Gateway, model: str) -> Answer:
    answer = gateway.chat(model)
    assert answer.status == 200
    return answer


def test_usage_tells_calls_apart(serve: Serve) -> None:
    gateway = serve(SCRIPTED + MODELS, "--today", "2026-11-23")
    with calling(gateway.address) as caller:
        for key, model in (("one", "assistant"), ("one", "openai/gpt-4.1"), ("two", "assistant")):
            body = json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello"}]}).encode()
            assert caller.ask("POST", "/v1/chat/completions", body, {"authorization": f"Bearer {key}"}).status == 200
    until(lambda: shown(gateway)[0] == 3)
    by = {
        word: {
            row["name"]: row["calls"]
            for row in gateway.outlast("usage", "--by", word, "--format", "json").document["by"]
        }
        for word in ("model", "served", "key", "day")
    }
    assert by["model"] == {"assistant": 2, "openai/gpt-4.1": 1}
    assert by["served"] == {"openai/gpt-4o": 2, "openai/gpt-4.1": 1}
    assert sorted(by["key"].values()) == [1, 2]
    assert not any("one" in name or "two" in name for name in by["key"])
    assert list(by["day"].values()) == [3]


def test_a_gateway_in_a_rehearsed_future_records_today(serve: Serve) -> None:
    gateway = serve(SCRIPTED + MODELS, "--today", "2027-03-01")
    answer = answered(gateway, "assistant")
    assert answer.headers["x-outlast-reason"] == "successor"
    assert abs(gateway.row(answer)["started_ns"] / 1e9 - time.time()) < 60
    gateway.signal(signal.SIGTERM)
    assert gateway.ended() == 0
