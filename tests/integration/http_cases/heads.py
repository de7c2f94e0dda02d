"""The request line, the Host, every byte that a head can hold, line ends, and heads without end."""

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
    TOLERANT,
    TOO_LARGE,
    Case,
    Outcome,
    cut,
)

# The request line.


def request_lines() -> Iterator[Case]:
    rest = HOST + LENGTH + b"\r\n" + FRONT
    lines = {
        "a tab": b"POST\t" + PATH + b" HTTP/1.1\r\n",
        "a tab before the version": b"POST " + PATH + b"\tHTTP/1.1\r\n",
        "a blank behind": b"POST " + PATH + b" HTTP/1.1 \r\n", "a word behind": b"POST " + PATH + b" HTTP/1.1 x\r\n",
        "a blank before": b" POST " + PATH + b" HTTP/1.1\r\n", "no version": b"POST " + PATH + b"\r\n",
        "no target": b"POST HTTP/1.1\r\n", "no method": PATH + b" HTTP/1.1\r\n",
        "HTTP/0.9": b"POST " + PATH + b" HTTP/0.9\r\n", "HTTP/1.2": b"POST " + PATH + b" HTTP/1.2\r\n",
        "HTTP/1.10": b"POST " + PATH + b" HTTP/1.10\r\n", "HTTP/01.1": b"POST " + PATH + b" HTTP/01.1\r\n",
        "HTTP/1": b"POST " + PATH + b" HTTP/1\r\n", "HTTP/2.0": b"POST " + PATH + b" HTTP/2.0\r\n",
        "HTTP/2": b"POST " + PATH + b" HTTP/2\r\n", "HTTP/9.9": b"POST " + PATH + b" HTTP/9.9\r\n",
        "http/1.1": b"POST " + PATH + b" http/1.1\r\n", "HTTP 1.1": b"POST " + PATH + b" HTTP 1.1\r\n",
        "HTTP/1,1": b"POST " + PATH + b" HTTP/1,1\r\n", "HTTPS/1.1": b"POST " + PATH + b" HTTPS/1.1\r\n",
        "a zero byte behind": b"POST " + PATH + b" HTTP/1.1\x00\r\n",
        "a line feed only": b"POST " + PATH + b" HTTP/1.1\n",
        "a carriage return only": b"POST " + PATH + b" HTTP/1.1\r",
        "two carriage returns": b"POST " + PATH + b" HTTP/1.1\r\r\n",
    }  # fmt: skip
    for name, line in lines.items():
        yield Case("request line", name, line + rest + SECOND, REFUSED, STRICT)
    yield Case("request line", "two blanks", POST.replace(b" ", b"  ", 1) + LENGTH + b"\r\n" + FRONT, SERVED, TOLERANT)
    yield Case("request line", "empty lines before", b"\r\n\r\n" + POST + LENGTH + b"\r\n" + FRONT, SERVED, TOLERANT)
    yield Case("request line", "bare line feeds before", b"\n\n" + POST + LENGTH + b"\r\n" + FRONT, SERVED, TOLERANT)
    old = b"POST " + PATH + b" HTTP/1.0\r\n"
    once = Outcome((200,), "closed", ("front",))
    yield Case("request line", "HTTP/1.0 without a host", old + LENGTH + b"\r\n" + FRONT, once)
    kept = old + HOST + b"Connection: keep-alive\r\n" + LENGTH + b"\r\n" + FRONT
    yield Case("request line", "HTTP/1.0 that stays", kept, SERVED)
    yield Case("request line", "HTTP/1.0 with a call behind", old + HOST + LENGTH + b"\r\n" + FRONT + SECOND, once)


