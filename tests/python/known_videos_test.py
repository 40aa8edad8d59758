"""Known videos, vPDQ files, and the comparison of videos, beside the matcher of python-threatexchange."""

from __future__ import annotations

import importlib.util
import io
import json
import random
import sys
import types
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
import tutela
from PIL import Image
from synthetic import drawing

Frames = list[tuple[tutela.Hash256, int, int]]


def frames(count: int, rng: random.Random, low: int = 40, high: int = 60) -> Frames:
    return [
        (tutela.Hash256.from_hex(f"{rng.getrandbits(256):064x}"), rng.randint(low, high), n * 1_000_000)
        for n in range(count)
    ]


def test_a_list_holds_videos() -> None:
    video = frames(4, random.Random(1))
    builder = tutela.ListBuilder()
    builder.add(video[0][0], id="still")
    builder.add_video(video, id="video", category="A1")
    known = builder.build()
    assert len(known) == 5
    assert known.video_count == 1
    assert known.known_count == 2
    held = known.video(0)
    assert (held.id, held.category, held.label, held.first_position) == ("video", "A1", "", 1)
    assert held.times_us == [0, 1_000_000, 2_000_000, 3_000_000]
    assert held.qualities == [quality for _, quality, _ in video]
    assert len(held) == 4
    assert repr(held) == "Video(id='video', category='A1', label='', frames=4)"
    assert known.frame_place(0) is None
    assert known.frame_place(3) == (0, 2)
    assert known[3].id == "video"
    with pytest.raises(IndexError):
        known.video(1)
    with pytest.raises(IndexError):
        known.frame_place(5)
    bad: Frames
    for bad in ([], [video[1], video[0]], [(video[0][0], 101, 0)], [(video[0][0], 50, -1)]):
        with pytest.raises(tutela.InvalidArgumentError):
            builder.add_video(bad)


@pytest.mark.parametrize("form", ["text", "json"])
def test_vpdq_files(tmp_path: Path, form: Literal["text", "json"]) -> None:
    video = frames(30, random.Random(2))
    path = tmp_path / "video"
    path.write_text(tutela.write_vpdq(video, form))
    read = tutela.read_vpdq(path)
    assert read.frames == video
    assert (read.rows, read.skipped, read.first_skipped) == (30, 0, [])
    path.write_text("no vPDQ\n")
    with pytest.raises(tutela.CorruptError):
        tutela.read_vpdq(path)
    with pytest.raises(ValueError):
        tutela.write_vpdq(video, "xml")  # type: ignore[arg-type]


def test_segments() -> None:
    rng = random.Random(3)
    known = frames(60, rng, 60, 100)
    query = frames(10, rng, 60, 100) + [(pdq, quality, time - 10_000_000) for pdq, quality, time in known[20:50]]
    result = tutela.compare_videos(query, known)
    assert (result.query_match_percent, result.compared_match_percent) == (75, 50)
    (segment,) = result.segments
    assert (segment.query_start_us, segment.query_end_us) == (10_000_000, 39_000_000)
    assert (segment.known_start_us, segment.known_end_us) == (20_000_000, 49_000_000)
    assert (segment.frames, segment.least_distance) == (30, 0)


