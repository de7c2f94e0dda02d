"""The page about notices can be played through as it is written, and lists what a webhook holds."""

import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from tests.integration.gateway_process import Done, outlast
from tests.unit.notices.test_documents import notice
from tests.unit.notices.test_news import happening

from outlast.notices.document import news_body, webhook_body
from outlast.notices.news import News, NewsKind
from outlast.notices.text import Text

GUIDE = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> list[Done]:
    """Every command of the guide, in its order."""
    folder = tmp_path_factory.mktemp("guide")
    (folder / "outlast.toml").write_text(block("toml"), encoding="utf-8")
    with chdir(folder):
        return [outlast(*shlex.split(line)[1:]) for line in block("sh").splitlines()]


def test_the_commands_of_the_guide_do_what_it_says(played: list[Done]) -> None:
    assert [done.code for done in played] == [0] * 6, [done.err for done in played]
    short, full, _, calendar, feed, log = (done.out for done in played)
    assert re.search(r"openai/gpt-4o \(api\) +2027-01-10 +21 +ending +platform +slack +new", short)
    assert "openai/gpt-4o termina il 2027-01-10" in full
    assert "DTSTART;VALUE=DATE:20270110" in calendar
    assert msgspec.json.decode(feed)["items"]
    assert log


def test_every_key_of_a_webhook_is_listed() -> None:
    section = GUIDE.split("\n## Webhooks\n")[1].split("\nEvery try")[0].split("Every try")[0]
    of_ends, of_names = (
        set(re.findall(r"`(\w+)`", part)) - {"ending", "moved", "withdrawn"}
        for part in section.split("What happened to a name has")
    )
    assert of_ends == set(msgspec.json.decode(webhook_body(notice(), Text("s", "t"))))
    assert of_names == set(msgspec.json.decode(news_body(News(happening=happening(), uses=()), Text("s", "t"))))


def test_every_kind_of_news_is_listed() -> None:
    section = GUIDE.split("\n## What happens to a name\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(get_args(NewsKind))
