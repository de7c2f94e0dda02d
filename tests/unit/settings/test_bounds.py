"""Values that TOML can say and nobody can mean are refused with their line, whatever they would do later."""

from pathlib import Path

import pytest

from outlast.errors import SettingsInvalid
from outlast.settings import load_settings, parse_settings

UP = '[providers.up]\nkind = "openai"\nbase_url = "http://h/v1"\n'
TWO = UP + '[models.m]\ntarget = ["up/a", "up/b"]\n'
PRICED = '[catalog.models."a/b".price]\ninput = 1\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[server]\nworkers = "four"', 2, "there is no 'four'; known: a whole number, auto"),
        ('[server]\nworkers = "aut"', 2, "did you mean `auto`?"),
        ("[server]\nworkers = 1025", 2, "workers: Expected `int` <= 1024"),
        ("[server]\ngrace = inf", 2, "grace: Expected `float` <= 86400"),
        ("[server]\ngrace = nan", 2, "grace: Expected `float` > 0"),
        (UP + "idle_timeout = 86401", 4, "idle_timeout: Expected `float` <= 86400"),
        (TWO + "hedge_after = inf", 6, "hedge_after: Expected `float` <= 86400"),
        (TWO + "hedge_after = nan", 6, "hedge_after: Expected `float` > 0"),
        ("[server]\nmax_body_bytes = 0x" + "f" * 5000, 2, "max_body_bytes: Expected `int` <= "),
        ('[server]\nhost = ""', 2, "host: Expected `str` of length >= 1"),
        ("[server]\nmax_body_bytes = 10\nmax_bodies_bytes = 9", 3, "max_bodies_bytes = 9 has no room"),
        ('[ledger]\nkeep = "9d"\nkeep_bodies = "10d"', 3, "keep_bodies = '10d' is longer than keep = '9d'"),
        (UP + "api_keys = []", 4, "api_keys is an empty list"),
        (UP + '[models.""]\ntarget = "up/a"', 4, "name is not empty"),
        (UP + '[models."a\\u0007"]\ntarget = "up/a"', 4, '[models."a\\x07"]'),
        (UP + '[models.m]\ntarget = "up/a\\n"', 5, "target = 'up/a\\n' has a control character"),
        (PRICED + "output = nan", 3, "output = nan is no price"),
        (PRICED + "output = inf", 3, "output = inf is no price"),
        (PRICED + "output = -0.1", 3, "output = -0.1 is no price"),
        (PRICED + "output = 1000000.1", 3, "is no price"),
        ('[catalog.models."a/b"]\nprice = { input = -1 }', 2, "input = -1 is no price"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        parse_settings(text)
    assert f"outlast.toml:{line}: " in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '[server]\nworkers = 1024\ngrace = 86400\nhost = "h"\nmax_body_bytes = 9\nmax_bodies_bytes = 9',
        '[ledger]\nkeep = "9d"\nkeep_bodies = "9d"',
        '[ledger]\nkeep_bodies = "9d"',
        PRICED + "output = 0\ncached_input = 1000000",
        UP + '[models."été/東京 1"]\ntarget = "up/a b"',
    ],
)
def test_the_bounds_themselves_can_be_meant(text: str) -> None:
    parse_settings(text)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "{a = " * 5000, "a = " + "9" * 5000])
def test_what_python_cannot_read_is_a_wrong_file_by_its_name(text: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"^here\.toml: "):
        parse_settings(text, name="here.toml")


def test_a_byte_order_mark_is_no_part_of_the_first_word(tmp_path: Path) -> None:
    path = tmp_path / "outlast.toml"
    path.write_bytes(b"\xef\xbb\xbf[server]\nport = 7\n")
    assert load_settings(path).server.port == 7
