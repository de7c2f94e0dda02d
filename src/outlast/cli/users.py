"""``outlast users``: who may log in to the chat, as what, and on which plan.

It knows the six commands and what each prints. It does not know how an account is kept (``ledger.chats.accounts``)
nor the rules over them (``chat.accounts``). A password is never an argument: histories and process lists show those.
"""

import asyncio
import datetime as dt
import sys
from pathlib import Path
from typing import cast

import click

from outlast.chat.accounts import LONGEST_PASSWORD, ROLES, Account, Role, checked_name, checked_password, checked_plan
from outlast.cli.options import Context, open_context, shared
from outlast.cli.output import note, print_json, print_table
from outlast.wiring.people import opened_accounts

NONE = "none"
_ROLE = click.Choice(ROLES)


@click.group()
def users() -> None:
    """Who may log in to the chat: accounts, their roles and plans.

    As long as there is none, whoever sits at this machine is the only person, without a login. The first one that is
    made is the owner and takes over what was said before. Roles: an owner may do everything, an operator sees the
    gateway's pages beside the chat, a person has the chat.
    """


@users.command("add")
@click.argument("name")
@click.option("--role", type=_ROLE, help="Default: the first is the owner, everybody after that a person.")
@click.option("--plan", default="", metavar="PLAN", help="One of [plans.NAME].  [default: none, everything is allowed]")
@shared(today=False)
def add_command(name: str, *, role: str | None, plan: str, config: Path | None, format_: str, quiet: bool) -> None:
    """Make an account. The password is asked for, or read from standard input: one line.

    \b
      outlast users add ana
      outlast users add bob --plan free < password.txt
    """
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    checked_name(name)
    checked_plan(_plan(plan), context.settings.plans)
    password = _password()
    with opened_accounts(context.settings) as accounts:
        made = asyncio.run(accounts.add(name, password, role=cast("Role | None", role), plan=_plan(plan)))
    _show(context, made)


@users.command("list")
@shared(today=False)
def list_command(*, config: Path | None, format_: str, quiet: bool) -> None:
    """Every account with its role and plan; never a password."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_accounts(context.settings) as accounts:
        known = asyncio.run(accounts.all())
    if context.format == "json":
        print_json([_document(account) for account in known])
    else:
        _print(known)
    if not known:
        note("There is no account: whoever sits at this machine is the only person.", quiet=quiet)


@users.command("password")
@click.argument("name")
@shared(today=False)
def password_command(name: str, *, config: Path | None, format_: str, quiet: bool) -> None:
    """Give an account another password, asked for or read from standard input; all its logins end."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_accounts(context.settings) as accounts:
        asyncio.run(accounts.account(name))
        changed = asyncio.run(accounts.give_password(name, _password()))
    _show(context, changed)


@users.command("role")
@click.argument("name")
@click.argument("role", type=_ROLE)
@shared(today=False)
def role_command(name: str, role: str, *, config: Path | None, format_: str, quiet: bool) -> None:
    """Give an account another role, which holds from the next page on."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_accounts(context.settings) as accounts:
        asyncio.run(accounts.account(name))
        changed = asyncio.run(accounts.give_role(name, cast("Role", role)))
    _show(context, changed)


@users.command("plan")
@click.argument("name")
@click.argument("plan")
@shared(today=False)
def plan_command(name: str, plan: str, *, config: Path | None, format_: str, quiet: bool) -> None:
    """Give an account another plan, one of [plans.NAME]; `none`: no plan, so that everything is allowed."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    checked_plan(_plan(plan), context.settings.plans)
    with opened_accounts(context.settings) as accounts:
        asyncio.run(accounts.account(name))
        changed = asyncio.run(accounts.give_plan(name, _plan(plan)))
    _show(context, changed)


@users.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@shared(today=False)
def remove_command(name: str, *, yes: bool, config: Path | None, format_: str, quiet: bool) -> None:
    """Take an account away, with all its logins and conversations. There is no way back."""
    context = open_context(config=config, format_=format_, today=None, quiet=quiet)
    with opened_accounts(context.settings) as accounts:
        known = asyncio.run(accounts.account(name))
        if not yes:
            click.confirm(f"Remove {known.name} with every conversation of theirs?", abort=True, err=True)
        asyncio.run(accounts.remove(name))
    _show(context, known)
    note(f"{known.name} is gone, with everything that they kept.", quiet=quiet)


def _password() -> str:
    """From a terminal twice, unseen; from anything else one line."""
    if sys.stdin.isatty():
        return checked_password(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    return checked_password(sys.stdin.readline(LONGEST_PASSWORD + 3).rstrip("\r\n"))


def _plan(text: str) -> str:
    return "" if text.lower() == NONE else text


def _show(context: Context, account: Account) -> None:
    if context.format == "json":
        print_json(_document(account))
    else:
        _print((account,))


def _print(accounts: tuple[Account, ...]) -> None:
    rows = [
        (each.name, each.role, each.plan or "-", _day(each.created_ns), _day(each.password_ns)) for each in accounts
    ]
    print_table("", ("NAME", "ROLE", "PLAN", "SINCE", "PASSWORD SINCE"), rows)


def _document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role,
        "plan": account.plan or None,
        "created": _day(account.created_ns),
        "password_changed": _day(account.password_ns),
    }


def _day(at_ns: int) -> str:
    return f"{dt.datetime.fromtimestamp(at_ns // 10**9, dt.UTC):%Y-%m-%d}"
