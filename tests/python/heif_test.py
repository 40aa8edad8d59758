"""HEIC as pillow-heif reads it, AVIF as Pillow does: other versions of the codecs, other code around them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pillow_heif
import pytest
from frames import Dump, dump_frames
from numpy.typing import NDArray
from PIL import Image
from synthetic import Pixels, drawing

pillow_heif.register_heif_opener()

PICTURE = drawing(7, 203, 149)
GRAY = np.ascontiguousarray(PICTURE[:, :, 1])


def encode(pixels: Pixels, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def expected(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def assert_whole(dump: Dump, kind: str) -> None:
    assert (dump.format, dump.status, dump.damaged) == (kind, "ok", False), dump.message + dump.damage_reason
    assert all(frame.rows_decoded == frame.pixels.shape[0] for frame in dump.frames)


def differences(found: Pixels, known: Pixels) -> NDArray[np.int_]:
    assert found.shape == known.shape
    apart: NDArray[np.int_] = np.abs(found.astype(int) - known.astype(int))
    return apart


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("quality", [50, 95])
def test_full_colour_is_equal(kind: str, quality: int) -> None:
    option = {"chroma": "444"} if kind == "HEIF" else {"subsampling": "4:4:4"}
    content = encode(PICTURE, kind, quality=quality, **option)
    dump = dump_frames(content)
    assert_whole(dump, kind.lower())
    assert len(dump.frames) == 1
    assert differences(dump.frames[0].pixels, expected(content)).max() <= 1


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_halved_colour_is_spread_nearly_alike(kind: str) -> None:
    """How the colours between two samples are guessed is each reader's own matter."""
    content = encode(PICTURE, kind, quality=90)
    dump = dump_frames(content)
    assert_whole(dump, kind.lower())
    assert differences(dump.frames[0].pixels, expected(content)).mean() < 3


def test_photographs(photos: list[Any]) -> None:
    for photo in photos[:: len(photos) // 12]:
        with Image.open(photo.path) as image:
            pixels = np.asarray(image.convert("RGB").reduce(2))
        for kind in ("HEIF", "AVIF"):
            options = {"speed": 9} if kind == "AVIF" else {}
            content = encode(pixels, kind, quality=80, **options)
            dump = dump_frames(content)
            assert_whole(dump, kind.lower())
            assert differences(dump.frames[0].pixels, expected(content)).mean() < 2, photo.name


def test_lossless() -> None:
    content = encode(PICTURE, "HEIF", quality=-1, chroma="444", matrix_coefficients=0)
    dump = dump_frames(content)
    assert_whole(dump, "heif")
    assert np.array_equal(dump.frames[0].pixels, PICTURE)


def test_alpha_is_dropped() -> None:
    pixels = np.dstack([PICTURE, GRAY])
    for kind in ("HEIF", "AVIF"):
        option = {"chroma": "444"} if kind == "HEIF" else {"subsampling": "4:4:4"}
        dump = dump_frames(encode(pixels, kind, quality=95, **option))
        assert_whole(dump, kind.lower())
        assert differences(dump.frames[0].pixels, PICTURE).mean() < 6


def test_more_bits_are_cut_to_eight() -> None:
    wide = PICTURE.astype(np.uint16) << 8 | 128
    heif = pillow_heif.from_bytes("RGB;16", (PICTURE.shape[1], PICTURE.shape[0]), wide.tobytes())
    out = io.BytesIO()
    heif.save(out, quality=95, chroma="444")
    content = out.getvalue()
    dump = dump_frames(content)
    assert_whole(dump, "heif")
    assert differences(dump.frames[0].pixels, PICTURE).mean() < 3
    assert differences(dump.frames[0].pixels, expected(content)).max() <= 1


def test_every_top_level_picture_is_a_frame_and_the_primary_the_first() -> None:
    heif = pillow_heif.from_pillow(Image.fromarray(PICTURE))
    others = [drawing(seed, 90 + seed, 80) for seed in (1, 2)]
    for pixels in others:
        heif.add_from_pillow(Image.fromarray(pixels))
    out = io.BytesIO()
    heif.save(out, quality=95, primary_index=1)
    dump = dump_frames(out.getvalue())
    assert_whole(dump, "heif")
    assert [frame.index for frame in dump.frames] == [0, 1, 2]
    order = [others[0], PICTURE, others[1]]
    for frame, pixels in zip(dump.frames, order, strict=True):
        assert differences(frame.pixels, pixels).mean() < 5
    limited = dump_frames(out.getvalue(), "--max-frames", "2")
    assert (len(limited.frames), limited.status) == (2, "limit")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turns_of_the_container_are_done(orientation: int) -> None:
    """pillow-heif writes an EXIF orientation as the container's own turn and mirror, and its reader turns back."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encode(PICTURE, "HEIF", quality=95, chroma="444", exif=exif.tobytes())
    dump = dump_frames(content)
    assert_whole(dump, "heif")
    assert differences(dump.frames[0].pixels, expected(content)).max() <= 1
    assert (dump.height, dump.width) == dump.frames[0].pixels.shape[:2]


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_cut_file_keeps_the_rows_that_are_there(kind: str) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (300, 200, 3), dtype=np.uint8)
    content = encode(pixels, kind, quality=60)
    whole = dump_frames(content)
    kept = 0
    for part in np.linspace(0.02, 0.98, 25):
        cut = dump_frames(content[: int(len(content) * part)])
        if cut.status != "ok":
            assert cut.status in {"corrupt", "unsupported"}
            continue
        frame = cut.frames[0]
        assert frame.damaged
        assert np.array_equal(frame.pixels[: frame.rows_decoded], whole.frames[0].pixels[: frame.rows_decoded])
        assert frame.rows_decoded >= kept - 8  # filters look a few rows ahead
        kept = max(kept, frame.rows_decoded)
    assert kept > (200 if kind == "HEIF" else 0)
