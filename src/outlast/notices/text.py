"""A notice as a mail's subject and text, in the recipient's language.

It knows the templates of ``texts/`` and how names of strangers are made harmless in a line. It does not know what is
due nor how anything is sent. A template is a subject in its first line, and the text behind it.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import jinja2

from outlast.notices.due import Notice
from outlast.notices.news import News
from outlast.settings.notices import Language

MOST_NAMED: Final = 10
"""Names of a list that a text holds; the rest is counted."""
LONGEST: Final = 200
"""Signs of one name or source that a text holds."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is said."""

    subject: str
    body: str


def visible(value: str) -> str:
    """Text that others wrote, in one line: what no reader could see or would obey stands as ``?``."""
    return "".join(sign if sign.isprintable() else "?" for sign in value)


def one_line(value: str) -> str:
    """The same, cut where it is long."""
    plain = visible(value)
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"


def _finalize(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


ENVIRONMENT: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("outlast.notices", "texts"),
    autoescape=False,  # noqa: S701 - mail in plain text; an escaped name would be another name
    undefined=jinja2.StrictUndefined,
    finalize=_finalize,
    trim_blocks=True,
    lstrip_blocks=True,
)


@lru_cache(maxsize=16)
def _template(name: str) -> jinja2.Template:
    return ENVIRONMENT.get_template(f"{name}.txt")


def text_of(notice: Notice, language: Language, *, window: int) -> Text:
    """The notice in words; calls were counted over ``window`` days."""
    ending = notice.ending
    named, keys = notice.names[:MOST_NAMED], [use.key for use in notice.uses if use.key][:MOST_NAMED]
    said = _template(language).render(
        kind=notice.kind,
        window=window,
        model=one_line(ending.place.model),
        surface=ending.place.surface,
        ends=str(ending.ends or ""),
        previous=str(notice.dated.previous or ""),
        days_left=notice.days_left,
        unsure=ending.unsure,
        source=one_line(ending.source),
        names=[one_line(each) for each in named],
        more_names=len(notice.names) - len(named),
        keys=[one_line(each) for each in keys],
        more_keys=sum(1 for use in notice.uses if use.key) - len(keys),
        calls=sum(use.calls for use in notice.uses),
        successor=ending.successor or "",
        switch_day=str(ending.switch_day or ""),
        id=one_line(notice.id),
    )
    return _text(said)


def news_text(news: News, language: Language, *, window: int) -> Text:
    """News in words; calls were counted over ``window`` days."""
    one = news.happening
    keys = [use.key for use in news.uses if use.key][:MOST_NAMED]
    said = _template(f"news/{language}").render(
        kind=one.kind,
        window=window,
        name=one_line(one.name),
        at=minute(one.at),
        until="" if one.until is None else minute(one.until),
        before=one_line(one.before),
        after=one_line(one.after),
        stages=one.stages,
        guard=one_line(one.guard),
        evidence=one_line(one.evidence),
        missing=one.missing,
        keys=[one_line(each) for each in keys],
        more_keys=sum(1 for use in news.uses if use.key) - len(keys),
        calls=sum(use.calls for use in news.uses),
        id=one_line(one.id),
    )
    return _text(said)


def minute(at: dt.datetime) -> str:
    """An instant as people read it, in UTC."""
    return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}"


def _text(said: str) -> Text:
    subject, _, body = said.partition("\n")
    return Text(subject=subject, body=body.strip("\n") + "\n")
