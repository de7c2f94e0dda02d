"""A reply that keeps what it is told, and calls made from nothing: what handlers are tested with."""

from outlast.gateway.call import Call
from outlast.gateway.ports import Headers


class PaperReply:
    """Satisfies ``gateway.ports.Reply``; holds one whole answer."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: Headers = ()
        self.body = b""

    def whole(self, status: int, headers: Headers, body: bytes) -> None:
        assert self.status == 0
        self.status, self.headers, self.body = status, headers, body

    def begin(self, status: int, headers: Headers) -> None:
        self.whole(status, headers, b"")

    def write(self, chunk: bytes) -> None:
        self.body += chunk

    async def drained(self) -> None:
        return

    def end(self, chunk: bytes = b"") -> None:
        self.body += chunk

    def abort(self) -> None:
        self.status = -1


def call_of(path: str, *, method: str = "GET", headers: dict[str, str] | None = None) -> Call:
    return Call(id="req_1", method=method, path=path, query="", headers=headers or {}, body=b"", arrived_ns=0)
