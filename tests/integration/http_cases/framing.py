"""How a body is delimited: lengths, codings, both, chunks and trailers, in every published disguise."""

from collections.abc import Iterator

from tests.integration.http_cases.words import (
    BODYLESS,
    BOUNDS,
    CHUNKS,
    FRONT,
    HOST,
    LENGTH,
    PATH,
    REFUSED,
    REPEATS,
    SECOND,
    SECOND_ALONE,
    SERVED,
    STRICT,
    TOLERANT,
    TOO_LARGE,
    WAITS,
    Case,
    cut,
)

# Content-Length.


def lengths() -> Iterator[Case]:
    size = len(FRONT)
    good = {
        "plain": LENGTH,
        "in capitals": LENGTH.upper(),
        "in lower case": LENGTH.lower(),
        "without a blank": b"Content-Length:%d\r\n" % size,
        "with blanks before": b"Content-Length: \t %d\r\n" % size,
        "with a blank behind": b"Content-Length: %d \r\n" % size,
        "with a tab behind": b"Content-Length: %d\t\r\n" % size,
        "with leading zeros": b"Content-Length: 000%d\r\n" % size,
    }
    for name, framing in good.items():
        yield Case("length", name, cut(framing, FRONT), SERVED, TOLERANT)
    values = {
        "signed": b"+%d", "negative": b"-%d", "hexadecimal": b"0x%x", "octal": b"0o%o", "an exponent": b"%de0",
        "a fraction": b"%d.0", "a list that agrees": b"%d, %d", "a list without a blank": b"%d,%d",
        "a semicolon": b"%d;",
        "two numbers": b"%d 0", "quoted": b'"%d"', "in parentheses": b"(%d)", "an underscore": b"%d_0",
        "a zero byte behind": b"%d\x00", "a vertical tab before": b"\x0b%d", "a form feed behind": b"%d\x0c",
        "a no-break space before": b"\xa0%d", "a full-width digit": b"\xef\xbc\x93%d",
    }  # fmt: skip
    for name, form in values.items():
        value = form % ((size,) * form.count(b"%"))
        yield Case("length", name, cut(b"Content-Length: " + value + b"\r\n", FRONT + SECOND), REFUSED, STRICT)
    for name, number in {"past 64 bits": 2**64 + size, "past 128 bits": 2**128 + size}.items():
        yield Case("length", name, cut(b"Content-Length: %d\r\n" % number, FRONT + SECOND), REFUSED, STRICT)
    huge = {"past 32 bits": 2**32 + size, "past 63 bits": 2**63, "over the limit": 50_000_001}
    for name, number in huge.items():
        yield Case("length", name, cut(b"Content-Length: %d\r\n" % number, FRONT + SECOND), TOO_LARGE, BOUNDS)
    yield Case("length", "empty", cut(b"Content-Length:\r\n", SECOND), REFUSED, STRICT)
    yield Case("length", "longer than the body", cut(b"Content-Length: 5000\r\n", FRONT + SECOND), WAITS)
    yield Case("length", "zero, and a call behind", cut(b"Content-Length: 0\r\n", SECOND), SECOND_ALONE, BODYLESS)
    disguised = {
        "a blank before the colon": b"Content-Length : %d\r\n", "a tab before the colon": b"Content-Length\t: %d\r\n",
        "folded": b"Content-Length:\r\n %d\r\n", "folded before the colon": b"Content-Length\r\n : %d\r\n",
        "a zero byte in the name": b"Content\x00-Length: %d\r\n", "a blank before the name": b" Content-Length: %d\r\n",
        "no colon": b"Content-Length %d\r\n", "a carriage return before": b"\rContent-Length: %d\r\n",
    }  # fmt: skip
    for name, form in disguised.items():
        yield Case("length", name, cut(form % size, FRONT + SECOND), REFUSED, STRICT)
    twice = {"the same twice": (size, size), "a short, then a long": (0, size), "a long, then a short": (size, 0)}
    for name, (first, then) in twice.items():
        framing = b"Content-Length: %d\r\nContent-Length: %d\r\n" % (first, then)
        yield Case("length", name, cut(framing, FRONT + SECOND), REFUSED, REPEATS)


# Transfer-Encoding.

