"""``outlast chat``: what people said, handed out by whoever runs the gateway.

It knows the commands and what each prints. It does not know the forms (``chat.export``, ``chat.preferences``) nor how
conversations are kept. Whoever can read the chats' file can read every conversation; these commands ask no login.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec

from outlast.chat.conversation import Conversation
from outlast.chat.export import as_json, as_markdown
from outlast.chat.preferences import preferences, ratings
from outlast.cli.chat_rehearse import rehearse
from outlast.cli.options import open_context, shared
from outlast.cli.output import note
from outlast.ledger.chats.store import KeptChats
from outlast.wiring.people import opened_chats

_PAGE = 200
_BETWEEN = b"\n---\n\n"


@click.group()
def chat() -> None:
    """What people said in the chat, handed out; temporary conversations are in none of it."""


@chat.command("export")
@click.argument("known", metavar="ID", required=False)
@click.option("--all", "everything", is_flag=True, help="Every conversation, archived ones too.")
@click.option("--user", default=None, metavar="NAME", help="With --all: only of this account.")
@click.option("--output", type=click.File("wb", lazy=False), default="-", metavar="FILE", help="[default: stdout]")
@shared(("markdown", "json"), today=False)
def export_command(
    known: str | None,
    *,
    everything: bool,
    user: str | None,
    output: BinaryIO,
    config: Path | None,
    format_: str,
    quiet: bool,
) -> None:
    """Hand out a conversation: the branch that is shown as Markdown, or the whole tree as JSON, one on a line.

    \b
      outlast chat export 01K9 --output talk.md
      outlast chat export --all --format json --output chats.jsonl
    """
    if (known is None) != everything:
        raise click.UsageError("say the ID of a conversation (the end of its address), or --all")
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_chats(context.settings) as chats:
        count = asyncio.run(_export(chats, known, user, output, as_tree=context.format == "json"))
    note(f"{count:,} conversations.", quiet=quiet or known is not None)


@chat.command("preferences")
@click.option("--thumbs", is_flag=True, help="Single thumbs instead of pairs.")
@click.option("--output", type=click.File("wb", lazy=False), default="-", metavar="FILE", help="[default: stdout]")
@shared(("json",), today=False)
def preferences_command(*, thumbs: bool, output: BinaryIO, config: Path | None, format_: str, quiet: bool) -> None:
    """Hand out feedback as pairs of a better and a worse answer to the same prompt: JSON, one pair on a line.

    A pair is a choice between two answers, or a good thumb beside a bad one. Each answer has the id of its call in
    the record. What was said is in it; who said it is not.
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_chats(context.settings) as chats:
        count = asyncio.run(_preferences(chats, output, thumbs=thumbs))
    note(f"{count:,} {'thumbs' if thumbs else 'pairs'}.", quiet=quiet)


async def _export(chats: KeptChats, known: str | None, user: str | None, output: BinaryIO, *, as_tree: bool) -> int:
    count = 0
    async for each in _named(chats, known) if known is not None else _every(chats, user):
        messages = await chats.messages(each.owner, each.id)
        if as_tree:
            output.write(as_json(each, messages, await chats.choices(each.owner, each.id)) + b"\n")
        else:
            output.write((_BETWEEN if count else b"") + as_markdown(each, messages).encode())
        count += 1
    return count


async def _preferences(chats: KeptChats, output: BinaryIO, *, thumbs: bool) -> int:
    count = 0
    async for each in _every(chats, None):
        messages = await chats.messages(each.owner, each.id)
        chosen = await chats.choices(each.owner, each.id)
        for row in ratings(messages) if thumbs else preferences(messages, chosen):
            output.write(msgspec.json.encode(row) + b"\n")
            count += 1
    return count


async def _named(chats: KeptChats, known: str) -> AsyncIterator[Conversation]:
    yield await chats.conversation(await chats.owner_of(known), known)


async def _every(chats: KeptChats, user: str | None) -> AsyncIterator[Conversation]:
    """All of everybody, or of one, the newest first."""
    for owner in await chats.owners():
        if user is not None and owner.lower() != user.lower():
            continue
        for archived in (False, True):
            before: tuple[int, str] | None = None
            while page := await chats.newest(owner, before=before, limit=_PAGE, archived=archived):
                for each in page:
                    yield each
                before = (page[-1].updated_ns, page[-1].id)


chat.add_command(rehearse)
