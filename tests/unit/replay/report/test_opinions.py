"""What a judge and embeddings said, in every form of a report."""

import json
from typing import Any

import msgspec
import pytest
from tests.unit.replay.doubles import Memory

from outlast.checks.draw import Draw, Item, Said
from outlast.checks.rubric import SERVES, key_of, question
from outlast.replay.meaning import Correction, Criterion, EmbeddingResult, JudgeResult, Labelled, Standing
from outlast.replay.plan import JudgeTerms, Margin, Plan
from outlast.replay.ports import DrawKey
from outlast.replay.report.cases import Report, gather
from outlast.replay.report.document import document
from outlast.replay.report.markdown import markdown
from outlast.replay.report.opinions import tables_of
from outlast.replay.report.page import html
from outlast.replay.report.remarks import particular
from outlast.replay.result import CandidateResult, CheckResult, Disagreement, ReplayResult

A, B, JUDGE = "x/old", "x/new", "y/judge"
HOSTILE = "<script>alert(1)</script>"
ITEM = Item(id="r1", cluster="c", request=b'{"messages": [{"role": "user", "content": "Well?"}]}', prompt="Well?")
ENDS = Standing(
    ref="y/judge", surface="api", status="deprecated", ends="2026-11-30", days_left=8, precision="exact"
)  # fmt: skip
JUDGED = JudgeResult(
    target=JUDGE, standing=ENDS, pairs=200, judged=198, lost=1, accepted_a=180, accepted_b=176, wins_a=20, wins_b=15,
    swayed=9, first_preferred=60, second_preferred=40, longer_won=28, lengths_differ=35,
    criteria=(Criterion(text=f"It is right. {HOSTILE}", a=180, b=176), Criterion(text="It is brief.", a=190, b=191)),
    uncorrected="no labels of people were given (`--labels`)",
)  # fmt: skip
EMBEDDED = EmbeddingResult(
    target="y/embed", standing=Standing(ref="y/embed", surface="api", status="active"), pairs=190, measured=190,
    similarity=0.81, with_second=180, own=0.9, excess=0.084,
)  # fmt: skip


class Kept(Memory):
    def item(self, model: str, item: str) -> Item | None:
        return ITEM if (model, item) == ("support", "r1") else None


def report(judge: JudgeResult | None = JUDGED, embedding: EmbeddingResult | None = EMBEDDED, **terms: Any) -> Report:
    plan = Plan(
        model="support", incumbent=A, candidates=(B,), items=("r1",), margins=(Margin(of="share", value=0.05),),
        gates=("judge.acceptable",), checks=("judge.acceptable",), embed="y/embed",
        judge=JudgeTerms(target=JUDGE, criteria=SERVES.criteria, rubric=SERVES.digest, **terms),
    )  # fmt: skip
    check = CheckResult(
        check="judge.acceptable", family="judge", gates=True, verdict="PASS", scale="share", estimate=-0.02,
        lower=-0.04, upper=0.0, margin=0.05, n=200, clusters=200, discordant=30, unanswered=2, method="exact",
        needed=None, disagreements=(Disagreement(item="r1", check="judge.acceptable", a=1, b=0, reason="criterion 1"),),
    )  # fmt: skip
    one = CandidateResult(
        target=B, verdict="PASS", decided_by=(), checks=(check,), pairs=200, answered=200, needed=None,
        needed_cost_pico_usd=None, judge=judge, embedding=embedding,
    )  # fmt: skip
    result = ReplayResult(plan_hash=plan.hash, model="support", incumbent=A, decided_ns=0, candidates=(one,))
    return gather(result, plan, kept())


def kept() -> Kept:
    """A pair with the judge's words on it."""
    store, ours, theirs = Kept(), Said(text="Yes."), Said(text="Perhaps.")
    store.draws[DrawKey("r1", A)], store.draws[DrawKey("r1", B)] = Draw(said=ours), Draw(said=theirs)
    for text, asked in (
        ("Yes is plain.", question(ITEM, ours, theirs, SERVES)),
        ("Perhaps is vague.", question(ITEM, theirs, ours, SERVES)),
    ):
        word = {"key": key_of(asked.prompt), "first": [True], "second": [False], "better": "first"}
        store.draws[DrawKey(asked.id, JUDGE)] = Draw(said=Said(text=f"{text} {HOSTILE}\n{json.dumps(word)}"))
    return store


