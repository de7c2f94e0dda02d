"""How a gateway stops: what runs may end, for a while; what does not is cut, and its record says by whom."""

import contextlib
import http.client
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import CHAT, SCRIPTED, Gateway, calling, until

pytestmark = pytest.mark.server

PACED = SCRIPTED + 'file = "profiles.toml"\n[models.one]\ntarget = "openai/simulated-terse"\n'
ENDS = 0.01
"""Seconds a token: sixty of them are there within the grace."""
GOES_ON = 0.2
"""Seconds a token: sixty of them are not."""

by_number_of_processes = pytest.mark.parametrize("workers", [1, 2])


def configured(folder: Path, *, workers: int, grace: float, per_token: float) -> str:
    profile = f'[models."simulated-terse"]\nper_token = {per_token}\n'
    (folder / "profiles.toml").write_text(profile, encoding="utf-8")
    return f"[server]\nworkers = {workers}\ngrace = {grace}\n" + PACED


@contextlib.contextmanager
def asked(gateway: Gateway, model: str = "one", *, stream: bool) -> Iterator[http.client.HTTPConnection]:
    """A caller whose call runs."""
    body = {"model": model, "stream": stream, "messages": [{"role": "user", "content": "Write 60 words"}]}
    with calling(gateway.address) as caller:
        caller.connection.request("POST", CHAT, json.dumps(body))
        yield caller.connection


def ended(gateway: Gateway) -> dict[str, object]:
    """The one record, after the gateway's end."""
    assert gateway.ended() == 0
    [row] = gateway.rows()
    return row


@by_number_of_processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stream_that_ends_within_the_grace_is_whole(
    serve: Serve, tmp_path: Path, workers: int, number: signal.Signals
) -> None:
    gateway = serve(configured(tmp_path, workers=workers, grace=15, per_token=ENDS))
    with asked(gateway, stream=True) as connection:
        answer = connection.getresponse()
        assert answer.read(1)
        gateway.signal(number)
        assert answer.read().endswith(b"data: [DONE]\n\n")
    row = ended(gateway)
    assert (row["outcome"], row["error"], row["estimated"]) == ("answered", "", 0)


@by_number_of_processes
@pytest.mark.fault("a stream outlives the grace of a stop")
def test_a_stream_that_outlives_the_grace_is_cut_and_its_record_says_so(
    serve: Serve, tmp_path: Path, workers: int
) -> None:
    gateway = serve(configured(tmp_path, workers=workers, grace=0.3, per_token=GOES_ON))
    with asked(gateway, stream=True) as connection:
        answer = connection.getresponse()
        assert answer.read(1)
        gateway.signal(signal.SIGTERM)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    row = ended(gateway)
    assert (row["status"], row["outcome"], row["error"], row["estimated"]) == (200, "cancelled", "gateway_stopped", 1)


@by_number_of_processes
@pytest.mark.fault("a plain call outlives the grace of a stop")
def test_a_plain_call_that_outlives_the_grace_is_cut_and_its_record_says_so(serve: Serve, workers: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway = serve(
            f'[server]\nworkers = {workers}\ngrace = 0.3\n[providers.silent]\nkind = "openai"\n'
            f'base_url = "http://127.0.0.1:{silent.getsockname()[1]}"\n'
        )
        with asked(gateway, "silent/model", stream=False) as connection, silent.accept()[0] as upstream:
            assert upstream.recv(1)
            gateway.signal(signal.SIGTERM)
            with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
                connection.getresponse()
    row = ended(gateway)
    assert (row["status"], row["outcome"], row["error"]) == (0, "cancelled", "gateway_stopped")


@by_number_of_processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_waits_for_nobody(serve: Serve, tmp_path: Path, workers: int, number: signal.Signals) -> None:
    gateway = serve(configured(tmp_path, workers=workers, grace=600, per_token=GOES_ON))
    with asked(gateway, stream=True) as connection:
        answer = connection.getresponse()
        assert answer.read(1)
        gateway.signal(number)
        until(lambda: refuses(gateway))
        gateway.signal(number)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    assert ended(gateway)["error"] == "gateway_stopped"


def refuses(gateway: Gateway) -> bool:
    """Whether nobody listens any more."""
    try:
        return gateway.ask("GET", "/healthz").status == 0
    except OSError:
        return True


@by_number_of_processes
def test_an_idle_gateway_ends_at_once_and_says_nothing(serve: Serve, tmp_path: Path, workers: int) -> None:
    gateway = serve(configured(tmp_path, workers=workers, grace=600, per_token=ENDS))
    with calling(gateway.address) as caller:
        assert caller.ask("GET", "/healthz").status == 200
        gateway.signal(signal.SIGTERM)
        assert gateway.ended() == 0
    assert gateway.said == ""
