"""Gateways for tests: each a process of its own, stopped whatever happens."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.integration.gateway_process import Gateway, running

Serve = Callable[..., Gateway]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a gateway in the test's folder: ``serve(configuration, *arguments)``."""
    with contextlib.ExitStack() as stack:
        yield lambda configuration, *arguments: stack.enter_context(running(tmp_path, configuration, *arguments))
