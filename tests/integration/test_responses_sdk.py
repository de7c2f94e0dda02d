"""OpenAI's own client, unchanged, through a gateway process: what it does with responses that are kept for it."""

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from tests.integration.gateway_process import LIVING, SCRIPTED, Gateway, running

pytestmark = pytest.mark.server


def client(gateway: Gateway, key: str = "ada") -> openai.OpenAI:
    return openai.OpenAI(base_url=gateway.base_url, api_key=key, max_retries=0)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with running(tmp_path, SCRIPTED) as gateway:
        yield gateway


def test_a_conversation_is_kept_fetched_listed_gone_on_from_and_deleted(gateway: Gateway) -> None:
    with client(gateway) as ada, client(gateway, "bob") as bob:
        _talk(ada, bob)


def _talk(ada: openai.OpenAI, bob: openai.OpenAI) -> None:
    first = ada.responses.create(model=LIVING, input="Hello", instructions="Be brief.")
    second = ada.responses.create(model=LIVING, input="And?", previous_response_id=first.id)

    assert (second.previous_response_id, second.to_dict()["store"]) == (first.id, True)
    assert ada.responses.retrieve(first.id) == first
    [item] = ada.responses.input_items.list(second.id).data
    assert item.type == "message"
    for call in (bob.responses.retrieve, bob.responses.delete, bob.responses.cancel, bob.responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            call(first.id)
    with pytest.raises(openai.BadRequestError) as caught:
        bob.responses.create(model=LIVING, input="And?", previous_response_id=first.id)
    assert (caught.value.code, caught.value.param) == ("previous_response_not_found", "previous_response_id")

    ada.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        ada.responses.retrieve(first.id)


def test_a_streamed_response_is_kept_and_one_that_is_not_to_be_stored_is_not(gateway: Gateway) -> None:
    with client(gateway) as ada:
        with ada.responses.stream(model=LIVING, input="Hello") as stream:
            kept = stream.get_final_response()
        with ada.responses.stream(model=LIVING, input="Hello", store=False) as stream:
            lost = stream.get_final_response()

        assert ada.responses.retrieve(kept.id).output_text == kept.output_text
        assert lost.to_dict()["store"] is False
        with pytest.raises(openai.NotFoundError):
            ada.responses.retrieve(lost.id)


def test_a_response_outlives_a_gateway_that_is_killed_as_soon_as_it_has_answered(gateway: Gateway) -> None:
    with client(gateway) as ada:
        made = ada.responses.create(model=LIVING, input="Hello")
    gateway.kill()
    gateway.start()
    with client(gateway) as ada:
        assert ada.responses.retrieve(made.id) == made


def test_an_answer_that_cannot_be_kept_is_given_and_says_so(gateway: Gateway) -> None:
    (gateway.folder / "outlast.db.responses.db").mkdir()
    with client(gateway) as ada:
        made = ada.responses.create(model=LIVING, input="Hello")
        with pytest.raises(openai.InternalServerError) as caught:
            ada.responses.retrieve(made.id)

    assert made.to_dict()["store"] is False
    assert made.output_text
    assert caught.value.code == "ledger_unavailable"
