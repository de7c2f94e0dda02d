"""A configuration that is read again while the gateway serves: what changes, for whom, and what a wrong one does."""

import datetime as dt
import json
import signal
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import CHAT, LIVING, SCRIPTED, Gateway, calling, outlast_process, plain, until

from outlast.providers.script.profile import Profile, Profiles
from outlast.testing.upstream import UpstreamServer, in_thread, playing, raw, simulated

pytestmark = pytest.mark.server

ONE = SCRIPTED + '[models.one]\ntarget = "openai/simulated-terse"\n'
TWO = SCRIPTED + '[models.two]\ntarget = "openai/simulated-terse"\n'
LONG = {"model": "one", "stream": True, "messages": [{"role": "user", "content": "Write 60 words"}]}
WRONG = ONE + 'sucessor = "chain"\n'


def rewrite(gateway: Gateway, text: str) -> None:
    gateway.config.write_text(text, encoding="utf-8")


def says(gateway: Gateway) -> str:
    said: str = gateway.ask("GET", "/readyz").document["checks"]["configuration"]["says"]
    return said


def test_new_calls_take_the_new_routes(serve: Serve) -> None:
    gateway = serve(ONE)
    assert (gateway.chat("one").status, gateway.chat("two").status) == (200, 404)
    rewrite(gateway, TWO)
    done = outlast_process(gateway.folder, "reload")
    assert (done.code, done.out) == (0, "Configuration 2 is at work.\n"), done.err
    assert (gateway.chat("one").status, gateway.chat("two").status) == (404, 200)
    assert says(gateway).startswith("number 2 ")


def test_a_wrong_file_is_refused_with_its_line_before_anybody_is_asked(serve: Serve) -> None:
    gateway = serve(ONE)
    rewrite(gateway, WRONG)
    done = outlast_process(gateway.folder, "reload")
    assert done.code == 2
    assert done.out == ""
    assert "outlast.toml:6: `sucessor` is not a word" in done.err
    assert says(gateway).startswith("number 1 ")
    assert gateway.chat("one").status == 200


def test_a_signal_for_a_wrong_file_leaves_the_old_one_at_work_and_says_why(serve: Serve) -> None:
    gateway = serve(ONE)
    rewrite(gateway, WRONG)
    gateway.signal(signal.SIGHUP)
    said = until(lambda: says(gateway) if "refused" in says(gateway) else "")
    assert said.startswith("number 1 stays")
    assert "outlast.toml:6: `sucessor` is not a word" in said
    until(lambda: "outlast.toml:6: `sucessor` is not a word" in gateway.said)
    assert gateway.ask("GET", "/readyz").status == 200
    assert gateway.chat("one").status == 200


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ONE + '[server]\nworkers = "four"\n', "there is no 'four'"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("", "no provider any more"),
    ],
)
def test_a_gateway_outlives_a_file_that_cannot_be_read(serve: Serve, workers: int, text: str, reason: str) -> None:
    gateway = serve(ONE, "--workers", str(workers))
    rewrite(gateway, text)
    gateway.signal(signal.SIGHUP)
    until(lambda: reason in says(gateway) and "number 1 stays" in says(gateway))
    until(lambda: reason in gateway.said)
    assert gateway.chat("one").status == 200
    rewrite(gateway, ONE + TWO.removeprefix(SCRIPTED))
    assert outlast_process(gateway.folder, "reload").code == 0
    assert gateway.chat("two").status == 200


def test_what_only_the_gateway_can_refuse_is_told_to_who_asked(serve: Serve) -> None:
    gateway = serve(ONE)
    rewrite(gateway, ONE + '[providers.kept]\nkind = "recorded"\nfile = "nowhere.jsonl"\n')
    done = outlast_process(gateway.folder, "reload")
    assert done.code == 2
    assert "nowhere.jsonl" in done.err
    assert "refused" in says(gateway)
    assert gateway.chat("one").status == 200


def test_words_that_need_a_restart_are_said_and_the_rest_is_applied(serve: Serve) -> None:
    gateway = serve(ONE)
    rewrite(gateway, TWO + "[server]\nworkers = 3\n")
    done = outlast_process(gateway.folder, "reload", "--format", "json")
    assert done.code == 0
    assert done.document == {"generation": 2, "workers": 1, "needs_restart": ["[server] workers = 3 needs a restart"]}
    assert gateway.chat("two").status == 200


def test_a_stream_ends_on_what_it_began_with(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "profiles.toml").write_text('[models."simulated-terse"]\nper_token = 0.02\n', encoding="utf-8")
    slow = SCRIPTED + 'file = "profiles.toml"\n[models.one]\ntarget = "openai/simulated-terse"\n'
    gateway = serve(slow)
    with calling(gateway.address) as caller:
        caller.connection.request("POST", CHAT, json.dumps(LONG))
        response = caller.connection.getresponse()
        first = response.read(1)
        rewrite(gateway, TWO)
        assert outlast_process(gateway.folder, "reload").code == 0
        assert gateway.chat("one").status == 404
        assert (first + response.read()).endswith(b"data: [DONE]\n\n")
        number = response.headers["x-outlast-request-id"]
    [row] = until(lambda: [row for row in gateway.rows() if row["id"] == number])
    assert (row["requested"], row["outcome"], row["estimated"]) == ("one", "answered", 0)


