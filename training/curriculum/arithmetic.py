"""Sums, differences, products and comparisons of numbers to 999.

It knows how they are asked and worked out: digits of the result from the last to the first, because a carry runs that
way. It does not know how numbers sound. Operands stand in many places of many sentences, so that places cannot be
learnt by heart instead of the operation.
"""

import random

from training.curriculum.exchange import Exchange, Split, Turn
from training.curriculum.held_out import draw, template

LARGEST = 999
_LARGE_SHARE = 0.15
_PLUS = (
    "what is {a} plus {b}?", "{a} plus {b}?", "{a} + {b}", "add {a} and {b}", "please add {b} to {a}",
    "how much is {a} plus {b}?", "tell me the sum of {a} and {b}", "i have {a} and get {b} more, how many is that?",
    "can you work out {a} plus {b} for me?", "what do {a} and {b} make?", "can you add {a} and {b}?",
    "{a} and {b} together?", "the sum of {a} and {b}?", "what does {a} plus {b} give?", "please work out {a} plus {b}",
    "put {a} and {b} together", "{b} more than {a} is what?", "i want to know {a} plus {b}",
    "how many are {a} and {b}?", "what do i get when i add {b} to {a}?", "add up {a} and {b}", "tell me {a} plus {b}",
    "{a}+{b}", "what's {a} plus {b}?", "what is the sum of {a} and {b}?", "what is {a} and {b} together?",
    "{a} and {b} added up?", "i need {a} plus {b}", "there are {a} birds and {b} more come, how many now?",
    "{a} and {b} makes what?", "if i add {a} and {b}, what do i get?", "could you add {a} and {b} please?",
    "the total of {a} and {b}?", "so {a} plus {b} makes what?",
)  # fmt: skip
_MINUS = (
    "what is {a} minus {b}?", "{a} minus {b}?", "{a} - {b}", "take {b} from {a}", "please subtract {b} from {a}",
    "how much is {a} minus {b}?", "i have {a} and give away {b}, how many are left?", "{a} less {b} is what?",
    "can you work out {a} minus {b}?", "what remains when {b} is taken from {a}?", "remove {b} from {a}",
    "{b} from {a} is what?", "what do i get for {a} minus {b}?", "tell me {a} minus {b}", "{a} take away {b}",
    "i want to know {a} minus {b}", "please work out {a} minus {b}", "how much is left of {a} without {b}?",
    "i had {a} and lost {b}, what is left?", "what does {a} minus {b} give?", "subtract {b} from {a}",
    "the difference of {a} and {b}?", "what is {b} less than {a}?", "deduct {b} from {a}", "{a}-{b}",
    "what's {a} minus {b}?", "what is {a} take away {b}?", "what is the difference when i take {b} from {a}?",
    "i had {a} and lost {b}, how many do i have?", "there were {a} apples and we ate {b}, how many remain?",
    "what do i get if i take {b} off {a}?", "could you take {b} away from {a} for me?",
    "how many are left of {a} without {b}?", "start with {a} and take {b} away", "i need {a} minus {b} please",
    "what is left when {b} goes from {a}?",
)  # fmt: skip
_TIMES = (
    "what is {a} times {b}?", "{a} times {b}?", "{a} * {b}", "multiply {a} by {b}", "how much is {a} times {b}?",
    "tell me {a} times {b}", "{a} multiplied by {b}", "what does {a} times {b} give?", "i want to know {a} times {b}",
    "please multiply {a} with {b}", "the product of {a} and {b}?", "what do i get for {a} times {b}?",
    "please work out {a} times {b}", "{a}*{b}", "{a} x {b}", "what's {a} times {b}?", "what is {a} multiplied by {b}?",
    "what is the product of {a} and {b}?", "please multiply {a} and {b}",
    "i have {a} bags with {b} apples each, how many apples?", "{a} rows of {b}, how many is that?",
    "{a} times {b} makes what?", "could you tell me what {a} times {b} is?", "i need {a} times {b}",
    "can you work out {a} times {b}?",
)  # fmt: skip
_LARGER = (
    "which is larger, {a} or {b}?", "is {a} or {b} the larger one?", "{a} or {b}, which is more?",
    "tell me the larger of {a} and {b}", "what is more, {a} or {b}?", "is {a} more than {b}, or less?",
    "which one is greater, {a} or {b}?", "of {a} and {b}, which is larger?", "tell me which is more, {a} or {b}",
    "compare {a} and {b}, which is larger?", "say the larger number, {a} or {b}", "the bigger of {a} and {b}?",
    "which is bigger, {a} or {b}?", "which is more, {a} or {b}?", "what is larger, {a} or {b}?",
    "{a} or {b}, which one is bigger?", "which number is greater, {a} or {b}?", "is {a} more or is {b} more?",
    "tell me which is bigger, {a} or {b}", "of {a} and {b}, which is the larger?", "larger: {a} or {b}?",
    "the bigger one of {a} and {b}?", "between {a} and {b}, which is higher?", "compare {a} and {b}, which is more?",
    "which number is bigger, {a} or {b}?",
)  # fmt: skip
_NEXT = (
    "what comes after {a}?", "which number follows {a}?", "count on from {a}", "what is one more than {a}?",
    "what follows {a}?", "which number comes after {a}?", "tell me the number after {a}",
    "what do i say after {a} when i count?", "the number after {a}?", "after {a} comes what?",
    "what number comes after {a}?", "which number comes next after {a}?", "what is the number after {a}?",
    "i count and i am at {a}, what is next?", "{a}, and then?", "the number right after {a} please", "and after {a}?",
    "give me the number that follows {a}", "what is the next number after {a}?",
)  # fmt: skip
_BEFORE = (
    "what comes before {a}?", "which number is just before {a}?", "count back from {a}", "what is one less than {a}?",
    "which number comes before {a}?", "tell me the number before {a}", "the number before {a}?",
    "before {a} comes what?", "what stands just before {a}?", "what is the number before {a}?",
    "what number comes before {a}?", "the number right before {a} please", "and before {a}?",
    "i count down and i am at {a}, what is next?", "go one back from {a}",
    "give me the number that is just before {a}", "which number is right in front of {a}?", "say the one before {a}",
)  # fmt: skip