CODINGS = {
    "no such coding": b"xchunked", "a suffix": b"chunkedx", "gzip": b"gzip", "identity": b"identity",
    "chunked, identity": b"chunked, identity", "identity, chunked": b"identity, chunked",
    "gzip, chunked": b"gzip, chunked", "chunked, gzip": b"chunked, gzip", "chunked, chunked": b"chunked, chunked",
    "a parameter": b"chunked;a=b", "a comma behind": b"chunked,", "a comma before": b",chunked",
    "quoted": b'"chunked"', "a zero byte behind": b"chunked\x00", "a zero byte before": b"\x00chunked",
    "a vertical tab before": b"\x0bchunked", "a vertical tab behind": b"chunked\x0b", "a form feed": b"\x0cchunked",
    "a no-break space": b"\xa0chunked", "a byte past ASCII": b"chunked\xff", "two words": b"chunked chunked",
    "a blank within": b"chun ked", "empty": b"", "a dotless k": "chun\u212aed".encode(), "a colon": b": chunked",
    "a bracket": b"[chunked]", "a tab behind": b"chunked\t", "a newline escaped": b"chunked%0d%0a",
}  # fmt: skip


def codings() -> Iterator[Case]:
    good = {
        "plain": b"Transfer-Encoding: chunked\r\n", "in capitals": b"TRANSFER-ENCODING: CHUNKED\r\n",
        "in mixed case": b"tRaNsFeR-eNcOdInG: cHuNkEd\r\n", "without a blank": b"Transfer-Encoding:chunked\r\n",
        "with blanks before": b"Transfer-Encoding: \t chunked\r\n",
        "with blanks behind": b"Transfer-Encoding: chunked  \r\n",
    }  # fmt: skip
    for name, framing in good.items():
        yield Case("coding", name, cut(framing, CHUNKS), SERVED, TOLERANT)
    for name, value in CODINGS.items():
        yield Case("coding", name, cut(b"Transfer-Encoding: " + value + b"\r\n", CHUNKS + SECOND), REFUSED, STRICT)
    disguised = {
        "a blank before the colon": b"Transfer-Encoding : chunked\r\n",
        "a tab before the colon": b"Transfer-Encoding\t: chunked\r\n",
        "folded": b"Transfer-Encoding:\r\n chunked\r\n", "folded behind": b"Transfer-Encoding: chunked\r\n \r\n",
        "folded into another": b"X-A: a\r\n Transfer-Encoding: chunked\r\n",
        "a bare line feed before": b"X-A: a\nTransfer-Encoding: chunked\r\n",
        "a bare carriage return before": b"X-A: a\rTransfer-Encoding: chunked\r\n",
        "a zero byte in the name": b"Transfer\x00-Encoding: chunked\r\n", "no colon": b"Transfer-Encoding chunked\r\n",
        "twice": b"Transfer-Encoding: chunked\r\n" * 2,
        "chunked, then identity": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "identity, then chunked": b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        "chunked, then a cow": b"Transfer-Encoding: chunked\r\nTransfer-encoding: cow\r\n",
    }  # fmt: skip
    for name, framing in disguised.items():
        yield Case("coding", name, cut(framing, CHUNKS + SECOND), REFUSED, STRICT)
    old = b"POST " + PATH + b" HTTP/1.0\r\n" + HOST + b"Connection: keep-alive\r\n"
    yield Case("coding", "in HTTP/1.0", old + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + SECOND, REFUSED, STRICT)
    other = b"Transfer_Encoding: chunked\r\n" + LENGTH
    yield Case("coding", "an underscore, beside a length", cut(other, FRONT), SERVED)


def both() -> Iterator[Case]:
    """CL.TE, TE.CL and TE.TE: every pair of a length and a coding, in either order."""
    lengths = {"0": b"0", "short": b"4", "right": b"%d" % len(FRONT), "whole": b"%d" % len(CHUNKS), "long": b"5000"}
    codings = {"chunked": b"chunked", **CODINGS}
    forms = {"": b"Transfer-Encoding: %b\r\n", ", blank before its colon": b"Transfer-Encoding : %b\r\n"}
    for coding, value in codings.items():
        for length, number in lengths.items():
            for form, line in forms.items():
                parts = (b"Content-Length: " + number + b"\r\n", line % value)
                for order, framing in (("CL.TE", parts[0] + parts[1]), ("TE.CL", parts[1] + parts[0])):
                    name = f"{order}: {coding}{form}, length {length}"
                    yield Case("length and coding", name, cut(framing, CHUNKS + SECOND), REFUSED, STRICT)
    for nominated in (b"Content-Length", b"Transfer-Encoding", b"Host"):
        framing = b"Connection: keep-alive, " + nominated + b"\r\n" + LENGTH
        yield Case("length and coding", f"Connection names {nominated.decode()}", cut(framing, FRONT), SERVED)


# Chunks.


def chunked(body: bytes) -> bytes:
    return cut(b"Transfer-Encoding: chunked\r\n", body)


