"""``outlast doctor`` beside real providers on loopback, a real record and a real gateway."""

import json
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway_process import LIVING, SCRIPTED, Done, outlast_process, plain, refused, running

from outlast.testing.upstream import in_thread, raw

KEY = "sk-proj-nobody-may-see-this"
MODELS = plain(200, {"object": "list", "data": []})


def provider(address: str, more: str = 'api_key = "env:THE_KEY"') -> str:
    return f'[providers.acme]\nkind = "openai"\nbase_url = "{address}"\n{more}\n'


def examined(folder: Path, configuration: str, *arguments: str, **environment: str) -> Done:
    """A doctor as a process of its own; its port is free, so that what else runs here is no finding."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "outlast.toml").write_text(f"[server]\nport = {port}\n{configuration}", encoding="utf-8")
    return outlast_process(folder, "doctor", "--format", "json", *arguments, patience=0.0, **environment)


def levels(done: Done) -> dict[str, str]:
    return {each["check"]: each["level"] for each in done.document["findings"]}


def finding(done: Done, check: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = [each for each in done.document["findings"] if each["check"] == check]
    assert len(found) == 1
    return found[0]


def test_a_well_installation_is_well_and_its_provider_was_asked_with_its_key(tmp_path: Path) -> None:
    with in_thread(raw(MODELS)) as upstream:
        done = examined(tmp_path, provider(upstream.base_url), THE_KEY=KEY)
        [asked] = upstream.received
    assert set(levels(done).values()) == {"ok"}, done.out
    assert (done.code, done.document["unfinished"]) == (0, [])
    assert (asked.method, asked.path, asked.body) == ("GET", "/v1/models", b"")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert set(levels(done)) == {
        "configuration", "keys of acme", "callers' keys", "gateway", "database", "journal", "disk", "provider acme",
        "clock", "catalogue",
    }  # fmt: skip


def test_a_refused_key_is_a_fault_and_no_key_is_ever_printed(tmp_path: Path) -> None:
    words = f'api_keys = ["env:THE_KEY", "{KEY}-2"]'
    with in_thread(raw(refused(401, f"Incorrect API key provided: {KEY}", "invalid_api_key"))) as upstream:
        done = examined(tmp_path, provider(upstream.base_url, words), THE_KEY=KEY)
        text = outlast_process(tmp_path, "doctor", THE_KEY=KEY)
    assert done.code == text.code == 1
    said = [each["what"] for each in done.document["findings"] if each["check"] == "provider acme"]
    assert said == ["refuses with key 1 of 2: 401", "refuses with key 2 of 2: 401"]
    for shown in (done.out, done.err, text.out, text.err):
        assert KEY not in shown


def test_a_provider_that_cannot_be_reached_is_a_fault_and_offline_asks_nobody(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        configuration = provider(f"http://127.0.0.1:{nobody.getsockname()[1]}/v1")
        done = examined(tmp_path, configuration, THE_KEY=KEY)
        offline = examined(tmp_path, configuration, "--offline", THE_KEY=KEY)
    assert (done.code, levels(done)["provider acme"]) == (1, "fault")
    assert offline.code == 0
    assert "provider acme" not in levels(offline)


def test_providers_that_are_silent_are_waited_for_at_once_and_not_for_long(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        three = "".join(provider(address).replace("acme", name) for name in ("a", "b", "c"))
        begun = time.monotonic()
        done = examined(tmp_path, three, THE_KEY=KEY)
        assert time.monotonic() - begun < 12
    assert [levels(done)[f"provider {name}"] for name in "abc"] == ["fault"] * 3


def test_a_clock_that_is_wrong_is_seen_by_a_providers(tmp_path: Path) -> None:
    answer = plain(200, {"data": []}, "date: Wed, 21 Oct 2099 07:28:00 GMT")
    with in_thread(raw(answer)) as upstream:
        done = examined(tmp_path, provider(upstream.base_url), THE_KEY=KEY)
    assert finding(done, "clock")["level"] == "fault"
    assert "behind acme's" in finding(done, "clock")["what"]


def test_an_empty_variable_and_a_model_that_ends_are_faults_with_a_remedy(tmp_path: Path) -> None:
    configuration = (
        provider("http://127.0.0.1:1/v1", 'api_key = "env:THE_KEY"\ncatalog = "openai"')
        + '[models.support]\ntarget = "acme/gpt-4o"\n'
    )
    done = examined(tmp_path, configuration, "--offline", "--today", "2026-12-01")
    assert done.code == 1
    assert "THE_KEY" in finding(done, "keys of acme")["do"]
    model = finding(done, "model support")
    assert (model["level"], "2027-01-14" in model["what"]) == ("fault", True)
    assert 'successor = "chain"' in model["do"]


def test_strict_counts_warnings(tmp_path: Path) -> None:
    assert outlast_process(tmp_path, "doctor", "--offline").code == 0
    assert outlast_process(tmp_path, "doctor", "--offline", "--strict").code == 1


def test_a_configuration_that_cannot_be_used_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text("[server]\nprot = 1\n", encoding="utf-8")
    done = outlast_process(tmp_path, "doctor")
    assert (done.code, done.out) == (2, "")
    assert "outlast.toml:2" in done.err


def test_a_database_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "outlast.db").write_bytes(b"this is no database at all" * 100)
    done = examined(tmp_path, SCRIPTED, "--offline")
    assert done.code == 1
    assert {name for name, level in levels(done).items() if level == "fault"} >= {"database"}


def test_somebody_else_on_the_port_is_a_fault(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        configuration = f"[server]\nport = {other.getsockname()[1]}\n" + SCRIPTED
        (tmp_path / "outlast.toml").write_text(configuration, encoding="utf-8")
        done = outlast_process(tmp_path, "doctor", "--offline", "--format", "json")
    assert finding(done, "gateway")["level"] == "fault"
    assert "listens" in finding(done, "gateway")["what"]


@pytest.mark.server
def test_a_running_gateway_is_found_and_asked_how_it_fares(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        gateway.chat(LIVING)
        done = outlast_process(tmp_path, "doctor", "--offline", "--format", "json")
        assert gateway.process is not None
        said = finding(done, "gateway")
        assert (said["level"], said["what"]) == ("ok", f"process {gateway.process.pid} is ready on {gateway.address}")
    assert done.code == 0
    assert finding(outlast_process(tmp_path, "doctor", "--offline", "--format", "json"), "gateway")["what"].startswith(
        "none runs"
    )


@pytest.mark.server
def test_a_gateway_that_hangs_is_a_fault(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        assert gateway.process is not None
        subprocess.run(["kill", "-STOP", str(gateway.process.pid)], check=True)
        done = outlast_process(tmp_path, "doctor", "--offline", "--format", "json")
        subprocess.run(["kill", "-CONT", str(gateway.process.pid)], check=True)
    assert finding(done, "gateway")["level"] == "fault"


@pytest.mark.server
def test_the_recorded_growth_says_how_long_the_disk_lasts(tmp_path: Path) -> None:
    with running(tmp_path, SCRIPTED) as gateway:
        gateway.row(gateway.chat(LIVING))
        done = outlast_process(tmp_path, "doctor", "--offline", "--format", "json")
    assert "room for" in finding(done, "disk")["what"]
    with closing(sqlite3.connect(tmp_path / "outlast.db")) as database:
        assert database.execute("SELECT count(*) FROM exchanges").fetchone() == (1,)


def test_text_names_why_and_what_to_do(tmp_path: Path) -> None:
    done = outlast_process(tmp_path, "doctor", "--offline", "--quiet")
    assert done.out.splitlines()[0].startswith("warning  configuration: there is no outlast.toml")
    assert "do: outlast init" in done.out
    assert "ok " not in done.out
    assert json.loads(outlast_process(tmp_path, "doctor", "--offline", "--format", "json").out)["level"] == "warning"
