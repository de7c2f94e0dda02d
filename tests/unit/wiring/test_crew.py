"""One process as its supervisor sees it: its words, its end, and the wait before the next one."""

import socket
import time

from hypothesis import given
from hypothesis import strategies as st

from outlast.wiring.crew import FIRST_WAIT, LONGEST_WAIT, STEADY_SECONDS, Mate, how
from outlast.wiring.line import Adopt, Halt, Order, Prepare, Prepared, Up, orders, words


@given(st.lists(st.floats(0, 3 * STEADY_SECONDS), min_size=1, max_size=30))
def test_one_that_lived_is_started_at_once_and_others_wait_longer_each_time(lives: list[float]) -> None:
    mate, now, short = Mate(0), 0.0, 0
    for life in lives:
        mate.born = now
        now += life
        mate.ended(now)
        short = 0 if now - mate.born >= STEADY_SECONDS else short + 1
        assert mate.due - now <= LONGEST_WAIT + 1e-9
        if not short:
            assert mate.wait == FIRST_WAIT
        now = mate.due
    if short > 12:
        assert mate.wait == LONGEST_WAIT


def test_a_word_cut_in_two_is_one_word_and_two_at_once_are_two() -> None:
    ours, theirs = socket.socketpair()
    mate = Mate(0)
    mate.begin(1, words(ours), number=1, now=time.monotonic())
    other = orders(theirs)
    other.send(Up(("a",)))
    other.send(Prepared(2, ("b",)))
    assert mate.listen()
    assert mate.up == Up(("a",))
    assert mate.answer(1) is None
    assert mate.answer(2) == Prepared(2, ("b",))
    assert mate.answer(2) is None
    theirs.sendall(b'{"type":"Up","adv')
    assert mate.listen()
    theirs.sendall(b'ice":["c"]}\n')
    assert mate.listen()
    assert mate.up == Up(("c",))
    other.close()
    assert not mate.listen()
    ours.close()


def test_orders_arrive_as_they_were_given() -> None:
    ours, theirs = socket.socketpair()
    supervisor, process = words(ours), orders(theirs)
    given_orders: list[Order] = [Prepare(2, 'text = "ünïcode\\n"'), Adopt(2), Halt(now=True)]
    assert all(supervisor.send(order) for order in given_orders)
    assert process.receive() == given_orders
    process.close()
    assert not (supervisor.send(Halt()) and supervisor.send(Halt()))
    supervisor.close()


def test_how_a_process_ended_is_told_in_words() -> None:
    assert how(9) == "by signal 9 (SIGKILL)"
    assert how(3 << 8) == "with exit code 3"
