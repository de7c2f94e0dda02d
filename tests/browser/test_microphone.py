"""Somebody speaks and is answered aloud, in a real browser with a pretended microphone, by the local engine.

Its weights are random, so what is answered means nothing.
"""

import io
import re
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.conftest import CHROMIUM
from tests.browser.test_talk import articles
from tests.integration.gateway_process import Gateway, running
from tests.unit.omni.tiny import weights_file

from outlast.omni.encode import wav

CONFIGURATION = """
[providers.local]
kind = "local"
files = ["one.weights"]
[providers.scripted]
kind = "scripted"
catalog = "openai"
[models.mini]
target = "local/omni-mini"
[models.house]
target = "scripted/simulated-terse"
[chat]
default = "mini"
models = ["mini", "house"]
"""
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => { window.harmed = event.violatedDirective; });
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("said") / "said.wav"
    tone = np.sin(np.arange(48_000, dtype=np.float32) / np.float32(20)) / 2
    file.write_bytes(wav(tone, 48_000))
    return file


@pytest.fixture(scope="module")
def speaking(said: Path) -> Iterator[Browser]:
    """A browser whose microphone always hears the same tone."""
    with sync_playwright() as playwright:
        pretended = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={said}"]
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--mute-audio", *pretended]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("spoken")
    (folder / "one.weights").write_bytes(weights_file())
    with running(folder, CONFIGURATION) as one:
        yield one


def visited(browser: Browser, url: str, *, allowed: bool = True) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url, viewport={"width": 1280, "height": 900}, permissions=["microphone"] if allowed else []
    )
    context.set_default_timeout(60_000)
    context.add_init_script(WATCH)
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    assert page.evaluate("window.harmed") is None
    context.close()
    assert not wrong


@pytest.fixture
def page(speaking: Browser, gateway: Gateway) -> Iterator[Page]:
    yield from visited(speaking, gateway.address)


def begin(page: Page) -> None:
    """Record for a second."""
    page.get_by_role("button", name="Speak a message").click()
    expect(page.get_by_role("button", name="Send what was said")).to_have_text(re.compile("0:0[1-9]"))


def speak(page: Page) -> None:
    begin(page)
    page.get_by_role("button", name="Send what was said").click()


def heard(page: Page) -> None:
    """Some of the answer's sound has come out of the page's end."""
    expect(page.locator("html")).to_have_attribute("data-heard", re.compile(r"0\.[2-9]|[1-9]"))


def test_what_is_said_is_sent_and_the_answer_is_heard_while_it_is_written(page: Page, gateway: Gateway) -> None:
    page.goto("/chat")
    speak(page)
    expect(articles(page)).to_have_count(2)
    recording = articles(page).first.locator("audio")
    expect(recording).to_have_attribute("aria-label", "Spoken message.wav")
    heard(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.locator("article[aria-busy]")).to_have_count(0)
    expect(articles(page).nth(1)).to_contain_text("answered by")
    kept = page.request.get(gateway.address + (recording.get_attribute("src") or ""))
    assert kept.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(kept.body())) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        assert (sound.getframerate(), sound.getnchannels()) == (16_000, 1)
    assert len(samples) > 16_000
    assert np.abs(samples).max() > 1_000
    duration = "audio => new Promise(known => { audio.onloadedmetadata = () => known(audio.duration); audio.load(); })"
    recording.evaluate("audio => { audio.preload = 'metadata'; }")
    assert recording.evaluate(duration) > 0.9


def test_whoever_speaks_again_is_not_talked_over_and_escape_throws_a_recording_away(page: Page) -> None:
    page.goto("/chat")
    speak(page)
    heard(page)
    begin(page)
    expect(page.locator("article[aria-busy]")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Speak a message")).to_have_text("Speak")
    expect(articles(page)).to_have_count(2)
    speak(page)
    expect(articles(page)).to_have_count(4)
    heard(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_model_that_cannot_hear_has_no_button(page: Page) -> None:
    page.goto("/chat")
    button = page.get_by_role("button", name="Speak a message")
    expect(button).to_be_visible()
    page.get_by_role("combobox", name="Model").select_option("house")
    expect(button).to_be_hidden()
    page.get_by_role("combobox", name="Model").select_option("mini")
    expect(button).to_be_visible()


def test_a_recording_that_could_not_be_sent_is_not_lost(page: Page) -> None:
    page.goto("/chat")
    refusal = {"status": 413, "body": "This is more than 32 MB, the limit of a form here.\n"}
    page.route(
        "**/chat", lambda route: route.fulfill(**refusal) if route.request.method == "POST" else route.continue_()
    )
    speak(page)
    expect(page.locator("#problem")).to_contain_text("the limit of a form")
    page.unroute("**/chat")
    page.route("**/chat", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#problem")).to_contain_text("cannot be reached")
    expect(page.get_by_role("list", name="Files to send")).to_contain_text("Spoken message.wav")
    page.unroute("**/chat")
    page.get_by_role("button", name="Send", exact=True).click()
    heard(page)


def test_a_sound_that_breaks_off_is_said_and_the_words_are_there(page: Page) -> None:
    page.goto("/chat")
    page.route("**/sound/*", lambda route: route.abort())
    speak(page)
    expect(page.locator("#problem")).to_contain_text("broke off")
    expect(articles(page).nth(1).locator(".text")).not_to_be_empty()


def test_without_leave_or_a_safe_address_the_page_says_what_is_missing(speaking: Browser, gateway: Gateway) -> None:
    for page in visited(speaking, gateway.address, allowed=False):
        page.goto("/chat")
        page.get_by_role("button", name="Speak a message").click()
        expect(page.locator("#problem")).to_contain_text("not allowed for this page")
        page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
        page.get_by_role("button", name="Speak a message").click()
        expect(page.locator("#problem")).to_contain_text("over https alone")
        expect(articles(page)).to_have_count(0)
