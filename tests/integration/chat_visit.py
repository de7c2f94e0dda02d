"""A visit of the chat's pages over plain HTTP: cookies, the form's token, and an answer followed as it grows."""

import contextlib
import html
import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.integration.gateway_process import PATIENCE

FORM = {"content-type": "application/x-www-form-urlencoded"}


class Visit:
    """One browser without eyes."""

    def __init__(self, address: str) -> None:
        self.place = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], str]:
        """One request; cookies are kept as a browser keeps them."""
        with contextlib.closing(http.client.HTTPConnection(self.place, timeout=PATIENCE)) as connection:
            sent = {name.replace("_", "-"): value for name, value in headers.items()} | self._cookie()
            connection.request(method, path, body or None, sent)
            response = connection.getresponse()
            for name, value in response.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return response.status, dict(response.getheaders()), response.read().decode()

    def look(self, path: str = "/chat") -> str:
        """A page."""
        status, _, text = self.ask("GET", path)
        assert status == 200, text
        found = re.search(r'name="form-token" content="([^"]+)"', text)
        self.token = found[1] if found else self.token
        return text

    def do(self, path: str, **fields: str) -> dict[str, Any]:
        """A form, sent by a script, which is told at once what came of it."""
        if not self.token:
            self.look()
        body = urlencode(fields).encode()
        headers = FORM | {"accept": "application/json", "x-outlast-form": self.token}
        status, _, text = self.ask("POST", path, body, **headers)
        assert status == 200, text
        return dict(json.loads(text))

    def text(self, path: str, message: str) -> str:
        """A message as it was written."""
        return self.ask("GET", f"{path}/text/{message}")[2]

    def follow(self, path: str, message: str) -> Iterator[str]:
        """All of an answer that has been shown, after each event; ends when it does or the server is gone."""
        with contextlib.closing(http.client.HTTPConnection(self.place, timeout=PATIENCE)) as connection:
            connection.request("GET", f"{path}/events/{message}", headers=self._cookie())
            response = connection.getresponse()
            assert response.status == 200
            blocks: dict[int, str] = {}
            with contextlib.suppress(OSError, http.client.HTTPException):
                kind = ""
                while line := response.readline().decode():
                    if line.startswith("event:"):
                        kind = line[6:].strip()
                    if line.startswith("data:") and kind == "block":
                        block = json.loads(line[5:])
                        blocks[block["index"]] = block["html"]
                        yield plain("".join(blocks[each] for each in sorted(blocks)))
                    elif line.startswith("data:") and kind == "end":
                        return

    def _cookie(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}


def plain(shown: str) -> str:
    """The words of some HTML."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", shown)).split())
