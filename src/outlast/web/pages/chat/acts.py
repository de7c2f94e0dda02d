"""What the forms of the chat do: send, edit, ask again, stop, show another branch, rename, archive, delete, rate.

Each ends with the page that shows what was done; without JavaScript that page waits for the whole answer. It does not
know how an answer comes about (``chat.talking``).
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeGuard

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from outlast.chat.conversation import Conversation, Persona
from outlast.chat.ports import Choice, Person
from outlast.chat.talking import Begin, Sent
from outlast.chat.tree import Tree
from outlast.errors import CallerError, MalformedRequest, ObjectNotFound
from outlast.web.pages.chat import front
from outlast.web.pages.chat.front import Draft, Open, opened
from outlast.web.pages.chat.room import Room, done, for_script, path_of
from outlast.web.pages.chat.view import one, running, shown
from outlast.web.pages.forms import form_of, text_of

TITLE_LENGTH = 200
LONGEST_MODEL = 300
LONGEST_REASON = 2_000
LONGEST_WISHES = 8_000
"""Characters: the page's fields end there, a form that is not the page's is held to it all the same."""
STOP_SECONDS = 5.0
"""How long a page waits for an answer that was stopped to be at its end."""


class Acts:
    """The handlers of every POST below ``/chat``."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._talking = room.talking

    async def begin(self, request: Request) -> Response:
        """The first message of a conversation."""
        return await self._sent(request, "")

    async def send(self, request: Request) -> Response:
        """A further message."""
        return await self._sent(request, _id(request))

    async def _sent(self, request: Request, known: str) -> Response:
        person, form = self._room.person(request), await form_of(request)
        files = [(each.filename or "file", await each.read()) for each in form.getlist("files") if _is_file(each)]
        await form.close()
        try:
            sent = await self._send(person, form, files, known)
        except ObjectNotFound:
            raise
        except CallerError as error:
            if for_script(request):
                raise
            return await self._again(request, known, form, str(error))
        return await self._answered(request, person, sent, appended=bool(known))

    async def _send(self, person: Person, form: FormData, files: Sequence[tuple[str, bytes]], known: str) -> Sent:
        brought = [await self._room.read_file(name, data) for name, data in files]
        persona = persona_of(form)
        more = Begin(model=_model(form), files=tuple(brought), temporary=bool(text_of(form, "temporary")))
        text = text_of(form, "message")
        if known:
            if persona is not None:
                await keep_voice(self._room, person, known, persona)
            return await self._talking.send(person, known, text, parent=text_of(form, "parent") or None, more=more)
        own = await self._room.chats.persona(person.name)
        voice = persona if persona != own else None
        return await self._talking.begin(person, text, msgspec.structs.replace(more, persona=voice))

    async def _again(self, request: Request, known: str, form: FormData, problem: str) -> Response:
        at = await opened(self._room, self._room.person(request), known) if known else Open(tree=Tree(()))
        return await front.page(self._room, request, at, _draft(form, problem=problem, status=400))

    async def _answered(self, request: Request, person: Person, sent: Sent, *, appended: bool = False) -> Response:
        """The page with the answer: at once for a script, which follows it; else when it is whole."""
        path = path_of(sent.conversation)
        if not for_script(request):
            await self._talking.wait(person, sent)
            return done(request, path, at=sent.answers[0])
        if not appended:
            return done(request, path, at=sent.answers[0])
        at = await opened(self._room, person, sent.conversation)
        new = [each for each in at.path if each.id in (sent.question, *sent.answers)]
        pages = shown(at.tree, new, self._room.models(request))
        articles = self._room.show.environment.get_template("chat/articles.html").render(path=path, messages=pages)
        return done(request, path, at=sent.answers[0], more={"articles": articles})

    async def edit(self, request: Request) -> Response:
        """A message, written anew."""
        person, form = self._room.person(request), await _fields(request)
        sent = await self._talking.edit(person, _id(request), _message(request), text_of(form, "text"))
        return await self._answered(request, person, sent)

    async def again(self, request: Request) -> Response:
        """Another answer to the same question, by the same or another model."""
        person, form, message = self._room.person(request), await _fields(request), _message(request)
        model = _model(form)
        sent = await self._talking.again(person, _id(request), message, models=(model,) if model else ())
        if not text_of(form, "beside"):
            return await self._answered(request, person, sent)
        if not for_script(request):
            await self._talking.wait(person, sent)
        return done(request, f"{path_of(_id(request))}?beside={message}", at=sent.answers[0])

    async def stop(self, request: Request) -> Response:
        """End what is being written, on every branch."""
        person = self._room.person(request)
        await _fields(request)
        messages = await self._room.chats.messages(person.name, _id(request))
        going = tuple(each.id for each in running(messages))
        for each in going:
            await self._talking.stop(person, _id(request), each)
        if not for_script(request):  # the page that comes next does not follow it
            sent = Sent(conversation=_id(request), question="", answers=going)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._talking.wait(person, sent), STOP_SECONDS)
        return done(request, path_of(_id(request)), at=going[-1] if going else "")

    async def show(self, request: Request) -> Response:
        """Another branch: the newest one through a message."""
        person = self._room.person(request)
        await _fields(request)
        at = await opened(self._room, person, _id(request))
        await self._change(at, leaf=at.tree.newest_leaf(_message(request)))
        return done(request, path_of(_id(request)), at=_message(request))

    async def prefer(self, request: Request) -> Response:
        """One of two answers is the better one; it is shown from now on."""
        person, form = self._room.person(request), await _fields(request)
        at = await opened(self._room, person, _id(request))
        choice = Choice(chosen=_message(request), rejected=text_of(form, "over"), created_ns=self._room.unix_ns())
        await self._room.chats.choose(person.name, _id(request), choice)
        await self._change(at, leaf=at.tree.newest_leaf(choice.chosen))
        return done(request, path_of(_id(request)), at=choice.chosen)

    async def rename(self, request: Request) -> Response:
        """Another title."""
        person, form = self._room.person(request), await _fields(request)
        title = " ".join(text_of(form, "text").split())[:TITLE_LENGTH]
        if not title:
            raise MalformedRequest("a title has at least one letter")
        await self._change(await opened(self._room, person, _id(request)), title=title)
        return done(request, path_of(_id(request)))

    async def archive(self, request: Request) -> Response:
        """Into the archive, or out of it."""
        person, form = self._room.person(request), await _fields(request)
        archived = bool(text_of(form, "archived"))
        await self._change(await opened(self._room, person, _id(request)), archived=archived)
        return done(request, "/chat" if archived else path_of(_id(request)))

    async def delete(self, request: Request) -> Response:
        """Forget all of it; the form that leads here has asked."""
        person = self._room.person(request)
        await _fields(request)
        await self._room.chats.delete(person.name, _id(request))
        return done(request, "/chat")

    async def rate(self, request: Request) -> Response:
        """A thumb, or the reason beside it."""
        person, form = self._room.person(request), await _fields(request)
        at = await opened(self._room, person, _id(request))
        message = at.tree.message(_message(request))
        thumb = text_of(form, "thumb") if "thumb" in form else message.thumb
        if thumb not in {"", "good", "bad"}:
            raise MalformedRequest("a thumb is good, bad or nothing")
        reason = text_of(form, "text") if "text" in form else message.reason if thumb else ""
        _at_most(LONGEST_REASON, reason, "a reason")
        await self._room.chats.rate(person.name, _id(request), message.id, thumb, reason)
        path = path_of(_id(request))
        if not for_script(request) or "text" in form:
            return done(request, path, at=message.id)
        now = (await opened(self._room, person, _id(request))).tree
        return JSONResponse({"foot": foot(self._room, request, now, message.id)})

    async def model(self, request: Request) -> Response:
        """What the next message asks."""
        form, known = await _fields(request), request.path_params.get("id", "")
        if known:
            at = await opened(self._room, self._room.person(request), known)
            await self._change(at, model=_model(form))
        if text_of(form, "go"):
            return done(request, path_of(known))
        return await self._stay(request, form)

    async def legacy(self, request: Request) -> Response:
        """Whether the list has the models that leave."""
        form = await _fields(request)
        wanted = text_of(form, "legacy") == "on"
        response = await self._stay(request, form, legacy=wanted)
        response.set_cookie(
            front.LEGACY_COOKIE, "on" if wanted else "off", max_age=31_536_000, samesite="strict", httponly=True
        )
        return response

    async def persona(self, request: Request) -> Response:
        """A voice, for one conversation or for all that have none of their own."""
        person, form = self._room.person(request), await _fields(request)
        known, persona = request.path_params.get("id", ""), persona_of(form) or Persona()
        if text_of(form, "scope") == "all":
            await self._room.chats.keep_persona(person.name, persona)
            if known:
                await self._change(await opened(self._room, person, known), persona=None)
        elif known:
            await self._change(await opened(self._room, person, known), persona=persona)
        if not for_script(request):
            return await self._stay(request, form)
        at = await opened(self._room, person, known) if known else Open(tree=Tree(()))
        voice = await front.voice(self._room, person, at, persona)
        measured = self._room.show.environment.get_template("chat/measured.html").render(voice=voice)
        return JSONResponse({"measured": measured, "path": path_of(known)})

    async def _stay(self, request: Request, form: FormData, *, legacy: bool | None = None) -> Response:
        """The same page, with what was written and not sent."""
        known = request.path_params.get("id", "")
        if for_script(request):
            return done(request, path_of(known))
        at = await opened(self._room, self._room.person(request), known) if known else Open(tree=Tree(()))
        return await front.page(self._room, request, at, _draft(form, legacy=legacy))

    async def _change(self, at: Open, **changes: object) -> Conversation:
        assert at.conversation is not None  # noqa: S101 - for the type checker: it was opened by its id
        changed = msgspec.structs.replace(at.conversation, **changes)
        await self._room.chats.change(changed)
        return changed


