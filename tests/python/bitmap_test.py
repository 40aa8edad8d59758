"""BMP, ICO and CUR as Pillow reads them."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from frames import Dump, dump_frames
from numpy.typing import NDArray
from PIL import Image
from synthetic import Pixels, drawing

Generator = np.random.Generator


def shown_by_pillow(content: bytes) -> Pixels:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def assert_whole(dump: Dump, kind: str) -> None:
    assert (dump.format, dump.status, dump.damaged) == (kind, "ok", False), dump.message + dump.damage_reason
    for frame in dump.frames:
        assert (frame.damaged, frame.mode, frame.pts_us) == (False, "exact", None)
        assert frame.rows_decoded == frame.pixels.shape[0]


def assert_as_pillow(content: bytes) -> None:
    dump = dump_frames(content)
    assert_whole(dump, "bmp")
    assert np.array_equal(dump.frames[0].pixels, shown_by_pillow(content))


def bmp(
    size: tuple[int, int],
    bits: int,
    data: bytes,
    *,
    header_bytes: int = 40,
    compression: int = 0,
    masks: tuple[int, ...] = (),
    palette: bytes = b"",
    top_down: bool = False,
    colors: int = 0,
) -> bytes:
    width, height = size
    if header_bytes == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHII", header_bytes, width, -height if top_down else height, 1, bits, compression, 0)
        header += struct.pack("<iiII", 0, 0, colors, 0)
        fields = struct.pack(f"<{len(masks)}I", *masks)
        header = header + fields if header_bytes == 40 else (header + fields).ljust(header_bytes, b"\0")
    offset = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + header + palette + data


def noise(random: Generator, size: tuple[int, int], bits: int) -> bytes:
    stride = (size[0] * bits + 31) // 32 * 4
    return random.integers(0, 256, stride * size[1], dtype=np.uint8).tobytes()


def random_palette(random: Generator, colors: int, color_bytes: int) -> bytes:
    return random.integers(0, 256, colors * color_bytes, dtype=np.uint8).tobytes()


SIZES = [(1, 1), (7, 5), (32, 9), (33, 20), (61, 47)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("bits", [1, 4, 8, 16, 24, 32])
@pytest.mark.parametrize("header_bytes", [12, 40, 52, 56, 64, 108, 124])
@pytest.mark.parametrize("top_down", [False, True])
def test_plain_rows(size: tuple[int, int], bits: int, header_bytes: int, top_down: bool) -> None:
    if header_bytes == 12 and top_down:
        return  # its height has no sign
    random = np.random.default_rng(bits)
    palette = random_palette(random, 1 << bits, 3 if header_bytes == 12 else 4) if bits <= 8 else b""
    data = noise(random, size, bits)
    assert_as_pillow(bmp(size, bits, data, header_bytes=header_bytes, palette=palette, top_down=top_down))


@pytest.mark.parametrize("bits", [4, 8])
def test_palettes_that_are_short(bits: int) -> None:
    random = np.random.default_rng(2)
    palette = random_palette(random, 5, 4)
    assert_as_pillow(bmp((33, 20), bits, noise(random, (33, 20), bits), palette=palette, colors=5))


LAYOUTS = [
    (16, (0xF800, 0x7E0, 0x1F)),
    (16, (0x7C00, 0x3E0, 0x1F)),
    (24, (0xFF0000, 0xFF00, 0xFF)),
    (32, (0xFF0000, 0xFF00, 0xFF)),
    (32, (0xFF000000, 0xFF0000, 0xFF00)),
    (32, (0xFF000000, 0xFF00, 0xFF)),
    (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
    (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    (32, (0, 0, 0, 0)),
]


@pytest.mark.parametrize(("bits", "masks"), LAYOUTS)
@pytest.mark.parametrize("header_bytes", [40, 56, 108, 124])
def test_bit_fields(bits: int, masks: tuple[int, ...], header_bytes: int) -> None:
    if header_bytes == 40:
        masks = masks[:3]
        if masks[0] == 0xFF:
            return  # Pillow reads that order with an alpha mask only
    data = noise(np.random.default_rng(3), (33, 20), bits)
    assert_as_pillow(bmp((33, 20), bits, data, header_bytes=header_bytes, compression=3, masks=masks))


def test_bit_fields_of_any_layout() -> None:
    """Pillow reads no others: the samples are computed here."""
    pixels = np.random.default_rng(4).integers(0, 1 << 16, (20, 32), dtype=np.uint16)
    content = bmp((32, 20), 16, pixels.astype("<u2").tobytes(), compression=3, masks=(0xF, 0xF0, 0xF00), top_down=True)
    dump = dump_frames(content)
    assert_whole(dump, "bmp")
    expected = np.stack([(pixels >> shift & 15) * 17 for shift in (0, 4, 8)], axis=-1)
    assert np.array_equal(dump.frames[0].pixels, expected)


def runs(random: Generator, indices: NDArray[np.uint8], bits: int) -> bytes:
    """Run lengths: some of one colour, some literal; at times a line ends early, or pixels are jumped over."""
    out = b""
    for row in indices[::-1]:
        x = 0
        while x < len(row):
            count = min(int(random.integers(1, 20)), len(row) - x)
            kind = random.integers(5)
            if kind == 0 and count >= 3:
                literals = row[x : x + count]
                if bits == 4:
                    pairs = np.pad(literals, (0, count % 2)).reshape(-1, 2)
                    literals = pairs[:, 0] << 4 | pairs[:, 1]
                data = literals.tobytes()
                out += bytes([0, count]) + data + b"\0" * (len(data) % 2)
            elif kind == 1:
                out += bytes([0, 2, count, 0])
            elif kind == 2 and x > 0:
                break
            else:
                out += bytes([count, int(row[x]) * 17 % 256 if bits == 4 else int(row[x])])
            x += count
        out += b"\0\0"
    return out + b"\0\1"


def run_model(data: bytes, size: tuple[int, int], bits: int) -> NDArray[np.int_]:
    """The runs, pixel by pixel, as the format's description has them."""
    pixels = np.zeros((size[1], size[0]), dtype=int)
    x, y, at = 0, size[1] - 1, 0

    def put(values: list[int]) -> None:
        nonlocal x
        for value in values:
            if x < size[0]:
                pixels[y, x] = value
            x += 1

    def halves(values: bytes) -> list[int]:
        return [half for value in values for half in (value >> 4, value & 15)] if bits == 4 else list(values)

    while True:
        count, value = data[at], data[at + 1]
        at += 2
        if count > 0:
            put((halves(bytes([value])) * count)[:count])
        elif value == 0:
            x, y = 0, y - 1
        elif value == 1:
            return pixels
        elif value == 2:
            x, y, at = x + data[at], y - data[at + 1], at + 2
        else:
            size_bytes = (value * bits + 7) // 8
            put(halves(data[at : at + size_bytes])[:value])
            at += size_bytes + size_bytes % 2


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("bits", [4, 8])
def test_run_lengths(seed: int, bits: int) -> None:
    random = np.random.default_rng(seed)
    size = (int(random.integers(1, 60)), int(random.integers(1, 40)))
    indices = random.integers(0, 1 << bits, (size[1], size[0]), dtype=np.uint8)
    palette = random_palette(random, 1 << bits, 4)
    data = runs(random, indices, bits)
    content = bmp(size, bits, data, compression=2 if bits == 4 else 1, palette=palette)
    colours = np.frombuffer(palette, dtype=np.uint8).reshape(-1, 4)[:, 2::-1]
    (frame,) = dump_frames(content).frames
    assert np.array_equal(frame.pixels, colours[run_model(data, size, bits)])
    if bits == 8:  # Pillow 12 puts some runs of 4 bits elsewhere
        assert_as_pillow(content)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bitmaps_that_pillow_writes(mode: str) -> None:
    out = io.BytesIO()
    picture = Image.fromarray(drawing(4, 97, 71))
    picture.convert(mode).save(out, "BMP")
    assert_as_pillow(out.getvalue())


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_bitmap_with_another_file_inside_is_unsupported(kind: str) -> None:
    out = io.BytesIO()
    Image.fromarray(drawing(4, 40, 40)).save(out, kind)
    content = bmp((40, 40), 0, out.getvalue(), compression=4 if kind == "JPEG" else 5)
    assert dump_frames(content).status == "unsupported"


