"""Another model on one's own conversation: beside what was said, and nothing of it kept."""

import asyncio

import pytest

from outlast.chat.asking import Asking
from outlast.chat.ports import Ended, Person
from outlast.chat.talking import Begin
from outlast.chat.trial import Trial, Trying
from outlast.chat.turn import Reach
from outlast.errors import MalformedRequest, ObjectNotFound
from outlast.testing.chats import MemoryChats
from outlast.testing.talking import PlayedGateway, talking_of

ANA = Person(name="ana")
WARM = ("I'm so glad that you asked! ", "What a wonderful question 🎉 ", "I hope that this helps you, dear friend!")
TERSE = ("No. ", "It does not work like that here.")


def tried(texts: int, new: PlayedGateway, *, turns: int = 3) -> tuple[Trial, bool]:
    """A conversation of so many turns, and whether the trial left it as it was."""

    async def run() -> tuple[Trial, bool]:
        chats = MemoryChats()
        talking = talking_of(chats, PlayedGateway(pieces=WARM))
        sent = await talking.begin(ANA, "one")
        await talking.wait(ANA, sent)
        for number in range(2, texts + 1):
            sent = await talking.send(ANA, sent.conversation, f"{number}", parent=sent.answers[0])
            await talking.wait(ANA, sent)
        before = await chats.conversation("ana", sent.conversation), await chats.messages("ana", sent.conversation)
        asking = Asking(chats=chats, gateway=new, reach=lambda _: Reach(), instructions=lambda _: "")
        trying = Trying(asking, target=lambda name: f"provider/{name}", unix_ns=lambda: 7)
        with pytest.raises(ObjectNotFound):
            await trying.run(Person(name="bob"), sent.conversation, "new")
        made = await trying.run(ANA, sent.conversation, "new", turns=turns)
        after = await chats.conversation("ana", sent.conversation), await chats.messages("ana", sent.conversation)
        return made, before == after

    return asyncio.run(run())


def test_the_last_turns_are_asked_again_each_with_what_was_said_before_it() -> None:
    gateway = PlayedGateway(pieces=TERSE)
    made, as_it_was = tried(4, gateway)
    assert as_it_was
    assert [each.question.text for each in made.turns] == ["2", "3", "4"]
    assert {each.text for each in made.turns} == {"".join(TERSE)}
    assert sorted(len(each.said) for each in gateway.asked) == [3, 5, 7]
    assert {each.model for each in gateway.asked} == {"new"}
    assert made.turns[0].by.served == "provider/new"


def test_how_both_sound_stands_beside_it() -> None:
    made, _ = tried(3, PlayedGateway(pieces=TERSE))
    bars = {bar.feature: bar for bar in made.bars}
    assert (bars["emoji"].a or 0) > (bars["emoji"].b or 0) == 0
    assert all(bar.a is not None and bar.b is not None for bar in made.bars)


def test_no_rollout_takes_a_trial_for_the_conversation_itself() -> None:
    gateway = PlayedGateway()
    made, _ = tried(1, gateway)
    assert gateway.asked[0].headers["x-outlast-conversation"] != made.conversation.id


def test_a_model_that_fails_says_so_and_is_not_measured() -> None:
    made, as_it_was = tried(2, PlayedGateway(pieces=(), end=Ended(error="no such model")))
    assert as_it_was
    assert [each.error for each in made.turns] == ["no such model"] * 2
    assert made.bars == ()


def test_there_is_nothing_to_try_before_an_answer() -> None:
    async def run() -> None:
        chats = MemoryChats()
        talking = talking_of(chats, PlayedGateway(pieces=(), end=Ended(error="x")))
        sent = await talking.begin(ANA, "one")
        await talking.wait(ANA, sent)
        asking = Asking(chats=chats, gateway=PlayedGateway(), reach=lambda _: Reach(), instructions=lambda _: "")
        with pytest.raises(MalformedRequest, match="nothing to try"):
            await Trying(asking, target=str, unix_ns=lambda: 7).run(ANA, sent.conversation, "new")

    asyncio.run(run())


def test_no_model_stands_beside_itself_whatever_name_it_was_asked_by() -> None:
    async def run() -> None:
        chats, gateway = MemoryChats(), PlayedGateway()
        talking = talking_of(chats, PlayedGateway(pieces=WARM))
        sent = await talking.begin(ANA, "one")
        await talking.wait(ANA, sent)
        (served,) = [each.by.served for each in await chats.messages("ana", sent.conversation) if each.by is not None]
        sent = await talking.send(ANA, sent.conversation, "two", parent=sent.answers[0], more=Begin(model="another"))
        await talking.wait(ANA, sent)
        asking = Asking(chats=chats, gateway=gateway, reach=lambda _: Reach(), instructions=lambda _: "")
        trying = Trying(asking, target={"alias": served}.__getitem__, unix_ns=lambda: 7)
        made = await trying.run(ANA, sent.conversation, "alias")
        assert [each.question.text for each in made.turns] == ["two"]
        itself = Trying(asking, target=lambda _: "provider/another", unix_ns=lambda: 7)
        assert [each.question.text for each in (await itself.run(ANA, sent.conversation, "x")).turns] == ["one"]
        alone = await talking.begin(ANA, "three", Begin(model="another"))
        await talking.wait(ANA, alone)
        with pytest.raises(MalformedRequest, match="gave these answers itself"):
            await itself.run(ANA, alone.conversation, "x")

    asyncio.run(run())
