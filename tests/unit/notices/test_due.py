"""What is due to whom: at each step once, again when a date moves, and to nobody who is not concerned."""

import datetime as dt
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from outlast.notices.due import Due, Recipient, due, recipients, step_of, unreached
from outlast.notices.ending import Dated, Ending, Known, Place, Use, moved
from outlast.settings.notices import NoticesSettings, NoticeTo

TODAY = dt.date(2026, 1, 1)
PLACE = Place(model="acme/soon", surface="api")
ANA = Use(key="support", owner="Ana@example.com", team="service", names=("chat",), calls=12)
BEN = Use(key="batch", owner="ben", team="data", names=("acme/soon",), calls=3)
MAILED = NoticesSettings(smtp="smtp://mail.example", sender="outlast@example.com")


def ending(ends: dt.date | None, *uses: Use) -> Ending:
    return Ending(place=PLACE, ends=ends, names=("chat", "acme/soon"), uses=uses)


def in_days(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


def told_by(settings: NoticesSettings, *uses: Use, days: int = 30) -> list[Due]:
    one = ending(in_days(days), *uses)
    return list(due([one], {PLACE: Dated(ends=one.ends)}, settings, TODAY, lambda *_: False))


def to(**words: object) -> NoticesSettings:
    return NoticesSettings(to={"desk": NoticeTo(slack="https://hooks.example/x", **words)})  # type: ignore[arg-type]


def test_a_step_is_the_nearest_that_is_reached() -> None:
    steps = (90, 30, 7, 1)
    found = {days: step_of(days, steps) for days in (91, 90, 31, 30, 8, 7, 2, 1, 0, -1)}
    assert found == {91: None, 90: 90, 31: 90, 30: 30, 8: 30, 7: 7, 2: 7, 1: 1, 0: 1, -1: None}
    assert step_of(None, steps) is None


def test_an_owner_that_is_a_mail_address_is_told_of_the_own_keys_only() -> None:
    [one] = told_by(MAILED, ANA, BEN)
    assert (one.recipient.name, one.recipient.way) == ("ana@example.com", "mail")
    assert (one.notice.names, [use.key for use in one.notice.uses]) == (("chat",), ["support"])


def test_owners_are_not_mailed_without_a_server_or_against_the_operators_word() -> None:
    assert told_by(NoticesSettings(), ANA) == []
    assert told_by(NoticesSettings(smtp="smtp://x", sender="a@b.c", mail_owners=False), ANA) == []


def test_a_table_is_told_of_its_keys_owners_and_teams_and_of_no_other() -> None:
    for words in ({"keys": ("support",)}, {"owners": ("Ana@example.com",)}, {"teams": ("service",)}):
        [one] = told_by(to(**words), ANA, BEN)
        assert [use.key for use in one.notice.uses] == ["support"]
    assert told_by(to(keys=("other",), teams=("other",), owners=("other",)), ANA, BEN) == []


def test_a_key_without_owner_or_team_is_nobodys_by_owner_or_team() -> None:
    nameless = Use(key="k", names=("chat",), calls=1)
    assert told_by(to(owners=("",), teams=("",)), nameless) == []


def test_who_is_told_of_everything_is_told_of_what_nobody_called() -> None:
    [one] = told_by(to(everything=True))
    assert one.notice.names == ("chat", "acme/soon")


def test_an_address_that_stands_twice_is_told_once_of_all_its_keys() -> None:
    settings = NoticesSettings(
        smtp="smtp://mail.example",
        sender="outlast@example.com",
        to={"data": NoticeTo(teams=("data",), mail="ANA@example.com", language="it")},
    )
    [one] = told_by(settings, ANA, BEN)
    assert {use.key for use in one.notice.uses} == {"support", "batch"}
    assert one.recipient.language == "it"


def test_keys_that_nobody_is_told_for_are_named_once_the_end_is_near() -> None:
    near, far = ending(in_days(90), ANA, BEN), ending(in_days(91), ANA, BEN)
    assert unreached([near], MAILED, TODAY) == (BEN,)
    assert unreached([far], MAILED, TODAY) == ()


class House:
    """What a store does, plainly: dates that are known and who was told what."""

    def __init__(self) -> None:
        self.known: dict[Place, Dated] = {}
        self.sent: list[tuple[str, str]] = []
        self.kinds: list[str] = []

    def told(self, prefix: str, recipient: Recipient) -> bool:
        return any(name == recipient.name and notice.startswith(prefix) for name, notice in self.sent)

    def day(self, settings: NoticesSettings, today: dt.date, *endings: Ending) -> list[Due]:
        self.known |= moved(self.known, endings, 0)
        known: Known = self.known
        new = [
            each
            for each in due(endings, known, settings, today, self.told)
            if (each.recipient.name, each.notice.id) not in self.sent
        ]
        self.sent += [(each.recipient.name, each.notice.id) for each in new]
        self.kinds += [each.notice.kind for each in new]
        return new


def test_every_day_that_is_asked_tells_each_step_once() -> None:
    house, ends = House(), in_days(100)
    for day in range(105):
        house.day(MAILED, in_days(day), ending(ends, ANA))
        house.day(MAILED, in_days(day), ending(ends, ANA))
    assert [notice.rpartition("/")[2] for _, notice in house.sent] == ["90", "30", "7", "1"]


def test_a_missed_step_is_made_up_for_by_the_nearest_alone() -> None:
    house, ends = House(), in_days(100)
    for day in (80, 97):
        house.day(MAILED, in_days(day), ending(ends, ANA))
    assert [notice.rpartition("/")[2] for _, notice in house.sent] == ["30", "7"]


def test_a_date_that_moves_is_told_once_to_those_who_knew_the_old_one() -> None:
    house = House()
    house.day(MAILED, TODAY, ending(in_days(30), ANA))
    for day in (1, 2):
        house.day(MAILED, in_days(day), ending(in_days(300), ANA))
    assert house.kinds == ["ending", "moved"]
    house.day(MAILED, in_days(290), ending(in_days(300), ANA))
    assert house.kinds == ["ending", "moved", "ending"]
    assert house.known[PLACE] == Dated(ends=in_days(300), sequence=1, previous=in_days(30))


def test_a_date_that_is_withdrawn_is_told_even_to_those_who_stopped_calling() -> None:
    house = House()
    house.day(MAILED, TODAY, ending(in_days(30), ANA))
    caller = NoticesSettings(
        smtp="smtp://x", sender="a@b.c", to={"x": NoticeTo(keys=("support",), mail="ana@example.com")}
    )
    house.day(caller, in_days(1), ending(None))
    assert house.kinds == ["ending", "withdrawn"]


def test_who_was_never_told_a_date_is_not_told_that_it_moved() -> None:
    house = House()
    house.day(MAILED, TODAY, ending(in_days(300), ANA))
    house.day(MAILED, TODAY, ending(in_days(200), ANA))
    assert house.kinds == []
    house.day(MAILED, TODAY, ending(in_days(20), ANA))
    assert house.kinds == ["ending"]


def test_a_date_that_comes_back_did_not_move_from_itself() -> None:
    house = House()
    for ends in (in_days(30), None, in_days(30)):
        house.day(MAILED, TODAY, ending(ends, ANA))
    assert house.known[PLACE] == Dated(ends=in_days(30), sequence=2, previous=None)


days = st.one_of(st.none(), st.integers(-5, 120))


@given(st.lists(st.tuples(st.integers(0, 10), days), max_size=12))
def test_whatever_dates_do_nothing_is_said_twice_and_sequences_count_the_moves(
    moves: Iterable[tuple[int, int | None]],
) -> None:
    house, today, before = House(), TODAY, None
    seen: list[dt.date | None] = []
    for pause, left in moves:
        today += dt.timedelta(days=pause)
        ends = None if left is None else TODAY + dt.timedelta(days=left)
        house.day(MAILED, today, ending(ends, ANA, BEN))
        if (ends != before) if seen else ends is not None:
            seen.append(ends)
        before = ends
    assert len(house.sent) == len(set(house.sent))
    assert (house.known[PLACE].sequence + 1 if seen else 0) == len(seen)


def test_each_recipient_of_a_configuration_stands_once() -> None:
    settings = NoticesSettings(
        smtp="smtp://x",
        sender="a@b.c",
        to={
            "one": NoticeTo(everything=True, mail=("a@b.c", "A@b.c"), slack="https://x.example"),
            "two": NoticeTo(everything=True, webhook="https://x.example", secret="s"),  # noqa: S106 - a test's own
        },
    )
    found = [(each.name, each.way) for each in recipients(settings, [ANA])]
    assert found == [("a@b.c", "mail"), ("one", "slack"), ("two", "webhook"), ("ana@example.com", "mail")]
