"""Scanner and Scan on a temporary folder."""

from __future__ import annotations

import gc
import hashlib
import json
import fcntl
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import tutela
from synthetic import drawing, encode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Known and unknown pictures, a copy, a flat one, a small one, a text and a truncated one."""
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    known = encode(drawing(1), "JPEG", quality=90)
    (folder / "a_known.jpg").write_bytes(known)
    (folder / "b_clean.png").write_bytes(encode(drawing(2)))
    (folder / "c_flat.png").write_bytes(encode(np.full((64, 64, 3), 99, np.uint8)))
    (folder / "d_small.png").write_bytes(encode(drawing(3)[:4, :4]))
    (folder / "e_text.txt").write_text("no picture")
    (folder / "f_cut.jpg").write_bytes(known[: len(known) * 9 // 10])
    (folder / "sub" / "copy.jpg").write_bytes(known)
    return folder


@pytest.fixture(scope="module")
def scanner() -> tutela.Scanner:
    builder = tutela.ListBuilder()
    builder.add(tutela.hash_image(drawing(9)).hash, id="other")
    builder.add(tutela.hash_image(drawing(1)).hash, id="one", category="A", label="first")
    return tutela.Scanner(builder.build())


def outcomes(scan: tutela.Scan, folder: Path) -> dict[str, str]:
    return {os.path.relpath(row.path, folder): row.outcome.name for row in scan}


@pytest.mark.parametrize("jobs", [None, 1, 3])
def test_every_file_has_its_row_in_order(scanner: tutela.Scanner, folder: Path, jobs: int | None) -> None:
    scan = scanner.scan(folder, jobs=jobs)
    found = outcomes(scan, folder)
    assert list(found) == sorted(found)
    assert found == {
        "a_known.jpg": "matched",
        "b_clean.png": "clean",
        "c_flat.png": "low_quality",
        "d_small.png": "too_small",
        "e_text.txt": "unsupported",
        "f_cut.jpg": "matched",
        "sub/copy.jpg": "matched",
    }
    totals = scan.totals
    assert (totals.files, totals.damaged, totals.duplicates, totals.entries_hit) == (7, 1, 1, 3)
    assert totals.count(tutela.Outcome.matched) == 3 and not totals.interrupted
    assert totals.bytes_read > 0
    assert (scan.progress.files_done, scan.progress.files_total, scan.progress.matched) == (7, 7, 3)


def test_a_row_says_all(scanner: tutela.Scanner, folder: Path) -> None:
    row = next(scanner.scan(str(folder)))
    data = (folder / "a_known.jpg").read_bytes()
    assert row.path == str(folder / "a_known.jpg")
    assert (row.size, row.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (row.outcome, row.reason, row.damaged) == (tutela.Outcome.matched, "", False)
    assert (row.format, row.width, row.height, row.orientation) == ("jpeg", 320, 240, 0)
    assert (row.inner, row.decoded_percent, row.frames, row.decode) == ("", 100, 1, "luma")
    assert row.hash is not None and row.hash - tutela.hash_image(data).hash <= 8
    (exact,) = tutela.Scanner(scanner.list, decode="exact").scan(row.path)
    assert exact.decode == "exact"
    assert exact.hash == tutela.hash_image(data).hash and exact.quality == tutela.hash_image(data).quality
    (match,) = row.matches
    assert (match.entry_id, match.category, match.label) == ("one", "A", "first")
    assert (match.frame, match.pts_us) == (0, None)
    assert match.distance == row.hash - tutela.hash_image(drawing(1)).hash <= 31
    assert "matched" in repr(row) and "'one'" in repr(match)
    assert row.hash.hex not in repr(row) + json.dumps(row.to_dict())


def test_a_row_as_a_dictionary(scanner: tutela.Scanner, folder: Path) -> None:
    rows = list(scanner.scan(folder))
    first = rows[0].to_dict()
    assert set(first) == {
        "path", "inner", "size", "sha256", "outcome", "reason", "damaged", "damage_reason", "decoded_percent", "format",
        "width", "height", "orientation", "frames", "decode", "quality", "matches",
        "segments", "timeline",
    }  # fmt: skip
    assert (first["inner"], first["decoded_percent"], first["frames"]) == (None, 100, 1)
    assert (rows[4].to_dict()["decoded_percent"], rows[4].to_dict()["frames"]) == (None, None)
    assert first["decode"] == "luma" and rows[4].to_dict()["decode"] is None
    assert first["outcome"] == "matched" and first["quality"] == rows[0].quality
    assert [first[key] for key in ("reason", "damage_reason", "orientation")] == [None] * 3
    assert first["matches"] == [
        {
            "entry_id": "one",
            "distance": rows[0].matches[0].distance,
            "variant": "plain",
            "frame": 0,
            "pts_us": None,
            "known_us": None,
            "confirm": None,
            "category": "A",
            "label": "first",
        }
    ]
    assert first["segments"] == first["timeline"] == rows[0].segments == rows[0].timeline == []
    assert rows[0].hash is not None and rows[0].to_dict(show_hash=True)["hash"] == rows[0].hash.hex
    assert rows[4].to_dict(show_hash=True)["hash"] is None
    assert all(json.loads(json.dumps(row.to_dict())) == row.to_dict() for row in rows)


def test_the_decode_mode(scanner: tutela.Scanner) -> None:
    assert scanner.facts.decode == "luma"
    assert tutela.Scanner(scanner.list, decode="screen").facts.decode == "screen"
    with pytest.raises(tutela.InvalidArgumentError):
        tutela.Scanner(scanner.list, decode="fast")


def test_several_paths_in_the_order_given(scanner: tutela.Scanner, folder: Path) -> None:
    paths: list[Path | str | bytes] = [folder / "b_clean.png"]
    paths += [str(folder / "sub"), os.fsencode(folder / "a_known.jpg"), folder / "missing"]
    rows = list(scanner.scan(paths))
    assert [os.path.basename(row.path) for row in rows] == ["b_clean.png", "copy.jpg", "a_known.jpg", "missing"]
    assert (rows[3].outcome, rows[3].sha256, rows[3].quality) == (tutela.Outcome.unreadable, None, None)
    assert rows[3].reason and rows[3].to_dict()["reason"] == rows[3].reason
    assert list(scanner.scan([])) == []


def test_a_file_name_of_any_bytes_comes_back(scanner: tutela.Scanner, tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.png")
    with open(name, "wb") as file:
        file.write(encode(drawing(1)))
    (row,) = scanner.scan(tmp_path)
    assert os.fsencode(row.path) == name
    with open(row.path, "rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == row.sha256


def test_bytes_in_memory(scanner: tutela.Scanner) -> None:
    data = encode(drawing(1))
    row = scanner.scan_bytes(data, "upload.png")
    assert (row.path, row.outcome, row.matches[0].distance) == ("upload.png", tutela.Outcome.matched, 0)
    assert scanner.scan_bytes(bytearray(data), "upload.png") == row == scanner.scan_bytes(memoryview(data), "upload.png")
    assert scanner.scan_bytes(b"").outcome is tutela.Outcome.unsupported
    with pytest.raises(TypeError):
        scanner.scan_bytes(drawing(1))
    with pytest.raises(TypeError):
        scanner.scan_bytes("path")  # type: ignore[arg-type]


def test_radius_quality_and_limits_are_heeded(scanner: tutela.Scanner, folder: Path) -> None:
    known = scanner.list
    assert outcomes(tutela.Scanner(known, min_quality=0).scan(folder), folder)["c_flat.png"] != "low_quality"
    assert outcomes(tutela.Scanner(known, radius=256).scan(folder), folder)["b_clean.png"] == "matched"
    assert outcomes(tutela.Scanner(known, max_pixels=100).scan(folder), folder)["a_known.jpg"] == "limit"
    assert outcomes(tutela.Scanner(known, engine="bk_tree").scan(folder), folder)["a_known.jpg"] == "matched"


def test_links_are_followed_only_when_asked(scanner: tutela.Scanner, folder: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "link").symlink_to(folder / "a_known.jpg")
    assert outcomes(scanner.scan(linked), linked) == {"link": "unsupported"}
    following = tutela.Scanner(scanner.list, follow_symlinks=True)
    assert outcomes(following.scan(linked), linked) == {"link": "matched"}


@pytest.mark.parametrize(
    "options", [{"radius": -1}, {"radius": 257}, {"min_quality": 101}, {"max_pixels": -1}, {"engine": "none"}]
)
def test_options_out_of_range_are_value_errors(scanner: tutela.Scanner, options: dict[str, int]) -> None:
    with pytest.raises(tutela.InvalidArgumentError):
        tutela.Scanner(scanner.list, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("jobs", [0, -1, 100_000])
def test_jobs_out_of_range_are_a_value_error(scanner: tutela.Scanner, folder: Path, jobs: int) -> None:
    with pytest.raises(tutela.InvalidArgumentError):
        scanner.scan(folder, jobs=jobs)


def test_what_is_no_path_is_a_type_error(scanner: tutela.Scanner) -> None:
    for paths in (7, [None], [b"a", 7]):
        with pytest.raises(TypeError):
            scanner.scan(paths)  # type: ignore[arg-type]


def test_the_facts_of_a_run(scanner: tutela.Scanner) -> None:
    facts = scanner.facts
    assert (facts.tool_version, facts.hash_algorithm) == (tutela.__version__, "pdq")
    assert (facts.list_digest, facts.list_entries) == (scanner.list.digest, 2)
    assert (facts.radius, facts.min_quality, facts.sampling) == (31, 50, "every")


def many_files(folder: Path, count: int) -> Path:
    folder.mkdir()
    data = encode(drawing(1, 64, 64))
    for number in range(count):
        (folder / f"{number:05}.png").write_bytes(data)
    return folder


def test_a_closed_scan_stops(scanner: tutela.Scanner, tmp_path: Path) -> None:
    folder = many_files(tmp_path / "many", 2000)
    with scanner.scan(folder, jobs=2) as scan:
        first = next(scan)
    assert first.path == str(folder / "00000.png")
    assert list(scan) == []
    assert scan.totals.interrupted and 1 <= scan.totals.files < 2000
    scan.close()


def test_an_abandoned_scan_stops(scanner: tutela.Scanner, tmp_path: Path) -> None:
    folder = many_files(tmp_path / "many", 2000)
    before = threading.active_count(), len(os.listdir("/proc/self/task"))
    scan = scanner.scan(folder, jobs=2)
    next(scan)
    del scan
    gc.collect()
    assert (threading.active_count(), len(os.listdir("/proc/self/task"))) == before


def test_all_rows_arrive_when_the_reader_is_slower(scanner: tutela.Scanner, tmp_path: Path) -> None:
    folder = many_files(tmp_path / "many", 1500)
    scan = scanner.scan(folder)
    while scan.progress.files_done < 200:
        time.sleep(0.001)
    assert scan.progress.files_done < 1500
    assert [os.path.basename(row.path) for row in scan] == [f"{number:05}.png" for number in range(1500)]
    assert scan.totals.files == 1500


def test_scans_of_one_scanner_may_overlap(scanner: tutela.Scanner, folder: Path) -> None:
    first, second = scanner.scan(folder), scanner.scan(folder)
    second.close()
    assert second.totals.interrupted or second.totals.files == 7
    assert len(list(first)) == 7 and not first.totals.interrupted


@pytest.mark.usefixtures("ctrl_c_heard")
def test_ctrl_c_stops_a_scan_that_waits_for_a_row(scanner: tutela.Scanner, tmp_path: Path) -> None:
    # Reading this hole takes far longer than the signal takes to come, so the signal meets a waiting scan.
    with open(tmp_path / "hole", "wb") as hole:
        hole.truncate(1 << 30)
    (tmp_path / "later.png").write_bytes(encode(drawing(1)))
    scan = scanner.scan(tmp_path, jobs=1)
    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        list(scan)
    timer.join()
    assert scan.totals.interrupted
    assert list(scan) == []


def test_a_second_opinion(folder: Path) -> None:
    builder = tutela.ListBuilder()
    known = folder / "a_known.jpg"
    phash = tutela.phash(known)
    builder.add(tutela.hash_image(known).hash, id="agrees", phash=phash)
    builder.add(tutela.hash_image(known).hash, id="differs", phash=tutela.Hash64.from_int(int(phash) ^ 0xFF))
    builder.add(tutela.hash_image(known).hash, id="silent")
    tutela_list = builder.build()
    assert [entry.phash for entry in tutela_list][::2] == [phash, None]
    for source in (tutela_list, tutela.HashList.from_bytes(bytes(tutela_list))):
        scanner = tutela.Scanner(source, confirm_phash_radius=10)
        assert scanner.facts.confirm_phash_radius == 10
        row = scanner.scan_bytes(known.read_bytes())
        assert {match.entry_id: match.confirm for match in row.matches} == {"agrees": 0, "differs": 8, "silent": None}
        assert [match["confirm"] for match in row.to_dict()["matches"]] == [{"phash": 0}, {"phash": 8}, None]
        assert all(match.confirm is None for match in tutela.Scanner(source).scan_bytes(known.read_bytes()).matches)
    for radius in (-1, 65):
        with pytest.raises(tutela.InvalidArgumentError):
            tutela.Scanner(tutela_list, confirm_phash_radius=radius)


def test_a_scan_is_continued_from_its_journal(scanner: tutela.Scanner, folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    whole = scanner.scan(folder, jobs=2)
    expected = list(whole)
    with scanner.scan(folder, jobs=1, journal=journal, keep_hashes=True) as scan:
        assert next(scan) == expected[0]
    with open(journal, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with pytest.raises(tutela.TutelaError):
            scanner.scan(folder, journal=journal, resume=True)  # in use
    with pytest.raises(ValueError):
        scanner.scan(folder, journal=journal)  # taken
    again = scanner.scan(folder, journal=os.fsencode(journal), resume=True, keep_hashes=True)
    assert list(again) == expected
    totals, wanted = again.totals, whole.totals
    assert (totals.files, totals.duplicates, totals.entries_hit) == (wanted.files, wanted.duplicates, wanted.entries_hit)
    # Complete: every row comes out of the journal, even when the files are gone.
    (folder / "b_clean.png").unlink()
    assert list(scanner.scan(folder, journal=journal, resume=True, keep_hashes=True)) == expected


def test_a_journal_keeps_no_hash_unasked(scanner: tutela.Scanner, folder: Path, tmp_path: Path) -> None:
    journal = tmp_path / "scan.journal"
    first = list(scanner.scan(folder, journal=journal))
    assert first[0].hash is not None
    assert bytes(first[0].hash) not in journal.read_bytes()
    assert [row.hash for row in scanner.scan(folder, journal=journal, resume=True)] == [None] * len(first)
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_journal_that_cannot_be_used(scanner: tutela.Scanner, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        scanner.scan(folder, resume=True)
    with pytest.raises(FileNotFoundError):
        scanner.scan(folder, journal=tmp_path / "absent", resume=True)
    with pytest.raises(tutela.TutelaError):
        scanner.scan(folder, journal=folder / "e_text.txt", resume=True)
    journal = tmp_path / "scan.journal"
    list(scanner.scan(folder, journal=journal))
    other = scanner.scan(folder / "sub", journal=journal, resume=True)
    with pytest.raises(ValueError, match="paths"):
        list(other)