@pytest.fixture
def reference(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The matcher of python-threatexchange; of the native package that it imports, matching uses nothing."""
    if importlib.util.find_spec("threatexchange") is None:  # not a skip: the tests would say nothing without it
        pytest.fail("threatexchange is not installed: pip install -r tests/python/requirements.txt", pytrace=False)
    stand_in = types.ModuleType("vpdq")
    vars(stand_in)["VpdqFeature"] = object
    monkeypatch.setitem(sys.modules, "vpdq", stand_in)
    from threatexchange.extensions.vpdq import vpdq_brute_matcher, vpdq_util

    return vpdq_brute_matcher.match_VPDQ_hash_brute, vpdq_util


def similar(rng: random.Random, pictures: list[int]) -> Frames:
    """Frames within a few bits of few pictures, some with equal hashes, of qualities around the limit."""
    video: Frames = []
    for n in range(rng.randint(1, 40)):
        value = rng.choice(pictures)
        for _ in range(rng.choice((0, 0, 12, 24, 34))):
            value ^= 1 << rng.randrange(256)
        video.append((tutela.Hash256.from_hex(f"{value:064x}"), rng.randint(47, 54), n * 500_000))
    return video


def test_percentages_are_those_of_the_reference(reference: Any) -> None:
    match, util = reference
    rng = random.Random(4)
    compared = 0
    for _ in range(300):
        pictures = [rng.getrandbits(256) for _ in range(rng.randint(1, 10))]
        query, known = similar(rng, pictures), similar(rng, pictures)
        features = [
            [util.VpdqCompactFeature(str(pdq), quality, time / 1e6) for pdq, quality, time in video]
            for video in (query, known)
        ]
        got = tutela.compare_videos(query, known)
        try:
            expected = match(*features, util.VPDQ_QUALITY_THRESHOLD, util.VPDQ_DISTANCE_THRESHOLD)
        except ZeroDivisionError:  # a video without a frame of sufficient quality
            assert (got.query_match_percent, got.compared_match_percent) == (0, 0)
            continue
        compared += 1
        assert got.query_match_percent == expected.query_match_percent
        assert got.compared_match_percent == expected.compared_match_percent
    assert compared > 200


def test_files_are_those_of_the_reference(reference: Any, tmp_path: Path) -> None:
    _, util = reference
    video = frames(50, random.Random(5))
    features = [util.VpdqCompactFeature(str(pdq), quality, time / 1e6) for pdq, quality, time in video]
    path = tmp_path / "video.json"
    path.write_text(util.vpdq_to_json(features, indent=1))
    assert tutela.read_vpdq(path).frames == video  # its three significant digits suffice here
    assert util.json_to_vpdq(tutela.write_vpdq(video, "json")) == features


def animation(numbers: list[int]) -> bytes:
    """A GIF of these pictures, half a second each."""
    pictures = [Image.fromarray(drawing(number)).convert("L") for number in numbers]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=500)
    return out.getvalue()


def test_a_scan_says_from_when_to_when() -> None:
    known = list(range(100, 130))
    video: Frames = []
    for n, number in enumerate(known):
        made = tutela.hash_image(np.asarray(Image.fromarray(drawing(number)).convert("L")))
        video.append((made.hash, made.quality, n * 500_000))
    builder = tutela.ListBuilder()
    builder.add_video(video, id="X", category="A1", label="a label")
    scanner = tutela.Scanner(builder.build(), isolation="in_process")
    row = scanner.scan_bytes(animation([*range(1000, 1010), *known[10:25], 1010]), "a.gif")
    assert row.outcome == tutela.Outcome.matched
    (match,) = row.matches
    assert match.entry_id == "X" and match.known_us is not None and match.pts_us == match.known_us
    (segment,) = row.segments
    assert (segment.start_us, segment.end_us) == (5_000_000, 12_000_000)
    assert (segment.known_start_us, segment.known_end_us) == (5_000_000, 12_000_000)
    assert (segment.entry_id, segment.frames, segment.speed, segment.variant) == ("X", 15, 1.0, "plain")
    assert (segment.query_percent, segment.compared_percent) == (57, 50)
    assert (segment.category, segment.label) == ("A1", "a label")
    assert repr(segment) == "MatchSegment(5000000..12000000 equals 'X' 5000000..12000000)"
    assert len(row.timeline) == 26
    assert (row.timeline[0].match, row.timeline[0].distance) == (None, None)
    assert row.timeline[10].match == 0 and row.timeline[10].pts_us == 5_000_000
    plain = row.to_dict()
    assert plain["segments"][0]["end_us"] == 12_000_000 and plain["segments"][0]["distance"] == segment.distance
    assert plain["timeline"][0] == [0, None, row.timeline[0].quality, None]
    assert json.loads(json.dumps(plain)) == plain
    assert scanner.scan_bytes(animation(list(range(1000, 1030))), "b.gif").segments == []
