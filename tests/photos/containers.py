"""What the photographs come in: headers of pictures, and Qt resource files. Python's own library only.

Malformed input is a ValueError, never a wrong answer.
"""

import dataclasses
import struct
import zlib
from collections.abc import Iterator


@dataclasses.dataclass(frozen=True)
class Header:
    format: str  # "jpeg", "png" or "webp"
    width: int
    height: int
    # A drawing that was cut out: it has an alpha channel, or is a lossless WebP. Photographs are rarely kept so.
    cut_out: bool = False

    @property
    def smaller_side(self) -> int:
        return min(self.width, self.height)


def read_header(data: bytes) -> Header:
    """The header of a JPEG, PNG or WebP picture."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            width, height, _, color_type = struct.unpack_from(">IIBB", data, 16)
            return Header("png", width, height, color_type in (4, 6))
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise ValueError("the header is cut off") from None
    raise ValueError("neither JPEG, PNG nor WebP")


def _jpeg(data: bytes) -> Header:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("a JPEG without a frame header")
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes
            at += 1
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Header("jpeg", width, height)
        at += 2 + size


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8 ":
        if data[23:26] != b"\x9d\x01\x2a":
            raise ValueError("a WebP without a key frame")
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, True)
    if chunk == b"VP8X":
        flags = data[20]
        width = int.from_bytes(_exactly(data, 24, 3), "little") + 1
        height = int.from_bytes(_exactly(data, 27, 3), "little") + 1
        return Header("webp", width, height, bool(flags & 0x10))
    raise ValueError("a WebP of an unknown kind")


def _exactly(data: bytes, at: int, size: int) -> bytes:
    part = data[at : at + size]
    if len(part) != size:
        raise ValueError("the data is cut off")
    return part


def read_qt_resources(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and content of every file in a Qt resource file (.rcc). Those packed by Zstandard are passed over."""
    directory, zlib_packed, zstd_packed = 2, 1, 4
    try:
        magic, version, tree, contents, names = struct.unpack_from(">4sIIII", data)
        if magic != b"qres":
            raise ValueError("no Qt resource file")
        node_bytes = 14 if version < 2 else 22  # later versions add the time of change
        waiting = [(0, "")]
        seen = set()
        while waiting:
            number, folder = waiting.pop()
            if number in seen:
                raise ValueError("a Qt resource file that contains itself")
            seen.add(number)
            node = tree + number * node_bytes
            name_at, flags = struct.unpack_from(">IH", data, node)
            path = folder
            if number:
                (letters,) = struct.unpack_from(">H", data, names + name_at)
                name = _exactly(data, names + name_at + 6, 2 * letters).decode("utf-16-be")
                path = f"{folder}/{name}" if folder else name
            if flags & directory:
                count, first = struct.unpack_from(">II", data, node + 6)
                if first + count > len(data) // node_bytes:
                    raise ValueError("a Qt resource file with too many entries")
                waiting.extend((first + child, path) for child in reversed(range(count)))
                continue
            (offset,) = struct.unpack_from(">I", data, node + 10)
            (size,) = struct.unpack_from(">I", data, contents + offset)
            content = _exactly(data, contents + offset + 4, size)
            if flags & zlib_packed:
                content = zlib.decompress(content[4:])  # the length comes first
            if not flags & zstd_packed:
                yield path, content
    except (struct.error, UnicodeDecodeError, zlib.error):
        raise ValueError("the Qt resource file is damaged") from None
