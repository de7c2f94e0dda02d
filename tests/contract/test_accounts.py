"""Accounts in the chats' file: who may log in, what a session stands for, and how wrong passwords are counted."""

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Literal, ParamSpec

import pytest
from argon2 import PasswordHasher

from outlast.chat.accounts import SESSION_NS, WINDOW_NS
from outlast.errors import LimitReached, LoginRefused, ObjectNotFound, SettingsInvalid, UnknownPerson
from outlast.ledger.chats.accounts import KeptAccounts
from outlast.ledger.chats.store import KeptChats
from outlast.ledger.location import chats_path
from outlast.testing.chats import conversation_of, message_of

Given = ParamSpec("Given")
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
GOOD = "correct horse battery"
HERE = "192.0.2.1"


def awaited(test: Callable[Given, Coroutine[None, None, None]]) -> Callable[Given, None]:
    @functools.wraps(test)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


class Time:
    """Nanoseconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 10**18

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return chats_path(tmp_path / "outlast.db")


@pytest.fixture
def chats(file: Path, time: Time) -> Iterator[KeptChats]:
    kept = KeptChats(file, unix_ns=time)
    kept.start()
    yield kept
    kept.close()


@pytest.fixture
def accounts(chats: KeptChats, time: Time) -> KeptAccounts:
    return over(chats, time)


def over(chats: KeptChats, time: Time, hasher: PasswordHasher = CHEAP) -> KeptAccounts:
    return KeptAccounts(chats.desk, unix_ns=time, entropy=os.urandom, hasher=hasher)


@awaited
async def test_the_first_account_is_the_owners_and_takes_over_what_was_nobodys(
    accounts: KeptAccounts, chats: KeptChats
) -> None:
    await chats.create(conversation_of("c1", ""))
    await chats.add("", "c1", message_of("m", "a treasure"))
    assert not await accounts.any()
    with pytest.raises(SettingsInvalid, match="owner first"):
        await accounts.add("ana", GOOD, role="person")
    assert (await accounts.add("ana", GOOD)).role == "owner"
    assert (await accounts.add("bob", GOOD, plan="plus")).role == "person"
    assert await accounts.any()
    assert [(each.name, each.role, each.plan) for each in await accounts.all()] == [
        ("ana", "owner", ""), ("bob", "person", "plus"),
    ]  # fmt: skip
    assert (await chats.conversation("ana", "c1")).owner == "ana"
    assert [each.message for each in await chats.search("ana", "treasure")] == ["m"]
    for other in ("", "bob"):
        with pytest.raises(ObjectNotFound):
            await chats.conversation(other, "c1")


@awaited
async def test_a_name_is_one_whatever_its_case_and_is_no_other_persons(accounts: KeptAccounts) -> None:
    await accounts.add("Ana", GOOD)
    assert (await accounts.account("aNA")).name == "Ana"
    with pytest.raises(SettingsInvalid, match="'Ana' is there"):
        await accounts.add("ana", GOOD)
    for name in ("", " ana", "a/b", "../x", "an\u0430", "x" * 65, "-a", "a\x00"):
        with pytest.raises(SettingsInvalid, match="no name"):
            await accounts.add(name, GOOD)
        with pytest.raises(UnknownPerson):
            await accounts.account(name)
        with pytest.raises(LoginRefused):
            await accounts.login(name, GOOD, address=name)


@awaited
async def test_a_password_is_neither_short_nor_endless_and_never_repeated(accounts: KeptAccounts) -> None:
    for password in ("", "too short", "x" * 1_001):
        with pytest.raises(SettingsInvalid) as refused:
            await accounts.add("ana", password)
        assert not password or password not in str(refused.value)
    assert not await accounts.any()


@awaited
async def test_a_login_stands_for_the_account_as_it_is_now(accounts: KeptAccounts, time: Time) -> None:
    await accounts.add("ana", GOOD)
    await accounts.add("bob", GOOD)
    token, session = await accounts.login("BOB", GOOD, address=HERE)
    assert (session.account.name, session.expires_ns) == ("bob", time.now + SESSION_NS)
    assert await accounts.session(token) == session
    await accounts.give_role("bob", "operator")
    await accounts.give_plan("bob", "plus")
    found = await accounts.session(token)
    assert found is not None
    assert (found.account.role, found.account.plan) == ("operator", "plus")
    again, _ = await accounts.login("bob", GOOD, address=HERE)
    assert again != token
    await accounts.logout(token)
    assert await accounts.session(token) is None
    assert await accounts.session(again) is not None
    time.now += SESSION_NS
    assert await accounts.session(again) is None


@awaited
async def test_letters_are_the_same_however_a_keyboard_composes_them(accounts: KeptAccounts) -> None:
    await accounts.add("ana", "Schl\u00fcsselbund")
    await accounts.login("ana", "Schlu\u0308sselbund", address=HERE)


@awaited
async def test_another_password_ends_every_session(accounts: KeptAccounts) -> None:
    await accounts.add("ana", GOOD)
    tokens = [(await accounts.login("ana", GOOD, address=HERE))[0] for _ in range(2)]
    await accounts.give_password("ana", "another good one")
    assert [await accounts.session(token) for token in tokens] == [None, None]
    with pytest.raises(LoginRefused):
        await accounts.login("ana", GOOD, address=HERE)
    await accounts.login("ana", "another good one", address=HERE)


@awaited
async def test_whoever_was_removed_is_gone_with_everything(accounts: KeptAccounts, chats: KeptChats) -> None:
    await accounts.add("ana", GOOD)
    await accounts.add("bob", GOOD)
    token, _ = await accounts.login("bob", GOOD, address=HERE)
    for number in range(12):
        await chats.create(conversation_of(f"c{number}", "bob"))
        await chats.add("bob", f"c{number}", message_of(f"m{number}"))
    await accounts.remove("bob")
    assert await accounts.session(token) is None
    assert await chats.newest("bob") == ()
    with pytest.raises(UnknownPerson):
        await accounts.remove("bob")
    await accounts.add("bob", GOOD)
    with pytest.raises(ObjectNotFound):
        await chats.conversation("bob", "c1")
    await chats.create(conversation_of("c1", "bob"))


@awaited
async def test_an_owner_is_left_as_long_as_anybody_is(accounts: KeptAccounts) -> None:
    await accounts.add("ana", GOOD)
    await accounts.add("bob", GOOD)
    for attempt in (accounts.give_role("ana", "person"), accounts.remove("ana")):
        with pytest.raises(SettingsInvalid, match="only owner"):
            await attempt
    await accounts.give_role("bob", "owner")
    await accounts.remove("ana")
    await accounts.remove("bob")
    assert not await accounts.any()


def contents(file: Path) -> bytes:
    return file.read_bytes()


async def wrong(accounts: KeptAccounts, name: str = "ana", address: str = HERE) -> None:
    with pytest.raises(LoginRefused):
        await accounts.login(name, "no idea what it is", address=address)


@awaited
async def test_after_five_wrong_passwords_nobody_gets_in_from_there_until_the_window_is_over(
    accounts: KeptAccounts, time: Time
) -> None:
    await accounts.add("ana", GOOD)
    for _ in range(5):
        await wrong(accounts)
        time.now += 10**9
    with pytest.raises(LimitReached) as refused:
        await accounts.login("ana", GOOD, address=HERE)
    assert refused.value.retry_after_s == pytest.approx(WINDOW_NS / 10**9 - 5)
    await accounts.login("ana", GOOD, address="192.0.2.2")
    time.now += int(refused.value.retry_after_s * 10**9)
    await accounts.login("ana", GOOD, address=HERE)


@awaited
async def test_the_right_password_does_not_count(accounts: KeptAccounts) -> None:
    await accounts.add("ana", GOOD)
    for _ in range(12):
        await accounts.login("ana", GOOD, address=HERE)


@awaited
async def test_many_places_and_many_names_are_slowed_down_too(accounts: KeptAccounts) -> None:
    await accounts.add("ana", GOOD)
    for number in range(50):
        await wrong(accounts, address=f"198.51.100.{number}")
    with pytest.raises(LimitReached):
        await accounts.login("ana", GOOD, address="203.0.113.9")
    await accounts.add("bob", GOOD)
    for number in range(50):
        await wrong(accounts, f"guess{number}")
    with pytest.raises(LimitReached):
        await accounts.login("bob", GOOD, address=HERE)


@awaited
async def test_an_owner_of_many_ipv6_addresses_is_one_place(accounts: KeptAccounts) -> None:
    await accounts.add("ana", GOOD)
    for number in range(5):
        await wrong(accounts, address=f"2001:db8::{number:x}")
    with pytest.raises(LimitReached):
        await accounts.login("ana", GOOD, address="2001:db8::ffff:1")
    await accounts.login("ana", GOOD, address="2001:db8:1::1")


@awaited
async def test_attempts_count_through_restarts_in_every_process_and_all_at_once(
    accounts: KeptAccounts, file: Path, time: Time
) -> None:
    await accounts.add("ana", GOOD)
    other = KeptChats(file, unix_ns=time)
    other.start()
    try:
        both = (accounts, over(other, time))
        results = await asyncio.gather(
            *(both[number % 2].login("ana", "no idea what it is", address=HERE) for number in range(12)),
            return_exceptions=True,
        )
        assert sorted(type(each).__name__ for each in results) == ["LimitReached"] * 7 + ["LoginRefused"] * 5
    finally:
        other.close()
    again = KeptChats(file, unix_ns=time)
    again.start()
    try:
        with pytest.raises(LimitReached):
            await over(again, time).login("ana", GOOD, address=HERE)
    finally:
        again.close()


@awaited
async def test_a_hash_of_another_cost_is_renewed_by_the_next_login(
    accounts: KeptAccounts, chats: KeptChats, time: Time
) -> None:
    await accounts.add("ana", GOOD)
    dearer = over(chats, time, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    await dearer.login("ana", GOOD, address=HERE)
    await dearer.login("ana", GOOD, address=HERE)
    hashed = await chats.desk.ask(lambda connection: connection.execute("SELECT hash FROM accounts").fetchone()[0])
    assert "m=16,t=2,p=1" in hashed


@awaited
async def test_no_password_and_no_token_lies_in_the_file(accounts: KeptAccounts, file: Path) -> None:
    await accounts.add("ana", GOOD)
    token, _ = await accounts.login("ana", GOOD, address=HERE)
    await wrong(accounts, "my-password-typed-as-a-name")
    data = contents(file)
    for secret in (GOOD.encode(), token.encode(), bytes.fromhex(token), b"typed-as-a-name", b"no idea"):
        assert secret not in data
    assert b"$argon2id$" in data


@awaited
async def test_an_unknown_name_takes_a_hash_as_a_known_one_does(chats: KeptChats, time: Time) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 - the library's word
            self.verified += 1
            return super().verify(hash, password)

    counting = Counting(time_cost=1, memory_cost=8, parallelism=1)
    accounts = over(chats, time, counting)
    await accounts.add("ana", GOOD)
    await wrong(accounts)
    await wrong(accounts, "nobody")
    assert counting.verified == 2
