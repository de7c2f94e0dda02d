"""Which steps and windows are news, for how long, and what is taken back."""

import datetime as dt

from outlast.delivery.store import Message
from outlast.rollout import state
from outlast.rollout.brownout import Window
from outlast.rollout.guards import Decision, Reading
from outlast.rollout.plan import Plan, Stage
from outlast.rollout.ports import Kept
from outlast.rollout.state import GUARDS, Cause, Transition
from outlast.wiring.news import NEWS_DAYS, called_off, of_brownouts, of_rollouts

NOW = dt.datetime(2027, 1, 5, 12, 0, tzinfo=dt.UTC)
PLAN = Plan(
    model="assistant", incumbent="openai/a", candidate="openai/b", salt="s", stages=(Stage(0.0), Stage(0.5), Stage(1.0))
)
WINDOW = Window(begins=NOW + dt.timedelta(hours=1), lasts=dt.timedelta(minutes=15))


def cause(minutes: int, by: str = "operator", evidence: Decision | None = None, reason: str = "") -> Cause:
    at = NOW - dt.timedelta(hours=1) + dt.timedelta(minutes=minutes)
    return Cause(by=by, at_ns=int(at.timestamp()) * 10**9, reason=reason, evidence=evidence)


def walked(*words: str, evidence: Decision | None = None) -> tuple[Kept, tuple[Transition, ...]]:
    steps = [state.start(PLAN, cause(0), unproven=True)]
    for place, word in enumerate(words, 1):
        before = steps[-1].after
        why = cause(place, GUARDS if evidence else "operator", evidence, "a word")
        match word:
            case "advance":
                steps.append(state.advance(PLAN, before, cause(place)))
            case "done":
                steps.append(state.done(PLAN, before, cause(place)))
            case "pause":
                steps.append(state.pause(before, cause(place)))
            case _:
                steps.append(state.back(before, why))
    return Kept(id="r", plan=PLAN, state=steps[-1].after), tuple(steps)


def kinds(*words: str) -> list[str]:
    return [each.kind for each in of_rollouts([[walked(*words)]], NOW)]


def test_what_changes_for_those_who_call_is_news_and_a_pause_or_a_middle_stage_is_not() -> None:
    assert kinds("advance", "pause") == ["started"]
    assert kinds("advance", "advance", "done") == ["started", "whole", "done"]
    assert kinds("advance", "back") == ["started", "back"]
    assert kinds("advance", "advance", "done", "back") == ["started", "whole", "done", "restored"]


def test_every_step_has_an_id_of_its_own_and_later_ones_replace_what_waits() -> None:
    found = of_rollouts([[walked("advance", "advance", "done")]], NOW)
    assert len({each.id for each in found}) == 3
    assert len({each.matter for each in found}) == 1


def test_a_step_of_last_week_is_no_news() -> None:
    assert kinds("advance") == ["started"]
    assert of_rollouts([[walked("advance")]], NOW + dt.timedelta(days=NEWS_DAYS)) == ()


def test_a_roll_back_by_the_guards_names_the_worst_one_and_one_by_word_its_reason() -> None:
    def reading(guard: str, breach: float) -> Reading:
        return Reading(
            guard=guard, side="above", watch=False, blocks=9, difference=0.1, allowed=0.01, breach=breach,
            breach_at=100, safe=0, safe_at=100,
        )  # fmt: skip

    worst = (reading("errors", 1), reading("contract", 900), reading("cost", 200))
    breach = Decision(word="BREACH", stage=1, why="contract: so much", readings=worst)
    by_guards = of_rollouts([[walked("advance", "back", evidence=breach)]], NOW)[-1]
    assert (by_guards.guard, by_guards.evidence) == ("contract", "contract: so much")
    by_word = of_rollouts([[walked("advance", "back")]], NOW)[-1]
    assert (by_word.guard, by_word.evidence) == ("", "a word")


def message(notice: str, state_: str = "sent") -> Message:
    return Message(
        notice=notice, place=notice, recipient="ana@example.com", way="mail", subject="", payload=b"", seq=1,
        state=state_, attempts=1, said="", made_ns=0, changed_ns=0,  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_window_is_announced_until_it_is_over() -> None:
    schedules = {"a/b": (WINDOW,)}
    [one] = of_brownouts(schedules, NOW)
    assert (one.kind, one.name, one.at, one.until) == ("brownout", "a/b", WINDOW.begins, WINDOW.ends)
    assert list(of_brownouts(schedules, WINDOW.ends)) == []


def test_what_was_told_and_no_longer_stands_is_taken_back_before_it_begins_and_once() -> None:
    [told] = of_brownouts({"a/b": (WINDOW,)}, NOW)
    [back] = called_off({}, [message(told.id)], NOW)
    assert (back.kind, back.name, back.at, back.matter) == ("called_off", "a/b", WINDOW.begins, told.matter)
    assert back.told == frozenset({("ana@example.com", "mail")})
    assert list(called_off({"a/b": (WINDOW,)}, [message(told.id)], NOW)) == []
    assert list(called_off({}, [message(told.id)], WINDOW.begins)) == []
    assert list(called_off({}, [message(told.id, "dead")], NOW)) == []
    assert [each.id for each in called_off({}, [message(told.id), message(back.id)], NOW)] == [back.id]


def test_no_other_message_is_taken_for_a_brownout() -> None:
    others = ("rollout/r/1", "openai/gpt-4o@api/0/30", "brownout/", "brownout/2027-01-05T13:00:00Z+15m/never/x")
    assert list(called_off({}, [message(each) for each in others], NOW)) == []
