"""Hashing images: every kind of source, strides, errors, threads."""

from __future__ import annotations

import mmap
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tutela
from PIL import Image
from synthetic import DIHEDRAL_COLUMNS, Pixels, drawing, encode, golden_image, golden_rows


@pytest.mark.parametrize("row", golden_rows(), ids=lambda row: f"{row['pattern']}-{row['w']}x{row['h']}")
def test_golden_row(row: dict[str, str]) -> None:
    image = golden_image(row)
    if min(image.shape[:2]) < 5:
        with pytest.raises(tutela.TooSmallError):
            tutela.hash_image(image)
        with pytest.raises(tutela.TooSmallError):
            tutela.hash_image_dihedral(image)
        return
    answer = tutela.hash_image(image)
    assert (answer.hash.hex, answer.quality) == (row["hash"], int(row["quality"]))
    turned = tutela.hash_image_dihedral(image)
    assert [turned[way].hex for way in tutela.Dihedral] == [row[column] for column in DIHEDRAL_COLUMNS]
    assert turned.quality == int(row["quality"])


def test_the_golden_file_is_whole() -> None:
    assert len(golden_rows()) == 217


def test_path_bytes_and_array_agree(tmp_path: Path) -> None:
    pixels = drawing(1)
    expected = tutela.hash_image(pixels)
    file = tmp_path / "drawing"
    file.write_bytes(encode(pixels))
    data = file.read_bytes()
    for source in (str(file), file, data, bytearray(data), memoryview(data), np.frombuffer(data, np.uint8)):
        assert tutela.hash_image(source) == expected
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert tutela.hash_image(mapped) == expected
    assert not expected.damaged and expected.damage_reason == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_formats_that_are_read(kind: str) -> None:
    pixels = drawing(2)
    found = tutela.hash_image(encode(pixels, kind, quality=95))
    assert found.hash - tutela.hash_image(pixels).hash <= 6
    assert found.quality > 50


def test_a_file_name_of_any_bytes(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9 \xff.png")
    with open(name, "wb") as file:
        file.write(encode(drawing(3)))
    assert tutela.hash_image(os.fsdecode(name)) == tutela.hash_image(drawing(3))
    with pytest.raises(tutela.NotFoundError, match="nothing"):
        tutela.hash_image(os.fsdecode(name + b" nothing"))


def views_of(image: Pixels) -> list[Pixels]:
    """The same pixels, lying differently in memory."""
    height, width = image.shape[:2]
    wide = np.zeros((height, 2 * width + 3, *image.shape[2:]), np.uint8)
    wide[:, :width] = image
    spread = np.zeros((2 * height, 3 * width, *image.shape[2:]), np.uint8)
    spread[::2, ::3] = image
    views = [wide[:, :width], spread[::2, ::3], np.asfortranarray(image)]
    views.append(np.ascontiguousarray(image[::-1])[::-1])
    views.append(np.ascontiguousarray(image[:, ::-1])[:, ::-1])
    if image.ndim == 3:
        views.append(np.ascontiguousarray(image[:, :, ::-1])[:, :, ::-1])
        views.append(np.dstack([image, image[:, :, 0]])[:, :, :3])
    read_only = image.copy()
    read_only.setflags(write=False)
    views.append(read_only)
    return views


@pytest.mark.parametrize("channels", [1, 3])
def test_arrays_of_any_strides_are_taken_as_they_lie(channels: int) -> None:
    image = drawing(4, 97, 61)
    if channels == 1:
        image = np.ascontiguousarray(image[:, :, 1])
    expected = tutela.hash_image(image)
    for view in views_of(image):
        assert np.array_equal(view, image)
        assert tutela.hash_image(view) == expected


def test_an_array_of_overlapping_rows() -> None:
    row = np.arange(64, dtype=np.uint8)
    assert tutela.hash_image(np.broadcast_to(row, (64, 64))) == tutela.hash_image(np.tile(row, (64, 1)))


def test_channels_are_red_green_blue() -> None:
    image = drawing(5)
    assert tutela.hash_image(image).hash != tutela.hash_image(image[:, :, ::-1]).hash


def test_dihedral_hashes_are_those_of_the_turned_picture() -> None:
    image = drawing(6, 200, 200)
    hashes = tutela.hash_image_dihedral(image)
    assert hashes[tutela.Dihedral.original] == tutela.hash_image(image).hash
    turned = {
        tutela.Dihedral.original: image,
        tutela.Dihedral.rotate90: np.rot90(image),
        tutela.Dihedral.rotate180: np.rot90(image, 2),
        tutela.Dihedral.rotate270: np.rot90(image, 3),
        tutela.Dihedral.flip_x: image[::-1],
        tutela.Dihedral.flip_y: image[:, ::-1],
        tutela.Dihedral.transpose: image.transpose(1, 0, 2),
        tutela.Dihedral.transverse: np.rot90(image, 2).transpose(1, 0, 2),
    }
    for way, pixels in turned.items():
        hash = tutela.hash_image(pixels).hash
        distances = sorted((hashes[other] - hash, other.name) for other in tutela.Dihedral)
        assert distances[0][1] == way.name and distances[0][0] <= 31 < distances[1][0], (way, distances)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.float32, np.bool_, np.complex64, object])
