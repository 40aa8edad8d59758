"""Animations as Pillow shows them; where it differs from APNG's specification, as a slow model of that shows them."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pdqhash
import pytest
import tutela
from frames import Dump, dump_frames
from numpy.typing import NDArray
from PIL import Image, ImageSequence
from synthetic import Pixels, drawing

Generator = np.random.Generator


def shown_by_pillow(content: bytes) -> list[Pixels]:
    with Image.open(io.BytesIO(content)) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def times(durations_ms: list[float]) -> list[int]:
    return [int(1000 * time) for time in np.concatenate(([0], np.cumsum(durations_ms[:-1])))]


def assert_whole(dump: Dump, kind: str) -> None:
    assert (dump.format, dump.status, dump.damaged) == (kind, "ok", False), dump.message + dump.damage_reason
    for index, frame in enumerate(dump.frames):
        assert (frame.index, frame.damaged, frame.mode) == (index, False, "exact")
        assert frame.rows_decoded == frame.pixels.shape[0]


def assert_shows(content: bytes, kind: str, expected: list[Pixels]) -> Dump:
    dump = dump_frames(content)
    assert_whole(dump, kind)
    assert len(dump.frames) == len(expected)
    for frame, pixels in zip(dump.frames, expected, strict=True):
        assert frame.pixels.shape == pixels.shape, frame.index
        assert np.array_equal(frame.pixels, pixels), f"frame {frame.index}: {differences(frame.pixels, pixels)}"
    return dump


def differences(one: Pixels, two: Pixels) -> str:
    gap = np.abs(one.astype(int) - two.astype(int))
    return f"{np.count_nonzero(gap)} samples, by up to {gap.max()}"


# --- GIF


def pack(indices: NDArray[np.uint8]) -> bytes:
    """LZW without any compression: the code table is cleared before codes grow to 10 bits."""
    number, bits = 0, 0
    for start in range(0, indices.size, 250):
        for code in (256, *indices.flat[start : start + 250]):
            number |= int(code) << bits
            bits += 9
    number |= 257 << bits
    data = number.to_bytes((bits + 9 + 7) // 8, "little")
    blocks = (data[i : i + 255] for i in range(0, len(data), 255))
    return b"\x08" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def interlaced(indices: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rows = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, len(indices), step)]
    return np.ascontiguousarray(indices[rows])


@dataclass
class GifFrame:
    indices: NDArray[np.uint8]
    x: int = 0
    y: int = 0
    palette: bytes = b""
    transparent: int | None = None
    disposal: int = 1
    delay: int = 10  # hundredths of a second
    is_interlaced: bool = False
    control: bool = True

    def encode(self) -> bytes:
        flags = self.disposal << 2 | (self.transparent is not None)
        control = struct.pack("<BBBBHBB", 0x21, 0xF9, 4, flags, self.delay, self.transparent or 0, 0)
        height, width = self.indices.shape
        packed = (0x80 | (len(self.palette) // 3).bit_length() - 2 if self.palette else 0) | 0x40 * self.is_interlaced
        place = struct.pack("<BHHHHB", 0x2C, self.x, self.y, width, height, packed)
        data = pack(interlaced(self.indices) if self.is_interlaced else self.indices)
        return (control if self.control else b"") + place + self.palette + data


def gif(size: tuple[int, int], frames: list[GifFrame], palette: bytes = b"", background: int = 0) -> bytes:
    flags = 0x80 | (len(palette) // 3).bit_length() - 2 if palette else 0
    header = b"GIF89a" + struct.pack("<HHBBB", *size, flags, background, 0)
    return header + palette + b"".join(frame.encode() for frame in frames) + b";"


def random_palette(random: Generator, colors: int = 256) -> bytes:
    return random.integers(0, 256, 3 * colors, dtype=np.uint8).tobytes()


def random_frame(random: Generator, size: tuple[int, int], first: bool) -> GifFrame:
    width, height = (int(random.integers(1, side + 1)) for side in size)
    if first and random.random() < 0.5:
        width, height = size
    return GifFrame(
        indices=random.integers(0, 6, (height, width), dtype=np.uint8),
        x=int(random.integers(size[0] - width + 1)),
        y=int(random.integers(size[1] - height + 1)),
        palette=random_palette(random, 2 ** int(random.integers(3, 9))) if random.random() < 0.4 else b"",
        transparent=int(random.integers(6)) if random.random() < 0.6 else None,
        disposal=int(random.integers(1, 4)),
        delay=int(random.integers(0, 30)),
        is_interlaced=random.random() < 0.4,
    )


@pytest.mark.parametrize("seed", range(60))
def test_gif_frames_are_those_of_pillow(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = (int(random.integers(2, 50)), int(random.integers(2, 50)))
    frames = [random_frame(random, size, first=i == 0) for i in range(8)]
    content = gif(size, frames, random_palette(random), background=int(random.integers(256)))
    dump = assert_shows(content, "gif", shown_by_pillow(content))
    assert [frame.pts_us for frame in dump.frames] == times([10 * frame.delay for frame in frames])


@pytest.mark.parametrize("seed", range(20))
def test_a_gif_grows_with_its_frames_as_in_pillow(seed: int) -> None:
    random = np.random.default_rng(seed)
    screen = (0, 0) if seed % 5 == 0 else (int(random.integers(1, 30)), int(random.integers(1, 30)))
    frames = [random_frame(random, (40, 35), first=i == 0) for i in range(6)]
    for frame in frames:
        frame.disposal = 1 + seed % 2
    content = gif(screen, frames, random_palette(random))
    assert_shows(content, "gif", shown_by_pillow(content))


def test_a_gif_without_a_palette_is_gray() -> None:
    indices = np.random.default_rng(1).integers(0, 256, (20, 30), dtype=np.uint8)
    content = gif((30, 20), [GifFrame(indices), GifFrame(indices[:7, :9], transparent=3)])
    assert_shows(content, "gif", shown_by_pillow(content))


def test_indices_beyond_the_palette_are_those_of_pillow() -> None:
    indices = np.random.default_rng(1).integers(0, 256, (20, 30), dtype=np.uint8)
    palette = random_palette(np.random.default_rng(2), 16)
    content = gif((30, 20), [GifFrame(indices), GifFrame(indices[:7, :9])], palette)
    assert_shows(content, "gif", shown_by_pillow(content))


def test_a_gif_frame_without_disposal_is_kept() -> None:
    """Unlike Pillow, which takes what the frame before asked for."""
    palette = bytes(range(24))
    whole, corner = np.full((8, 8), 1, np.uint8), np.full((2, 2), 2, np.uint8)
    frames = [GifFrame(whole), GifFrame(corner, 1, 1, disposal=2), GifFrame(corner, 4, 4, disposal=0), GifFrame(corner)]
    kept = [GifFrame(f.indices, f.x, f.y, disposal=f.disposal or 1) for f in frames]
    expected = shown_by_pillow(gif((8, 8), kept, palette))
    assert_shows(gif((8, 8), frames, palette), "gif", expected)


def test_one_gif_image_has_no_time() -> None:
    dump = dump_frames(gif((3, 3), [GifFrame(np.ones((3, 3), np.uint8))], bytes(range(24))))
    assert [frame.pts_us for frame in dump.frames] == [None]


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1"])
@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_gifs_that_pillow_writes(mode: str, disposal: int) -> None:
    content = animation(mode, "GIF", disposal=disposal, duration=[20, 0, 70, 10, 130, 40])
    dump = assert_shows(content, "gif", shown_by_pillow(content))
    assert [frame.pts_us for frame in dump.frames] == times([20, 0, 70, 10, 130, 40])


def animation(mode: str, kind: str, **options: Any) -> bytes:
    """A ball on a drawing, six frames."""
    frames = []
    for step in range(6):
        pixels = drawing(3, 90, 70).copy()
        pixels[10 + step : 30 + step, 10 * step : 10 * step + 20] = drawing(step, 40, 40)[:20, :20]
        frame = Image.fromarray(pixels)
        if mode in ("RGBA", "LA"):
            alpha = np.full(pixels.shape[:2], 255, np.uint8)
            alpha[40:60, : 10 + 10 * step] = np.arange(10 + 10 * step, dtype=np.uint8) * (step + 1)
            frame.putalpha(Image.fromarray(alpha))
        frames.append(frame.convert(mode))
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


# --- APNG


# Pillow writes disposals for RGB only; what it shows after a frame that was blended is not what was before that frame.
@pytest.mark.parametrize(
    ("mode", "disposal", "blend"),
    [(mode, 0, blend) for mode in ("RGB", "L", "P", "1") for blend in (0, 1)]
    + [("RGB", 1, 0), ("RGB", 1, 1), ("RGB", 2, 0)],
)
def test_apngs_that_pillow_writes(mode: str, disposal: int, blend: int) -> None:
    content = animation(mode, "PNG", disposal=disposal, blend=blend, duration=[20, 0, 70, 10, 130, 40])
    dump = dump_frames(content)
    assert_whole(dump, "png")
    with Image.open(io.BytesIO(content)) as image:
        frames = ImageSequence.Iterator(image)
        expected = [np.asarray(frame.convert("L" if frame.mode in ("L", "1") else "RGB")) for frame in frames]
        delays = []
        for i in range(len(expected)):
            image.seek(i)
            delays.append(image.info["duration"])
    assert len(dump.frames) == len(expected)
    for frame, pixels in zip(dump.frames, expected, strict=True):
        assert np.array_equal(frame.pixels, pixels), f"frame {frame.index}: {differences(frame.pixels, pixels)}"
    assert [frame.pts_us for frame in dump.frames] == times(delays)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@dataclass
class PngFrame:
    pixels: NDArray[np.uint8]  # (height, width, 4)
    x: int = 0
    y: int = 0
    disposal: int = 0
    blend: int = 0
    delay: tuple[int, int] = (1, 10)


def apng(size: tuple[int, int], frames: list[PngFrame], default: NDArray[np.uint8] | None = None) -> bytes:
    """RGBA. The first frame is in IDAT unless a default image is."""
    out = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0))
    out += png_chunk(b"acTL", struct.pack(">II", len(frames), 0))
    if default is not None:
        out += png_chunk(b"IDAT", scanlines(default))
    sequence = 0
    for i, frame in enumerate(frames):
        height, width, _ = frame.pixels.shape
        place = (width, height, frame.x, frame.y, *frame.delay, frame.disposal, frame.blend)
        out += png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, *place))
        sequence += 1
        data = scanlines(frame.pixels)
        if i == 0 and default is None:
            out += png_chunk(b"IDAT", data)
            continue
        for piece in (data[: len(data) // 2], b"", data[len(data) // 2 :]):
            out += png_chunk(b"fdAT", struct.pack(">I", sequence) + piece)
            sequence += 1
    return out + png_chunk(b"IEND", b"")


def scanlines(pixels: NDArray[np.uint8]) -> bytes:
    return zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels))


def apng_model(size: tuple[int, int], frames: list[PngFrame]) -> list[Pixels]:
    """APNG's specification in floating point, alpha dropped."""
    canvas = np.zeros((size[1], size[0], 4))
    shown = []
    for frame in frames:
        before = canvas.copy()
        place = np.s_[frame.y : frame.y + frame.pixels.shape[0], frame.x : frame.x + frame.pixels.shape[1]]
        above, below = frame.pixels.astype(float), canvas[place]
        if frame.blend == 1:
            upper, lower = above[..., 3:] * 255, below[..., 3:] * (255 - above[..., 3:])
            with np.errstate(invalid="ignore"):
                mixed = np.floor((above * upper + below * lower) / (upper + lower) + 0.5)
            mixed[..., 3:] = np.floor((upper + lower) / 255 + 0.5)
            canvas[place] = np.where(above[..., 3:] == 0, below, mixed)
        else:
            canvas[place] = above
        shown.append(canvas[..., :3].astype(np.uint8))
        if frame.disposal == 1:
            canvas[place] = 0
        elif frame.disposal == 2:
            canvas = before
    return shown


