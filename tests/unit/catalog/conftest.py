"""The catalogue as it ships, opened once for this room's tests."""

import pytest

from outlast.catalog.store import Catalog, open_catalog


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return open_catalog()
