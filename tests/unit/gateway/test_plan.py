"""Who is asked, on which day, in which order; and nobody is dropped without a reason."""

import datetime as dt
from typing import Literal, Protocol

import msgspec
import pytest

from outlast.catalog.store import Catalog, open_catalog
from outlast.gateway.plan import Candidate, Plan, World, plan
from outlast.settings import ModelSettings, ProviderSettings

END = dt.date(2026, 6, 1)
BEFORE = END - dt.timedelta(days=1)
Providers = dict[str, ProviderSettings]
WORDS = {"target": "acme/old", "successor": "acme/next", "fallback": "mirror/spare"}


class Planned(Protocol):
    def __call__(self, day: dt.date, gone: tuple[str, ...] = (), **words: object) -> Plan: ...


@pytest.fixture
def planned(acme: Catalog, providers: Providers) -> Planned:
    def make(day: dt.date, gone: tuple[str, ...] = (), **words: object) -> Plan:
        model = msgspec.convert({**WORDS, **words}, ModelSettings)
        return plan(model, World(providers=providers, knowledge=acme, day=day, gone=frozenset(gone)))

    return make


def order(made: Plan) -> list[str]:
    return [f"{entry.target} {entry.reason}" for entry in made.attempts]


def reasons(made: Plan) -> dict[str, str]:
    return {entry.target: entry.reason for entry in made.dropped}


def test_before_the_day_the_target_then_the_fallbacks(planned: Planned) -> None:
    made = planned(BEFORE)
    assert order(made) == ["acme/old target", "mirror/spare fallback"]
    assert made.dropped == ()
    assert [entry.target for entry in made.waiting] == ["acme/next"]
    assert str(END) in made.waiting[0].reason


def test_from_the_day_the_successors_then_the_fallbacks(planned: Planned) -> None:
    made = planned(END)
    assert order(made) == ["acme/next successor", "mirror/spare fallback"]
    assert reasons(made) == {"acme/old": f"retired since {END}"}


def test_a_declared_day_wins_over_the_retirement(planned: Planned) -> None:
    made = planned(BEFORE, switch=str(BEFORE))
    assert order(made)[0] == "acme/next successor"
    assert reasons(made) == {"acme/old": f"switched on {BEFORE} as declared"}


def test_a_declared_day_after_the_retirement_leaves_the_fallbacks(planned: Planned) -> None:
    made = planned(END, switch=str(END + dt.timedelta(days=30)))
    assert order(made) == ["mirror/spare fallback"]
    assert reasons(made) == {"acme/old": f"retired since {END}"}


def test_manual_never_switches_by_itself(planned: Planned) -> None:
    assert order(planned(END, switch="manual")) == ["mirror/spare fallback"]
    assert order(planned(BEFORE, gone=("acme/old",), switch="manual")) == ["mirror/spare fallback"]


def test_observed_gone_counts_as_the_day_reached(planned: Planned) -> None:
    made = planned(BEFORE, gone=("acme/old",))
    assert order(made) == ["acme/next successor", "mirror/spare fallback"]
    assert reasons(made)["acme/old"].startswith("observed gone")


def test_a_date_that_nobody_stated_exactly_never_switches(planned: Planned) -> None:
    made = planned(END + dt.timedelta(days=30), target="acme/vague")
    assert order(made)[0] == "acme/vague target"
    assert made.switch_day is None


def test_a_retired_successor_and_a_retired_fallback_are_dropped_with_their_day(planned: Planned) -> None:
    made = planned(END, successor=["acme/dead", "acme/next"], fallback=["acme/dead"])
    assert order(made) == ["acme/next successor"]
    assert reasons(made)["acme/dead"].startswith("retired since")


def test_a_dead_successor_is_dropped_before_its_day_comes(planned: Planned) -> None:
    made = planned(BEFORE, successor=["acme/dead", "acme/next"])
    assert reasons(made)["acme/dead"].startswith("retired since")
    assert [entry.target for entry in made.waiting] == ["acme/next"]


