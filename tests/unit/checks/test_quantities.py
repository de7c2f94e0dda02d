"""Looking quantities up, against comparing each with each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.checks.quantities import agrees_with_any, known, quantities

_PIECES = ("1", "12", "1,234", "1.234", "0.5", "007", "-3", "12:30", "9:05 pm", "2026-03-04", "12.3.2026", "3/4/2026",
           "12 March 2026", " KM", "km", " per cent", "%", "$", " EUR", " MB", " ", " and ", "\n")  # fmt: skip
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@given(said=_TEXTS, asked=_TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_quantity_that_is_looked_up_agrees_as_with_one_of_them_alone(said: str, asked: str) -> None:
    others = quantities(asked)
    for quantity in quantities(said):
        assert agrees_with_any(quantity, known(others)) == any(quantity.agrees(other) for other in others)


def test_a_longer_unit_is_read_before_one_that_it_begins_with() -> None:
    read = {text: quantities(text)[0].unit for text in ("5 minutes", "5 min", "5 m", "5 MB", "5 pounds", "5 Percent")}
    assert read == {"5 minutes": "s", "5 min": "s", "5 m": "m", "5 MB": "B", "5 pounds": "GBP", "5 Percent": "%"}
