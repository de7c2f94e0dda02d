"""A small world for plans and routes: the real catalogue, with an invented provider whose dates a test declares."""

import datetime as dt

import pytest

from outlast.catalog.store import Catalog, open_catalog
from outlast.settings import CatalogSettings, ProviderSettings, UserClaim, UserModel

END = dt.date(2026, 6, 1)


def claim(model: str, event: str, day: dt.date, precision: str = "exact") -> UserClaim:
    return UserClaim(model=f"acme/{model}", event=event, date=day, precision=precision, source="test")


@pytest.fixture(scope="session")
def acme() -> Catalog:
    """old ends on END, exactly, for next; vague ends then too, unspecified; dead ended long before."""
    return open_catalog(
        CatalogSettings(
            claims=(
                claim("old", "deprecated", END - dt.timedelta(days=90)),
                claim("old", "retired", END),
                claim("vague", "retired", END, "unspecified"),
                claim("dead", "retired", END - dt.timedelta(days=400)),
                claim("next", "released", END - dt.timedelta(days=100)),
            ),
            models={"acme/old": UserModel(successor="acme/next")},
        )
    )


@pytest.fixture(scope="session")
def providers() -> dict[str, ProviderSettings]:
    return {
        "acme": ProviderSettings(kind="scripted"),
        "openai": ProviderSettings(kind="scripted"),
        "mirror": ProviderSettings(kind="scripted", catalog="acme"),
    }