def chunk_sizes() -> Iterator[Case]:
    size = b"%x" % len(FRONT)
    rest = b"\r\n" + FRONT + b"\r\n0\r\n\r\n"
    good = {
        "plain": size, "in capitals": size.upper(), "leading zeros": b"000" + size, "an extension": size + b";a=b",
        "a flag as extension": size + b";a", "a quoted extension": size + b';a="b c"',
        "two extensions": size + b";a=b;c",
        "an extension without a name": size + b";=b",
    }  # fmt: skip
    for name, spelled in good.items():
        yield Case("chunk size", name, chunked(spelled + rest), SERVED, TOLERANT)
    bad = {
        "0x": b"0x" + size, "signed": b"+" + size, "negative": b"-" + size, "no digit": b"zz", "empty": b"",
        "a blank before": b" " + size, "a blank behind": size + b" ", "a tab behind": size + b"\t",
        "a blank before an extension": size + b" ;a=b", "a comma": size + b",0", "an underscore": b"2_2",
        "a zero byte": size + b"\x00", "a carriage return": size + b"\r", "past 64 bits": b"1" + b"0" * 16 + size,
        "seventeen ones": b"f" * 17, "only an extension": b";a=b",
        "a line feed in an extension": size + b";a\nb", "a carriage return in an extension": size + b";a\rb",
        "a line end in a quoted extension": size + b';a="\r\n"', "a zero byte in an extension": size + b";\x00",
        "a decimal point": size + b".0",
    }  # fmt: skip
    for name, spelled in bad.items():
        yield Case("chunk size", name, chunked(spelled + rest + SECOND), REFUSED, STRICT)
    believed = "ours holds a chunk to the limit of bodies as it comes, whatever it announces"
    yield Case("chunk size", "all ones", chunked(b"f" * 16 + rest + SECOND), WAITS, believed)
    yield Case("chunk size", "extensions without end", chunked(size + b";" + b"x" * 300_000), TOO_LARGE, BOUNDS)
    yield Case("chunk size", "zeros without end", chunked(b"0" * 300_000), TOO_LARGE, BOUNDS)
    one = b"".join(b"1;%b\r\n%c\r\n" % (b"x" * 1000, byte) for byte in FRONT)
    yield Case("chunk size", "a large extension in each", chunked(one + b"0\r\n\r\n"), SERVED, BOUNDS)


def chunk_ends() -> Iterator[Case]:
    size = b"%x" % len(FRONT)
    bad = {
        "a line feed behind the size": size + b"\n" + FRONT + b"\r\n0\r\n\r\n",
        "a line feed behind the data": size + b"\r\n" + FRONT + b"\n0\r\n\r\n",
        "nothing behind the data": size + b"\r\n" + FRONT + b"0\r\n\r\n",
        "two bytes behind the data": size + b"\r\n" + FRONT + b"XX0\r\n\r\n",
        "a byte between carriage return and line feed": size + b"\r\n" + FRONT + b"\rX\n0\r\n\r\n",
        "data longer than its size": b"4\r\n" + FRONT + b"\r\n0\r\n\r\n",
        "data shorter than its size": b"%x\r\n%b\r\n0\r\n\r\n" % (len(FRONT) + 3, FRONT),
        "a line feed behind the last size": size + b"\r\n" + FRONT + b"\r\n0\n\n",
        "a line feed at the very end": size + b"\r\n" + FRONT + b"\r\n0\r\n\n",
        "a carriage return at the very end": size + b"\r\n" + FRONT + b"\r\n0\r\n\rX",
        "a carriage return behind the size": size + b"\r" + FRONT + b"\r0\r\r",
    }
    for name, body in bad.items():
        yield Case("chunk end", name, chunked(body + SECOND), REFUSED, STRICT)
    yield Case("chunk end", "no last chunk", chunked(size + b"\r\n" + FRONT + b"\r\n") + SECOND, REFUSED, STRICT)
    yield Case("chunk end", "half a chunk", chunked(b"fff\r\n" + FRONT), WAITS)


def trailers() -> Iterator[Case]:
    start = CHUNKS[:-2]
    for header in (b"X-A", b"Host", b"Authorization", b"Content-Type", b"Connection"):
        sent = chunked(start + header + b": evil\r\n\r\n")
        yield Case("trailer", f"{header.decode()} is not read", sent, SERVED, TOLERANT)
    framing = {
        "a length": b"Content-Length: 5\r\n\r\n", "a coding": b"Transfer-Encoding: chunked\r\n\r\n",
        "a bare line feed": b"X-A: 1\n\r\n", "a blank before the colon": b"X-A : 1\r\n\r\n",
        "folded": b"X-A: 1\r\n 2\r\n\r\n", "no colon": b"nothing\r\n\r\n", "a zero byte": b"X-A: \x00\r\n\r\n",
        "a call in its place": SECOND,
    }  # fmt: skip
    for name, lines in framing.items():
        yield Case("trailer", name, chunked(start + lines + SECOND), REFUSED, STRICT)
    yield Case("trailer", "without end", chunked(start + b"X-A: " + b"x" * 300_000), TOO_LARGE, BOUNDS)