@pytest.mark.parametrize(
    ("day", "words", "successor"),
    [
        (BEFORE, {"successor": ["acme/dead", "acme/next"]}, "acme/next"),
        (END, {"successor": ["acme/dead", "acme/next"]}, "acme/next"),
        (BEFORE, {"target": "mirror/old", "successor": ()}, "mirror/next"),
        (BEFORE, {"target": "mirror/old", "successor": "chain"}, "mirror/next"),
        (END, {"target": "acme/next", "successor": ()}, None),
    ],
)
def test_who_takes_over_is_alive_and_can_be_called_here(
    planned: Planned, day: dt.date, words: dict[str, object], successor: str | None
) -> None:
    assert planned(day, (), **words).successor == successor


def test_nobody_is_asked_twice(planned: Planned) -> None:
    assert order(planned(END, fallback=["acme/next", "mirror/spare"])) == [
        "acme/next successor",
        "mirror/spare fallback",
    ]


def test_chain_asks_the_catalogues_living_end_through_the_targets_provider(planned: Planned) -> None:
    assert order(planned(END, target="mirror/old", successor="chain"))[0] == "mirror/next successor"


def test_without_a_declared_successor_nothing_is_recommended_into_the_plan(planned: Planned) -> None:
    made = planned(END, successor=(), fallback=())
    assert made.attempts == ()
    assert made.chain.living == "acme/next"


@pytest.mark.parametrize(
    ("day", "attempts", "dropped"),
    [
        (dt.date(2026, 2, 16), [Candidate("openai/chatgpt-4o-latest", "target")], []),
        (
            dt.date(2026, 2, 17),
            [Candidate("openai/gpt-5.1-chat-latest", "successor")],
            ["openai/chatgpt-4o-latest"],
        ),
        (dt.date(2026, 7, 23), [], ["openai/chatgpt-4o-latest", "openai/gpt-5.1-chat-latest"]),
    ],
)
def test_the_story_of_chatgpt_4o_latest(
    acme: Catalog, providers: Providers, day: dt.date, attempts: list[Candidate], dropped: list[str]
) -> None:
    model = ModelSettings(declared="openai/chatgpt-4o-latest", successor=("openai/gpt-5.1-chat-latest",))
    made = plan(model, World(providers=providers, knowledge=acme, day=day))
    assert list(made.attempts) == attempts
    assert [entry.target for entry in made.dropped] == dropped


def test_the_chain_goes_on_past_a_dead_recommendation(acme: Catalog, providers: Providers) -> None:
    model = ModelSettings(declared="openai/chatgpt-4o-latest", successor="chain")
    made = plan(model, World(providers=providers, knowledge=acme, day=dt.date(2026, 8, 1)))
    assert order(made) == ["openai/gpt-5.6-sol successor"]
    assert "openai/gpt-5.1-chat-latest" in reasons(made)


def test_several_targets_are_asked_as_equals_with_their_weights(planned: Planned) -> None:
    made = planned(BEFORE, target=["acme/old", {"to": "mirror/vague", "weight": 3}])
    assert made.attempts[:2] == (Candidate("acme/old", "target"), Candidate("mirror/vague", "target", 3))
    assert [entry.target for entry in made.waiting] == ["acme/next"]


def test_one_target_that_has_ended_is_dropped_with_its_day_and_the_others_go_on(planned: Planned) -> None:
    made = planned(END, target=["acme/old", "mirror/vague"])
    assert order(made) == ["mirror/vague target", "mirror/spare fallback"]
    assert reasons(made) == {"acme/old": f"retired since {END}"}
    assert (made.switched, made.switch_day) == (False, None)


def test_the_name_switches_when_the_last_of_its_targets_has_ended(planned: Planned) -> None:
    targets = ["acme/dead", "mirror/old"]
    assert order(planned(BEFORE, target=targets))[0] == "mirror/old target"
    made = planned(END, target=targets)
    assert (order(made)[0], made.switch_day) == ("acme/next successor", END)
    assert reasons(made) == {
        "acme/dead": f"retired since {END - dt.timedelta(days=400)}",
        "mirror/old": f"retired since {END}",
    }


