"""What an answer of a provider, or of the gateway itself, means."""

import pytest

from outlast.doctor.upstreams import Probe, RunningFacts, provider_finding, running_findings


@pytest.mark.parametrize(
    ("status", "level"),
    [(200, "ok"), (404, "ok"), (405, "ok"), (401, "fault"), (403, "fault"), (302, "fault"), (429, "warning"), (503, "warning"), (0, "fault")],  # noqa: E501
)  # fmt: skip
def test_a_providers_answer_is_judged(status: int, level: str) -> None:
    finding = provider_finding(Probe(provider="openai", status=status, error="" if status else "no connection"))
    assert finding.level == level
    assert (finding.do == "") == (level == "ok")


def test_of_several_keys_the_refused_one_is_named_by_its_place() -> None:
    finding = provider_finding(Probe(provider="openai", place=2, keys=3, status=401))
    assert "key 2 of 3" in finding.what


FINE = {"journal": (True, "0 waiting"), "database": (True, "5 kept"), "targets": (True, "2 in use, all well")}


@pytest.mark.parametrize(
    ("facts", "levels"),
    [
        (RunningFacts(listen="127.0.0.1:4141"), ["ok"]),
        (RunningFacts(listen="127.0.0.1:4141", port_taken=True), ["fault"]),
        (RunningFacts(listen="127.0.0.1:4141", port_taken=True, ready=True, checks=FINE), ["warning"]),
        (RunningFacts(pid=7, error="timed out"), ["fault"]),
        (RunningFacts(pid=7, ready=True, checks=FINE), ["ok"]),
        (RunningFacts(pid=7, ready=False, checks={**FINE, "journal": (False, "5 LOST")}), ["fault"]),
        (RunningFacts(pid=7, ready=True, checks={**FINE, "database": (True, "away (locked)")}), ["warning", "ok"]),
        (RunningFacts(pid=7, ready=True, checks={**FINE, "targets": (True, "openai/x: upstream_timeout, left alone for 9 s more")}), ["warning", "ok"]),  # noqa: E501
    ],
)  # fmt: skip
def test_what_the_gateway_says_is_judged(facts: RunningFacts, levels: list[str]) -> None:
    assert [finding.level for finding in running_findings(facts)] == levels
