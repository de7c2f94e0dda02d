"""What an answer is asked for with: sound only where somebody waits to hear it."""

import asyncio

import msgspec

from outlast.chat.conversation import Attachment
from outlast.chat.ports import Person
from outlast.chat.talking import Begin, Brought
from outlast.chat.turn import Reach
from outlast.testing.chats import MemoryChats
from outlast.testing.talking import PlayedGateway, talking_of

ANA = Person(name="ana")
SPOKEN = Brought(attachment=Attachment(id="s", name="s.wav", media_type="audio/wav", size=2), data=b"hi")


def test_what_was_spoken_is_answered_aloud_once_and_read_when_it_is_asked_again_or_changed() -> None:
    gateway = PlayedGateway()

    async def run() -> None:
        talking = talking_of(MemoryChats(), gateway, reach=Reach(hears=True, speaks=True))
        sent = await talking.begin(ANA, "", Begin(files=(SPOKEN,)))
        await talking.wait(ANA, sent)
        for each in (
            await talking.again(ANA, sent.conversation, sent.answers[0]),
            await talking.again(ANA, sent.conversation, sent.answers[0], models=("a", "b")),
            await talking.edit(ANA, sent.conversation, sent.question, "and this"),
        ):
            await talking.wait(ANA, each)

    asyncio.run(run())
    bodies = [msgspec.json.decode(each.body) for each in gateway.asked]
    assert ["modalities" in each for each in bodies] == [True, False, False, False, False]
    assert all("input_audio" in str(each["messages"]) for each in bodies)
