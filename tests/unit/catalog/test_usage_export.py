"""Usage exports: columns by their names, numbers as spreadsheets write them, and errors that name line and column."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outlast.catalog.usage_export import Export, count_in, read_usage_export
from outlast.errors import CatalogInvalid
from outlast.exchange import Usage


def read(text: str) -> Export:
    return read_usage_export(text.encode(), "usage.csv")


def only(text: str) -> Usage:
    [counts] = read(text).models.values()
    return counts.usage


WHOLE = Usage(input_tokens=100, cached_tokens=40, output_tokens=7)
SAME = {
    "generic": "model,input_tokens,cached_tokens,output_tokens,requests\nm,100,40,7,3\n",
    "with a BOM": "\ufeffmodel,input_tokens,cached_tokens,output_tokens\nm,100,40,7\n",
    "semicolons": "model;input tokens;cached tokens;output tokens\nm;100;40;7\n",
    "tabs": "model\tinput_tokens\tcached_tokens\toutput_tokens\nm\t100\t40\t7\n",
    "capitals and blanks": "Model, Input Tokens ,Cached Tokens,Output Tokens\nm,100,40,7\n",
    "Windows lines": "model,input_tokens,cached_tokens,output_tokens\r\nm,100,40,7\r\n",
    "blank lines": "\nmodel,input_tokens,cached_tokens,output_tokens\n\nm,100,40,7\n\n",
    "two rows": "model,input_tokens,cached_tokens,output_tokens\nm,60,40,3\nm,40,,4\n",
    "other columns": "project,model,input_tokens,colour,cached_tokens,output_tokens\np,m,100,red,40,7\n",
    "short rows": "model,input_tokens,cached_tokens,output_tokens,requests\nm,100,40,7\n",
    "prompt and completion": "model,prompt_tokens,cached_tokens,completion_tokens\nm,100,40,7\n",
    "OpenAI's usage": (
        "start_time,start_time_iso,num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens\n"
        "1790553600,2026-09-28T00:00:00,3,m,False,100,7,40\n"
    ),
    "OpenAI's older usage": (
        "n_requests,snapshot_id,n_context_tokens_total,cached_tokens,n_generated_tokens_total\n1,m,100,40,7\n"
    ),
    "OpenAI's costs": (
        "start_time_iso,amount_value,quantity,quantity_unit,line_item\n"
        '2026-09-28T00:00:00,0.1,60,tokens,"m, input"\n2026-09-28T00:00:00,0.1,40,tokens,"m, cached input"\n'
        '2026-09-28T00:00:00,0.1,7,tokens,"m, output_tokens"\n2026-09-28T00:00:00,,,,\n'
    ),
    "Anthropic's words without its prefix": (
        "model,input_tokens,cache_read_input_tokens,cache_creation_input_tokens,output_tokens\nm,60,40,0,7\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SAME)
def test_the_same_use_is_read_from_every_shape(case: str) -> None:
    assert only(SAME[case]) == WHOLE


def test_anthropics_export_adds_what_its_input_column_leaves_out() -> None:
    text = (
        "usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,"
        "usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens\n"
        "2026-08-05,claude-9,Key,10,1,2,40,7\n2026-08-07,claude-9,Key,20,0,0,0,3\n"
    )
    export = read(text)
    assert only(text) == Usage(input_tokens=73, cached_tokens=40, cache_write_tokens=3, output_tokens=10)
    assert (export.owner, export.first, export.last, export.rows) == (
        "anthropic",
        dt.date(2026, 8, 5),
        dt.date(2026, 8, 7),
        2,
    )


def test_rows_add_up_by_model_and_the_largest_comes_first() -> None:
    export = read("model,input_tokens,output_tokens,requests\na,1,1,1\nb,50,1,1\na,2,2,2\n")
    assert [(name, counts.input, counts.calls) for name, counts in export.models.items()] == [("b", 50, 1), ("a", 3, 3)]


def test_a_row_without_a_model_counts_only_where_something_was_used() -> None:
    export = read("model,input_tokens,output_tokens\n,,\n,0,0\n,5,1\n")
    assert {name: counts.input for name, counts in export.models.items()} == {"(no model)": 5}


NUMBERS = [
    ("", False, 0),
    ("-", False, 0),
    ("1234", False, 1234),
    (" 1,234 ", False, 1234),
    ("1,234,567", False, 1234567),
    ("1 234 567", False, 1234567),
    ("1\u00a0234", False, 1234),
    ("1\u202f234", False, 1234),
    ("1'234", False, 1234),
    ("1234.0", False, 1234),
    ("1,234.00", False, 1234),
    ("1.2e6", False, 1200000),
    ("1.234", True, 1234),
    ("1.234.567", True, 1234567),
    ("1.234,00", True, 1234),
    ("1234,0", True, 1234),
    ("1,00", True, 1),
    ("1,000,000", True, 1000000),
    ("1,234", True, 1234),
    ("0,000", True, 0),
]


@pytest.mark.parametrize(("cell", "decimal_comma", "number"), NUMBERS)
def test_a_number_is_read_as_people_write_it(cell: str, decimal_comma: bool, number: int) -> None:  # noqa: FBT001 - a case of the table
    assert count_in(cell, decimal_comma=decimal_comma) == number


NONE = [
    "12x",
    "1.5",
    "1.234",
    "-1",
    "1e99",
    "1e999999999",
    "1e-999999999",
    "NaN",
    "inf",
    "1,23",
    "1,2345",
    "0x10",
    "٣",
    "9" * 41,
]


@pytest.mark.parametrize("cell", NONE)
def test_what_is_no_whole_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        count_in(cell)


@pytest.mark.parametrize("cell", ["1,000", "250,000", "0,123", "1,2345", "1,000,00", "1,5"])
def test_beside_semicolons_what_could_be_another_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        count_in(cell, decimal_comma=True)


def test_one_number_with_two_commas_tells_what_commas_are_in_the_whole_file() -> None:
    assert only('model;input tokens;output tokens\nm;250,000;7\nm;"1,000,000";1,000\n') == Usage(
        input_tokens=1_250_000, output_tokens=1_007
    )


WRONG = {
    "one of two numbers": (
        "model;input_tokens;output_tokens\nm;250,000;1\n",
        "usage.csv:2: column input_tokens: '250,000' can mean two numbers beside semicolons; write it without a comma",
    ),
    "empty": ("", "empty"),
    "a page": ("<html><body>", "model"),
    "no model": ("a,input_tokens,output_tokens\n", "no column names the model"),
    "no tokens": ("model,price\n", "no columns count"),
    "two columns of one meaning": ("model,input_tokens,prompt_tokens,output_tokens\n", "input_tokens, prompt_tokens"),
    "a word for a number": ("model,input_tokens,output_tokens\nm,1,2\nm,many,2\n", "usage.csv:3: column input_tokens"),
    "a bare thousand": ("model,input_tokens,output_tokens\nm,1,234,5\n", "usage.csv:2: 4 cells for 3 columns"),
    "more cached than input": ("model,input_tokens,cached_tokens,output_tokens\nm,1,2,0\n", "usage.csv:2: a part"),
    "more reasoning than output": ("model,input_tokens,output_tokens,reasoning_tokens\nm,1,2,3\n", "csv:2: a part"),
    "an open quote": ('model,input_tokens,output_tokens\n"m,1,2\n', "usage.csv:2"),
    "a name with a colour": ("model,input_tokens,output_tokens\n\x1b[31mm,1,2\n", "usage.csv:2: the model's name"),
    "a NUL": ("model,input_tokens,output_tokens\nm\x00,1,2\n", "no text"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_line_and_column(case: str) -> None:
    text, said = WRONG[case]
    with pytest.raises(CatalogInvalid) as caught:
        read(text)
    assert said in str(caught.value)


def test_what_is_no_utf_8_is_refused() -> None:
    with pytest.raises(CatalogInvalid, match="UTF-8"):
        read_usage_export("model;größe".encode("utf-16"), "usage.csv")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_an_export_or_one_error(raw: bytes) -> None:
    added_up(raw)


CELLS = st.text("0123456789.,eE+-'\"; \t\n\rmNaif٣", max_size=8)


@given(head=st.sampled_from(sorted(SAME)), rows=st.lists(st.lists(CELLS, max_size=6), max_size=4))
@settings(max_examples=150)
def test_any_rows_under_a_real_header_are_an_export_or_one_error(head: str, rows: list[list[str]]) -> None:
    header = next(line for line in SAME[head].splitlines() if line.strip())
    added_up("\n".join([header, *(",".join(row) for row in rows)]).encode())


def added_up(raw: bytes) -> None:
    try:
        export = read_usage_export(raw, "usage.csv")
    except CatalogInvalid:
        return
    for counts in export.models.values():
        assert 0 <= counts.cached + counts.written <= counts.input
        assert 0 <= counts.reasoning <= counts.output
