"""Times PDQ beside the `pdqhash` package, the reference algorithm in Python, on the same pixels in one run.

Usage: hashing.py [ROUNDS]      prints a table in Markdown; both must agree in every hash and quality

Run it with a Python that has tutela, pdqhash and numpy: `./dev bench peers` does.
"""

import importlib.metadata
import platform
import statistics
import sys
import time

import numpy
import pdqhash
import tutela

from machine import processor

SIZES = ((512, 512), (1920, 1080), (4000, 3000))


def photograph_like(width: int, height: int) -> numpy.ndarray:
    """Smooth patches under noise, in colour; fixed seed."""
    random = numpy.random.default_rng(20261124)
    coarse = random.integers(0, 200, (height // 40 + 1, width // 40 + 1, 3))
    patches = coarse.repeat(40, axis=0).repeat(40, axis=1)[:height, :width]
    return (patches + random.integers(0, 56, (height, width, 3))).astype(numpy.uint8)


def ours(pixels: numpy.ndarray) -> tuple[str, int]:
    hashed = tutela.hash_image(pixels)
    return hashed.hash.hex, hashed.quality


def theirs(pixels: numpy.ndarray) -> tuple[str, int]:
    bits, quality = pdqhash.compute(pixels)
    return numpy.packbits(bits).tobytes().hex(), quality


def milliseconds(function, pixels: numpy.ndarray) -> float:
    start = time.perf_counter()
    function(pixels)
    return (time.perf_counter() - start) * 1000


def main(rounds: int) -> int:
    print(f"| ms a picture, RGB pixels in memory | tutela {tutela.__version__} "
          f"| pdqhash {importlib.metadata.version('pdqhash')} | ratio |")
    print("|---|---|---|---|")
    for width, height in SIZES:
        pixels = photograph_like(width, height)
        if ours(pixels) != theirs(pixels):
            print(f"the hashes of {width}x{height} differ", file=sys.stderr)
            return 1
        # In turn, so that a change of the machine's speed meets both.
        times = [(milliseconds(ours, pixels), milliseconds(theirs, pixels)) for _ in range(rounds)]
        mine, other = (statistics.median(column) for column in zip(*times))
        ratio = statistics.median(b / a for a, b in times)
        print(f"| {width} x {height} | {mine:.1f} | {other:.1f} | {ratio:.1f}x |")
    print(f"\nMedian of {rounds} runs in turn, one thread, {processor()}, Python {platform.python_version()}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 15))
