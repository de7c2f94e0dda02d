"""The story's facts 12 and 18: fifteen days break a promise of ninety, ninety-one keep it."""

import json
from typing import Any

from click.testing import CliRunner

from outlast.cli.app import app


def check(*arguments: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["policy", "check", *arguments, "--format", "json"], standalone_mode=False)
    return int(done.return_value), json.loads(done.stdout)


def notice(document: Any) -> tuple[str, str]:
    [one] = document["retirements"]
    [found] = [each for each in one["findings"] if each["rule"] == "notice"]
    return found["word"], found["says"]


def test_fact_12_fifteen_days_in_chatgpt_break_the_policy(elsewhere: None) -> None:
    del elsewhere
    code, document = check("openai/gpt-4o", "--surface", "chat-app")
    word, says = notice(document)
    assert (code, word, says.split(",")[0]) == (1, "broken", "15 days")


def test_fact_18_the_ninety_one_days_of_the_api_keep_it(elsewhere: None) -> None:
    del elsewhere
    code, document = check("openai/chatgpt-4o-latest")
    word, says = notice(document)
    assert (code, word, says.split(",")[0]) == (0, "holds", "91 days")


def test_a_provider_that_nobody_knows_is_no_empty_success(elsewhere: None) -> None:
    del elsewhere
    done = CliRunner().invoke(app, ["policy", "check", "nobody/*"])
    assert "nobody/*" in str(done.exception)
