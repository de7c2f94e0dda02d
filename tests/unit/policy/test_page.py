"""The page of one's own deprecations."""

import datetime as dt
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.policy.page import PageFormat, page_of, rows
from outlast.settings.policy import OwnModel, PolicySettings

TODAY = dt.date(2026, 11, 22)
SOON, LATER = dt.date(2027, 2, 1), dt.date(2027, 5, 1)
POLICY = PolicySettings(
    plans=("free", "plus"),
    plan_notice_days={"plus": 120},
    models={
        "gone": OwnModel(announced=dt.date(2026, 1, 1), retires=dt.date(2026, 6, 1), successor="steady"),
        "later": OwnModel(announced=TODAY, retires=LATER, successor="steady", why="Its maker ends it."),
        "secret": OwnModel(announced=SOON, retires=LATER, successor="steady", why="not yet said"),
        "soon": OwnModel(announced=TODAY, retires=SOON, plans={"free": dt.date(2027, 1, 1)}, successor="steady"),
        "steady": OwnModel(),
        "trial": OwnModel(stability="preview"),
    },
)


def test_what_ends_first_stands_first_and_what_has_ended_last() -> None:
    assert [(row.name, row.state) for row in rows(POLICY, TODAY)] == [
        ("soon", "deprecated"),
        ("later", "deprecated"),
        ("secret", "ga"),
        ("steady", "ga"),
        ("trial", "preview"),
        ("gone", "retired"),
    ]


@pytest.mark.parametrize("format_", ["html", "markdown"])
def test_the_page_says_days_plans_and_successors_and_announces_nothing_early(format_: PageFormat) -> None:
    page = page_of(POLICY, TODAY, format_)
    for said in ("2027-02-01", "free: 2027-01-01", "Its maker ends it.", "90", "120 days", "0.1 %"):
        assert said in page
    assert "not yet said" not in page
    assert page_of(POLICY, SOON, format_) != page


class Strict(HTMLParser):
    """Collects what a page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href", "action")]


@settings(deadline=None)  # the first page compiles its template
@given(name=st.text(min_size=1, max_size=20), why=st.text(max_size=30), title=st.text(max_size=20))
def test_no_name_adds_a_tag_or_a_line_to_the_page(name: str, why: str, title: str) -> None:
    def made(name: str, why: str, title: str) -> PolicySettings:
        ending = OwnModel(announced=TODAY, retires=SOON, successor=name, why=why)
        return PolicySettings(title=title, models={name: ending})

    plain, hostile = Strict(), Strict()
    plain.feed(page_of(made("a", "b", "c"), TODAY, "html"))
    hostile.feed(page_of(made(name, why, title), TODAY, "html"))
    assert (hostile.tags <= plain.tags, hostile.links) == (True, [])
    count = page_of(made("a", "b" if why else "", "c"), TODAY, "markdown").count("\n")
    assert page_of(made(name, why, title), TODAY, "markdown").count("\n") == count
