"""``outlast blind``: a page for people in a real browser, and their labels as a verdict."""

import importlib
import json
import shutil
import stat
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from tests.integration.gateway_process import outlast
from tests.integration.replay_house import BROKEN, furnish, replayed

from outlast.evidence.store import EvidenceStore
from outlast.replay.blind import incumbent_is_left
from outlast.replay.plan import Plan
from outlast.settings import load_settings
from outlast.wiring.asking import evidence_path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LOOKS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PAGE = ("blind", "support", *BROKEN, "--html", "blind.html")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    where = tmp_path_factory.mktemp("blind")
    with chdir(where):
        furnish(where, 80)
        assert replayed(*BROKEN).code == 1
        done = outlast(*PAGE, "--sample", "80")
        assert done.code == 0, done.err
        assert "pairs to decide" in done.err
        yield where


def sheet(folder: Path) -> dict[str, Any]:
    text = (folder / "blind.html").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.partition('id="sheet">')[2].partition("</script>")[0])
    return found


def plan_of(found: dict[str, Any]) -> Plan:
    evidence = EvidenceStore(evidence_path(load_settings(None)))
    try:
        plan = evidence.plan(found["sheet"])
        assert plan is not None
        return plan
    finally:
        evidence.close()


def labelled(folder: Path, name: str, *, candidate: bool) -> str:
    """A file of somebody who always prefers one model."""
    found = sheet(folder)
    plan = plan_of(found)
    lines = []
    for pair in found["pairs"]:
        left = incumbent_is_left(plan, pair["id"]) != candidate
        label = {"sheet": found["sheet"], "id": pair["id"], "choice": "left" if left else "right", "rater": name}
        lines.append(json.dumps(label | {"left_ok": left, "right_ok": not left}))
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return name


def test_the_page_is_for_its_owner_alone_and_names_no_model(folder: Path) -> None:
    file = folder / "blind.html"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text(encoding="utf-8")
    assert "gpt-4" not in text
    assert "script-src 'sha256-" in text
    assert "unsafe" not in text.partition("</head>")[0]


def test_people_who_prefer_the_incumbent_fail_the_candidate_and_the_result_is_kept(folder: Path) -> None:
    done = outlast("blind", "support", "--labels", labelled(folder, "no", candidate=False), "--judge-labels", "j.jsonl")
    assert done.code == 1, done.err
    assert "10 points in people on your " in done.out
    assert "1 person labelled" in done.out
    assert "incumbent preferred" in done.out
    [check] = outlast("verdict", "blind:support", "--format", "json").document["candidates"][0]["checks"]
    assert (check["check"], check["verdict"], check["floor"]) == ("people", "FAIL", None)
    assert outlast("report", "blind:support", "--html", "people.html").code == 0
    assert "Worst disagreements" in (folder / "people.html").read_text(encoding="utf-8")
    judge = [json.loads(line) for line in (folder / "j.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(each["side"], each["acceptable"]) for each in judge} == {("a", 1), ("b", 0)}


def test_people_who_prefer_the_candidate_pass_it_and_too_few_labels_are_not_yet(folder: Path) -> None:
    assert outlast("blind", "support", "--labels", labelled(folder, "yes", candidate=True)).code == 0
    text = (folder / "yes").read_text(encoding="utf-8").splitlines()
    (folder / "few").write_text("\n".join(text[:20]), encoding="utf-8")
    done = outlast("blind", "support", "--labels", "few")
    assert done.code == 3
    assert "nobody decided" in done.out


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ((), "--to PROVIDER/MODEL and --html FILE"),
        (("--labels", "blind.html"), "belong to no sheet"),
        (("--labels", "blind.html", "--html", "x.html"), "--labels judges a sheet"),
        (("--to", "openai/gpt-4o", "--html", "x.html"), "is the incumbent itself"),
        (("--to", "openai/gpt-5.2", "--html", "x.html"), "outlast replay support --to openai/gpt-5.2"),
        (("--to", "nobody/x", "--html", "x.html"), "nobody/x"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(folder: Path, line: tuple[str, ...], told: str) -> None:
    del folder
    done = outlast("blind", "support", *line)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert len(done.err.splitlines()) == 1


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
@pytest.mark.parametrize("look", LOOKS)
def test_keys_and_buttons_decide_a_reload_forgets_nothing_and_labels_are_saved(
    folder: Path, browser: Any, look: str
) -> None:
    context = browser.new_context(accept_downloads=True, **LOOKS[look])
    page = context.new_page()
    said: list[str] = []
    asked: set[str] = set()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    address = (folder / "blind.html").as_uri()
    page.goto(address)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    page.keyboard.press("1")
    page.keyboard.press("4")
    page.keyboard.press("3")
    page.click("#choose-tie")
    page.reload()
    assert page.inner_text("#told").startswith("3 of ")
    page.keyboard.press("0")
    assert page.get_attribute("#choose-tie", "aria-pressed") == "true"
    page.keyboard.press("2")
    with page.expect_download() as download:
        page.click("#save")
    download.value.save_as(folder / "saved.jsonl")
    labels = [json.loads(line) for line in (folder / "saved.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [label["choice"] for label in labels] == ["left", "right", "tie"]
    assert [(label["left_ok"], label["right_ok"]) for label in labels] == [(True, True), (False, True), (True, True)]
    assert [label["id"] for label in labels] == [pair["id"] for pair in sheet(folder)["pairs"][:3]]
    assert page.title().startswith("Which answer is better?"), "no text of a model was run"
    assert (said, asked) == ([], {address})
    context.close()
    assert outlast("blind", "support", "--labels", "saved.jsonl").code == 3
