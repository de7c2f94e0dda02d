"""A gateway of several processes on one port: one address, one record, one account, whoever of them dies."""

import http.client
import json
import os
import re
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import (
    LIVING,
    SCRIPTED,
    Gateway,
    calling,
    outlast_process,
    running,
    until,
)

pytestmark = pytest.mark.server

TWO = "[server]\nworkers = 2\n" + SCRIPTED + '[models.one]\ntarget = "openai/simulated-terse"\n'
OTHER = TWO.replace("[models.one]", "[models.two]")
CALLERS = 6


def children(gateway: Gateway) -> list[int]:
    """The gateway's processes, without the supervisor and without their journals' workers."""
    assert gateway.process is not None
    listed = Path(f"/proc/{gateway.process.pid}/task/{gateway.process.pid}/children").read_text(encoding="ascii")
    return [int(pid) for pid in listed.split()]


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")


def checks(gateway: Gateway) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = gateway.ask("GET", "/readyz").document["checks"]
    return found


def counted(gateway: Gateway) -> int:
    """Calls as ``/metrics`` has them."""
    text = gateway.ask("GET", "/metrics").body.decode()
    return sum(int(float(value)) for value in re.findall(r"^outlast_calls_total\{.*\} (\S+)$", text, re.MULTILINE))


def test_one_line_says_where_when_every_process_answers(serve: Serve) -> None:
    gateway = serve(TWO)
    assert (gateway.folder / "stdout").read_text(encoding="utf-8").count("listening on") == 1
    assert len(children(gateway)) == 2
    assert str(checks(gateway)["processes"]["says"]).startswith("2 of 2 live")
    assert gateway.row(gateway.chat(LIVING))["outcome"] == "answered"


def test_a_flag_wins_over_the_file_and_one_is_a_single_process(serve: Serve) -> None:
    gateway = serve(TWO, "--workers", "1")
    assert "processes" not in checks(gateway)


