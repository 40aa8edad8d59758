"""Index against a naive scan in NumPy."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tutela
from numpy.typing import NDArray

ENGINES = ["automatic", "flat", "bk_tree", "bk_forest"]


def clustered(count: int, seed: int) -> NDArray[np.uint8]:
    """Hashes of which many lie near each other, and some are equal."""
    random = np.random.default_rng(seed)
    centres = random.integers(0, 256, (max(count // 10, 1), 32), dtype=np.uint8)
    hashes = centres[random.integers(0, len(centres), count)]
    flips = random.random((count, 256)) < random.choice([0.0, 0.02, 0.1, 0.3], (count, 1))
    return hashes ^ np.packbits(flips, axis=1)


def naive(hashes: NDArray[np.uint8], query: NDArray[np.uint8], radius: int) -> list[tuple[int, int]]:
    distances = np.unpackbits(hashes ^ query, axis=1).sum(axis=1)
    within = [(int(distances[position]), int(position)) for position in np.flatnonzero(distances <= radius)]
    return [(position, distance) for distance, position in sorted(within)]


def as_hashes(array: NDArray[np.uint8]) -> list[tutela.Hash256]:
    return [tutela.Hash256.from_bytes(bytes(row)) for row in array]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("count", [1, 2, 500, 3000])
def test_search_is_the_naive_scan(engine: str, count: int) -> None:
    hashes = clustered(count, count)
    index = tutela.Index(hashes, engine=engine)
    queries = np.vstack([hashes[:20], clustered(10, 99)])
    for query, hash in zip(queries, as_hashes(queries), strict=True):
        for radius in (0, 1, 16, 31, 64, 128, 256):
            found = [tuple(neighbor) for neighbor in index.search(hash, radius)]
            assert found == naive(hashes, query, radius)


@pytest.mark.parametrize("engine", ENGINES)
def test_search_many_is_search_for_each(engine: str) -> None:
    hashes = clustered(2000, 5)
    index = tutela.Index(hashes, engine)
    queries = clustered(700, 5)
    offsets, positions, distances = index.search_many(queries, radius=40)
    for jobs in (1, 2, 5):
        again = index.search_many(queries, 40, jobs=jobs)
        assert np.array_equal(again[0], offsets)
        assert np.array_equal(again[1], positions) and np.array_equal(again[2], distances)
    assert [array.dtype.name for array in (offsets, positions, distances)] == ["uint64", "uint32", "uint32"]
    assert len(offsets) == 701 and offsets[0] == 0 and offsets[-1] == len(positions) == len(distances) > 0
    for number, hash in enumerate(as_hashes(queries)):
        part = slice(offsets[number], offsets[number + 1])
        expected = [(neighbor.position, neighbor.distance) for neighbor in index.search(hash, 40)]
        assert list(zip(positions[part].tolist(), distances[part].tolist(), strict=True)) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_nearest_is_the_beginning_of_search(engine: str) -> None:
    hashes = clustered(500, 8)
    index = tutela.Index(hashes, engine)
    for hash in as_hashes(hashes[:20]):
        found = index.search(hash, 60)
        assert index.nearest(hash, 3, radius=60) == found[:3]
        assert index.nearest(hash, 1000, radius=60) == found
    with pytest.raises(TypeError):
        index.nearest(as_hashes(hashes[:1])[0], -1)


@pytest.mark.parametrize("engine", ENGINES)
def test_self_join_is_every_pair_once(engine: str) -> None:
    hashes = clustered(600, 11)
    expected = []
    for number, hash in enumerate(hashes[:-1]):
        later = naive(hashes[number + 1 :], hash, 31)
        expected += [(number, number + 1 + position, distance) for position, distance in later]
    assert len(expected) > 500
    index = tutela.Index(hashes, engine)
    for jobs in (None, 1, 3):
        columns = index.self_join(hashes, jobs=jobs)
        assert [column.dtype.name for column in columns] == ["uint32"] * 3
        assert list(zip(*(column.tolist() for column in columns), strict=True)) == expected
    assert [len(column) for column in tutela.Index([], engine).self_join([])] == [0, 0, 0]


def test_a_join_needs_the_hashes_of_the_index() -> None:
    hashes = clustered(20, 12)
    index = tutela.Index(hashes)
    with pytest.raises(tutela.InvalidArgumentError, match="20"):
        index.self_join(hashes[1:])
    with pytest.raises(tutela.InvalidArgumentError):
        index.self_join(hashes, 257)


@pytest.mark.usefixtures("ctrl_c_heard")
def test_a_join_can_be_interrupted() -> None:
    hashes = np.zeros((100_000, 32), np.uint8)  # five billion pairs
    index = tutela.Index(hashes, "flat")
    sender = threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT))
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        index.self_join(hashes, jobs=1)
    sender.join()


def test_hashes_come_as_list_array_or_objects() -> None:
    array = clustered(300, 6)
    builder = tutela.ListBuilder()
    for hash in as_hashes(array):
        builder.add(hash)
    known = builder.build()
    spread = np.zeros((600, 64), np.uint8)
    spread[::2, ::2] = array
    expected = tutela.Index(array).search_many(array)
    for source in (known, as_hashes(array), iter(as_hashes(array)), spread[::2, ::2], known.hashes):
        index = tutela.Index(source)
        assert len(index) == 300
        found = index.search_many(known)
        assert [array.tolist() for array in found] == [array.tolist() for array in expected]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_index_finds_nothing(engine: str) -> None:
    index = tutela.Index([], engine)
    assert len(index) == 0 and index.search(tutela.Hash256("0" * 64), 256) == []
    offsets, positions, distances = index.search_many([])
    assert offsets.tolist() == [0] and len(positions) == len(distances) == 0


def test_an_index_keeps_its_own_copy() -> None:
    array = clustered(10, 7)
    index = tutela.Index(array)
    hash = as_hashes(array)[0]
    array[:] = 0
    assert index.search(hash, 0)[0].distance == 0


def test_the_default_radius_is_31() -> None:
    near, far = tutela.Hash256.from_int((1 << 31) - 1), tutela.Hash256.from_int((1 << 32) - 1)
    index = tutela.Index([far, near])
    assert index.search(tutela.Hash256.from_int(0)) == index.search(tutela.Hash256.from_int(0), radius=31)
    assert [tuple(neighbor) for neighbor in index.search(tutela.Hash256.from_int(0))] == [(1, 31)]


@pytest.mark.parametrize("radius", [-1, 257, 1 << 40])
def test_a_radius_out_of_range_is_a_value_error(radius: int) -> None:
    index = tutela.Index(clustered(3, 8))
    with pytest.raises(tutela.InvalidArgumentError):
        index.search(tutela.Hash256("0" * 64), radius)
    with pytest.raises(tutela.InvalidArgumentError):
        index.search_many([], radius)


def test_what_is_no_hash_is_refused() -> None:
    with pytest.raises(tutela.InvalidArgumentError, match=r"\(n, 32\)"):
        tutela.Index(np.zeros((4, 31), np.uint8))
    with pytest.raises(TypeError, match="uint8"):
        tutela.Index(np.zeros((4, 32), np.int32))
    with pytest.raises(TypeError, match="Hash256") as caught:
        tutela.Index(["ab" * 32])  # type: ignore[list-item]
    assert "abab" not in str(caught.value)
    with pytest.raises(TypeError):
        tutela.Index(7)  # type: ignore[arg-type]
    with pytest.raises(tutela.InvalidArgumentError, match="engines"):
        tutela.Index([], "kd_tree")


def test_an_index_tells_about_itself() -> None:
    index = tutela.Index(clustered(1000, 9), "flat")
    assert index.engine == "flat" and index.memory_bytes >= 32_000
    assert "flat" in index.explain() and "1000 hashes" in repr(index)
    assert tutela.Index(clustered(1000, 9)).engine in ("flat", "bk_tree")


def test_a_neighbor_is_a_value() -> None:
    hash = tutela.Hash256("0" * 64)
    (neighbor,) = tutela.Index([hash]).search(hash)
    position, distance = neighbor
    assert (position, distance) == (neighbor.position, neighbor.distance) == (0, 0)
    assert neighbor == tutela.Index([hash]).search(hash)[0] and neighbor != (0, 0)
    assert repr(neighbor) == "Neighbor(position=0, distance=0)"


def test_threads_may_share_an_index() -> None:
    array = clustered(2000, 10)
    index = tutela.Index(array)
    expected = [index.search(hash, 60) for hash in as_hashes(array[:200])]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda hash: index.search(hash, 60), as_hashes(array[:200]))) == expected
