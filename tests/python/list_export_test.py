"""Lists that go out to others and come back, what they carry, and filters."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import tutela
from synthetic import drawing, encode

NEW_YEAR_US = 1_767_225_600_000_000  # of 2026


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def pdq(seed: int) -> tutela.Hash256:
    return tutela.Hash256.from_bytes(np.random.default_rng(seed).bytes(32))


def rich_list() -> tutela.HashList:
    builder = tutela.ListBuilder()
    builder.add_item(
        pdq(1),
        id="both",
        category="1",
        label="a; b",
        source="hotline",
        scheme="vics",
        region="US",
        md5=md5(b"both"),
        updated_us=NEW_YEAR_US,
        carried=[("photodna", bytes(range(144))), ("tmk", "läbel ✓")],
    )
    builder.add_item(md5=md5(b"file"), id="file", category="2", source="police", scheme="vics", region="UK")
    builder.add_item(id="only carried", source="hotline", carried=[("photodna", bytes(144))])
    frames = [(pdq(seed), 90, seed * 1_000_000) for seed in range(10, 13)]
    builder.add_video(frames, "clip", "A1", "a", source="police", updated_us=-1, carried=[("tmk", "text")])
    return tutela.HashList.from_bytes(bytes(builder.build()))


def told(known: tutela.HashList) -> list[tuple[object, ...]]:
    """All that a list tells of its things, but for their hashes."""
    files = [known.file_entry(number) for number in range(known.file_entry_count)]
    videos = [known.video(number) for number in range(known.video_count)]
    things: list[tutela.Entry | tutela.FileEntry | tutela.Video] = [*known, *files, *videos]
    return [
        (thing.id, thing.category, thing.label, thing.source, thing.scheme, thing.region)
        + (thing.updated_us, thing.carried)
        for thing in things
    ] + [(known.find_file(md5=md5(b"both")), known.find_file(md5=md5(b"file")))]


def test_entries_say_who_says_so_and_what_they_carry() -> None:
    known = rich_list()
    entry = known[0]
    assert (entry.source, entry.scheme, entry.region) == ("hotline", "vics", "US")
    assert entry.updated_us == known.file_entry(0).updated_us == NEW_YEAR_US
    assert entry.carried == known.file_entry(0).carried == [("photodna", bytes(range(144))), ("tmk", "läbel ✓")]
    assert known.file_entry(1).updated_us is None and known.file_entry(1).carried == []
    video = known.video(0)
    assert (video.source, video.updated_us, video.carried) == ("police", -1, [("tmk", "text")])
    assert known[1].source == "police"  # a frame of it


def test_what_has_nothing_to_be_found_by_is_counted_apart() -> None:
    known = rich_list()
    assert known.unmatchable_count == 1
    assert [known.file_entry(n).unmatchable for n in range(known.file_entry_count)] == [False, False, True]


@pytest.mark.parametrize(
    "carried", [[("photodna", b"")], [("Upper", b"x")], [("tmk", "nul\0")], [("tmk", bytes(1 << 16))]]
)
def test_malformed_carried_hashes_are_refused(carried: list[tuple[str, bytes | str]]) -> None:
    builder = tutela.ListBuilder()
    with pytest.raises(tutela.InvalidArgumentError):
        builder.add_item(pdq(1), carried=carried)
    with pytest.raises(tutela.InvalidArgumentError):
        builder.add_item(pdq(1), updated_us=1 << 62)
    assert len(builder) == 0


def test_an_export_as_json_lines_comes_back_whole(tmp_path: Path) -> None:
    known = rich_list()
    path = tmp_path / "known.jsonl"
    path.write_text("what was there before")
    path.chmod(0o644)
    report = known.export(path)
    assert (report.written, report.reduced, report.left_out, report.filtered, report.disabled) == (4, 0, 0, 0, 0)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and os.listdir(tmp_path) == ["known.jsonl"]
    builder = tutela.ListBuilder()
    read = tutela.import_list(path, builder)
    assert read.format == "jsonl" and read.skipped == 0 and read.first_problems == []
    assert (read.records, read.added, read.never_matchable) == (4, 3, 1)
    again = builder.build()
    assert told(again) == told(known) and np.array_equal(again.hashes, known.hashes)
    again.export(tmp_path / "again.jsonl")
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("format", "read_as"), [("vics", "vics"), ("csv", "csv"), ("threatexchange", "threatexchange-csv")]
)
def test_the_other_formats_come_back(tmp_path: Path, format: str, read_as: str) -> None:
    report = rich_list().export(tmp_path / "out", format)  # type: ignore[arg-type]
    assert report.written >= 3 and report.written + report.left_out == 4
    builder = tutela.ListBuilder()
    assert tutela.import_list(tmp_path / "out", builder, source="again").format == read_as
    assert builder.build()[0].hash == pdq(1) and builder.build()[0].source == "again"


def test_exports_that_cannot_be(tmp_path: Path) -> None:
    known = rich_list()
    with pytest.raises(tutela.InvalidArgumentError):
        known.export(tmp_path / "out", "pdf")  # type: ignore[arg-type]
    with pytest.raises(tutela.InvalidArgumentError):
        known.export(tmp_path / "out", "vics", region="no name!")
    with pytest.raises(tutela.NotFoundError):
        known.export(tmp_path / "missing" / "out")
    (tmp_path / "folder").mkdir()
    with pytest.raises(tutela.InputOutputError):
        known.export(tmp_path / "folder")
    assert os.listdir(tmp_path) == ["folder"]


def test_columns_of_other_tables_are_named(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(f"Number,Digest\n7,{md5(b'seven')}\n8,no hash\n")
    builder = tutela.ListBuilder()
    report = tutela.import_list(table, builder, format="csv", columns={"md5": "Digest", "id": "Number"})
    assert (report.records, report.added, report.skipped) == (2, 1, 1)
    assert report.counts_lines and report.first_problems[0].position == 3 and report.first_problems[0].reason
    assert builder.build().file_entry(0).id == "7"
    with pytest.raises(tutela.InvalidArgumentError):
        tutela.import_list(table, builder, format="none such")
    with pytest.raises(tutela.NotFoundError):
        tutela.import_list(tmp_path / "missing", builder)


@pytest.mark.parametrize(
    ("filter", "ids"),
    [
        (tutela.ListFilter(), ["both", "file", "only carried", "clip"]),
        (tutela.ListFilter(sources=["hotline"]), ["both", "only carried"]),
        (tutela.ListFilter(sources=["hotline", "police"], categories=["vics/UK:2", "A1"]), ["file", "clip"]),
        (tutela.ListFilter(labels=["a"]), ["both", "clip"]),
        (tutela.ListFilter(sources=["nobody"]), []),
    ],
)
def test_a_filter_admits_a_part(tmp_path: Path, filter: tutela.ListFilter, ids: list[str]) -> None:
    known = rich_list()
    things: list[tutela.Entry | tutela.FileEntry | tutela.Video] = [known[0], known.video(0)]
    things[1:1] = [known.file_entry(1), known.file_entry(2)]
    assert [thing.id for thing in things if filter.admits(thing)] == ids
    report = known.export(tmp_path / "part", filter=filter)
    assert report.written == len(ids) and report.written + report.filtered == 4


def test_a_filter_says_what_it_is() -> None:
    filter = tutela.ListFilter(sources=["s"], categories=["1", "vics:1", "vics/US:1", ":a:b"], labels=["l"])
    assert (filter.sources, filter.labels) == (["s"], ["l"])
    assert filter.categories == ["1", "vics:1", "vics/US:1", ":a:b"]
    same = tutela.ListFilter(sources=filter.sources, categories=filter.categories, labels=filter.labels)
    assert same == filter and hash(same) == hash(filter) and filter != tutela.ListFilter()
    assert 'source "s"' in filter.text and "vics" in repr(filter) and tutela.ListFilter().text == ""
    with pytest.raises(tutela.InvalidArgumentError):
        tutela.ListFilter(categories=["vics:"])
    with pytest.raises(TypeError):
        filter.admits("an entry")  # type: ignore[arg-type]


def two_sources() -> tutela.HashList:
    builder = tutela.ListBuilder()
    hash = tutela.hash_image(drawing(1)).hash
    for source in ("hotline", "police"):
        builder.add_item(hash, id=source, source=source)
    builder.add_item(md5=md5(b"known text"), id="text", source="police")
    return builder.build()


def test_a_scanner_with_a_filter_matches_a_part(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode(drawing(1)))
    (tmp_path / "b.txt").write_bytes(b"known text")
    filter = tutela.ListFilter(sources=["hotline"])
    scanner = tutela.Scanner(two_sources(), filter=filter, isolation="in_process")
    assert scanner.facts.filter == filter.text
    picture, text = scanner.scan(tmp_path)
    assert [match.entry_id for match in picture.matches] == ["hotline"]
    assert text.matches == [] and text.outcome != tutela.Outcome.matched
    everything = tutela.Scanner(two_sources(), isolation="in_process")
    assert everything.facts.filter == ""
    assert [len(row.matches) for row in everything.scan(tmp_path)] == [2, 1]


def test_a_filtered_index_serves_searches_and_streams() -> None:
    known = two_sources()
    index = tutela.Index(known)
    part = index.filtered(known, tutela.ListFilter(sources=["police"]))
    hash = known[0].hash
    assert [neighbor.position for neighbor in index.search(hash)] == [0, 1]
    assert [neighbor.position for neighbor in part.search(hash)] == [1]
    assert part.search_many([hash, hash])[1].tolist() == [1, 1]
    stream = tutela.Stream(known, index=part)
    events = stream.push(np.asarray(drawing(1)), 0)
    assert [event.entry_id for event in events if event.kind == "match"] == ["police"]
    with pytest.raises(tutela.InvalidArgumentError):
        index.filtered(rich_list(), tutela.ListFilter(sources=["police"]))
