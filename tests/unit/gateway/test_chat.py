"""From a call to its answer and its record: who is asked, what the caller is told, what is kept."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from outlast.catalog.store import Catalog
from outlast.dialects.registry import DIALECTS
from outlast.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnreachable
from outlast.exchange import Exchange
from outlast.gateway.attempts import Attempts
from outlast.gateway.call import Call
from outlast.gateway.chat import Chat
from outlast.gateway.counters import Counters
from outlast.gateway.destination import Destinations
from outlast.gateway.gone import GoneTargets
from outlast.gateway.meter import LARGEST_KEPT, Meter
from outlast.gateway.routes import Routes
from outlast.limits.unlimited import Unlimited
from outlast.settings import Settings, parse_settings
from outlast.testing.gateway import EVENTS, JSON, HandClock, KeptJournal, KeptReply, Played, PlayedUpstream, keyless
from outlast.wiring.serving import day_of

CONFIGURATION = """
[providers.acme]
kind = "scripted"
[providers.openai]
kind = "scripted"
[providers.spare]
kind = "scripted"
[providers.twin]
kind = "scripted"
catalog = "acme"
[models.name]
target = "acme/old"
successor = "acme/next"
fallback = "spare/one"
[models.lonely]
target = "acme/old"
[models.hand]
target = "acme/old"
successor = "acme/next"
fallback = "spare/one"
switch = "manual"
[models.four]
target = "openai/gpt-4o"
[models.five]
target = "openai/gpt-5-mini"
[models.byhand]
target = "twin/old"
switch = "manual"
[models.moved]
target = "openai/our-deployment"
catalog_model = "openai/gpt-4o"
successor = "spare/one"
fallback = "openai/our-deployment"
switch = 2026-01-01
[models.quiet]
target = "acme/old"
record = "off"
[models.loud]
target = "acme/old"
record = "full"
"""
BEFORE = 1_770_000_000_000_000_000
"""2026-02-02, months before acme/old ends."""
AFTER = 1_785_000_000_000_000_000
"""2026-07-25, after it."""

GONE_BODY = (
    b'{"error":{"message":"The model `old` does not exist or you do not have access to it.",'
    b'"type":"invalid_request_error","param":null,"code":"model_not_found"}}'
)
GONE = Played(status=404, pieces=(GONE_BODY,))


def answered(model: str = "old", text: str = "Hello.") -> Played:
    body = {
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }
    return Played(pieces=(json.dumps(body).encode(),))


def event(**members: object) -> bytes:
    return b"data: " + json.dumps({"model": "old", **members}).encode() + b"\n\n"


WORD = event(choices=[{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}], usage=None)
LAST = event(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}], usage=None)
USAGE = event(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9})
DONE = b"data: [DONE]\n\n"


class House:
    """A gateway over played upstreams."""

    def __init__(
        self, catalog: Catalog, upstreams: Mapping[str, PlayedUpstream], unix_ns: int, settings: Settings
    ) -> None:
        self.time = HandClock(unix_ns)
        self.journal = KeptJournal()
        self.pauses: list[float] = []
        self.upstreams = upstreams
        clock = self.time.clock()
        gone = GoneTargets(clock, self.journal.observe)
        routes = Routes(
            settings,
            Destinations(providers=settings.providers, upstreams=upstreams, knowledge=catalog),
            gone=gone,
            today=day_of(clock),
        )
        self.chat = Chat(
            dialect=DIALECTS["chat"],
            callers=keyless(),
            limiter=Unlimited(),
            routes=routes,
            attempts=Attempts(routes, gone, clock=clock, pause=self._pause, jitter=lambda: 0.5),
            journal=self.journal,
            counters=Counters(),
            clock=clock,
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def call(self, model: str, **members: object) -> tuple[Call, KeptReply]:
        body = {"model": model, "messages": [{"role": "user", "content": "Hi"}], **members}
        return self.raw(json.dumps(body).encode())

    def raw(self, body: bytes) -> tuple[Call, KeptReply]:
        made = Call(
            id="req_1", method="POST", path="/v1/chat/completions", query="", body=body,
            headers={"authorization": "Bearer sk-secret"}, arrived_ns=self.time.monotonic,
        )  # fmt: skip
        return made, KeptReply(journal=self.journal)

    def ask(self, model: str, **members: object) -> KeptReply:
        made, reply = self.call(model, **members)
        asyncio.run(self.chat(made, reply))
        return reply

    @property
    def exchange(self) -> Exchange:
        (only,) = self.journal.exchanges
        return only


Answers = Played | UpstreamError
Build = Callable[..., House]


@pytest.fixture
def house(acme: Catalog) -> Build:
    def build(*answers: Answers, spare: Answers | None = None, unix_ns: int = BEFORE) -> House:
        main = PlayedUpstream(answers or (answered(),))
        upstreams = {"acme": main, "openai": main, "twin": main, "spare": PlayedUpstream((spare or answered("one"),))}
        return House(acme, upstreams, unix_ns, parse_settings(CONFIGURATION))

    return build


def told(reply: KeptReply) -> tuple[str | None, str | None]:
    return reply.headers.get("x-outlast-served-model"), reply.headers.get("x-outlast-reason")


def error(reply: KeptReply) -> dict[str, str]:
    found: dict[str, str] = json.loads(reply.body)["error"]
    return found


def test_the_target_answers_and_the_body_is_its_own(house: Build) -> None:
    made = house()
    reply = made.ask("name")
    assert reply.body == answered().pieces[0]
    assert told(reply) == ("acme/old", "target")
    assert reply.headers["x-outlast-requested-model"] == "name"
    assert reply.recorded_first
    assert json.loads(made.upstreams["acme"].requests[0].body)["model"] == "old"
    assert made.exchange.usage is not None
    assert (made.exchange.usage.input_tokens, made.exchange.outcome) == (1000, "answered")


def test_from_the_last_day_the_successor_answers(house: Build) -> None:
    assert told(house(answered("next"), unix_ns=AFTER).ask("name")) == ("acme/next", "successor")


def test_a_target_that_answers_as_retired_is_replaced_in_the_same_request(house: Build) -> None:
    made = house(GONE, answered("next"))
    reply = made.ask("name")
    assert (reply.status, *told(reply)) == (200, "acme/next", "successor")
    assert [attempt.error for attempt in made.exchange.attempts] == ["gone", ""]
    assert [seen.event for seen in made.journal.observations] == ["gone"]
    assert made.pauses == []


def test_a_gone_target_is_left_alone_for_ten_minutes_then_asked_again(house: Build) -> None:
    made = house(GONE, answered("next"), answered("next"), answered("old"))
    made.ask("name")
    made.time.move(599)
    made.ask("name")
    made.time.move(2)
    made.ask("name")
    assert [json.loads(request.body)["model"] for request in made.upstreams["acme"].requests] == [
        "old", "next", "next", "old",
    ]  # fmt: skip
    assert [seen.event for seen in made.journal.observations] == ["gone", "answered"]


def test_manual_takes_the_fallback_when_the_target_is_gone(house: Build) -> None:
    assert told(house(GONE).ask("hand")) == ("spare/one", "fallback")


def test_nobody_left_is_410_with_the_day_the_chain_and_the_remedy(house: Build) -> None:
    made = house(unix_ns=AFTER)
    reply = made.ask("lonely")
    assert (reply.status, error(reply)["code"]) == (410, "model_retired")
    for words in ("2026-06-01", "acme/next", 'successor = "chain"'):
        assert words in error(reply)["message"]
    assert made.upstreams["acme"].requests == []
    assert made.exchange.status == 410


def test_under_manual_the_remedy_is_a_fallback_that_can_be_called_here(house: Build) -> None:
    message = error(house(unix_ns=AFTER).ask("byhand"))["message"]
    assert message.endswith('declare it: [models."byhand"] fallback = "twin/next"')


def test_a_direct_name_is_a_wire(house: Build) -> None:
    made = house(GONE, unix_ns=AFTER)
    reply = made.ask("acme/old", max_tokens=5)
    assert (reply.status, reply.body) == (404, GONE.pieces[0])
    assert made.journal.observations == []
    assert json.loads(made.upstreams["acme"].requests[0].body)["max_tokens"] == 5


def test_a_direct_name_is_asked_once_whatever_comes(house: Build) -> None:
    made = house(Played(status=503, pieces=(b"busy",)))
    reply = made.ask("acme/old")
    assert (reply.status, reply.body, len(made.upstreams["acme"].requests)) == (503, b"busy", 1)


def test_an_unknown_name_is_404_with_the_closest(house: Build) -> None:
    made = house()
    reply = made.ask("nam")
    assert (reply.status, error(reply)["code"]) == (404, "model_not_found")
    assert "name" in error(reply)["message"].split("Closest known:")[1]
    assert made.journal.exchanges == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_a_passing_trouble_is_tried_again_then_answered_by_the_fallback(house: Build, status: int) -> None:
    made = house(Played(status=status, pieces=(b"{}",)))
    assert told(made.ask("name")) == ("spare/one", "fallback")
    assert len(made.upstreams["acme"].requests) == 3
    assert made.pauses == [0.25, 0.5]


def test_retry_after_is_waited_for(house: Build) -> None:
    made = house(Played(status=429, headers=(("retry-after", "2"),)), answered())
    assert made.ask("name").status == 200
    assert made.pauses == [2.0]


def test_a_long_retry_after_moves_on_at_once(house: Build) -> None:
    made = house(Played(status=429, headers=(("retry-after", "60"),)))
    assert told(made.ask("name")) == ("spare/one", "fallback")
    assert made.pauses == []


def test_the_last_refusal_is_the_callers_to_see(house: Build) -> None:
    busy = Played(status=429, headers=(("retry-after", "60"),), pieces=(b'{"error":{}}',))
    reply = house(busy).ask("lonely")
    assert (reply.status, reply.headers["retry-after"], reply.body) == (429, "60", b'{"error":{}}')


@pytest.mark.parametrize(("target", "status"), [(Played(status=503), 503), (UpstreamUnreachable("no"), 502)])
def test_a_gone_fallback_does_not_make_a_failing_target_retired(house: Build, target: Answers, status: int) -> None:
    made = house(target, spare=GONE)
    reply = made.ask("hand")
    assert (reply.status, told(reply)) == (status, ("acme/old", "target"))
    assert [attempt.target for attempt in made.exchange.attempts] == [*["acme/old"] * 3, "spare/one"]
    assert made.exchange.served == "acme/old"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_the_request_earned_is_final(house: Build, status: int) -> None:
    made = house(Played(status=status, pieces=(b'{"error":{"message":"no"}}',)))
    reply = made.ask("name")
    assert (reply.status, told(reply)) == (status, ("acme/old", "target"))
    assert made.exchange.outcome == "refused"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_the_operator_can_mend_moves_on(house: Build, status: int) -> None:
    assert told(house(Played(status=status, pieces=(b"<html>",))).ask("name")) == ("spare/one", "fallback")


@pytest.mark.parametrize(
    ("broken", "status", "asked"),
    [
        (UpstreamUnreachable("no connection"), 502, 3),
        (UpstreamBroken("reset"), 502, 3),
        (UpstreamTimeout("silent"), 504, 1),
        (Played(pieces=(b"<html>garbage",)), 502, 3),
        (Played(pieces=(b'{"model":',), error=UpstreamBroken("cut")), 502, 3),
    ],
)
def test_an_upstream_that_fails_is_a_clear_answer_with_the_id(
    house: Build, broken: Answers, status: int, asked: int
) -> None:
    made = house(broken)
    reply = made.ask("lonely")
    assert reply.status == status
    assert "req_1" in error(reply)["message"]
    assert made.exchange.outcome == "failed"
    assert len(made.upstreams["acme"].requests) == asked


def test_a_broken_direct_answer_is_a_clear_answer_too(house: Build) -> None:
    assert house(Played(pieces=(b"<html>",))).ask("acme/old").status == 502


def test_a_streams_usage_is_asked_for_kept_and_hidden(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, LAST, USAGE, DONE)))
    reply = made.ask("name", stream=True)
    assert reply.body == WORD + LAST + DONE
    assert json.loads(made.upstreams["acme"].requests[0].body)["stream_options"] == {"include_usage": True}
    assert made.exchange.usage is not None
    assert made.exchange.usage.output_tokens == 2
    assert reply.recorded_first


def test_a_caller_who_asked_for_the_usage_gets_it(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, LAST, USAGE, DONE)))
    assert made.ask("name", stream=True, stream_options={"include_usage": True}).body == WORD + LAST + USAGE + DONE


def test_a_stream_that_fails_before_its_first_piece_is_answered_by_the_next(house: Build) -> None:
    stream = Played(headers=EVENTS, pieces=(WORD, LAST, DONE))
    made = house(Played(headers=EVENTS, pieces=(), error=UpstreamTimeout("silent")), spare=stream)
    assert told(made.ask("name", stream=True)) == ("spare/one", "fallback")


@pytest.mark.parametrize("broken", [UpstreamBroken("reset"), UpstreamTimeout("silent"), None])
def test_a_stream_that_breaks_says_so_in_an_event_and_is_recorded(house: Build, broken: UpstreamError | None) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD,), error=broken))
    reply = made.ask("name", stream=True)
    last = json.loads(reply.body.removeprefix(WORD).removeprefix(b"data: "))
    assert "req_1" in last["error"]["message"]
    assert DONE not in reply.body
    assert (reply.ended, made.exchange.outcome) == (True, "failed")


def test_a_stream_without_a_terminal_event_but_with_an_end_is_whole(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, LAST)))
    assert made.ask("name", stream=True).body == WORD + LAST
    assert made.exchange.outcome == "answered"


def test_a_caller_who_leaves_cancels_the_upstream_and_the_part_is_metered(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, WORD, WORD), hangs=True))
    upstream = made.upstreams["acme"]

    async def leave() -> None:
        task = asyncio.create_task(made.chat(*made.call("name", stream=True)))
        await upstream.asked.wait()
        await upstream.given[0].exhausted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(leave())
    assert upstream.given[0].closed
    assert (made.exchange.outcome, made.exchange.estimated) == ("cancelled", True)
    assert made.exchange.usage is not None
    assert made.exchange.usage.output_tokens == 3


def test_another_model_than_asked_is_seen_and_priced_as_itself(house: Build) -> None:
    made = house(answered("gpt-4o-mini-2024-07-18"))
    made.ask("four")
    assert made.exchange.signals == ("redirected",)
    assert made.exchange.priced_as == "openai/gpt-4o-mini-2024-07-18"


def test_another_model_whose_price_nobody_knows_is_not_priced_as_the_one_asked_for(house: Build) -> None:
    made = house(answered("never-heard-of-9"))
    made.ask("four")
    assert made.exchange.signals == ("redirected",)
    assert (made.exchange.priced_as, made.exchange.cost_pico_usd) == ("", None)


def test_a_snapshot_that_nobody_knows_costs_what_its_alias_costs(house: Build) -> None:
    made = house(answered("gpt-4o-2029-01-01"))
    made.ask("four")
    assert (made.exchange.signals, made.exchange.priced_as) == ((), "openai/gpt-4o")


def test_the_model_behind_a_deployment_is_its_model_as_a_fallback_too(house: Build) -> None:
    made = house(answered("gpt-4o"), spare=UpstreamUnreachable("no", target="spare/one"))
    assert told(made.ask("moved")) == ("openai/our-deployment", "fallback")
    assert made.exchange.priced_as == "openai/gpt-4o"


def test_an_alias_that_answers_with_its_own_snapshot_is_no_redirect(house: Build) -> None:
    made = house(answered("gpt-4o-2024-08-06"))
    made.ask("four")
    assert made.exchange.signals == ()
    assert made.exchange.cost_pico_usd == (1000 * 2_500_000 + 100 * 10_000_000)


def test_a_200_that_says_the_model_is_gone_is_seen(house: Build) -> None:
    made = house(answered("old", "Claude Sonnet 4.5 is no longer available. Please switch to Claude Sonnet 5.5."))
    assert made.ask("name").status == 200
    assert made.exchange.signals == ("soft_gone",)


def test_what_a_virtual_models_candidate_refuses_is_adapted_and_said(house: Build) -> None:
    made = house(answered("gpt-5-mini"))
    reply = made.ask("five", max_tokens=50)
    sent = json.loads(made.upstreams["openai"].requests[0].body)
    assert (sent.get("max_tokens"), sent["max_completion_tokens"]) == (None, 50)
    assert reply.headers["x-outlast-adapted"] == ",".join(made.exchange.adapted) != ""


def test_nothing_adapted_is_nothing_said(house: Build) -> None:
    assert "x-outlast-adapted" not in house().ask("name").headers


def test_the_life_cycle_of_the_target_is_in_the_headers(house: Build) -> None:
    headers = house().ask("name").headers
    assert headers["sunset"] == "Mon, 01 Jun 2026 00:00:00 GMT"
    assert "acme/next" in headers["link"]


def test_the_link_of_a_direct_name_can_be_called_here(house: Build) -> None:
    assert house().ask("twin/old").headers["link"] == '</v1/models/twin/next>; rel="successor-version"'


def test_an_upstream_cannot_speak_in_our_name(house: Build) -> None:
    theirs = (("set-cookie", "a=b"), ("access-control-allow-origin", "*"), ("x-request-id", "theirs"))
    forged = (*JSON, ("x-outlast-reason", "forged"), *theirs)
    headers = house(replace(answered(), headers=forged)).ask("name").headers
    assert headers["x-outlast-reason"] == "target"
    assert not {"set-cookie", "access-control-allow-origin"} & set(headers)
    assert headers["x-request-id"] == "theirs"


def test_the_callers_key_goes_nowhere(house: Build) -> None:
    made = house()
    made.ask("name")
    assert made.upstreams["acme"].requests[0].headers == ()
    assert "sk-secret" not in repr(made.journal.exchanges)
    assert made.exchange.key.startswith("key:")


@pytest.mark.parametrize(("name", "keep"), [("quiet", "totals"), ("name", "metadata")])
def test_bodies_are_not_kept_unless_asked_for(house: Build, name: str, keep: str) -> None:
    made = house()
    made.ask(name)
    assert (made.exchange.keep, made.exchange.request_body, made.exchange.response_body) == (keep, None, None)


def test_full_keeps_both_bodies(house: Build) -> None:
    made = house(Played(headers=EVENTS, pieces=(WORD, LAST, USAGE, DONE)))
    made.ask("loud", stream=True)
    assert made.exchange.response_body == WORD + LAST + DONE
    assert b'"loud"' in (made.exchange.request_body or b"")


def test_of_an_answer_without_end_only_the_beginning_is_kept(house: Build) -> None:
    made = house()
    call, _ = made.raw(b"")
    meter = Meter(call, made.time.clock(), DIALECTS["chat"])
    piece = bytes(1 << 20)
    for _ in range(100):
        meter.keep(piece)
    assert meter.kept == len(meter.sent) * len(piece) == LARGEST_KEPT


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"model":"a","model":"b"}', b'{"model":3}', b"\xff"])
def test_a_body_that_cannot_be_read_is_400_and_no_exchange(house: Build, body: bytes) -> None:
    made = house()
    call, reply = made.raw(body)
    asyncio.run(made.chat(call, reply))
    assert (reply.status, error(reply)["type"]) == (400, "invalid_request_error")
    assert made.journal.exchanges == []
