"""One call as one line: what it says, what it never says, and that nothing a caller wrote can break it."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.exchange import AttemptRecord, Exchange, Usage
from outlast.telemetry.line import LONGEST, as_json, as_text, stamp

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALL = Exchange(
    id="req_1", started_ns=1_770_000_000_123_456_789, requested="support", virtual=True, served="openai/gpt-5",
    answered="gpt-5", reason="successor", key="team-a", status=200, usage=Usage(1000, 200, 0, 50, 0),
    cost_pico_usd=2_500_000_000, first_byte_us=120_400, total_us=700_000, adapted=("max_tokens",),
    attempts=(
        AttemptRecord("openai/gpt-4o", "target", 503, "refused", 10), AttemptRecord("openai/gpt-5", "successor", 200),
    ),
    keep="full", request_body=b'{"secret": "prompt"}', response_body=b"answer",
)  # fmt: skip

anything = st.text(max_size=400) | st.text(
    st.sampled_from('\n\r\u2028\u0085\x00\x1b\x7f\ud800\U0010ffff"\\ {}'), max_size=400
)
calls = st.builds(
    Exchange,
    id=st.just("req_1"),
    started_ns=st.integers(0, 2**62),
    requested=anything,
    virtual=st.booleans(),
    served=anything,
    answered=anything,
    key=anything,
    error=st.sampled_from(("", "model_not_found")),
    status=st.sampled_from((0, 200, 404)),
    usage=st.none() | st.builds(Usage, input_tokens=st.integers(0, 2**60)),
    cost_pico_usd=st.none() | st.integers(0, 2**60),
    total_us=st.integers(0, 2**50),
    adapted=st.lists(anything, max_size=5).map(tuple),
    attempts=st.lists(
        st.builds(AttemptRecord, target=anything, reason=st.just("target"), status=st.just(500), error=st.just("gone")),
        max_size=6,
    ).map(tuple),
)


def test_a_line_tells_the_call() -> None:
    assert json.loads(as_json(CALL, TRACE)) == {
        "event": "call", "time": "2026-02-02T02:40:00.123456Z", "id": "req_1", "status": 200, "outcome": "answered",
        "requested": "support", "served": "openai/gpt-5", "reason": "successor", "key": "team-a",
        "input_tokens": 1000, "cached_tokens": 200, "output_tokens": 50, "cost_usd": 0.0025, "first_byte_ms": 120.4,
        "total_ms": 700.0, "attempts": 2, "tried": ["openai/gpt-4o 503 refused"], "adapted": ["max_tokens"],
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }  # fmt: skip


def test_a_line_for_people_tells_the_same() -> None:
    assert as_text(CALL, TRACE).decode() == (
        "2026-02-02T02:40:00.123456Z req_1 200 answered support -> openai/gpt-5 (successor) 1000+50 tokens "
        '0.002500 USD 120.4/700.0 ms tried="openai/gpt-4o 503 refused" adapted=max_tokens key=team-a '
        "trace=0af7651916cd43dd8448eb211c80319c\n"
    )


@pytest.mark.parametrize("line", [as_json, as_text])
def test_what_was_said_is_in_no_line(line: type) -> None:
    for word in (b"prompt", b"answer\n", b"secret"):
        assert word not in line(CALL, TRACE)


def test_a_model_that_answered_for_another_is_named() -> None:
    assert json.loads(as_json(Exchange(id="r", started_ns=0, requested="a", virtual=True, served="p/a", answered="b"), ""))["answered"] == "b"  # fmt: skip  # noqa: E501


@given(calls, anything)
def test_whatever_a_caller_writes_a_line_is_one_line_of_printable_ascii(call: Exchange, trace: str) -> None:
    for line in (as_json(call, trace), as_text(call, trace)):
        assert len(line) <= LONGEST
        assert line.endswith(b"\n")
        assert set(line[:-1].decode("ascii")) <= set(string.printable) - set("\n\r\t\x0b\x0c")


@given(st.text(max_size=90))
def test_a_name_comes_back_from_json_as_it_was(name: str) -> None:
    assert json.loads(as_json(Exchange(id="r", started_ns=0, requested=name, virtual=False), ""))["requested"] == name


@given(st.integers(0, 10**19))
def test_a_stamp_is_the_instant(unix_ns: int) -> None:
    import datetime as dt  # noqa: PLC0415 - only the comparison needs it

    read = dt.datetime.fromisoformat(stamp(unix_ns))
    assert (read - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1) == unix_ns // 1000
