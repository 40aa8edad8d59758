"""Photoshop documents as Pillow reads them. They are written here, as Pillow does not."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from frames import dump_frames
from numpy.typing import NDArray
from PIL import Image
from synthetic import drawing

PICTURE = drawing(11, 141, 93)
GRAY = np.ascontiguousarray(PICTURE[:, :, 1])
MODES = {"bitmap": 0, "gray": 1, "indexed": 2, "rgb": 3, "cmyk": 4, "multichannel": 7, "duotone": 8, "lab": 9}


def pack_bits(row: bytes) -> bytes:
    """Runs of three and more, and what lies between."""
    out = bytearray()
    at = 0
    while at < len(row):
        run = 1
        while run < 128 and at + run < len(row) and row[at + run] == row[at]:
            run += 1
        if run >= 3:
            out += bytes([257 - run, row[at]])
            at += run
            continue
        end = at + 1
        while end < len(row) and end - at < 128 and row[end : end + 3] != row[end : end + 1] * 3:
            end += 1
        out += bytes([end - at - 1]) + row[at:end]
        at = end
    return bytes(out)


def resource(number: int, data: bytes) -> bytes:
    return b"8BIM" + struct.pack(">HHI", number, 0, len(data)) + data + bytes(len(data) % 2)


def psd(
    planes: NDArray[Any],
    mode: str,
    *,
    packed: bool = True,
    large: bool = False,
    palette: bytes = b"",
    resources: bytes = b"",
    depth: int = 0,
) -> bytes:
    """Planes of (channels, height, width), uint8 or big-endian uint16; bits are packed already."""
    count, height, width = planes.shape
    depth = depth or planes.dtype.itemsize * 8
    rows = [row.tobytes() for plane in planes for row in plane]
    width = width * 8 if depth == 1 else width
    head = b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, count, height, width, depth, MODES[mode])
    head += struct.pack(">I", len(palette)) + palette + struct.pack(">I", len(resources)) + resources
    head += struct.pack(">Q" if large else ">I", 12) + b"layers, here"
    if not packed:
        return head + b"\0\0" + b"".join(rows)
    packed_rows = [pack_bits(row) for row in rows]
    lengths = struct.pack(f">{len(rows)}{'I' if large else 'H'}", *map(len, packed_rows))
    return head + b"\0\1" + lengths + b"".join(packed_rows)


def planes_of(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(np.moveaxis(np.atleast_3d(pixels), 2, 0))


def known(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("L" if image.mode in {"1", "L"} else "RGB"))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("mode", ["gray", "indexed", "rgb", "cmyk", "multichannel", "duotone"])
def test_modes(mode: str, packed: bool) -> None:
    palette = bytes(np.random.default_rng(2).integers(0, 256, 768, dtype=np.uint8)) if mode == "indexed" else b""
    pixels = {
        "rgb": np.dstack([PICTURE, GRAY]),  # alpha after the colours
        "cmyk": np.dstack([PICTURE, GRAY // 2 + 100]),
    }.get(mode, GRAY)
    content = psd(planes_of(pixels), mode, packed=packed, palette=palette)
    dump = dump_frames(content)
    assert (dump.format, dump.status, dump.damaged) == ("psd", "ok", False), dump.message + dump.damage_reason
    assert np.array_equal(dump.frames[0].pixels, known(content))
    assert np.array_equal(dump_frames(psd(planes_of(pixels), mode, large=True, palette=palette)).frames[0].pixels, known(content))


def test_deep_samples_give_their_high_byte() -> None:
    for mode, pixels in (("gray", GRAY), ("rgb", PICTURE)):
        deep = (pixels.astype(">u2") << 8 | 99).astype(">u2")
        for packed in (False, True):
            dump = dump_frames(psd(planes_of(deep), mode, packed=packed))
            assert not dump.damaged
            assert np.array_equal(dump.frames[0].pixels, pixels)


def test_bitmap() -> None:
    """A set bit is ink: FFmpeg reads it so, Pillow the other way round."""
    bits = np.random.default_rng(4).integers(0, 256, (1, 40, 9), dtype=np.uint8)
    dump = dump_frames(psd(bits, "bitmap", depth=1))
    assert np.array_equal(dump.frames[0].pixels, np.where(np.unpackbits(bits[0], axis=1) == 1, 0, 255))


def test_kinds_that_are_not_read() -> None:
    assert dump_frames(psd(planes_of(PICTURE), "lab")).status == "unsupported"
    assert dump_frames(psd(planes_of(GRAY.astype(">f4")), "gray", packed=False)).status == "unsupported"


def thumbnail() -> tuple[bytes, NDArray[np.uint8]]:
    out = io.BytesIO()
    Image.fromarray(PICTURE).reduce(2).save(out, "JPEG")
    return resource(1036, bytes(28) + out.getvalue()), known(out.getvalue())


def test_the_thumbnail_stands_in_for_a_lost_composite() -> None:
    small, pixels = thumbnail()
    whole = psd(planes_of(PICTURE), "rgb", resources=small)
    assert np.array_equal(dump_frames(whole).frames[0].pixels, PICTURE)
    no_composite = psd(planes_of(PICTURE), "rgb", resources=resource(1057, struct.pack(">IB", 1, 0)) + small)
    for content in (whole[: whole.index(b"layers") + 3], no_composite, psd(planes_of(PICTURE), "lab", resources=small)):
        dump = dump_frames(content)
        assert (dump.status, dump.damaged) == ("ok", True)
        assert dump.damage_reason.endswith(": this is its thumbnail")
        assert np.array_equal(dump.frames[0].pixels, pixels)
    without = psd(planes_of(PICTURE), "rgb", resources=resource(1057, struct.pack(">IB", 1, 0)))
    assert dump_frames(without).status == "unsupported"


def test_a_cut_file_keeps_the_rows_that_are_there() -> None:
    for packed in (False, True):
        content = psd(planes_of(PICTURE), "rgb", packed=packed)
        dump = dump_frames(content[: len(content) * 9 // 10])
        assert dump.damage_reason == "the PSD ends within its composite"
        frame = dump.frames[0]
        assert frame.rows_decoded == PICTURE.shape[0]
        assert np.array_equal(frame.pixels[:, :, :2], PICTURE[:, :, :2])
        dump = dump_frames(content[: len(content) // 8])
        frame = dump.frames[0]
        assert 0 < frame.rows_decoded < PICTURE.shape[0]
        assert np.array_equal(frame.pixels[: frame.rows_decoded], np.dstack([PICTURE[: frame.rows_decoded, :, 0]] * 3))
        assert not frame.pixels[frame.rows_decoded :].any()