def foot(room: Room, request: Request, tree: Tree, message: str) -> str:
    """What stands below an answer, anew."""
    seen = one(tree, tree.message(message), room.models(request))
    template = room.show.environment.get_template("chat/foot.html")
    return template.render(path=path_of(request.path_params["id"]), message=seen)


async def keep_voice(room: Room, person: Person, known: str, persona: Persona) -> None:
    """The voice that a form brought with a message, where it is not the one that the conversation has."""
    conversation = await room.chats.conversation(person.name, known)
    now = conversation.persona or await room.chats.persona(person.name)
    if persona != now:
        await room.chats.change(msgspec.structs.replace(conversation, persona=persona))


def persona_of(form: FormData) -> Persona | None:
    """The voice in a form; None where there is none in it.

    Raises:
        MalformedRequest: it has a setting that does not exist.
    """
    given = {name: text_of(form, name) for name in Persona.__struct_fields__ if name in form}
    if not given:
        return None
    _at_most(LONGEST_WISHES, given.get("instructions", ""), "what you wish")
    try:
        return msgspec.convert(given, Persona)
    except msgspec.ValidationError as error:
        raise MalformedRequest(f"this is no persona: {error}") from error


def _draft(form: FormData, *, problem: str = "", status: int = 200, legacy: bool | None = None) -> Draft:
    return Draft(
        text=text_of(form, "message"),
        model=text_of(form, "model")[:LONGEST_MODEL],
        legacy=legacy,
        persona=persona_of(form),
        temporary=bool(text_of(form, "temporary")),
        problem=problem,
        status=status,
    )


def _model(form: FormData) -> str:
    """The model that a form names; empty: none."""
    name = text_of(form, "model")
    _at_most(LONGEST_MODEL, name, "a model's name")
    return name


def _at_most(most: int, text: str, what: str) -> None:
    if len(text) > most:
        raise MalformedRequest(f"{what} has at most {most:,} characters; this has {len(text):,}")


async def _fields(request: Request) -> FormData:
    """A form whose files are not looked at."""
    form = await form_of(request)
    await form.close()
    return form


def _is_file(value: object) -> TypeGuard[UploadFile]:
    """A field without a file is sent as a file without name and bytes."""
    return isinstance(value, UploadFile) and bool(value.filename or value.size)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _message(request: Request) -> str:
    return str(request.path_params["message"])
