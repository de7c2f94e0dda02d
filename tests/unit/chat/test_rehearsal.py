"""The story's days are the catalogue's, on the chat's surface and the API's together."""

import datetime as dt

import pytest

from outlast.catalog.claims import Claim
from outlast.catalog.store import open_catalog
from outlast.chat.rehearsal import API, CAST, CHAT, CONFIGURATION, NAMES, Story, stories, story, told
from outlast.errors import UnknownModel
from outlast.settings import parse_settings

CATALOG = open_catalog()


def claims(model: str, surface: str, *events: str) -> set[dt.date]:
    known = CATALOG.find(model)
    assert known is not None
    found: list[Claim] = [each for each in known.claims if each.surface == surface and each.event in events]
    return {each.date for each in found if each.decides}


def status(part: Story, place: int, model: str, surface: str) -> tuple[str, dt.date | None]:
    [clock] = [each for each in part.steps[place].clocks if (each.model, each.surface) == (model, surface)]
    return clock.status, clock.ends


def test_the_story_runs_from_the_launch_to_the_end_without_going_back() -> None:
    days = [step.day for part in stories(CATALOG) for step in part.steps]
    assert days == sorted(days)
    assert days[1] in claims("openai/gpt-4o", CHAT, "released")
    assert days[-1] in claims("openai/chatgpt-4o-latest", API, "retired")


def test_every_part_has_its_days_from_claims_and_begins_the_day_before() -> None:
    for part in stories(CATALOG):
        first, *rest = part.steps
        assert not first.happens
        assert first.day == rest[0].day - dt.timedelta(days=1)
        assert all(step.happens and step.sources for step in rest)
        assert all({(clock.model, clock.surface) for clock in step.clocks} == set(CAST) for step in part.steps)


def test_in_august_it_goes_in_a_day_and_comes_back_behind_the_switch() -> None:
    part = story("switch", CATALOG)
    assert {step.day for step in part.steps[1:]} == claims("openai/gpt-4o", CHAT, "withdrawn", "restored", "legacy")
    assert [status(part, place, "openai/gpt-4o", CHAT)[0] for place in range(3)] == ["active", "retired", "legacy"]
    assert {status(part, place, "openai/gpt-4o", API)[0] for place in range(3)} == {"active"}
    assert "the source names no day" in " ".join(part.steps[2].happens)


def test_an_end_is_known_from_its_announcement_on_and_not_before() -> None:
    part = story("announcement", CATALOG)
    [end] = claims("openai/gpt-4o", CHAT, "retired")
    assert status(part, 0, "openai/gpt-4o", CHAT) == ("legacy", None)
    assert status(part, 1, "openai/gpt-4o", CHAT) == ("deprecated", end)
    assert status(part, 1, "openai/gpt-4o", API) == ("active", None)


def test_at_the_end_one_model_has_two_clocks() -> None:
    part = story("end", CATALOG)
    ends = [status(part, place, "openai/chatgpt-4o-latest", API)[0] for place in range(3)]
    assert ends == ["deprecated", "deprecated", "retired"]
    assert [status(part, place, "openai/gpt-4o", CHAT)[0] for place in range(3)] == ["deprecated", "retired", "retired"]
    assert status(part, 2, "openai/gpt-4o", API)[0] == "active"


def test_the_next_day_of_a_part_can_be_asked_for() -> None:
    part = story("end", CATALOG)
    assert part.after(part.steps[0].day) == part.steps[1]
    assert part.after(part.steps[-1].day) is None


def test_a_day_is_told_with_every_clock() -> None:
    step = story("end", CATALOG).steps[1]
    text = told(step)
    assert "gpt-4o is retired on ChatGPT." in text
    assert text.count("\n") == len(step.happens) + len(CAST)


def test_an_announcement_says_the_day_the_notice_the_successor_and_what_goes_with_it() -> None:
    happens = story("announcement", CATALOG).steps[1].happens
    [told_day], [end] = (claims("openai/gpt-4o", CHAT, event) for event in ("announced", "retired"))
    assert happens[0].endswith(f"{end.day} {end:%B %Y}, {(end - told_day).days} days ahead.")
    assert (end - told_day).days == 15
    assert "Named in its place: gpt-5.2." in happens
    assert {"gpt-4.1", "gpt-4.1-mini", "o4-mini", "gpt-5-instant", "gpt-5-thinking"} == others(happens[-1])


def test_a_day_that_sources_disagree_about_is_told_with_both() -> None:
    notice, end = story("notice", CATALOG).steps[1].happens, story("end", CATALOG).steps[2].happens
    assert "17 February 2026, 91 days ahead" in notice[0]
    assert "Another source says 16 February 2026." in notice
    assert "Another source says 16 February 2026." in end


def test_on_the_day_itself_what_goes_with_it_and_what_stays_is_told() -> None:
    happens = story("end", CATALOG).steps[1].happens
    assert "gpt-5-thinking" in others(happens[1])
    assert happens[2] == "The API does not change on this day: there gpt-4o is active."


def test_what_was_taken_away_in_a_day_is_not_called_retired() -> None:
    text = told(story("switch", CATALOG).steps[1])
    assert "taken away since 2025-08-07" in text
    assert "retired" not in text


def others(sentence: str) -> set[str]:
    return set(sentence.partition(": ")[2].rstrip(".").split(", "))


def test_an_unknown_part_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownModel, match="launch, switch"):
        story("sequel", CATALOG)
    assert len(NAMES) == 5


def test_its_configuration_is_one_of_simulated_models_alone() -> None:
    settings = parse_settings(CONFIGURATION)
    assert {provider.kind for provider in settings.providers.values()} == {"scripted"}
    assert {provider.surface for provider in settings.providers.values()} == {"chat-app", "api"}