def test_without_a_gateway_there_is_nobody_to_reload(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(ONE, encoding="utf-8")
    done = outlast_process(tmp_path, "reload")
    assert done.code == 3
    assert "no gateway runs on" in done.err


def test_a_gateway_that_was_killed_is_not_mistaken_for_one_that_runs(serve: Serve) -> None:
    gateway = serve(ONE)
    gateway.kill()
    assert (gateway.folder / "outlast.db.run" / "state.json").exists()
    done = outlast_process(gateway.folder, "reload")
    assert done.code == 3
    assert "no gateway runs on" in done.err


def test_another_file_than_the_one_at_work_is_not_told_to_it(serve: Serve) -> None:
    gateway = serve(ONE)
    other = gateway.folder / "other.toml"
    other.write_text(TWO, encoding="utf-8")
    done = outlast_process(gateway.folder, "reload", "--config", "other.toml")
    assert done.code == 2
    assert "does not run" in done.err
    assert gateway.chat(LIVING).status == 200


def provider(server: UpstreamServer, name: str = "one", **words: str) -> str:
    more = "".join(f'{word} = "{value}"\n' for word, value in words.items())
    return f'[providers.{name}]\nkind = "openai"\nbase_url = "{server.base_url}"\n{more}'


def upstream() -> AbstractContextManager[UpstreamServer]:
    return in_thread(playing(simulated("openai", dt.date(2026, 11, 22), Profiles())))


def open_to(server: UpstreamServer, gateway: Gateway) -> int:
    """Connections that the gateway's process has to an upstream, as the system sees them."""
    assert gateway.process is not None
    process = Path(f"/proc/{gateway.process.pid}")
    table = (process / "net" / "tcp").read_text(encoding="ascii").splitlines()[1:]
    fields = [line.split() for line in table]
    found = {f"socket:[{each[9]}]" for each in fields if int(each[2].partition(":")[2], 16) == server.port}
    return sum(1 for each in (process / "fd").iterdir() if each.is_symlink() and str(each.readlink()) in found)


def test_an_upstream_whose_words_are_the_same_keeps_its_connections(serve: Serve) -> None:
    with upstream() as server:
        gateway = serve(provider(server))
        assert gateway.chat("one/simulated-terse").status == 200
        for number in range(3):
            rewrite(gateway, provider(server) + f'[models.m{number}]\ntarget = "one/simulated-terse"\n')
            assert outlast_process(gateway.folder, "reload").code == 0
            assert gateway.chat(f"m{number}").status == 200
        assert server.connections == 1


def test_an_upstream_that_is_no_longer_used_is_let_go(serve: Serve) -> None:
    with upstream() as old, upstream() as new:
        gateway = serve(provider(old))
        assert gateway.chat("one/simulated-terse").status == 200
        assert open_to(old, gateway) == 1
        rewrite(gateway, provider(new))
        assert outlast_process(gateway.folder, "reload").code == 0
        until(lambda: open_to(old, gateway) == 0)
        assert gateway.chat("one/simulated-terse").status == 200
        assert (old.connections, new.connections) == (1, 1)


def test_a_stream_keeps_its_upstream_until_it_has_ended(serve: Serve) -> None:
    slow = Profiles(models={"simulated-terse": Profile(per_token=0.1)})
    with in_thread(playing(simulated("openai", dt.date(2026, 11, 22), slow))) as old, upstream() as new:
        gateway = serve(provider(old))
        with calling(gateway.address) as caller:
            caller.connection.request("POST", CHAT, json.dumps(LONG | {"model": "one/simulated-terse"}))
            response = caller.connection.getresponse()
            first = response.read(1)
            rewrite(gateway, provider(new))
            gateway.signal(signal.SIGHUP)
            until(lambda: says(gateway).startswith("number 2 "))
            assert gateway.chat("one/simulated-terse").status == 200
            assert (new.connections, open_to(old, gateway)) == (1, 1)
            assert (first + response.read()).endswith(b"data: [DONE]\n\n")
        until(lambda: open_to(old, gateway) == 0)


def test_a_key_in_the_file_is_the_new_one_from_the_next_call_on(serve: Serve) -> None:
    with in_thread(raw(plain(200, {"model": "m", "choices": []}))) as server:
        gateway = serve(provider(server, api_key="first"))
        gateway.chat("one/m")
        rewrite(gateway, provider(server, api_key="second"))
        assert outlast_process(gateway.folder, "reload").code == 0
        gateway.chat("one/m")
        assert [each.headers["authorization"] for each in server.received] == ["Bearer first", "Bearer second"]
