"""Lists that know files by the hashes of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import tutela


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def test_a_thing_is_known_by_any_of_its_hashes() -> None:
    data = b"a file"
    sha256 = hashlib.sha256(data).hexdigest().upper()
    builder = tutela.ListBuilder()
    builder.add_item(
        tutela.Hash256.from_bytes(bytes(range(32))),
        md5=md5(data),
        sha256=sha256,
        id="x",
        category="1",
        source="hotline",
        scheme="vics",
        region="US",
    )
    builder.add_item(md5=md5(b"other"), harmless=True)
    known = tutela.HashList.from_bytes(bytes(builder.build()))
    assert len(known) == 1 and known.file_entry_count == 2
    assert known.find_file(md5=md5(data)) == [(0, "md5")]
    assert known.find_file(md5=md5(data), sha256=sha256) == [(0, "sha256")]
    assert known.find_file(sha1="0" * 40) == []
    entry = known.file_entry(0)
    assert (entry.id, entry.category, entry.source, entry.scheme, entry.region) == ("x", "1", "hotline", "vics", "US")
    assert entry.position == 0 and not entry.harmless
    assert known.file_entry(1).harmless and known.file_entry(1).position is None
    with pytest.raises(IndexError):
        known.file_entry(2)


@pytest.mark.parametrize("hashes", [{}, {"md5": "12"}, {"sha1": "z" * 40}, {"md5": md5(b"")}])
def test_what_knows_nothing_again_is_refused(hashes: dict[str, str]) -> None:
    with pytest.raises(tutela.InvalidArgumentError) as caught:
        tutela.ListBuilder().add_item(**hashes)  # type: ignore[arg-type]
    assert not any(value in str(caught.value) for value in hashes.values() if len(value) > 2)


def test_a_scan_looks_every_file_up(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"known text")
    (tmp_path / "b.txt").write_bytes(b"harmless text")
    builder = tutela.ListBuilder()
    builder.add_item(md5=md5(b"known text"), id="text")
    harmless = tutela.ListBuilder()
    harmless.add_item(md5=md5(b"harmless text"), harmless=True)
    scanner = tutela.Scanner(builder.build(), harmless_files=harmless.build())
    first, second = scanner.scan(tmp_path)
    assert first.outcome is tutela.Outcome.matched
    assert [(match.entry_id, match.variant, match.distance) for match in first.matches] == [("text", "md5", 0)]
    assert second.outcome is tutela.Outcome.harmless
