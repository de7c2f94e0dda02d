"""What counts as lost, gained, changed or unknown between two models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.catalog.abilities import Verdict, differences
from outlast.catalog.models import Ability, Model

values = (
    st.booleans()
    | st.integers(0, 10**6)
    | st.text(max_size=5)
    | st.lists(st.sampled_from("abcd"), unique=True).map(tuple)
)
words = st.sampled_from(["tools", "vision", "reasoning_efforts", "prompt_cache_min_tokens", "thinking_always_on"])


def model(**abilities: Ability) -> Model:
    return Model(provider="acme", id="one", name="one", kind="chat", abilities=abilities)


def verdicts(old: Model, new: Model) -> dict[str, Verdict]:
    return {found.ability: found.verdict for found in differences(old, new)}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (True, False, "lost"),
        (False, True, "gained"),
        (True, "only_with_effort_none", "lost"),
        ("only_with_effort_none", False, "lost"),
        ("only_with_effort_none", True, "gained"),
        ("only_with_effort_none", "temperature_or_top_p_not_both", "changed"),
        ({"min": 1024}, {"min": 512}, "changed"),
    ],
)
def test_less_of_an_ability_is_a_loss_and_more_a_gain(old: Ability, new: Ability, verdict: Verdict) -> None:
    assert verdicts(model(sampling_params=old), model(sampling_params=new)) == {"sampling_params": verdict}


def test_what_nobody_said_is_unknown_and_never_lost() -> None:
    assert verdicts(model(tools=True), model()) == {"tools": "unknown"}
    assert verdicts(model(), model(tools=True)) == {"tools": "unknown"}


def test_a_list_loses_and_gains_its_members() -> None:
    old, new = model(reasoning_efforts=("low", "high")), model(reasoning_efforts=("none", "low"))
    assert [(found.ability, found.verdict) for found in differences(old, new)] == [
        ("reasoning_efforts", "lost"),
        ("reasoning_efforts", "gained"),
    ]


def test_a_model_that_cannot_reason_has_no_efforts_to_lose() -> None:
    found = verdicts(model(reasoning=False), model(reasoning=True, reasoning_efforts=("low",)))
    assert found == {"reasoning": "gained", "reasoning_efforts": "gained"}


def test_a_larger_context_window_is_a_gain_and_a_larger_cache_minimum_a_loss() -> None:
    small = Model(provider="acme", id="s", name="s", kind="chat", context_window=128_000)
    large = Model(provider="acme", id="l", name="l", kind="chat", context_window=400_000)
    assert verdicts(small, large) == {"context_window": "gained"}
    assert verdicts(model(prompt_cache_min_tokens=1024), model(prompt_cache_min_tokens=4096)) == {
        "prompt_cache_min_tokens": "lost"
    }


def test_a_behaviour_is_neither_gained_nor_lost() -> None:
    assert verdicts(model(thinking_always_on=False), model(thinking_always_on=True)) == {
        "thinking_always_on": "changed"
    }


def test_modalities_count_as_abilities_in_the_flags_words() -> None:
    hears = Model(provider="a", id="h", name="h", kind="chat", modalities_in=("text", "audio", "image"))
    reads = Model(provider="a", id="r", name="r", kind="chat", modalities_in=("text",))
    assert verdicts(hears, reads) == {"audio_input": "lost", "vision": "lost"}


def test_a_stated_flag_wins_over_the_list_of_modalities() -> None:
    listed = Model(provider="a", id="p", name="p", kind="chat", modalities_in=("text", "pdf"))
    flagged = Model(provider="a", id="f", name="f", kind="chat", modalities_in=("text",), abilities={"pdf_input": True})
    assert verdicts(listed, flagged) == {}


def test_a_document_type_missing_from_the_modalities_is_unknown() -> None:
    listed = Model(provider="a", id="p", name="p", kind="chat", modalities_in=("text", "pdf"))
    silent = Model(provider="a", id="t", name="t", kind="chat", modalities_in=("text",))
    assert verdicts(listed, silent) == {"pdf_input": "unknown"}


@given(old=st.dictionaries(words, values), new=st.dictionaries(words, values))
def test_the_way_back_turns_losses_into_gains_and_nothing_else(
    old: dict[str, Ability], new: dict[str, Ability]
) -> None:
    there, back = differences(model(**old), model(**new)), differences(model(**new), model(**old))
    opposite = {"lost": "gained", "gained": "lost", "changed": "changed", "unknown": "unknown"}
    assert sorted((one.ability, opposite[one.verdict]) for one in there) == sorted(
        (one.ability, one.verdict) for one in back
    )


@given(st.dictionaries(words, values))
def test_a_model_does_not_differ_from_itself(abilities: dict[str, Ability]) -> None:
    assert differences(model(**abilities), model(**abilities)) == ()
