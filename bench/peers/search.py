"""Times exact search at radius 31 beside FAISS's binary indexes: same list, same queries, one thread, one run.

Usage: search.py [--count N] [--queries N] [--multihash]

Prints a table in Markdown: the time of a query among many in one call, and when each is a call of its own, the cost of
Python included (bench_index.cpp has the times without). Recall is counted against a naive scan by NumPy, on queries that have matches. FAISS's
MultiHash takes long to build; --multihash adds it in two settings, of which 11x23 is the fastest that is exact.

Run it with a Python that has tutela, numpy and FAISS (faiss-cpu of PyPI, or python3-faiss of Debian): `./dev bench
peers` does.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import faiss
import numpy
import tutela
from machine import processor

RADIUS = 31
CHECKED = 20
ALONE = 200  # queries that are asked one by one

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
    for start in range(0, len(known), 100_000):  # so that the bits fit into memory
        part = known[start : start + 100_000]
        for number, query in enumerate(asked):
            bits = numpy.unpackbits(part ^ query, axis=1).sum(axis=1, dtype=numpy.int32)
            found |= {(number, start + int(position)) for position in numpy.flatnonzero(bits <= RADIUS)}
    return found


class Tutela:
    def __init__(self, engine: str, known: numpy.ndarray) -> None:
        self.name = f"Tutela `{engine}`"
        self.index = tutela.Index(known, engine)

    def search(self, asked: numpy.ndarray) -> tuple[numpy.ndarray, ...]:
        return self.index.search_many(asked, RADIUS, jobs=1)

    def search_alone(self, asked: numpy.ndarray) -> float:
        hashes = [tutela.Hash256.from_bytes(bytes(row)) for row in asked]
        start = time.perf_counter()
        for hash in hashes:
            self.index.search(hash, RADIUS)
        return time.perf_counter() - start

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

    def search_alone(self, asked: numpy.ndarray) -> float:
        rows = [asked[number : number + 1] for number in range(len(asked))]
        start = time.perf_counter()
        for row in rows:
            self.index.range_search(row, RADIUS + 1)
        return time.perf_counter() - start

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
        lambda: Tutela("bk_tree", known),
        lambda: Faiss("IndexBinaryFlat", faiss.IndexBinaryFlat(256), known),
    ]
    if with_multihash:
        made.append(lambda: Faiss("IndexBinaryMultiHash 16x16", multihash(16, 16), known))
        made.append(lambda: Faiss("IndexBinaryMultiHash 11x23", multihash(11, 23), known))
    return made


def microseconds(index: Tutela | Faiss, asked: numpy.ndarray) -> tuple[float, float]:
    """A query among many in one call, and a query alone: others, so that no call finds the cache filled for it."""
    together, alone = asked[:-ALONE], asked[-ALONE:]
    start = time.perf_counter()
    index.search(together)
    took = time.perf_counter() - start
    return took / len(together) * 1e6, index.search_alone(alone) / ALONE * 1e6


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--count", type=int, default=1_000_000)
    arguments.add_argument("--queries", type=int, default=1000)
    arguments.add_argument("--multihash", action="store_true")
    asked_for = arguments.parse_args()
    faiss.omp_set_num_threads(1)
    known, asked = make(asked_for.count, asked_for.queries + ALONE)
    expected = naive(known, asked[:CHECKED])
    indexes = [build() for build in peers(known, asked_for.multihash)]
    for index in indexes:
        index.search(asked[:CHECKED])  # warms up
    rounds = [[microseconds(index, asked) for index in indexes] for _ in range(3)]
    medians = [tuple(map(statistics.median, zip(*times))) for times in zip(*rounds)]
    print(f"| {asked_for.count:,} hashes, radius {RADIUS} | us a query, in one call | against the first |"
          " us a query, one by one | recall |")
    print("|---|---|---|---|---|")
    exact = True
    for index, (together, alone) in zip(indexes, medians):
        found = index.matches(asked[:CHECKED])
        recall = len(found & expected) / len(expected)
        exact = exact and (found == expected or not isinstance(index, Tutela))
        print(f"| {index.name} | {together:,.1f} | {together / medians[0][0]:,.1f}x | {alone:,.1f} | {recall:.3f} |")
    print(f"\nMedian of 3 rounds of {asked_for.queries} queries in one call, one thread, {processor()}, "
          f"tutela {tutela.__version__}, FAISS {faiss.__version__}.")
    return 0 if exact else 1


if __name__ == "__main__":
    sys.exit(main())
