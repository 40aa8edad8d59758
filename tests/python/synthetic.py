"""Pictures made from formulas: those of tests/data/golden/README.md, and others with fixed seeds."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Pixels = NDArray[np.uint8]

GOLDEN = Path(__file__).parents[1] / "data" / "golden" / "pdq_synthetic.csv"
DIHEDRAL_COLUMNS = (
    "d_orig", "d_rot90", "d_rot180", "d_rot270", "d_flipx", "d_flipy", "d_flipplus1", "d_flipminus1",
)  # fmt: skip


def golden_rows() -> list[dict[str, str]]:
    with GOLDEN.open(newline="") as file:
        return list(csv.DictReader(file))


def golden_image(row: dict[str, str]) -> Pixels:
    width, height, channels = int(row["w"]), int(row["h"]), int(row["channels"])
    shape = (height, width, channels)
    pattern = row["pattern"].removeprefix("rgb_")
    if pattern == "lcg":
        image = _lcg(shape)
    elif pattern == "ramp":
        x = np.arange(width, dtype=np.uint32)
        image = np.broadcast_to((255 * x // max(width - 1, 1))[None, :, None], shape)
    elif pattern == "blocks":
        image = _blocks(shape)
    elif pattern == "mix":
        image = (3 * _blocks(shape) + _lcg(shape)) // 4
    elif pattern == "black":
        image = np.zeros(shape, np.uint32)
    else:
        assert pattern == "grey128", pattern
        image = np.full(shape, 128, np.uint32)
    pixels = np.ascontiguousarray(image, dtype=np.uint8)
    return pixels[:, :, 0] if channels == 1 else pixels


def _lcg(shape: tuple[int, int, int]) -> NDArray[np.uint32]:
    """The generator's states in one go: s(n) = a^n + c (a^(n-1) + ... + 1), modulo 2^32."""
    count = int(np.prod(shape))
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.full(count, 1664525, np.uint32), dtype=np.uint32)
        sums = np.cumsum(np.concatenate(([np.uint32(1)], powers[:-1])), dtype=np.uint32)
        states = powers + np.uint32(1013904223) * sums
    return (states >> np.uint32(24)).reshape(shape)


def _blocks(shape: tuple[int, int, int]) -> NDArray[np.uint32]:
    height, width, channels = shape
    cx = 16 * np.arange(width, dtype=np.uint32) // np.uint32(width)
    cy = 16 * np.arange(height, dtype=np.uint32) // np.uint32(height)
    c = np.arange(channels, dtype=np.uint32)
    with np.errstate(over="ignore"):
        mixed: NDArray[np.uint32] = (
            ((cx + np.uint32(1)) * np.uint32(73856093))[None, :, None]
            ^ ((cy + np.uint32(1)) * np.uint32(19349663))[:, None, None]
            ^ (c * np.uint32(83492791))[None, None, :]
        )
        return (mixed * np.uint32(2654435761)) >> np.uint32(24)


def drawing(seed: int, width: int = 320, height: int = 240) -> Pixels:
    """An RGB picture of overlapping shapes on a gradient, different for every seed."""
    random = np.random.default_rng(seed)
    corner = np.linspace(0, 200, width)[None, :, None] * random.random(3) + np.linspace(0, 55, height)[:, None, None]
    image = Image.fromarray(corner.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(12):
        left, top = int(random.integers(width - 10)), int(random.integers(height - 10))
        box = (left, top, int(random.integers(left + 5, width + 1)), int(random.integers(top + 5, height + 1)))
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=colour)
    return np.asarray(image)


def encode(pixels: Pixels, kind: str = "PNG", **options: int | bool) -> bytes:
    """The pixels as the bytes of an image file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()
