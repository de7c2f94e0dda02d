"""What the request path's own reading of bytes costs: microseconds a call, and streams by the event.

Best of many short rounds of processor time, so that other work on the machine disturbs little; beside each figure
stands ``json.loads`` of the same bytes, as a measure of the machine. ``--json`` prints one document.
"""

import argparse
import json
import time
from collections.abc import Callable
from typing import NamedTuple

from outlast.catalog.models import Model
from outlast.dialects.adaptation import adapt, profile
from outlast.dialects.chat.asked import peek, read_answer
from outlast.dialects.chat.relay import StreamReader
from outlast.dialects.envelope import Envelope
from outlast.dialects.gone import gone_evidence, same_model, says_gone

REQUEST = (
    b'{"messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"What is the capital of '
    b'France?"}],"model":"virtual","temperature":0.7,"max_tokens":100}'
)
ANSWER = (
    b'{"id":"chatcmpl-0","object":"chat.completion","created":1760000000,"model":"gpt-4o-2024-08-06","choices":[{'
    b'"index":0,"message":{"role":"assistant","content":"Paris.","refusal":null,"annotations":[]},"logprobs":null,'
    b'"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":3,"total_tokens":27,'
    b'"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,'
    b'"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}},"service_tier":"default",'
    b'"system_fingerprint":"fp_0"}'
)
EVENT = (
    b'data: {"id":"chatcmpl-0","object":"chat.completion.chunk","created":1760000000,"model":"gpt-4o-2024-08-06",'
    b'"service_tier":"default","system_fingerprint":"fp_0","choices":[{"index":0,"delta":{"content":" word"},'
    b'"logprobs":null,"finish_reason":null}],"usage":null,"obfuscation":"0123456"}\n\n'
)
GONE = (
    b'{"error":{"message":"The model `chatgpt-4o-latest` does not exist or you do not have access to it.",'
    b'"type":"invalid_request_error","param":null,"code":"model_not_found"}}'
)
REASONING = Model(
    provider="openai",
    id="gpt-5.1-chat-latest",
    name="",
    kind="chat",
    abilities={"max_tokens": False, "max_completion_tokens": True, "sampling_params": False, "reasoning": True},
)
CLAUDE = Model(
    provider="anthropic",
    id="claude-opus-5-5",
    name="",
    kind="chat",
    context_window=1_000_000,
    abilities={
        "assistant_prefill": False,
        "forced_tool_use": False,
        "reasoning": True,
        "sampling_params": False,
        "thinking_always_on": True,
        "reasoning_efforts": ("low", "medium", "high", "xhigh", "max"),
    },
)
GEMINI = Model(
    provider="google",
    id="gemini-3.8-flash",
    name="",
    kind="chat",
    abilities={"reasoning": True, "sampling_params": False, "reasoning_efforts": ("low", "medium", "high")},
)
CONTENTS = (
    b'{"contents":[{"role":"user","parts":[{"text":"What is the capital of France?"}]}],"generationConfig":'
    b'{"temperature":0.7,"maxOutputTokens":100,"thinkingConfig":{"thinkingBudget":1024}}}'
)
ROUNDS, EVENTS = 400, 1000


class Wire(NamedTuple):
    """A body in a target's dialect, as far as rules need it."""

    envelope: Envelope


def best_us(work: Callable[[], object], *, times: int = 100, rounds: int = ROUNDS) -> float:
    """Processor time of one call in the best round, in microseconds."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time_ns()
        for _ in range(times):
            work()
        best = min(best, (time.process_time_ns() - start) / times / 1000)
    return best


def stream(chunk: bytes, count: int) -> StreamReader:
    """One stream of ``count`` chunks."""
    reader = StreamReader(hide_usage=True)
    for _ in range(count):
        reader.feed(chunk)
    return reader


def figures() -> dict[str, float]:
    """Every figure, in microseconds."""
    request, spaced = peek(REQUEST), json.dumps(json.loads(REQUEST)).encode()
    known = profile(REASONING)
    streamed = peek(REQUEST[:-1] + b',"stream":true}')
    large = REQUEST.replace(b"You are brief.", b"You are brief. " * 100_000)
    messages = Wire(Envelope.parse(REQUEST.replace(b'{"role":"system","content":"You are brief."},', b"")))
    long = Wire(Envelope.parse(large))
    contents = Wire(Envelope.parse(CONTENTS))
    claude, gemini = profile(CLAUDE), profile(GEMINI)
    return {
        "json.loads of the request": best_us(lambda: json.loads(REQUEST)),
        "json.loads of the answer": best_us(lambda: json.loads(ANSWER)),
        "peek": best_us(lambda: peek(REQUEST)),
        "peek, written with blanks": best_us(lambda: peek(spaced)),
        "peek, 1.5 MB": best_us(lambda: peek(large), times=1, rounds=40),
        "splice the model": best_us(lambda: request.for_upstream("gpt-4o")),
        "splice the model, stream": best_us(lambda: streamed.for_upstream("gpt-4o")),
        "adapt, nothing to do": best_us(lambda: adapt(request, profile_of_nothing)),
        "adapt max_tokens and temperature": best_us(lambda: adapt(request, known)),
        "adapt and splice": best_us(lambda: request.for_upstream("gpt-5.1", adapt(request, known).changes)),
        "adapt for Claude": best_us(lambda: adapt(messages, claude, "anthropic")),
        "adapt for Claude, 1.5 MB": best_us(lambda: adapt(long, claude, "anthropic"), times=1, rounds=40),
        "adapt for Gemini": best_us(lambda: adapt(contents, gemini, "gemini")),
        "read_answer": best_us(lambda: read_answer(ANSWER)),
        "same_model": best_us(lambda: same_model("gpt-4o", "gpt-4o-2024-08-06")),
        "says_gone": best_us(lambda: says_gone("Paris.")),
        "gone_evidence": best_us(lambda: gone_evidence(404, GONE)),
        "stream, per event of its own chunk": best_us(lambda: stream(EVENT, EVENTS), times=1, rounds=40) / EVENTS,
        "stream, per event, 10 in a chunk": best_us(lambda: stream(EVENT * 10, EVENTS), times=1, rounds=40)
        / EVENTS
        / 10,
    }


profile_of_nothing = profile(None)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    found = figures()
    found["plain call: peek + splice + read_answer"] = found["peek"] + found["splice the model"] + found["read_answer"]
    if parser.parse_args().json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1))
        return
    for name, value in found.items():
        print(f"{name:45} {value:10.2f} us")
    rate = len(EVENT) / found["stream, per event of its own chunk"]
    print(f"{'stream, bytes in events of their own chunk':45} {rate:10.0f} MB/s")


if __name__ == "__main__":
    main()
