"""`outlast notices` as an operator runs it: keys that called are told once, whatever dies in between."""

import contextlib
import datetime as dt
import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import CHAT, HELLO, SCRIPTED, Done, outlast, outlast_process, running, until
from tests.unit.delivery.loopback import answering, mail_house, receiving

from outlast.ledger.location import database_path, rollouts_path
from outlast.ledger.rollouts.store import RolloutStore
from outlast.rollout import state
from outlast.rollout.plan import Plan
from outlast.rollout.ports import Kept
from outlast.rollout.state import Cause
from outlast.settings import load_settings
from outlast.wiring.notices import notices_path

pytestmark = pytest.mark.server

TODAY = dt.datetime.now(dt.UTC).date()
FINE = b"HTTP/1.1 204 No Content\r\n\r\n"
MODEL = "openai/simulated-terse"


def configuration(ends: dt.date | None, *, smtp: int = 9, hook: int = 9) -> str:
    claim = f'[[catalog.claims]]\nmodel = "{MODEL}"\nevent = "retired"\ndate = {ends}\n' if ends else ""
    return f"""{SCRIPTED}
[models.chat]
target = "{MODEL}"
{claim}
[notices]
smtp = "smtp+plain://127.0.0.1:{smtp}"
from = "outlast@example.com"
language = "it"

[notices.to.desk]
everything = true
webhook = "http://127.0.0.1:{hook}/hook"
secret = "hush"
private = true
"""


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """A folder in whose record Ana's key has called the model."""
    with running(tmp_path, configuration(None)) as gateway:
        secret = gateway.outlast("keys", "create", "support", "--owner", "ana@example.com").out.strip()
        headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
        body = json.dumps({"model": "chat", "messages": HELLO}).encode()
        until(lambda: gateway.ask("POST", CHAT, body, headers).status == 200)
    with contextlib.chdir(tmp_path):
        yield tmp_path


def configure(house: Path, ends: dt.date | None, **ports: int) -> None:
    (house / "outlast.toml").write_text(configuration(ends, **ports), encoding="utf-8")


def states() -> dict[str, str]:
    return {each["to"]: each["state"] for each in outlast("notices", "log", "--format", "json").document}


def test_whoever_called_is_told_once_and_again_when_the_date_moves(house: Path) -> None:
    with receiving(mail_house()) as post, receiving(answering(FINE)) as hook:
        ports = {"smtp": post.port, "hook": hook.port}
        configure(house, in_days(30), **ports)
        due = outlast("notices", "preview", "--format", "json").document
        assert {(each["to"], each["by"], each["state"]) for each in due["notices"]} == {
            ("ana@example.com", "mail", "new"),
            ("desk", "webhook", "new"),
        }
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
        first = len(hook.came), sum(b"Subject" in each for each in post.came)
        assert first == (1, 1)
        before = outlast("notices", "calendar").out
        configure(house, in_days(40), **ports)
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
        after = outlast("notices", "calendar").out
    mails = [email.message_from_bytes(each, policy=email.policy.SMTP) for each in post.came if b"Subject" in each]
    assert [str(in_days(30)) in mails[0]["Subject"], "spostata" in mails[1]["Subject"], len(mails)] == [True, True, 2]
    bodies = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in hook.came]
    assert [(each["kind"], each["sequence"], each["calls"]) for each in bodies] == [("ending", 0, 1), ("moved", 1, 1)]
    uid = next(line for line in before.splitlines() if line.startswith("UID:"))
    assert uid in after
    assert ("SEQUENCE:0" in before, "SEQUENCE:1" in after, "SEQUENCE:1" in before) == (True, True, False)


class Desk:
    """An operator's hand on the store of rollouts."""

    def __init__(self) -> None:
        settings = load_settings()
        path = rollouts_path(database_path(settings.server.database, settings.root))
        self.store = RolloutStore(path, unix_ns=time.time_ns)
        self.store.start()
        self.plan = Plan(model="chat", incumbent=MODEL, candidate="openai/simulated-warm", salt="s")

    def start(self) -> None:
        first = state.start(self.plan, self.cause(), unproven=True)
        self.store.rollouts.begin(Kept(id="one", plan=self.plan, state=first.after), first)

    def back(self) -> None:
        [kept] = self.store.rollouts.situation().rollouts
        self.store.rollouts.step(kept.id, state.back(kept.state, self.cause("users complain")))

    def cause(self, reason: str = "") -> Cause:
        return Cause(by="operator", at_ns=time.time_ns(), reason=reason)


@pytest.fixture
def desk(house: Path) -> Iterator[Desk]:
    del house
    made = Desk()
    with contextlib.closing(made.store):
        yield made


