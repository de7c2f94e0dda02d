"""What README and docs say is done: their commands run, their links lead somewhere, their numbers are right."""

import datetime as dt
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from tests.integration.gateway_process import Answer, Gateway, calling, outlast, outlast_process, running

from outlast.catalog.store import open_catalog
from outlast.cli.app import app
from outlast.providers.script.profile import Profiles
from outlast.testing.upstream import in_thread, playing, simulated

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
WRITTEN_ON = dt.date(2026, 11, 23)
"""The pages speak of models that live on this day; their commands run as if it were today."""
BASE_URL = 'base_url = "https://api.openai.com/v1"'
NO_ANSWER = {
    "serve", "reload", "demo", "init", "doctor", "create", "change", "rotate", "revoke", "send", "add", "remove",
    "rehearse", "start", "status", "back", "talk",
}  # fmt: skip
"""Commands that do something; each has a test of its own."""


def console(text: str) -> list[str]:
    """What a reader is told to type."""
    return re.findall(r"^\$ (.+)$", text, re.MULTILINE)


def mentioned() -> list[str]:
    """Every ``outlast`` command of every page, once."""
    found = [line for text in TEXTS.values() for line in (*re.findall(r"`(outlast [^`]+)`", text), *console(text))]
    return sorted({" ".join(line.split()) for line in found if line.startswith("outlast ")})


def resolved(line: str) -> tuple[click.Command, list[str]]:
    """The command of a line, and the words that are left for it."""
    _, *words = shlex.split(line)
    command: click.Command = app
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"{line!r} names no command"
        command, words = found, words[1:]
    return command, words


def is_complete(line: str) -> bool:
    """Whether the line is meant to be typed as it is, and not a command's bare name."""
    command, words = resolved(line)
    if isinstance(command, click.Group):
        return False
    needed = [each for each in command.params if isinstance(each, click.Argument) and each.required]
    return bool(words) or not needed


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a reader who has followed the README so far: configured, with a call in the record."""
    folder = tmp_path_factory.mktemp("reader")
    configuration = after_init(folder)
    with served(folder, configuration, WRITTEN_ON) as gateway:
        gateway.row(typed(gateway, curl()))
    return folder


def after_init(folder: Path) -> str:
    """What ``outlast init`` writes."""
    done = outlast_process(folder, "init", "--today", WRITTEN_ON.isoformat())
    assert done.code == 0, done.err
    return (folder / "outlast.toml").read_text(encoding="utf-8")


@contextmanager
def served(folder: Path, configuration: str, day: dt.date) -> Iterator[Gateway]:
    """The gateway of the README, with its provider played by simulated models behind HTTP."""
    assert BASE_URL in configuration
    with in_thread(playing(simulated("openai", day, Profiles()))) as provider:
        edited = configuration.replace(BASE_URL, f'base_url = "{provider.base_url}"')
        with running(folder, edited, "--today", day.isoformat(), OPENAI_API_KEY="sk-readers") as gateway:
            yield gateway


def curl() -> list[str]:
    """The README's request."""
    [line] = [line for line in console(README) if line.startswith("curl ")]
    return shlex.split(line)


def typed(gateway: Gateway, words: list[str]) -> Answer:
    """The request as curl sends it, to the port that the gateway has here."""
    [url] = [word for word in words if word.startswith("http://127.0.0.1:4141/")]
    body = words[words.index("-d") + 1].encode()
    with calling(gateway.address) as caller:
        headers = {"accept": "*/*", "content-type": "application/x-www-form-urlencoded"}
        return caller.ask("POST", urlsplit(url).path, body, headers)


@pytest.mark.server
@pytest.mark.parametrize("line", [line for line in mentioned() if is_complete(line)])
def test_a_command_that_is_named_runs(begun: Path, line: str) -> None:
    command, words = resolved(line)
    if command.name in NO_ANSWER:
        command.make_context(command.name, words)
        return
    with chdir(begun):
        text = (begun / "outlast.toml").read_text(encoding="utf-8")
        (begun / "today.toml").write_text(text.replace("[server]", f"[server]\ntoday = {WRITTEN_ON}"), encoding="utf-8")
        done = outlast(*shlex.split(line)[1:], "--config", "today.toml")
    assert done.code in ((0, 1) if "--fail-within" in words else (0,)), done.err
    assert done.out


@pytest.mark.server
@pytest.mark.parametrize("day", [WRITTEN_ON, dt.date(2027, 1, 15)], ids=str)
def test_the_three_commands_of_the_real_thing(tmp_path: Path, day: dt.date) -> None:
    init, serve, request = console(README.split("## Use it on the real thing")[1].split("\n## ")[0])
    assert (init, serve) == ("outlast init", "outlast serve")
    assert shlex.split(request) == curl()
    with served(tmp_path, after_init(tmp_path), day) as gateway:
        answer = typed(gateway, curl())
    assert answer.status == 200
    assert answer.document["choices"][0]["message"]["content"]
    asked = json.loads(curl()[-1])
    assert answer.headers["x-outlast-requested-model"] == asked["model"]
    if day == WRITTEN_ON:
        assert answer.headers["x-outlast-reason"] == "target"
    else:
        assert f"--today {day}" in README
        assert answer.headers["x-outlast-reason"] == "successor"
        assert answer.headers["x-outlast-adapted"]


def test_the_move_of_the_readme_begins_is_looked_at_and_taken_back(tmp_path: Path) -> None:
    lines = console(README.split("## Talk to it, move it, give it a voice")[1].split("\n## ")[0])
    after_init(tmp_path)
    with chdir(tmp_path):
        done = [outlast(*shlex.split(line)[1:]) for line in lines]
    assert [each.code for each in done] == [0, 0, 0], [each.err for each in done]
    assert "in the shadow" in done[0].out
    assert "HOLD" in done[1].out
    assert "everybody has openai/gpt-4o again" in done[2].out


def links() -> Iterator[tuple[str, str]]:
    for page, text in TEXTS.items():
        yield from ((page, target) for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target)


@pytest.mark.parametrize(("page", "target"), list(links()))
def test_a_link_leads_somewhere(page: str, target: str) -> None:
    name, _, anchor = target.partition("#")
    linked = (ROOT / page).parent / name if name else ROOT / page
    assert linked.exists()
    if anchor:
        headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def paths() -> list[str]:
    """Everything in code that looks like a place in the repository."""
    code = [piece for text in TEXTS.values() for piece in (*re.findall(r"`([^`\n]+)`", text), *console(text))]
    places = r"(?<![\w/.])(?:src|docs|tests|benchmarks|tools|requirements|\.ci)/[\w./-]*\w"
    named = [found for piece in code for found in re.findall(places, piece)]
    return sorted(
        {*named, *(word for piece in code for word in re.findall(r"\b(?:pyproject\.toml|Makefile)\b", piece))}
    )


@pytest.mark.parametrize("path", paths())
def test_a_path_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_target_of_make_that_is_named_is_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {name for text in TEXTS.values() for name in re.findall(r"(?:`|\$ )make ([\w-]+)", text)}
    assert {"demo", "test", "check"} <= named
    assert named <= targets


def test_the_catalogue_is_as_large_as_the_readme_says() -> None:
    models = list(open_catalog().models())
    claims = sum(len(model.claims) for model in models)
    assert f"{len(models):,} models" in " ".join(README.split())
    assert f"{claims:,} dated claims" in " ".join(README.split())
