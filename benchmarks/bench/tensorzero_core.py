"""TensorZero's core as a Python program has it: embedded, called by so many tasks, without HTTP before it.

It runs in the peers' environment: ``tensorzero_core.py CONFIG TASKS SECONDS`` prints one line of JSON. It records
nothing, and nothing comes in over a network, so its figure flatters it beside a gateway.
"""

import asyncio
import json
import sys
import time

from tensorzero import AsyncTensorZeroGateway  # type: ignore[import-not-found] # only in the peers' environment

QUESTION = "How does a reverse proxy keep connections to its upstream open, and why?"
INPUT = {
    "system": "You answer in one short paragraph, in plain words.",
    "messages": [{"role": "user", "content": QUESTION}],
}
PARAMS = {"chat_completion": {"temperature": 0.7, "max_tokens": 200}}


async def call_until(gateway: AsyncTensorZeroGateway, end: float, took: list[float]) -> int:
    """Call one after the other; how many failed."""
    failed = 0
    while (began := time.monotonic()) < end:
        try:
            await gateway.inference(model_name="bench", input=INPUT, params=PARAMS)
        except Exception:  # noqa: BLE001 - any failure is one failed call
            failed += 1
        took.append(time.monotonic() - began)
    return failed


async def main() -> None:
    """Warm up, run, print."""
    config, tasks, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    gateway = await AsyncTensorZeroGateway.build_embedded(config_file=config, async_setup=True)
    await asyncio.gather(*(call_until(gateway, time.monotonic() + 0.5, []) for _ in range(tasks)))
    took: list[float] = []
    began, cpu = time.monotonic(), time.process_time()
    failures = await asyncio.gather(*(call_until(gateway, began + seconds, took) for _ in range(tasks)))
    elapsed, cpu = time.monotonic() - began, time.process_time() - cpu
    took.sort()
    figures = {
        "connections": tasks,
        "rate": (len(took) - sum(failures)) / elapsed,
        "failed": sum(failures),
        "p50_us": int(took[len(took) // 2] * 1e6),
        "p99_us": int(took[int(len(took) * 0.99)] * 1e6),
        "cpu_us": cpu * 1e6 / len(took),
    }
    print("@@" + json.dumps(figures), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
