"""Every check there is, in order of trust, and what a word of ``--gate`` stands for.

It knows the list. It does not know margins.
"""

from collections.abc import Sequence

from outlast.checks.amounts import COST, LATENCY
from outlast.checks.check import Check
from outlast.checks.composite import Whole
from outlast.checks.contract import CONTRACT
from outlast.checks.facts import FACTS
from outlast.checks.manner import MANNER, TONE, TONE_GATES
from outlast.checks.probes.check import PROBE_CHECKS
from outlast.checks.user import UserCheck


def standard_suite() -> tuple[Check, ...]:
    """All checks that need nothing but the answers: each family as a whole, and its members."""
    return (
        Whole(family="contract", members=(*CONTRACT, *MANNER)),
        Whole(family="facts", members=FACTS),
        *CONTRACT,
        *MANNER,
        *FACTS,
        *LATENCY,
        *COST,
        *TONE,
        *PROBE_CHECKS,
    )


DEFAULT_GATES = ("contract", "facts")
_OF_A_FAMILY = {
    "latency": ("latency.first_token_p50", "latency.first_token_p95", "latency.total_p50", "latency.total_p95"),
    "cost": ("cost.total",),
    "tone": TONE_GATES,
    "probes": tuple(check.name for check in PROBE_CHECKS),
    "judge": ("judge.acceptable",),
}


def gates_named(words: Sequence[str], suite: Sequence[Check]) -> tuple[str, ...]:
    """The names of the checks that ``--gate`` means; a word that means none stands in ``unknown_gates``."""
    known = {check.name for check in suite}
    named = [name for word in words for name in _meant(word, suite) if name in known]
    return tuple(dict.fromkeys(named))


def unknown_gates(words: Sequence[str], suite: Sequence[Check]) -> tuple[str, ...]:
    """Words that mean no check."""
    known = {check.name for check in suite}
    return tuple(word for word in words if known.isdisjoint(_meant(word, suite)))


def sources_of(suite: Sequence[Check]) -> tuple[tuple[str, str], ...]:
    """Checks that this version of Outlast does not name by itself, with what they are made of."""
    return tuple((check.name, check.digest) for check in suite if isinstance(check, UserCheck))


def _meant(word: str, suite: Sequence[Check]) -> tuple[str, ...]:
    """A family without a whole stands for all of its checks."""
    if word in _OF_A_FAMILY:
        return _OF_A_FAMILY[word]
    names = tuple(check.name for check in suite)
    return (word,) if word in names else tuple(check.name for check in suite if check.family == word)
