"""A browser's manners without a browser: cookies that are kept, forms with their token, links that are followed."""

import asyncio
import re
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from argon2 import PasswordHasher
from tests.integration.gateway_process import Answer, Gateway

from outlast.chat.accounts import Role
from outlast.ledger.chats.accounts import KeptAccounts
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.location import chats_path

FORM = "application/x-www-form-urlencoded"
TYPED = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Visitor:
    """One browser."""

    def __init__(self, gateway: Gateway, **headers: str) -> None:
        self._gateway = gateway
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, str] = {}

    @property
    def host(self) -> str:
        """As the browser calls the gateway."""
        return urlsplit(self._gateway.address).netloc

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Look at a page."""
        return self._ask("GET", path, b"", headers or {})

    def post(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> Answer:
        """Send a form as its own page would, with its token."""
        sent = {"token": self.token(), **fields}
        return self._ask("POST", path, urlencode(sent).encode(), {"content-type": FORM, **(headers or {})})

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send whatever a page of ours would not."""
        return self._ask("POST", path, body, headers)

    def token(self, path: str = "/chat") -> str:
        """What forms of this visit carry."""
        page = self.get(path)
        found = re.search(r'<meta name="form-token" content="(\w+)">', page.body.decode())
        if found is None:
            return self.token(page.headers["location"])
        return found[1]

    def login(self, name: str, password: str = TYPED) -> Answer:
        """Name and password, as typed into the page."""
        return self.post("/login", name=name, password=password)

    def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"accept": "text/html", **({"cookie": kept} if kept else {}), **self._headers, **headers}
        answer = self._gateway.ask(method, path, body, sent)
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookies[name] = morsel.value
        return answer


def people(folder: Path, **roles: Role) -> None:
    """Make accounts beside a gateway, each with ``TYPED``."""

    async def make() -> None:
        chats = KeptChats(chats_path(folder / "outlast.db"), unix_ns=time.time_ns)
        chats.start()
        try:
            accounts = KeptAccounts(chats.desk, unix_ns=time.time_ns, entropy=secrets.token_bytes, hasher=QUICK)
            for name, role in roles.items():
                await accounts.add(name, TYPED, role=role)
        finally:
            chats.close()

    with ThreadPoolExecutor(1) as apart:  # a test in a browser has a loop of its own
        apart.submit(lambda: asyncio.run(make())).result()
