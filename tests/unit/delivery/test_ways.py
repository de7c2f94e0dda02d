"""Webhooks and mail on loopback: what came of a try is told apart, and nothing of a secret is said."""

import email
import email.policy
import hashlib
import hmac
import re
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.delivery.loopback import answering, mail_house, message, receiving

from outlast.delivery.mail import Mailer, MailServer, mail_of, mail_server
from outlast.delivery.outcome import Outcome
from outlast.delivery.post import Address, Poster
from outlast.delivery.webhook import Slack, Webhook, message_id
from outlast.errors import SettingsInvalid
from outlast.providers.address import refusal
from outlast.providers.fetch import resolved

NOW = 1_800_000_000
SECRET = "hush"  # noqa: S105 - a test's own


def open_poster(seconds: float = 60.0) -> Poster:
    return Poster(resolve=resolved, refusal=lambda _: "", seconds=seconds)


def webhook(port: int, poster: Poster | None = None) -> Webhook:
    url = f"http://127.0.0.1:{port}/hook?token=abc"
    return Webhook(url=url, secret=SECRET, poster=poster or open_poster(), unix_ns=lambda: NOW * 10**9)


def posted(answer: bytes) -> Outcome:
    with receiving(answering(answer)) as receiver:
        return Slack(url=f"http://127.0.0.1:{receiver.port}/", poster=open_poster())(message("slack"))


