"""What horizon tests build: settings with two clocks for one provider, and rows of a record."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from outlast.exchange import SeenModel, UsageRow
from outlast.settings import ModelSettings, ProviderSettings, Settings

TODAY = dt.date(2026, 1, 1)


def configured(models: Mapping[str, ModelSettings] | None = None) -> Settings:
    """One provider table per surface, and these virtual models."""
    return Settings(
        providers={
            "acme": ProviderSettings(kind="openai"),
            "cloud": ProviderSettings(kind="openai", catalog="acme", surface="azure"),
        },
        models=dict(models or {}),
    )


def seen(requested: str, served: str = "", *, virtual: bool = False, redirected: int = 0, **row: int) -> SeenModel:
    """One (requested, served) pair of the record; a call costs a hundredth of a dollar."""
    calls = row.pop("calls", 1)
    paid = calls - row.get("unpriced_calls", 0)
    return SeenModel(
        requested=requested,
        virtual=virtual,
        served=served,
        row=UsageRow(name=requested, calls=calls, cost_usd=Decimal("0.01") * paid, **row),
        redirected=redirected,
        answered=("acme/other",) if redirected else (),
    )
