"""A session keeps the grammar whatever happens to it, and gives its events as soon as they are there."""

import threading
from collections import deque
from collections.abc import Callable
from itertools import islice, pairwise, zip_longest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.omni.tiny import GRAMMAR, Recording, TinyWords, tiny_session

from outlast.errors import ContextFull, MalformedRequest
from outlast.omni import grammar
from outlast.omni.choice import Habits
from outlast.omni.ears import Ears
from outlast.omni.engine import EARS_HZ, Ended, Event, Heard, Manner, Opening, Said, Samples, Session, Spoken
from outlast.omni.memory import Bounds
from outlast.omni.reply import phrases
from outlast.omni.track import SILENT_FRAME
from outlast.omni.weights import Floats

WORDS = TinyWords()
ALOUD = Opening(aloud=True, longest_answer=12)
FRAME = (5, 6, 7, 8)


def noise(count: int, seed: int = 1, loud: float = 0.1) -> Samples:
    return np.random.default_rng(seed).normal(0, loud, count).astype(np.float32)


def picture(seed: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(seed).integers(0, 256, (20, 30, 3), np.uint8)


def scripted(text: str, *, sign: int = grammar.ANSWER) -> list[int]:
    return [sign, *WORDS.encode(" " + text)]


def said(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Said))


def sound(events: list[Event]) -> Samples:
    return np.concatenate([np.zeros(0, np.float32), *(event.samples for event in events if isinstance(event, Spoken))])


def shape(events: list[Event]) -> list[str]:
    """Kinds of events in their order, each run once."""
    names = [type(event).__name__ for event in events]
    return [name for before, name in pairwise(["", *names]) if name != before]


def test_a_session_is_the_ports() -> None:
    port: Callable[[], Session] = tiny_session
    assert isinstance(list(port().answer())[-1], Ended)


def test_text_comes_piece_by_piece_and_the_answer_ends() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    session.push_text("hi there")
    decoder.script = [*scripted("yes, 4."), grammar.END]
    *pieces, ended = session.answer()
    assert [event.text for event in pieces if isinstance(event, Said)] == ["y", "e", "s", ",", " ", "4", "."]
    read = 1 + len(WORDS.encode(" hi there"))
    assert ended == Ended("stop", read, 1 + 7 + 1)
    assert decoder.positions == "Bcccc" + "U" + "x" * (read - 1) + "A" + "x" * 7 + "E"


def answered(typed: str, opening: Opening) -> tuple[str, bytes]:
    session = tiny_session(opening, habits=Habits(temperature=0, longest_phrase=9))
    session.push_text(typed)
    events = list(session.answer())
    return said(events), sound(events).tobytes()


def test_capital_letters_ask_the_same_and_are_read_aloud_as_they_stand() -> None:
    assert answered("What IS It?", Opening(longest_answer=24)) == answered("what is it?", Opening(longest_answer=24))
    aloud = Opening(task="read aloud")
    assert answered("What IS It?", aloud)[0] == "What IS It?"
    assert answered("What IS It?", aloud) != answered("what is it?", aloud)


def test_an_answer_begins_with_no_space_however_many_the_network_writes() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    space = WORDS.encode("  ")[:1]
    decoder.script = [grammar.ANSWER, *space, *space, *WORDS.encode(" a b"), grammar.END]
    assert said(list(session.answer())) == "a b"


def test_what_was_heard_comes_first_and_thoughts_are_not_told() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    session.push_audio(noise(1_300))
    heard, thought, answer = (
        scripted("ab", sign=grammar.HEARD),
        scripted("cd", sign=grammar.THINK),
        scripted("ef"),
    )
    decoder.script = [*heard, *thought, *answer, grammar.END]
    events = list(session.answer())
    assert events[0] == Heard("ab")
    assert said(events) == "ef"
    assert decoder.positions == "BccccUSpps" + "Hxx" + "Txx" + "AxxE"


