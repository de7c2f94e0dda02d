"""An answer asked for: a branch made a request, the gateway asked as this person, the answer's events handed on.

It knows what a model is told beside what was said: the person's voice. It does not know who keeps the answer, or
whether anybody does.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass

import msgspec

from outlast.chat.conversation import Conversation, Message, Persona, Served
from outlast.chat.ports import Begun, Chats, Ended, Gateway, Person, Piece, Sound
from outlast.chat.turn import Reach, turn, wanted_files
from outlast.errors import OutlastError

CONVERSATION_HEADER = "x-outlast-conversation"

Events = AsyncGenerator[Begun | Piece | Sound | Ended, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for an answer to."""

    person: Person
    conversation: Conversation
    branch: tuple[Message, ...]
    """Up to the message that is answered."""
    known_as: str
    """What the gateway is told of the conversation, by which a rollout stays with it."""
    heard: bool = False
    """Somebody waits to hear the answer to what was spoken; asked again, or anew, it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Asks."""

    chats: Chats
    gateway: Gateway
    reach: Callable[[str], Reach]
    """What a model can take, by the picker's name."""
    instructions: Callable[[Persona], str]
    """What a model is told so that it talks like this."""

    async def ask(self, question: Question, by: Served) -> Events:
        """The answer of ``by.asked``; what was left out of the request is known before anybody answers."""
        owner, conversation = question.person.name, question.conversation
        reach = self.reach(by.asked)
        try:
            persona = conversation.persona or await self.chats.persona(owner)
            files = await self._files(question, reach)
        except OutlastError as error:
            yield Ended(error=str(error))
            return
        made = turn(
            question.branch,
            model=by.asked,
            instructions=self.instructions(persona),
            files=files,
            reach=msgspec.structs.replace(reach, speaks=reach.speaks and question.heard),
        )
        yield Begun(by=msgspec.structs.replace(by, note=f"{by.note} {made.note}".strip(), voice=persona.key))
        headers = {CONVERSATION_HEADER: question.known_as}
        coming = self.gateway.ask(made.body, headers, person=question.person, unkept=conversation.temporary)
        try:
            async for event in coming:
                yield event
        finally:
            await coming.aclose()

    async def _files(self, question: Question, reach: Reach) -> Mapping[str, bytes]:
        owner, conversation = question.person.name, question.conversation.id
        return {
            each: (await self.chats.file(owner, conversation, each))[1] for each in wanted_files(question.branch, reach)
        }
