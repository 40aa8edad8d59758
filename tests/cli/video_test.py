"""Videos on the command line: rows like any file's, sampling, and the sandbox."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from support import tutela

CLIP = "testsrc2=size=640x480:rate=25,crop=320:240:x=n*3:y=n*2,trim=end_frame=48"


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, args)], check=True, stdin=subprocess.DEVNULL, timeout=120)


class VideoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.clip = cls.folder / "clip.mkv"
        ffmpeg("-f", "lavfi", "-i", CLIP, "-c:v", "libx264", "-preset", "veryfast", "-g", "12", "-sc_threshold", "0",
               cls.clip)
        still = cls.folder / "still.png"
        ffmpeg("-i", cls.clip, "-vf", "select=eq(n\\,30)", "-frames:v", "1", still)
        cls.list = cls.folder / "known.txt"
        cls.list.write_bytes(tutela("hash", "--format", "list", still).stdout)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def scan(self, *args, code=1):
        result = tutela("scan", "--list", self.list, "--profile", "plain", "--format", "jsonl", "-q", *args, self.clip)
        self.assertEqual(result.returncode, code, result.stderr)
        return [json.loads(line) for line in result.stdout.splitlines()][1]

    def test_a_still_is_found_in_the_video_with_its_time(self):
        row = self.scan()
        self.assertEqual((row["outcome"], row["format"], row["frames"]), ("matched", "matroska", 48))
        self.assertEqual((row["width"], row["height"], row["decode"]), (320, 240, "luma"))
        match = row["matches"][0]
        self.assertLessEqual(abs(match["frame"] - 30), 2)
        self.assertEqual(match["pts_us"], match["frame"] * 40_000)
        self.assertEqual(row, self.scan("--no-sandbox"))

    def test_sampling_says_which_frames(self):
        self.assertEqual(self.scan("--sampling", "every")["frames"], 48)
        self.assertEqual(self.scan("--sampling", "key", "--radius", "0", code=0)["frames"], 4)
        self.assertEqual(self.scan("--sampling", "5", "--radius", "0", code=0)["frames"], 10)
        self.assertLessEqual(self.scan("--sampling", "adaptive")["frames"], 48)

    def test_every_report_names_the_sampling(self):
        for sampling in ("every", "key", "adaptive", "5"):
            for form, name in (("text", f", sampling {sampling}, "), ("jsonl", f'"sampling":"{sampling}",'),
                               ("csv", f",31,50,{sampling},"), ("html", f"<th>sampling of videos</th><td>{sampling}</td>")):
                result = tutela("scan", "--list", self.list, "--sampling", sampling, "--format", form, "-q", self.clip)
                self.assertIn(name, result.stdout.decode(), (sampling, form, result.stderr))

    def test_a_video_becomes_a_known_one_and_is_found_whole(self):
        for option in ((), ("--no-sandbox",)):
            hashes = tutela("hash", "--format", "vpdq", *option, self.clip)
            self.assertEqual(hashes.returncode, 0, hashes.stderr)
            self.assertEqual(len(hashes.stdout.splitlines()), 48)
        known = self.folder / "known.vpdq"
        known.write_bytes(hashes.stdout)
        built = self.folder / "known.tutela"
        self.assertEqual(tutela("list", "build", built, known).returncode, 0)
        other = self.folder / "again.mp4"
        ffmpeg("-i", self.clip, "-c:v", "mpeg4", "-q:v", "6", other)
        result = tutela("scan", "--list", built, "-q", other)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn(b"known", result.stdout)

    def test_wrong_sampling_is_a_usage_error(self):
        for wrong in ("sometimes", "0", "1001", ""):
            result = tutela("scan", "--list", self.list, "--sampling", wrong, self.clip)
            self.assertEqual(result.returncode, 2)
            self.assertIn(b"--sampling must be every, key, adaptive", result.stderr)

    def test_a_journal_of_other_sampling_is_refused(self):
        journal = self.folder / "journal"
        self.scan("--journal", journal, "--keep-journal")
        result = tutela("scan", "--list", self.list, "--profile", "plain", "--journal", journal, "--resume",
                        "--sampling", "key", self.clip)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"sampling of videos", result.stderr)


if __name__ == "__main__":
    unittest.main()
