"""TensorZero's core as it comes from PyPI, behind the HTTP front that it starts for OpenAI clients.

It runs in the peers' environment: ``tensorzero_http.py CONFIG`` prints ``listening on URL`` and stays. The front
is not a public function of the package (its own server is a container image), so figures of it are of the core
with that front, without ClickHouse, which is TensorZero's way to record.
"""

import sys
import threading

import tensorzero  # type: ignore[import-not-found] # only in the peers' environment


def main() -> None:
    """Serve until stopped."""
    gateway = tensorzero._start_http_gateway(  # noqa: SLF001 - the package has no public one
        config_file=sys.argv[1], clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False
    )
    print(f"listening on {gateway.base_url}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
