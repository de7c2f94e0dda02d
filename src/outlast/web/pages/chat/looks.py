"""What is only looked at: a conversation, a file, a message's words, an export, a small question.

It knows pages of the chat that change nothing. It does not know what their forms do (``web.pages.chat.acts``).
"""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from outlast.chat.conversation import Conversation
from outlast.chat.export import as_json, as_markdown
from outlast.chat.tree import Tree
from outlast.web.pages.chat import front
from outlast.web.pages.chat.acts import LONGEST_REASON, TITLE_LENGTH
from outlast.web.pages.chat.front import LEGACY_COOKIE, Open, opened
from outlast.web.pages.chat.room import Room, path_of

SHOWN_IN_PAGES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "audio/wav"})
"""Anything else is downloaded: a browser might run it."""
LONGEST_MESSAGE: Final = 4_000_000


class Looks:
    """The handlers of every GET below ``/chat``, but the stream."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def new(self, request: Request) -> Response:
        """Where a conversation begins."""
        return await front.page(self._room, request, Open(tree=Tree(())))

    async def conversation(self, request: Request) -> Response:
        """One conversation."""
        at = await opened(self._room, self._room.person(request), request.path_params["id"])
        return await front.page(self._room, request, at)

    async def file(self, request: Request) -> Response:
        """A file, as it was brought."""
        person, params = self._room.person(request), request.path_params
        kept, data = await self._room.chats.file(person.name, params["id"], params["file"])
        safe = kept.media_type in SHOWN_IN_PAGES
        return Response(
            data,
            media_type=kept.media_type if safe else "application/octet-stream",
            headers={
                "content-disposition": "inline" if safe else "attachment",
                "content-security-policy": "sandbox; default-src 'none'",
            },
        )

    async def sound(self, request: Request) -> Response:
        """How an answer sounds, as it is made: 24,000 samples a second of 16 bits, without a head."""
        person, params = self._room.person(request), request.path_params
        await self._room.chats.growth(person.name, params["id"], params["message"], 0)  # another's is a 404
        sounding = self._room.talking.sounds.of(params["message"])
        if sounding is None:
            raise HTTPException(404, "The sound of this answer is not here any more; its words are.")
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(sounding.follow(), media_type="application/octet-stream", headers=headers)

    async def text(self, request: Request) -> Response:
        """What stands in a message, as it was written: for the clipboard."""
        person, params = self._room.person(request), request.path_params
        tree = Tree(await self._room.chats.messages(person.name, params["id"]))
        return PlainTextResponse(tree.message(params["message"]).text)

    async def markdown(self, request: Request) -> Response:
        """The branch that is shown, to keep and to read."""
        at = await self._opened(request)
        text = as_markdown(_known(at), at.messages)
        return _download(text, "text/markdown; charset=utf-8", "md", at)

    async def json(self, request: Request) -> Response:
        """The whole tree, with choices, for programs."""
        at, person = await self._opened(request), self._room.person(request)
        choices = await self._room.chats.choices(person.name, at.id)
        return _download(as_json(_known(at), at.messages, choices), "application/json", "json", at)

    async def reminder(self, request: Request) -> Response:
        """The last day of a model, for a calendar."""
        made = self._room.models(request).reminder(request.query_params.get("model", ""))
        if made is None:
            raise HTTPException(404, "No day is known on which this model ends.")
        headers = {"content-disposition": f'attachment; filename="{made.name}"'}
        return Response(made.text, media_type="text/calendar; charset=utf-8", headers=headers)

    async def edit(self, request: Request) -> Response:
        """The form to write a message anew."""
        message = (await self._opened(request)).tree.message(request.path_params["message"])
        return self._ask(
            request,
            title="Edit message",
            words="The answer to it is written anew. What was there stays: you can go back and forth.",
            label="Message",
            text=message.text,
            long=True,
            most=LONGEST_MESSAGE,
            button="Send",
        )

    async def again(self, request: Request) -> Response:
        """The form to ask once more."""
        at = await self._opened(request)
        at.tree.message(request.path_params["message"])
        model = _known(at).model
        legacy = request.cookies.get(LEGACY_COOKIE) == "on"
        groups = self._room.models(request).groups(legacy=legacy, keep=model)
        return self._ask(
            request,
            title="Try again",
            words="Another answer to the same question. The one that is there stays.",
            groups=groups,
            model=model,
            button="Ask",
        )

    async def reason(self, request: Request) -> Response:
        """The form to say why an answer was good or bad."""
        message = (await self._opened(request)).tree.message(request.path_params["message"])
        return self._ask(
            request,
            title="Why was this a bad answer?" if message.thumb == "bad" else "Why was this a good answer?",
            words="Kept with the answer, for whoever chooses the models here.",
            action="rate",
            label="Your reason",
            text=message.reason,
            long=True,
            most=LONGEST_REASON,
            button="Keep",
        )

    async def rename(self, request: Request) -> Response:
        """The form for another title."""
        at = await self._opened(request)
        title = _known(at).title
        return self._ask(request, title="Rename", label="Title", text=title, most=TITLE_LENGTH, button="Rename")

    async def delete(self, request: Request) -> Response:
        """The question whether to delete."""
        at = await self._opened(request)
        title = _known(at).title
        words = f"“{title}” and everything in it will be gone for good: {len(at.tree)} messages."
        return self._ask(request, title="Delete this conversation?", words=words, button="Delete", grave=True)

    async def back(self, request: Request) -> Response:
        """Somebody reloaded the address of a form that was sent: there is only the conversation to show."""
        return RedirectResponse(path_of(request.path_params.get("id", "")), 303)

    async def _opened(self, request: Request) -> Open:
        return await opened(self._room, self._room.person(request), request.path_params["id"])

    def _ask(self, request: Request, *, action: str = "", **values: Any) -> Response:
        params = request.path_params
        path, name = path_of(params["id"]), action or request.url.path.split("/")[3]
        shown: dict[str, Any] = {
            "words": "",
            "text": None,
            "label": "",
            "long": False,
            "most": 0,
            "groups": (),
            "model": "",
            "grave": False,
            "back": path,
            "action": f"{path}/{name}/{params['message']}" if "message" in params else f"{path}/{name}",
        }
        return self._room.show.page(request, "chat/ask.html", **{**shown, **values})


def _known(at: Open) -> Conversation:
    assert at.conversation is not None  # noqa: S101 - for the type checker: it was opened by its id
    return at.conversation


def _download(content: str | bytes, media_type: str, kind: str, at: Open) -> Response:
    """A file under the conversation's title."""
    name = "".join(each if each.isascii() and each.isalnum() else "-" for each in _known(at).title).strip("-")
    headers = {"content-disposition": f'attachment; filename="{name[:60] or "conversation"}.{kind}"'}
    return Response(content, media_type=media_type, headers=headers)
