"""``[policy]``: what somebody who retires models of their own has promised, and the ends that they have set.

This file knows values and which of them contradict each other. It does not know whether a promise is kept (``policy``).
"""

from datetime import date
from typing import Annotated, Literal

import msgspec

Stability = Literal["preview", "ga"]
NoticeDays = Annotated[int, msgspec.Meta(ge=0, le=3_650)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class OwnModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[policy.models.NAME]``: how stable a virtual model is said to be, and its end once there is one."""

    stability: Stability = "ga"
    announced: date | None = None
    """The day on which whoever uses it was told of the end."""
    retires: date | None = None
    """The first day on which it no longer answers anybody."""
    plans: dict[str, date] = {}
    """The same for the keys of single plans, where they differ."""
    successor: str | None = None
    """Another virtual model."""
    why: str = ""
    """One sentence for those who depend on it."""

    def __post_init__(self) -> None:
        """Refuse days that contradict each other."""
        if self.plans and self.retires is None:
            raise ValueError("plans have days, and the model has none: `retires` is the last of them")
        for plan, day in self.plans.items():
            if self.retires is not None and day > self.retires:
                raise ValueError(
                    f"plans.{plan} = {day} lies behind retires = {self.retires}, when nobody has it any more"
                )


class PolicySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[policy]``: what is promised to those who depend on one's own models."""

    title: str = "Models that end"
    """The heading of the page."""
    notice_days: NoticeDays = 90
    """From the announcement to the end of a model that is generally available."""
    preview_notice_days: NoticeDays = 14
    """The same of a preview."""
    plans: tuple[str, ...] = ()
    """Plans of keys in the order in which a model may be taken from them; who pays most comes last."""
    plan_notice_days: dict[str, NoticeDays] = {}
    """Longer notice for the keys of single plans."""
    max_usage_share: Share = 0.001
    """The part of all calls that may still go to a model that is retired; 0.001 is 0.1 %."""
    used_within: Annotated[int, msgspec.Meta(ge=1, le=3_650)] = 30
    """So many days of calls are counted, and so many days before an end its share must be small."""
    models: dict[str, OwnModel] = {}

    def __post_init__(self) -> None:
        """Refuse plans that are not listed, and a list that names one twice."""
        twice = next((each for each in self.plans if self.plans.count(each) > 1), None)
        if twice is not None:
            raise ValueError(f"plans: {twice!r} stands twice")
        named = [*self.plan_notice_days, *(plan for model in self.models.values() for plan in model.plans)]
        unknown = next((each for each in named if each not in self.plans), None)
        if unknown is not None:
            raise ValueError(f"{unknown!r} is not one of plans = {list(self.plans)}, which says their order")

    def notice_for(self, stability: Stability) -> int:
        """The days of notice that a model of this stability is due."""
        return self.notice_days if stability == "ga" else self.preview_notice_days
