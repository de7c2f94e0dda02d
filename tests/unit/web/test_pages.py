"""What pages are made of, asked without a server: visits, names, places on the axis, histories, notation."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup
from starlette.datastructures import Headers
from tests.unit.horizon.world import TODAY, configured, seen

from outlast.catalog.store import Catalog, open_catalog
from outlast.horizon.calendar import horizon
from outlast.horizon.life import life_of
from outlast.settings import CatalogSettings, ModelSettings, UserClaim
from outlast.web.pages.guard import from_here, is_ours
from outlast.web.pages.timeline import Bar, timeline
from outlast.web.pages.visit import Visit
from outlast.web.pages.writing import left, money, percent, source

ENDS = {"near": 10, "soon": 60, "later": 300, "far": 3000, "past": -5}


@pytest.fixture(scope="module")
def knowledge() -> Catalog:
    """acme/NAME ends in so many days as ``ENDS`` says; acme/open has no end."""
    claims = [
        UserClaim(model=f"acme/{name}", event="retired", date=TODAY + dt.timedelta(days=days))
        for name, days in ENDS.items()
    ]
    claims.append(UserClaim(model="acme/open", event="released", date=dt.date(2025, 1, 1)))
    return open_catalog(CatalogSettings(claims=tuple(claims)))


def bars(knowledge: Catalog, *names: str, **settings: str) -> dict[str, Bar]:
    models = {name: ModelSettings(declared=f"acme/{name}", **settings) for name in names}  # type: ignore[arg-type]
    made = horizon(configured(models), [seen("soon", "acme/soon", virtual=True, calls=9)], knowledge, TODAY)
    return {bar.entry.name: bar for bar in timeline(made).bars}


@given(st.text())
def test_no_text_passes_for_the_token_of_a_visit(text: str) -> None:
    visit = Visit(person=None, secret="one")  # noqa: S106 - a secret of nobody's
    assert not visit.wrote(text)
    assert visit.wrote(visit.token)
    assert not Visit(person=None, secret="two").wrote(visit.token)  # noqa: S106 - same


@given(st.text(st.characters(max_codepoint=255)))
@example("http://[")
def test_any_host_or_origin_is_judged_without_a_defect(host: str) -> None:
    is_ours(host, frozenset())
    from_here(Headers({"host": "a", "origin": host}))


@given(st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,8}){1,3}", fullmatch=True))
def test_a_name_is_ours_when_it_is_named_and_never_by_looking_like_it(name: str) -> None:
    assert is_ours(f"{name}:80", {name})
    assert not is_ours(f"localhost.{name}", ())
    assert not is_ours(f"127.0.0.1.{name}", {name})


def test_fates_are_by_days_and_bars_end_where_the_models_do(knowledge: Catalog) -> None:
    found = bars(knowledge, *ENDS, "open")
    assert {name: bar.fate for name, bar in found.items()} == {
        "near": "near",
        "soon": "soon",
        "later": "later",
        "far": "later",
        "past": "over",
        "open": "open",
    }
    assert [name for name, bar in found.items() if bar.beyond] == ["far"]
    assert found["past"].until < found["near"].until < found["soon"].until < found["later"].until < found["far"].until
    assert found["far"].until == found["open"].until == 100
    assert found["soon"].thickness > found["near"].thickness


def test_the_axis_is_as_short_as_its_ends_allow(knowledge: Catalog) -> None:
    made = horizon(configured({"a": ModelSettings(declared="acme/soon")}), (), knowledge, TODAY)
    drawn = timeline(made)
    assert drawn.days == 200
    assert [tick.label for tick in drawn.ticks] == ["Feb", "Mar", "Apr", "May", "Jun", "Jul"]


def test_only_a_declared_successor_goes_on_after_the_end(knowledge: Catalog) -> None:
    assert bars(knowledge, "soon")["soon"].after is None
    assert bars(knowledge, "soon", successor="acme/open")["soon"].after == bars(knowledge, "soon")["soon"].until


@given(day=st.dates(dt.date(2024, 1, 1), dt.date(2030, 1, 1)))
def test_whatever_the_day_everything_lies_on_the_axis(knowledge: Catalog, day: dt.date) -> None:
    models = {name: ModelSettings(declared=f"acme/{name}") for name in ENDS}
    drawn = timeline(horizon(configured(models), (), knowledge, day))
    assert all(0 <= bar.until <= 100 for bar in drawn.bars)
    assert [tick.at for tick in drawn.ticks] == sorted(tick.at for tick in drawn.ticks)


def test_a_date_that_moved_keeps_what_was_said_before() -> None:
    real = open_catalog(CatalogSettings())
    model = real.find("anthropic/claude-sonnet-4-5-20250929")
    assert model is not None
    (ends,) = [h for h in life_of(model, real, TODAY).histories if (h.surface, h.event) == ("api", "retired")]
    assert ends.changed
    assert [word.weight for word in ends.words] == ["overtaken", "followed"]


def test_every_claim_of_every_model_has_its_place_in_a_history() -> None:
    real = open_catalog(CatalogSettings())
    for model in real.models():
        words = [word.claim for history in life_of(model, real, TODAY).histories for word in history.words]
        assert sorted(map(repr, words)) == sorted(map(repr, model.claims))


@pytest.mark.parametrize(
    ("amount", "said"),
    [(None, "not known"), ("0", "$0.00"), ("0.000001", "under $0.01"), ("0.01", "$0.01"), ("1234.5", "$1,234.50")],
)
def test_money_is_said_so_that_it_can_be_read(amount: str | None, said: str) -> None:
    assert money(None if amount is None else Decimal(amount)) == said


def test_what_is_there_is_never_shown_as_nothing() -> None:
    assert (percent(Decimal(0)), percent(Decimal("0.0001")), percent(Decimal("0.5"))) == ("0.0%", "under 0.1%", "50.0%")
    assert (left(0), left(1), left(-1), left(1200)) == ("today", "in 1 day", "1 day ago", "in 1,200 days")


@given(st.text())
def test_a_source_is_a_link_only_where_it_is_an_address_and_never_markup_of_its_own(text: str) -> None:
    shown = source(text)
    assert not isinstance(shown, Markup)
    linked = source(f"https://x.example/{text}")
    assert isinstance(linked, Markup)
    assert linked.count("<") == 2
    assert '"' not in linked.split('href="')[1].split('" rel="')[0]
