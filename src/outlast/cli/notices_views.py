"""How notices, messages and what came of sending are shown.

It knows words, columns and documents. It does not know what is due nor what was sent.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import click

from outlast.cli.notices_day import Day, ending_text, kept, text_for
from outlast.cli.output import print_table, printable
from outlast.delivery.round import Round
from outlast.delivery.store import Message, State
from outlast.notices.due import Due
from outlast.notices.news import NewsDue
from outlast.notices.text import minute, one_line
from outlast.settings import Settings

STATE_WORDS: Final[dict[State, str]] = {
    "sent": "sent",
    "waiting": "still waiting, for the next `outlast notices send`",
    "dead": "given up: `outlast notices log --dead` says why",
    "unknown": "perhaps arrived: `outlast notices log --dead` says why",
}

NOTHING = """\
Nothing is due. Next:
  outlast horizon              shows what everything here depends on, and when it ends
  outlast notices calendar     prints the ends for a calendar"""


def print_preview(day: Day, settings: Settings, *, full: bool) -> None:
    """Who is to be told what, and keys that nobody is told for."""
    if not (day.dues or day.news or day.unreached):
        click.echo(NOTHING)
        return
    click.echo(f"Notices on {day.today}; calls of the last {settings.notices.used_within} days")
    click.echo()
    rows: list[tuple[str, ...]] = []
    for one in day.dues:
        notice, recipient, state = one.notice, one.recipient, _state(day, one)
        cells = (str(notice.ending.ends or ""), "" if notice.days_left is None else str(notice.days_left))
        rows.append((ending_text(notice.ending), *cells, notice.kind, recipient.name, recipient.way, state))
    for news in day.news:
        happening, recipient = news.news.happening, news.recipient
        rows.append(
            (
                one_line(happening.name),
                minute(happening.at),
                "",
                happening.kind,
                recipient.name,
                recipient.way,
                _state(day, news),
            )
        )
    if rows:
        print_table("", ("model", "ends", "days", "notice", "to", "by", "state"), rows)
    for use in day.unreached:
        who = f"the key {use.key}" if use.key else "calls without a key"
        click.echo(printable(f"! nobody is told for {who}: {', '.join(use.names)}, {use.calls} calls"))
    for each in day.everything if full else ():
        text = text_for(each, settings)
        click.echo(
            f"\nTo {printable(each.recipient.name)} by {each.recipient.way}: {text.subject}\n\n{text.body}", nl=False
        )


def _state(day: Day, one: Due | NewsDue) -> str:
    before = kept(day, one)
    return "new" if before is None else before.state


def preview_document(day: Day, settings: Settings) -> dict[str, object]:
    """The same as data."""
    found = []
    for one in day.dues:
        text = text_for(one, settings)
        found.append(
            {
                "id": one.notice.id,
                "kind": one.notice.kind,
                "model": one.notice.ending.place.model,
                "surface": one.notice.ending.place.surface,
                "ends": one.notice.ending.ends,
                "days_left": one.notice.days_left,
                "to": one.recipient.name,
                "by": one.recipient.way,
                "language": one.recipient.language,
                "names": list(one.notice.names),
                "keys": [use.key for use in one.notice.uses],
                "state": _state(day, one),
                "subject": text.subject,
                "text": text.body,
            }
        )
    unreached = [{"key": use.key, "names": list(use.names), "calls": use.calls} for use in day.unreached]
    return {
        "today": day.today,
        "notices": found,
        "news": [_news_document(day, each, settings) for each in day.news],
        "unreached": unreached,
    }


def _news_document(day: Day, one: NewsDue, settings: Settings) -> dict[str, object]:
    happening, text = one.news.happening, text_for(one, settings)
    return {
        "id": happening.id,
        "kind": happening.kind,
        "name": happening.name,
        "at": f"{happening.at:%Y-%m-%dT%H:%M:%SZ}",
        "to": one.recipient.name,
        "by": one.recipient.way,
        "language": one.recipient.language,
        "keys": [use.key for use in one.news.uses],
        "state": _state(day, one),
        "subject": text.subject,
        "text": text.body,
    }


def sent_text(done: Round) -> str:
    """What came of sending, in a line for each state."""
    lines = [f"{done.ends[state]} {words}" for state, words in STATE_WORDS.items() if done.ends[state]]
    return "\n".join(lines) or "nothing to send"


def print_log(messages: Sequence[Message]) -> None:
    """One line a message."""
    if not messages:
        click.echo("No message yet; `outlast notices preview` shows what is due.")
        return
    rows = [
        (_moment(each.changed_ns), each.state, each.recipient, each.way, each.subject, str(each.attempts), each.said)
        for each in messages
    ]
    print_table("", ("when", "state", "to", "by", "subject", "tries", "said"), rows)


def log_document(messages: Sequence[Message]) -> list[dict[str, object]]:
    """The same as data."""
    return [
        {
            "notice": each.notice,
            "to": each.recipient,
            "by": each.way,
            "subject": each.subject,
            "state": each.state,
            "attempts": each.attempts,
            "said": each.said,
            "made": _moment(each.made_ns),
            "changed": _moment(each.changed_ns),
        }
        for each in messages
    ]


def _moment(ns: int) -> str:
    return dt.datetime.fromtimestamp(ns // 10**9, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
