"""What several tests need."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
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


@pytest.fixture
def ctrl_c_heard() -> Iterator[None]:
    """SIGINT raises KeyboardInterrupt, also where the tests were started in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
