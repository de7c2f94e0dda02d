"""``outlast import`` on files as people have them: what is told, what is kept, and how it ends."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.integration.gateway_process import SCRIPTED, Done, outlast

from outlast.evidence.store import EvidenceStore

CONFIGURATION = SCRIPTED + '[models.support]\ntarget = "openai/gpt-4o"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    lines = [{"messages": [{"role": "user", "content": f"Question {n} from x{n}@example.org"}]} for n in range(3)]
    text = "".join(json.dumps(line) + "\n" for line in (*lines, lines[0])) + "{broken\n"
    (tmp_path / "asked.jsonl").write_text(text, encoding="utf-8")
    return tmp_path


def bring(folder: Path, *arguments: str, name: str = "support") -> Done:
    return outlast(
        "import", str(folder / "asked.jsonl"), "--as", name, *arguments, "--config", str(folder / "outlast.toml")
    )


def test_an_import_says_what_it_read_kept_and_left_out(folder: Path) -> None:
    done = bring(folder, "--format", "json")
    assert done.code == 1
    told = done.document
    assert (told["read"], told["kept"], told["duplicates"], told["formats"]) == (5, 3, 1, {"openai": 4})
    [left] = told["left_out"]
    assert (left["reason"], left["count"]) == ("no JSON", 1)
    assert left["first"].endswith("asked.jsonl:5")
    with closing(EvidenceStore(folder / "outlast.evidence.db")) as store:
        assert [item.prompt for item in store.items("support")] == [f"Question {n} from [mail 1]" for n in range(3)]
    text = bring(folder)
    assert "0 are kept for support, 4 were there already" in text.out
    assert "1  no JSON; first: " in text.out


def test_a_dry_run_leaves_no_file(folder: Path) -> None:
    done = bring(folder, "--dry-run")
    assert done.code == 1
    assert "3 would be kept" in done.out
    assert not (folder / "outlast.evidence.db").exists()


def test_a_clean_import_ends_with_0_a_wrong_name_with_2_and_a_broken_store_with_3(folder: Path) -> None:
    (folder / "asked.jsonl").write_text('{"messages": [{"role": "user", "content": "Hello"}]}\n', encoding="utf-8")
    assert bring(folder).code == 0
    wrong = bring(folder, name="nobody")
    assert (wrong.code, "nobody" in wrong.err) == (2, True)
    assert bring(folder, "--kind", "nothing").code == 2
    (folder / "outlast.evidence.db").write_bytes(b"broken" * 1000)
    assert bring(folder).code == 3


LARGE = 160 * 1024 * 1024
"""Bytes of a file that would not fit into the memory allowed below."""


BETWEEN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.parametrize("form", ["lines", "document"])
def test_a_file_larger_than_memory_is_read_in_bounded_memory(folder: Path, form: str) -> None:
    message = {"traceId": "t", "type": "SPAN", "input": "x" * 1_000_000}
    piece = json.dumps(message).encode()
    path = folder / "asked.jsonl"
    with path.open("wb") as file:
        file.write(b'{"data": [' if form == "document" else b"")
        for number in range(LARGE // len(piece)):
            file.write((b"," if number and form == "document" else b"") + piece + (b"\n" if form == "lines" else b""))
        file.write(b"]}" if form == "document" else b"")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "outlast",
        "import",
        path,
        "--as",
        "support",
        "--dry-run",
        "--format",
        "json",
    ]
    # A child inherits its parent's high-water mark until it is another program: a small one stands in between.
    between = [sys.executable, "-c", BETWEEN, *command, "--config", folder / "outlast.toml"]
    done = subprocess.run(between, capture_output=True, check=True, text=True)
    assert json.loads(done.stdout)["read"] == LARGE // len(piece)
    assert int(done.stderr.splitlines()[-1]) * 1024 < 150 * 1024 * 1024
