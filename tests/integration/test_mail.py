"""Notices through a real mail server: over TLS, in every language, and whatever dies while they go out."""

import contextlib
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import outlast, outlast_process
from tests.integration.post_office import PATIENCE, Office, post_office
from tests.integration.test_notices import in_days
from tests.integration.test_upstream_tls import certified
from tests.unit.delivery.loopback import answering, message, receiving

from outlast.delivery.mail import Mailer, mail_server
from outlast.settings.notices import LANGUAGES

pytestmark = pytest.mark.server

READERS = tuple(f"reader{number}@example.com" for number in range(6))


def configuration(port: int, *, mails: tuple[str, ...] = READERS, language: str = "en") -> str:
    return f"""\
[providers.openai]
kind = "scripted"
[models.chat]
target = "openai/simulated-terse"
[[catalog.claims]]
model = "openai/simulated-terse"
event = "retired"
date = {in_days(30)}
[notices]
smtp = "smtp+plain://127.0.0.1:{port}"
from = "outlast@example.com"
language = "{language}"
[notices.to.all]
everything = true
mail = {json.dumps(mails)}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with contextlib.chdir(tmp_path):
        yield tmp_path


def configure(folder: Path, office: Office, **more: str) -> None:
    (folder / "outlast.toml").write_text(configuration(office.port, **more), encoding="utf-8")  # type: ignore[arg-type]


def states() -> dict[str, str]:
    return {each["to"]: each["state"] for each in outlast("notices", "log", "--format", "json").document}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_arrives_whole_in_every_language(folder: Path, language: str) -> None:
    with post_office() as office:
        (folder / "outlast.toml").write_text(configuration(office.port, mails=READERS[:1], language=language))
        due = outlast("notices", "preview", "--format", "json").document["notices"]
        assert outlast("notices", "send").code == 0
    [(recipient, mail)] = office.mails
    assert recipient == READERS[0]
    assert (mail["Subject"], mail["Auto-Submitted"]) == (due[0]["subject"], "auto-generated")
    assert mail.get_content().replace("\r\n", "\n") == due[0]["text"]


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side and a client's that trusts it."""
    pem = certified(tmp_path_factory.mktemp("certificate"), "IP:127.0.0.1", "20250101000000Z", "20500101000000Z")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_user_and_password_go_over_tls_alone(tls: tuple[ssl.SSLContext, ssl.SSLContext], scheme: str) -> None:
    server, trust = tls
    with post_office(
        starttls=server if scheme == "smtp" else None, tls=server if scheme == "smtps" else None
    ) as office:

        def sent(password: str, trusted: ssl.SSLContext | None) -> str:
            address = mail_server(f"{scheme}://outlast:{password}@127.0.0.1:{office.port}")
            return Mailer(server=address, sender="o@example.com", trust=trusted)(message("mail")).result

        assert sent("p%40ss%20word", trust) == "sent"
        assert sent("wrong", trust) == "failed"
        assert sent("p%40ss%20word", None) == "failed", "a certificate that nobody vouches for"
    assert (office.users, len(office.mails)) == (["outlast"], 1)


def killed_while_sending(folder: Path, office: Office) -> None:
    """One `send` that is killed with -9 in the middle of the held transfer."""
    sending = subprocess.Popen([sys.executable, "-m", "outlast", "notices", "send"], cwd=folder, env=os.environ)
    assert office.held.wait(PATIENCE)
    sending.kill()
    sending.wait()
    office.released.set()


@pytest.mark.slow
@pytest.mark.parametrize("place", [0, 3, 5])
@pytest.mark.fault("`outlast notices send` is killed after a mail was handed over, before it was confirmed")
def test_killed_after_handing_over_nobody_is_told_twice_and_nobody_is_left_out(folder: Path, place: int) -> None:
    with post_office(Office(hold_at="data", hold=place)) as office:
        configure(folder, office)
        killed_while_sending(folder, office)
        office.hold = -1
        again = outlast_process(folder, "notices", "send")
    assert again.code == 0, again.err
    assert office.told == dict.fromkeys(READERS, 1)
    assert sorted(states().values()) == ["sent"] * 5 + ["unknown"]


@pytest.mark.slow
@pytest.mark.fault("`outlast notices send` is killed before a mail was handed over")
def test_killed_before_handing_over_the_one_is_listed_and_sent_at_the_operators_word(folder: Path) -> None:
    with post_office(Office(hold_at="rcpt", hold=2)) as office:
        configure(folder, office)
        killed_while_sending(folder, office)
        office.hold = -1
        assert outlast_process(folder, "notices", "send").code == 0
        listed = [each["to"] for each in outlast("notices", "log", "--dead", "--format", "json").document]
        assert office.told == dict.fromkeys((each for each in READERS if each not in listed), 1)
        assert outlast("notices", "send", "--retry-unknown").code == 0
    assert (len(listed), office.told) == (1, dict.fromkeys(READERS, 1))


def hooked(name: str, port: int) -> str:
    """A receiver of webhooks on this machine, as a table."""
    to = f'[notices.to."{name}"]\neverything = true\nsecret = "s"\nprivate = true\n'
    return f'{to}webhook = "http://127.0.0.1:{port}/"\n'


HOSTILE = {
    "private redirect": b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data\r\n\r\n",
    "server error": b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
    "flood": b"HTTP/1.1 200 OK\r\n" + b"x-padding: " + b"a" * (1 << 20),
    "no http": b"\x00\xff" * 4_000,
    "endless line": b"HTTP/1.1 " + b"2" * 100_000,
}


@pytest.mark.slow
@pytest.mark.fault("webhooks redirect, fail, flood or speak no HTTP")
def test_hostile_receivers_are_told_apart_and_hold_up_nobody(folder: Path) -> None:
    with contextlib.ExitStack() as stack:
        ports = {name: stack.enter_context(receiving(answering(raw))).port for name, raw in HOSTILE.items()}
        office = stack.enter_context(post_office())
        hooks = "".join(hooked(name, port) for name, port in ports.items())
        refused = '[notices.to.inside]\neverything = true\nwebhook = "http://localhost:9/"\nsecret = "s"\n'
        (folder / "outlast.toml").write_text(configuration(office.port) + hooks + refused, encoding="utf-8")
        assert outlast("notices", "send").code == 1
        assert office.told == dict.fromkeys(READERS, 1)
        found = {each: state for each, state in states().items() if each not in READERS}
        assert found == {
            "private redirect": "dead",
            "server error": "waiting",
            "flood": "sent",
            "no http": "waiting",
            "endless line": "waiting",
            "inside": "dead",
        }
        said = outlast("notices", "log", "--dead").out
    assert "redirects are not followed" in said
    assert "not public" in said


@pytest.mark.slow
def test_what_was_given_up_is_sent_at_the_operators_word_and_once(folder: Path) -> None:
    with (
        receiving(answering(b"HTTP/1.1 403 No\r\n\r\n", b"HTTP/1.1 204 Fine\r\n\r\n")) as hook,
        post_office() as office,
    ):
        text = hooked("desk", hook.port)
        (folder / "outlast.toml").write_text(configuration(office.port, mails=READERS[:1]) + text, encoding="utf-8")
        assert outlast("notices", "send").code == 1
        assert outlast("notices", "send").code == 0, "what is given up is not tried again by itself"
        assert outlast("notices", "send", "--retry-dead").code == 0
        assert outlast("notices", "send", "--retry-dead").code == 0
    assert (len(hook.came), states()["desk"], office.told) == (2, "sent", {READERS[0]: 1})
