"""Where nothing temporary can be held, whoever wants it is told so before anything is written."""

import re

import pytest
from tests.integration.chat_visit import Visit, plain
from tests.integration.conftest import Serve
from tests.integration.gateway_process import SCRIPTED

pytestmark = pytest.mark.server

SEND = re.compile(r'<button class="first" id="send"[^>]*>')
ONE = SCRIPTED + '[chat]\ndefault = "openai/simulated-terse"\n'
SEVERAL = ONE + "[server]\nworkers = 2\n"


def test_with_several_processes_the_page_says_why_and_send_is_off(serve: Serve) -> None:
    visit = Visit(serve(SEVERAL).address)
    page = visit.look("/chat?temporary=1")
    assert "this gateway has several" in plain(page)
    assert "kept in memory alone" not in page
    [send] = SEND.findall(page)
    assert "disabled" in send
    assert 'id="refused"' in page
    assert 'aria-describedby="refused"' in send
    [send] = SEND.findall(visit.look("/chat"))
    assert "disabled" not in send, "what is kept can be sent"


def test_with_one_process_it_is_promised_and_can_be_sent(serve: Serve) -> None:
    page = Visit(serve(ONE).address).look("/chat?temporary=1")
    assert "kept in memory alone" in page
    [send] = SEND.findall(page)
    assert "disabled" not in send
