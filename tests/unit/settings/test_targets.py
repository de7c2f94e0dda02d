"""Several targets and several keys in ``outlast.toml``: what cannot be meant is refused where it stands."""

from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import TargetSettings, parse_settings

PROVIDER = '[providers.up]\nkind = "openai"\nbase_url = "http://h/v1"\n'


def test_a_target_is_a_name_a_list_or_tables_in_it() -> None:
    for written, targets in (
        ('"up/a"', (TargetSettings(to="up/a"),)),
        ('["up/a", {to = "up/b", weight = 2}]', (TargetSettings(to="up/a"), TargetSettings(to="up/b", weight=2))),
    ):
        model = parse_settings(f"{PROVIDER}[models.m]\ntarget = {written}\n").models["m"]
        assert (model.targets, model.target) == (targets, "up/a")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("target = []", "empty list"),
        ('target = ["up/a", "up/a"]', "stands twice"),
        ('target = "up/a"\nhedge_after = 2', "second target"),
        ('target = ["up/a", {to = "down/b"}]', r"no \[providers.down\]"),
        ('target = [{to = "up/a", weight = 0}]', "weight"),
        ('target = [{to = "up/a", weigth = 2}]', r"`weigth` is not a word of a target .* `weight`"),
        ('target = [{to = "up/a", catalog_model = "b"}]', "provider/model"),
    ],
)
def test_targets_that_cannot_be_meant_are_refused(words: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=said):
        parse_settings(f"{PROVIDER}[models.m]\n{words}\n")


def test_one_key_and_several_together_are_refused_with_their_line() -> None:
    with pytest.raises(SettingsInvalid, match=r"outlast.toml:5: .*both `api_key` and `api_keys`"):
        parse_settings(f'{PROVIDER}api_key = "env:A"\napi_keys = ["env:B"]\n')


def test_the_examples_of_the_page_are_configurations() -> None:
    page = (Path(__file__).parents[3] / "docs" / "targets.md").read_text(encoding="utf-8")
    examples = [each.split("```", 1)[0] for each in page.split("```toml\n")[1:]]
    azure = '[providers.azure]\nkind = "openai"\nbase_url = "https://h/openai/v1"\n'
    settings = parse_settings(azure + "\n".join(examples))
    assert [each.weight for each in settings.models["assistant"].targets] == [1, 3]
    assert len(settings.providers["openai"].api_keys) == 3
