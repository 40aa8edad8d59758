"""Cameras' raw files: built here around JPEGs, as there are none that may be passed on."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
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
    tags: list[Any] = []
    orientation: list[Any] = [(274, "H", 1, 8)]
    pattern: list[Any] = [(33421, "H", 2, (2, 2)), (33422, "B", 4, bytes([0, 1, 1, 2]))]
    if version:
        tags += [(50706, "B", 4, bytes([1, 4, 0, 0])), (50708, "s", 0, "Test")]
    if maker:
        tags += [(271, "s", 0, "Test"), (272, "s", 0, "Test 1")]
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(SMALL, photometric="rgb", subfiletype=1, subifds=1, extratags=tags + orientation, metadata=None)
        writer.write(SAMPLES, photometric=32803, subfiletype=0, extratags=pattern, metadata=None)
    return out.getvalue() + preview


def assert_frames(dump: Dump, *expected: Pixels) -> None:
    assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", False), dump.message + dump.damage_reason
    assert [frame.pixels.shape for frame in dump.frames] == [pixels.shape for pixels in expected]
    for frame, pixels in zip(dump.frames, expected, strict=True):
        assert not frame.damaged
        assert np.array_equal(frame.pixels, pixels)


def test_the_largest_jpeg_is_the_picture() -> None:
    for small_first in (False, True):
        jpegs = [jpeg(SMALL), jpeg(PICTURE)]
        content = dng(b"".join(jpegs if small_first else reversed(jpegs)))
        dump = dump_frames(content)
        assert_frames(dump, decoded(jpeg(PICTURE)), SMALL)
        assert dump.orientation == 8


def test_a_maker_and_raw_samples_make_a_raw_file() -> None:
    assert_frames(dump_frames(dng(jpeg(PICTURE), version=False)), decoded(jpeg(PICTURE)), SMALL)
    plain = dump_frames(dng(jpeg(PICTURE), version=False, maker=False))
    assert plain.format == "tiff"
    assert np.array_equal(plain.frames[0].pixels, SMALL)


def test_without_a_preview_it_is_read_as_the_tiff_that_it_is() -> None:
    dump = dump_frames(dng(b""))
    assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", False)
    assert np.array_equal(dump.frames[0].pixels, SMALL)


def test_other_modes_decode_the_preview_in_them() -> None:
    dump = dump_frames(dng(jpeg(PICTURE)), "--mode", "luma")
    assert [frame.mode for frame in dump.frames] == ["luma", "exact"]
    assert dump.frames[0].pixels.shape == (424, 640)


def test_only_the_first_preview_is_reduced() -> None:
    """A reduced frame is hashed as one of the size that info() states."""
    large, medium = drawing(15, 2200, 2100), drawing(16, 1500, 1400)
    content = b"FOVb" + bytes(60) + jpeg(medium) + jpeg(large)
    for mode, shape in (("luma", (2100, 2200)), ("scaled", (525, 550)), ("screen", (2100, 2200))):
        dump = dump_frames(content, "--mode", mode)
        assert (dump.width, dump.height) == (2200, 2100)
        assert [frame.pixels.shape for frame in dump.frames] == [shape, (1400, 1500)]
        assert dump.frames[1].mode == "luma"


def test_other_makers() -> None:
    preview = jpeg(PICTURE)
    fuji = b"FUJIFILMCCD-RAW 0201FF383501Test".ljust(84, b"\0") + struct.pack(">6I", 200, len(preview), 200, 8, 200, 8)
    fuji = fuji.ljust(200, b"\0") + preview
    canon = b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + struct.pack(">I", 8 + len(preview)) + b"mdat" + preview
    olympus = b"IIRO" + struct.pack("<IHHHIIIH", 8, 1, 271, 2, 4, 0, 0, 0) + preview
    for content in (fuji, canon, olympus, b"FOVb" + bytes(60) + preview, b"\0MRM" + bytes(60) + preview):
        assert_frames(dump_frames(content), decoded(preview))
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


def canon_mark(content: bytes) -> bytes:
    """With the mark of a CR2 between the header and all else: every pointer is 8 bytes on."""
    page = Image.open(io.BytesIO(content)).convert("RGB")
    width, height = page.size
    entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 3, 146), (259, 3, 1, 1), (262, 3, 1, 2)]
    entries += [(273, 4, 1, 152), (277, 3, 1, 3), (278, 4, 1, height), (279, 4, 1, width * height * 3)]
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    head = b"II*\0" + struct.pack("<I", 16) + b"CR\2\0" + bytes(4) + directory + bytes(4)
    return head.ljust(146, b"\0") + struct.pack("<3H", 8, 8, 8) + page.tobytes()


@pytest.mark.parametrize("big", [False, True])
def test_a_mark_of_raw_files_hides_no_page(big: bool) -> None:
    """A TIFF with such a mark, which viewers show as they do others, and a decoy behind it."""
    shown, decoy = drawing(17, 256, 256), drawing(18, 64, 64)
    out = io.BytesIO()
    with tifffile.TiffWriter(out, bigtiff=big) as writer:
        for page in (shown, PICTURE):
            writer.write(page, photometric="rgb", metadata=None, extratags=CFA_TAGS[:1])
    marked = [(out.getvalue(), [shown, PICTURE])]
    if not big:
        marked.append((canon_mark(out.getvalue()), [shown]))
    for content, pages in marked:
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(content)).convert("RGB")), shown)
        dump = dump_frames(content + jpeg(decoy))
        assert_frames(dump, decoded(jpeg(decoy)), *pages)
        assert [frame.index for frame in dump.frames] == list(range(len(pages) + 1))


def test_a_larger_decoy_hides_no_preview() -> None:
    small, decoys = drawing(19, 200, 128), [jpeg(drawing(20 + i, 300, 300)) for i in range(12)]
    content = b"FOVb" + bytes(60) + b"".join(decoys) + jpeg(small) + jpeg(SMALL)
    dump = dump_frames(content)
    assert_frames(dump, *map(decoded, decoys), decoded(jpeg(small)))
    content = b"FOVb" + bytes(60) + b"\xff\xd8\xff\xc3" * 1000 + jpeg(small)
    assert_frames(dump_frames(content), decoded(jpeg(small)))
    hidden = dump_frames(b"FOVb" + bytes(60) + jpeg(small) + b"\xff\xd8\xff\xc3" * 5000 + jpeg(PICTURE))
    assert hidden.damaged
    assert len(hidden.frames) == 1


def test_limits_hold_for_previews_and_pages_together() -> None:
    content = dng(jpeg(PICTURE) + jpeg(drawing(21, 300, 200)))
    assert len(dump_frames(content).frames) == 3
    for most in (1, 2):
        dump = dump_frames(content, "--max-frames", str(most))
        assert (len(dump.frames), dump.status) == (most, "limit")
    dump = dump_frames(content, "--max-pixels", str(300 * 200))
    assert (len(dump.frames), dump.status, dump.damaged) == (2, "ok", True)
    assert dump.damage_reason.startswith("preview 1: the picture has 640 x 424 pixels")


@pytest.mark.parametrize("lost", [True, False])
def test_a_page_that_is_damaged_is_damage_and_one_of_samples_is_not(lost: bool) -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as writer:
        writer.write(PICTURE, photometric="rgb", compression="zlib", rowsperstrip=424, metadata=None, extratags=CFA_TAGS[:3])
        writer.write(SAMPLES, photometric=32803, metadata=None, extratags=CFA_TAGS[3:])
        writer.write(PICTURE.astype(np.float32), photometric="rgb", metadata=None)
    content = bytearray(out.getvalue())
    if lost:
        with tifffile.TiffFile(io.BytesIO(content)) as file:
            start = file.pages[0].dataoffsets[0]
        content[start : start + 40] = bytes(40)
    small = drawing(22, 200, 200)
    dump = dump_frames(bytes(content) + jpeg(small))
    assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", lost), dump.damage_reason
    assert dump.damage_reason.startswith("page 1: " if lost else "")
    assert np.array_equal(dump.frames[0].pixels, decoded(jpeg(small)))
    assert len(dump.frames) == (1 if lost else 2)


def test_samples_alone_are_unsupported() -> None:
    out = io.BytesIO()
    tifffile.imwrite(out, SAMPLES, photometric=32803, metadata=None, extratags=CFA_TAGS)
    dump = dump_frames(out.getvalue())
    assert (dump.frames, dump.status) == ([], "unsupported")
    assert "raw samples" in dump.message


CFA_TAGS: list[Any] = [
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
    assert_frames(dump_frames(content), decoded(jpeg(PICTURE)))
    for lost in (1, 1000, SAMPLES.nbytes):
        dump = dump_frames(content[:-lost])
        assert (dump.format, dump.status, dump.damaged) == ("raw", "ok", True)
        assert np.array_equal(dump.frames[0].pixels, decoded(jpeg(PICTURE)))


def test_libraw_finds_the_same_preview() -> None:
    content = dng_of_pages(samples_first=True)
    with rawpy.imread(io.BytesIO(content)) as raw:
        thumb = raw.extract_thumb()
    assert thumb.format == rawpy.ThumbFormat.JPEG and isinstance(thumb.data, bytes)
    assert_frames(dump_frames(content), decoded(thumb.data))