def test_a_webhook_is_signed_over_its_time_and_body() -> None:
    with receiving(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as receiver:
        assert webhook(receiver.port)(message("webhook")).result == "sent"
    [raw] = receiver.came
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    expected = hmac.new(SECRET.encode(), f"{NOW}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["x-outlast-signature"] == f"v1={expected}"
    assert (headers["x-outlast-timestamp"], headers["x-outlast-notice"]) == (str(NOW), message_id(message("webhook")))
    assert head.startswith(b"POST /hook?token=abc HTTP/1.1\r\n")
    assert body == message().payload


@pytest.mark.parametrize(
    ("line", "result"),
    [
        ("HTTP/1.1 200 OK", "sent"), ("HTTP/1.0 202", "sent"), ("HTTP/1.1 500 No", "failed"),
        ("HTTP/1.1 429 Later", "failed"), ("HTTP/1.1 404 No", "refused"), ("HTTP/1.1 401 No", "refused"),
        ("HTTP/1.1 302 There", "refused"), ("SSH-2.0-x", "unknown"), ("", "unknown"), ("HTTP/1.1 2000 x", "unknown"),
    ],
)  # fmt: skip
def test_the_first_line_of_an_answer_decides(line: str, result: str) -> None:
    assert posted(f"{line}\r\n\r\n".encode()).result == result


def test_a_redirect_is_not_followed() -> None:
    with receiving(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as elsewhere:
        there = f"HTTP/1.1 307 There\r\nlocation: http://127.0.0.1:{elsewhere.port}/\r\n\r\n".encode()
        assert "not followed" in posted(there).said
    assert elsewhere.came == []


@given(st.binary(max_size=300))
def test_any_answer_is_an_outcome(raw: bytes) -> None:
    assert posted(raw).result in ("sent", "failed", "refused", "unknown")


def test_a_receiver_that_floods_is_left_after_its_first_line() -> None:
    assert posted(b"x" * 1_000_000).result == "unknown"


def test_a_receiver_that_says_nothing_is_left_when_the_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert Slack(url=url, poster=open_poster(0.05))(message("slack")).result == "unknown"


def test_a_webhook_that_may_have_arrived_is_tried_again_because_its_id_is_the_same() -> None:
    with receiving(answering(b"what?\r\n")) as receiver:
        assert webhook(receiver.port)(message("webhook")).result == "failed"
        assert webhook(receiver.port)(message("webhook", attempts=1)).result == "failed"
    ids = [re.findall(rb"x-outlast-notice: (\w+)", raw) for raw in receiver.came]
    assert ids[0] == ids[1] != []


def test_nobody_listening_is_a_failure_that_may_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert webhook(port)(message("webhook")).result == "failed"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1"])
def test_a_private_address_is_refused_before_a_byte_goes_out(address: str) -> None:
    def resolve(_host: str, port: int) -> list[Address]:
        return [(socket.AF_INET, ("93.184.216.34", port)), (socket.AF_INET, (address, port))]

    with receiving(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as receiver:
        outcome = webhook(receiver.port, Poster(resolve=resolve, refusal=refusal))(message("webhook"))
    assert (outcome.result, receiver.came) == ("refused", [])
    assert "private = true" in outcome.said


@pytest.mark.parametrize(
    "url", ["ftp://x/", "http:///x", "http://u:p@x/", "http://x:0/", "http://x/a b", "http://x/\r\nh: 1", "http://[x"]
)
def test_a_url_that_cannot_be_meant_is_refused_and_not_repeated(url: str) -> None:
    outcome = Slack(url=f"{url}?token=abc", poster=open_poster())(message("slack"))
    assert outcome.result == "refused"
    assert "abc" not in outcome.said


def mailer(port: int) -> Mailer:
    server = MailServer(scheme="smtp+plain", host="127.0.0.1", port=port, user=None, password=None)
    return Mailer(server=server, sender="outlast@example.com", seconds=60.0)


def mailed(**answers: bytes) -> tuple[Outcome, list[bytes]]:
    with receiving(mail_house(**answers)) as receiver:
        return mailer(receiver.port)(message()), receiver.came


def test_a_mail_arrives_as_it_was_written() -> None:
    outcome, came = mailed()
    assert outcome.result == "sent"
    [raw] = [each for each in came if b"Subject" in each]
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert (mail["To"], mail["From"], mail["Subject"]) == ("ana@example.com", "outlast@example.com", "acme/soon ends")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content() == "It ends.\r\n"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ({"hello": b"554 go away"}, ("failed", True)),
        ({"hello": b""}, ("failed", True)),
        ({"mail": b"451 later"}, ("failed", False)),
        ({"rcpt": b"450 grey"}, ("failed", False)),
        ({"rcpt": b"550 nobody"}, ("refused", False)),
        ({"data": b"554 no"}, ("refused", False)),
        ({"taken": b"452 full"}, ("failed", False)),
        ({"taken": b"554 spam"}, ("refused", False)),
        ({"taken": b""}, ("unknown", False)),
        ({"quit": b""}, ("sent", False)),
    ],
)
def test_where_a_mail_server_fails_decides_what_is_known(answers: dict[str, bytes], outcome: tuple[str, bool]) -> None:
    found, _ = mailed(**answers)
    assert (found.result, found.everybody) == outcome


def test_a_server_without_tls_is_given_nothing_unless_the_operator_says_so() -> None:
    with receiving(mail_house()) as receiver:
        server = MailServer(scheme="smtp", host="127.0.0.1", port=receiver.port, user="u", password=SECRET)
        outcome = Mailer(server=server, sender="outlast@example.com", seconds=60.0)(message())
    assert (outcome.result, outcome.everybody) == ("failed", True)
    assert not [line for line in receiver.came if not line.lower().startswith((b"ehlo", b"quit"))]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200).filter(str.isprintable))
def test_any_visible_subject_is_one_header(subject: str) -> None:
    raw = mail_of(message(subject=subject), "outlast@example.com").as_bytes()
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding",
    }  # fmt: skip


def test_a_subject_with_a_line_end_is_no_mail() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        mail_of(message(subject="x\r\nBcc: all@example.com"), "outlast@example.com")


@pytest.mark.parametrize("url", ["x", "http://mail.example", "smtp://", "smtp://h:port", f"smtp+plain://u:{SECRET}@h"])
def test_an_address_of_no_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        mail_server(url)
    assert SECRET not in str(refused.value)


def test_an_address_of_a_mail_server_is_read() -> None:
    found = mail_server("smtps://ana%40example.com:p%2Fw@mail.example")
    assert (found.host, found.port, found.user, found.password) == ("mail.example", 465, "ana@example.com", "p/w")
