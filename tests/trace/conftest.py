"""What the tests of the real trace share: where it lies, and who must have it."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def trace() -> Path:
    """The refunds of the real trace; a developer without it skips, CI must have it."""
    return there("uci_online_retail_returns.csv.gz")


@pytest.fixture(scope="session")
def orders() -> Path:
    """The orders of the same shop."""
    return there("uci_online_retail_orders.csv.gz")


def there(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        message = f"the real trace is not at {path}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
