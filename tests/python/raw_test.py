"""Cameras' raw files: built here around JPEGs, as there are none that may be passed on."""

from __future__ import annotations

import io
import struct

import numpy as np
import rawpy
import tifffile
from frames import Dump, dump_frames
from PIL import Image
from synthetic import Pixels, drawing

PICTURE = drawing(13, 640, 424)
SMALL = drawing(14, 160, 120)
SAMPLES = np.random.default_rng(5).integers(0, 4000, (400, 600), dtype=np.uint16)


def jpeg(pixels: Pixels) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def decoded(content: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def dng(preview: bytes, *, version: bool = True, maker: bool = True) -> bytes:
    """A small RGB picture first, raw samples below it, and a JPEG in a tag of the first directory's chain."""
    tags: list[tuple[int, str, int, object]] = []
    if version:
        tags += [(50706, "B", 4, bytes([1, 4, 0, 0])), (50708, "s", 0, "Test")]
    if maker:
        tags += [(271, "s", 0, "Test"), (272, "s", 0, "Test 1")]
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(SMALL, photometric="rgb", subfiletype=1, subifds=1, extratags=[*tags, (274, "H", 1, 8)], metadata=None)
        writer.write(SAMPLES, photometric=32803, subfiletype=0, extratags=[(33421, "H", 2, (2, 2)), (33422, "B", 4, bytes([0, 1, 1, 2]))], metadata=None)
    return out.getvalue() + preview


def assert_preview(dump: Dump, pixels: Pixels) -> None:
    assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", False), dump.message + dump.damage_reason
    assert len(dump.frames) == 1
    assert np.array_equal(dump.frames[0].pixels, pixels)


def test_the_largest_jpeg_is_the_picture() -> None:
    for small_first in (False, True):
        jpegs = [jpeg(SMALL), jpeg(PICTURE)]
        content = dng(b"".join(jpegs if small_first else reversed(jpegs)))
        dump = dump_frames(content)
        assert_preview(dump, decoded(jpeg(PICTURE)))
        assert dump.orientation == 8


def test_a_maker_and_raw_samples_make_a_raw_file() -> None:
    assert_preview(dump_frames(dng(jpeg(PICTURE), version=False)), decoded(jpeg(PICTURE)))
    plain = dump_frames(dng(jpeg(PICTURE), version=False, maker=False))
    assert plain.format == "tiff"
    assert np.array_equal(plain.frames[0].pixels, SMALL)


def test_without_a_preview_it_is_read_as_the_tiff_that_it_is() -> None:
    dump = dump_frames(dng(b""))
    assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", False)
    assert np.array_equal(dump.frames[0].pixels, SMALL)


def test_other_modes_decode_the_preview_in_them() -> None:
    dump = dump_frames(dng(jpeg(PICTURE)), "--mode", "luma")
    assert dump.frames[0].mode == "luma"
    assert dump.frames[0].pixels.shape == (424, 640)


def test_other_makers() -> None:
    preview = jpeg(PICTURE)
    fuji = b"FUJIFILMCCD-RAW 0201FF383501Test".ljust(84, b"\0") + struct.pack(">6I", 200, len(preview), 200, 8, 200, 8)
    fuji = fuji.ljust(200, b"\0") + preview
    canon = b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + struct.pack(">I", 8 + len(preview)) + b"mdat" + preview
    olympus = b"IIRO" + struct.pack("<IHHHIIIH", 8, 1, 271, 2, 4, 0, 0, 0) + preview
    for content in (fuji, canon, olympus, b"FOVb" + bytes(60) + preview, b"\0MRM" + bytes(60) + preview):
        assert_preview(dump_frames(content), decoded(preview))
    for content in (fuji, canon):
        assert dump_frames(content[:-30]).damaged
        assert dump_frames(content[:150]).status == ("unsupported" if len(content[:150]) else "")


def test_a_broken_preview_gives_way_to_the_next() -> None:
    broken = jpeg(PICTURE)
    scan = broken.index(b"\xff\xda")
    dump = dump_frames(dng(broken[: scan + 14] + b"\xff\xd9" + jpeg(SMALL)))
    assert (dump.status, dump.damaged) == ("ok", True)
    assert dump.damage_reason.startswith("preview 1: ")
    assert np.array_equal(dump.frames[0].pixels, decoded(jpeg(SMALL)))


CFA_TAGS = [
    (50706, "B", 4, bytes([1, 4, 0, 0])), (271, "s", 0, "Test"), (272, "s", 0, "Test 1"),
    (33421, "H", 2, (2, 2)), (33422, "B", 4, bytes([0, 1, 1, 2])),
]  # fmt: skip


def dng_of_pages(*, samples_first: bool) -> bytes:
    """Raw samples and a JPEG as two pages."""
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        for samples in (samples_first, not samples_first):
            if samples:
                writer.write(SAMPLES, photometric=32803, subfiletype=0, metadata=None, extratags=CFA_TAGS)
            else:
                writer.write(
                    iter([jpeg(PICTURE)]), shape=PICTURE.shape, dtype=np.uint8, photometric="ycbcr",
                    compression="jpeg", rowsperstrip=PICTURE.shape[0], subfiletype=1, metadata=None,
                    extratags=[] if samples_first else CFA_TAGS[:3],
                )  # fmt: skip
    return out.getvalue()


def test_samples_that_are_cut_off_are_damage() -> None:
    content = dng_of_pages(samples_first=False)
    assert_preview(dump_frames(content), decoded(jpeg(PICTURE)))
    for lost in (1, 1000, SAMPLES.nbytes):
        dump = dump_frames(content[:-lost])
        assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", True)
        assert np.array_equal(dump.frames[0].pixels, decoded(jpeg(PICTURE)))


def test_libraw_finds_the_same_preview() -> None:
    content = dng_of_pages(samples_first=True)
    with rawpy.imread(io.BytesIO(content)) as raw:
        thumb = raw.extract_thumb()
    assert thumb.format == rawpy.ThumbFormat.JPEG
    assert_preview(dump_frames(content), decoded(thumb.data))
