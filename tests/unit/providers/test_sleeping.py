"""An upstream that is made when it is first asked, once."""

import asyncio

import pytest

from outlast.errors import SettingsInvalid, UpstreamBroken
from outlast.gateway.ports import Upstream, UpstreamAnswer, UpstreamRequest
from outlast.providers.sleeping import SleepingUpstream

REQUEST = UpstreamRequest(target="local/a", model="a", path="/chat/completions", body=b"{}", stream=False)


class Made(Exception):
    """Told by the upstream that was asked."""


class Awake:
    def __init__(self) -> None:
        self.closed = False

    async def send(self, request: UpstreamRequest) -> UpstreamAnswer:
        raise Made(request.model)

    async def aclose(self) -> None:
        self.closed = True


def test_nothing_is_made_before_the_first_call_and_nothing_twice() -> None:
    made: list[Awake] = []

    def make() -> Upstream:
        made.append(Awake())
        return made[-1]

    async def asked() -> None:
        sleeping = SleepingUpstream(make)
        assert made == []
        answers = await asyncio.gather(*(sleeping.send(REQUEST) for _ in range(5)), return_exceptions=True)
        assert [type(each) for each in answers] == [Made] * 5
        await sleeping.aclose()

    asyncio.run(asked())
    assert [each.closed for each in made] == [True]


def test_what_cannot_be_made_is_tried_again_by_the_next_call() -> None:
    tries: list[int] = []

    def make() -> Upstream:
        tries.append(len(tries))
        if len(tries) == 1:
            raise SettingsInvalid("broken")
        return Awake()

    async def asked() -> None:
        sleeping = SleepingUpstream(make)
        await sleeping.aclose()
        with pytest.raises(UpstreamBroken) as found:
            await sleeping.send(REQUEST)
        assert (found.value.target, "broken" in str(found.value)) == ("local/a", False)
        with pytest.raises(Made):
            await sleeping.send(REQUEST)

    asyncio.run(asked())
