"""The ASGI candidate: one application, served by uvicorn or Granian, calling upstream with pyreqwest.

It knows the ASGI messages of one plain call. It is no gateway: no limits, no retries, no streaming.
"""

import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from pyreqwest.client import ClientBuilder  # type: ignore[import-not-found] # only in the candidates' environment

from server_choice.work import Recorder, model_of

Message = MutableMapping[str, Any]

URL = os.environ["BENCH_UPSTREAM"]
recorder = Recorder(os.environ["BENCH_JOURNAL"])
client = ClientBuilder().http1_only().no_proxy().max_connections(512).build()


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer one call."""
    if scope["type"] != "http":
        return
    began = time.monotonic_ns()
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    model = model_of(body)
    upstream = client.post(URL + scope["path"]).header("content-type", "application/json").body_bytes(body).build()
    response = await upstream.send()
    answer = bytes(await response.bytes())
    recorder.record(model, answer, began)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
