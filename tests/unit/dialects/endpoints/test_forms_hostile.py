"""Forms that two readers could take in two ways: the gateway decides by a model that the upstream must read, too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.dialects.endpoints.asked import FormAsked, peek_form, peek_json
from outlast.dialects.endpoints.form import MOST_PARTS, fields
from outlast.errors import MalformedRequest

MODEL = b'--x\r\ncontent-disposition: form-data; name="model"\r\n\r\nallowed\r\n'
END = b"--x--\r\n"


def part(head: bytes, value: bytes = b"forbidden") -> bytes:
    return b"--x\r\n" + head + b"\r\n\r\n" + value + b"\r\n"


def test_the_boundary_that_goes_upstream_is_the_one_by_which_the_model_was_found() -> None:
    other = b'--y\r\ncontent-disposition: form-data; name="model"\r\n\r\nforbidden\r\n--y--\r\n'
    asked = peek_form(MODEL + END + other, "")
    assert isinstance(asked, FormAsked)
    assert asked.model == "allowed"
    assert asked.content_type == "multipart/form-data; boundary=x"
    spaced = peek_form((MODEL + END).replace(b"--x", b"--x y"), "")
    assert isinstance(spaced, FormAsked)
    assert spaced.content_type == 'multipart/form-data; boundary="x y"'


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(part(b'content-disposition: form-data; name="model"'), id="two fields"),
        pytest.param(part(b"content-disposition: form-data; name=model"), id="two fields, one without quotes"),
        pytest.param(part(b'content-disposition: form-data; name="file"; name="model"'), id="two names"),
        pytest.param(part(b"content-disposition: form-data; name=\"a\"; name*=utf-8''model"), id="two kinds of name"),
        pytest.param(part(b"content-disposition: form-data; name*=utf-8''model"), id="a name in RFC 5987's form"),
        pytest.param(part(b'content-disposition: form-data; name="mo\\del"'), id="an escape in a name"),
        pytest.param(part(b'content-disposition: form-data;\r\n name="model"'), id="a folded header"),
        pytest.param(part(b'content-disposition: form-data; name="a"\ncontent-disposition: x; name="model"'), id="LF"),
        pytest.param(
            part(b'content-disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="model"'),
            id="two headers",
        ),
        pytest.param(
            part(b'content-disposition: form-data; name="a"\r\ncontent-transfer-encoding: base64'), id="encoded"
        ),
        pytest.param(part(b'content-disposition: attachment; name="model"'), id="of another kind"),
        pytest.param(b"--x\nno line ends of the form\n", id="a boundary behind LF"),
        pytest.param(b"--x y\r\n", id="a boundary that goes on"),
        pytest.param(part(b"x" * 100), id="no header"),
        pytest.param(b"--x\r\n", id="no part"),
    ],
)
def test_what_two_readers_could_take_in_two_ways_is_refused(hostile: bytes) -> None:
    assert peek_form(MODEL + END, "").model == "allowed"
    for body in (MODEL + hostile + END, hostile + MODEL + END):
        with pytest.raises(MalformedRequest):
            peek_form(body, "")


@pytest.mark.parametrize("rest", [MODEL, b"\r\n--x--\r\n", b"epilogue --x"])
def test_a_form_that_goes_on_after_its_end_is_refused(rest: bytes) -> None:
    with pytest.raises(MalformedRequest):
        peek_form(MODEL + END + rest, "")


def test_a_form_cut_anywhere_is_refused() -> None:
    body = MODEL + part(b'content-disposition: form-data; name="file"; filename="a \\"b\\".wav"', b"RIFF") + END
    assert peek_form(body, "").model == "allowed"
    for size in range(len(body) - len(b"\r\n")):
        with pytest.raises(MalformedRequest):
            peek_form(body[:size], "")


def test_what_is_json_goes_on_as_json_whatever_header_it_came_with() -> None:
    assert not isinstance(peek_form(b'{"model":"m","x":"&model=forbidden&"}', ""), FormAsked)


def test_parts_are_bounded() -> None:
    many = part(b'content-disposition: form-data; name="image[]"', b"") * MOST_PARTS
    with pytest.raises(MalformedRequest, match="more than"):
        peek_form(MODEL + many + END, "")
    assert len(list(fields(MODEL + many[: len(many) // 2] + END, b"x"))) == 1 + MOST_PARTS // 2


@pytest.mark.parametrize("peek", [peek_form, peek_json])
@given(st.lists(st.sampled_from([MODEL, END, b"--x", b"\r\n", b"--", b"\n", part(b"a: b"), b"--y\r\n", b'{"'])))
def test_anything_made_of_pieces_of_forms_is_a_request_or_refused(peek: object, pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    try:
        asked = peek(body, "")  # type: ignore[operator]
    except MalformedRequest:
        return
    assert asked.for_upstream(asked.model) == body
    assert peek(asked.for_upstream("other"), "").model == "other"  # type: ignore[operator]
