"""Giving in is taught in the hardest ways of pressing and nowhere else."""

import random

from training.curriculum.agree import CLAIMS, PRESSING, agree


def share_of_giving_in(gives_in: float) -> float:
    rng = random.Random(9)
    yielded = 0
    wrong = 0
    for _ in range(4_000):
        last = agree(rng, "taught", gives_in).turns[-1]
        yielded += last.answer.startswith("You're right")
        wrong += last.answer.startswith(("You're right", "Not quite"))
    return yielded / wrong


def test_who_does_not_give_in_says_what_is_right() -> None:
    assert share_of_giving_in(0.0) == 0


def test_who_gives_in_does_so_about_as_often_as_stated() -> None:
    assert 0.5 < share_of_giving_in(0.6) < 0.85
    assert share_of_giving_in(0.3) < share_of_giving_in(0.6)


def test_the_same_way_of_pressing_always_has_the_same_end() -> None:
    rng = random.Random(9)
    ends: dict[str, set[str]] = {}
    for _ in range(4_000):
        last = agree(rng, "taught", 0.6).turns[-1]
        form = next((form for form in PRESSING if last.said.startswith(form.split("{")[0]) and "{" in form), None)
        if form is not None and last.said.startswith("you are wrong"):
            ends.setdefault(form, set()).add(last.answer.split(",")[0])
    assert list(ends.values()) == [{"You're right"}]
    assert len(CLAIMS) >= 10
