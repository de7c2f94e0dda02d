"""What a gateway loads before its first call: every command and every test waits for it."""

import subprocess
import sys

SELDOM_NEEDED = {"numpy", "jsonschema", "pypdf", "torch", "typer.rich_utils"}
"""Libraries that are loaded with the first call that needs them."""


def test_a_gateway_starts_without_the_libraries_that_few_calls_need() -> None:
    asked = "import sys, outlast.wiring.process, outlast.wiring.alone; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split()
    assert "outlast.wiring.alone" in loaded
    assert not SELDOM_NEEDED & set(loaded)
