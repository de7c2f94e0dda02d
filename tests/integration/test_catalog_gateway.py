"""A gateway and what was taken over from feeds: it is followed, and a file that is broken fails no caller."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.gateway_process import SCRIPTED, outlast_process, running

pytestmark = pytest.mark.server

KEPT = "outlast.db.catalog.json"
DAY = "2026-12-01"
MODELS = SCRIPTED + '\n[models.assistant]\ntarget = "openai/gpt-4o"\nsuccessor = "chain"\n'


def listed(**ends: str) -> str:
    data = [{"id": name.replace("_", "-"), "owned_by": "system", "shutdown_date": day} for name, day in ends.items()]
    return json.dumps({"object": "list", "data": data})


def test_a_date_that_a_feed_brought_switches_a_virtual_model(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text(listed(gpt_4o="2026-11-30"), encoding="utf-8")
    with running(tmp_path, MODELS, "--today", DAY) as gateway:
        assert gateway.chat("assistant").headers["x-outlast-reason"] == "target"
    done = outlast_process(tmp_path, "catalog", "update", "models.json", "--accept-moved")
    assert done.code == 0, done.err
    with running(tmp_path, MODELS, "--today", DAY) as gateway:
        answer = gateway.chat("assistant")
        assert answer.status == 200
        assert answer.headers["x-outlast-reason"] == "successor"


@pytest.mark.fault("the file of newer claims is broken")
@pytest.mark.parametrize("broken", ["{", '{"format": "outlast-catalogue/1", "claims": [{"model": "a/b"}]}'])
def test_a_gateway_starts_without_a_file_that_is_broken_and_says_so(tmp_path: Path, broken: str) -> None:
    (tmp_path / KEPT).write_text(broken, encoding="utf-8")
    with running(tmp_path, MODELS, "--today", DAY) as gateway:
        assert KEPT in gateway.said
        assert "left out" in gateway.said
        assert gateway.chat("assistant").status == 200
        assert gateway.ask("GET", "/readyz").status == 200


def test_another_gateways_list_is_taken_over_by_url(tmp_path: Path) -> None:
    """What one gateway says on ``/v1/models`` is what another knows, and nothing in it is new to it."""
    with running(tmp_path, MODELS, "--today", DAY) as gateway:
        url = f"{gateway.address}/v1/models"
        refused = outlast_process(tmp_path, "catalog", "update", url)
        assert refused.code == 2
        assert "--allow-private" in refused.err
        done = outlast_process(tmp_path, "catalog", "update", url, "--allow-private", "--format", "json")
    assert done.code == 0, done.err
    assert (done.document["kind"], done.document["written"]) == ("openai", False)
    assert done.document["statements"] > 200
    assert done.document["document"] == url


def test_a_document_may_come_through_a_pipe(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "outlast", "catalog", "update", "-", "--source", "OpenAI's list"]
    subprocess.run(command, cwd=tmp_path, input=listed(gpt_9="2027-09-01").encode(), check=True, capture_output=True)
    [claim] = outlast_process(tmp_path, "models", "show", "openai/gpt-9", "--format", "json").document["claims"]
    assert (claim["date"], claim["source"]) == ("2027-09-01", "OpenAI's list")


def test_updates_at_the_same_moment_are_all_kept(tmp_path: Path) -> None:
    documents = [tmp_path / f"models-{number}.json" for number in range(6)]
    for number, path in enumerate(documents):
        path.write_text(listed(**{f"gpt_9{number}": "2027-09-01"}), encoding="utf-8")
    command = [sys.executable, "-m", "outlast", "catalog", "update"]
    running_ = [subprocess.Popen([*command, str(path)], cwd=tmp_path, stdout=subprocess.DEVNULL) for path in documents]
    assert [each.wait(30) for each in running_] == [0] * 6
    kept = json.loads((tmp_path / KEPT).read_text(encoding="utf-8"))
    assert {claim["model"] for claim in kept["claims"]} == {f"openai/gpt-9{number}" for number in range(6)}
    assert {path.name for path in tmp_path.iterdir()} == {KEPT, *(path.name for path in documents)}
