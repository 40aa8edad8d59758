"""The photographs that `./dev photos` fetches, for what needs real pictures: the index read, and checked."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "build" / "photos"
FEWEST = 300


class Photo(NamedTuple):
    sha256: str
    package: str
    file: str
    format: str  # "jpeg", "png" or "webp"
    width: int
    height: int

    @property
    def path(self) -> Path:
        return FOLDER / "files" / self.package / self.file

    @property
    def name(self) -> str:
        return f"{self.package}/{self.file}"


def all_photos() -> list[Photo]:
    """All of them, at least 300, sorted by package and file. FileNotFoundError says what to run."""
    try:
        with (FOLDER / "index.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t"))[1:]
    except FileNotFoundError:
        rows = []
    if len(rows) < FEWEST:
        raise FileNotFoundError(f"{len(rows)} photographs in {FOLDER}, fewer than {FEWEST}: run ./dev photos")
    return [Photo(row[0], row[1], row[2], row[3], int(row[4]), int(row[5])) for row in rows]
