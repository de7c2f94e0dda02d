"""What a page had shown is there after the end of the process, whatever ends it and whenever."""

import http.client
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest
from tests.integration.chat_visit import Visit, plain
from tests.integration.conftest import Serve
from tests.integration.gateway_process import SCRIPTED, Gateway, until

pytestmark = pytest.mark.server

PACED = SCRIPTED + 'file = "profiles.toml"\n[models.slow]\ntarget = "openai/simulated-terse"\n[server]\ngrace = 1\n'

CUT = "The server stopped in the middle of this answer."


def paced(folder: Path, per_token: float = 0.01) -> str:
    text = f'[models."simulated-terse"]\nper_token = {per_token}\n'
    (folder / "profiles.toml").write_text(text, encoding="utf-8")
    return PACED


def after_restart(gateway: Gateway, visit: Visit, path: str, message: str) -> str:
    """Everything of an answer, once nobody writes it any more."""
    gateway.start()
    visit.place = gateway.address.removeprefix("http://")
    last = [*visit.follow(path, message)][-1:]
    assert plain(visit.text(path, message)) == "".join(last)
    return "".join(last)


@pytest.mark.slow
def test_a_killed_process_loses_nothing_that_was_shown_at_any_moment(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path))
    kept: dict[tuple[str, str], str] = {}
    visit = Visit(gateway.address)
    for moment in (0, 1, 2, 9):
        sent = visit.do("/chat", message=f"{moment}: please write 400 words")
        path, message = sent["path"], sent["answer"]
        shown = [*islice(visit.follow(path, message), moment)]
        gateway.kill()
        whole = after_restart(gateway, visit, path, message)
        assert whole.startswith(shown[-1] if shown else "")
        assert CUT in visit.look(path)
        assert f"{moment}: please write 400 words" in visit.look(path)
        kept[path, message] = whole
    assert {each: plain(visit.text(*each)) for each in kept} == kept


@pytest.mark.slow
def test_a_process_that_is_killed_while_an_edit_comes_in_keeps_what_was_there(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 20 words")
    path, answer = sent["path"], sent["answer"]
    [*_, whole] = visit.follow(path, answer)
    question = re.search(r'id="m-([0-9a-f]+)"', visit.look(path))
    assert question is not None
    for text in ("an edit that is not answered for", "another one"):
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(visit.do, f"{path}/edit/{question[1]}", text=text)
            gateway.kill()
            assert coming.exception() is None or isinstance(coming.exception(), OSError | http.client.HTTPException)
        assert after_restart(gateway, visit, path, answer) == whole
        assert visit.text(path, question[1]) == "please write 20 words"
        if coming.exception() is None:  # the page had been told of it
            assert text in visit.look(path)


def test_a_process_that_is_told_to_end_keeps_what_was_shown_and_says_so(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path, 0.05))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 4000 words")
    [shown] = islice(visit.follow(sent["path"], sent["answer"]), 1)
    gateway.signal(signal.SIGTERM)
    assert gateway.ended() == 0
    assert after_restart(gateway, visit, sent["path"], sent["answer"]).startswith(shown)
    assert CUT in visit.look(sent["path"])


def test_a_second_order_to_stop_waits_for_no_answer_of_the_chat(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path, 0.05).replace("grace = 1", "grace = 600"))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 20000 words")
    [shown] = islice(visit.follow(sent["path"], sent["answer"]), 1)
    gateway.signal(signal.SIGTERM)
    until(lambda: refuses(gateway))
    gateway.signal(signal.SIGTERM)
    assert gateway.ended() == 0
    assert after_restart(gateway, visit, sent["path"], sent["answer"]).startswith(shown)


def test_an_answer_that_ends_within_the_grace_is_shown_to_its_end_and_the_process_waits_no_longer(
    serve: Serve, tmp_path: Path
) -> None:
    gateway = serve(paced(tmp_path, 0.02).replace("grace = 1", "grace = 600"))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 60 words")
    looks = visit.follow(sent["path"], sent["answer"])
    next(looks)
    gateway.signal(signal.SIGTERM)
    *_, whole = looks
    assert len(whole.split()) >= 60
    assert gateway.ended() == 0
    assert after_restart(gateway, visit, sent["path"], sent["answer"]) == whole


def refuses(gateway: Gateway) -> bool:
    """Whether nobody listens any more."""
    try:
        return gateway.ask("GET", "/healthz").status == 0
    except OSError:
        return True


def test_a_reload_of_the_configuration_cuts_no_answer(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 150 words")
    looks = visit.follow(sent["path"], sent["answer"])
    next(looks)
    gateway.config.write_text(gateway.config.read_text() + "[models.other]\ntarget = 'openai/simulated-warm'\n")
    assert gateway.outlast("reload").code == 0
    whole = [*looks][-1]
    assert len(whole.split()) >= 150
    assert CUT not in visit.look(sent["path"])


def test_an_answer_is_followed_and_stopped_in_another_process_than_writes_it(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path, 0.02), "--workers", "3")
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 20000 words")
    tabs = [visit.follow(sent["path"], sent["answer"]) for _ in range(8)]
    for tab in tabs:
        assert next(tab)
    visit.do(f"{sent['path']}/stop")
    ends = {[*tab][-1] for tab in tabs}
    assert len(ends) == 1
    assert ends == {plain(visit.text(sent["path"], sent["answer"]))}


def test_an_answer_goes_on_when_the_page_is_gone(serve: Serve, tmp_path: Path) -> None:
    gateway = serve(paced(tmp_path))
    visit = Visit(gateway.address)
    sent = visit.do("/chat", message="please write 60 words")
    next(visit.follow(sent["path"], sent["answer"]))  # and the page is closed
    until(lambda: len(visit.text(sent["path"], sent["answer"]).split()) >= 60)
    [row] = until(gateway.rows)
    assert (row["outcome"], row["key"]) == ("answered", "chat")
