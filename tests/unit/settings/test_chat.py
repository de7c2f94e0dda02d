import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import parse_settings

AROUND = """
[providers.scripted]
kind = "scripted"
[models."gpt-4o"]
target = "scripted/gpt-4o"
"""


def test_the_words_of_the_chat_are_read() -> None:
    settings = parse_settings(
        """
[chat]
default = "gpt-4o"
models = ["gpt-4o", "scripted/gpt-5.1"]
[personas.friendly]
base = "friendly"
warmth = "more"
[plans.free]
models = ["scripted/gpt-5.1"]
requests_per_minute = 20
[providers.scripted]
kind = "scripted"
[models."gpt-4o"]
target = "scripted/gpt-4o"
persona = "friendly"
"""
    )
    assert settings.chat.default == "gpt-4o"
    assert settings.personas["friendly"].warmth == "more"
    assert settings.plans["free"].requests_per_minute == 20
    assert settings.models["gpt-4o"].persona == "friendly"


def test_without_a_word_a_plan_allows_everything_and_an_empty_list_nothing() -> None:
    settings = parse_settings(f"[plans.all]\n[plans.none]\nmodels = []\n{AROUND}")
    assert settings.plans["all"].models is None
    assert settings.plans["none"].models == ()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ('[chat]\ndefault = "gpt-4"', "did you mean `gpt-4o`?"),
        ('[chat]\nmodels = ["nobody/gpt-4o"]', "no virtual model"),
        ('[chat]\nmodel = ["gpt-4o"]', "did you mean `models`?"),
        ('[plans.free]\nmodels = ["gpt-4o-"]', "did you mean `gpt-4o`?"),
        ('[chat]\nrestored = { "gpt-4o" = ["plu"] }\n[plans.plus]', "did you mean `plus`?"),
        ('[chat]\nrestored = { "gpt-3" = [] }', "no virtual model"),
        ('[personas.x]\nbase = "frendly"', "did you mean `friendly`?"),
        ('[personas.x]\nwarmth = "much"', "known: less, default, more"),
        ('[personas.kind]\n[models.x]\npersona = "kinda"\ntarget = "scripted/gpt-4o"', "did you mean `kind`?"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line_and_the_nearest_word(said: str, hint: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        parse_settings(f"{said}\n{AROUND}")
    assert hint in str(caught.value)
    assert "outlast.toml:" in str(caught.value)
