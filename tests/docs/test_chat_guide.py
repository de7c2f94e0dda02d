"""``docs/chat.md``: its configurations are read, and its figures are the program's."""

import re
from pathlib import Path

from outlast.chat.bounds import MOST_FILE
from outlast.chat.reading import MOST_TAKEN
from outlast.chat.turn import MOST_CHARACTERS, MOST_PICTURE_BYTES, MOST_PICTURES
from outlast.settings import parse_settings
from outlast.web.files.pdf import SECONDS
from outlast.web.files.pdf_child import MEMORY, MOST_PAGES, PROCESSOR_SECONDS

PAGE = (Path(__file__).parents[2] / "docs" / "chat.md").read_text(encoding="utf-8")


def test_every_configuration_of_the_page_is_one() -> None:
    found = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(found) >= 2
    for text in found:
        parse_settings(text)


def test_the_limits_of_the_page_are_the_programs() -> None:
    for figure in (
        f"{MOST_FILE >> 20} MiB each; {MOST_PICTURES} images and {MOST_PICTURE_BYTES >> 20} MiB a request",
        f"{MOST_PAGES} pages, {MOST_TAKEN:,} characters, {SECONDS:.0f} seconds",
        f"{MEMORY >> 20} MiB of memory and {PROCESSOR_SECONDS} seconds",
        f"at most {MOST_CHARACTERS:,} characters",
    ):
        assert figure in PAGE
