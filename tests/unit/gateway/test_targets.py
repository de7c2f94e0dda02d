"""Several targets of one name, through the whole path: fail-over, rest, probe, hedge, and what is recorded of each."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from tests.unit.gateway.test_chat import BEFORE, DONE, GONE, LAST, WORD, Answers, House, answered, error, told

from outlast.catalog.store import Catalog
from outlast.errors import UpstreamBroken, UpstreamTimeout, UpstreamUnreachable
from outlast.gateway.health import Health, TargetHealth, in_words
from outlast.settings import parse_settings
from outlast.testing.gateway import EVENTS, JSON, KeptReply, Played, PlayedUpstream

CONFIGURATION = """
[providers.acme]
kind = "scripted"
[providers.twin]
kind = "scripted"
catalog = "acme"
[providers.spare]
kind = "scripted"
[models.pair]
target = ["acme/old", { to = "twin/old", retries = 1, first_byte_timeout = 7 }]
fallback = "spare/one"
successor = "acme/next"
[models.hedged]
target = ["acme/old", "twin/old"]
hedge_after = 3
[models.alone]
target = "acme/old"
[models.backed]
target = "acme/old"
fallback = "spare/one"
"""
BUSY = Played(status=503, pieces=(b"{}",))
STREAM = Played(headers=EVENTS, pieces=(WORD, LAST, DONE))
HANGS = Played(pieces=(), hangs=True)
TOLD_TO_WAIT = Played(status=429, headers=(*JSON, ("retry-after", "20")), pieces=(b"{}",))


class Pair(House):
    """Two targets, of which the first wins every tie; the hedge's alarm rings when the test says so."""

    def __init__(self, catalog: Catalog, upstreams: Mapping[str, PlayedUpstream]) -> None:
        super().__init__(catalog, upstreams, BEFORE, parse_settings(CONFIGURATION))
        self.alarm = asyncio.Event()
        self.alarm.set()

    async def _pause(self, seconds: float) -> None:
        await super()._pause(seconds)
        await self.alarm.wait()

    def asked(self, provider: str) -> int:
        return len(self.upstreams[provider].requests)

    @property
    def attempts(self) -> list[tuple[str, str]]:
        return [(attempt.target, attempt.error) for attempt in self.journal.exchanges[-1].attempts]

    def health(self, target: str) -> TargetHealth:
        found: Health = self.chat.routes.health
        return next(one for one in found.snapshot(self.time.clock()) if one.target == target)

    def serve_from(self, provider: str, times: int) -> None:
        """Calls while the other one is busy, so that ties do not decide."""
        for _ in range(times):
            assert told(self.ask("pair"))[0] == f"{provider}/old"


Build = Callable[..., Pair]


@pytest.fixture
def pair(acme: Catalog) -> Build:
    def build(*acme_answers: Answers, twin: tuple[Answers, ...] = ()) -> Pair:
        upstreams = {
            "acme": PlayedUpstream(acme_answers or (answered(),)),
            "twin": PlayedUpstream(twin or (answered(),)),
            "spare": PlayedUpstream((answered("one"),)),
        }
        return Pair(acme, upstreams)

    return build


def good(reply: KeptReply) -> tuple[int, str | None]:
    return reply.status, told(reply)[0]