def test_a_port_that_is_taken_is_told_before_any_process_starts(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(TWO, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = outlast_process(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert (done.code, done.out) == (3, "")
    assert "cannot listen on" in done.err


def test_what_keeps_a_process_from_starting_keeps_the_gateway_from_starting(tmp_path: Path) -> None:
    broken = TWO + '[providers.kept]\nkind = "recorded"\nfile = "nowhere.jsonl"\n'
    (tmp_path / "outlast.toml").write_text(broken, encoding="utf-8")
    done = outlast_process(tmp_path, "serve", "--port", "0")
    assert (done.code, done.out) == (2, "")
    assert "nowhere.jsonl" in done.err.splitlines()[-1]


def test_whoever_is_asked_tells_of_all(serve: Serve) -> None:
    gateway = serve(TWO)
    for _ in range(20):
        assert gateway.chat("one").status == 200
    until(lambda: counted(gateway) == 20)
    until(lambda: len(gateway.rows()) == 20)
    answers = {counted(gateway) for _ in range(10)}
    assert answers == {20}


@pytest.mark.slow
@pytest.mark.fault("one of several processes is killed")
def test_one_process_killed_under_load_takes_no_answer_and_no_count_with_it(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as gateway:
        answered, seen = killed_under_load(gateway)
        assert seen == sorted(seen), "a published counter went backwards"
        until(lambda: len(children(gateway)) == 2)
        until(lambda: "1 ended since the start" in str(checks(gateway)["processes"]["says"]))
        assert "ended by signal 9" in gateway.said
        assert gateway.chat("one").status == 200
        assert gateway.stop() == 0
        ids = [row["id"] for row in gateway.rows()]
        assert len(ids) == len(set(ids))
        assert set(answered) <= set(ids)
        assert gateway.outlast("usage", "--format", "json").document["total"]["calls"] == len(ids)


def killed_under_load(gateway: Gateway) -> tuple[list[str], list[int]]:
    """The ids of every answer that callers had in full, and the counter as it was read meanwhile."""
    answered: list[str] = []
    seen: list[int] = []
    over = False

    def keep_asking() -> None:
        while not over:
            with calling(gateway.address) as caller, suppress(OSError, http.client.HTTPException):
                while not over:
                    answered.append(caller.chat("one").id)

    def keep_counting() -> None:
        while not over:
            with suppress(OSError, http.client.HTTPException):
                seen.append(counted(gateway))

    with ThreadPoolExecutor(CALLERS + 1) as pool:
        asking = [pool.submit(keep_asking) for _ in range(CALLERS)]
        counting = pool.submit(keep_counting)
        try:
            until(lambda: len(answered) > 200)
            os.kill(children(gateway)[0], signal.SIGKILL)
            before = len(answered)
            until(lambda: len(answered) > before + 600)
        finally:
            over = True
        for each in (*asking, counting):
            each.result()
    return answered, seen


@pytest.mark.fault("the supervisor is killed")
def test_processes_whose_supervisor_is_killed_stop_in_order_and_free_port_and_record(tmp_path: Path) -> None:
    with running(tmp_path, TWO) as gateway:
        answer = gateway.chat("one")
        orphans = children(gateway)
        gateway.kill()
        until(lambda: not any(alive(pid) for pid in orphans))
        assert [row["id"] for row in gateway.rows()] == [answer.id]
        assert "the supervisor has ended" in gateway.said
        gateway.start()
        assert gateway.chat("one").status == 200


def test_every_process_takes_a_new_configuration(serve: Serve) -> None:
    gateway = serve(TWO)
    gateway.config.write_text(OTHER, encoding="utf-8")
    done = outlast_process(gateway.folder, "reload")
    assert (done.code, done.out) == (0, "Configuration 2 is at work, in 2 processes.\n"), done.err
    assert {gateway.chat("two").status for _ in range(20)} == {200}
    assert {gateway.chat("one").status for _ in range(20)} == {404}


def test_a_process_that_is_started_again_has_the_configuration_at_work_not_a_wrong_file(serve: Serve) -> None:
    gateway = serve(TWO)
    gateway.config.write_text(OTHER, encoding="utf-8")
    assert outlast_process(gateway.folder, "reload").code == 0
    gateway.config.write_text("nonsense", encoding="utf-8")
    gateway.signal(signal.SIGHUP)
    until(lambda: "refused" in str(checks(gateway)["configuration"]["says"]))
    before = children(gateway)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(set(children(gateway)) - set(before)) == 2)
    assert {gateway.chat("two").status for _ in range(20)} == {200}


def test_a_process_that_was_told_to_end_by_itself_is_started_again(serve: Serve) -> None:
    gateway = serve(TWO)
    before = children(gateway)
    os.kill(before[0], signal.SIGTERM)
    until(lambda: before[0] not in children(gateway) and len(children(gateway)) == 2)
    assert gateway.chat("one").status == 200


def test_what_the_supervisor_says_takes_the_form_of_the_log(serve: Serve) -> None:
    gateway = serve(TWO)
    os.kill(children(gateway)[0], signal.SIGKILL)
    until(lambda: "ended by SIGKILL" in gateway.said or "the next starts" in gateway.said)
    gateway.config.write_text(OTHER, encoding="utf-8")
    assert outlast_process(gateway.folder, "reload").code == 0
    said = [json.loads(line) for line in gateway.said.splitlines() if not line.startswith("outlast: ")]
    assert {(line["event"], line["logger"]) for line in said} >= {
        ("log", "outlast.supervisor"),
        ("log", "outlast.reload"),
    }
    gateway.config.write_text(OTHER + '[log]\nformat = "text"\n', encoding="utf-8")
    assert outlast_process(gateway.folder, "reload").code == 0
    assert " warning configuration 3 is at work" in gateway.said


def test_a_reload_shows_what_rests_at_once_and_forgets_a_target_that_left(serve: Serve) -> None:
    away = '[providers.away]\nkind = "openai"\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "none"\n'
    alone = SCRIPTED + '[models.one]\ntarget = "openai/simulated-terse"\n'
    resting = alone + away + '[models.resting]\ntarget = "away/x"\n'
    gateway = serve(resting)

    def targets() -> str:
        return str(gateway.ask("GET", "/readyz").document["checks"]["targets"]["says"])

    for _ in range(5):
        gateway.chat("resting")
    assert targets().startswith("away/x: ")
    gateway.config.write_text(resting + "# the same\n", encoding="utf-8")
    assert outlast_process(gateway.folder, "reload").code == 0
    assert targets().startswith("away/x: ")
    assert b'outlast_target_state{state="closed",target="away/x"} 0' in gateway.ask("GET", "/metrics").body
    gateway.config.write_text(alone, encoding="utf-8")
    assert outlast_process(gateway.folder, "reload").code == 0
    assert "away/x" not in targets()
