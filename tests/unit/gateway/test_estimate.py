"""What a call is expected to use before anybody has counted."""

import base64
import json
import random

import pytest

from outlast.dialects.chat.asked import peek
from outlast.gateway.estimate import expected_tokens, prompt_tokens


def asked(**members: object) -> int:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x" * 4000}], **members}).encode()
    return expected_tokens(peek(body)) - len(body) // 4


@pytest.mark.parametrize(
    ("members", "answer"),
    [
        ({}, 0),
        ({"max_tokens": 50}, 50),
        ({"max_completion_tokens": 70}, 70),
        ({"max_completion_tokens": 70, "max_tokens": 50}, 70),
        ({"max_tokens": 50, "n": 3}, 150),
        ({"max_tokens": 50, "n": 0}, 50),
        ({"max_tokens": None}, 0),
        ({"max_tokens": "many"}, 0),
        ({"max_tokens": -5}, 0),
        ({"max_tokens": 1.5}, 0),
        ({"max_tokens": 10**30}, 10**30),
        ({"max_tokens": [1]}, 0),
    ],
)
def test_an_answer_counts_as_far_as_its_caller_limits_it(members: dict[str, object], answer: int) -> None:
    assert asked(**members) == answer


def test_text_counts_by_its_length() -> None:
    text = b"The quick brown fox jumps over the lazy dog. " * 4000
    assert prompt_tokens(text) == pytest.approx(len(text) / 4, rel=0.02)


def test_a_picture_of_many_megabytes_counts_next_to_nothing_and_the_text_beside_it_does() -> None:
    picture = base64.b64encode(random.Random(1).randbytes(3_000_000))  # noqa: S311 - a picture, no secret
    text = b"What is this? " * 100_000
    assert prompt_tokens(b'{"url":"data:image/png;base64,' + picture + b'"}') < 70_000
    assert prompt_tokens(text + picture) == pytest.approx(len(text) / 4, rel=0.1)