def test_other_dtypes_are_type_errors(dtype: type) -> None:
    array: Any = np.zeros((64, 64), dtype)
    with pytest.raises(TypeError, match="uint8"):
        tutela.hash_image(array)


@pytest.mark.parametrize("shape", [(), (64, 64, 1), (64, 64, 2), (64, 64, 4), (2, 64, 64, 3), (64, 64, 0)])
def test_other_shapes_are_value_errors(shape: tuple[int, ...]) -> None:
    with pytest.raises(tutela.InvalidArgumentError, match="shape"):
        tutela.hash_image(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("shape", [(0, 64), (64, 0), (0, 0, 3), (1 << 31, 0)])
def test_an_array_without_pixels_is_a_value_error(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        tutela.hash_image(np.zeros(shape, np.uint8))


def test_a_side_past_the_limit_is_a_value_error() -> None:
    with pytest.raises(tutela.InvalidArgumentError, match=r"2\^30"):
        tutela.hash_image(np.broadcast_to(np.uint8(1), ((1 << 32) + 64, 64)))


@pytest.mark.parametrize("source", [None, 7, 1.5, [[1, 2], [3, 4]], object()])
def test_other_objects_are_type_errors(source: object) -> None:
    with pytest.raises(TypeError, match="path"):
        tutela.hash_image(source)  # type: ignore[arg-type]


def test_a_pillow_image_is_a_type_error_that_says_what_to_do() -> None:
    with pytest.raises(TypeError, match="numpy.asarray"):
        tutela.hash_image(Image.new("RGB", (64, 64)))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [1, 2, 4])
def test_a_small_picture_has_no_hash(size: int) -> None:
    for source in (np.zeros((size, 64), np.uint8), encode(np.zeros((64, size, 3), np.uint8))):
        with pytest.raises(tutela.TooSmallError) as caught:
            tutela.hash_image(source)
        assert caught.value.status is tutela.Status.too_small


def test_files_that_cannot_be_hashed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tutela.hash_image(tmp_path / "missing.png")
    with pytest.raises(tutela.UnsupportedError):
        tutela.hash_image(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(tutela.UnsupportedError):
        tutela.hash_image(tmp_path / "pipe")
    (tmp_path / "text").write_text("no picture")
    for source in (tmp_path / "text", b"no picture", b""):
        with pytest.raises(tutela.UnsupportedError):
            tutela.hash_image(source)
    with pytest.raises(tutela.CorruptError):
        tutela.hash_image(encode(drawing(7))[:40])
    with pytest.raises(ValueError):
        tutela.hash_image("a\0b")


def test_a_truncated_file_is_hashed_and_says_so() -> None:
    data = encode(drawing(8), "JPEG", quality=95)
    found = tutela.hash_image(data[: len(data) * 3 // 4])
    assert found.damaged and found.damage_reason
    assert "damaged=True" in repr(found)
    assert tutela.hash_image_dihedral(data[: len(data) * 3 // 4]).damaged


def test_bytes_that_lie_apart_are_read() -> None:
    data = encode(drawing(9))
    spread = np.zeros(2 * len(data), np.uint8)
    spread[::2] = np.frombuffer(data, np.uint8)
    assert tutela.hash_image(spread[::2]) == tutela.hash_image(data)


def test_a_hasher_gives_the_same_again_and_again() -> None:
    hasher = tutela.Hasher()
    images = [drawing(seed, 50 + 37 * seed, 400 - 41 * seed) for seed in range(8)]
    expected = [tutela.hash_image(image) for image in images]
    for _ in range(2):
        assert [hasher.hash(image) for image in images] == expected
        assert [hasher.hash(encode(image)) for image in reversed(images)] == expected[::-1]
    with pytest.raises(tutela.TooSmallError):
        hasher.hash(images[0][:3])
    assert hasher.hash(images[0]) == expected[0]


@pytest.mark.parametrize("shared", [True, False])
def test_threads_give_the_same(shared: bool) -> None:
    images = [drawing(seed, 150 + 10 * seed, 200) for seed in range(12)] * 4
    expected = [tutela.hash_image(image) for image in images]
    hash_one = tutela.Hasher().hash if shared else tutela.hash_image
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(hash_one, images)) == expected


def test_a_result_compares_and_shows_itself() -> None:
    first, second = tutela.hash_image(drawing(10)), tutela.hash_image(drawing(11))
    assert first == tutela.hash_image(drawing(10)) and hash(first) == hash(tutela.hash_image(drawing(10)))
    assert first != second and first != first.hash
    assert repr(first) == f"FrameHash(hash='{first.hash}', quality={first.quality})"
