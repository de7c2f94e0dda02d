"""A budget of money needs a price, and answers can be counted where there is none."""

from contextlib import chdir
from pathlib import Path

from tests.integration.gateway_process import outlast
from tests.integration.replay_house import furnish


def test_a_budget_of_money_is_refused_for_a_model_without_a_price_and_answers_can_be_counted_instead(
    tmp_path: Path,
) -> None:
    with chdir(tmp_path):
        furnish(tmp_path, 5)
        unpriced = ("replay", "support", "--to", "openai/simulated-careless", "--gate", "contract")
        refused = outlast(*unpriced, "--budget", "1USD")
        assert (refused.code, refused.out) == (2, "")
        assert "--budget cannot hold openai/simulated-careless: no price is known" in refused.err
        counted = outlast(*unpriced, "--budget", "1USD", "--budget-calls", "3", "--format", "json")
        assert counted.code == 3
        [one] = counted.document["candidates"]
        assert (one["answered"], one["pairs"]) == (3, 5)
        assert counted.document["plan"]["budget_calls"] == 3
