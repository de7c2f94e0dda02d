"""A small world: the real catalogue with a few models of an invented provider, stated as an operator states them."""

import datetime as dt

import pytest

from outlast.catalog.store import Catalog, open_catalog
from outlast.settings import CatalogSettings, UserClaim, UserModel


@pytest.fixture(scope="session")
def knowledge() -> Catalog:
    """acme/soon ends in 30 days, acme/late in 300, acme/past has ended, acme/floor not before 60; acme/new lives.

    acme/rumoured ended some day that nobody stated exactly.
    """
    ends = {"soon": "2026-01-31", "late": "2026-10-28", "past": "2025-12-01"}
    claims = [
        UserClaim(model=f"acme/{name}", event="retired", date=dt.date.fromisoformat(day)) for name, day in ends.items()
    ]
    claims.append(UserClaim(model="acme/floor", event="retired", date=dt.date(2026, 3, 2), precision="not_before"))
    claims.append(UserClaim(model="acme/rumoured", event="retired", date=dt.date(2025, 12, 1), precision="unspecified"))
    claims.append(UserClaim(model="acme/new", event="released", date=dt.date(2025, 1, 1)))
    claims.append(UserClaim(model="acme/soon", event="retired", date=dt.date(2026, 2, 28), surface="azure"))
    return open_catalog(
        CatalogSettings(
            claims=tuple(claims),
            models={
                "acme/soon": UserModel(price={"input": 2.0, "output": 4.0}, successor="acme/new"),
                "acme/past": UserModel(successor="acme/late"),
                "acme/new": UserModel(price={"input": 1.0, "cached_input": 0.1, "output": 4.0}),
            },
        )
    )
