"""The invented provider of the gateway's tests, for whole houses built here."""

from tests.unit.gateway.conftest import acme

__all__ = ["acme"]
