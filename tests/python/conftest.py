"""What several tests need."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

PHOTOS = Path(__file__).parents[2] / "build" / "photos"


class Photo(NamedTuple):
    sha256: str
    package: str
    file: str
    format: str  # "jpeg", "png" or "webp"
    width: int
    height: int

    @property
    def path(self) -> Path:
        return PHOTOS / "files" / self.package / self.file


@pytest.fixture(scope="session")
def photos() -> list[Photo]:
    """The photographs that `./dev photos` fetches, at least 300. Without them the test fails."""
    try:
        with (PHOTOS / "index.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t"))[1:]
    except FileNotFoundError:
        pytest.fail(f"no photographs in {PHOTOS}: run ./dev photos", pytrace=False)
    found = [Photo(*row[:4], int(row[4]), int(row[5])) for row in rows]
    assert len(found) >= 300, f"too few photographs in {PHOTOS}: run ./dev photos"
    return found
