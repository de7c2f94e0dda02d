"""ChatGPT's clock for three names, as the catalogue has it, and a list of models on any day of the story."""

import datetime as dt
from collections.abc import Mapping

from outlast.catalog.store import open_catalog
from outlast.chat.picker import Offer, Path, Picker
from outlast.chat.ports import Person
from outlast.settings import parse_settings

CATALOG = open_catalog()
CONFIGURATION = """
[chat]
default = "gpt-4o"
models = ["gpt-4o", "gpt-4.1", "gpt-5", "openai/gpt-4o-mini"]
[providers.scripted]
kind = "scripted"
surface = "chat-app"
[providers.openai]
kind = "scripted"
[models."gpt-4o"]
target = "scripted/gpt-4o"
catalog_model = "openai/gpt-4o"
[models."gpt-4.1"]
target = "scripted/gpt-4.1"
catalog_model = "openai/gpt-4.1"
[models."gpt-5"]
target = "scripted/gpt-5"
catalog_model = "openai/chatgpt/gpt-5.2"
[plans.free]
models = ["gpt-5"]
[plans.plus]
"""


def picker(more: str = "", paths: Mapping[str, Path] | None = None) -> Picker:
    settings = parse_settings(CONFIGURATION.replace("[chat]\n", f"[chat]\n{more}"))

    def path(name: str) -> Path:
        model = settings.models.get(name)
        return (paths or {}).get(name) or Path(target=model.target if model else name, reason="target")

    return Picker(settings=settings, knowledge=CATALOG, path=path)


def offer(day: str, *, plan: str = "", more: str = "", paths: Mapping[str, Path] | None = None) -> Offer:
    person = Person(name="ana", plan=plan) if plan else None
    return picker(more, paths).offer(dt.date.fromisoformat(day), person)
