"""``docs/persona.md``: its commands run, and every sentence of it is the one that models are told."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

from tests.integration.gateway_process import outlast

from outlast.tone.effect import ABOUT
from outlast.tone.persona import BASES, CLOSING, DEGREES, OPENING, OWN, PERSONA_VERSION

GUIDE = (Path(__file__).parents[2] / "docs" / "persona.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_its_commands_show_the_text(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(block("toml"), encoding="utf-8")
    with chdir(tmp_path):
        text, document = (outlast(*shlex.split(line)[1:]) for line in block("sh").splitlines())
    assert document.document["persona"]["version"] == PERSONA_VERSION
    assert document.document["persona"]["text"] in text.out
    assert "Be warmer than usual" in text.out


def test_every_sentence_of_the_guide_is_the_programs() -> None:
    told = [
        *BASES.values(),
        *(sentence for row in DEGREES.values() for sentence in row.values()),
        OPENING,
        CLOSING,
        OWN,
    ]
    assert [sentence for sentence in told if sentence not in GUIDE] == []
    assert f"version {PERSONA_VERSION};" in GUIDE


def test_the_features_of_each_setting_are_the_programs() -> None:
    for setting, features in ABOUT.items():
        assert f"| {setting} | {', '.join(features)} |" in GUIDE


def test_the_rehearsals_commands_run() -> None:
    chat = (Path(__file__).parents[2] / "docs" / "chat.md").read_text(encoding="utf-8")
    lines = re.findall(r"^outlast chat rehearse .*--list$", chat, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        done = outlast(*shlex.split(line)[1:])
        assert done.code == 0
        assert "switch: " in done.out
