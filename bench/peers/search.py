"""Times exact search at radius 31 beside FAISS's binary indexes: same list, same queries, one thread, one run.

Usage: search.py [--count N] [--queries N] [--multihash]

Prints a table in Markdown. Recall is counted against a naive scan by NumPy, on queries that have matches. FAISS's
MultiHash takes long to build; --multihash adds it in two settings, of which 11x23 is the fastest that is exact.

Run it with a Python that has tutela, numpy and faiss-cpu: `./dev bench peers` does.
"""

import argparse
import importlib.metadata
import statistics
import sys
import time
from collections.abc import Callable

import faiss
import numpy
import tutela
from hashing import processor

RADIUS = 31
CHECKED = 20

# (query number, position) of each match.
Matches = set[tuple[int, int]]


def make(count: int, queries: int) -> tuple[numpy.ndarray, numpy.ndarray]:
    """A uniform list, and queries of which every other lies 0 to 31 bits from an entry. Fixed seed."""
    random = numpy.random.default_rng(7)
    known = random.integers(0, 256, (count, 32), dtype=numpy.uint8)
    asked = random.integers(0, 256, (queries, 32), dtype=numpy.uint8)
    for number in range(1, queries, 2):
        asked[number] = known[random.integers(count)]
        for bit in random.choice(256, random.integers(0, RADIUS + 1), replace=False):
            asked[number, bit // 8] ^= 1 << (bit % 8)
    return known, asked


def naive(known: numpy.ndarray, asked: numpy.ndarray) -> Matches:
    found = set()
    words = known.view(numpy.uint64)
    for number, query in enumerate(asked):
        differ = words ^ query.view(numpy.uint64)
        bits = numpy.unpackbits(differ.view(numpy.uint8), axis=1).sum(axis=1, dtype=numpy.int32)
        found |= {(number, int(position)) for position in numpy.flatnonzero(bits <= RADIUS)}
    return found


class Tutela:
    def __init__(self, engine: str, known: numpy.ndarray) -> None:
        self.name = f"Tutela `{engine}`"
        self.index = tutela.Index(known, engine)

    def search(self, asked: numpy.ndarray) -> tuple[numpy.ndarray, ...]:
        return self.index.search_many(asked, RADIUS, jobs=1)

    def matches(self, asked: numpy.ndarray) -> Matches:
        offsets, positions, _ = self.search(asked)
        queries = numpy.repeat(numpy.arange(len(asked)), numpy.diff(offsets.astype(numpy.int64)))
        return set(zip(queries.tolist(), positions.tolist()))


class Faiss:
    def __init__(self, name: str, index: faiss.IndexBinary, known: numpy.ndarray) -> None:
        self.name = f"FAISS {name}"
        self.index = index
        index.add(known)

    def search(self, asked: numpy.ndarray) -> tuple[numpy.ndarray, ...]:
        return self.index.range_search(asked, RADIUS + 1)  # FAISS's radius is exclusive

    def matches(self, asked: numpy.ndarray) -> Matches:
        limits, _, positions = self.search(asked)
        queries = numpy.repeat(numpy.arange(len(asked)), numpy.diff(limits.astype(numpy.int64)))
        return set(zip(queries.tolist(), positions.tolist()))


def multihash(tables: int, bits: int) -> faiss.IndexBinary:
    index = faiss.IndexBinaryMultiHash(256, tables, bits)
    index.nflip = RADIUS // tables  # enough that one table must find it
    return index


def peers(known: numpy.ndarray, with_multihash: bool) -> list[Callable[[], Tutela | Faiss]]:
    made: list[Callable[[], Tutela | Faiss]] = [
        lambda: Tutela("bk_forest", known),
        lambda: Tutela("flat", known),
        lambda: Faiss("IndexBinaryFlat", faiss.IndexBinaryFlat(256), known),
    ]
    if with_multihash:
        made.append(lambda: Faiss("IndexBinaryMultiHash 16x16", multihash(16, 16), known))
        made.append(lambda: Faiss("IndexBinaryMultiHash 11x23", multihash(11, 23), known))
    return made


def microseconds(index: Tutela | Faiss, asked: numpy.ndarray) -> float:
    start = time.perf_counter()
    index.search(asked)
    return (time.perf_counter() - start) / len(asked) * 1e6


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=1_000_000)
    arguments.add_argument("--queries", type=int, default=1000)
    arguments.add_argument("--multihash", action="store_true")
    asked_for = arguments.parse_args()
    faiss.omp_set_num_threads(1)
    known, asked = make(asked_for.count, asked_for.queries)
    expected = naive(known, asked[:CHECKED])
    indexes = [build() for build in peers(known, asked_for.multihash)]
    for index in indexes:
        index.search(asked[:CHECKED])  # warms up
    rounds = [[microseconds(index, asked) for index in indexes] for _ in range(3)]
    medians = [statistics.median(times) for times in zip(*rounds)]
    print(f"| {asked_for.count:,} hashes, radius {RADIUS} | us a query | against the first | recall |")
    print("|---|---|---|---|")
    exact = True
    for index, median in zip(indexes, medians):
        found = index.matches(asked[:CHECKED])
        recall = len(found & expected) / len(expected)
        exact = exact and (found == expected or not isinstance(index, Tutela))
        print(f"| {index.name} | {median:,.1f} | {median / medians[0]:,.1f}x | {recall:.3f} |")
    print(f"\nMedian of 3 rounds of {asked_for.queries} queries in one call, one thread, {processor()}, "
          f"tutela {tutela.__version__}, faiss-cpu {importlib.metadata.version('faiss-cpu')}.")
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
