"""Recordings that were changed are found with the times of what they show; other recordings are not."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from support import tutela

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "photos"))
from photos import all_photos  # noqa: E402

SHOT_SECONDS = 5
SHOTS = 8
WITHIN_US = 1_000_000
# What becomes of a copy: options of ffmpeg.
COPIES = {
    "crf35.mp4": ("-c:v", "libx264", "-preset", "veryfast", "-crf", "35"),
    "small.mkv": ("-vf", "scale=240:136", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28"),
    "fps15.mp4": ("-r", "15", "-c:v", "libx264", "-preset", "veryfast", "-crf", "28"),
    "mirrored.webm": ("-vf", "hflip", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "600k"),
    "letterboxed.avi": ("-vf", "pad=480:360:0:45", "-c:v", "mpeg4", "-q:v", "6"),
}
CUT_START, CUT_SECONDS = 22, 10
LONG_SHOTS, LONG_SHOT_SECONDS = 60, 10  # ten minutes


def ffmpeg(*args):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, args)]
    subprocess.run(command, check=True, timeout=240)


def record(photos, path):
    """A camera that moves over photographs, cutting from one to the next."""
    inputs, chains = [], []
    for at, photo in enumerate(photos):
        inputs += ["-loop", "1", "-framerate", "25", "-t", str(SHOT_SECONDS), "-i", str(photo.path)]
        chains.append(
            f"[{at}:v]scale=640:480:force_original_aspect_ratio=increase,crop=480:270:"
            f"x='(iw-480)*(0.3+0.08*t)':y='(ih-270)*(0.3+0.06*t)',setsar=1,format=yuv420p[v{at}]"
        )
    joined = "".join(f"[v{at}]" for at in range(len(photos)))
    graph = ";".join(chains) + f";{joined}concat=n={len(photos)}:v=1[out]"
    ffmpeg(*inputs, "-filter_complex", graph, "-map", "[out]", "-c:v", "libx264", "-preset", "veryfast", path)


def record_long(photos, path):
    """The same in small, five frames a second, for as long as a real recording."""
    inputs, chains = [], []
    for at, photo in enumerate(photos):
        inputs += ["-i", str(photo.path)]
        chains.append(
            f"[{at}:v]scale=320:240:force_original_aspect_ratio=increase,crop=320:240,"
            f"zoompan=z=1.4:x='on':y='on/2':d={5 * LONG_SHOT_SECONDS}:s=160x120:fps=5,setsar=1,format=yuv420p[v{at}]"
        )
    joined = "".join(f"[v{at}]" for at in range(len(photos)))
    graph = ";".join(chains) + f";{joined}concat=n={len(photos)}:v=1[out]"
    ffmpeg(*inputs, "-filter_complex", graph, "-map", "[out]", "-c:v", "libx264", "-preset", "veryfast", path)


class Recordings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="tutela-recordings-")
        cls.addClassCleanup(temporary.cleanup)
        cls.place = pathlib.Path(temporary.name)
        # Landscapes of several packages, few of which are alike.
        photos = [p for p in all_photos() if p.format == "jpeg" and 640 <= p.width <= 4000 and p.width > p.height >= 480]
        picked = photos[:: max(len(photos) // (2 * SHOTS), 1)][: 2 * SHOTS]
        assert len(picked) == 2 * SHOTS, "too few photographs"
        cls.known, cls.other = cls.place / "known.mp4", cls.place / "other.mp4"
        record(picked[::2], cls.known)
        record(picked[1::2], cls.other)
        hashes = cls.place / "show.vpdq"
        hashes.write_bytes(tutela("hash", "--format", "vpdq", cls.known).stdout)
        cls.list = cls.place / "known.tutela"
        built = tutela("list", "build", cls.list, hashes)
        assert built.returncode == 0, built.stderr

    def rows(self, *paths, known=None):
        result = tutela("scan", "--list", known or self.list, "--format", "jsonl", "--sampling", "5", "-q", *paths)
        self.assertIn(result.returncode, (0, 1), result.stderr)
        rows = [json.loads(line) for line in result.stdout.splitlines()][1:-1]
        return {pathlib.Path(row["path"]).name: row for row in rows}

    def check_segment(self, row, start, end, known_start, known_end):
        """One stretch of the known recording, from when to when here and there."""
        self.assertEqual(row["outcome"], "matched", row["path"])
        found = [[s["start_us"], s["end_us"], s["known_start_us"], s["known_end_us"]] for s in row["segments"]]
        self.assertGreaterEqual(len(found), 1, row["path"])
        whole = [min(f[0] for f in found), max(f[1] for f in found), min(f[2] for f in found), max(f[3] for f in found)]
        for got, asked in zip(whole, (start, end, known_start, known_end)):
            self.assertLessEqual(abs(got - asked * 1_000_000), WITHIN_US, (row["path"], found))
        for one in found:  # each at the place that it has in the known recording
            self.assertLessEqual(abs((one[0] - start * 1_000_000) - (one[2] - known_start * 1_000_000)), WITHIN_US)

    def test_changed_copies_are_found_from_start_to_end(self):
        for name, options in COPIES.items():
            ffmpeg("-i", self.known, *options, "-an", self.place / name)
        rows = self.rows(*(self.place / name for name in COPIES))
        self.assertEqual(rows.keys(), COPIES.keys())
        length = SHOTS * SHOT_SECONDS
        for name, row in rows.items():
            with self.subTest(name):
                self.check_segment(row, 0, length, 0, length)

    def test_a_piece_within_another_recording_is_found_with_its_times(self):
        cut, mixed = self.place / "cut.mp4", self.place / "mixed.mp4"
        ffmpeg("-ss", CUT_START, "-t", CUT_SECONDS, "-i", self.known, "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", cut)
        graph = "[0:v]setpts=PTS-STARTPTS[a];[1:v]setpts=PTS-STARTPTS[b];[a][b]concat=n=2:v=1[out]"
        ffmpeg("-t", "15", "-i", self.other, "-i", cut, "-filter_complex", graph, "-map", "[out]",
               "-c:v", "libx264", "-preset", "veryfast", "-crf", "28", mixed)
        rows = self.rows(cut, mixed)
        stretch = CUT_START, CUT_START + CUT_SECONDS
        self.check_segment(rows["cut.mp4"], 0, CUT_SECONDS, *stretch)
        self.check_segment(rows["mixed.mp4"], 15, 15 + CUT_SECONDS, *stretch)

    def test_ten_seconds_of_ten_minutes_are_found_with_their_place(self):
        photos = [p for p in all_photos() if p.width >= 320 and p.height >= 240][:LONG_SHOTS]
        self.assertEqual(len(photos), LONG_SHOTS)
        long, piece = self.place / "long.mp4", self.place / "piece.mp4"
        record_long(photos, long)
        hashes, known = self.place / "long.vpdq", self.place / "long.tutela"
        hashes.write_bytes(tutela("hash", "--format", "vpdq", long).stdout)
        self.assertEqual(len(hashes.read_bytes().splitlines()), 5 * LONG_SHOTS * LONG_SHOT_SECONDS)
        self.assertEqual(tutela("list", "build", known, hashes).returncode, 0)
        start = 317  # within a shot
        ffmpeg("-ss", start, "-t", 10, "-i", long, "-c:v", "libx264", "-preset", "veryfast", "-crf", "30", piece)
        self.check_segment(self.rows(piece, known=known)["piece.mp4"], 0, 10, start, start + 10)

    def test_another_recording_shows_none_of_it(self):
        row = self.rows(self.other)["other.mp4"]
        self.assertEqual((row["outcome"], row["matches"], row["segments"]), ("clean", [], []))


if __name__ == "__main__":
    unittest.main()
