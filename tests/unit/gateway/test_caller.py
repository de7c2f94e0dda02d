"""Who calls, and who may call without a key."""

import pytest

from outlast.errors import KeyRequired
from outlast.gateway.caller import NOBODY
from outlast.testing.gateway import keyless


def test_a_caller_is_named_by_the_digest_of_its_key_never_by_the_key() -> None:
    callers = keyless()
    named = callers.identify({"authorization": "Bearer sk-secret"}).name
    assert named == callers.identify({"authorization": "Bearer sk-secret"}).name
    assert named.startswith("key:")
    assert "secret" not in named
    assert named != callers.identify({"authorization": "Bearer sk-other"}).name


def test_a_caller_on_loopback_needs_no_key() -> None:
    assert keyless().identify({}) == NOBODY


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null", "http://[", "http://"]
)
def test_a_web_page_from_elsewhere_spends_nobody_s_money(origin: str) -> None:
    with pytest.raises(KeyRequired, match="web pages"):
        keyless().identify({"origin": origin, "authorization": "Bearer x"})


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:3000",
        "http://app.localhost",
        "https://127.0.0.1:8443",
        "http://[::1]:5173",
        "app://obsidian.md",
    ],
)
def test_a_page_of_this_machine_or_an_application_may_call(origin: str) -> None:
    assert keyless().identify({"origin": origin}) == NOBODY
