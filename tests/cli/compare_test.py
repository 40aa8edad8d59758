"""`tutela compare`, and vPDQ files in `tutela list build`."""

import json
import random
import unittest

from support import ToolTest, tutela


def frames(count, seed, start=0.0):
    rng = random.Random(seed)
    return [(rng.getrandbits(256), 100, start + n) for n in range(count)]


def as_text(video):
    return "".join(f"{n},{quality},{pdq:064x},{time:.3f}\n" for n, (pdq, quality, time) in enumerate(video))


def as_json(video):
    return json.dumps([f"{pdq:064x},{quality},{time:.3f}" for pdq, quality, time in video])


def moved(video, seconds, flips=3):
    return [(pdq ^ ((1 << flips) - 1), quality, time + seconds) for pdq, quality, time in video]


class Compare(ToolTest):
    def test_says_how_much_and_where(self):
        known = frames(60, 1)
        query = frames(10, 2) + moved(known[20:50], -10)
        a, b = self.write("a.vpdq", as_text(query)), self.write("b.json", as_json(known))
        result = self.check(tutela("compare", a, b), 1)
        self.assertEqual(
            result.stdout.decode(),
            "A in B: 75.00% of 40 frames\nB in A: 50.00% of 60 frames\n"
            "A 00:00:10.000..00:00:39.000 equals B 00:00:20.000..00:00:49.000 (30 frames, least distance 3)\n",
        )
        said = json.loads(self.check(tutela("compare", "--format", "jsonl", a, b), 1).stdout)
        self.assertEqual(said["query_match_percent"], 75)
        self.assertEqual(said["compared_match_percent"], 50)
        self.assertEqual(len(said["segments"]), 1)
        self.assertEqual(said["segments"][0]["known_start_us"], 20_000_000)

    def test_what_is_unlike_is_unlike(self):
        a, b = self.write("a.vpdq", as_text(frames(20, 1))), self.write("b.vpdq", as_text(frames(20, 2)))
        result = self.check(tutela("compare", a, b), 0)
        self.assertEqual(result.stdout, b"A in B: 0.00% of 20 frames\nB in A: 0.00% of 20 frames\n")

    def test_options(self):
        a = self.write("a.vpdq", as_text(frames(20, 1)))
        b = self.write("b.vpdq", as_text(moved(frames(20, 1), 0, flips=40)))
        self.check(tutela("compare", a, b), 0)
        self.check(tutela("compare", "-r", "40", a, b), 1)
        self.check(tutela("compare", "-r", "257", a, b), 2)
        self.check(tutela("compare", "--min-quality", "101", a, b), 2)
        self.check(tutela("compare", a), 2)
        self.check(tutela("compare", a, self.dir / "none"), 2)

    def test_bad_rows_are_named_and_not_repeated(self):
        secret = f"{random.Random(3).getrandbits(256):064x}"
        a = self.write("a.vpdq", as_text(frames(5, 1)) + f"9,101,{secret},7.0\n")
        result = self.check(tutela("compare", a, a), 1)
        self.assertIn(b"a.vpdq:6: the quality is no number of 0 to 100; the row is skipped", result.stderr)
        self.assertNotIn(secret.encode(), result.stderr + result.stdout)
        self.check(tutela("compare", "--strict", a, a), 2)
        self.check(tutela("compare", a, self.write("empty", "")), 2)
        self.check(tutela("compare", a, self.write("cut.json", as_json(frames(5, 1))[:-40])), 2)


class Videos(ToolTest):
    def build(self, *words):
        return tutela("list", "build", self.dir / "out.tutela", *words)

    def test_are_taken_into_lists(self):
        text = self.write("first.vpdq", as_text(frames(20, 1)))
        other = self.write("second.json", as_json(frames(5, 2)))
        still = self.write("still.txt", f"{7:064x},still,cat\n")
        result = self.check(self.build("--video-category", "A1", text, still, other), 0)
        self.assertIn(b"26 entries (2 videos among them), digest", result.stdout)
        self.assertIn(b"first.vpdq: a video of 20 frames added, 0 skipped", result.stderr)
        said = self.check(tutela("list", "info", self.dir / "out.tutela"), 0).stdout.decode()
        self.assertIn("entries:    26\nvideos:     2, of 25 frames\n", said)
        self.assertIn("categories: 2\n  A1: 2\n  cat: 1\n", said)
        self.check(tutela("list", "verify", self.dir / "out.tutela"), 0)
        query = f"{frames(20, 1)[7][0]:064x}"
        result = self.check(tutela("match", "--list", self.dir / "out.tutela", query), 1)
        self.assertEqual(result.stdout, b"0,first,0\n")

    def test_stay_videos_when_lists_are_merged(self):
        self.check(self.build(self.write("a.vpdq", as_text(frames(20, 1)))), 0)
        merged = self.dir / "merged.tutela"
        self.check(tutela("list", "build", "--index", "always", merged, self.dir / "out.tutela"), 0)
        digests = [
            line
            for path in (merged, self.dir / "out.tutela")
            for line in self.check(tutela("list", "info", path), 0).stdout.decode().splitlines()
            if line.startswith(("digest:", "videos:"))
        ]
        self.assertEqual(len(digests), 4)
        self.assertEqual(digests[:2], digests[2:])

    def test_bad_rows(self):
        path = self.write("a.vpdq", as_text(frames(5, 1)) + "what\n")
        self.assertIn(b"5 frames added, 1 skipped", self.check(self.build(path), 0).stderr)
        self.check(self.build("--strict", path), 2)


if __name__ == "__main__":
    unittest.main()
