"""The file of messages and a round of sending: nothing twice, nobody left out, tries bounded."""

import datetime as dt
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.delivery.outcome import Outcome
from outlast.delivery.round import MOST_ATTEMPTS, PAUSES, send_all
from outlast.delivery.store import Draft, Message, NoticeStore
from outlast.errors import LedgerUnavailable
from outlast.notices.ending import Dated, Place

PLACE = Place(model="acme/soon", surface="api")
SENT, FAILED, REFUSED, UNKNOWN = (Outcome(each, "so") for each in ("sent", "failed", "refused", "unknown"))


def draft(notice: str = "acme/soon@api/0/30", recipient: str = "ana@example.com", way: str = "mail") -> Draft:
    place = notice.partition("/0/")[0]
    return Draft(notice=notice, place=place, recipient=recipient, way=way, subject="s", payload=b"p")


@pytest.fixture
def store(tmp_path: Path) -> NoticeStore:
    return NoticeStore(tmp_path / "notices.db")


class Post:
    """Ends every try as it is told, the last way for good, and keeps what it was given."""

    def __init__(self, *ends: Outcome) -> None:
        self.ends, self.given = list(ends), list[Message]()

    def __call__(self, message: Message) -> Outcome:
        self.given.append(message)
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


def sent(
    store: NoticeStore, post: Callable[[Message], Outcome], way: str = "mail"
) -> tuple[dict[str, int], list[float]]:
    slept: list[float] = []
    done = send_all(store, {(way, "*"): post}, unix_ns=lambda: 5, sleep=slept.append)
    return {str(state): count for state, count in done.ends.items()}, slept


def states(store: NoticeStore) -> list[str]:
    return [each.state for each in store.messages()]


def test_reading_makes_no_file(tmp_path: Path) -> None:
    store = NoticeStore(tmp_path / "notices.db")
    assert (store.known(), store.messages()) == ({}, ())
    assert list(tmp_path.iterdir()) == []


def test_a_message_is_kept_once_and_sent_once(store: NoticeStore) -> None:
    post = Post(SENT)
    assert [store.keep([draft()], 1), store.keep([draft()], 2)] == [1, 0]
    assert [sent(store, post)[0], sent(store, post)[0]] == [{"sent": 1}, {}]
    store.keep([draft()], 3)
    assert sent(store, post)[0] == {}
    assert len(post.given) == 1


def test_another_recipient_way_or_notice_is_another_message(store: NoticeStore) -> None:
    drafts = [draft(), draft(recipient="b@c.d"), draft(way="slack"), draft("acme/soon@api/1/30")]
    assert store.keep(drafts, 1) == 4


def test_what_waits_is_replaced_by_what_is_newer_and_what_was_sent_is_not(store: NoticeStore) -> None:
    store.keep([draft("acme/soon@api/0/90")], 1)
    sent(store, Post(SENT))
    store.keep([draft("acme/soon@api/0/30")], 2)
    store.keep([draft("acme/soon@api/0/7"), draft("acme/late@api/0/7")], 3)
    assert states(store) == ["sent", "replaced", "waiting", "waiting"]


def test_a_failure_is_tried_again_with_pauses_and_bounded_over_all_rounds(store: NoticeStore) -> None:
    post = Post(FAILED)
    store.keep([draft()], 1)
    rounds = [sent(store, post) for _ in range(4)]
    assert [ends for ends, _ in rounds] == [{"waiting": 1}, {"waiting": 1}, {"dead": 1}, {}]
    assert rounds[0][1] == list(PAUSES)
    assert len(post.given) == MOST_ATTEMPTS
    [dead] = store.messages()
    assert (dead.state, dead.said, dead.attempts) == ("dead", "so", MOST_ATTEMPTS)


def test_what_was_given_up_waits_once_more_at_the_operators_word(store: NoticeStore) -> None:
    store.keep([draft()], 1)
    assert sent(store, Post(REFUSED))[0] == {"dead": 1}
    assert [store.again("unknown", 2), store.again("dead", 2)] == [0, 1]
    assert sent(store, Post(SENT))[0] == {"sent": 1}


