"""Ends of one's own models, told to the keys that they concern."""

import datetime as dt

from outlast.notices.ending import Place, Use
from outlast.settings.policy import OwnModel, PolicySettings
from outlast.wiring.own_endings import HERE, own_endings

TOLD, FREE, ALL = dt.date(2026, 11, 1), dt.date(2027, 2, 10), dt.date(2027, 5, 10)
POLICY = PolicySettings(
    plans=("free", "business"),
    models={"assistant": OwnModel(announced=TOLD, retires=ALL, plans={"free": FREE}, successor="next", why="Old.")},
)
ANA, BEN, NOBODY = (Use(key=key, names=("assistant",), calls=1) for key in ("ana", "ben", ""))
PLANS = {"ana": "free", "ben": "business"}


def test_each_key_is_told_its_own_plans_day() -> None:
    found = own_endings(POLICY, {"assistant": (ANA, BEN, NOBODY)}, PLANS, TOLD)
    assert [(each.place, each.ends, each.uses) for each in found] == [
        (Place(model="assistant", surface="plan free"), FREE, (ANA,)),
        (Place(model="assistant", surface=HERE), ALL, (BEN, NOBODY)),
    ]
    assert {(each.successor, each.source, each.names) for each in found} == {("next", "Old.", ("assistant",))}


def test_before_it_is_announced_no_day_is_told() -> None:
    found = own_endings(POLICY, {}, {}, TOLD - dt.timedelta(days=1))
    assert [each.ends for each in found] == [None, None]
