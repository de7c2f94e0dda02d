"""How models' answers sound: means of each, with how many answers they are of."""

from outlast.chat.ports import Spoken
from outlast.chat.sounding import Sound, sounds

WARM = "What a great question! You're right to feel that way. I'm so sorry that it hurts."
DRY = "The table has three columns. The second one holds the dates of each of the entries."


def mean(sound: Sound, feature: str) -> tuple[float, int]:
    [found] = [each for each in sound.means if each.feature == feature]
    return found.mean, found.answers


def test_each_model_is_measured_by_its_own_answers() -> None:
    found = sounds([Spoken(served="a/warm", text=WARM), Spoken(served="a/dry", text=DRY)])
    assert mean(found["a/warm"], "praise") == (1.0, 1)
    assert mean(found["a/dry"], "praise") == (0.0, 1)
    assert mean(found["a/warm"], "exclamation")[0] > mean(found["a/dry"], "exclamation")[0] == 0


def test_a_mean_is_over_all_answers_of_a_model() -> None:
    found = sounds([Spoken(served="a/m", text=text) for text in (WARM, DRY, DRY, DRY)])
    assert found["a/m"].answers == 4
    assert mean(found["a/m"], "praise") == (0.25, 4)


def test_a_model_without_answers_is_not_measured_and_an_answer_without_words_gives_no_mean() -> None:
    assert sounds([]) == {}
    assert sounds([Spoken(served="a/m", text=" ")]) == {"a/m": Sound(answers=1, means=())}


def test_a_feature_without_words_in_a_language_is_a_mean_of_the_others_alone() -> None:
    thai = "คำถามนี้ตอบได้ยากมากเพราะไม่มีข้อมูลเพียงพอ และเรายังไม่ได้ตรวจสอบรายละเอียดทั้งหมด"
    found = sounds([Spoken(served="a/m", text=text) for text in (WARM, thai)])["a/m"]
    assert mean(found, "words")[1] == 2
    assert mean(found, "praise") == (1.0, 1)
