"""More than one request, other protocols, and values that would become lines of their own."""

from collections.abc import Iterator

from tests.integration.http_cases.words import (
    BOUNDS,
    CHUNKS,
    FRONT,
    HOST,
    LENGTH,
    PATH,
    POST,
    REFUSED,
    ROUTES,
    SECOND,
    SERVED,
    STRICT,
    TOO_LARGE,
    Case,
    Outcome,
    cut,
)

# More than one request.


def pipelines() -> Iterator[Case]:
    call = POST + LENGTH + b"\r\n" + FRONT
    two = Outcome((200, 200), "open", ("front", "smuggled"))
    yield Case("pipeline", "two calls", call + SECOND, two)
    yield Case(
        "pipeline",
        "a chunked one, then one with a length",
        cut(b"Transfer-Encoding: chunked\r\n", CHUNKS) + SECOND,
        two,
    )
    yield Case(
        "pipeline", "eleven calls", call * 10 + SECOND, Outcome((200,) * 11, "open", ("front",) * 10 + ("smuggled",))
    )
    last = cut(b"Connection: close\r\n" + LENGTH, FRONT) + SECOND
    once = Outcome((200,), "closed", ("front",))
    yield Case("pipeline", "nothing behind Connection: close", last, once)
    listed = cut(b"Connection: keep-alive, close\r\n" + LENGTH, FRONT) + SECOND
    yield Case(
        "pipeline",
        "nothing behind keep-alive, close",
        listed,
        once,
        "close wins over keep-alive; nginx reads the first word it knows",
    )
    garbage = call + b"\x00\x01\r\n\r\n" + SECOND
    yield Case("pipeline", "a call before garbage", garbage, Outcome((200, 400), "closed", ("front",)))
    inside = b'{"model":"up/front","messages":[],"x":"%b"}' % SECOND.replace(b"\r\n", b"  ").replace(b'"', b"'")
    framed = b"Content-Length: %d\r\n" % len(inside)
    yield Case("pipeline", "a call inside a body", cut(framed, inside), SERVED)
    for method in (b"GET", b"HEAD", b"DELETE", b"OPTIONS"):
        sent = method + b" " + PATH + b" HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(SECOND) + SECOND
        yield Case("pipeline", f"a call as the body of {method.decode()}", sent, Outcome((405,), "open"), ROUTES)


def expectations() -> Iterator[Case]:
    at_once = "the body came with the head, so there is nothing to invite"
    for name, value in {"100-continue": b"100-continue", "in capitals": b"100-CONTINUE"}.items():
        yield Case("expectation", name, cut(b"Expect: " + value + b"\r\n" + LENGTH, FRONT), SERVED, at_once)
    ignored = "the standard lets a server ignore an expectation that it does not know"
    for name, value in {"unknown": b"something", "two": b"100-continue, something", "a number": b"200-ok"}.items():
        yield Case("expectation", name, cut(b"Expect: " + value + b"\r\n" + LENGTH, FRONT), SERVED, ignored)
    invited = cut(b"Expect: 100-continue\r\n" + LENGTH, b"")
    yield Case("expectation", "no body follows", invited + FRONT[:5], Outcome((100, 400), "waits"), at_once)
    bare = cut(b"Expect: 100-continue\r\n", b"")
    yield Case(
        "expectation", "of no body", bare, Outcome((400,), "open"), "ours refuses a call without a body by itself"
    )
    over = cut(b"Expect: 100-continue\r\nContent-Length: 50000001\r\n", b"")
    yield Case("expectation", "of a body over the limit", over + SECOND, TOO_LARGE, BOUNDS)


def upgrades() -> Iterator[Case]:
    ignored = "ours answers, then parts: what follows may be in the other protocol"
    for name, offer in {
        "websocket": b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAA\r\n",
        "h2c": b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
        "TLS": b"Upgrade: TLS/1.2\r\n",
        "nonsense": b"Upgrade: %00\r\n",
    }.items():
        head = b"GET /v1/models HTTP/1.1\r\n" + HOST + b"Connection: Upgrade, HTTP2-Settings\r\n" + offer + b"\r\n"
        yield Case("upgrade", f"{name}, and a call behind", head + SECOND, Outcome((200,), "closed"), ignored)
        body = cut(b"Connection: Upgrade\r\n" + offer + LENGTH, FRONT) + SECOND
        yield Case("upgrade", f"{name}, with a body", body, REFUSED, STRICT)
        silent = cut(offer + LENGTH, FRONT)
        yield Case("upgrade", f"{name}, without Connection", silent, SERVED)


def other_protocols() -> Iterator[Case]:
    for name, sent in {
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        "HTTP/0.9": b"GET /v1/chat/completions\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
        "PROXY": b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + POST + LENGTH + b"\r\n" + FRONT,
        "PROXY v2": b"\r\n\r\n\x00\r\nQUIT\n" + bytes(16),
        "Redis": b"*1\r\n$4\r\nPING\r\n",
        "JSON": FRONT + b"\r\n\r\n",
        "an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    }.items():
        yield Case("other protocol", name, sent + SECOND, REFUSED, STRICT)


def injections() -> Iterator[Case]:
    """A value of a caller's that would become two header lines, in the answer or at the upstream, if it could."""
    refused = Outcome((400,), "open")
    why = "nginx passes bodies on unread; ours reads the model"
    for name, model in {
        "CR LF": rb"up/front\r\nX-Evil: 1", "LF": rb"up/front\nX-Evil: 1", "CR": rb"up/front\rX-Evil: 1",
        "a zero byte": rb"up/front\u0000", "a line separator": rb"up/front\u2028X-Evil: 1",
        "an escape": rb"up/front\u001b[2J",
    }.items():  # fmt: skip
        body = b'{"model":"%b","messages":[]}' % model
        yield Case("injection", f"{name} in a model", cut(b"Content-Length: %d\r\n" % len(body), body), refused, why)
    for name, model in {"percent-encoded": b"up/front%0d%0aX-Evil:%201", "a header": b"up/front: X-Evil"}.items():
        body = b'{"model":"%b","messages":[]}' % model
        yield Case("injection", f"{name} in a model", cut(b"Content-Length: %d\r\n" % len(body), body), SERVED)
    for header in (b"traceparent", b"openai-beta", b"idempotency-key", b"x-title"):
        for name, value in {
            "percent-encoded": b"a%0d%0aX-Evil:%201",
            "past ASCII": b"a\x85X-Evil: 1",
            "a tab": b"a\tb",
        }.items():
            framed = header + b": " + value + b"\r\n" + LENGTH
            yield Case("injection", f"{name} in {header.decode()}", cut(framed, FRONT), SERVED)