def test_a_rollout_that_starts_and_is_rolled_back_is_told_once_each(house: Path, desk: Desk) -> None:
    with receiving(mail_house()) as post, receiving(answering(FINE)) as hook:
        configure(house, None, smtp=post.port, hook=hook.port)
        desk.start()
        due = outlast("notices", "preview", "--format", "json").document["news"]
        assert [(each["kind"], each["to"], each["state"]) for each in due] == [
            ("started", "desk", "new"),
            ("started", "ana@example.com", "new"),
        ]
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
        desk.back()
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
    mails = [email.message_from_bytes(each, policy=email.policy.SMTP) for each in post.came if b"Subject" in each]
    assert ["passaggio" in each["Subject"] for each in mails] == [True, True]
    assert "users complain" in mails[1].get_content()
    bodies = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in hook.came]
    assert [(each["kind"], each["name"], each["keys"]) for each in bodies] == [
        ("started", "chat", ["support"]),
        ("back", "chat", ["support"]),
    ]
    assert len(outlast("notices", "log", "--format", "json").document) == 4


def test_news_that_could_not_be_told_in_time_give_way_to_later_ones(house: Path, desk: Desk) -> None:
    configure(house, None)
    desk.start()
    assert outlast("notices", "send").code == 1
    desk.back()
    with receiving(mail_house()) as post, receiving(answering(FINE)) as hook:
        configure(house, None, smtp=post.port, hook=hook.port)
        assert outlast("notices", "send").code == 0
    assert [json.loads(each.partition(b"\r\n\r\n")[2])["kind"] for each in hook.came] == ["back"]
    assert sum(b"Subject" in each for each in post.came) == 1


def test_a_brownout_is_announced_once_and_taken_back_where_it_was_told(house: Path) -> None:
    begins = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    with receiving(mail_house()) as post, receiving(answering(FINE)) as hook:
        configure(house, None, smtp=post.port, hook=hook.port)
        assert outlast("brownout", "add", "chat", f"{begins:%Y-%m-%dT%H:%MZ}+15m").code == 0
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
        assert outlast("brownout", "remove", "chat").code == 0
        assert [outlast("notices", "send").code for _ in range(2)] == [0, 0]
    bodies = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in hook.came]
    assert [(each["kind"], each["serve"]) for each in bodies] == [("brownout", "410"), ("called_off", "410")]
    assert sum(b"Subject" in each for each in post.came) == 2


def test_a_rehearsed_day_sends_and_writes_nothing(house: Path) -> None:
    with receiving(answering(FINE)) as hook:
        configure(house, in_days(200), hook=hook.port)
        rehearsed = outlast("notices", "preview", "--today", str(in_days(195)))
        assert "ana@example.com" in rehearsed.out
        assert outlast("notices", "calendar", "--today", str(in_days(195))).code == 0
        text = configuration(in_days(200), hook=hook.port)
        (house / "outlast.toml").write_text(f"[server]\ntoday = {in_days(195)}\n{text}", encoding="utf-8")
        refused = outlast("notices", "send")
        assert (refused.code, hook.came) == (2, [])
        assert "never sends" in refused.err
        assert not notices_path(load_settings()).exists()


def test_a_receiver_that_fails_is_given_up_in_the_end_and_listed(house: Path) -> None:
    with receiving(mail_house()) as post, receiving(answering(b"HTTP/1.1 403 No\r\n\r\n")) as hook:
        configure(house, in_days(30), smtp=post.port, hook=hook.port)
        assert outlast("notices", "send").code == 1
    assert states() == {"ana@example.com": "sent", "desk": "dead"}
    listed = outlast("notices", "log", "--dead")
    assert "403" in listed.out
    assert "ana@example.com" not in listed.out


def test_a_secret_that_the_environment_does_not_hold_sends_nothing(house: Path) -> None:
    text = configuration(in_days(30)).replace('"hush"', '"env:OUTLAST_TEST_NOT_SET"')
    (house / "outlast.toml").write_text(text, encoding="utf-8")
    refused = outlast("notices", "send")
    assert refused.code == 2
    assert "OUTLAST_TEST_NOT_SET" in refused.err
    assert states() == {}


@pytest.mark.slow
@pytest.mark.fault("`outlast notices send` is killed while it sends")
def test_a_send_that_is_killed_tells_nobody_twice_and_leaves_nobody_out(house: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging, receiving(answering(FINE)) as hook:
        configure(house, in_days(30), smtp=hanging.getsockname()[1], hook=hook.port)
        sending = subprocess.Popen([sys.executable, "-m", "outlast", "notices", "send"], env=os.environ)
        connection, _ = hanging.accept()  # the mail is begun, and its server says nothing
        with connection:
            assert "sending" in states().values()
            sending.kill()
            sending.wait()
    with receiving(mail_house()) as post, receiving(answering(FINE)) as hook_again:
        configure(house, in_days(30), smtp=post.port, hook=hook_again.port)
        done: Done = outlast_process(house, "notices", "send")
        assert done.code == 0, done.err
    assert [each for each in post.came if b"Subject" in each] == []
    assert states() == {"ana@example.com": "unknown", "desk": "sent"}
    assert len(hook.came) + len(hook_again.came) == 1
    with receiving(mail_house()) as post:
        configure(house, in_days(30), smtp=post.port)
        assert outlast("notices", "send", "--retry-unknown").code == 0
    assert sum(b"Subject" in each for each in post.came) == 1
