"""Requests of a model with a persona are other requests: asked with its text, under ids of their own."""

import json

from outlast.checks.draw import Item
from outlast.replay.voiced import items_as_asked, voiced
from outlast.testing.evidence import MemoryEvidence

ITEM = Item(
    id="plain",
    cluster="c",
    request=json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]}).encode(),
)


def test_a_request_with_a_persona_has_an_id_of_its_own_and_its_text() -> None:
    said = voiced(ITEM, "Be warm.")
    assert said.id != ITEM.id
    assert json.loads(said.request)["messages"][0] == {"role": "system", "content": "Be warm."}
    assert voiced(ITEM, "Be cool.").id != said.id
    assert voiced(ITEM, "Be warm.") == said


def test_a_model_is_asked_its_requests_as_its_persona_is_now() -> None:
    evidence = MemoryEvidence()
    evidence.add_items("m", [ITEM], source="record")
    [warm] = items_as_asked(evidence, "m", "Be warm.")
    [cool] = items_as_asked(evidence, "m", "Be cool.")
    assert warm.id != cool.id
    assert items_as_asked(evidence, "m", "") == (ITEM,)
    assert items_as_asked(evidence, "m", "Be warm.") == (warm,)
    assert [item.id for item in evidence.items("m")] == ["plain", warm.id, cool.id]
