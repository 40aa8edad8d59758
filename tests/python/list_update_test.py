"""Lists that change while they are read."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tutela


def hash_of(name: str) -> tutela.Hash256:
    seed = int.from_bytes(name.encode(), "big")
    return tutela.Hash256.from_bytes(np.random.default_rng(seed).bytes(32))


def list_of(*names: str, category: str = "1") -> tutela.HashList:
    builder = tutela.ListBuilder()
    for name in names:
        builder.add(hash_of(name), id=name, category=category)
    return builder.build()


def found(index: tutela.Index, name: str) -> int:
    return len(index.search(hash_of(name), 31))


def test_a_follower_sees_changes(tmp_path: Path) -> None:
    path = tmp_path / "known.tutela"
    list_of("a", "b").save(path)
    follower = tutela.ListFollower(path)
    assert follower.generation == 0
    assert not follower.refresh()
    changes = tutela.update_list_file(path, put=list_of("c"), disable=["a"])
    assert (changes.added, changes.disabled, changes.not_found) == (1, 1, 0)
    assert follower.refresh()
    known, index = follower.current
    assert [found(index, name) for name in "abc"] == [0, 1, 1]
    assert known.has_delta
    assert known.inactive_count == 2
    states = {entry.id: known.entry_state(position) for position, entry in enumerate(known) if position >= 2}
    assert states == {"a": "disabled", "c": "active"}
    assert known.entry_state(0) == "withdrawn"
    tutela.update_list_file(path, remove=[("", "b")], enable=["a"])
    compacted = tutela.compact_list_file(path, jobs=1)
    assert not compacted.has_delta
    assert follower.refresh()
    assert [found(follower.current[1], name) for name in "abc"] == [1, 0, 1]
    assert follower.list.digest == compacted.digest


def test_what_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "known.tutela"
    builder = tutela.ListBuilder()
    builder.add_item(hash=hash_of("a"), id="x", source="one")
    builder.add_item(hash=hash_of("b"), id="x", source="two")
    builder.build().save(path)
    with pytest.raises(tutela.InvalidArgumentError):
        tutela.update_list_file(path, disable=["x"])
    assert tutela.update_list_file(path, disable=[("two", "x"), "y"]).first_not_found == ["y"]
    assert tutela.HashList.load(path).known_count == 1
    with pytest.raises(tutela.NotFoundError):
        tutela.update_list_file(tmp_path / "none", disable=["x"])
    text = tmp_path / "known.txt"
    text.write_text(hash_of("a").hex + "\n")
    with pytest.raises(tutela.UnsupportedError):
        tutela.ListFollower(text)


def test_an_encrypted_list_has_an_encrypted_delta(tmp_path: Path) -> None:
    path = tmp_path / "known.tutela"
    key = bytes(range(32))
    list_of("a").save(path, key=key)
    tutela.update_list_file(path, put=list_of("b"), key=key)
    delta = (tmp_path / "known.tutela.delta").read_bytes()
    assert bytes.fromhex(hash_of("b").hex) not in delta
    assert not delta.startswith(b"\x89TUTELA\n")
    assert tutela.HashList.load(path, key=key).known_count == 2
    with pytest.raises(tutela.PermissionDeniedError):
        tutela.HashList.load(path)


def test_a_scanner_goes_on_with_another_list(tmp_path: Path) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (12, 12, 3), dtype=np.uint8).repeat(10, 0).repeat(10, 1)
    file = io.BytesIO()
    PIL.Image.fromarray(pixels).save(file, "png")
    picture = file.getvalue()
    shown = tutela.hash_image(pixels).hash
    builder = tutela.ListBuilder()
    builder.add(shown, id="known")
    scanner = tutela.Scanner(list_of("a"), isolation="in_process")
    other = scanner.with_list(builder.build())
    assert str(scanner.scan_bytes(picture).outcome) != str(other.scan_bytes(picture).outcome)
    assert other.scan_bytes(picture).matches[0].entry_id == "known"
    with pytest.raises(tutela.InvalidArgumentError):
        scanner.with_list(list_of("a", "b"), tutela.Index(list_of("a")))


def test_swaps_while_threads_search(tmp_path: Path) -> None:
    path = tmp_path / "known.tutela"
    list_of("a", "b").save(path)
    follower = tutela.ListFollower(path)
    published = 0
    wrong: list[str] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            before = published
            follower.refresh()
            known, index = follower.current
            categories = [entry.category for entry in known if entry.id == "n"]
            state = int(categories[-1]) if categories else 0
            if state < before:
                wrong.append(f"stale: {state} < {before}")
            if found(index, "a") != (0 if state % 2 == 1 else 1) or found(index, "b") != 1:
                wrong.append(f"torn at {state}")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(1, 60):
        change = {"disable" if number % 2 == 1 else "enable": ["a"]}
        tutela.update_list_file(path, put=list_of("n", category=str(number)), **change)  # type: ignore[arg-type]
        published = number
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
