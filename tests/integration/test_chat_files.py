"""Files that people bring, PDFs among them, each read by a process of its own: whatever it is, it ends, and is said."""

import asyncio
import io
import os

import pytest
from pypdf import PdfWriter
from tests.integration.pdf_made import bomb, pdf, round_and_round

from outlast.chat.bounds import MOST_FILE
from outlast.chat.talking import Brought
from outlast.errors import CallerError
from outlast.web.files.pdf import PdfReader, PdfText
from outlast.web.files.pdf_child import MEMORY
from outlast.web.files.reader import FileReader

pytestmark = pytest.mark.server


def read(data: bytes, *, seconds: float = 60.0) -> PdfText:
    return asyncio.run(PdfReader(seconds=seconds).read(data))


def brought(name: str, data: bytes) -> Brought:
    return asyncio.run(FileReader(PdfReader(), new_id=lambda: "f1").read(name, data))


def test_the_text_of_a_pdf_is_taken_and_said_to_be_all_that_was() -> None:
    found = brought("../x/report.pdf", pdf("Hello world", "Second page"))
    assert found.attachment.media_type == "application/pdf"
    assert (found.attachment.name, found.attachment.text) == ("report.pdf", "Hello world\n\nSecond page")
    assert found.attachment.left_out == "Only its text was taken, without pictures and layout."


def test_of_many_pages_the_first_are_read() -> None:
    found = read(pdf(*(f"Page {each}" for each in range(1, 211))))
    assert found.text.endswith("Page 200")
    assert "The first 200 of 210 pages were read: at most 200 pages are read." in found.left_out


def test_of_much_text_the_beginning_is_taken() -> None:
    found = read(pdf(*["word " * 20_000] * 5))
    assert len(found.text) == 200_000
    assert "Only the first 200,000 characters were taken" in found.left_out


def test_a_protected_pdf_is_said_to_be_that() -> None:
    writer, held = PdfWriter(), io.BytesIO()
    writer.add_blank_page(10, 10)
    writer.encrypt("secret")
    writer.write(held)
    assert read(held.getvalue()).left_out == "It is protected by a password; nothing of it was read."


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.4",
        b"%PDF-1.4 " + os.urandom(50_000),
        pdf("one")[:-40],
        pdf(),
        round_and_round(),
        b"%PDF-1.4\n" + b"[" * 100_000,
        pdf("", contents=b"not compressed", filters="/Filter/FlateDecode"),
    ],
    ids=["empty", "noise", "cut", "no page", "circle", "deep", "lie"],
)
def test_a_damaged_or_hostile_pdf_is_a_sentence(data: bytes) -> None:
    found = read(data)
    assert found.left_out
    assert len(found.text) < 1_000


@pytest.mark.slow
def test_a_bomb_ends_with_its_own_process_and_takes_little_memory_from_this_machine() -> None:
    assert MEMORY <= 1 << 30
    data = bomb()
    assert len(data) < 10_000
    found = read(data)
    assert found.left_out
    assert len(found.text) <= 200_000


def test_one_that_takes_too_long_is_ended() -> None:
    assert read(pdf("Hello"), seconds=0.001).left_out == "Nothing of it was read: it took too long."


def test_an_image_is_kept_as_it_is_and_a_text_is_its_own_text() -> None:
    image = brought("a.png", b"\x89PNG\r\n\x1a\n rest")
    assert (image.attachment.media_type, image.attachment.text, image.data[:4]) == ("image/png", "", b"\x89PNG")
    text = brought("notes.md", "# Größe\r\n".encode())
    assert (text.attachment.media_type, text.attachment.text) == ("text/plain", "# Größe\n")


@pytest.mark.parametrize("data", [b"", b"x" * (MOST_FILE + 1), b"PK\x03\x04\0\0"])
def test_what_is_not_taken_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(CallerError):
        brought("a.zip", data)