def test_the_declared_day_switches_all_targets_at_once(planned: Planned) -> None:
    made = planned(BEFORE, target=["acme/old", "mirror/vague"], switch=str(BEFORE))
    assert order(made)[0] == "acme/next successor"
    assert set(reasons(made).values()) == {f"switched on {BEFORE} as declared"}


@pytest.mark.parametrize(
    ("gone", "first"),
    [
        (("acme/old",), "mirror/vague target"),
        (("acme/old", "mirror/vague"), "acme/next successor"),
    ],
)
def test_only_when_every_target_is_observed_gone_does_the_name_switch(
    planned: Planned, gone: tuple[str, ...], first: str
) -> None:
    made = planned(BEFORE, gone, target=["acme/old", "mirror/vague"])
    assert order(made) == [first, "mirror/spare fallback"]
    assert all(reasons(made)[target].startswith("observed gone") for target in gone)


def test_one_ended_and_the_other_gone_is_nobody_left(planned: Planned) -> None:
    made = planned(END, ("mirror/vague",), target=["acme/old", "mirror/vague"])
    assert order(made)[0] == "acme/next successor"


def test_manual_never_switches_several_either(planned: Planned) -> None:
    made = planned(END, ("mirror/vague",), target=["acme/old", "mirror/vague"], switch="manual")
    assert order(made) == ["mirror/spare fallback"]


def test_each_target_has_its_own_model_or_the_one_declared_for_all(planned: Planned) -> None:
    made = planned(
        BEFORE,
        target=["mirror/ours", {"to": "mirror/theirs", "catalog_model": "acme/vague"}],
        catalog_model="acme/old",
    )
    assert [member.reference.ref for member in made.members] == ["acme/old", "acme/vague"]


def test_the_name_lives_as_long_as_the_target_that_lasts_longest(planned: Planned) -> None:
    assert planned(BEFORE, target=["acme/dead", "mirror/old"]).lasting.settings.to == "mirror/old"
    assert planned(BEFORE, target=["acme/old", "mirror/next"]).lasting.standing.ends is None


def test_a_model_that_is_taken_away_for_a_time_gives_way_and_comes_back() -> None:
    settings = ProviderSettings(kind="scripted", catalog="openai", surface="chat-app")
    model = ModelSettings(declared="chat/gpt-4o", successor="chat/chatgpt/gpt-5-instant")
    found = {}
    for day in ("2025-08-06", "2025-08-07", "2025-08-31", "2026-02-13"):
        world = World(providers={"chat": settings}, knowledge=open_catalog(), day=dt.date.fromisoformat(day))
        made = plan(model, world)
        found[day] = [each.target for each in made.attempts]
    assert found == {
        "2025-08-06": ["chat/gpt-4o"],
        "2025-08-07": ["chat/chatgpt/gpt-5-instant"],
        "2025-08-31": ["chat/gpt-4o"],
        "2026-02-13": [],
    }


@pytest.mark.parametrize("kind", ["local", "transformers"])
def test_a_date_takes_nobodys_own_weights_away(acme: Catalog, kind: Literal["local", "transformers"]) -> None:
    """They are announced as retired and make room for a declared successor; where there is none, they answer."""
    world = World(providers={"acme": ProviderSettings(kind=kind, catalog="acme")}, knowledge=acme, day=END)
    alone = plan(ModelSettings(declared="acme/old"), world)
    assert order(alone) == ["acme/old target"]
    assert (alone.dropped, alone.standing.status) == ((), "retired")
    moved = plan(ModelSettings(declared="acme/old", successor="acme/next"), world)
    assert order(moved) == ["acme/next successor"]
    assert reasons(moved) == {"acme/old": f"retired since {END}"}
    spare = plan(ModelSettings(declared="acme/next", fallback="acme/old"), world)
    assert order(spare) == ["acme/next target", "acme/old fallback"]


def test_own_weights_that_are_not_there_are_not_asked(acme: Catalog) -> None:
    providers = {"acme": ProviderSettings(kind="local", catalog="acme")}
    world = World(providers=providers, knowledge=acme, day=END, gone={"acme/old"})
    assert plan(ModelSettings(declared="acme/old"), world).attempts == ()
