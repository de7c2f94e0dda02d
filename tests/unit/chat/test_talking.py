"""Whatever a person does in a conversation: nothing that was shown is lost, and nobody's page is waited for."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from outlast.chat.clock import Moved
from outlast.chat.conversation import Attachment, Message, Persona
from outlast.chat.ports import Ended, Person
from outlast.chat.talking import Begin, Brought, Sent, Talking
from outlast.chat.tree import Tree
from outlast.chat.turn import Reach
from outlast.errors import MalformedRequest, ObjectNotFound
from outlast.testing.chats import MemoryChats
from outlast.testing.talking import PlayedGateway, talking_of

ANA = Person(name="ana")
Play = Callable[[Talking, MemoryChats, PlayedGateway], Awaitable[None]]


def play(act: Play, gateway: PlayedGateway | None = None, **how: object) -> None:
    async def run() -> None:
        played, chats = gateway or PlayedGateway(), MemoryChats()
        talking = talking_of(chats, played, **how)  # type: ignore[arg-type]  # the words of talking_of
        try:
            async with asyncio.timeout(60):
                await act(talking, chats, played)
        finally:
            await talking.aclose()

    asyncio.run(run())


async def said(chats: MemoryChats, sent: Sent, message: str) -> Message:
    return Tree(await chats.messages(ANA.name, sent.conversation)).message(message)


def test_an_answer_is_written_whoever_looks() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        sent = await talking.begin(ANA, "Hello there. And more.")
        await talking.wait(ANA, sent)
        answer = await said(chats, sent, sent.answers[0])
        assert (answer.text, answer.phase, answer.parent) == ("Good day.", "complete", sent.question)
        assert answer.by is not None
        assert (answer.by.asked, answer.by.served, answer.by.exchange) == ("gpt-4o", "provider/gpt-4o", "req_1")
        conversation = await chats.conversation("ana", sent.conversation)
        assert (conversation.title, conversation.leaf) == ("Hello there.", sent.answers[0])
        assert gateway.asked[0].headers == {"x-outlast-conversation": sent.conversation}
        assert gateway.asked[0].said == [("user", "Hello there. And more.")]

    play(act)


def test_what_is_shown_lies_in_the_store_and_a_second_look_begins_where_it_is_told_to() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        sent = await talking.begin(ANA, "Hello")
        [answer] = sent.answers
        seen = ""
        async for growth in talking.follow(ANA, sent.conversation, answer):
            seen += growth.text
            kept, _ = await chats.growth("ana", sent.conversation, answer, 0)
            assert kept.startswith(seen)
            if seen == "Good ":
                gateway.go_on.set()
        assert seen == "Good day."
        later = [growth.text async for growth in talking.follow(ANA, sent.conversation, answer, start=5)]
        assert "".join(later) == "day."

    play(act, PlayedGateway(holds=1))


def test_two_tabs_that_write_behind_the_same_answer_make_two_branches() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        first = await talking.begin(ANA, "One")
        await talking.wait(ANA, first)
        for text in ("Two", "Other two"):
            sent = await talking.send(ANA, first.conversation, text, parent=first.answers[0])
            await talking.wait(ANA, sent)
        tree = Tree(await chats.messages("ana", first.conversation))
        assert [each.text for each in tree.children(first.answers[0])] == ["Two", "Other two"]
        assert gateway.asked[-1].said == [("user", "One"), ("assistant", "Good day."), ("user", "Other two")]

    play(act)


def test_an_edit_stands_beside_what_it_was_with_its_files_and_another_try_beside_the_answer() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        file = Attachment(id="f", name="a.txt", media_type="text/plain", size=2, text="hi")
        more = Begin(files=(Brought(attachment=file, data=b"hi"),))
        first = await talking.begin(ANA, "One", more)
        await talking.wait(ANA, first)
        edited = await talking.edit(ANA, first.conversation, first.question, "Uno")
        await talking.wait(ANA, edited)
        again = await talking.again(ANA, first.conversation, edited.answers[0])
        await talking.wait(ANA, again)
        tree = Tree(await chats.messages("ana", first.conversation))
        assert [each.text for each in tree.children(None)] == ["One", "Uno"]
        assert tree.message(edited.question).attachments == (file,)
        assert [each.id for each in tree.children(edited.question)] == [*edited.answers, *again.answers]
        assert gateway.asked[-1].said == [("user", '<file name="a.txt">\nhi\n</file>\n\nUno')]

    play(act)


def test_two_models_answer_one_question_side_by_side_and_the_conversation_stays_with_its_own() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        first = await talking.begin(ANA, "One")
        await talking.wait(ANA, first)
        both = await talking.again(ANA, first.conversation, first.answers[0], models=("a", "b"))
        await talking.wait(ANA, both)
        assert sorted(each.model for each in gateway.asked[1:]) == ["a", "b"]
        assert (await chats.conversation("ana", first.conversation)).model == "gpt-4o"
        with pytest.raises(MalformedRequest, match="at most 4"):
            await talking.again(ANA, first.conversation, first.answers[0], models=("a",) * 5)

    play(act)


def test_a_stop_is_heard_while_the_model_is_silent_and_what_was_said_stays() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        sent = await talking.begin(ANA, "Hello")
        async for growth in talking.follow(ANA, sent.conversation, sent.answers[0]):
            if growth.text:
                break
        await talking.stop(ANA, sent.conversation, sent.answers[0])
        await talking.wait(ANA, sent)
        answer = await said(chats, sent, sent.answers[0])
        assert (answer.text, answer.phase) == ("Good ", "stopped")
        assert gateway.let_go.is_set()

    play(act, PlayedGateway(holds=1))


def test_an_answer_whose_process_ends_is_interrupted_and_keeps_what_was_shown() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del gateway
        sent = await talking.begin(ANA, "Hello")
        async for growth in talking.follow(ANA, sent.conversation, sent.answers[0]):
            if growth.text:
                break
        await talking.aclose()
        answer = await said(chats, sent, sent.answers[0])
        assert (answer.text, answer.phase) == ("Good ", "interrupted")

    play(act, PlayedGateway(holds=1))


@pytest.mark.parametrize(
    ("end", "phase"),
    [(Ended(error="no such model"), "failed"), (Ended(interrupted=True), "interrupted"), (Ended(), "complete")],
)
def test_each_end_has_its_phase(end: Ended, phase: str) -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del gateway
        sent = await talking.begin(ANA, "Hello")
        await talking.wait(ANA, sent)
        answer = await said(chats, sent, sent.answers[0])
        assert (answer.text, answer.phase, answer.error) == ("Good day.", phase, end.error)

    play(act, PlayedGateway(end=end))


def test_a_conversation_deleted_in_mid_answer_ends_the_call() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        sent = await talking.begin(ANA, "Hello")
        await gateway.held.wait()
        await chats.delete("ana", sent.conversation)
        with pytest.raises(ObjectNotFound):
            await talking.wait(ANA, sent)
        await gateway.let_go.wait()

    play(act, PlayedGateway(holds=1))


def test_another_persons_conversation_is_not_there() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del chats, gateway
        sent = await talking.begin(ANA, "Hello")
        bob = Person(name="bob")
        for forbidden in (
            talking.send(bob, sent.conversation, "Hi", parent=sent.answers[0]),
            talking.edit(bob, sent.conversation, sent.question, "Hi"),
            talking.again(bob, sent.conversation, sent.answers[0]),
            talking.stop(bob, sent.conversation, sent.answers[0]),
            talking.wait(bob, sent),
        ):
            with pytest.raises(ObjectNotFound):
                await forbidden

    play(act)


def test_nothing_is_not_sent_and_leaves_no_conversation() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del gateway
        with pytest.raises(MalformedRequest, match="nothing was written"):
            await talking.begin(ANA, "  \n")
        assert await chats.newest("ana") == ()

    play(act)


def test_without_any_model_the_person_is_told_whom_to_ask() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del chats, gateway
        with pytest.raises(MalformedRequest, match="no model is offered"):
            await talking.begin(ANA, "Hello")

    play(act, default="")


def test_the_voice_is_the_conversations_else_the_persons() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        await chats.keep_persona("ana", Persona(base="candid"))
        await talking.wait(ANA, await talking.begin(ANA, "Hello"))
        await talking.wait(ANA, await talking.begin(ANA, "Hello", Begin(persona=Persona(base="nerdy"))))
        assert [each.said[0] for each in gateway.asked] == [("system", "Be candid."), ("system", "Be nerdy.")]

    play(act)


def test_of_a_temporary_conversation_no_words_are_recorded() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del chats
        await talking.wait(ANA, await talking.begin(ANA, "Hello", Begin(temporary=True)))
        assert gateway.asked[0].unkept

    play(act)


def test_where_another_process_may_be_asked_next_nothing_temporary_is_begun() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del chats
        with pytest.raises(MalformedRequest, match="workers = 1"):
            await talking.begin(ANA, "Hello", Begin(temporary=True))
        assert gateway.asked == []

    play(act, alone=False)


def test_a_conversation_is_told_once_that_its_model_has_gone_and_goes_on_with_another() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        first = await talking.begin(ANA, "Hello")
        await talking.wait(ANA, first)
        sent = await talking.send(ANA, first.conversation, "On", parent=first.answers[0])
        await talking.wait(ANA, sent)
        conversation = await chats.conversation("ana", first.conversation)
        assert (conversation.model, conversation.told) == ("gpt-5", ("gpt-4o",))
        assert gateway.asked[-1].model == "gpt-5"
        assert [each.by.note for each in await chats.messages("ana", first.conversation) if each.by] == ["", "gone"]

    play(act, moved=Moved(gone="gpt-4o", to="gpt-5", text="gone"))


def test_what_was_not_sent_is_said_on_the_answer() -> None:
    async def act(talking: Talking, chats: MemoryChats, gateway: PlayedGateway) -> None:
        del gateway
        image = Attachment(id="f", name="a.png", media_type="image/png", size=2)
        sent = await talking.begin(ANA, "See?", Begin(files=(Brought(attachment=image, data=b"hi"),)))
        await talking.wait(ANA, sent)
        answer = await said(chats, sent, sent.answers[0])
        assert answer.by is not None
        assert answer.by.note == "1 image was not sent: this model cannot see."

    play(act, reach=Reach(sees=False))