FAULTS: dict[str, Answers] = {
    "500": Played(status=500, pieces=(b"{}",)),
    "503": BUSY,
    "401": Played(status=401, pieces=(b"{}",)),
    "timeout": UpstreamTimeout("silent"),
    "unreachable": UpstreamUnreachable("no"),
    "broken": UpstreamBroken("reset"),
    "garbage": Played(pieces=(b"<html>",)),
    "a stream that breaks before its first piece": Played(headers=EVENTS, pieces=(), error=UpstreamBroken("cut")),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_failing_target_gives_way_to_its_equal_at_once_then_rests(pair: Build, fault: Answers) -> None:
    made = pair(fault)
    stream = "stream" in str(getattr(fault, "headers", ""))
    for _ in range(20):
        assert good(made.ask("pair", stream=stream)) == (200, "twin/old")
    assert made.asked("acme") == 5
    assert made.pauses == []
    assert (made.health("acme/old").state, made.health("twin/old").state) == ("open", "closed")


def test_traffic_returns_after_one_good_probe(pair: Build) -> None:
    made = pair(*[BUSY] * 5, answered())
    made.serve_from("twin", 6)
    assert made.health("acme/old").state == "open"
    made.time.move(1.1)
    made.serve_from("acme", 3)
    assert made.health("acme/old").state == "closed"


def test_a_failed_probe_costs_one_call_a_detour_and_nobody_an_answer(pair: Build) -> None:
    made = pair(BUSY)
    made.serve_from("twin", 6)
    made.time.move(1.1)
    made.serve_from("twin", 6)
    assert made.asked("acme") == 6
    assert made.health("acme/old").rests_s == pytest.approx(2)


def test_a_told_rest_is_kept_and_its_equal_serves(pair: Build) -> None:
    made = pair(TOLD_TO_WAIT, answered())
    made.serve_from("twin", 3)
    assert made.asked("acme") == 1
    made.time.move(20.1)
    made.serve_from("acme", 1)


def test_only_the_last_of_equals_is_tried_again_with_its_own_retries(pair: Build) -> None:
    made = pair(BUSY, twin=(BUSY,))
    assert told(made.ask("pair")) == ("spare/one", "fallback")
    assert made.attempts == [
        ("acme/old", "refused"), ("twin/old", "refused"), ("twin/old", "refused"), ("spare/one", ""),
    ]  # fmt: skip


def test_a_target_says_how_long_to_wait_for_it(pair: Build) -> None:
    made = pair(BUSY)
    made.ask("pair")
    acme, twin = (made.upstreams[name].requests[0].patience for name in ("acme", "twin"))
    assert acme is None
    assert twin is not None
    assert (twin.first_byte, twin.connect) == (7, 10)


def test_a_broken_target_that_is_alone_is_still_asked(pair: Build) -> None:
    made = pair(*[UpstreamTimeout("silent")] * 6, answered())
    for _ in range(6):
        assert made.ask("alone").status == 504
    assert made.health("acme/old").state == "open"
    assert made.ask("alone").status == 200
    assert made.health("acme/old").state == "closed"


def test_a_broken_target_is_skipped_while_a_fallback_lives_and_asked_when_that_fails_too(pair: Build) -> None:
    made = pair(*[UpstreamTimeout("silent")] * 5, answered())
    for _ in range(6):
        assert told(made.ask("backed"))[0] == "spare/one"
    assert made.asked("acme") == 5
    made.upstreams["spare"].answer_from_now(UpstreamUnreachable("no"))
    assert told(made.ask("backed"))[0] == "acme/old"


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_what_a_caller_earned_is_no_targets_fault(pair: Build, status: int) -> None:
    made = pair(Played(status=status, pieces=(b'{"error":{"message":"no"}}',)))
    for _ in range(30):
        made.ask("alone")
    assert made.health("acme/old").state == "closed"


def test_a_direct_name_is_asked_whatever_its_breaker_says(pair: Build) -> None:
    made = pair(*[BUSY] * 5, answered())
    made.serve_from("twin", 6)
    assert made.ask("acme/old").status == 200
    assert made.health("acme/old").state == "open"


def test_one_target_gone_leaves_the_others_and_says_so(pair: Build) -> None:
    made = pair(GONE)
    made.serve_from("twin", 3)
    assert made.asked("acme") == 1
    assert made.attempts == [("twin/old", "")]
    assert made.health("acme/old").state == "closed"


def test_all_targets_gone_is_the_day_of_the_successor(pair: Build) -> None:
    made = pair(GONE, answered("next"), twin=(GONE,))
    assert told(made.ask("pair")) == ("acme/next", "successor")


def test_a_stream_is_pending_until_its_end_and_a_plain_call_until_its_answer(pair: Build) -> None:
    made = pair(Played(headers=EVENTS, pieces=(WORD,), hangs=True))
    upstream = made.upstreams["acme"]

    async def leave() -> None:
        task = asyncio.create_task(made.chat(*made.call("pair", stream=True)))
        await upstream.asked.wait()
        await upstream.given[0].exhausted.wait()
        assert made.health("acme/old").pending == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert made.health("acme/old").pending == 0
    for name, stream in (("pair", False), ("pair", True), ("alone", False)):
        made.upstreams["acme"].answer_from_now(STREAM if stream else answered())
        assert made.ask(name, stream=stream).status == 200
    assert [made.health(f"{name}/old").pending for name in ("acme", "twin")] == [0, 0]


def test_streams_that_break_half_way_open_their_target(pair: Build) -> None:
    made = pair(Played(headers=EVENTS, pieces=(WORD,), error=UpstreamBroken("cut")), twin=(STREAM,))
    for _ in range(12):
        made.ask("pair", stream=True)
    assert made.asked("acme") == 10
    assert made.health("acme/old").last_error == "upstream_broken"


def test_a_silent_target_is_hedged_and_both_are_in_the_record_in_order(pair: Build) -> None:
    made = pair(HANGS)
    assert good(made.ask("hedged")) == (200, "twin/old")
    assert made.attempts == [("acme/old", "hedged_out"), ("twin/old", "")]
    assert made.pauses == [3]
    assert made.upstreams["acme"].given[0].closed
    assert made.journal.exchanges[0].cost_pico_usd is not None or made.journal.exchanges[0].usage is not None


def test_a_streams_first_piece_decides(pair: Build) -> None:
    made = pair(Played(headers=EVENTS, pieces=(), hangs=True), twin=(STREAM,))
    reply = made.ask("hedged", stream=True)
    assert reply.body == WORD + LAST + DONE
    assert made.attempts == [("acme/old", "hedged_out"), ("twin/old", "")]
    assert made.upstreams["acme"].given[0].closed


def test_a_target_that_answers_in_time_is_not_hedged(pair: Build) -> None:
    made = pair()
    made.alarm.clear()
    assert good(made.ask("hedged")) == (200, "acme/old")
    assert made.asked("twin") == 0


def test_a_failure_before_the_alarm_moves_on_without_waiting_for_it(pair: Build) -> None:
    made = pair(BUSY)
    made.alarm.clear()
    assert good(made.ask("hedged")) == (200, "twin/old")
    assert made.attempts == [("acme/old", "refused"), ("twin/old", "")]


def test_a_hedge_that_fails_leaves_the_first_its_time(pair: Build) -> None:
    made = pair(HANGS, twin=(UpstreamBroken("reset"),))
    twin = made.upstreams["twin"]

    async def later() -> KeptReply:
        call, reply = made.call("hedged")
        task = asyncio.create_task(made.chat(call, reply))
        await twin.asked.wait()
        await made.upstreams["acme"].given[0].exhausted.wait()
        made.upstreams["acme"].given[0].go_on(answered().pieces[0])
        await task
        return reply

    assert good(asyncio.run(later())) == (200, "acme/old")
    assert made.attempts == [("acme/old", ""), ("twin/old", "upstream_broken")]


def test_when_both_fail_the_caller_hears_of_the_last(pair: Build) -> None:
    made = pair(UpstreamTimeout("silent"), twin=(UpstreamUnreachable("no"),))
    reply = made.ask("hedged")
    assert (reply.status, error(reply)["code"]) == (502, "upstream_unreachable")


def test_a_caller_who_leaves_cancels_both(pair: Build) -> None:
    made = pair(HANGS, twin=(HANGS,))

    async def leave() -> None:
        task = asyncio.create_task(made.chat(*made.call("hedged")))
        for name in ("acme", "twin"):
            await made.upstreams[name].asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert all(made.upstreams[name].given[0].closed for name in ("acme", "twin"))
    assert made.journal.exchanges[0].outcome == "cancelled"
    assert [made.health(f"{name}/old").pending for name in ("acme", "twin")] == [0, 0]


def test_a_target_that_hangs_behind_a_hedge_is_found_out_by_it(pair: Build) -> None:
    made = pair(HANGS)
    for _ in range(8):
        made.ask("hedged")
    assert made.asked("acme") == 5
    assert (made.health("acme/old").state, made.health("acme/old").last_error) == ("open", "hedged_out")


def test_health_is_shown_with_since_when_and_why(pair: Build) -> None:
    made = pair(BUSY)
    made.serve_from("twin", 5)
    opened_at = made.time.unix
    made.time.move(0.25)
    seen = made.health("acme/old")
    assert (seen.state, seen.since_ns, seen.rests_s, seen.pending) == ("open", opened_at, 0.75, 0)
    assert in_words((seen,)) == "acme/old: status 503, left alone for 1 s more"


def test_a_new_configuration_knows_what_the_one_before_it_learnt(pair: Build) -> None:
    made = pair(BUSY)
    made.serve_from("twin", 6)
    clock = made.time.clock()
    after = Health(Health(made.chat.routes.health))
    assert after.snapshot(clock) == ()
    after.of("acme/old")
    assert [one.state for one in after.snapshot(clock)] == ["open"]
