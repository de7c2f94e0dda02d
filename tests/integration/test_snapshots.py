"""A gateway without any configuration has the snapshots that come with Outlast, and their whole life can be lived.

Where the package has its trained weights, the story is also lived with them; else with random ones, whose answers
mean nothing.
"""

import io
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import msgspec
import numpy as np
import openai
import pytest
from tests.integration.gateway_process import Done, Gateway, outlast, outlast_process, running, until
from tests.unit.omni.tiny import head, random_tensors

from outlast.omni.encode import wav
from outlast.omni.weights import pack
from outlast.settings.built_in import ELSEWHERE, snapshot_files

pytestmark = pytest.mark.server

OLD, NEW = "omni-mini-1", "omni-mini-2"
PATIENCE = 60.0
ASKED = (
    "what is 27 plus 58?",
    "what is 17 plus 25?",
    "how do you spell house?",
    "how many minutes are in 2 hours?",
    "what is 40 minutes after 6:40?",
    "which day comes after monday?",
    "hello!",
    "who won the war of the roses?",
)
STORY = """\
[server]
today = 2026-11-30

[models.assistant]
target = "local/omni-mini-1"
successor = "chain"
record = "full"
"""


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two snapshots of random weights."""
    folder = tmp_path_factory.mktemp("snapshots")
    for seed, name in enumerate((OLD, NEW)):
        file = pack(msgspec.structs.replace(head(), name=name), random_tensors(seed=seed))
        (folder / f"{name}.weights").write_bytes(file)
    return folder


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, made_up: Path) -> Iterator[Gateway]:
    with running(tmp_path_factory.mktemp("empty"), "", **{ELSEWHERE: str(made_up)}) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    base_url = gateway.base_url
    with openai.OpenAI(base_url=base_url, api_key="own", max_retries=0, _strict_response_validation=True) as client:
        yield client


def test_they_are_listed_with_their_life_cycle(gateway: Gateway) -> None:
    listed = {each["id"]: each for each in gateway.ask("GET", "/v1/models").document["data"]}
    assert listed.keys() == {"local/omni-mini", f"local/{OLD}", f"local/{NEW}"}
    old = listed[f"local/{OLD}"]
    assert (old["status"], old["ends"], old["successor"]) == ("deprecated", "2027-05-31", f"local/{NEW}")
    assert "no provider is configured but the models that come with Outlast" in gateway.said


def test_they_answer_in_text_and_the_family_means_the_newest(gateway: Gateway) -> None:
    for asked, answered in ((OLD, OLD), (NEW, NEW), ("omni-mini", NEW)):
        answer = gateway.chat(f"local/{asked}", max_tokens=4)
        assert (answer.status, answer.document["model"]) == (200, answered)
    dated = gateway.chat(f"local/{OLD}", max_tokens=4).headers
    assert {"deprecation", "sunset", "link"} <= dated.keys()


def test_they_speak_and_write_down_what_they_hear(client: openai.OpenAI) -> None:
    spoken = client.audio.speech.create(model="local/omni-mini", voice="alloy", input="one.", response_format="wav")
    assert spoken.content[:4] == b"RIFF"
    sound = io.BytesIO(wav(np.zeros(8_000, np.float32), 16_000))
    assert client.audio.transcriptions.create(model=f"local/{OLD}", file=("a.wav", sound)).text is not None


def test_somebody_elses_table_of_the_same_name_wins(tmp_path: Path, made_up: Path) -> None:
    with running(
        tmp_path, '[providers.local]\nkind = "scripted"\ncatalog = "openai"\n', **{ELSEWHERE: str(made_up)}
    ) as own:
        assert own.chat("local/simulated-terse").status == 200
        assert "no provider is configured" not in own.said


def test_a_build_without_them_is_as_it_was_and_says_so(tmp_path: Path) -> None:
    with running(tmp_path, "", **{ELSEWHERE: ""}) as bare:
        assert bare.chat("local/omni-mini").status == 404
        assert bare.ask("GET", "/v1/models").document["data"] == []
        assert "no provider is configured;" in bare.said
    talked = outlast_process(tmp_path, "talk", "hello", patience=PATIENCE, **{ELSEWHERE: ""})
    assert (talked.code, talked.out) == (2, "")
    assert "no snapshots of the engine come with this build" in talked.err


def test_they_are_talked_to_without_a_configuration(tmp_path: Path, made_up: Path) -> None:
    def talk(*words: str) -> Done:
        return outlast_process(tmp_path, "talk", "hello", *words, patience=PATIENCE, **{ELSEWHERE: str(made_up)})

    newest = talk()
    assert (newest.code, bool(newest.out.strip())) == (0, True)
    assert talk("--model", f"local/{NEW}").out == talk("--model", NEW).out == newest.out
    assert talk("--model", f"local/{OLD}").out != newest.out
    assert OLD in talk("--model", "local/omni-large").err
    (tmp_path / "outlast.toml").write_text("[server]\npackaged_models = false\n", encoding="utf-8")
    assert "packaged_models = false" in talk().err


@pytest.mark.slow
@pytest.mark.parametrize(
    "weights",
    [
        "random",
        pytest.param(
            "trained", marks=pytest.mark.skipif(not snapshot_files({}), reason="this build has no snapshots: NOT LIVED")
        ),
    ],
)
def test_a_snapshots_whole_life_can_be_lived_offline(
    tmp_path: Path, made_up: Path, weights: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deprecation, record, capture, replay, verdict, move; then the day itself, and one who moved nowhere."""
    folder = {"random": str(made_up)} if weights == "random" else {}
    monkeypatch.delenv(ELSEWHERE, raising=False)
    for name in folder.values():
        monkeypatch.setenv(ELSEWHERE, name)
    with running(tmp_path, STORY) as gateway, chdir(tmp_path):
        for asked in ASKED:
            body = {"model": "assistant", "max_tokens": 16, "messages": [{"role": "user", "content": asked}]}
            answer = gateway.post(body)
            assert (answer.status, answer.headers["x-outlast-served-model"]) == (200, f"local/{OLD}")
        until(lambda: len(gateway.rows()) == len(ASKED), seconds=PATIENCE)
        [line] = horizon()
        assert (line["name"], line["status"], line["ends"]) == ("assistant", "deprecated", "2027-05-31")
        assert line["successor"] == f"local/{NEW}"

        captured = outlast("capture", "assistant", "--pairs", str(len(ASKED)))
        assert captured.code == 0, captured.err
        replayed = outlast("replay", "assistant", "--to", f"local/{NEW}", "--margin", "30%", "--gate", "contract")
        assert replayed.code in (0, 1, 3), replayed.err
        verdict = outlast("verdict", "assistant")
        assert verdict.code == replayed.code
        assert verdict.out.startswith({0: "PASS", 1: "FAIL", 3: "NOT YET"}[verdict.code])

        moved = outlast("rollout", "start", "assistant", "--to", f"local/{NEW}", "--stages", "50,100", "--unproven")
        assert moved.code == 0, moved.err
        assert outlast("rollout", "advance", "assistant", "to show it").code == 0
        served = f"local/{NEW}"
        until(
            lambda: gateway.chat("assistant", max_tokens=2).headers["x-outlast-served-model"] == served,
            seconds=PATIENCE,
        )
        done = outlast("rollout", "done", "assistant")
        assert (done.code, f'target = "local/{NEW}"' in done.out) == (0, True), done.err


def horizon() -> list[dict[str, object]]:
    found: list[dict[str, object]] = outlast("horizon", "--format", "json").document["entries"]
    return found


def test_after_its_last_day_it_answers_who_moved_nowhere_and_the_successor_who_said_so(
    tmp_path: Path, made_up: Path
) -> None:
    text = f'[models.stays]\ntarget = "local/{OLD}"\n[models.moves]\ntarget = "local/{OLD}"\nsuccessor = "chain"\n'
    with running(tmp_path, text, "--today", "2027-06-01", **{ELSEWHERE: str(made_up)}) as gateway:
        for name, served in (("stays", OLD), ("moves", NEW), (f"local/{OLD}", OLD)):
            answer = gateway.chat(name, max_tokens=2)
            assert (answer.status, answer.headers["x-outlast-served-model"]) == (200, f"local/{served}")
        listed = {each["id"]: each["status"] for each in gateway.ask("GET", "/v1/models").document["data"]}
        assert listed[f"local/{OLD}"] == "retired"
