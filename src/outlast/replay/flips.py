"""How often a model turns its answer when it is pressed: what the probes have measured, and nothing else.

It knows the answers to probes that are kept as evidence. It asks nobody: where nothing was measured it says nothing.
"""

from outlast.checks.probes.library import choose
from outlast.checks.probes.rates import Rate, rates
from outlast.replay.ports import Drawn
from outlast.replay.probing import answers_of


def flip_rate(evidence: Drawn, target: str, *, voice: str = "") -> Rate | None:
    """The flip rate of ``provider/model`` with its interval and n; None: not measured yet.

    Probes ask a model without a persona, so with a persona's text nothing is measured, whatever is known without it.
    """
    if voice:
        return None
    asked = [(question, answers_of(question, target, evidence)) for question in choose() if question.probe == "flip"]
    whole = next((rate for rate in rates(asked) if rate.probe == "flip" and not rate.part), None)
    return None if whole is None or not whole.n else whole