def test_nothing_is_heard_where_nothing_sounded() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    session.push_text("hi")
    decoder.script = [grammar.HEARD, grammar.END]
    assert not any(isinstance(event, Heard) for event in session.answer())


def test_each_phrase_is_spoken_as_soon_as_it_is_closed_and_a_time_is_no_phrase() -> None:
    decoder = Recording()
    session = tiny_session(ALOUD, decoder=decoder)
    session.push_text("hi")
    one, two = WORDS.encode(" at 3:45."), WORDS.encode(" so!")
    decoder.script = [grammar.ANSWER, *one, two[0], *two, grammar.END, grammar.END]
    decoder.frames = [FRAME, FRAME, SILENT_FRAME, FRAME, SILENT_FRAME]
    events = list(session.answer())
    assert said(events) == "at 3:45. so!"
    assert shape(events) == ["Said", "Spoken", "Said", "Spoken", "Ended"]
    assert decoder.positions.partition("A")[2] == "x" * len(one) + "Kffz" + "x" * len(two) + "KfzE"
    assert len(sound(events)) == 3 * grammar.PATCH_SAMPLES


def test_the_end_closes_a_phrase_that_has_no_sign() -> None:
    decoder = Recording()
    session = tiny_session(ALOUD, decoder=decoder)
    decoder.script = [*scripted("yes"), grammar.END, grammar.END]
    decoder.frames = [FRAME, SILENT_FRAME]
    assert shape(list(session.answer())) == ["Said", "Spoken", "Ended"]


def test_a_phrase_that_does_not_end_by_itself_is_ended() -> None:
    decoder = Recording()
    session = tiny_session(ALOUD, decoder=decoder, habits=Habits(longest_phrase=4))
    decoder.script = [*scripted("yes"), grammar.END, grammar.END]
    decoder.frames = [FRAME] * 9
    list(session.answer())
    assert decoder.positions.endswith("KffffzE")


def test_a_session_that_is_not_aloud_is_silent() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    decoder.script = [*scripted("one. two. "), grammar.END]
    assert "K" not in decoder.positions + "".join(shape(list(session.answer())))


def test_a_transcript_is_what_was_heard_and_nothing_else() -> None:
    decoder = Recording()
    session = tiny_session(Opening(task="transcribe"), decoder=decoder)
    session.push_audio(noise(700))
    decoder.script = [*WORDS.encode(" one two"), grammar.END]
    heard, ended = session.answer()
    assert heard == Heard("one two")
    assert isinstance(ended, Ended)
    assert ended.reason == "stop"
    assert decoder.positions == "BccccUSpsH" + "x" * len(WORDS.encode(" one two")) + "E"


def test_what_is_typed_is_read_aloud_phrase_by_phrase_whatever_the_network_would_say() -> None:
    decoder = Recording()
    session = tiny_session(Opening(task="read aloud"), decoder=decoder)
    session.push_text("at 3:45, go.  now")
    decoder.frames = [FRAME, SILENT_FRAME] * 3
    events = list(session.answer())
    assert said(events) == "at 3:45, go. now"
    assert shape(events) == ["Said", "Spoken", "Said", "Spoken", "Said", "Spoken", "Ended"]
    assert events[-1].reason == "stop" if isinstance(events[-1], Ended) else False


@pytest.mark.parametrize("task", ["talk", "transcribe", "read aloud"])
def test_what_is_longer_than_allowed_is_cut_and_said_to_be(task: str) -> None:
    decoder = Recording()
    session = tiny_session(Opening(task=task, longest_answer=3), decoder=decoder)  # type: ignore[arg-type]  # one of them
    session.push_text("abcdefg")
    decoder.script = [*([grammar.ANSWER] if task == "talk" else []), *WORDS.encode("abcdefg")]
    *events, ended = session.answer()
    assert "".join(event.text for event in events if not isinstance(event, Spoken | Ended)) == "abc"
    assert isinstance(ended, Ended)
    assert ended.reason == "length"


