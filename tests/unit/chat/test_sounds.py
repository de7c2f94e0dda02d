"""How an answer sounds: heard while it is made, by whoever comes in time, and kept by nobody."""

import asyncio

from outlast.chat.sounds import HELD, MOST, Sounding, Sounds


async def followed(sounding: Sounding) -> bytes:
    return b"".join([piece async for piece in sounding.follow()])


def test_two_who_listen_hear_all_of_it_while_it_is_made() -> None:
    async def heard() -> tuple[bytes, bytes]:
        sounds = Sounds()
        sounding = sounds.begin("m")
        early = asyncio.ensure_future(followed(sounding))
        await asyncio.sleep(0)
        sounding.add(b"one")
        await asyncio.sleep(0)
        late = asyncio.ensure_future(followed(sounding))
        sounding.add(b"two")
        await asyncio.sleep(0)
        assert not early.done()
        sounds.end("m")
        return await early, await late

    assert asyncio.run(heard()) == (b"onetwo", b"onetwo")


def test_the_newest_that_have_ended_can_be_fetched_and_no_more() -> None:
    sounds = Sounds()
    for number in range(HELD + 1):
        sounds.begin(str(number)).add(b"x")
        sounds.end(str(number))
    assert sounds.of("0") is None
    assert sounds.of(str(HELD)) is not None
    assert sounds.of("never") is None
    sounds.end("never")


def test_an_answer_without_end_is_heard_up_to_a_bound() -> None:
    sounding = Sounding()
    for _ in range(3):
        sounding.add(bytes(MOST // 2 + 1))
    sounding.end()
    assert len(asyncio.run(followed(sounding))) == MOST
