"""The call that is measured, and the answer that the upstream gives to it.

It knows one chat request and one chat answer of an everyday size. It does not know who is asked.
"""

import msgspec

MODEL = "gpt-4.1-mini-2025-04-14"

REQUEST = {
    "model": MODEL,
    "messages": [
        {"role": "system", "content": "You answer in one short paragraph, in plain words."},
        {"role": "user", "content": "How does a reverse proxy keep connections to its upstream open, and why?"},
    ],
    "temperature": 0.7,
    "max_tokens": 200,
}


def stream_shape(events: int, gap_ms: int) -> list[dict[str, str]]:
    """Messages that ask the simulated upstream for a stream of this shape."""
    return [{"role": "user", "content": f"Stream: events={events} gap_ms={gap_ms}"}]


ANSWER = msgspec.json.encode(
    {
        "id": "chatcmpl-bench0000000000000000000",
        "object": "chat.completion",
        "created": 1783375760,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "It holds finished connections in a pool and gives them to the next request.",
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 41,
            "completion_tokens": 16,
            "total_tokens": 57,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_f38e8ce955",
    }
)
