"""HashList, ListBuilder and text lists."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import tutela


def hashes(count: int, seed: int = 1) -> list[tutela.Hash256]:
    random = np.random.default_rng(seed)
    return [tutela.Hash256.from_bytes(random.bytes(32)) for _ in range(count)]


def small_list() -> tutela.HashList:
    builder = tutela.ListBuilder()
    for position, hash in enumerate(hashes(5)):
        builder.add(hash, id="" if position == 3 else f"id-{position}", category="A1", label="läbel ✓")
    return builder.build()


def rows(known: tutela.HashList) -> list[tuple[str, str, str, str]]:
    return [(entry.hash.hex, entry.id, entry.category, entry.label) for entry in known]


def test_a_list_gives_back_what_was_added() -> None:
    known = small_list()
    assert len(known) == 5
    assert [entry.hash for entry in known] == hashes(5)
    assert rows(known)[1][1:] == ("id-1", "A1", "läbel ✓")
    assert known[-1].hash == known.entry(4).hash == hashes(5)[4]
    assert known.entry_name(1) == "id-1" and known.entry_name(3) == known.entry_name(-2) == "3"


@pytest.mark.parametrize("position", [5, -6, 1 << 40])
def test_there_is_no_entry_past_the_ends(position: int) -> None:
    for access in (small_list().entry, small_list().__getitem__, small_list().entry_name):
        with pytest.raises(IndexError):
            access(position)


def test_a_saved_list_comes_back_equal(tmp_path: Path) -> None:
    known = small_list()
    known.save(tmp_path / "known.tutela")
    for again in (
        tutela.HashList.load(tmp_path / "known.tutela"),
        tutela.HashList.open(str(tmp_path / "known.tutela")),
        tutela.HashList.from_bytes(bytes(known)),
    ):
        assert rows(again) == rows(known)
        assert again.digest == known.digest
        assert bytes(again) == (tmp_path / "known.tutela").read_bytes()


def test_a_damaged_snapshot_is_refused(tmp_path: Path) -> None:
    data = bytearray(bytes(small_list()))
    data[len(data) // 2] ^= 1
    with pytest.raises(tutela.CorruptError):
        tutela.HashList.from_bytes(bytes(data))
    (tmp_path / "damaged").write_bytes(data[:-1])
    with pytest.raises(tutela.CorruptError):
        tutela.HashList.load(tmp_path / "damaged")


def test_errors_of_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        tutela.HashList.load(tmp_path / "missing")
    assert isinstance(caught.value, tutela.NotFoundError) and caught.value.status is tutela.Status.not_found
    with pytest.raises(tutela.NotFoundError):
        small_list().save(tmp_path / "no such folder" / "list")
    (tmp_path / "other").write_bytes(b"\x89PNG" + bytes(100))
    with pytest.raises(tutela.UnsupportedError):
        tutela.HashList.load(tmp_path / "other")


def test_a_text_list_is_read_and_its_bad_lines_are_told(tmp_path: Path) -> None:
    first, second, third = hashes(3)
    text = tmp_path / "list.txt"
    text.write_text(f"# known\n{first}\nnot a hash\n{second},id-2,B2,a label, with a comma\n\n{third.hex[:-1]}\n")
    builder = tutela.ListBuilder()
    done = tutela.read_text_list(text, builder)
    assert (done.lines, done.added, done.skipped) == (6, 2, 2)
    assert [skipped.line for skipped in done.first_skipped] == [3, 6]
    assert rows(builder.build()) == [(first.hex, "", "", ""), (second.hex, "id-2", "B2", "a label, with a comma")]
    assert rows(tutela.HashList.open(text)) == rows(builder.build())
    shown = repr(done) + "".join(f"{line!r}{line.reason}" for line in done.first_skipped)
    assert third.hex[:20] not in shown


def test_nothing_but_entries_shows_a_list_hash() -> None:
    known = small_list()
    shown = repr(known) + repr(known[0]) + repr(tutela.Index(known)) + repr(tutela.Scanner(known))
    assert not any(hash.hex[:16] in shown for hash in hashes(5))
    assert known.digest in repr(known) and "5 entries" in repr(known)
    assert repr(known[1]) == "Entry(id='id-1', category='A1', label='läbel ✓')"


@pytest.mark.parametrize("text", ["a\0b", "x" * 65536, "ä" * 32768])
def test_a_bad_text_is_refused_and_changes_nothing(text: str) -> None:
    builder = tutela.ListBuilder()
    for name in ("id", "category", "label"):
        arguments: dict[str, Any] = {name: text}
        with pytest.raises(tutela.InvalidArgumentError):
            builder.add(hashes(1)[0], **arguments)
    assert len(builder) == 0


def test_a_builder_can_build_again() -> None:
    builder = tutela.ListBuilder()
    assert len(builder.build()) == 0
    builder.add(hashes(1)[0])
    first = builder.build()
    builder.add(hashes(1)[0])
    assert len(first) == 1 and len(builder.build()) == len(builder) == 2


def test_threads_may_share_a_builder() -> None:
    builder = tutela.ListBuilder()

    def add() -> None:
        for hash in hashes(500):
            builder.add(hash, "id")

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builder.build()) == 2000


def test_the_hashes_as_an_array_outlive_the_list() -> None:
    array = small_list().hashes
    assert array.shape == (5, 32) and array.dtype == np.uint8 and not array.flags.writeable
    assert [bytes(row) for row in array] == [bytes(hash) for hash in hashes(5)]
    assert tutela.ListBuilder().build().hashes.shape == (0, 32)


def test_an_entry_outlives_the_list() -> None:
    entry = small_list()[2]
    assert (entry.id, entry.hash) == ("id-2", hashes(5)[2])


def test_a_stored_index_is_opened_and_leaves_the_list_as_it_is(tmp_path: Path) -> None:
    known = small_list()
    stored = known.with_index(jobs=2)
    assert stored.has_index and not known.has_index
    assert stored.digest == known.digest and rows(stored) == rows(known)
    stored.save(tmp_path / "known.tutela")
    checks: tuple[Literal["everything", "layout"], ...] = ("everything", "layout")
    for check in checks:
        again = tutela.HashList.load(tmp_path / "known.tutela", check=check)
        again.verify()
        index = tutela.Index(again)
        assert "stored in the list" in index.explain()
        assert [found.position for found in index.search(hashes(5)[2], 31)] == [2]
    with pytest.raises(ValueError):
        tutela.HashList.load(tmp_path / "known.tutela", check="nothing")  # type: ignore[arg-type]


def test_verify_finds_what_a_look_at_the_layout_does_not(tmp_path: Path) -> None:
    path = tmp_path / "known.tutela"
    small_list().save(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"id-1")] ^= 1
    path.write_bytes(content)
    with pytest.raises(tutela.ChecksumMismatchError):
        tutela.HashList.load(path)
    unchecked = tutela.HashList.load(path, check="layout")
    with pytest.raises(tutela.ChecksumMismatchError):
        unchecked.verify()


def test_an_entry_may_carry_a_phash(tmp_path: Path) -> None:
    first, second = hashes(2)
    phash = tutela.Hash64("00112233445566ff")
    text = tmp_path / "list.txt"
    text.write_text(f"{first}+{phash},one\n{second},two\n{second}+{phash.hex[1:]},bad\n")
    builder = tutela.ListBuilder()
    done = tutela.read_text_list(text, builder)
    assert (done.added, done.skipped) == (2, 1)
    builder.add(second, id="three", phash=phash)
    assert [(entry.id, entry.phash) for entry in builder.build()] == [("one", phash), ("two", None), ("three", phash)]