def random_png_frames(random: Generator, size: tuple[int, int]) -> list[PngFrame]:
    frames = []
    for i in range(7):
        width, height = size if i == 0 else (int(random.integers(1, side + 1)) for side in size)
        pixels = random.integers(0, 256, (height, width, 4), dtype=np.uint8)
        pixels[..., 3] = random.choice([0, 255, 3, 128, 250], (height, width))
        frames.append(
            PngFrame(
                pixels,
                int(random.integers(size[0] - width + 1)),
                int(random.integers(size[1] - height + 1)),
                int(random.integers(3)),
                int(random.integers(2)),
                (int(random.integers(5)), int(random.choice([0, 1, 10, 1000]))),
            )
        )
    return frames


@pytest.mark.parametrize("seed", range(40))
def test_apng_frames_are_those_of_the_specification(seed: int) -> None:
    random = np.random.default_rng(seed)
    size = (int(random.integers(2, 40)), int(random.integers(2, 40)))
    frames = random_png_frames(random, size)
    dump = assert_shows(apng(size, frames), "png", apng_model(size, frames))
    delays = [1000 * (top / (bottom or 100)) for top, bottom in (frame.delay for frame in frames)]
    assert [frame.pts_us for frame in dump.frames] == times(delays)


def test_a_default_image_outside_the_animation_is_given_without_a_time() -> None:
    random = np.random.default_rng(5)
    frames = random_png_frames(random, (20, 15))
    frames[0] = PngFrame(frames[0].pixels[3:9, 2:8], 4, 5, blend=1)
    hidden = random.integers(0, 256, (15, 20, 4), dtype=np.uint8)
    content = apng((20, 15), frames, hidden)
    dump = assert_shows(content, "png", [hidden[..., :3], *apng_model((20, 15), frames)])
    assert [frame.pts_us for frame in dump.frames[:2]] == [None, 0]


