import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.dialects.responses.recorded import recorded, streams

from outlast.dialects.responses.asked import ResponsesRequest, peek
from outlast.dialects.responses.kept import KEPT_S, Kept, expanded, final_response, input_items, keep, page, restated
from outlast.errors import CallerError, UpstreamBroken

_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("type", "role", "content", "id", "encrypted_content", "output")), inner)
    ),
    max_leaves=10,
)


def asking(**members: object) -> ResponsesRequest:
    return peek(msgspec.json.encode({"model": "m", **members}))


def answered(**members: object) -> bytes:
    return msgspec.json.encode({"id": "resp_1", "output": [], **members})


@given(st.lists(_json, max_size=4), st.lists(_json, max_size=4) | _json, st.text(max_size=20))
@settings(max_examples=60, deadline=None)
def test_whatever_was_kept_is_listed_and_gone_on_from_or_refused(given: object, output: object, query: str) -> None:
    kept = keep(asking(input=given), answered(output=output), owner="ada", provider="p", now=5)
    try:
        page(kept, query)
        expanded(asking(input="On", previous_response_id="resp_1"), [kept], provider="q")
    except CallerError as error:
        assert error.param  # noqa: PT017 - both ends are right


def test_what_is_kept_of_a_call_is_its_own_items_its_answer_and_whose_it_is() -> None:
    asked = asking(input="Hi", previous_response_id="resp_0")
    assert keep(asked, answered(), owner="ada", provider="p", now=5) == Kept(
        id="resp_1", owner="ada", created=5, expires=5 + KEPT_S, previous="resp_0", provider="p",
        input=b'[{"type":"message","role":"user","content":"Hi"}]', response=answered(),
    )  # fmt: skip


@pytest.mark.parametrize("body", [b"[]", b"{}", b"no", b'{"id":7}'])
def test_what_is_no_response_is_not_kept(body: bytes) -> None:
    with pytest.raises(UpstreamBroken):
        keep(asking(input="Hi"), body, owner="ada", provider="p", now=5)


def test_every_recorded_request_has_items_and_every_recorded_stream_an_end_that_can_be_kept() -> None:
    for each in recorded():
        if each.asks:
            assert isinstance(json.loads(input_items(peek(each.request))), list)
    for each in streams():
        end = each.answer[each.answer.rindex(b"event: response.completed") :]
        response = final_response(end)
        assert response is not None
        assert keep(asking(input="Hi"), response, owner="ada", provider="p", now=5).id


def test_an_answer_that_is_true_already_is_not_touched() -> None:
    body = b'{ "id": "resp_1", "output": [], "store": true, "previous_response_id": "resp_0" }'
    assert restated(body, stored=True, previous="resp_0") is body
    assert json.loads(restated(body, stored=False, previous="resp_0"))["store"] is False


@pytest.mark.parametrize("body", [b"", b"no", b"{", b"[1]", b'{"error":{}}', b"data: [DONE]\n\n", b": ping\n\n"])
def test_what_is_no_response_is_given_as_it_is(body: bytes) -> None:
    assert restated(body, stored=False, previous="") == body
