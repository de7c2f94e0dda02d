"""Whose the objects are that providers keep: the same rules in memory and in SQLite."""

import asyncio
import functools
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import ParamSpec

import pytest

from outlast.gateway.ports import Ownership
from outlast.ledger.location import responses_path
from outlast.ledger.responses import KeptResponses
from outlast.testing.responses import MemoryOwnership

Given = ParamSpec("Given")


def awaited(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    @functools.wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


def opened(folder: Path) -> KeptResponses:
    kept = KeptResponses(responses_path(folder / "outlast.db"), unix_s=lambda: 1_000_000)
    kept.start()
    return kept


@pytest.fixture(params=["memory", "sqlite"])
def owned(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ownership]:
    if request.param == "memory":
        yield MemoryOwnership()
        return
    kept = opened(tmp_path)
    yield kept
    kept.close()


@awaited
async def test_whoever_claims_an_id_first_stays_its_owner(owned: Ownership) -> None:
    await owned.claim("openai", ["file-1", "file-2"], "ada")
    await owned.claim("openai", ["file-1", "file-3"], "bob")

    assert await owned.owners("openai", ["file-1", "file-2", "file-3", "file-4"]) == {
        "file-1": "ada",
        "file-2": "ada",
        "file-3": "bob",
    }


@awaited
async def test_the_same_id_at_another_provider_is_another_object(owned: Ownership) -> None:
    await owned.claim("openai", ["file-1"], "ada")

    assert await owned.owners("groq", ["file-1"]) == {}


@awaited
async def test_an_id_is_forgotten_for_its_owner_alone(owned: Ownership) -> None:
    await owned.claim("openai", ["file-1"], "ada")
    await owned.disown("openai", "file-1", "bob")
    assert await owned.owners("openai", ["file-1"]) == {"file-1": "ada"}
    await owned.disown("openai", "file-1", "ada")
    assert await owned.owners("openai", ["file-1"]) == {}


@awaited
async def test_no_ids_are_no_question(owned: Ownership) -> None:
    await owned.claim("openai", [], "ada")
    assert await owned.owners("openai", []) == {}


def test_what_is_owned_outlives_the_gateway(tmp_path: Path) -> None:
    first = opened(tmp_path)
    asyncio.run(first.claim("openai", ["file-1"], "ada"))
    first.close()
    second = opened(tmp_path)
    assert asyncio.run(second.owners("openai", ["file-1"])) == {"file-1": "ada"}
    second.close()


def test_a_file_of_the_version_before_gets_the_table(tmp_path: Path) -> None:
    first = opened(tmp_path)
    asyncio.run(first.claim("openai", ["file-1"], "ada"))
    first.close()
    with sqlite3.connect(responses_path(tmp_path / "outlast.db")) as connection:
        connection.execute("DROP TABLE owned")
        connection.execute("PRAGMA user_version = 1")
    connection.close()

    second = opened(tmp_path)
    asyncio.run(second.claim("openai", ["file-1"], "bob"))
    assert asyncio.run(second.owners("openai", ["file-1"])) == {"file-1": "bob"}
    second.close()