def test_what_may_have_arrived_is_not_sent_again_by_itself(store: NoticeStore) -> None:
    post = Post(UNKNOWN)
    store.keep([draft()], 1)
    assert [sent(store, post)[0], sent(store, post)[0]] == [{"unknown": 1}, {}]


def test_one_closed_door_does_not_hold_up_others_and_a_closed_way_holds_all(store: NoticeStore) -> None:
    store.keep([draft(recipient=name) for name in ("a", "b")] + [draft("acme/late@api/0/1", "a")], 1)
    assert sent(store, Post(FAILED, FAILED, FAILED, SENT))[0] == {"waiting": 2, "sent": 1}
    closed = Post(Outcome("failed", "down", everybody=True))
    store.keep([draft(recipient="c")], 2)
    assert sent(store, closed)[0] == {"waiting": 3}
    assert len(closed.given) == len(PAUSES) + 1


def test_a_recipient_that_is_configured_no_more_is_given_up_with_a_reason(store: NoticeStore) -> None:
    store.keep([draft(way="slack", recipient="desk")], 1)
    assert sent(store, Post(SENT))[0] == {"dead": 1}
    assert "desk" in store.messages()[0].said


@pytest.mark.parametrize(("way", "state"), [("mail", "unknown"), ("slack", "unknown"), ("webhook", "waiting")])
def test_what_a_dead_process_had_begun_is_repeated_only_where_its_id_tells(
    store: NoticeStore, way: str, state: str
) -> None:
    store.keep([draft(way=way), draft("acme/late@api/0/1", way=way)], 1)
    [first, _] = store.waiting()
    assert [store.begin(first, 2), store.begin(first, 2)] == [True, False]
    store.left_sending(3)
    assert states(store) == [state, "waiting"]


def test_a_message_is_begun_before_it_is_given_away(store: NoticeStore) -> None:
    seen: list[list[str]] = []

    def look(_message: Message) -> Outcome:
        seen.append(states(store))
        return SENT

    store.keep([draft()], 1)
    sent(store, look)
    assert seen == [["sending"]]


def test_two_rounds_at_once_are_refused_and_the_lock_ends_with_its_holder(store: NoticeStore, tmp_path: Path) -> None:
    other = NoticeStore(tmp_path / "notices.db")
    with store.alone(), pytest.raises(LedgerUnavailable, match="another"), other.alone():
        pass
    with other.alone():
        pass


dates = st.one_of(st.none(), st.dates())


@given(st.builds(Dated, ends=dates, sequence=st.integers(0, 2**40), previous=dates, since_ns=st.integers(0, 2**62)))
def test_dates_come_back_as_they_were_kept(tmp_path_factory: pytest.TempPathFactory, dated: Dated) -> None:
    store = NoticeStore(tmp_path_factory.mktemp("dates") / "notices.db")
    store.note_dates({PLACE: dated})
    assert store.known() == {PLACE: dated}


def test_two_processes_that_see_the_same_move_count_it_once(store: NoticeStore) -> None:
    first, later = dt.date(2026, 1, 1), dt.date(2026, 2, 1)
    store.note_dates({PLACE: Dated(ends=first)})
    for since in (1, 2):
        store.note_dates({PLACE: Dated(ends=later, sequence=1, previous=first, since_ns=since)})
    assert store.known() == {PLACE: Dated(ends=later, sequence=1, previous=first, since_ns=1)}


@pytest.mark.parametrize("raw", [b"no database at all, but long enough to be read as one" * 20, b"SQLite format 3\x00"])
def test_a_damaged_file_is_named(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "notices.db"
    path.write_bytes(raw)
    for use in (NoticeStore(path).messages, lambda: NoticeStore(path).keep([draft()], 1)):
        with pytest.raises(LedgerUnavailable, match=r"notices\.db"):
            use()


def test_a_newer_file_is_left_alone(store: NoticeStore, tmp_path: Path) -> None:
    store.keep([draft()], 1)
    with sqlite3.connect(tmp_path / "notices.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerUnavailable, match="newer"):
        store.keep([draft()], 1)
