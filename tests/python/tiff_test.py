"""TIFF as Pillow reads it. What Pillow does not write, tifffile does."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
import tifffile
from frames import Dump, dump_frames
from numpy.typing import NDArray
from PIL import Image, ImageSequence
from synthetic import Pixels, drawing

PICTURE = drawing(5, 131, 97)
GRAY = np.ascontiguousarray(PICTURE[:, :, 1])


def by_pillow(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "TIFF", **options)
    return out.getvalue()


def by_tifffile(pixels: NDArray[Any], **options: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, pixels, **options)
    return out.getvalue()


def pages(content: bytes) -> list[Pixels]:
    """What Pillow shows: gray where the picture is gray."""
    gray = {"1", "L", "LA"}
    with Image.open(io.BytesIO(content)) as image:
        return [
            np.asarray(page.convert("L" if page.mode in gray else "RGB")) for page in ImageSequence.Iterator(image)
        ]


def assert_whole(dump: Dump) -> None:
    assert (dump.format, dump.status, dump.damaged) == ("tiff", "ok", False), dump.message + dump.damage_reason
    for frame in dump.frames:
        assert not frame.damaged
        assert frame.rows_decoded == frame.pixels.shape[0]
        assert (frame.mode, frame.pts_us) == ("exact", None)


def assert_as_pillow(content: bytes, off_by: int = 0) -> None:
    dump = dump_frames(content)
    assert_whole(dump)
    expected = pages(content)
    assert [frame.pixels.shape for frame in dump.frames] == [page.shape for page in expected]
    for frame, page in zip(dump.frames, expected, strict=True):
        assert np.abs(frame.pixels.astype(int) - page.astype(int)).max() <= off_by


@pytest.mark.parametrize(
    "compression", ["raw", "tiff_lzw", "tiff_deflate", "tiff_adobe_deflate", "packbits", "zstd", "lzma", "jpeg"]
)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "CMYK", "YCbCr"])
def test_modes_and_compressions(mode: str, compression: str) -> None:
    if (compression == "jpeg" and mode in {"P", "RGBA"}) or (compression != "jpeg" and mode == "YCbCr"):
        return  # Pillow writes no such file
    image = Image.fromarray(PICTURE)
    if mode == "P":
        image = image.quantize(77)
    elif mode == "RGBA":
        image.putalpha(Image.fromarray(GRAY))
    else:
        image = image.convert(mode)
    assert_as_pillow(by_pillow(image, compression=compression))


@pytest.mark.parametrize("compression", ["raw", "group3", "group4", "tiff_ccitt", "tiff_lzw", "packbits"])
@pytest.mark.parametrize("photometric", [0, 1])
def test_bilevel(compression: str, photometric: int) -> None:
    image = Image.fromarray(PICTURE).convert("1")
    assert_as_pillow(by_pillow(image, compression=compression, tiffinfo={262: photometric}))


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (32, 48)])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.uint32])
def test_layouts(kind: type, tile: tuple[int, int] | None, planar: str, order: str, big: bool) -> None:
    """The high byte of wider samples is taken; the low ones are other numbers here."""
    bits = np.dtype(kind).itemsize * 8
    wide: NDArray[Any] = PICTURE.astype(kind) << np.array(bits - 8, kind) | np.arange(131, dtype=kind)[None, :, None]
    if bits == 8:
        wide = PICTURE
    stored = wide if planar == "contig" else np.moveaxis(wide, 2, 0)
    options = {"planarconfig": planar, "byteorder": order, "bigtiff": big, "photometric": "rgb"}
    for compression in [None, "zlib", "lzw"]:
        for predictor in [False, True] if compression and bits < 32 else [False]:
            content = by_tifffile(
                stored, tile=tile, compression=compression, predictor=predictor, rowsperstrip=10, **options
            )
            dump = dump_frames(content)
            assert_whole(dump)
            assert np.array_equal(dump.frames[0].pixels, PICTURE)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_gray(kind: type, photometric: str) -> None:
    wide = GRAY if kind is np.uint8 else GRAY.astype(kind) << 8 | 77
    dump = dump_frames(by_tifffile(wide, photometric=photometric, rowsperstrip=7))
    assert_whole(dump)
    assert np.array_equal(dump.frames[0].pixels, GRAY if photometric == "minisblack" else 255 - GRAY)


def test_cmyk_in_planes() -> None:
    inks = np.random.default_rng(3).integers(0, 256, (4, 40, 51), dtype=np.uint8)
    dump = dump_frames(by_tifffile(inks, photometric="separated", planarconfig="separate", rowsperstrip=9))
    assert_whole(dump)
    expected = Image.fromarray(np.ascontiguousarray(np.moveaxis(inks, 0, 2)), "CMYK").convert("RGB")
    assert np.array_equal(dump.frames[0].pixels, np.asarray(expected))


@pytest.mark.parametrize("tile", [None, (64, 64)])
def test_ycbcr_that_is_no_jpeg(tile: tuple[int, int] | None) -> None:
    """Its colours are made by libtiff, which is what Pillow calls too."""
    ycbcr = np.asarray(Image.fromarray(PICTURE).convert("YCbCr"))
    content = by_tifffile(
        ycbcr, photometric="ycbcr", subsampling=(1, 1), tile=tile, compression="zlib", rowsperstrip=8
    )
    dump = dump_frames(content)
    assert_whole(dump)
    assert np.abs(dump.frames[0].pixels.astype(int) - PICTURE.astype(int)).max() <= 3
    if tile is None:
        assert_as_pillow(content)


def test_lossless_webp() -> None:
    dump = dump_frames(by_tifffile(PICTURE, photometric="rgb", compression="webp", compressionargs={"lossless": True}))
    assert_whole(dump)
    assert np.array_equal(dump.frames[0].pixels, PICTURE)


def test_every_directory_is_a_page() -> None:
    small = drawing(9, 50, 40)
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(PICTURE, photometric="rgb")
        writer.write(small, photometric="rgb", subfiletype=1)
        writer.write(GRAY, photometric="minisblack")
    assert_as_pillow(out.getvalue())
    dump = dump_frames(out.getvalue())
    assert [frame.index for frame in dump.frames] == [0, 1, 2]
    limited = dump_frames(out.getvalue(), "--max-frames", "2")
    assert (len(limited.frames), limited.status) == (2, "limit")


def test_orientation_is_a_fact() -> None:
    for orientation in range(1, 9):
        content = by_pillow(Image.fromarray(PICTURE), tiffinfo={274: orientation})
        dump = dump_frames(content)
        assert_whole(dump)
        assert dump.orientation == orientation
        assert np.array_equal(dump.frames[0].pixels, PICTURE)


def test_a_page_that_cannot_be_read_is_left_out() -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for pixels in (GRAY, GRAY.astype(np.float32), 255 - GRAY):
            writer.write(pixels, photometric="minisblack")
    dump = dump_frames(out.getvalue())
    assert (dump.status, [frame.index for frame in dump.frames]) == ("ok", [0, 2])
    assert not dump.frames[0].damaged
    assert dump.frames[1].damage_reason == "page 2: a TIFF of samples that are no whole numbers"
    assert np.array_equal(dump.frames[1].pixels, 255 - GRAY)


def test_a_hundred_megapixels_of_tiles_that_are_all_cut() -> None:
    """Each is found again when the picture is decoded with another padding: in a time that grows with their number."""
    side, tile, held = 10_000, 16, 200
    count = (side // tile) ** 2
    entries = [(256, 4, 1, side), (257, 4, 1, side), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    entries += [(322, 3, 1, tile), (323, 3, 1, tile), (324, 4, count, 134), (325, 4, count, 134 + 4 * count)]
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = head.ljust(134, b"\0")
    offsets = np.full(count, len(head) + 8 * count, "<u4").tobytes()
    content = head + offsets + np.full(count, tile * tile, "<u4").tobytes() + bytes(range(1, held + 1))
    dump = dump_frames(content)
    assert (dump.status, dump.damaged) == ("ok", True)
    rows = held // tile  # that lie within the file, of each
    expected = np.zeros((tile, tile), np.uint8)
    expected[:rows] = np.arange(1, rows * tile + 1).reshape(rows, tile)
    assert dump.frames[0].rows_decoded == side - tile + rows
    assert np.array_equal(dump.frames[0].pixels, np.tile(expected, (side // tile, side // tile)))
