"""A notice as a program is given it: the JSON of a webhook, and what Slack and its like take.

It knows both shapes and Slack's escaping. It does not know how they are signed or sent (``delivery``).
"""

from typing import Final

import msgspec

from outlast.notices.due import Notice
from outlast.notices.news import News
from outlast.notices.text import Text, one_line

_SLACK: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def webhook_body(notice: Notice, text: Text) -> bytes:
    """The notice as data, with its text beside."""
    ending, dated = notice.ending, notice.dated
    return msgspec.json.encode(
        {
            "id": one_line(notice.id),
            "kind": notice.kind,
            "model": one_line(ending.place.model),
            "surface": one_line(ending.place.surface),
            "ends": ending.ends,
            "previous": dated.previous,
            "sequence": dated.sequence,
            "unsure": ending.unsure,
            "days_left": notice.days_left,
            "successor": ending.successor,
            "switch_day": ending.switch_day,
            "names": [one_line(name) for name in notice.names],
            "keys": [one_line(use.key) for use in notice.uses if use.key],
            "calls": sum(use.calls for use in notice.uses),
            "subject": text.subject,
            "text": text.body,
        }
    )


def news_body(news: News, text: Text) -> bytes:
    """News as data, with their text beside."""
    one = news.happening
    return msgspec.json.encode(
        {
            "id": one_line(one.id),
            "kind": one.kind,
            "name": one_line(one.name),
            "at": one.at,
            "until": one.until,
            "before": one_line(one.before) or None,
            "after": one_line(one.after) or None,
            "guard": one_line(one.guard) or None,
            "evidence": one_line(one.evidence) or None,
            "serve": None if one.until is None else "410" if one.missing else "successor",
            "keys": [one_line(use.key) for use in news.uses if use.key],
            "calls": sum(use.calls for use in news.uses),
            "subject": text.subject,
            "text": text.body,
        }
    )


def slack_body(text: Text) -> bytes:
    """One message; nothing in it is a mention or a link."""
    return msgspec.json.encode({"text": f"{text.subject}\n{text.body}".translate(_SLACK)})
