"""The report of a real replay: as a file, on a terminal, and in a real browser."""

import importlib
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway_process import outlast
from tests.integration.replay_house import BROKEN, FINE, furnish, replayed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = os.environ.get("OUTLAST_AXE", "")
"""The path of axe-core's axe.min.js, where somebody has it."""
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    where = tmp_path_factory.mktemp("replayed")
    with chdir(where):
        furnish(where)
        done = replayed(*BROKEN, *FINE, "--html", "report.html")
        assert done.code == 1, done.err
        yield where


def test_a_replay_writes_its_page_for_its_owner_alone(folder: Path) -> None:
    file = folder / "report.html"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "openai/gpt-4.1 is shown worse than openai/gpt-4o by more than 10 points in contract" in file.read_text()


def test_verdict_of_a_name_is_its_latest_replay_with_its_exit_code(folder: Path) -> None:
    del folder
    done = outlast("verdict", "support")
    assert done.code == 1
    assert done.out.startswith("FAIL  openai/gpt-4.1 is shown worse")
    assert outlast("verdict", "support", "--format", "json").document["candidates"][0]["verdict"] == "FAIL"


def test_an_earlier_plan_is_shown_by_the_first_signs_of_its_hash(tmp_path: Path) -> None:
    with chdir(tmp_path):
        furnish(tmp_path, 20)
        first, second = (replayed(*who, "--format", "json").document["plan_hash"] for who in (FINE, BROKEN))
        assert outlast("report", "support", "--format", "json").document["plan_hash"] == second
        shown = outlast("report", "support", "--plan", first[:8], "--format", "json")
        assert (shown.code, shown.document["plan_hash"]) == (0, first)
        dry = outlast("replay", "support", *FINE, "--seed", "7", "--dry-run")
        declared = dry.err.partition("plan ")[2][:12]
        for digest, told in ((declared, "no result yet"), ("beef", "begins with"), ("*", "begins with")):
            done = outlast("report", "support", "--plan", digest)
            assert (done.code, done.out) == (2, "")
            assert told in done.err
        assert first[:12] in outlast("report", "support", "--plan", "beef").err


def test_a_gate_without_a_single_pair_is_exit_code_3_with_its_reason(tmp_path: Path) -> None:
    with chdir(tmp_path):
        furnish(tmp_path, 60)
        gates = ("--gate", "contract,facts.key", "--margin", "10%")
        done = outlast("replay", "support", "--quiet", *gates, *FINE, "--format", "json")
        assert done.code == 3
        [one] = done.document["candidates"]
        assert (one["verdict"], one["decided_by"], one["silent_gates"]) == ("NOT YET", ["facts.key"], ["facts.key"])
        assert "facts.key applies" in one["outlook"]
        assert outlast("verdict", "support").out.startswith("NOT YET  It is not shown yet")


def test_a_margin_always_means_a_file_of_pairs(folder: Path) -> None:
    (folder / "support.jsonl").write_text('{"id": "r1", "a": 1, "b": 1}\n')
    assert outlast("verdict", "support.jsonl", "--margin", "5%").code == 3
    for words in (("support", "--margin", "5%"), ("support.jsonl",), ("-",)):
        done = outlast("verdict", *words)
        assert (done.code, done.out) == (2, "")
        assert "--margin" in done.err


def test_a_name_without_a_result_says_what_makes_one(folder: Path) -> None:
    del folder
    done = outlast("report", "openai/gpt-4o")
    assert done.code == 2
    assert "outlast replay openai/gpt-4o --to" in done.err


@pytest.mark.parametrize("format_", ["text", "markdown", "json"])
def test_every_form_has_the_verdict_the_bounds_and_what_a_terminal_may_not_obey(folder: Path, format_: str) -> None:
    del folder
    done = outlast("report", "support", "--format", format_)
    assert done.code == 0
    for word in ("FAIL", "PASS", "contract.tools", "openai/gpt-5.1"):
        assert word in done.out
    if format_ != "json":
        assert "\u202e" not in done.out
        assert "\x1b" not in done.out


def test_a_page_that_cannot_be_written_is_told(folder: Path) -> None:
    del folder
    done = outlast("report", "support", "--html", "nowhere/report.html")
    assert done.code == 3
    assert "nowhere/report.html cannot be written" in done.err


# In a real browser.


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("NOT LOOKED AT IN A BROWSER: there is no chromium here")
    pytest.importorskip("playwright", reason="NOT LOOKED AT IN A BROWSER: there is no playwright here")
    with importlib.import_module("playwright.sync_api").sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("look", LOOKS)
def test_a_browser_shows_it_without_complaint_request_or_overflow(
    folder: Path, browser: Any, look: str, *, script: bool
) -> None:
    context = browser.new_context(java_script_enabled=script, **LOOKS[look])
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((folder / "report.html").as_uri())
    assert page.title().startswith("FAIL: openai/gpt-4.1")
    assert page.locator("h1").bounding_box()["y"] < LOOKS[look]["viewport"]["height"]  # type: ignore[index] # a literal
    assert page.locator("details.case summary").first.is_visible()
    for region in page.locator("section, figure, .case").all():
        box = region.bounding_box()
        assert box["x"] + box["width"] <= LOOKS[look]["viewport"]["width"]  # type: ignore[index] # a literal
    assert (said, asked) == ([], [(folder / "report.html").as_uri()])
    context.close()


@pytest.mark.slow
def test_on_paper_nothing_is_folded_and_no_name_is_broken(folder: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 720, "height": 1000})
    page.goto((folder / "report.html").as_uri())
    folded = page.locator("details.case:not([open]) pre").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
    broken = page.evaluate(
        """[...document.querySelectorAll('tbody th')].filter(each => {
          const all = new Range(); all.selectNodeContents(each);
          return /^[a-z]+[.][a-z_0-9]+$/.test(each.textContent) && all.getClientRects().length > 1
        }).map(each => each.textContent)"""
    )
    assert broken == []
    page.close()


@pytest.mark.slow
@pytest.mark.skipif(not Path(AXE).is_file(), reason="NOT CHECKED BY AXE: OUTLAST_AXE names no axe.min.js")
@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(folder: Path, browser: Any, look: str) -> None:
    context = browser.new_context(bypass_csp=True, **LOOKS[look])
    page = context.new_page()
    page.goto((folder / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    context.close()