def targets() -> Iterator[Case]:
    rest = b" HTTP/1.1\r\n" + HOST + LENGTH + b"\r\n" + FRONT
    served = {
        "absolute": b"http://elsewhere.example" + PATH, "absolute https": b"https://elsewhere.example" + PATH,
        "absolute with a port": b"http://elsewhere.example:9" + PATH,
        "absolute inner address": b"http://169.254.169.254" + PATH, "a query": PATH + b"?url=http://169.254.169.254/",
        "an escaped letter": PATH.replace(b"chat", b"ch%61t"),
    }  # fmt: skip
    for name, target in served.items():
        yield Case("target", name, b"POST " + target + rest, SERVED, TOLERANT)
    unknown = {
        "dots": b"/v1/../v1/chat/completions", "escaped dots": b"/v1/%2e%2e/v1/chat/completions",
        "a double slash": b"/" + PATH, "a slash behind": PATH + b"/", "a zero byte, escaped": PATH + b"%00",
        "a line end, escaped": PATH + b"%0d%0aX-Evil:%201", "an asterisk": b"*",
        "another authority as path": b"//169.254.169.254" + PATH,
        "a semicolon": PATH + b";x", "a backslash": b"/v1\\chat\\completions",
        "a URL as path": b"/http://169.254.169.254/",
    }  # fmt: skip
    missing = Outcome((404,), "open")
    for name, target in unknown.items():
        why = "ours has no such path and asks nobody; nginx passes it on as it was sent or made plain"
        yield Case("target", name, b"POST " + target + rest, missing, why)
    why = "the root is a page of ours, and pages are asked for under our own name only; nginx passes it on"
    yield Case("target", "the root", b"POST /" + rest, Outcome((421,), "open"), why)
    refused = {
        "no slash": b"v1/chat/completions", "a blank": b"/v1/ chat/completions", "a control character": b"/\x01",
        "past ASCII": "/modèle".encode(), "half an escape": PATH + b"%", "an escape that is none": PATH + b"%zz",
        "not UTF-8": b"/%ff", "overlong UTF-8": b"/%c0%af", "another scheme": b"ftp://elsewhere.example" + PATH,
        "a file": b"file://" + PATH, "absolute with a user": b"http://me:pass@elsewhere.example" + PATH,
        "absolute with two ports": b"http://elsewhere.example:1:2" + PATH, "an authority": b"elsewhere.example:80",
    }  # fmt: skip
    for name, target in refused.items():
        yield Case("target", name, b"POST " + target + rest + SECOND, REFUSED, STRICT)


def methods() -> Iterator[Case]:
    """Each method with each framing: a body is a body whatever the method, so nothing behind it is smuggled."""
    framings = {
        "none": b"\r\n",
        "length": LENGTH + b"\r\n" + FRONT,
        "chunks": b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    }
    for method in (b"GET", b"HEAD", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"PROPFIND"):
        for framing, rest in framings.items():
            sent = method + b" " + PATH + b" HTTP/1.1\r\n" + HOST + rest
            yield Case("method", f"{method.decode()}, {framing}", sent, Outcome((405,), "open"), ROUTES)
    for method in (b"post", b"Post", b"BREW", b"POSTX", b"P", b"PO ST", b"POST\x00", b"P\xc3\x96ST", b"GE\tT", b"PRI"):
        sent = method + b" " + PATH + b" HTTP/1.1\r\n" + HOST + LENGTH + b"\r\n" + FRONT + SECOND
        yield Case("method", f"{method!r}"[2:-1], sent, REFUSED, "ours knows the registered methods only, in capitals")
    for target in (b"elsewhere.example:443", b"169.254.169.254:80"):
        sent = b"CONNECT " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n" + SECOND
        yield Case(
            "method",
            f"CONNECT {target.decode()}",
            sent,
            Outcome((404,), "closed"),
            "no tunnel; both refuse, each in its way",
        )


# Host.


def hosts() -> Iterator[Case]:
    rest = LENGTH + b"\r\n" + FRONT
    start = b"POST " + PATH + b" HTTP/1.1\r\n"
    served = {
        "a name": b"a", "a port": b"a.example:4141", "IPv4": b"127.0.0.1:80", "IPv6": b"[::1]:80",
        "in capitals": b"A.EXAMPLE",
        "an underscore": b"my_service:80", "a dot behind": b"a.example.", "an escape": b"a%20b",
        "an inner address": b"169.254.169.254",
    }  # fmt: skip
    for name, value in served.items():
        yield Case("host", name, start + b"Host: " + value + b"\r\n" + rest, SERVED, TOLERANT)
    yield Case(
        "host", "empty", start + b"Host:\r\n" + rest, SERVED, "the standard allows it, and ours never looks at it"
    )
    bad = {
        "a blank": b"a b", "a list": b"a, b", "a path": b"a/b", "a user": b"user@a", "a query": b"a?b",
        "a fragment": b"a#b",
        "a backslash": b"a\\b", "a port that is no number": b"a:b", "two ports": b"a:1:2", "half a bracket": b"[::1",
        "past ASCII": "modèle".encode(), "a quote": b'a"b', "angle brackets": b"<a>", "a zero byte": b"a\x00b",
        "a port without end": b"a:" + b"9" * 50, "a scheme": b"http://a", "a tab": b"a\tb",
    }  # fmt: skip
    for name, value in bad.items():
        yield Case("host", name, start + b"Host: " + value + b"\r\n" + rest + SECOND, REFUSED, STRICT)
    lines = {
        "none": b"", "twice the same": HOST * 2, "two": HOST + b"Host: b\r\n",
        "two, in other cases": HOST + b"hOST: b\r\n",
        "a blank before its colon": b"Host : a\r\n", "folded": b"Host:\r\n a\r\n",
        "folded behind": b"Host: a\r\n b\r\n",
        "none, with an absolute target": b"",
    }  # fmt: skip
    for name, given in lines.items():
        line = start.replace(PATH, b"http://a" + PATH) if "absolute" in name else start
        yield Case("host", name, line + given + rest + SECOND, REFUSED, STRICT)


