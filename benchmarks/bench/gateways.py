"""Every gateway that is measured: how it is started, and where each kind of call goes in.

It knows commands, configurations and headers. It does not know what is measured.
"""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench import nginx, sample
from bench.processes import NotReady, Processes, Running, await_line, await_port, free_port

HERE = Path(__file__).resolve().parent.parent
PEERS = HERE / ".venv-peers" / "peers" / "bin"
PORTKEY = HERE / ".peers" / "node_modules" / "@portkey-ai" / "gateway" / "build" / "start-server.js"
PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where one kind of call goes in: the same body for all, but for the name of the model."""

    port: int
    path: str = PATH
    model: str = sample.MODEL
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_headers(self) -> dict[str, str]:
        """With those that every caller sends; the gateway's own win."""
        return {"Content-Type": "application/json", "Authorization": "Bearer bench", **self.headers}

    def body(self, **changes: object) -> bytes:
        """The request's body."""
        return msgspec.json.encode({**sample.REQUEST, "model": self.model, **changes})

    def raw(self, body: bytes) -> bytes:
        """The request as bytes on a connection."""
        lines = [f"POST {self.path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in self.all_headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One running gateway."""

    name: str
    running: Running
    plain: Entrance
    streamed: Entrance | None = None
    full: Entrance | None = None
    """Plain calls whose bodies are recorded; only ours has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """The ports of the two upstreams."""

    plain: int
    streamed: int


Starter = Callable[[Processes, Upstreams], Gateway]


def start_nginx(processes: Processes, upstreams: Upstreams) -> Gateway:
    """The limit: one worker, as fair to a gateway of one process; buffering off for streams."""
    plain, streamed = free_port(), free_port()
    passages = (
        nginx.Passage(upstream=upstreams.plain, port=plain),
        nginx.Passage(upstream=upstreams.streamed, port=streamed, buffering=False),
    )
    running = nginx.start_proxy(processes, passages, name="nginx")
    return Gateway(name="nginx", running=running, plain=Entrance(port=plain), streamed=Entrance(port=streamed))


def start_outlast(processes: Processes, upstreams: Upstreams) -> Gateway:
    """Ours: one process, SQLite, metadata recorded; a second name records bodies too."""
    return _outlast(processes, upstreams)


def start_guarded(processes: Processes, upstreams: Upstreams) -> Gateway:
    """Ours with everything of a company on: a key with every limit, and two targets that share the calls."""
    return _outlast(processes, upstreams, guarded=True)


def start_workers(processes: Processes, upstreams: Upstreams) -> Gateway:
    """Ours in two processes on one port."""
    return _outlast(processes, upstreams, workers=2)


LIMITS = (
    "--requests-per-minute", "1B", "--tokens-per-minute", "100B", "--concurrent", "10000",
    "--budget-day", "1000000USD", "--budget-month", "1000000USD",
)  # fmt: skip
"""Every limit there is, none within reach."""


def create_key(config: Path) -> str:
    """A key with every limit; its secret."""
    command = [sys.executable, "-m", "outlast", "keys", "create", "bench", *LIMITS, "--config", str(config)]
    made = subprocess.run([*command, "--format", "json"], check=True, capture_output=True, cwd=config.parent)
    return str(msgspec.json.decode(made.stdout)["secret"])


def _outlast(processes: Processes, upstreams: Upstreams, *, guarded: bool = False, workers: int = 1) -> Gateway:
    port = free_port()
    name = "guarded" if guarded else "outlast" if workers == 1 else f"outlast-x{workers}"
    folder = processes.logs / f"{name}-{port}"
    folder.mkdir()
    config = folder / "outlast.toml"
    text = '[server]\ndatabase = "sqlite:///bench.db"\ntoday = 2026-11-01\n'
    text += f"workers = {workers}\n"
    for table, upstream in (
        ("plain", upstreams.plain),
        ("plain-too", upstreams.plain),
        ("streamed", upstreams.streamed),
    ):
        text += f'[providers.{table}]\nkind = "openai"\nbase_url = "http://127.0.0.1:{upstream}/v1"\n'
        text += 'api_key = "env:BENCH_UPSTREAM_KEY"\ncatalog = "openai"\nmax_connections = 6000\n'
    one, two = f'"plain/{sample.MODEL}"', f'"plain-too/{sample.MODEL}"'
    shared = f"[{one}, {two}]" if guarded else one
    for model, target, record in (
        ("bench", shared, "metadata"),
        ("bench-full", shared, "full"),
        ("bench-stream", f'"streamed/{sample.MODEL}"', "metadata"),
    ):
        text += f'[models.{model}]\ntarget = {target}\nrecord = "{record}"\n'
    config.write_text(text)
    headers = {"Authorization": f"Bearer {create_key(config)}"} if guarded else {}
    command = [sys.executable, "-m", "outlast", "serve", "--config", str(config), "--port", str(port)]
    running = processes.start(name, command, env={"BENCH_UPSTREAM_KEY": "bench"})
    await_line(running, "listening on http://")
    return Gateway(
        name=name,
        running=running,
        plain=Entrance(port=port, model="bench", headers=headers),
        streamed=Entrance(port=port, model="bench-stream", headers=headers),
        full=Entrance(port=port, model="bench-full", headers=headers),
    )


def start_bare(processes: Processes, upstreams: Upstreams) -> Gateway:
    """The bare candidate of ``server_choice``: what the choice of the server allows, without a gateway on it."""
    port = free_port()
    upstream, journal = f"http://127.0.0.1:{upstreams.plain}", str(processes.logs / "bare.journal")
    command = [sys.executable, "-m", "server_choice.bare", str(port), upstream, journal, "tasks"]
    running = processes.start("bare", command, env={"PYTHONPATH": str(HERE)})
    await_port(running, port)
    return Gateway(name="bare", running=running, plain=Entrance(port=port))


def start_litellm(processes: Processes, upstreams: Upstreams) -> Gateway:
    """LiteLLM's proxy with one worker, no database, its price list from the package."""
    program = _present(PEERS / "litellm")
    port = free_port()
    config = processes.logs / f"litellm-{port}.json"
    models = [
        {
            "model_name": name,
            "litellm_params": {
                "model": f"openai/{sample.MODEL}",
                "api_base": f"http://127.0.0.1:{upstream}/v1",
                "api_key": "bench",
            },
        }
        for name, upstream in (("bench", upstreams.plain), ("bench-stream", upstreams.streamed))
    ]
    config.write_bytes(msgspec.json.encode({"model_list": models, "litellm_settings": {"telemetry": False}}))
    command = [program, "--config", str(config), "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1"]
    key = f"sk-{secrets.token_hex(16)}"  # it does not start without one
    env = {"LITELLM_LOG": "ERROR", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": key}
    headers = {"Authorization": f"Bearer {key}"}
    running = processes.start("litellm", command, env=env)
    await_port(running, port, seconds=120)
    return Gateway(
        name="litellm",
        running=running,
        plain=Entrance(port=port, model="bench", headers=headers),
        streamed=Entrance(port=port, model="bench-stream", headers=headers),
    )


def start_portkey(processes: Processes, upstreams: Upstreams) -> Gateway:
    """Portkey's open gateway on Node; the upstream is named by a header of each call."""
    program, node = _present(PORTKEY), _present(shutil.which("node"))
    port = free_port()
    running = processes.start("portkey", [node, program, f"--port={port}", "--headless"])
    await_port(running, port)

    def entrance(upstream: int) -> Entrance:
        headers = {"x-portkey-provider": "openai", "x-portkey-custom-host": f"http://127.0.0.1:{upstream}/v1"}
        return Entrance(port=port, headers=headers)

    return Gateway(
        name="portkey", running=running, plain=entrance(upstreams.plain), streamed=entrance(upstreams.streamed)
    )


def start_tensorzero(processes: Processes, upstreams: Upstreams) -> Gateway:
    """TensorZero's core with the HTTP front of its Python package; it records nothing here."""
    config = _tensorzero_config(processes, upstreams)
    command = [_present(PEERS / "python"), str(HERE / "bench" / "tensorzero_http.py"), str(config)]
    running = processes.start("tensorzero", command)
    url = await_line(running, "listening on http://").removeprefix("127.0.0.1:")
    port = int(url.partition("/")[0])
    path, name = "/openai/v1/chat/completions", "tensorzero::model_name::"
    return Gateway(
        name="tensorzero",
        running=running,
        plain=Entrance(port=port, path=path, model=f"{name}bench"),
        streamed=Entrance(port=port, path=path, model=f"{name}bench-stream"),
    )


def tensorzero_core(processes: Processes, upstreams: Upstreams) -> list[str]:
    """The command of the embedded core; the number of tasks and the seconds follow."""
    config = _tensorzero_config(processes, upstreams)
    return [_present(PEERS / "python"), str(HERE / "bench" / "tensorzero_core.py"), str(config)]


def _tensorzero_config(processes: Processes, upstreams: Upstreams) -> Path:
    config = processes.logs / "tensorzero.toml"
    text = "[gateway]\nobservability.enabled = false\n"
    for name, upstream in (("bench", upstreams.plain), ("bench-stream", upstreams.streamed)):
        text += f'[models.{name}]\nrouting = ["upstream"]\n[models.{name}.providers.upstream]\ntype = "openai"\n'
        text += f'model_name = "{sample.MODEL}"\napi_base = "http://127.0.0.1:{upstream}/v1/"\n'
        text += 'api_key_location = "none"\n'
    config.write_text(text)
    return config


STARTERS: dict[str, Starter] = {
    "nginx": start_nginx,
    "outlast": start_outlast,
    "guarded": start_guarded,
    "outlast-x2": start_workers,
    "bare": start_bare,
    "tensorzero": start_tensorzero,
    "portkey": start_portkey,
    "litellm": start_litellm,
}
DEFAULT = ("nginx", "outlast", "guarded", "tensorzero", "portkey", "litellm")


def _present(program: Path | str | None) -> str:
    if program is None or not Path(program).exists():
        raise NotReady(f"{program or 'the program'} is not installed; `make bench-peers` installs the peers")
    return str(program)
