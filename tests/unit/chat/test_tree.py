"""A conversation's tree: whatever is written, from however many tabs, every message stays on a branch that is found."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outlast.chat.conversation import Attachment, Message
from outlast.chat.tree import Place, Tree, another, answer, edited
from outlast.errors import MalformedRequest, ObjectNotFound


def message(known: str, parent: str | None) -> Message:
    return Message(id=known, parent=parent, role="user", text=known, created_ns=0)


@st.composite
def grown(draw: st.DrawFn) -> list[Message]:
    """Messages as several tabs may add them: each behind any that is there, or at a new beginning."""
    messages: list[Message] = []
    for number in range(draw(st.integers(0, 25))):
        behind = draw(st.integers(-1, len(messages) - 1))
        messages.append(message(f"m{number}", None if behind < 0 else messages[behind].id))
    return messages


@given(grown())
def test_a_path_goes_from_a_beginning_to_its_leaf_by_parents(messages: list[Message]) -> None:
    tree = Tree(messages)
    assert tree.path(None) == ()
    for each in messages:
        path = tree.path(each.id)
        assert path[0].parent is None
        assert path[-1] == each
        assert all(later.parent == earlier.id for earlier, later in itertools.pairwise(path))


@given(grown())
def test_siblings_share_their_parent_and_each_has_one_place(messages: list[Message]) -> None:
    tree = Tree(messages)
    for each in messages:
        beside = tree.siblings(each.id)
        assert [other.id for other in beside] == [other.id for other in messages if other.parent == each.parent]
        assert beside[tree.place(each.id).number - 1] == each
        assert tree.place(each.id).of == len(beside)


@given(grown())
def test_every_message_is_on_the_way_to_a_leaf_that_its_newest_leaf_finds(messages: list[Message]) -> None:
    tree = Tree(messages)
    order = [each.id for each in messages]
    for each in messages:
        leaf = tree.newest_leaf(each.id)
        assert leaf is not None
        assert each in tree.path(leaf)
        below = [other.id for other in messages if each in tree.path(other.id) and not tree.children(other.id)]
        assert leaf == max(below, key=order.index)
    assert tree.newest_leaf() == (order[-1] if order else None)


@given(grown(), st.integers(0, 30), st.integers(0, 30))
def test_two_tabs_that_add_in_turn_lose_nothing_of_each_other(messages: list[Message], one: int, other: int) -> None:
    ends: list[str | None] = [None, *(each.id for each in messages)]
    first = message("tab-1", ends[one % len(ends)])
    second = message("tab-2", ends[other % len(ends)])
    tree = Tree([*messages, first, second])
    assert len(tree) == len(messages) + 2
    assert {"tab-1", "tab-2"} <= {each.id for known in ("tab-1", "tab-2") for each in tree.path(known)}
    assert list(tree.path("tab-1")[:-1]) == list(Tree(messages).path(first.parent))


@given(grown())
def test_what_is_shown_is_a_whole_branch_whatever_the_leaf_was(messages: list[Message]) -> None:
    tree = Tree(messages)
    for leaf in ("gone", None, *(each.id for each in messages)):
        shown = tree.shown(leaf)
        assert bool(shown) == bool(messages)
        if leaf in {each.id for each in messages}:
            assert shown[-1].id == leaf


def test_an_edit_stands_beside_with_its_files_and_only_what_a_person_wrote_is_edited() -> None:
    file = Attachment(id="f", name="f.png", media_type="image/png", size=1)
    original = Message(id="q", parent="p", role="user", text="Hi", created_ns=1, attachments=(file,))
    new = edited(original, known="q2", text="Hello", created_ns=2)
    assert (new.parent, new.text, new.attachments, new.id) == ("p", "Hello", (file,), "q2")
    assert edited(original, known="q3", text="", created_ns=2, attachments=()).attachments == ()
    with pytest.raises(MalformedRequest, match="cannot be edited"):
        edited(answer("q", known="a", created_ns=1, asked="m"), known="a2", text="", created_ns=2)


def test_another_try_stands_beside_an_answer_and_is_to_be_written() -> None:
    first = answer("q", known="a", created_ns=1, asked="gpt-4o")
    second = another(first, known="a2", created_ns=2, asked="gpt-4.1")
    assert (second.parent, second.phase, second.by and second.by.asked) == ("q", "running", "gpt-4.1")
    tree = Tree([message("q", None), first, second])
    assert (tree.place("a2"), tree.newest_leaf("q")) == (Place(2, 2), "a2")
    with pytest.raises(MalformedRequest, match="edited"):
        another(message("q", None), known="a3", created_ns=2, asked="m")


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(ObjectNotFound, match="nowhere"):
        Tree([message("a", "nowhere")])
    with pytest.raises(ObjectNotFound):
        Tree([message("a", None)]).path("b")
