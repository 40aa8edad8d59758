"""What several tests need."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "photos"))

from photos import Photo, all_photos  # noqa: E402


@pytest.fixture(scope="session")
def photos() -> list[Photo]:
    """The photographs that `./dev photos` fetches, at least 300. Without them the test fails."""
    try:
        return all_photos()
    except FileNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
