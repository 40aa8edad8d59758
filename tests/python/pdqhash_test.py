"""Bit-equal to the reference PDQ, by way of the PyPI package pdqhash (which must be installed: requirements.txt)."""

from __future__ import annotations

import numpy as np
import pytest
import tutela
from synthetic import Pixels, drawing

try:
    import pdqhash
except ImportError as missing:  # not a skip: without the oracle these tests would say nothing
    pytest.fail(f"pdqhash is not installed ({missing}): pip install -r tests/python/requirements.txt", pytrace=False)


def pictures() -> list[Pixels]:
    random = np.random.default_rng(11)
    sizes = [(int(random.integers(5, 700)), int(random.integers(5, 700))) for _ in range(60)]
    sizes += [(64, 64), (128, 128), (129, 128), (512, 512), (1920, 1080), (5, 5), (64, 700)]
    shapes = [drawing(seed, max(width, 20), max(height, 20)) for seed, (width, height) in enumerate(sizes)]
    noise = [random.integers(0, 256, (height, width, 3), dtype=np.uint8) for width, height in sizes[::4]]
    return shapes + noise


def test_hash_and_quality_are_those_of_the_reference() -> None:
    hasher = tutela.Hasher()
    for image in pictures():
        vector, quality = pdqhash.compute(image)
        found = hasher.hash(image)
        assert (bytes(found.hash), found.quality) == (np.packbits(vector).tobytes(), quality), image.shape
