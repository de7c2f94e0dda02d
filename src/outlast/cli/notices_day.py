"""One day's notices put together: what is due to whom, and what of it is kept already.

It knows how the outlook, known dates and kept messages meet, and how a due notice becomes a message. It does not
print and does not send.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from outlast.delivery.store import Draft, Message, NoticeStore
from outlast.notices.document import slack_body, webhook_body
from outlast.notices.due import Due, Recipient, due, unreached
from outlast.notices.ending import Dated, Ending, Known, Place, Use, moved
from outlast.notices.text import Text, one_line, text_of
from outlast.settings import Settings
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
    unreached: tuple[Use, ...]
    messages: tuple[Message, ...]


def day_of(settings: Settings, outlook: Outlook, store: NoticeStore, *, today: dt.date, now_ns: int) -> Day:
    """Put a day together; nothing is written.

    Raises:
        LedgerUnavailable: the store cannot be read.
    """
    before, messages = store.known(), store.messages()
    changed = moved(before, outlook.endings, now_ns)
    known = {**before, **changed}
    told = _Told(messages)
    return Day(
        today=today,
        outlook=outlook,
        known=known,
        changed=changed,
        dues=tuple(due(outlook.endings, known, settings.notices, today, told)),
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


def kept(day: Day, one: Due) -> Message | None:
    """The message that was made of a notice for its recipient before; None: it is new."""
    named = (one.notice.id, one.recipient.name, one.recipient.way)
    return next((each for each in day.messages if (each.notice, each.recipient, each.way) == named), None)


def text_for(one: Due, settings: Settings) -> Text:
    """What its recipient would read."""
    return text_of(one.notice, one.recipient.language, window=settings.notices.used_within)


def draft_of(one: Due, settings: Settings) -> Draft:
    """The message that a notice becomes."""
    notice, recipient, text = one.notice, one.recipient, text_for(one, settings)
    place = notice.ending.place
    payloads = {
        "mail": lambda: text.body.encode("utf-8", "replace"),
        "webhook": lambda: webhook_body(notice, text),
        "slack": lambda: slack_body(text),
    }
    return Draft(
        notice=notice.id,
        place=f"{place.model}@{place.surface}",
        recipient=recipient.name,
        way=recipient.way,
        subject=text.subject,
        payload=payloads[recipient.way](),
    )


def ending_text(ending: Ending) -> str:
    """A model and its surface in one line."""
    return f"{one_line(ending.place.model)} ({one_line(ending.place.surface)})"