# --- WebP


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 60}, {"allow_mixed": True}, {"kmax": 2}])
def test_webps_that_pillow_writes(mode: str, options: dict[str, Any]) -> None:
    content = animation(mode, "WEBP", duration=[20, 0, 70, 10, 130, 40], **options)
    dump = assert_shows(content, "webp", shown_by_pillow(content))
    with Image.open(io.BytesIO(content)) as image:
        expected = []
        for i in range(len(dump.frames)):
            image.seek(i)
            image.load()
            expected.append(1000 * image.info["timestamp"])
    assert [frame.pts_us for frame in dump.frames] == expected


def webp_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


@pytest.mark.parametrize("seed", range(20))
def test_webp_frames_are_those_of_libwebp(seed: int) -> None:
    """Every combination of blending and disposal, on places of any size."""
    random = np.random.default_rng(seed)
    size = (int(random.integers(4, 40)), int(random.integers(4, 40)))
    chunks = webp_chunk(b"VP8X", struct.pack("<I", 0x12) + uint24(size[0] - 1) + uint24(size[1] - 1))
    chunks += webp_chunk(b"ANIM", bytes(random.integers(0, 256, 4, dtype=np.uint8)) + b"\0\0")
    for _ in range(7):
        width, height = (int(random.integers(1, side + 1)) for side in size)
        x, y = (int(random.integers((side - own) // 2 + 1)) for side, own in zip(size, (width, height), strict=True))
        pixels = random.integers(0, 256, (height, width, 4), dtype=np.uint8)
        pixels[..., 3] = random.choice([0, 255, 7, 128, 250], (height, width))
        still = io.BytesIO()
        Image.fromarray(pixels).save(still, "WEBP", lossless=random.random() < 0.6, exact=True)
        image = still.getvalue()[12:]
        if image.startswith(b"VP8X"):
            image = image[18:]
        place = b"".join(uint24(n) for n in (x, y, width - 1, height - 1, int(random.integers(200))))
        chunks += webp_chunk(b"ANMF", place + bytes([int(random.integers(4))]) + image)
    content = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks
    assert_shows(content, "webp", shown_by_pillow(content))


def uint24(number: int) -> bytes:
    return struct.pack("<I", number)[:3]


# --- All of them


KINDS = [("GIF", "P"), ("GIF", "RGBA"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGBA")]


@pytest.mark.parametrize(("kind", "mode"), KINDS)
def test_the_first_frame_hashes_as_pdqhash_hashes_it_through_pillow(kind: str, mode: str) -> None:
    content = animation(mode, kind)
    with Image.open(io.BytesIO(content)) as image:
        vector, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    found = tutela.hash_image(content)
    assert (bytes(found.hash), found.quality) == (np.packbits(vector).tobytes(), quality)