def test_an_answer_that_is_just_as_long_as_allowed_was_not_cut() -> None:
    decoder = Recording()
    session = tiny_session(Opening(longest_answer=3), decoder=decoder)
    decoder.script = [grammar.ANSWER, *WORDS.encode("abc"), grammar.END]
    assert list(session.answer())[-1] == Ended("stop", 1, 5)


def test_earlier_answers_stand_where_they_were_given() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    session.push_text("a")
    session.recall("b c.")
    session.push_text("d")
    assert decoder.positions == "Bcccc" + "Ux" + "A" + "xxx" + "E" + "Ux"
    decoder.script = [grammar.ANSWER, grammar.END]
    assert list(session.answer()) == [Ended("stop", 2 + 5 + 2, 2)]


@st.composite
def scenes(draw: st.DrawFn) -> list[tuple[str, int]]:
    doings = st.sampled_from(["text", "sound", "scrap", "picture", "recall", "answer", "cancel", "abandon", "later"])
    return draw(st.lists(st.tuples(doings, st.integers(0, 12)), max_size=8))


@settings(max_examples=25, deadline=None)
@given(scenes(), st.integers(1, 6), st.booleans(), st.sampled_from(["talk", "transcribe", "read aloud"]))
def test_every_session_keeps_the_grammar(doings: list[tuple[str, int]], seed: int, aloud: bool, task: str) -> None:  # noqa: FBT001  hypothesis gives it by position
    decoder = Recording(seed=seed)
    session = tiny_session(Opening(aloud=aloud, longest_answer=9, task=task), decoder=decoder)  # type: ignore[arg-type]  # one of them
    for doing, number in [*doings, ("answer", 0)]:
        do(session, doing, number)
        if doing in {"answer", "cancel", "later"}:
            assert GRAMMAR.fullmatch(decoder.positions), decoder.positions


def do(session: Session, doing: str, number: int) -> None:
    match doing:
        case "text":
            session.push_text("ab, cd" * (number % 3))
        case "sound":
            session.push_audio(noise(300 * number, number))
        case "scrap":
            session.push_audio(noise(number))
        case "picture":
            session.push_image(picture(number))
        case "recall":
            session.recall("gh. ij")
        case _:
            answer_it(session, doing, number)


def answer_it(session: Session, doing: str, number: int) -> None:
    answer = session.answer()
    given_ = list(islice(answer, number))
    if doing == "later":
        session.push_text("kl")
    elif doing == "cancel":
        session.cancel()
    if doing != "abandon":
        assert isinstance([*given_, *answer][-1], Ended)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9_000), max_size=6))
def test_sound_in_any_pieces_is_the_same_sound(cuts: list[int]) -> None:
    whole, pieces = tiny_session(ALOUD), tiny_session(ALOUD)
    samples = noise(9_000)
    whole.push_audio(samples)
    for begin, end in pairwise([0, *sorted(cuts), 9_000]):
        pieces.push_audio(samples[begin:end])
    assert pieces.turn_over() == pytest.approx(whole.turn_over(), abs=1e-4)
    assert said(list(pieces.answer())) == said(list(whole.answer()))


@pytest.mark.parametrize("after", range(0, 16, 3))
def test_a_cancelled_answer_says_so_and_leaves_a_session_that_answers(after: int) -> None:
    decoder = Recording()
    session = tiny_session(ALOUD, decoder=decoder)
    session.push_text("hi")
    answer = session.answer()
    given_ = list(islice(answer, after))
    session.cancel()
    rest = list(answer)
    assert isinstance(rest[-1], Ended)
    assert rest[-1].reason == "cancelled"
    assert len(rest) <= 2, "at most what was ready when it was cancelled"
    assert len(given_) == after
    session.push_text("and")
    last = list(session.answer())[-1]
    assert isinstance(last, Ended)
    assert last.reason != "cancelled"
    assert GRAMMAR.fullmatch(decoder.positions)


def test_an_answer_can_be_cancelled_from_another_thread() -> None:
    session = tiny_session(Opening(aloud=True, longest_answer=384))
    answer = session.answer()
    next(answer)
    caller = threading.Thread(target=session.cancel)
    caller.start()
    caller.join(60)
    last = list(answer)[-1]
    assert isinstance(last, Ended)
    assert last.reason == "cancelled"


