"""Keys as people and programs see them: never a secret, but for the one moment after it was made.

It knows columns and members. It does not know how keys are made or kept.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

import click

from outlast.catalog.amounts import format_decimal
from outlast.cli.broken_output import leave_stdout, reason
from outlast.cli.output import note, print_json, print_table
from outlast.errors import MachineError
from outlast.exchange import PICO_PER_USD
from outlast.keys.key import Allowance, Key, Secret

NS = 10**9


def moment(unix_ns: int | None) -> str | None:
    """An instant as ISO text with seconds, UTC."""
    if unix_ns is None:
        return None
    return dt.datetime.fromtimestamp(unix_ns // NS, dt.UTC).isoformat().replace("+00:00", "Z")


def key_document(key: Key, now_ns: int) -> dict[str, object]:
    """One key for programs."""
    may = key.allowance
    return {
        "name": key.name,
        "state": key.state(now_ns),
        "owner": key.owner or None,
        "team": key.team or None,
        "plan": key.plan or None,
        "tags": key.tags,
        "models": key.models or None,
        "limits": {
            "requests_per_minute": may.requests_per_minute,
            "tokens_per_minute": may.tokens_per_minute,
            "concurrent": may.concurrent,
            "budget_day_usd": _usd(may.day_pico_usd),
            "budget_month_usd": _usd(may.month_pico_usd),
        },
        "created": moment(key.created_ns),
        "expires": moment(key.expires_ns),
        "revoked": moment(key.revoked_ns),
        "secrets": [_secret_document(secret, now_ns) for secret in key.secrets],
    }


def _secret_document(secret: Secret, now_ns: int) -> dict[str, object]:
    return {
        "prefix": secret.prefix,
        "usable": secret.usable(now_ns),
        "created": moment(secret.created_ns),
        "expires": moment(secret.expires_ns),
        "revoked": moment(secret.revoked_ns),
    }


def _usd(pico: int | None) -> Decimal | None:
    return None if pico is None else Decimal(pico) / PICO_PER_USD


def print_keys(keys: Sequence[Key], now_ns: int) -> None:
    """The table."""
    columns = ("NAME", "STATE", "SECRET", "OWNER", "TEAM", "PLAN", "TAGS", "MODELS", "LIMITS", "EXPIRES (UTC)")
    print_table("", columns, [_line(key, now_ns) for key in keys])


def _line(key: Key, now_ns: int) -> tuple[str, ...]:
    return (
        key.name,
        key.state(now_ns),
        ", ".join(_secret_text(secret, key) for secret in key.secrets if secret.usable(now_ns)) or "-",
        key.owner or "-",
        key.team or "-",
        key.plan or "-",
        ", ".join(key.tags) or "-",
        ", ".join(key.models) or "every",
        limits_text(key.allowance),
        _minute(key.expires_ns) or "never",
    )


def _secret_text(secret: Secret, key: Key) -> str:
    until = "" if secret.expires_ns == key.expires_ns else f" until {_minute(secret.expires_ns)}"
    return f"{secret.prefix}…{until}"


def _minute(unix_ns: int | None) -> str | None:
    return None if unix_ns is None else f"{dt.datetime.fromtimestamp(unix_ns // NS, dt.UTC):%Y-%m-%d %H:%M}"


def limits_text(may: Allowance) -> str:
    """Every limit in words."""
    parts = (
        (may.requests_per_minute, "{:,} requests/min"),
        (may.tokens_per_minute, "{:,} tokens/min"),
        (may.concurrent, "{:,} at once"),
    )
    money = ((may.day_pico_usd, "USD/day"), (may.month_pico_usd, "USD/month"))
    said = [text.format(value) for value, text in parts if value is not None]
    said += [f"{format_decimal(Decimal(pico) / PICO_PER_USD)} {unit}" for pico, unit in money if pico is not None]
    return ", ".join(said) or "none"


def show_secret(key: Key, secret: str, *, now_ns: int, as_json: bool) -> None:
    """The one time that a secret is printed: alone on stdout, or as a member of the document.

    Raises:
        MachineError: it could not be printed, and is lost.
    """
    if as_json:
        _print_secret(lambda: print_json({"secret": secret, **key_document(key, now_ns)}), key)
    else:
        _print_secret(lambda: click.echo(secret), key)


def _print_secret(show: Callable[[], None], key: Key) -> None:
    try:
        show()
    except OSError as error:
        leave_stdout()
        raise MachineError(
            f"the key {key.name} exists, but its secret could not be written to stdout ({reason(error)}) and is lost; "
            f"`outlast keys rotate {key.name}` makes a new one"
        ) from error


def note_of_secret(key: Key, *, quiet: bool) -> None:
    """What is said beside a new secret, on stderr."""
    prefix = key.secrets[-1].prefix
    note(
        f"The secret of {key.name} is shown this once; what is kept is its digest and its start, {prefix}.", quiet=quiet
    )
