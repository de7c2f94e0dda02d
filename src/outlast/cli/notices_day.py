"""One day's notices put together: what is due to whom, and what of it is kept already.

It knows how the outlook, known dates and kept messages meet, and how a due notice becomes a message. It does not
print and does not send.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outlast.delivery.store import Draft, Message, NoticeStore
from outlast.notices.document import news_body, slack_body, webhook_body
from outlast.notices.due import Due, Recipient, due, unreached
from outlast.notices.ending import Dated, Ending, Known, Place, Use, moved
from outlast.notices.news import NewsDue, news_due
from outlast.notices.text import Text, news_text, one_line, text_of
from outlast.settings import Settings
from outlast.wiring.news import called_off
from outlast.wiring.notices import Outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What there is to say on one day."""

    today: dt.date
    outlook: Outlook
    known: Known
    """The dates as they are now."""
    changed: Mapping[Place, Dated]
    """Those of them that the store does not have yet."""
    dues: tuple[Due, ...]
    news: tuple[NewsDue, ...]
    unreached: tuple[Use, ...]
    messages: tuple[Message, ...]

    @property
    def everything(self) -> tuple[Due | NewsDue, ...]:
        """All that is due, to each recipient."""
        return (*self.dues, *self.news)


def day_of(settings: Settings, outlook: Outlook, store: NoticeStore, *, today: dt.date, now: dt.datetime) -> Day:
    """Put a day together; nothing is written.

    Raises:
        LedgerUnavailable: the store cannot be read.
    """
    before, messages = store.known(), store.messages()
    changed = moved(before, outlook.endings, int(now.timestamp()) * 10**9)
    known = {**before, **changed}
    told = _Told(messages)
    happenings = (*outlook.happenings, *called_off(outlook.schedules, messages, now))
    return Day(
        today=today,
        outlook=outlook,
        known=known,
        changed=changed,
        dues=tuple(due(outlook.endings, known, settings.notices, today, told)),
        news=tuple(news_due(happenings, outlook.uses, settings.notices)),
        unreached=unreached(outlook.endings, settings.notices, today),
        messages=messages,
    )


class _Told:
    """Who was told what, or will be as soon as it can be sent."""

    def __init__(self, messages: Sequence[Message]) -> None:
        self._ids: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for each in messages:
            if each.state not in ("dead", "replaced"):
                self._ids[each.recipient, each.way].append(each.notice)

    def __call__(self, prefix: str, recipient: Recipient) -> bool:
        return any(notice.startswith(prefix) for notice in self._ids[recipient.name, recipient.way])


def kept(day: Day, one: Due | NewsDue) -> Message | None:
    """The message that was made of a notice for its recipient before; None: it is new."""
    id_ = one.news.id if isinstance(one, NewsDue) else one.notice.id
    named = (id_, one.recipient.name, one.recipient.way)
    return next((each for each in day.messages if (each.notice, each.recipient, each.way) == named), None)


def text_for(one: Due | NewsDue, settings: Settings) -> Text:
    """What its recipient would read."""
    if isinstance(one, NewsDue):
        return news_text(one.news, one.recipient.language, window=settings.notices.used_within)
    return text_of(one.notice, one.recipient.language, window=settings.notices.used_within)


def draft_of(one: Due | NewsDue, settings: Settings) -> Draft:
    """The message that a notice, or a piece of news, becomes."""
    recipient, text = one.recipient, text_for(one, settings)
    if isinstance(one, NewsDue):
        id_, matter, body = one.news.id, one.news.happening.matter, news_body(one.news, text)
    else:
        place = one.notice.ending.place
        id_, matter, body = one.notice.id, f"{place.model}@{place.surface}", webhook_body(one.notice, text)
    payloads = {"mail": text.body.encode("utf-8", "replace"), "webhook": body, "slack": slack_body(text)}
    return Draft(
        notice=id_,
        place=matter,
        recipient=recipient.name,
        way=recipient.way,
        subject=text.subject,
        payload=payloads[recipient.way],
    )


def ending_text(ending: Ending) -> str:
    """A model and its surface in one line."""
    return f"{one_line(ending.place.model)} ({one_line(ending.place.surface)})"
