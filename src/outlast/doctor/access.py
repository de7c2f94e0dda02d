"""Keys: those that providers want of us, and those that callers bring.

It knows when a key is missing, in the open, or about to end. It does not know any key's text.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from outlast.doctor.finding import Finding, fault, ok, warning
from outlast.keys.key import Key, Secret
from outlast.settings import ProviderSettings

SOON_DAYS = 14
_ENVIRONMENT = "env:"
_DAY_NS = 86_400 * 10**9


def provider_keys(providers: Iterable[tuple[str, ProviderSettings, Sequence[str]]]) -> Iterator[Finding]:
    """Of each provider: its settings, and which of the variables that they name are empty."""
    for name, settings, empty in providers:
        if settings.kind in ("recorded", "scripted", "local", "transformers"):
            continue
        declared = settings.api_keys or ((settings.api_key,) if settings.api_key is not None else ())
        check = f"keys of {name}"
        literal = any(not each.startswith(_ENVIRONMENT) for each in declared)
        if empty:
            yield _empty(check, declared, empty)
        if literal:
            yield warning(
                check,
                "a key stands in the configuration itself",
                why="whoever reads or copies the file has it",
                do=f'[providers.{name}] api_key = "env:NAME"',
            )
        if not empty and not literal:
            count = f"{len(declared)} found" if declared else "none is configured"
            yield ok(check, count)


def _empty(check: str, declared: Sequence[str], empty: Sequence[str]) -> Finding:
    """Some keys missing of several is no fault; a header that lacks its value may be what the provider asks for."""
    what = f"{', '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty in this environment"
    do = f"export {empty[0]}=… where the gateway starts"
    missing = [each for each in declared if each.removeprefix(_ENVIRONMENT) in empty]
    left = len(declared) - len(missing)
    if left and all(_ENVIRONMENT + name in declared for name in empty):
        return warning(check, what, why=f"calls go with the other {left} of {len(declared)} keys alone", do=do)
    return fault(check, what, why="calls go without a key, and the provider refuses them", do=do)


def caller_keys(keys: Sequence[Key], *, required: bool, reachable: bool, now_ns: int) -> Iterator[Finding]:
    """Of the keys that callers bring; ``required``: a call needs one even while none exists."""
    if not keys:
        yield _no_keys(required=required, reachable=reachable)
        return
    ending = [(key, last) for key in keys if (last := _ends(key, now_ns)) is not None]
    for key, last in ending:
        if last > now_ns:
            yield warning(
                "callers' keys",
                f"{key.name} ends on {_day(last)}, in {(last - now_ns) // _DAY_NS} days",
                why="its calls are then answered with 401",
                do=f"outlast keys rotate {key.name}",
            )
    gone = sum(not any(secret.usable(now_ns) for secret in key.secrets) for key in keys)
    if gone == len(keys):
        yield fault(
            "callers' keys",
            f"all {gone} have ended or are revoked",
            why="a key is needed once one was created: every call is answered with 401",
            do="outlast keys create NAME",
        )
    else:
        yield ok("callers' keys", f"{len(keys) - gone} can be used, {gone} ended or revoked")


def _no_keys(*, required: bool, reachable: bool) -> Finding:
    if required:
        return fault(
            "callers' keys",
            "a key is required and none was created",
            why="every call is answered with 401",
            do="outlast keys create NAME",
        )
    if reachable:
        return warning(
            "callers' keys",
            "others than this machine can call, and no key is required",
            why="whoever reaches the gateway spends your money",
            do="outlast keys create NAME, and take [server] require_key = false out",
        )
    return ok("callers' keys", "none was created; only this machine can call")


def _ends(key: Key, now_ns: int) -> int | None:
    """When its last usable secret ends, where that is soon."""
    usable: list[Secret] = [secret for secret in key.secrets if secret.usable(now_ns)]
    ends = [secret.expires_ns for secret in usable if secret.expires_ns is not None]
    if not usable or len(ends) < len(usable) or max(ends) - now_ns > SOON_DAYS * _DAY_NS:
        return None
    return max(ends)


def _day(unix_ns: int) -> dt.date:
    return dt.datetime.fromtimestamp(unix_ns / 10**9, dt.UTC).date()
