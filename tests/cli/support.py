"""What the tests of the command line tool share: starting it, and pictures to feed it."""

import base64
import os
import pathlib
import random
import shutil
import struct
import subprocess
import tempfile
import unittest
import zlib

TOOL = os.environ["TUTELA"]


def tutela(*args, stdin=b"", cwd=None, **options):
    """Runs the tool. The result has `returncode`, and `stdout` and `stderr` as bytes."""
    options.setdefault("stdout", subprocess.PIPE)
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run([TOOL, *map(os.fspath, args)], input=stdin, cwd=cwd, timeout=120, check=False, **options)


def png(width, height, rgb):
    """A PNG file; `rgb` has three bytes a pixel. Stored, not packed, so that no version of zlib changes a byte."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + rgb[3 * width * y : 3 * width * (y + 1)] for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def patches(seed, side, brighter=0):
    """Smooth random patches, a gray value a pixel: much detail for PDQ, and nothing like those of another seed."""
    cells = 12
    rng = random.Random(seed)
    grid = [[rng.randrange(40, 200) for _ in range(cells + 2)] for _ in range(cells + 2)]
    pixels = bytearray()
    for y in range(side):
        row, down = divmod(y * cells, side)
        for x in range(side):
            column, right = divmod(x * cells, side)
            top = grid[row][column] * (side - right) + grid[row][column + 1] * right
            bottom = grid[row + 1][column] * (side - right) + grid[row + 1][column + 1] * right
            pixels.append((top * (side - down) + bottom * down) // (side * side) + brighter)
    return bytes(pixels)


def picture(seed, side=96, brighter=0):
    """The patches of that seed, as a PNG."""
    return png(side, side, bytes(part for gray in patches(seed, side, brighter) for part in (gray, gray, 255 - gray)))


def animation(seeds, hundredths=50, side=64):
    """A GIF of the patches of these seeds, each shown so many hundredths of a second."""
    gif = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x87, 0, 0) + bytes(i for i in range(256) for _ in range(3))
    for seed in seeds:
        pixels = patches(seed, side)
        number = bits = 0
        for start in range(0, len(pixels), 250):  # the table is cleared before codes grow: no packing
            for code in (256, *pixels[start : start + 250]):
                number |= code << bits
                bits += 9
        data = (number | 257 << bits).to_bytes(bits // 8 + 2, "little")
        gif += struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 0, hundredths, 0, 0)
        gif += struct.pack("<BHHHHBB", 0x2C, 0, 0, side, side, 0, 8)
        gif += b"".join(bytes([len(data[i : i + 255])]) + data[i : i + 255] for i in range(0, len(data), 255)) + b"\0"
    return gif + b";"


def flat_picture(side=96):
    """A picture without any detail."""
    return png(side, side, bytes((90, 90, 90)) * (side * side))


# A JPEG of 32 x 32 pixels, three colours, for what only JPEGs show.
SMALL_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6j"
    "q62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk"
    "pKSkpKSkpKT/wAARCAAgACADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAwQF/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAID"
    "/8QAFwEAAwEAAAAAAAAAAAAAAAAAAQMFBv/EABoRAAMBAAMAAAAAAAAAAAAAAAACAxEBITH/2gAMAwEAAhEDEQA/AMFJipIZJjJI"
    "Ry2hlQFJDJIdJDJIHpSlUnSY6SFSY6SEq2mdnQJJDpIZJDpIevZQnU//2Q=="
)


class ToolTest(unittest.TestCase):
    """A test with a folder of its own, `self.dir`."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="tutela-cli-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def check(self, result, code):
        """The exit code is as expected; a surprise shows what the tool said."""
        self.assertEqual(result.returncode, code, (result.stdout, result.stderr))
        return result

    def hash_of(self, path):
        """The hex of a picture's hash, by the tool itself."""
        return self.check(tutela("hash", path), 0).stdout.decode()[:64]


def flipped(hex_hash, bits):
    """The hash at this distance: its lowest `bits` bits flipped."""
    return f"{int(hex_hash, 16) ^ ((1 << bits) - 1):064x}"


def random_hash(seed):
    return f"{random.Random(seed).getrandbits(256):064x}"
