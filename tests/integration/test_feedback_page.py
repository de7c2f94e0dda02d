"""The page of feedback through a real gateway: by model, what pleased, how its answers sound and how they flip."""

import html
import re

import pytest
from tests.integration.chat_visit import Visit
from tests.integration.conftest import Serve
from tests.integration.gateway_process import SCRIPTED

pytestmark = pytest.mark.server

TWO = (
    SCRIPTED
    + '[chat]\ndefault = "openai/simulated-terse"\nmodels = ["openai/simulated-terse", "openai/simulated-warm"]\n'
)
COLUMNS = ("good", "bad", "up", "won", "tone", "flips")


def talked(visit: Visit, model: str, *, temporary: bool = False) -> tuple[str, str]:
    more = {"temporary": "1"} if temporary else {}
    sent = visit.do("/chat", message="Why is the sky blue?", model=model, **more)
    [*_] = visit.follow(sent["path"], sent["answer"])
    return sent["path"], sent["answer"]


def rows(visit: Visit) -> dict[str, dict[str, str]]:
    found = {}
    for model, rest in re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', visit.look("/feedback")):
        cells = [html.unescape(each) for each in re.findall(r"<td[^>]*>(.*?)</td>", rest)]
        found[model] = dict(zip(COLUMNS, cells, strict=True))
    return found


def test_each_model_stands_with_its_feedback_its_tone_and_its_flips(serve: Serve) -> None:
    visit = Visit(serve(TWO).address)
    assert "Nobody has said anything yet" in visit.look("/feedback")
    talked(visit, "openai/simulated-warm", temporary=True)
    assert rows(visit) == {}, "what was said in a temporary chat is not counted"
    path, answer = talked(visit, "openai/simulated-warm")
    visit.do(f"{path}/rate/{answer}", thumb="good")
    talked(visit, "openai/simulated-warm")
    talked(visit, "openai/simulated-terse")
    found = rows(visit)
    warm, terse = found["openai/simulated-warm"], found["openai/simulated-terse"]
    assert (warm["good"], warm["up"], terse["up"]) == ("1", "100 % of 1", "none yet")
    assert warm["tone"].startswith("2 answers: ")
    assert terse["tone"].startswith("1 answer: ")
    assert "exclamation: 0.0 per 100 words" in terse["tone"]
    assert "exclamation: 0.0 per 100 words" not in warm["tone"]
    assert warm["flips"] == terse["flips"] == "not measured yet", "no probe has asked them"
