"""A folder in which a replay of simulated models has come to its results."""

import json
from pathlib import Path

from tests.integration.gateway_process import Done, outlast

CONFIGURATION = """\
[providers.openai]
kind = "scripted"
catalog = "openai"
file = "profiles.toml"

[models.support]
target = "openai/gpt-4o"
"""
PROFILES = """\
[models."gpt-4.1"]
breaks = 0.5
"""
HOSTILE = "<script>document.title='owned'</script><img src=https://example.org/x.png onerror=alert(1)> \u202edetrevni"
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "parameters": {"type": "object", "properties": {"order": {"type": "string"}}, "required": ["order"]},
    },
}
BROKEN = ("--to", "openai/gpt-4.1")
FINE = ("--to", "openai/gpt-5.1")


def requests(folder: Path, count: int) -> Path:
    """Requests as an application logs them."""
    lines = []
    for number in range(count):
        asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": f"Where is order {number}? {HOSTILE}"}]}
        lines.append(json.dumps(asked | ({"tools": [TOOL]} if number % 2 else {})))
    file = folder / "requests.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def furnish(folder: Path, count: int = 60) -> None:
    """Configuration, requests and both answers of the incumbent."""
    (folder / "outlast.toml").write_text(CONFIGURATION, encoding="utf-8")
    (folder / "profiles.toml").write_text(PROFILES, encoding="utf-8")
    requests(folder, count)
    for words in (("import", "requests.jsonl", "--as", "support"), ("capture", "support")):
        done = outlast(*words)
        assert done.code == 0, done.err


def replayed(*words: str) -> Done:
    """One replay, quietly."""
    return outlast("replay", "support", "--quiet", "--gate", "contract", "--margin", "10%", *words)
