"""The page itself, put together: a conversation or the beginning of one, the list beside it, the voice.

It knows what a person asked to see. It does not know what the forms do (``web.pages.chat.acts``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from outlast.chat.conversation import Conversation, Message, Persona
from outlast.chat.ports import Person
from outlast.chat.tree import Tree
from outlast.web.pages.chat.hearing import heard
from outlast.web.pages.chat.room import Room, path_of
from outlast.web.pages.chat.seen import NOT_MEASURED, Hit, Page, Side, Talk, Voice
from outlast.web.pages.chat.view import found, latest, render_aside, shown

LEGACY_COOKIE: Final = "legacy"
_NEVER: Final = 2**63
"""The first moment that the store cannot be asked for."""
LISTED: Final = 50
"""Conversations in the list at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A conversation that is looked at; none yet where one is to begin."""

    conversation: Conversation | None = None
    messages: Sequence[Message] = ()
    """Of all branches, in the order in which they were added."""
    tree: Tree
    path: Sequence[Message] = ()

    @property
    def id(self) -> str:
        """Empty where there is none yet."""
        return self.conversation.id if self.conversation else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody has not sent yet, when a form brought them here."""

    text: str = ""
    model: str = ""
    legacy: bool | None = None
    persona: Persona | None = None
    temporary: bool = False
    problem: str = ""
    status: int = 200


NOTHING: Final = Draft()


async def opened(room: Room, person: Person, conversation: str) -> Open:
    """One of this person's.

    Raises:
        ObjectNotFound: there is none of this id.
    """
    known = await room.chats.conversation(person.name, conversation)
    messages = await room.chats.messages(person.name, conversation)
    tree = Tree(messages)
    return Open(conversation=known, messages=messages, tree=tree, path=tree.shown(known.leaf))


async def page(room: Room, request: Request, at: Open, draft: Draft = NOTHING) -> Response:
    """The chat, as a page."""
    person, asked = room.person(request), request.query_params
    around = "around" in asked  # a script that has the messages asks for what stands around them
    legacy = request.cookies.get(LEGACY_COOKIE) == "on" if draft.legacy is None else draft.legacy
    known = at.conversation
    models = room.models(request)
    moved = models.moved(known) if known else None
    model = draft.model or asked.get("model", "") or (moved.to if moved else known.model if known else models.default)
    part, earlier = ((), "") if around else latest(at.path, asked.get("before", ""))
    await render_aside(each.text for each in part if each.role == "assistant" and each.phase != "running")
    temporary = known.temporary if known else draft.temporary or "temporary" in asked
    made = Page(
        id=at.id,
        path=path_of(at.id),
        title=known.title if known else "",
        temporary=temporary,
        refused=room.talking.not_held if temporary and not known else "",
        archived=bool(known and known.archived),
        side=await _side(room, request, person),
        groups=models.groups(legacy=legacy, keep=model),
        model=model,
        legacy=legacy,
        notices=tuple(models.notices(known, model)),
        messages=shown(at.tree, part, models, beside=asked.get("beside", "")),
        earlier=f"{path_of(at.id)}?before={quote(earlier)}" if earlier else "",
        leaf=next((each.id for each in reversed(at.path) if each.role == "assistant"), ""),
        voice=await voice(room, person, Open(tree=at.tree, conversation=known) if around else at, draft.persona),
        draft=draft.text,
        problem=draft.problem,
    )
    return room.show.page(request, "chat/page.html", status=draft.status, page=made)


async def voice(room: Room, person: Person, at: Open, draft: Persona | None = None) -> Voice:
    """The panel of the persona that the next answer has."""
    known = at.conversation
    own = await room.chats.persona(person.name)
    kept = known.persona if known else None
    persona = draft or kept or own
    told = room.instruct(persona)
    # Probes ask a model as it is: of a voice nothing is measured.
    flips = await room.flips(known.model) if known and not told else ""
    return Voice(
        persona=persona,
        words="Of this conversation alone." if kept else "Of all your conversations, unless one has its own.",
        instruction=told,
        version=room.version,
        heard=await heard(at.path, persona),
        flips=flips or NOT_MEASURED,
    )


async def _side(room: Room, request: Request, person: Person) -> Side:
    words = request.query_params.get("q", "").strip()
    if words:
        hits = await room.chats.search(person.name, words)
        return Side(
            words=words,
            found=[
                Hit(
                    id=hit.conversation.id,
                    message=hit.message,
                    title=hit.conversation.title,
                    excerpt=found(hit.excerpt),
                )
                for hit in hits
            ],
        )
    archived = "archived" in request.query_params
    talks = await room.chats.newest(
        person.name, before=_before(request.query_params.get("older", "")), limit=LISTED + 1, archived=archived
    )
    more = ""
    if len(talks) > LISTED:
        last = talks[LISTED - 1]
        more = f"/chat?older={last.updated_ns}.{quote(last.id)}{'&archived=1' if archived else ''}"
    listed = [Talk(id=each.id, title=each.title, temporary=each.temporary) for each in talks[:LISTED]]
    return Side(talks=listed, more=more, archived=archived)


def _before(cursor: str) -> tuple[int, str] | None:
    when, _, known = cursor.partition(".")
    number = int(when) if when.isascii() and when.isdigit() and len(when) < 20 else _NEVER
    return (number, known) if number < _NEVER and known else None
