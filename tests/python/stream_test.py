"""Streams of frames: the events that they give, beside a scan of the same frames."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tutela
from numpy.typing import NDArray
from PIL import Image
from synthetic import drawing

HALF_SECOND = 500_000


def picture(number: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(drawing(number)).convert("L"))


def known_list() -> tutela.HashList:
    """The video X, pictures 100 to 129, and a still, 500."""
    video = []
    for n, number in enumerate(range(100, 130)):
        made = tutela.hash_image(picture(number))
        video.append((made.hash, made.quality, n * HALF_SECOND))
    builder = tutela.ListBuilder()
    builder.add_video(video, id="X", category="A1", label="a label")
    builder.add(tutela.hash_image(picture(500)).hash, id="still")
    return builder.build()


def test_a_stream_says_what_a_scan_says() -> None:
    numbers = [*range(1000, 1010), *range(110, 125), 500, 500, *range(1010, 1030)]
    pictures = [Image.fromarray(picture(number)) for number in numbers]
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], duration=500)
    known = known_list()
    row = tutela.Scanner(known, isolation="in_process").scan_bytes(file.getvalue(), "a.gif")
    stream = tutela.Stream(known, name="cam 1")
    events: list[tutela.StreamEvent] = []
    for n, number in enumerate(numbers):
        events += stream.push(picture(number), n * HALF_SECOND, wall_us=n)
    events += stream.finish()

    (first, *_) = events
    assert (first.kind, first.stream, first.run, first.wall_us) == ("match", "cam 1", 0, 10)
    assert (first.entry_id, first.category, first.label, first.variant) == ("X", "A1", "a label", "plain")
    assert (first.frame, first.pts_us, first.known_us, first.distance) == (10, 5_000_000, 5_000_000, 0)
    assert (first.sighting_start_us, first.sighting_end_us, first.sighting_frames) == (5_000_000, 5_000_000, 1)
    assert first.segment is None and first.health is None
    (segment,) = [event.segment for event in events if event.kind == "segment_ended"]
    (expected,) = row.segments
    assert segment is not None
    assert (segment.start_us, segment.end_us) == (expected.start_us, expected.end_us)
    assert (segment.known_start_us, segment.known_end_us) == (expected.known_start_us, expected.known_end_us)
    assert (segment.frames, segment.speed, segment.variant) == (expected.frames, 1.0, "plain")
    ended = {event.entry_id: event for event in events if event.kind == "sighting_ended"}
    assert set(ended) == {match.entry_id for match in row.matches} == {"X", "still"}
    assert (ended["X"].sighting_frames, ended["still"].sighting_frames) == (15, 2)
    assert ended["still"].known_us is None
    assert any(event.segment for event in events if event.kind == "match")


def test_events_are_lines_of_json() -> None:
    stream = tutela.Stream(known_list(), name=b"a\xff\n")
    (event,) = stream.push(picture(500), -5)
    line = event.to_json()
    assert line.isascii() and "\n" not in line
    plain = json.loads(line)
    assert plain["event"] == "match" and plain["entry_id"] == "still" and plain["pts_us"] == -5
    assert (plain["stream"], plain["stream_hex"]) == ("a\ufffd\n", "61ff0a")
    assert stream.name.encode("utf-8", "surrogateescape") == b"a\xff\n" == event.stream.encode("utf-8", "surrogateescape")
    assert repr(event) == f"<tutela.StreamEvent {line}>"
    assert event == event and event != stream.health()
    health = json.loads(stream.health(7).to_json())
    assert (health["event"], health["frames"], health["wall_us"]) == ("health", 1, 7)


def test_frames_of_all_kinds() -> None:
    stream = tutela.Stream(known_list(), profile="plain")
    gray = picture(500)
    limited = np.rint(gray * (219 / 255) + 16).astype(np.uint8)
    frames = [np.repeat(gray[:, :, None], 3, axis=2), gray[::-1][::-1], gray]
    (event,) = stream.push(limited, 0, limited_range=True)
    assert event.distance is not None and event.distance <= 4
    for n, frame in enumerate(frames):
        stream.push(frame, n + 1)
    (end,) = stream.finish()
    assert end.sighting_frames == 4
    with pytest.raises(tutela.InvalidArgumentError):
        stream.push(frames[0], 9, limited_range=True)
    with pytest.raises(tutela.InvalidArgumentError):
        stream.push(np.zeros((8, 8, 4), np.uint8), 9)
    with pytest.raises(tutela.TooSmallError):
        stream.push(np.zeros((4, 4), np.uint8), 9)
    for bad in (b"GIF89a", "a.gif", None, np.zeros((8, 8), np.float32)):
        with pytest.raises(TypeError):
            stream.push(bad, 9)  # type: ignore[arg-type]
    health = stream.health().health
    assert health is not None
    assert (health.frames, health.matched, health.refused) == (4, 4, 1)  # one alone came as far as the stream
    assert health.last_pts_us == 3
    assert repr(health) == "<tutela.StreamHealth of 4 frames, 4 matched>"


def test_a_list_is_swapped() -> None:
    known = known_list()
    builder = tutela.ListBuilder()
    builder.add(tutela.hash_image(picture(7)).hash, id="new")
    other = builder.build()
    index = tutela.Index(known)
    streams = [tutela.Stream(known, name=str(n), index=index) for n in range(3)]
    for stream in streams:
        assert [event.entry_id for event in stream.push(picture(500), 0)] == ["still"]
        assert stream.set_list(known) == []
        with pytest.raises(tutela.InvalidArgumentError):
            stream.set_list(other, index=index)
        assert [event.kind for event in stream.set_list(other, 3, tutela.Index(other))] == ["sighting_ended"]
        assert stream.list.digest == other.digest
        assert stream.push(picture(500), 1) == []
        assert [event.entry_id for event in stream.push(picture(7), 2)] == ["new"]
    with pytest.raises(TypeError):
        tutela.Stream(known, index=3)  # type: ignore[arg-type]


def test_options() -> None:
    known = known_list()
    for options in ({"radius": 257}, {"min_quality": -1}, {"orientation": 9}, {"gap_us": 0}, {"repeat_interval_us": 0}):
        with pytest.raises(tutela.InvalidArgumentError):
            tutela.Stream(known, **options)  # type: ignore[arg-type]
    for names in ({"profile": "best"}, {"engine": "steam"}):
        with pytest.raises(tutela.InvalidArgumentError):
            tutela.Stream(known, **names)  # type: ignore[arg-type]
    stream = tutela.Stream(known, repeat_interval_us=1_000_000, profile="plain", orientation=6, engine="flat")
    said = [n for n in range(40) if stream.push(picture(500), n * 100_000)]
    assert said == [0, 10, 20, 30]
    assert repr(stream) == "<tutela.Stream ''>"


def test_the_example(tmp_path: Path) -> None:
    known_list().save(tmp_path / "known.tutela")
    frames = [picture(number) for number in (1000, 500, 500)]
    height, width = frames[0].shape
    command = [sys.executable, "-B", str(Path(__file__).parents[2] / "examples" / "stream.py")]
    command += [str(tmp_path / "known.tutela"), str(width), str(height), "2"]
    pixels = b"".join(frame.tobytes() for frame in frames) + b"cut"
    result = subprocess.run(command, input=pixels, stdout=subprocess.PIPE, timeout=120, check=True)
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["event"] for event in events] == ["match", "sighting_ended", "health"]
    assert (events[0]["entry_id"], events[0]["pts_us"]) == ("still", 500_000)
    assert events[1]["sighting"] == {"start_us": 500_000, "end_us": 1_000_000, "frames": 2}
    assert events[2]["frames"] == 3