def test_to_cancel_where_nothing_runs_changes_nothing() -> None:
    session = tiny_session()
    session.cancel()
    last = list(session.answer())[-1]
    assert isinstance(last, Ended)
    assert last.reason != "cancelled"


def test_what_is_pushed_during_an_answer_belongs_to_the_next_turn() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    decoder.script = [*scripted("abc"), grammar.END]
    answer = session.answer()
    next(answer)
    session.push_audio(noise(640))
    session.push_text("z")
    assert "p" not in decoder.positions
    list(answer)
    assert session.turn_over() > 0
    assert decoder.positions == "BccccUAxxxEUSpsx"


def test_the_turn_is_not_over_before_any_sound_nor_after_its_answer() -> None:
    session = tiny_session()
    assert session.turn_over() == 0
    session.push_audio(noise(639))
    assert session.turn_over() == 0
    session.push_audio(noise(1))
    assert 0 < session.turn_over() < 1
    list(session.answer())
    assert session.turn_over() == 0


def answers(session: Session) -> list[tuple[str, bytes]]:
    session.push_text("one, two")
    events = list(session.answer())
    return [(said(events), sound(events).tobytes())]


def test_the_same_seed_speaks_the_same_and_another_seed_writes_the_same() -> None:
    [(text, spoken)] = answers(tiny_session(Opening(aloud=True, longest_answer=9, seed=1)))
    assert [(text, spoken)] == answers(tiny_session(Opening(aloud=True, longest_answer=9, seed=1)))
    [(other_text, other)] = answers(tiny_session(Opening(aloud=True, longest_answer=9, seed=2)))
    assert spoken
    assert other != spoken
    assert other_text[: other_text.find(",")] == text[: text.find(",")]


def test_at_temperature_nothing_is_left_to_chance() -> None:
    cold = Habits(temperature=0, longest_phrase=9)
    assert len({answers(tiny_session(Opening(aloud=True, seed=seed), habits=cold))[0] for seed in range(3)}) == 1


def test_sessions_that_take_turns_do_not_hear_each_other() -> None:
    alone = [answers(tiny_session(Opening(aloud=True, longest_answer=9, seed=seed))) for seed in (1, 2)]
    sessions = [tiny_session(Opening(aloud=True, longest_answer=9, seed=seed)) for seed in (1, 2)]
    for session in sessions:
        session.push_text("one, two")
    events: list[list[Event]] = [[], []]
    running = [session.answer() for session in sessions]
    for both in zip_longest(*running):
        for mine, event in zip(events, both, strict=True):
            mine.extend([event] if event else [])
    assert [[(said(mine), sound(mine).tobytes())] for mine in events] == alone


def test_the_manner_changes_what_the_network_is_told() -> None:
    texts = {said(list(tiny_session(Opening(manner=Manner(warmth=warmth))).answer())) for warmth in ("less", "more")}
    assert len(texts) == 2


def again(action: Callable[[], object]) -> None:
    for _ in range(100):
        action()


def test_a_full_conversation_refuses_more_and_still_answers() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder, bounds=Bounds(kept=200, sound=50, slack=10, recent=300))
    with pytest.raises(ContextFull, match="full"):
        again(lambda: session.push_text("abcdefgh"))
    with pytest.raises(ContextFull):
        session.push_image(picture())
    assert isinstance(list(session.answer())[-1], Ended)
    with pytest.raises(ContextFull):
        again(lambda: deque(session.answer()))
    assert GRAMMAR.fullmatch(decoder.positions)


def test_a_conversation_of_many_turns_is_never_full_and_ends_as_a_short_one() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder, bounds=Bounds(kept=400, sound=50, slack=10, recent=100))
    taken = set()
    for number in range(40):
        session.push_text("abcdefgh")
        session.recall("ijkl" if number % 2 else "mnop")
        session.push_audio(noise(2_000, number))
        list(session.answer())
        taken.add(session.remembered)
    assert len(taken) < 6, "memory stopped growing"
    assert GRAMMAR.fullmatch(decoder.positions)