def told(shown: Report) -> str:
    return "\n".join(particular(shown))


def test_every_form_shows_the_same_figures() -> None:
    shown = report()
    page, text, data = html(shown, version="1"), markdown(shown), msgspec.json.encode(document(shown)).decode()
    for form in (page, text):
        for figure in ("180 of 198 (90.9 %)", "176 of 198 (88.9 %)", "-2.0 points", "0.810", "+0.084", SERVES.digest):
            assert figure in form
    assert HOSTILE not in page
    assert HOSTILE not in text.replace("```text", "")[: text.index("#### Request")]
    assert '"accepted_b":176' in data


def test_the_judges_words_stand_beside_what_it_tells_apart() -> None:
    shown = report()
    [case] = shown.cases[B]
    assert [answer.who for answer in case.answers] == ["A", "A'", "B", "judge, A shown first", "judge, B shown first"]
    page = html(shown, version="1")
    assert "Yes is plain. &lt;script&gt;" in page
    assert "Perhaps is vague." in markdown(shown)


def test_a_reader_is_told_how_long_the_judge_lives_and_what_its_word_is_worth() -> None:
    said = told(report())
    assert "y/judge (api) is deprecated and ends on 2026-11-30, 8 days after this replay" in said
    assert "style bias is .76 to .92" in said
    assert "28 of 35 (80.0 %) are for the longer one" in said
    assert "in 9 of 198 (4.5 %) pairs" in said
    assert "60 of 100 (60.0 %) preferred the first" in said
    assert "2 of 200 (1.0 %) pairs of x/new have no readable word of the judge" in said
    assert "1 call lost in flight" in said
    assert "is not corrected: no labels of people were given" in said
    assert "y/embed (api) is active, and no end is known" in said


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ({"status": "retired", "ends": "2026-01-05", "days_left": -321}, "is retired, and its end was 2026-01-05"),
        ({"status": "active", "unsure": True, "ends": "2027-02-05", "days_left": 75, "precision": "not_before"},
         "is active (not sure) and ends on 2027-02-05 at the earliest, 75 days after"),
        ({"status": "unknown"}, "is unknown, and no end is known"),
    ],
)  # fmt: skip
def test_every_standing_has_its_words(standing: dict[str, Any], words: str) -> None:
    judge = msgspec.structs.replace(JUDGED, standing=Standing(ref="y/judge", surface="api", **standing))
    assert words in told(report(judge))


def test_families_that_were_allowed_or_are_not_known_are_named() -> None:
    assert "is of the family of x/old, which was allowed" in told(report(same_family=(A,)))
    assert "Who made y/judge is not known here" in told(report(unknown_family=(JUDGE,)))
    assert "family" not in told(report())


def test_a_pass_that_labels_do_not_bear_out_is_called_so() -> None:
    labels = (Labelled(side="both", good=60, accepted=54, bad=30, rejected=24),)

    def corrected(lower: float) -> str:
        by = Correction(a=0.95, b=0.92, estimate=-0.03, lower=lower, upper=0.01, by_side=False)
        shown = report(msgspec.structs.replace(JUDGED, labels=labels, correction=by, uncorrected=""))
        assert "54 of 60 (90.0 %)" in markdown(shown)
        assert "24 of 30 (80.0 %)" in markdown(shown)
        return told(shown)

    assert "the judge's errors are too many to rest a PASS on it" in corrected(-0.07)
    assert "too many" not in corrected(-0.04)
    assert "as if the judge erred alike on both" in corrected(-0.04)


def test_nothing_is_told_of_what_was_not_asked() -> None:
    shown = report(None, None)
    assert tables_of(shown.result.candidates[0]) == ()
    assert "judge y/judge is a model" not in told(shown)
