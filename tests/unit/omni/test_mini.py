"""The whole engine, with its own words, ears and mouth: several sessions share one set of weights."""

import threading

import numpy as np
import pytest
from tests.unit.omni.tiny import head, random_tensors, tiny_weights

from outlast.errors import WeightsInvalid
from outlast.omni.choice import Drawing, Habits, next_sign, next_text
from outlast.omni.engine import EARS_HZ, Ended, Engine, Event, Opening, Said, Spoken
from outlast.omni.grammar import ANSWER, CODES, END, SILENCE_CODE, SPECIAL, THINK
from outlast.omni.mini import Mini
from outlast.omni.threads import use_one_thread
from outlast.omni.turns import BySilence, Evidence, loudness
from outlast.omni.weights import pack, parse

HABITS = Habits(longest_heard=8, longest_thought=8, longest_phrase=6)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Mini(tiny_weights(), habits=HABITS)


def question(seed: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(0, 0.1, EARS_HZ // 2).astype(np.float32)


def exchange(engine: Engine, seed: int) -> list[Event]:
    session = engine.open(Opening(aloud=True, longest_answer=8, seed=seed))
    session.push_text("What is this?")
    session.push_image(np.full((30, 40, 3), seed, np.uint8))
    session.push_audio(question(seed))
    return list(session.answer())


def told(events: list[Event]) -> list[object]:
    return [event.samples.tobytes() if isinstance(event, Spoken) else event for event in events]


def test_it_hears_sees_reads_writes_and_speaks(engine: Engine) -> None:
    events = exchange(engine, 1)
    assert {type(event) for event in events} >= {Said, Spoken, Ended}
    assert all(np.isfinite(event.samples).all() for event in events if isinstance(event, Spoken))


def test_sessions_of_several_threads_do_not_disturb_each_other(engine: Engine) -> None:
    alone = [told(exchange(engine, seed)) for seed in range(4)]
    found: list[list[object]] = [[] for _ in range(4)]

    def run(seed: int) -> None:
        found[seed] = told(exchange(engine, seed))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == alone


def test_a_policy_decides_by_what_a_session_says(engine: Engine) -> None:
    session, policy = engine.open(Opening()), BySilence(silence_ms=80)
    sound = np.concatenate((question(1)[:6_400], np.zeros(6_400, np.float32)))
    over = []
    for piece in sound.reshape(-1, 640):
        session.push_audio(piece)
        over.append(policy.heard(Evidence(session.turn_over(), loudness(piece))))
    assert over.index(True) == 10 + 2 - 1


def test_a_code_book_that_cannot_be_spoken_with_is_refused() -> None:
    tensors = random_tensors()
    tensors["voice.weights"][3] = 0
    with pytest.raises(WeightsInvalid, match="weights"):
        Mini(parse(pack(head(), tensors)))


def test_numpy_can_be_told_to_use_one_thread() -> None:
    assert use_one_thread()


def test_text_is_the_likeliest_of_what_the_grammar_allows() -> None:
    scores = np.zeros(len(SPECIAL) + 5, np.float32)
    scores[[THINK, END, len(SPECIAL) + 2]] = [9, 1, 2]
    assert next_text(scores, (END,)) == len(SPECIAL) + 2
    assert next_text(scores, (END, THINK)) == THINK
    assert next_sign(scores, (ANSWER, END)) == END


def test_only_the_first_book_ends_a_phrase_and_an_end_has_no_finer_codes() -> None:
    scores = np.zeros(CODES + 1, np.float32)
    scores[SILENCE_CODE] = 50
    for temperature in (0, 0.5):
        drawing = Drawing(temperature=temperature, seed=1)
        assert [drawing.choose(book, scores) for book in range(4)] == [SILENCE_CODE, 0, 0, 0]
        assert drawing.choose(0, -scores) < SILENCE_CODE
        assert drawing.choose(1, scores) < SILENCE_CODE


def test_codes_are_drawn_as_often_as_they_are_likely() -> None:
    scores = np.full(CODES + 1, -100, np.float32)
    scores[[3, 4]] = [np.log(0.8), np.log(0.2)]
    drawing = Drawing(temperature=1, seed=1)
    drawn = [drawing.choose(0, scores) for _ in range(2_000)]
    assert set(drawn) == {3, 4}
    assert 0.76 < drawn.count(3) / len(drawn) < 0.84
    cooler = Drawing(temperature=0.5, seed=1)
    assert [cooler.choose(0, scores) for _ in range(2_000)].count(3) > drawn.count(3) + 100
