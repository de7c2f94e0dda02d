"""What is said of a rollout on a command line, as a plan.

It knows the options' meaning and where defaults come from. It does not know what a plan decides (``rollout``).
"""

import secrets
import time
from dataclasses import dataclass
from typing import Final

import click

from outlast.cli.keys_words import length_ns
from outlast.errors import SettingsInvalid
from outlast.rollout.live import judged
from outlast.rollout.plan import DEFAULT_GUARDS, By, Guard, Plan, Requirement
from outlast.rollout.proof import Proof
from outlast.rollout.words import CHECK, parse_entries, parse_guards, parse_stages
from outlast.settings import Settings
from outlast.wiring.rollout_desk import check_candidate, incumbent_of, is_priced, references, verdicts

STAGES: Final = "shadow,1,10,50,100"
_NS: Final = 10**9


class Seconds(click.ParamType[int]):
    """A length of time in whole seconds, written ``60s``, ``5m`` or ``1h``."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the length, or say what one looks like."""
        if isinstance(value, int):
            return value
        length = length_ns(str(value))
        if not length:
            self.fail(f"{value!r} is no length of time; write it like 60s or 5m", param, ctx)
        return length // _NS


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The options of ``outlast rollout start``."""

    candidate: str
    stages: str
    by: By
    guards: str | None
    entries: str | None
    max_shadow: int | None
    """Picodollars; None or 0: no limit."""
    require: str | None
    require_days: int | None
    require_plan: str | None
    persona: str | None
    window_s: int
    keep_days: int


def plan_of(settings: Settings, name: str, said: Said) -> tuple[Plan, Proof | None]:
    """The plan, and the newest verdict on this candidate.

    Raises:
        SettingsInvalid: a word cannot be meant, or too little is known of A.
        UnknownModel: A or B is not of this configuration.
        EvidenceInvalid: the required replay plan is not there.
    """
    incumbent = incumbent_of(settings, name)
    check_candidate(settings, said.candidate)
    guards = parse_guards(said.guards) if said.guards else DEFAULT_GUARDS
    _refuse_checks(guards)
    known = verdicts(settings, name, incumbent, said.candidate)
    _refuse_budget(settings, said)
    plan = Plan(
        model=name,
        incumbent=incumbent,
        candidate=said.candidate,
        salt=secrets.token_hex(8),
        stages=parse_stages(said.stages),
        by=said.by,
        guards=guards,
        references=references(settings, name, incumbent, guards, known),
        entries=parse_entries(said.entries) if said.entries else (),
        require=_requirement(said, known.plan_hash(said.require_plan) if said.require_plan else ""),
        max_shadow_pico_usd=said.max_shadow or None,
        keep_days=said.keep_days,
        window_s=said.window_s,
        created_ns=time.time_ns(),
    )
    plan.check()
    return plan, known.proof


def default_guards() -> str:
    """As they are written."""
    return ",".join(f"{guard.name}={_percent(guard)}" for guard in DEFAULT_GUARDS)


def _percent(guard: Guard) -> str:
    return f"{100 * guard.margin:g}%"


def _requirement(said: Said, plan_hash: str) -> Requirement | None:
    if said.require is None:
        given = {"--require-days": said.require_days, "--require-plan": said.require_plan, "--persona": said.persona}
        alone = next((word for word, value in given.items() if value is not None), None)
        if alone is not None:
            raise click.UsageError(f"{alone} says more of a required verdict: say --require PASS, too")
        return None
    days = said.require_days or Requirement().days
    return Requirement(days=days, plan_hash=plan_hash, persona=said.persona or "")


def _refuse_checks(guards: tuple[Guard, ...]) -> None:
    """A check that nobody measures would keep its stage open for ever."""
    for guard in guards:
        check = guard.name.removeprefix(CHECK)
        if check != guard.name and check not in judged():
            raise SettingsInvalid(
                f"guard {guard.name}: no check of this name looks at one answer alone; there are {', '.join(judged())}"
            )


def _refuse_budget(settings: Settings, said: Said) -> None:
    """A budget of money bounds nothing where no price is known."""
    if said.max_shadow and not is_priced(settings, said.candidate):
        raise click.UsageError(
            f"--max-shadow-cost cannot hold {said.candidate}: no price is known; a supplement of the catalogue names "
            "one, or leave shadow out of --stages"
        )
