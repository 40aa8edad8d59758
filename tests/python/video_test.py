"""Known videos, vPDQ files, and the comparison of videos, beside the matcher of python-threatexchange."""

import random
import sys
import types

import pytest

import tutela


def frames(count, rng, low=40, high=60):
    return [
        (tutela.Hash256.from_hex(f"{rng.getrandbits(256):064x}"), rng.randint(low, high), n * 1_000_000)
        for n in range(count)
    ]


def test_a_list_holds_videos():
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
    for call in (lambda: known.video(1), lambda: known.frame_place(5)):
        with pytest.raises(IndexError):
            call()
    for bad in ([], [video[1], video[0]], [(video[0][0], 101, 0)], [(video[0][0], 50, -1)]):
        with pytest.raises(tutela.InvalidArgumentError):
            builder.add_video(bad)


@pytest.mark.parametrize("form", ["text", "json"])
def test_vpdq_files(tmp_path, form):
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
        tutela.write_vpdq(video, "xml")


def test_segments():
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
def reference(monkeypatch):
    """The matcher of python-threatexchange; of the native package that it imports, matching uses nothing."""
    pytest.importorskip("threatexchange")
    stand_in = types.ModuleType("vpdq")
    stand_in.VpdqFeature = object
    monkeypatch.setitem(sys.modules, "vpdq", stand_in)
    from threatexchange.extensions.vpdq import vpdq_brute_matcher, vpdq_util

    return vpdq_brute_matcher.match_VPDQ_hash_brute, vpdq_util


def similar(rng, pictures):
    """Frames within a few bits of few pictures, some with equal hashes, of qualities around the limit."""
    video = []
    for n in range(rng.randint(1, 40)):
        value = rng.choice(pictures)
        for _ in range(rng.choice((0, 0, 12, 24, 34))):
            value ^= 1 << rng.randrange(256)
        video.append((tutela.Hash256.from_hex(f"{value:064x}"), rng.randint(47, 54), n * 500_000))
    return video


def test_percentages_are_those_of_the_reference(reference):
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


def test_files_are_those_of_the_reference(reference, tmp_path):
    _, util = reference
    video = frames(50, random.Random(5))
    features = [util.VpdqCompactFeature(str(pdq), quality, time / 1e6) for pdq, quality, time in video]
    path = tmp_path / "video.json"
    path.write_text(util.vpdq_to_json(features, indent=1))
    assert tutela.read_vpdq(path).frames == video  # its three significant digits suffice here
    assert util.json_to_vpdq(tutela.write_vpdq(video, "json")) == features
