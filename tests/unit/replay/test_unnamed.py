"""Requests that came without a model can be asked all the same."""

from outlast.dialects.chat.asked import peek
from outlast.replay.items import make_item


def test_a_request_without_a_model_is_one_that_can_be_sent_and_the_same_item() -> None:
    bare = make_item(b'{"messages": [{"role": "user", "content": "hi"}]}')
    named = make_item(b'{"model": "m", "messages": [{"role": "user", "content": "hi"}]}')
    assert peek(bare.request).model
    assert bare.id == named.id
