"""What a file is, by its bytes alone."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.reading import MOST_TAKEN, check_size, kind_of, plain_name, taken, text_in
from outlast.errors import MalformedRequest, RequestTooLarge


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\xef\xbb\xbfhello", "text/plain"),
        ("grüß".encode("utf-16"), "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"<html><script>", "text/plain"),
    ],
)
def test_a_kind_is_in_the_bytes(data: bytes, kind: str) -> None:
    assert kind_of(data) == kind


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../bomb", b"\0" * 10_000_000)
    return held.getvalue()


@pytest.mark.parametrize("data", [zipped(), b"\x7fELF\0", b"\0\1\2", b"\xff\xfe\xff", b"latin \xe9", b"BM\0\0"])
def test_what_is_neither_image_pdf_nor_text_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedRequest, match="cannot be read"):
        kind_of(data)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.txt", "notes.txt"),
        ("/", "file"),
        ("..", "file"),
        ("a\x1b[2Jb\n.txt", "a_[2Jb_.txt"),
        ('x" onload="y.png', "x_ onload=_y.png"),
        ("a" * 300 + ".pdf", "a" * 108 + ".pdf"),
        ("report\u202efdp.exe", "report_fdp.exe"),
        ("", "file"),
    ],
)
def test_a_name_is_no_path_and_stays_on_its_line(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text())
def test_any_name_is_short_and_plain(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= 120
    assert plain.isprintable()
    assert not set(plain) & set('/\\<>"')


@given(st.binary())
def test_any_bytes_have_a_kind_or_are_refused(data: bytes) -> None:
    try:
        kind = kind_of(data)
    except MalformedRequest:
        assert text_in(data) is None
    else:
        assert kind != "text/plain" or text_in(data) is not None


def test_a_long_text_is_cut_and_said_to_be() -> None:
    text, left_out = taken("x" * (MOST_TAKEN + 5))
    assert len(text) == MOST_TAKEN
    assert left_out == "Only the first 200,000 of 200,005 characters were taken."
    assert taken("x") == ("x", "")


def test_a_file_is_neither_empty_nor_huge() -> None:
    with pytest.raises(MalformedRequest, match=r"a\.txt is empty"):
        check_size("/home/a.txt", b"", 10)
    with pytest.raises(RequestTooLarge, match="at most 1 MiB"):
        check_size("a", b"x" * 2_000_000, 1 << 20)
