"""A model that the catalogue has no facts about: the picker and the model's own page say so."""

import re

import pytest
from tests.integration.conftest import Serve
from tests.integration.gateway_process import SCRIPTED, until
from tests.integration.page_visitor import TYPED, Visitor, people

pytestmark = pytest.mark.server

OWN = SCRIPTED + '[models.house]\ntarget = "openai/house-model"\n[chat]\nmodels = ["house", "openai/gpt-5.4-mini"]\n'
NO_FACTS = "The catalogue has no facts about this model"
NOTE = "the catalogue has no facts about it"


def test_the_picker_and_the_models_page_say_that_nothing_is_known(serve: Serve) -> None:
    visitor = Visitor(serve(OWN))
    notes = dict(re.findall(r'<option value="([^"]+)" data-note="([^"]*)"', visitor.get("/chat").body.decode()))
    assert (NOTE in notes["house"], NOTE in notes["openai/gpt-5.4-mini"]) == (True, False)
    page = visitor.get("/models/openai/house-model")
    shown = page.body.decode()
    assert (page.status, NO_FACTS in shown, "[[catalog.claims]]" in shown) == (200, True, True)
    assert re.search(r'<th scope="row">house</th>', shown), "who depends on it is told as of any model"
    assert NO_FACTS not in visitor.get("/models/openai/gpt-5.4-mini").body.decode()
    assert visitor.get("/models/openai/no-such-model").status == 404


def test_what_the_operator_says_of_it_is_a_fact(serve: Serve) -> None:
    claim = (
        '[[catalog.claims]]\nmodel = "openai/house-model"\nevent = "retired"\ndate = 2030-01-01\nsource = "our own"\n'
    )
    visitor = Visitor(serve(OWN + claim))
    assert NOTE not in visitor.get("/chat?model=house").body.decode()
    page = visitor.get("/models/openai/house-model").body.decode()
    assert NO_FACTS not in page
    assert "1 Jan 2030" in page


def test_a_person_is_told_the_same_without_the_operators_part(serve: Serve) -> None:
    gateway = serve(OWN)
    people(gateway.folder, olga="owner", pat="person")
    visitor = Visitor(gateway)
    until(lambda: visitor.get("/chat").status == 303)
    assert visitor.login("pat", TYPED).status == 303
    page = visitor.get("/models/openai/house-model").body.decode()
    assert NO_FACTS in page
    assert "catalog.claims" not in page
    assert "depends on it" not in page
