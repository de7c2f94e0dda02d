"""``docs/open-models.md``: its configurations are read, its command runs, and it names every word of `weights`."""

import re
import shlex
from contextlib import chdir
from pathlib import Path

from tests.integration.gateway_process import outlast

from outlast.settings import parse_settings
from outlast.settings.weights import WeightsSettings

GUIDE = (Path(__file__).parents[2] / "docs" / "open-models.md").read_text(encoding="utf-8")
SERVED, OWN = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


def test_a_served_model_is_explained(tmp_path: Path) -> None:
    (tmp_path / "outlast.toml").write_text(SERVED, encoding="utf-8")
    [line] = re.findall(r"^outlast .*$", GUIDE, re.MULTILINE)
    with chdir(tmp_path):
        done = outlast(*shlex.split(line)[1:])
    assert done.code == 0, done.err
    assert "gpu/Qwen3-Omni-30B-A3B-Instruct" in done.out
    assert "small/gemma-3-4b-it" in done.out


def test_models_in_this_process_are_configured_as_the_guide_says() -> None:
    weights = parse_settings(OWN).providers["open"].weights
    assert {name: each.folder or each.hub for name, each in weights.items()} == {
        "qwen3-0.6b": "weights/Qwen3-0.6B",
        "qwen2.5-omni-7b": "weights/Qwen2.5-Omni-7B",
        "hub": "Qwen/Qwen3-4B-Instruct-2507",
    }
    assert [name for name, each in weights.items() if each.fetch] == ["hub"]


def test_every_word_and_its_default_stand_in_the_table() -> None:
    found = re.findall(r"^\| `(\w+)` \|([^|]*)\|", GUIDE, re.MULTILINE)
    rows = {word: default.strip() for word, default in found}
    assert list(rows) == list(WeightsSettings.__struct_fields__)
    defaults = WeightsSettings(folder="a")
    assert rows["longest_answer"] == str(defaults.longest_answer)
    assert rows["longest_speech"] == f"{defaults.longest_speech:g}"
