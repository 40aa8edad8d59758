"""The photographs, as the transforms take them, and which of them show the same."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "photos"))

from photos import Photo, all_photos  # noqa: E402

__all__ = ["LARGEST_SIDE", "SAME_SCENE", "Photo", "all_photos", "open_photo"]

# Larger photographs are reduced to this once, before they are listed or changed: transforms and codecs would only cost
# time. Orientations in EXIF are not applied, as the list and the copy would both carry them.
LARGEST_SIDE = 768

# Pairs that show the same, found by distance and looked at by hand: a match between them is right, and counts neither
# for nor against. The first three are one photograph in two sizes, the last two the halves of a stereo picture.
# check_same_scene() keeps the list whole.
_GCOMPRIS = "gcompris-qt-data/"
_SKIMAGE = "python3-skimage/"
SAME_SCENE = {
    frozenset(pair)
    for pair in (
        (
            f"{_GCOMPRIS}categorization-monuments-brandenburgGate.webp",
            f"{_GCOMPRIS}explore_monuments-germany-brandenburgGate.webp",
        ),
        (
            f"{_GCOMPRIS}categorization-monuments-colosseum.webp",
            f"{_GCOMPRIS}explore_monuments-wonders-colosseum.webp",
        ),
        (
            f"{_GCOMPRIS}categorization-monuments-greatPyramid.webp",
            f"{_GCOMPRIS}explore_monuments-egypt-greatPyramidOfGiza.webp",
        ),
        (f"{_SKIMAGE}motorcycle_left.png", f"{_SKIMAGE}motorcycle_right.png"),
    )
}


@functools.lru_cache(maxsize=8)
def open_photo(photo: Photo) -> Image.Image:
    with Image.open(photo.path) as opened:
        opened.draft("RGB", (2 * LARGEST_SIDE, 2 * LARGEST_SIDE))
        picture = opened.convert("RGB")
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
    return picture
