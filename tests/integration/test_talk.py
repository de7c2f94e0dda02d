"""``outlast talk`` as it is typed; weights are random, so answers mean nothing."""

import struct
import zlib
from pathlib import Path

import pytest
from tests.integration.gateway_process import Done, outlast, outlast_process
from tests.unit.omni.tiny import weights_file

from outlast.omni.waves import decode
from outlast.settings.built_in import ELSEWHERE


@pytest.fixture
def weights(tmp_path: Path) -> str:
    (tmp_path / "tiny.weights").write_bytes(weights_file())
    return str(tmp_path / "tiny.weights")


def test_text_is_answered_and_spoken_into_a_file_that_can_be_said_in_turn(tmp_path: Path, weights: str) -> None:
    said = tmp_path / "said.wav"
    done = outlast("talk", "hello.", "--file", weights, "--speak", str(said))
    assert (done.code, done.out.endswith("\n")) == (0, True)
    recording = decode(said.read_bytes())
    assert (recording.hertz, len(recording.samples) > 0) == (16_000, True)
    heard = outlast("talk", "and?", "--file", weights, "--audio", str(said))
    assert heard.code == 0
    assert heard.out != done.out


def test_a_picture_is_looked_at_without_a_word(tmp_path: Path, weights: str) -> None:
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(4))),
        (b"IEND", b""),
    )
    chunks = b"".join(struct.pack(">I", len(data)) + name + data + bytes(4) for name, data in parts)
    (tmp_path / "dot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    done = outlast_process(tmp_path, "talk", "--file", weights, "--image", "dot.png", patience=60)
    assert (done.code, bool(done.out)) == (0, True)


def test_the_configurations_model_is_talked_to(tmp_path: Path, weights: str) -> None:
    (tmp_path / "outlast.toml").write_text(f'[providers.own]\nkind = "local"\nfile = "{weights}"\n', encoding="utf-8")
    config = ("--config", str(tmp_path / "outlast.toml"))
    assert outlast("talk", "hi", "--model", "own/tiny", *config).out == outlast("talk", "hi", *config).out


def refused(tmp_path: Path, *arguments: str) -> Done:
    (tmp_path / "empty.toml").touch()
    done = outlast("talk", "hi", *arguments)
    assert (done.code, done.out) == (2, "")
    return done


def test_without_weights_the_next_step_is_told(tmp_path: Path, weights: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ELSEWHERE, "")
    assert "--file" in refused(tmp_path, "--config", str(tmp_path / "empty.toml")).err
    assert "tiny" in refused(tmp_path, "--file", weights, "--model", "large").err
    (tmp_path / "no.weights").write_bytes(b"no")
    assert "fetch or make the file again" in refused(tmp_path, "--file", str(tmp_path / "no.weights")).err