# --- ICO


def ico(pictures: list[tuple[tuple[int, int], bytes]], kind: int = 1) -> bytes:
    out = struct.pack("<HHH", 0, kind, len(pictures))
    offset = 6 + 16 * len(pictures)
    for (width, height), data in pictures:
        out += struct.pack("<BBBBHHII", width % 256, height % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return out + b"".join(data for _, data in pictures)


@pytest.mark.parametrize("bitmap_format", ["png", "bmp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_icons_that_pillow_writes(bitmap_format: str, mode: str) -> None:
    sizes = [(16, 16), (48, 48), (32, 32), (64, 40)]
    out = io.BytesIO()
    picture = Image.fromarray(drawing(4, 128, 80)).convert(mode)
    picture.save(out, "ICO", sizes=sizes, bitmap_format=bitmap_format)
    dump = dump_frames(out.getvalue())
    assert_whole(dump, "ico")
    with Image.open(io.BytesIO(out.getvalue())) as image:
        expected = []
        for entry in image.ico.entry:  # type: ignore[attr-defined]
            expected.append(np.asarray(image.ico.getimage(entry.dim).convert("RGB")))  # type: ignore[attr-defined]
    assert [frame.index for frame in dump.frames] == list(range(len(expected)))
    for frame, pixels in zip(dump.frames, expected, strict=True):
        shown = frame.pixels if frame.pixels.ndim == 3 else np.repeat(frame.pixels[..., None], 3, axis=2)
        assert np.array_equal(shown, pixels), frame.index
    assert shown_by_pillow(out.getvalue()).shape == dump.frames[0].pixels.shape[:2] + (3,)


@pytest.mark.parametrize("bits", [1, 4, 8, 16, 24, 32])
def test_cursors(bits: int) -> None:
    """The bitmap has no file header, and twice its height for the mask."""
    random = np.random.default_rng(bits)
    size = (33, 20)
    palette = random_palette(random, 1 << bits, 4) if bits <= 8 else b""
    plain = bmp(size, bits, noise(random, size, bits), palette=palette)
    with_mask = plain[14:22] + struct.pack("<i", 2 * size[1]) + plain[26:] + b"\xff" * (8 * size[1])
    dump = dump_frames(ico([(size, with_mask)], kind=2))
    assert_whole(dump, "ico")
    assert np.array_equal(dump.frames[0].pixels, shown_by_pillow(plain))


def test_a_picture_that_cannot_be_read_is_left_out() -> None:
    def png(seed: int) -> bytes:
        out = io.BytesIO()
        Image.fromarray(drawing(seed, 24, 24)).save(out, "PNG")
        return out.getvalue()

    size = (24, 24)
    dump = dump_frames(ico([(size, png(1)), (size, b"nothing of the kind"), (size, png(2))]))
    assert [frame.index for frame in dump.frames] == [0, 2]
    assert [frame.damaged for frame in dump.frames] == [False, True]
    assert dump.damage_reason.startswith("frame 2: ")
    assert np.array_equal(dump.frames[1].pixels, drawing(2, 24, 24))
