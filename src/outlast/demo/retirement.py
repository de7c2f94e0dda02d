"""Act one: the model that an application calls is retired, and the application goes on unchanged.

It knows the story's two days and what must be seen on each. It does not know how a gateway does it.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import closing

from outlast.demo.application import MODEL, Application
from outlast.demo.stage import Stage
from outlast.errors import MachineError, SettingsInvalid

BEFORE = "2026-02-10"
AFTER = "2026-02-18"
LIVES = (dt.date(2026, 2, 17), dt.date(2026, 7, 22))
"""The days on which the model is retired and its successor is not yet."""
SUCCESSOR = "gpt-5.1-chat-latest"

CONFIGURATION = f"""\
[server]
database = "sqlite:///outlast.db"

[providers.openai]
kind = "scripted"                       # SIMULATED models: no key, no network
catalog = "openai"                      # they live, refuse and retire as the catalogue says OpenAI's do

[models."{MODEL}"]                 # the name that the application calls
target = "openai/{MODEL}"
successor = ["openai/{SUCCESSOR}"]
"""

QUESTIONS = ("What is 17 + 25?", "Say hello to a friend who is moving house.")
SHOWN = (
    "x-outlast-requested-model", "x-outlast-served-model", "x-outlast-reason", "x-outlast-adapted",
    "deprecation", "sunset", "link",
)  # fmt: skip


def day_after(day: dt.date) -> str:
    """A day on which the successor answers, as the commands take it.

    Raises:
        SettingsInvalid: the model is not retired on that day, or its successor is.
    """
    first, last = LIVES
    if not first <= day <= last:
        raise SettingsInvalid(f"the demonstration needs a day from {first} to {last}, not {day}")
    return day.isoformat()


def act(stage: Stage, after: str = AFTER) -> None:
    """Play the act, with the model called again on the day ``after``; raises when what must be seen is not."""
    stage.config.write_text(CONFIGURATION, encoding="utf-8")
    stage.scene(f"The application calls {MODEL}, with max_tokens and temperature. It is {BEFORE}.")
    stage.say("   (All models here are SIMULATED by Outlast's scripted provider; the client is OpenAI's own.)")
    with stage.gateway("--today", BEFORE) as address:
        _expect(_run(stage, address), served=f"openai/{MODEL}", reason="target")
    stage.scene("What depends on which model, until when, at what price:")
    stage.command("horizon", "--today", BEFORE)
    stage.scene(f"The day passes. It is {after}; OpenAI's page says: retired on 2026-02-17.")
    stage.say("   Same application, not a line changed:")
    with stage.gateway("--today", after) as address:
        headers = _run(stage, address)
    _expect(headers, served=f"openai/{SUCCESSOR}", reason="successor")
    if not headers.get("x-outlast-adapted"):
        raise MachineError("the successor refuses max_tokens and temperature, yet nothing was adapted")
    stage.say(f"   {SUCCESSOR} refuses max_tokens and temperature; x-outlast-adapted says what was done about it.")
    stage.scene("Why it was answered by another:")
    stage.command("explain", MODEL, "--today", after)
    stage.scene("The ledger, by the model that really answered:")
    stage.command("usage", "--by", "served")
    stage.scene("The price before and after, on the tokens just used:")
    stage.command("price", "--from", f"openai/{MODEL}", "--to", f"openai/{SUCCESSOR}", "--today", after)


def _run(stage: Stage, address: str) -> Mapping[str, str]:
    """The application at work; gives the headers of its last plain answer."""
    headers: Mapping[str, str] = {}
    with closing(Application(address)) as application:
        for question in QUESTIONS:
            reply = application.ask(question)
            stage.say(f"   > {question}\n   < {reply.text}")
            headers = reply.headers
        stage.say(f"   > {QUESTIONS[0]} (streamed)\n   < {application.tell(QUESTIONS[0])}")
    for name in SHOWN:
        if name in headers:
            stage.say(f"     {name}: {headers[name]}")
    return headers


def _expect(headers: Mapping[str, str], *, served: str, reason: str) -> None:
    found = headers.get("x-outlast-served-model"), headers.get("x-outlast-reason")
    if found != (served, reason):
        raise MachineError(f"expected {served} as {reason}, the headers say {found[0]} as {found[1]}")
