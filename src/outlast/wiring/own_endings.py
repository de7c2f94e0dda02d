"""The ends that ``[policy]`` sets for models of one's own, as notices and feeds tell ends.

It knows which keys an end concerns, by their plans. It does not know whether a promise is kept (``policy``) nor whom
anything is due to (``notices``).
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from outlast.notices.ending import Ending, Place, Use
from outlast.policy.own import state_of
from outlast.settings.policy import OwnModel, PolicySettings

HERE: Final = "here"
"""The surface of one's own models."""


def own_endings(
    policy: PolicySettings, uses: Mapping[str, tuple[Use, ...]], plans: Mapping[str, str], today: dt.date
) -> tuple[Ending, ...]:
    """An end of each of one's own models, and one for each plan that loses it earlier; untold ones have no day.

    Args:
        policy: what was set.
        uses: by the name that was called.
        plans: of keys, by their names.
        today: the day.
    """
    return tuple(
        ending for name, model in policy.models.items() for ending in _of(name, model, uses.get(name, ()), plans, today)
    )


def _of(
    name: str, model: OwnModel, uses: tuple[Use, ...], plans: Mapping[str, str], today: dt.date
) -> Iterator[Ending]:
    told = state_of(model, today) in ("deprecated", "retired")

    def ending(surface: str, ends: dt.date | None, mine: tuple[Use, ...]) -> Ending:
        return Ending(
            place=Place(model=name, surface=surface),
            ends=ends if told else None,
            source=model.why,
            names=(name,),
            uses=mine,
            successor=model.successor,
        )

    for plan, day in model.plans.items():
        yield ending(f"plan {plan}", day, tuple(use for use in uses if plans.get(use.key, "") == plan))
    rest = tuple(use for use in uses if plans.get(use.key, "") not in model.plans)
    yield ending(HERE, model.retires, rest)