def digits_backwards(number: int, width: int = 4) -> str:
    """The result from the last digit to the first, filled up with zeros: ``505`` is ``5 0 5 0``."""
    return " ".join(reversed(f"{number:0{width}d}"))


def columns(a: int, b: int, result: int) -> str:
    """How a sum or difference of numbers below 1,000 is worked out, from the last column to the first.

    Of each column both digits, the digit of the result and what is carried (or borrowed): ``505 plus 58`` is
    ``5 8 3 1 0 5 6 0 5 0 5 0``. Each step hangs on one column and the carry before it, wherever the numbers stood.
    """
    worked: list[int] = []
    carry = 0
    for place in (1, 10, 100):
        first, second = a // place % 10, b // place % 10
        more = first + second + carry if result >= a else first - second - carry
        carry = int(not 0 <= more <= 9)
        worked += [first, second, more % 10, carry]
    return " ".join(map(str, worked))


def plus(rng: random.Random, split: Split) -> Exchange:
    """A sum of two numbers to 999; most sums are below 1,000, too."""

    def pair(rng: random.Random) -> tuple[int, int]:
        if rng.random() < _LARGE_SHARE:
            return rng.randint(0, LARGEST), rng.randint(0, LARGEST)
        total = _size(rng)
        a = rng.randint(0, total)
        return a, total - a

    a, b = draw(rng, "sum", split, pair)
    return _one("plus", template(rng, _PLUS, split), (a, b, a + b))


def minus(rng: random.Random, split: Split) -> Exchange:
    """A difference that is not below zero."""

    def pair(rng: random.Random) -> tuple[int, int]:
        a = _size(rng)
        return a, rng.randint(0, a)

    a, b = draw(rng, "difference", split, pair)
    return _one("minus", template(rng, _MINUS, split), (a, b, a - b))


def times(rng: random.Random, split: Split) -> Exchange:
    """The tables to 12: few enough to be known, so that nothing of them is held out but the way of asking."""
    a, b = rng.randint(0, 12), rng.randint(0, 12)
    return _one("times", template(rng, _TIMES, split), (a, b, a * b))


def larger(rng: random.Random, split: Split) -> Exchange:
    """Which of two numbers is larger."""

    def pair(rng: random.Random) -> tuple[int, int]:
        a = _size(rng)
        near = rng.random() < 0.4
        b = min(max(a + rng.randint(-20, 20), 0), LARGEST) if near else _size(rng)
        return a, b if b != a else (a + 1) % (LARGEST + 1)

    a, b = draw(rng, "comparison", split, pair)
    more = max(a, b)
    turn = Turn(template(rng, _LARGER, split).format(a=a, b=b), f"{more} is larger.", key=str(more))
    return Exchange("larger", (turn,))


def neighbour(rng: random.Random, split: Split) -> Exchange:
    """The number after or before another one."""
    step = rng.choice((1, -1))

    def one(rng: random.Random) -> int:
        return rng.randint(1, LARGEST - 1)

    a = draw(rng, "neighbour", split, one)
    said = template(rng, _NEXT if step == 1 else _BEFORE, split).format(a=a)
    word = "after" if step == 1 else "before"
    turn = Turn(said, f"{a + step} comes {word} {a}.", digits_backwards(a + step), str(a + step))
    return Exchange("neighbour", (turn,))


def _one(skill: str, form: str, numbers: tuple[int, int, int]) -> Exchange:
    a, b, result = numbers
    worked = digits_backwards(result) if skill == "times" else columns(a, b, result)
    return Exchange(skill, (Turn(form.format(a=a, b=b), f"{a} {skill} {b} is {result}.", worked, f"is {result}"),))


def _size(rng: random.Random) -> int:
    """One, two and three digits are about as frequent, or small numbers would hardly be seen."""
    return rng.randint(0, rng.choice((9, 99, LARGEST, LARGEST)))
