"""The smallest writers of picture and archive formats: enough to say anything, also what no sound file says."""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Sequence


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int, depth: int = 8, color: int = 0, interlace: int = 0) -> bytes:
    body = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", body)


PNG_END = png_chunk(b"IEND", b"")


@functools.cache
def deflated_zeros(size: int) -> bytes:
    """A zlib stream of zeros: made of one block that is repeated, so that gigabytes cost nothing to make."""
    block = 1 << 20
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, wbits=-15)
    last = packer.compress(bytes(size % block)) + packer.flush()
    return b"\x78\xda" + packed * (size // block) + last + struct.pack(">HH", size % 65521, 1)  # Adler-32 of zeros


def jpeg_segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg_frame(width: int, height: int, marker: int = 0xC0, components: int = 1, sampling: int = 0x11) -> bytes:
    parts = b"".join(bytes((number + 1, sampling, 0)) for number in range(components))
    return jpeg_segment(marker, struct.pack(">BHHB", 8, height, width, components) + parts)


# One code of one bit in each table: a DC difference of nothing, the end of the block.
JPEG_TABLES = jpeg_segment(0xDB, b"\0" + b"\x10" * 64) + b"".join(
    jpeg_segment(0xC4, bytes((table, 1)) + bytes(15) + b"\0") for table in (0x00, 0x10)
)


def jpeg_scan(data: bytes, first: int = 0, last: int = 63, approximation: int = 0) -> bytes:
    return jpeg_segment(0xDA, bytes((1, 1, 0, first, last, approximation))) + data


def gray_jpeg(width: int, height: int) -> bytes:
    """A whole picture of middle gray, 2 bits a block."""
    blocks = -(-width // 8) * -(-height // 8)
    return b"\xff\xd8" + JPEG_TABLES + jpeg_frame(width, height) + jpeg_scan(bytes(-(-blocks // 4))) + b"\xff\xd9"


def gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\x10\x20\x30\xf0\xe0\xd0"


def gif_image(width: int, height: int, data: bytes) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + data


def gif_blocks(data: bytes) -> bytes:
    return b"".join(bytes((len(part := data[at : at + 255]),)) + part for at in range(0, len(data), 255)) + b"\0"


@functools.cache
def gif_zeros(count: int) -> bytes:
    """The data of an image of `count` pixels of colour 0. Each code stands for a run longer by one than the last."""
    clear, end = 4, 5
    bits = used = 0

    def put(code: int, width: int) -> None:
        nonlocal bits, used
        bits |= code << used
        used += width

    width, free, longest = 3, 6, 1
    put(clear, width)
    while count > 0:
        run = min(longest, count)
        put(0 if run == 1 else 4 + run, width)
        count -= run
        width += free == 1 << width
        free += 1
        longest += 1
        if free == 4095:
            put(clear, width)
            width, free, longest = 3, 6, 1
    put(end, width)
    return b"\x02" + gif_blocks(bits.to_bytes(-(-used // 8), "little"))


GIF_DOT = b"\x02\x02\x44\x01\x00"  # the data of an image of one pixel


def tiff(entries: Sequence[tuple[int, int, int, int]], next_ifd: int = 0, extra: bytes = b"") -> bytes:
    """A little-endian TIFF of one directory at offset 8, of entries (tag, type, count, value); then `extra`."""
    return b"II*\0" + struct.pack("<I", 8) + tiff_directory(entries, next_ifd) + extra


def tiff_directory(entries: Sequence[tuple[int, int, int, int]], next_ifd: int) -> bytes:
    body = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return struct.pack("<H", len(entries)) + body + struct.pack("<I", next_ifd)


def tiff_gray(width: int, height: int, offset: int, size: int) -> list[tuple[int, int, int, int]]:
    """The entries of an 8-bit gray picture in one strip."""
    return [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, offset),
        (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, size),
    ]  # fmt: skip


def box(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    """A box of ISO media files; `size` lies."""
    return struct.pack(">I", len(data) + 8 if size is None else size) + kind + data


def riff(chunks: bytes, size: int | None = None) -> bytes:
    return b"RIFF" + struct.pack("<I", len(chunks) + 4 if size is None else size) + b"WEBP" + chunks


def riff_chunk(kind: bytes, data: bytes, size: int | None = None) -> bytes:
    return kind + struct.pack("<I", len(data) if size is None else size) + data + bytes(len(data) % 2)


def bmp(width: int, height: int, bits: int = 24, data: bytes = b"", compression: int = 0, colors: int = 0) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, colors, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + info + data


def zip_entry(name: bytes, packed: bytes, size: int, method: int = 8, crc: int = 0) -> tuple[bytes, bytes]:
    """The local header with the data, and the central record but for its offset."""
    common = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0, crc, len(packed), size, len(name), 0)
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHI", 0, 0, 0, 0)
    return b"PK\x03\x04" + common + name + packed, central


def zip_end(entries: int, directory: bytes, at: int) -> bytes:
    count = min(entries, 0xFFFF)
    return directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0)


def zip_file(files: Sequence[tuple[bytes, bytes, int, int]], crc: int | None = None) -> bytes:
    """A ZIP of (name, packed, size, method)."""
    body, directory, at = [], [], 0
    for name, packed, size, method in files:
        sum_ = zlib.crc32(packed) if method == 0 and crc is None else crc or 0
        local, central = zip_entry(name, packed, size, method, sum_)
        directory.append(central + struct.pack("<I", at) + name)
        body.append(local)
        at += len(local)
    return b"".join(body) + zip_end(len(files), b"".join(directory), at)


def stored_zip(files: Sequence[tuple[bytes, bytes]]) -> bytes:
    return zip_file([(name, data, len(data), 0) for name, data in files])


def deflated_zip(name: bytes, data: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=-15)
    return zip_file([(name, packer.compress(data) + packer.flush(), len(data), 8)], crc=zlib.crc32(data))


def tar_entry(name: bytes, data: bytes, size: bytes | None = None, kind: bytes = b"0", link: bytes = b"") -> bytes:
    """An entry of a tar; `size` lies, in the 12 bytes of the field."""
    field = b"%011o\0" % len(data) if size is None else size
    head = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + field + b"00000000000\0"
    tail = kind + link.ljust(100, b"\0") + b"ustar\x0000" + bytes(247)
    total = sum(head) + 8 * 32 + sum(tail)
    return head + b"%06o\0 " % total + tail + data + bytes(-len(data) % 512)


TAR_END = bytes(1024)
