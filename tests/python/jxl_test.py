"""JPEG XL as another version of libjxl reads it, by way of imagecodecs."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
import pytest
from frames import Dump, dump_frames
from synthetic import drawing

PICTURE = drawing(7, 403, 289)
GRAY = np.ascontiguousarray(PICTURE[:, :, 1])
NOISE = np.random.default_rng(1).integers(0, 256, (600, 700, 3), dtype=np.uint8) // 4 + drawing(3, 700, 600) // 2


def encode(pixels: Any, **options: Any) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(pixels, **options))


def assert_whole(dump: Dump) -> None:
    assert (dump.format, dump.status, dump.damaged) == ("jxl", "ok", False), dump.message + dump.damage_reason
    assert all(frame.rows_decoded == frame.pixels.shape[0] for frame in dump.frames)


@pytest.mark.parametrize("container", [False, True])
@pytest.mark.parametrize("pixels", [PICTURE, GRAY, NOISE], ids=["rgb", "gray", "noise"])
def test_lossless(pixels: Any, container: bool) -> None:
    dump = dump_frames(encode(pixels, lossless=True, usecontainer=container))
    assert_whole(dump)
    assert len(dump.frames) == 1
    assert dump.frames[0].pts_us is None
    assert np.array_equal(dump.frames[0].pixels, pixels)


def test_alpha_is_dropped() -> None:
    dump = dump_frames(encode(np.dstack([PICTURE, GRAY]), lossless=True))
    assert_whole(dump)
    assert np.array_equal(dump.frames[0].pixels, PICTURE)


@pytest.mark.parametrize("level", [60, 90])
def test_lossy(level: int) -> None:
    """Versions round a little differently."""
    for pixels in (PICTURE, GRAY, NOISE):
        content = encode(pixels, level=level)
        dump = dump_frames(content)
        assert_whole(dump)
        difference = np.abs(dump.frames[0].pixels.astype(int) - imagecodecs.jpegxl_decode(content).astype(int))
        assert difference.max() <= 2


def test_more_bits_are_rounded_to_eight() -> None:
    wide = PICTURE.astype(np.uint16) * 257
    dump = dump_frames(encode(wide, lossless=True))
    assert_whole(dump)
    assert np.array_equal(dump.frames[0].pixels, PICTURE)


def test_animation() -> None:
    frames = np.stack([PICTURE, 255 - PICTURE, PICTURE // 2])
    dump = dump_frames(encode(frames, lossless=True))
    assert_whole(dump)
    assert [frame.index for frame in dump.frames] == [0, 1, 2]
    for frame, pixels in zip(dump.frames, frames, strict=True):
        assert np.array_equal(frame.pixels, pixels)
    times = [frame.pts_us for frame in dump.frames]
    known = [time for time in times if time is not None]
    assert known == [] or (len(known) == 3 and known[0] == 0 and known == sorted(set(known)))
    limited = dump_frames(encode(frames, lossless=True), "--max-frames", "2")
    assert (len(limited.frames), limited.status) == (2, "limit")


@pytest.mark.parametrize("options", [{"lossless": True}, {"level": 80}, {"level": 80, "usecontainer": True}])
def test_a_cut_file_keeps_what_is_there(options: dict[str, Any]) -> None:
    content = encode(NOISE, **options)
    whole = dump_frames(content).frames[0].pixels.astype(int)
    kept = 0
    for part in np.linspace(0.01, 0.99, 25):
        dump = dump_frames(content[: int(len(content) * part)])
        if not dump.frames:
            assert dump.status == "corrupt"
            assert kept == 0
            continue
        frame = dump.frames[0]
        assert frame.damaged
        assert frame.rows_decoded >= kept
        kept = frame.rows_decoded
        if part > 0.5 and "level" in options:
            assert np.abs(frame.pixels[:kept] - whole[:kept]).mean() < 6
    assert kept == 600


def test_damage_within_keeps_what_lies_before() -> None:
    content = bytearray(encode(NOISE, lossless=True))
    at = len(content) * 3 // 4
    content[at : at + 40] = bytes(40)
    dump = dump_frames(bytes(content))
    assert dump.damaged
    whole = NOISE[:256]
    assert np.array_equal(dump.frames[0].pixels[:256], whole)
