"""Every store of conversations keeps the promises of ``chat.ports.Chats``: in a file, in memory, and both at once."""

import asyncio
import functools
import itertools
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import ParamSpec

import msgspec
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from outlast.chat import bounds
from outlast.chat.conversation import Attachment, Persona, Served
from outlast.chat.ports import Chats, Choice, Pleased
from outlast.chat.tree import Tree, edited
from outlast.errors import MalformedRequest, ObjectNotFound, RequestTooLarge
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.chats.temporary import AllChats
from outlast.ledger.location import chats_path
from outlast.testing.chats import MemoryChats, answer_to, conversation_of, message_of

Given = ParamSpec("Given")
replaced = msgspec.structs.replace


def awaited(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    @functools.wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Time:
    """Nanoseconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 10**18

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return chats_path(tmp_path / "outlast.db")


@pytest.fixture(params=["memory", "sqlite", "both"])
def chats(request: pytest.FixtureRequest, file: Path, time: Time) -> Iterator[Chats]:
    if request.param == "memory":
        yield MemoryChats()
        return
    kept = KeptChats(file, unix_ns=time)
    kept.start()
    yield kept if request.param == "sqlite" else AllChats(kept, unix_ns=time)
    kept.close()


@pytest.fixture
def kept(file: Path, time: Time) -> Iterator[KeptChats]:
    store = opened(file, time)
    yield store
    store.close()


def opened(file: Path, time: Callable[[], int]) -> KeptChats:
    store = KeptChats(file, unix_ns=time)
    store.start()
    return store


async def begun(chats: Chats, known: str = "c1", owner: str = "ana") -> None:
    """A conversation with a question and an answer that is being written."""
    await chats.create(conversation_of(known, owner))
    await chats.add(
        owner, known, message_of(f"{known}-q", "What is a model?"), answer_to(f"{known}-q", f"{known}-a", created_ns=2)
    )


SERVED = Served(asked="gpt-4o", served="openai/gpt-5.1", reason="successor", exchange="req_1")


@awaited
async def test_what_was_kept_comes_back_as_it_was(chats: Chats) -> None:
    await chats.create(conversation_of("c1"))
    question = replaced(message_of("q", "Grüße \x00 \U0001f600"), created_ns=5)
    await chats.add("ana", "c1", question, answer_to("q", "a", created_ns=6))
    assert await chats.grow("a", "Once")
    assert await chats.grow("a", " upon")
    assert await chats.grow("a", "", by=SERVED)
    [kept, grown] = await chats.messages("ana", "c1")
    assert (kept.text, grown.text, grown.by) == (question.text, "Once upon", SERVED)
    await chats.settle("a", phase="complete", by=SERVED)
    answer = replaced(answer_to("q", "a", created_ns=6), text="Once upon", phase="complete", by=SERVED)
    assert await chats.messages("ana", "c1") == (question, answer)
    assert await chats.conversation("ana", "c1") == replaced(conversation_of("c1"), leaf="a", updated_ns=6)


@awaited
async def test_another_persons_conversation_is_as_one_that_does_not_exist(chats: Chats) -> None:
    await begun(chats)
    await chats.grow("c1-a", "secret")
    await chats.create(conversation_of("c2", "bob"))
    before = await chats.messages("ana", "c1")
    choice = Choice(chosen="c1-a", rejected="c1-q", created_ns=1)
    tried: list[Callable[[], Coroutine[None, None, object]]] = [
        lambda: chats.conversation("bob", "c1"),
        lambda: chats.change(conversation_of("c1", "bob", title="mine")),
        lambda: chats.delete("bob", "c1"),
        lambda: chats.messages("bob", "c1"),
        lambda: chats.add("bob", "c1", message_of("m")),
        lambda: chats.stop("bob", "c1", "c1-a"),
        lambda: chats.growth("bob", "c1", "c1-a", 0),
        lambda: chats.file("bob", "c1", "f"),
        lambda: chats.rate("bob", "c1", "c1-a", "bad", ""),
        lambda: chats.choose("bob", "c1", choice),
        lambda: chats.choices("bob", "c1"),
        # Nor by way of a conversation of one's own.
        lambda: chats.add("bob", "c2", message_of("m", parent="c1-q")),
        lambda: chats.stop("bob", "c2", "c1-a"),
        lambda: chats.growth("bob", "c2", "c1-a", 0),
        lambda: chats.rate("bob", "c2", "c1-a", "bad", ""),
        lambda: chats.change(replaced(conversation_of("c2", "bob"), leaf="c1-q")),
    ]
    for attempt in tried:
        with pytest.raises(ObjectNotFound) as refused:
            await attempt()
        assert "secret" not in str(refused.value)
    assert await chats.messages("ana", "c1") == before
    assert await chats.grow("c1-a", "!")
    assert await chats.search("bob", "model") == ()
    assert await chats.newest("bob") == (conversation_of("c2", "bob"),)


@awaited
async def test_every_call_about_what_was_never_there_is_not_found(chats: Chats) -> None:
    await begun(chats)
    for attempt in (
        chats.conversation("ana", "none"), chats.growth("ana", "c1", "none", 0), chats.file("ana", "c1", "none"),
        chats.stop("ana", "c1", "none"), chats.rate("ana", "c1", "none", "good", ""),
        chats.add("ana", "c1", message_of("m", parent="none")), chats.conversation("ana", "\ud800'; --"),
    ):  # fmt: skip
        with pytest.raises(ObjectNotFound):
            await attempt


@awaited
async def test_two_tabs_that_write_from_the_same_place_make_branches_and_lose_nothing(chats: Chats) -> None:
    await begun(chats)
    await chats.settle("c1-a", phase="complete", by=SERVED)
    await asyncio.gather(
        *(chats.add("ana", "c1", message_of(f"tab{tab}", str(tab), parent="c1-a", created_ns=3)) for tab in range(9))
    )
    tree = Tree(await chats.messages("ana", "c1"))
    assert {each.text for each in tree.children("c1-a")} == set("012345678")
    leaf = (await chats.conversation("ana", "c1")).leaf
    assert leaf == tree.newest_leaf()


@awaited
async def test_an_edit_stands_beside_what_it_edits(chats: Chats) -> None:
    await begun(chats)
    [question, _] = await chats.messages("ana", "c1")
    await chats.add("ana", "c1", edited(question, known="q2", text="And a fallback?", created_ns=9))
    tree = Tree(await chats.messages("ana", "c1"))
    assert [each.id for each in tree.siblings("c1-q")] == ["c1-q", "q2"]
    assert (await chats.conversation("ana", "c1")).updated_ns == 9


@awaited
async def test_an_id_is_used_once_and_a_refused_batch_adds_nothing(chats: Chats) -> None:
    await begun(chats)
    with pytest.raises(MalformedRequest, match="already"):
        await chats.create(conversation_of("c1", "bob"))
    for batch in (
        (message_of("new"), message_of("c1-q")),
        (message_of("new"), message_of("new")),
    ):
        with pytest.raises(MalformedRequest, match="already"):
            await chats.add("ana", "c1", *batch)
    with pytest.raises(ObjectNotFound):
        await chats.add("ana", "c1", message_of("new"), message_of("newer", parent="none"))
    assert [each.id for each in await chats.messages("ana", "c1")] == ["c1-q", "c1-a"]


@awaited
async def test_growth_tells_what_came_since_and_the_whole_once_it_has_ended(chats: Chats) -> None:
    await begun(chats)
    pieces = ["Once ", "\U0001f600", "", "upon", " a\x00time", "ü" * 70]
    said = ""
    for piece in pieces:
        await chats.grow("c1-a", piece)
        more, message = await chats.growth("ana", "c1", "c1-a", len(said))
        assert (more, message.phase, message.text) == (piece, "running", "")
        said += piece
    for start in range(len(said) + 2):
        assert (await chats.growth("ana", "c1", "c1-a", start))[0] == said[start:]
    await chats.settle("c1-a", phase="stopped", by=SERVED, error="")
    more, message = await chats.growth("ana", "c1", "c1-a", 7)
    assert (more, message.phase, message.text) == (said[7:], "stopped", said)


@awaited
async def test_whoever_writes_an_answer_hears_that_it_is_to_stop(chats: Chats) -> None:
    await begun(chats)
    assert await chats.grow("c1-a", "Once")
    await chats.stop("ana", "c1", "c1-a")
    assert not await chats.grow("c1-a", "")
    assert not await chats.grow("c1-a", " upon")
    await chats.settle("c1-a", phase="stopped", by=SERVED)
    assert (await chats.messages("ana", "c1"))[1].phase == "stopped"


@awaited
async def test_an_answer_that_has_ended_or_was_deleted_takes_no_more(chats: Chats) -> None:
    await begun(chats)
    await chats.settle("c1-a", phase="failed", by=SERVED, error="the provider was away")
    assert not await chats.grow("c1-a", "more")
    await chats.settle("c1-a", phase="complete", by=SERVED)
    await chats.stop("ana", "c1", "c1-a")
    failed = (await chats.messages("ana", "c1"))[1]
    assert (failed.text, failed.phase, failed.error) == ("", "failed", "the provider was away")
    await begun(chats, "c2")
    await chats.delete("ana", "c2")
    assert not await chats.grow("c2-a", "more")
    await chats.settle("c2-a", phase="complete", by=SERVED)
    with pytest.raises(ObjectNotFound):
        await chats.messages("ana", "c2")


@awaited
async def test_newest_goes_through_all_in_pages_and_the_archive_apart(chats: Chats) -> None:
    expected = []
    for number in range(7):
        name = f"c{number}"
        await chats.create(conversation_of(name))
        await chats.add("ana", name, message_of(f"m{number}", created_ns=10 + number // 2))
        expected.append((10 + number // 2, name))
    await chats.change(replaced(await chats.conversation("ana", "c3"), archived=True))
    expected.remove((11, "c3"))
    found: list[tuple[int, str]] = []
    while page := await chats.newest("ana", before=found[-1] if found else None, limit=2):
        assert len(page) <= 2
        found += [(each.updated_ns, each.id) for each in page]
    assert found == sorted(expected, reverse=True)
    assert [each.id for each in await chats.newest("ana", archived=True)] == ["c3"]


@awaited
async def test_what_a_person_changes_is_kept(chats: Chats) -> None:
    await begun(chats)
    changed = replaced(
        await chats.conversation("ana", "c1"), title="Models", model="gpt-4.1", leaf="c1-q", archived=True,
        persona=Persona(base="candid", warmth="more", instructions="Be brief."), told=("gpt-4o",), updated_ns=77,
    )  # fmt: skip
    await chats.change(changed)
    assert await chats.conversation("ana", "c1") == changed
    with pytest.raises(ObjectNotFound):
        await chats.change(replaced(changed, leaf="none"))
    assert await chats.persona("ana") == Persona()
    await chats.keep_persona("ana", Persona(emoji="less"))
    assert (await chats.persona("ana"), await chats.persona("bob")) == (Persona(emoji="less"), Persona())


@awaited
async def test_files_are_kept_with_the_message_and_shown_on_other_branches(chats: Chats) -> None:
    await chats.create(conversation_of("c1"))
    shown = Attachment(id="f1", name="a/../ü.txt", media_type="text/plain", size=3, text="abc", left_out="page 2")
    await chats.add("ana", "c1", replaced(message_of("q"), attachments=(shown,)), files={"f1": b"abc"})
    [question] = await chats.messages("ana", "c1")
    assert question.attachments == (shown,)
    assert await chats.file("ana", "c1", "f1") == (shown, b"abc")
    await chats.add("ana", "c1", edited(question, known="q2", text="again", created_ns=2))
    assert (await chats.messages("ana", "c1"))[1].attachments == (shown,)
    await chats.create(conversation_of("c2"))
    for attempt in (
        chats.file("ana", "c2", "f1"),
        chats.add("ana", "c2", replaced(message_of("q3"), attachments=(shown,))),
    ):
        with pytest.raises(ObjectNotFound, match="f1"):
            await attempt
    for files in ({"f1": b"other"}, {"f2": b"nobody's"}):
        with pytest.raises(MalformedRequest, match="bytes"):
            await chats.add("ana", "c1", replaced(message_of("q4"), attachments=(shown,)), files=files)


@awaited
async def test_what_is_over_a_bound_is_refused_in_words(chats: Chats) -> None:
    await chats.create(conversation_of("c1"))
    file = Attachment(id="f", name="f", media_type="image/png", size=0)
    with pytest.raises(RequestTooLarge, match="20 MiB"):
        await chats.add(
            "ana", "c1", replaced(message_of("q"), attachments=(file,)), files={"f": bytes(bounds.MOST_FILE + 1)}
        )
    with pytest.raises(RequestTooLarge, match="characters"):
        await chats.add("ana", "c1", message_of("q", "x" * (bounds.MOST_TEXT + 1)))
    many = tuple(replaced(file, id=str(number)) for number in range(bounds.MOST_FILES + 1))
    with pytest.raises(RequestTooLarge, match="files"):
        await chats.add("ana", "c1", replaced(message_of("q"), attachments=many))
    assert await chats.messages("ana", "c1") == ()


@awaited
async def test_thumbs_and_choices_are_kept_and_summed_by_model(chats: Chats) -> None:
    await begun(chats)
    await chats.settle("c1-a", phase="complete", by=SERVED)
    await chats.add("ana", "c1", answer_to("c1-q", "b", created_ns=3))
    await chats.settle("b", phase="complete", by=replaced(SERVED, served="openai/gpt-4.1"))
    await chats.rate("ana", "c1", "c1-a", "good", "to the point")
    await chats.rate("ana", "c1", "b", "bad", "")
    for choice in (
        Choice(chosen="b", rejected="c1-a", created_ns=4),
        Choice(chosen="c1-a", rejected="b", created_ns=5, reason="shorter"),
    ):
        await chats.choose("ana", "c1", choice)
    assert await chats.choices("ana", "c1") == (Choice(chosen="c1-a", rejected="b", created_ns=5, reason="shorter"),)
    assert [(each.thumb, each.reason) for each in await chats.messages("ana", "c1")] == [
        ("", ""), ("good", "to the point"), ("bad", ""),
    ]  # fmt: skip
    assert await chats.pleased() == (
        Pleased(served="openai/gpt-4.1", bad=1, rejected=1),
        Pleased(served="openai/gpt-5.1", good=1, chosen=1),
    )
    await chats.rate("ana", "c1", "b", "", "taken back")
    assert (await chats.messages("ana", "c1"))[2].reason == ""
    for message, thumb in (("c1-q", "good"), ("b", "great")):
        with pytest.raises(MalformedRequest):
            await chats.rate("ana", "c1", message, thumb, "")
    for chosen, rejected in (("b", "b"), ("b", "c1-q"), ("c1-q", "c1-q")):
        with pytest.raises(MalformedRequest, match="two answers"):
            await chats.choose("ana", "c1", Choice(chosen=chosen, rejected=rejected, created_ns=1))


@awaited
async def test_the_newest_whole_answers_of_each_model_are_handed_out_for_sums(chats: Chats) -> None:
    for known, owner, served in (
        ("c1", "ana", "a/old"),
        ("c2", "bob", "a/m"),
        ("c3", "ana", "a/m"),
        ("c4", "ana", "a/n"),
    ):
        await begun(chats, known, owner)
        await chats.grow(f"{known}-a", f"said in {known}")
        await chats.settle(f"{known}-a", phase="complete", by=replaced(SERVED, served=served))
    await begun(chats, "running")
    await begun(chats, "cut")
    await chats.settle("cut-a", phase="stopped", by=SERVED)

    async def told(looked: int, most: int, longest: int) -> list[tuple[str, str]]:
        return [(each.served, each.text) for each in await chats.spoken(looked=looked, most=most, longest=longest)]

    assert await told(9, 9, 99) == [
        ("a/n", "said in c4"), ("a/m", "said in c3"), ("a/m", "said in c2"), ("a/old", "said in c1"),
    ]  # fmt: skip
    assert await told(9, 1, 4) == [("a/n", "said"), ("a/m", "said"), ("a/old", "said")]
    assert await told(2, 9, 99) == [("a/n", "said in c4"), ("a/m", "said in c3")]


@awaited
async def test_a_deleted_conversation_leaves_no_feedback_and_no_hit(chats: Chats) -> None:
    await begun(chats)
    await chats.settle("c1-a", phase="complete", by=SERVED)
    await chats.rate("ana", "c1", "c1-a", "good", "")
    assert await chats.search("ana", "model")
    await chats.delete("ana", "c1")
    assert (await chats.search("ana", "model"), await chats.pleased(), await chats.newest("ana")) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The quick brown fox", "QUICK fo"),
        ("Größe und Übermut", "ubermut grosse"),
        ("我们的模型退役了", "模型 退"),
        ("モデルの退役", "モデル"),
        ("ภาษาไทยง่ายมาก", "ไทย"),
        ("हिन्दी में बात करें", "हिन्दी"),
        ("Привет, мир", "ПРИВ"),
        ("مرحبا بالعالم", "مرحبا"),
        ("모델은 사라졌다", "모델"),
        ("naïve café", "naive CAFÉ"),
        ("Party \U0001f389 today", "\U0001f389"),
        ('she said "NEAR(a b) OR c*"', '"NEAR(a b) OR c*"'),
        ("call foo.bar_baz(x)", "foo.bar_baz"),
    ],
)
@awaited
async def test_a_search_finds_words_of_any_script_and_marks_them(chats: Chats, text: str, typed: str) -> None:
    await chats.create(conversation_of("c1", title="-"))
    await chats.add("ana", "c1", message_of("q", text), message_of("other", "something else", parent="q"))
    [found] = await chats.search("ana", typed)
    assert (found.message, found.conversation.id) == ("q", "c1")
    assert found.excerpt.count("\x02") == found.excerpt.count("\x03") > 0
    assert found.excerpt.replace("\x02", "").replace("\x03", "") == text
    assert await chats.search("ana", f"{typed} missing") == ()


@awaited
async def test_a_search_gives_each_conversation_once_by_its_title_or_its_newest_message(chats: Chats) -> None:
    await chats.create(conversation_of("titled", title="All about retirement"))
    await chats.add("ana", "titled", message_of("t", "retirement"))
    await chats.create(conversation_of("said"))
    await chats.add("ana", "said", message_of("s1", "retirement"), message_of("s2", "of retirement", parent="s1"))
    found = await chats.search("ana", "retire")
    assert [(each.conversation.id, each.message) for each in found] == [("titled", "t"), ("said", "s2")]
    assert len(await chats.search("ana", "retire", limit=1)) == 1
    await chats.change(replaced(await chats.conversation("ana", "titled"), title="Renamed"))
    assert [each.message for each in await chats.search("ana", "retire")] == ["s2", "t"]
    assert [each.excerpt for each in await chats.search("ana", "renam")] == ["\x02Renamed\x03"]


@given(typed=st.text())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_was_typed_is_words_and_finds_the_text_it_is_part_of(chats: Chats, typed: str) -> None:
    async def run() -> None:
        number = next(COUNT)
        name = f"typed{number}"
        await chats.create(conversation_of(name, f"typist{number}", title="-"))
        await chats.add(f"typist{number}", name, message_of(name, typed))
        found = await chats.search(f"typist{number}", typed)
        assert len(found) == bool(found)
        if typed.isalnum() and typed.isascii():
            assert [each.message for each in found] == [name]

    asyncio.run(run())


COUNT = itertools.count()
