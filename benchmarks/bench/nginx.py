"""nginx in its two parts: an upstream with a fixed answer, and the plain proxy that is the limit.

It knows nginx's configuration. It does not know what the answer means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Processes, Running, await_port, free_port

MAIN = """\
daemon off;
worker_processes {workers};
pid {folder}/{name}.pid;
error_log {folder}/{name}.error.log crit;
worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  client_body_temp_path {folder}/{name}.body;
  proxy_temp_path {folder}/{name}.proxy;
  fastcgi_temp_path {folder}/{name}.fastcgi;
  uwsgi_temp_path {folder}/{name}.uwsgi;
  scgi_temp_path {folder}/{name}.scgi;
{http}
}}
"""

FIXED = """\
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    default_type application/json;
    location / {{ return 200 '{answer}'; }}
  }}
"""

PROXY = """\
  upstream upstream-{upstream} {{
    server 127.0.0.1:{upstream};
    keepalive 512;
    keepalive_requests 1000000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://upstream-{upstream};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering {buffering};
    }}
  }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One upstream port behind one port of the proxy; streams are not buffered."""

    upstream: int
    port: int
    buffering: bool = True


def start_fixed(processes: Processes, answer: bytes) -> tuple[Running, int]:
    """An upstream of one worker that gives one fixed JSON answer to everything."""
    port = free_port()
    text = answer.decode().replace("\\", "\\\\").replace("'", "\\'")
    return _start(processes, "upstream-plain", FIXED.format(port=port, answer=text), port=port), port


def start_proxy(
    processes: Processes, passages: Sequence[Passage], *, name: str = "nginx", workers: str = "1"
) -> Running:
    """``proxy_pass`` with kept-alive upstream connections: the least that a proxy can do."""
    parts = [
        PROXY.format(port=way.port, upstream=way.upstream, buffering="on" if way.buffering else "off")
        for way in passages
    ]
    return _start(processes, name, "".join(parts), port=passages[0].port, workers=workers)


def _start(processes: Processes, name: str, http: str, *, port: int, workers: str = "1") -> Running:
    folder: Path = processes.logs
    config = folder / f"{name}.conf"
    config.write_text(MAIN.format(workers=workers, folder=folder, name=name, http=http))
    running = processes.start(name, ["nginx", "-p", str(folder), "-c", str(config)])
    await_port(running, port)
    return running
