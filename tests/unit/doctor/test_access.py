"""Keys: missing, in the open, about to end; and no key is ever in a finding."""

import pytest

from outlast.doctor.access import caller_keys, provider_keys
from outlast.keys.key import Key, Secret
from outlast.settings import ProviderSettings

DAY = 86_400 * 10**9
NOW = 20_000 * DAY


def secret(expires_ns: int | None = None, revoked_ns: int | None = None) -> Secret:
    return Secret(digest=b"d", prefix="ol-abc", created_ns=0, expires_ns=expires_ns, revoked_ns=revoked_ns)


def provider(**words: object) -> ProviderSettings:
    return ProviderSettings(kind="openai", base_url="https://x.example/v1", **words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "empty", "level"),
    [
        (provider(api_key="env:A"), (), "ok"),
        (provider(), (), "ok"),
        (provider(api_key="env:A"), ("A",), "fault"),
        (provider(api_keys=("env:A", "sk-verysecret")), (), "warning"),
        (provider(api_key="sk-verysecret"), (), "warning"),
    ],
)
def test_a_providers_keys_are_judged_and_never_shown(
    settings: ProviderSettings, empty: tuple[str, ...], level: str
) -> None:
    [finding] = provider_keys([("openai", settings, empty)])
    assert finding.level == level
    assert "verysecret" not in repr(finding)


@pytest.mark.parametrize(
    ("settings", "empty", "levels"),
    [
        (provider(api_keys=("env:A", "env:B")), ("B",), ["warning"]),
        (provider(api_keys=("env:A", "env:B")), ("A", "B"), ["fault"]),
        (provider(api_keys=("env:A", "sk-verysecret")), ("A",), ["warning", "warning"]),
        (provider(api_key="env:A", headers={"x-project": "env:H"}), ("H",), ["fault"]),
        (provider(api_key="sk-verysecret", headers={"x-project": "env:H"}), ("H",), ["fault", "warning"]),
    ],
)
def test_a_missing_key_is_a_fault_only_where_no_other_is_left_and_hides_no_warning(
    settings: ProviderSettings, empty: tuple[str, ...], levels: list[str]
) -> None:
    found = list(provider_keys([("openai", settings, empty)]))
    assert [finding.level for finding in found] == levels
    assert all(name in found[0].what for name in empty)
    assert "verysecret" not in repr(found)


def test_a_simulated_provider_needs_no_key() -> None:
    assert list(provider_keys([("x", ProviderSettings(kind="scripted"), ())])) == []


@pytest.mark.parametrize(
    ("keys", "required", "reachable", "levels"),
    [
        ((), False, False, ["ok"]),
        ((), True, True, ["fault"]),
        ((), False, True, ["warning"]),
        ((Key(name="a", secrets=(secret(),)),), False, False, ["ok"]),
        ((Key(name="a", secrets=(secret(NOW + 3 * DAY),)),), False, False, ["warning", "ok"]),
        ((Key(name="a", secrets=(secret(NOW + 3 * DAY), secret(NOW + 99 * DAY))),), False, False, ["ok"]),
        ((Key(name="a", secrets=(secret(NOW + 99 * DAY),)),), False, False, ["ok"]),
        ((Key(name="a", secrets=(secret(NOW - DAY),)), Key(name="b", secrets=(secret(None, 1),))), False, False, ["fault"]),  # noqa: E501
    ],
)  # fmt: skip
def test_callers_keys_are_judged(keys: tuple[Key, ...], *, required: bool, reachable: bool, levels: list[str]) -> None:
    found = list(caller_keys(keys, required=required, reachable=reachable, now_ns=NOW))
    assert [finding.level for finding in found] == levels


def test_a_key_that_ends_soon_is_named_with_its_day_and_what_to_do() -> None:
    keys = (Key(name="team-a", secrets=(secret(NOW + 3 * DAY),)),)
    [ending, _] = caller_keys(keys, required=False, reachable=False, now_ns=NOW)
    assert ending.what == "team-a ends on 2024-10-07, in 3 days"
    assert ending.do == "outlast keys rotate team-a"
