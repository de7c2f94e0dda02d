"""The page on which another model is tried on the last turns of a conversation, beside the answers that were given.

It knows how a trial is shown, and says of no model that it is better. It does not know how one is made.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from outlast.chat.conversation import Message
from outlast.tone.feature import BY_NAME
from outlast.web.pages.chat.models import Models
from outlast.web.pages.chat.room import Room, path_of
from outlast.web.pages.chat.seen import Tone, TriedTurn
from outlast.web.pages.chat.view import render_aside, settled
from outlast.web.pages.forms import form_of, text_of

if TYPE_CHECKING:
    from outlast.chat.trial import Trial


class Trials:
    """The handler of ``/chat/{id}/try``."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def run(self, request: Request) -> Response:
        """Ask the last questions of a conversation again, of another model, and show both answers."""
        form = await form_of(request)
        await form.close()
        person, known = self._room.person(request), request.path_params["id"]
        trial = await self._room.trying().run(person, known, text_of(form, "model"))
        models = self._room.models(request)
        await render_aside(text for each in trial.turns for text in (each.was.text, each.text))
        return self._room.show.page(
            request,
            "chat/trial.html",
            path=path_of(known),
            title=trial.conversation.title,
            now=models.entry(trial.conversation.model).title,
            then=models.entry(trial.model).title,
            model=trial.model,
            turns=list(_turns(trial, models)),
            tones=list(_tones(trial)),
        )


def _turns(trial: "Trial", models: Models) -> Iterator[TriedTurn]:
    for each in trial.turns:
        answered = Message(id="", parent=None, role="assistant", text=each.text, created_ns=0, by=each.by)
        yield TriedTurn(
            question=each.question.text,
            was=settled(each.was.text),
            was_by=models.chip(each.was),
            now=settled(each.text),
            now_by=models.chip(answered),
            error=each.error,
        )


def _tones(trial: "Trial") -> Iterator[Tone]:
    for bar in trial.bars:
        if bar.a is not None and bar.b is not None and (bar.a or bar.b):
            feature = BY_NAME[bar.feature]
            name = feature.name.replace("_", " ")
            yield Tone(name=name, means=f"{feature.means}, {feature.unit}", before=f"{bar.a:.2f}", after=f"{bar.b:.2f}")
