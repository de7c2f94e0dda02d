"""The gateway that may run beside a command: found by its database, asked over loopback what it says of itself.

It knows where a gateway leaves its address and how it is asked. It does not know what its words mean (``doctor``).
"""

import socket
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import msgspec

from outlast.doctor.upstreams import RunningFacts
from outlast.errors import MachineError
from outlast.settings import ServerSettings, Settings
from outlast.wiring.run_file import read_running

_WAIT_S = 3.0
_ANSWER_BYTES = 1 << 20
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class _Check(msgspec.Struct, frozen=True):
    ok: bool
    says: str = ""


class _Readiness(msgspec.Struct, frozen=True):
    status: str
    checks: dict[str, _Check] = {}


def look_for_gateway(settings: Settings) -> RunningFacts:
    """Whether a gateway runs on a configuration's database and what ``/readyz`` says, or whose the port is."""
    server = settings.server
    listen = f"{server.host}:{server.port}"
    try:
        running = read_running(settings)
    except MachineError:
        taken = _is_taken(server)
        facts = RunningFacts(listen=listen, address=f"http://{listen}", port_taken=taken)
        if not taken:
            return facts
    else:
        facts = RunningFacts(pid=running.pid, address=f"http://{running.address}", listen=listen)
    return _asked(facts)


def _asked(facts: RunningFacts) -> RunningFacts:
    try:
        said = _ask(facts.address)
    except (OSError, HTTPException, msgspec.DecodeError) as error:
        return msgspec.structs.replace(facts, error=str(error) or type(error).__name__)
    checks = {name: (check.ok, check.says) for name, check in said.checks.items()}
    return msgspec.structs.replace(facts, ready=said.status == "ready", checks=checks)


def _ask(address: str) -> _Readiness:
    url = urlsplit(address)
    host = url.hostname or ""
    connection = HTTPConnection(_EVERYWHERE.get(host, host), url.port, timeout=_WAIT_S)
    try:
        connection.request("GET", "/readyz")
        return msgspec.json.decode(connection.getresponse().read(_ANSWER_BYTES), type=_Readiness)
    finally:
        connection.close()


def _is_taken(server: ServerSettings) -> bool:
    """Whether somebody answers on the port already; port 0 is nobody's."""
    if not server.port:
        return False
    try:
        with socket.create_connection((_EVERYWHERE.get(server.host, server.host), server.port), timeout=_WAIT_S):
            return True
    except OSError:
        return False