# Every byte, in a name, a value and a target.

TOKEN = frozenset(b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def name_bytes() -> Iterator[Case]:
    for byte in range(256):
        sent = cut(b"X%cY: 1\r\n" % byte + LENGTH, FRONT)
        good = byte in TOKEN or byte == ord(":")
        yield Case(
            "byte in a name", f"0x{byte:02x}", sent if good else sent + SECOND, SERVED if good else REFUSED, STRICT
        )


def value_bytes() -> Iterator[Case]:
    for byte in range(256):
        sent = cut(b"X-A: a%cb\r\n" % byte + LENGTH, FRONT)
        good = byte in b"\t" or (byte >= 0x20 and byte != 0x7F)
        yield Case(
            "byte in a value", f"0x{byte:02x}", sent if good else sent + SECOND, SERVED if good else REFUSED, STRICT
        )


def target_bytes() -> Iterator[Case]:
    """In the query, where the path is the same with and without it."""
    for byte in range(256):
        sent = POST.replace(PATH, PATH + b"?a%cb" % byte) + LENGTH + b"\r\n" + FRONT
        good = 0x21 <= byte < 0x7F
        yield Case(
            "byte in a target", f"0x{byte:02x}", sent if good else sent + SECOND, SERVED if good else REFUSED, STRICT
        )


def line_ends() -> Iterator[Case]:
    whole = POST + b"X-A: 1\r\n" + LENGTH
    forms = {
        "line feeds throughout": (whole + b"\r\n").replace(b"\r\n", b"\n"),
        "carriage returns throughout": (whole + b"\r\n").replace(b"\r\n", b"\r"),
        "the other way round": (whole + b"\r\n").replace(b"\r\n", b"\n\r"),
        "a line feed behind one header": whole.replace(b"X-A: 1\r\n", b"X-A: 1\n") + b"\r\n",
        "a line feed behind the last": whole[:-2] + b"\n\r\n",
        "a line feed as the empty line": whole + b"\n",
        "a carriage return as the empty line": whole + b"\r",
        "two carriage returns": whole.replace(b"X-A: 1\r\n", b"X-A: 1\r\r\n") + b"\r\n",
        "a blank in the empty line": whole + b" \r\n",
        "a carriage return within": whole.replace(b"X-A: 1", b"X-A: 1\r2") + b"\r\n",
    }
    for name, head in forms.items():
        yield Case("line end", name, head + FRONT + SECOND, REFUSED, STRICT)
    for name, fold in {"a blank": b" ", "a tab": b"\t", "blanks": b"    "}.items():
        sent = cut(b"X-A: 1\r\n" + fold + b"2\r\n" + LENGTH, FRONT + SECOND)
        yield Case("line end", f"folded with {name}", sent, REFUSED, STRICT)


def bombs() -> Iterator[Case]:
    rest = LENGTH + b"\r\n" + FRONT
    many = b"".join(b"X-%d: 1\r\n" % number for number in range(200))
    yield Case("bomb", "200 headers", POST + many + rest, TOO_LARGE, BOUNDS)
    yield Case("bomb", "one header 200 times", POST + b"X-A: 1\r\n" * 200 + rest, TOO_LARGE, BOUNDS)
    yield Case("bomb", "a header of 1 MB", POST + b"X-A: " + b"x" * 1_000_000 + b"\r\n" + rest, TOO_LARGE, BOUNDS)
    yield Case("bomb", "a name of 1 MB", POST + b"x" * 1_000_000 + b": 1\r\n" + rest, TOO_LARGE, BOUNDS)
    line = b"POST " + PATH + b"?" + b"x" * 1_000_000 + b" HTTP/1.1\r\n" + HOST
    yield Case("bomb", "a target of 1 MB", line + rest, TOO_LARGE, BOUNDS)
    yield Case("bomb", "a method of 1 MB", b"P" * 1_000_000 + b" / HTTP/1.1\r\n" + HOST + rest, REFUSED, BOUNDS)
    yield Case(
        "bomb", "a length of 1 MB", cut(b"Content-Length: " + b"9" * 1_000_000 + b"\r\n", FRONT), REFUSED, BOUNDS
    )
    yield Case(
        "bomb",
        "90 headers of 100 bytes",
        POST + b"".join(b"X-%d: %b\r\n" % (n, b"x" * 92) for n in range(90)) + rest,
        SERVED,
        BOUNDS,
    )
