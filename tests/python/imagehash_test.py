"""Bit-equal to the PyPI package ImageHash on the same pixels (it must be installed: requirements.txt)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import tutela
from photos import Photo
from PIL import Image
from synthetic import Pixels, drawing, golden_image, golden_rows

try:
    import imagehash
except ImportError as missing:  # not a skip: without the oracle these tests would say nothing
    pytest.fail(f"imagehash is not installed ({missing}): pip install -r tests/python/requirements.txt", pytrace=False)

PAIRS: list[tuple[Callable[[Image.Image], object], Callable[[Pixels], tutela.Hash64]]] = [
    (imagehash.phash, tutela.phash),
    (imagehash.dhash, tutela.dhash),
    (imagehash.average_hash, tutela.ahash),
]
# From no shrinking at all over enlarging to much shrinking, in either direction; (width, height).
SIZES = [
    (1, 1), (1, 50), (50, 1), (2, 3), (8, 8), (9, 8), (8, 40), (40, 8), (9, 33), (16, 16), (32, 32), (32, 100), (100, 32),
    (31, 33), (64, 64), (65, 63), (640, 480), (1080, 2400), (1920, 1080), (3000, 40), (40, 3000), (4000, 3000),
]  # fmt: skip


def assert_equal(image: Image.Image, pixels: Pixels) -> None:
    for oracle, ours in PAIRS:
        assert ours(pixels).hex == str(oracle(image)), (ours, pixels.shape)


def gray(pixels: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(pixels).convert("L"))


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_noise_of_every_kind_of_size(width: int, height: int) -> None:
    random = np.random.default_rng(width * 5000 + height)
    for shape in ((height, width), (height, width, 3)):
        pixels = random.integers(0, 256, shape, dtype=np.uint8)
        assert_equal(Image.fromarray(pixels), pixels)


def test_drawings_of_random_sizes() -> None:
    random = np.random.default_rng(64)
    for seed in range(150):
        width, height = (int(side) for side in random.integers(20, 400, 2))
        pixels = drawing(seed, width, height)
        assert_equal(Image.fromarray(pixels), pixels)
        assert_equal(Image.fromarray(gray(pixels)), gray(pixels))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"])
def test_modes_of_pillow(mode: str) -> None:
    """What the modes mean is Pillow's business: it gives gray or RGB, and that hashes as the image itself."""
    for seed in range(10):
        image = Image.fromarray(drawing(seed, 131, 97)).convert(mode)
        assert_equal(image, np.asarray(image.convert("L")))
        if mode in ("RGB", "RGBA", "RGBX"):
            assert_equal(image, np.asarray(image)[:, :, :3])


def test_golden_pictures() -> None:
    for row in golden_rows():
        pixels = golden_image(row)
        assert_equal(Image.fromarray(pixels), pixels)


def ties(width: int, height: int) -> Iterator[Pixels]:
    """Pictures whose coefficients are zero or equal in theory, so that rounding decides about bits of pHash."""
    for value in range(256):
        yield np.full((height, width), value, np.uint8)
    for value in (1, 100, 255):
        for share in (0.1, 0.25, 1 / 3, 0.5, 0.9):
            for columns, rows in ((share, 1.0), (1.0, share), (share, share)):
                part = np.zeros((height, width), np.uint8)
                part[: max(1, int(height * rows)), : max(1, int(width * columns))] = value
                yield part
                yield 255 - part
    ramp = np.broadcast_to(np.linspace(0, 255, width).astype(np.uint8), (height, width))
    yield ramp
    yield ramp[:, ::-1]
    y, x = np.mgrid[:height, :width]
    yield ((x // 4 + y // 4) % 2 * 255).astype(np.uint8)
    yield ((x + y) % 2 * 255).astype(np.uint8)
    yield (((x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2) * 200).astype(np.uint8)
    for seed in range(20):
        part = gray(drawing(seed, max(width, 20), max(height, 20)))
        wide = np.concatenate([part, part[:, ::-1]], 1)
        yield wide
        yield np.concatenate([part, part[::-1]], 0)
        yield np.concatenate([wide, wide[::-1]], 0)
        yield np.concatenate([part, 255 - part[:, ::-1]], 1)
        side = min(part.shape)
        square = part[:side, :side].astype(np.uint16)
        yield ((square + square.T) // 2).astype(np.uint8)


@pytest.mark.parametrize(("width", "height"), [(32, 32), (64, 64), (100, 60), (33, 77), (640, 480), (9, 5)])
def test_flat_and_symmetric_pictures(width: int, height: int) -> None:
    for pixels in ties(width, height):
        assert_equal(Image.fromarray(pixels), pixels)


def test_files_and_arrays_agree(tmp_path: Path) -> None:
    pixels = drawing(7, 200, 150)
    file = tmp_path / "drawing.png"
    Image.fromarray(pixels).save(file)
    for ours in (tutela.phash, tutela.dhash, tutela.ahash, tutela.phash_opencv):
        assert ours(file) == ours(file.read_bytes()) == ours(pixels) == ours(np.asfortranarray(pixels))


def test_bad_images() -> None:
    for ours in (tutela.phash, tutela.dhash, tutela.ahash, tutela.phash_opencv):
        with pytest.raises(tutela.InvalidArgumentError):
            ours(np.zeros((0, 5), np.uint8))
        with pytest.raises(tutela.UnsupportedError):
            ours(b"no picture")
        with pytest.raises(TypeError):
            ours(np.zeros((5, 5), np.float32))


def test_photographs(photos: list[Photo]) -> None:
    for photo in photos:
        if photo.width * photo.height > 13_000_000:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow thinks of a file's metadata is not the question
            with Image.open(photo.path) as image:
                pixels = image.convert("RGB")
        assert_equal(pixels, np.asarray(pixels))