def test_a_long_conversation_in_sound_takes_bounded_memory() -> None:
    session = tiny_session(bounds=Bounds(kept=1_000, sound=64, slack=64))
    taken, minute = set(), noise(60 * EARS_HZ)
    for _ in range(10):
        session.push_audio(minute)
        taken.add(session.remembered)
    assert len(taken) == 1
    assert isinstance(list(session.answer())[-1], Ended)


@pytest.mark.parametrize("loud", [0.0, 1e-6, 1.0, 1e6])
def test_silence_noise_and_clipping_give_numbers(loud: float) -> None:
    session = tiny_session(ALOUD)
    heard = Ears()
    session.push_audio(noise(EARS_HZ, 1, loud) if loud else np.zeros(EARS_HZ, np.float32))
    assert np.isfinite(heard.push(noise(EARS_HZ, 1, loud))).all()
    assert 0 <= session.turn_over() <= 1
    assert np.isfinite(sound(list(session.answer()))).all()


@pytest.mark.parametrize("wrong", [np.full(700, np.nan, np.float32), np.full(9, np.inf, np.float32), np.zeros((2, 9))])
def test_what_is_no_sound_is_refused_and_not_heard(wrong: Samples) -> None:
    session = tiny_session()
    with pytest.raises(MalformedRequest):
        session.push_audio(wrong)
    assert session.turn_over() == 0


def test_a_picture_without_pixels_is_refused_and_not_seen() -> None:
    decoder = Recording()
    session = tiny_session(decoder=decoder)
    with pytest.raises(MalformedRequest):
        session.push_image(np.zeros((0, 4, 3), np.uint8))
    session.push_image(np.zeros((1, 1, 3), np.uint8))
    assert decoder.positions == "BccccUP" + "t" * 64


@pytest.mark.parametrize("blank", [False, True])
def test_speech_with_a_blanked_monologue_does_not_depend_on_its_text(blank: bool) -> None:  # noqa: FBT001  by position
    spoken = set()
    for text in ("abc", "xyz"):
        decoder = Recording()
        habits = Habits(temperature=0, longest_phrase=9, blank_monologue=blank)
        session = tiny_session(ALOUD, decoder=decoder, habits=habits)
        decoder.script = [*scripted(text), grammar.END, grammar.END]
        spoken.add(sound(list(session.answer())).tobytes())
    assert len(spoken) == (1 if blank else 2)


def test_phrases_are_cut_behind_signs_that_a_space_follows() -> None:
    assert phrases(" It is 3:45, so 1.5 km: go!  Now ") == ["It is 3:45,", "so 1.5 km:", "go!", "Now"]
    assert phrases(" ") == []


class Following(Recording):
    """Answers a text, wherever it is asked again."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._tokens = [*WORDS.encode(" " + text), grammar.END]

    def next_token(self, state: Floats) -> Floats:
        _, answering, answer = self.positions.partition("A")
        token = self._tokens[answer.count("x")] if answering else grammar.ANSWER
        scores = np.zeros_like(super().next_token(state))
        scores[token] = 1
        return scores


@settings(max_examples=40, deadline=None)
@given(st.text("ab3:,.! ", max_size=12).map(lambda text: " ".join(text.split())))
def test_the_network_is_cut_into_the_phrases_that_it_was_taught(text: str) -> None:
    decoder = Following(text)
    session = tiny_session(Opening(aloud=True, longest_answer=24), decoder=decoder, habits=Habits(longest_phrase=1))
    assert said(list(session.answer())) == text
    tokens_of_each = [len(WORDS.encode(" " + phrase)) for phrase in phrases(text)] or [1]
    spoken = decoder.positions.partition("A")[2].removesuffix("E").split("K")
    assert [part.count("x") for part in spoken][:-1] == tokens_of_each
