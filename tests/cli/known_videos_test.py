"""Known videos from their hashing to the report: `tutela hash --format vpdq`, `list build`, `scan`, `audit`."""

import base64
import csv
import hashlib
import io
import json
import unittest
import xml.etree.ElementTree

from support import ToolTest, animation, picture, random_hash, tutela

KNOWN = range(100, 160)  # half a minute


class Video(ToolTest):
    def setUp(self):
        super().setUp()
        self.known = self.write("known/clip.gif", animation(KNOWN))
        self.list = self.dir / "known.tutela"
        text = self.write("clip.vpdq", self.check(tutela("hash", "--format", "vpdq", self.known), 0).stdout)
        self.check(tutela("list", "build", self.list, text), 0)

    def scan(self, form, *paths, code=1):
        return self.check(tutela("scan", "--list", self.list, "--format", form, "--quiet", *paths), code).stdout.decode()

    def test_the_hashes_of_all_frames(self):
        text = self.check(tutela("hash", "--format", "vpdq", self.known), 0).stdout.decode().splitlines()
        self.assertEqual(len(text), 60)
        rows = [line.split(",") for line in text]
        self.assertEqual([row[0] for row in rows], [str(n) for n in range(60)])
        self.assertEqual([row[3] for row in rows], [f"{n / 2:.3f}" for n in range(60)])
        self.assertEqual(len({row[2] for row in rows}), 60)
        self.assertEqual(rows[0][2], self.hash_of(self.known))
        as_json = json.loads(self.check(tutela("hash", "--format", "vpdq-json", self.known), 0).stdout)
        self.assertEqual([row.split(",")[:2] for row in as_json], [[row[2], row[1]] for row in rows])
        for options in ((), ("--no-sandbox",)):
            again = tutela("hash", "--format", "vpdq", *options, self.known)
            self.assertEqual(self.check(again, 0).stdout.decode().splitlines(), text)

    def test_what_cannot_be_hashed(self):
        words = self.write("words.gif", "no picture")
        for path in (words, self.dir, self.dir / "absent"):
            result = self.check(tutela("hash", "--format", "vpdq", path), 2)
            self.assertEqual(result.stdout, b"")
            self.assertEqual(result.stderr.count(b"\n"), 1)
        self.check(tutela("hash", "--format", "vpdq", self.known, self.known), 2)
        self.check(tutela("hash", "--format", "vpdq", "--algorithm", "phash", self.known), 2)
        cut = self.write("cut.gif", self.known.read_bytes()[:100_000])
        result = self.check(tutela("hash", "--format", "vpdq", cut), 0)
        self.assertGreater(result.stdout.count(b"\n"), 10)
        self.assertIn(b"cut.gif: damaged", result.stderr)
        misplaced = self.check(tutela("hash", "--format", "vpdq", random_hash(1)), 2)
        self.assertNotIn(random_hash(1).encode(), misplaced.stderr)

    def test_reports_say_from_when_to_when(self):
        copy = self.write("in/copy.gif", animation([*range(1000, 1020), *KNOWN[20:50], *range(1100, 1110)], 48))
        self.write("in/other.gif", animation(range(2000, 2030)))
        self.write("in/still.png", picture(1))
        text = self.scan("text", self.dir / "in").splitlines()
        self.assertRegex(text[0], "^matched      .*copy.gif: entry clip, distance [0-9]+, at [0-9.]+ s$")
        self.assertRegex(text[1], "^             00:00:09..00:00:23 equals entry clip 00:00:10..00:00:24, nearest distance [0-9]+$")
        rows = [json.loads(line) for line in self.scan("jsonl", self.dir / "in").splitlines()[1:-1]]
        (segment,) = rows[0]["segments"]
        self.assertEqual((segment["start_us"], segment["end_us"]), (9_600_000, 23_520_000))
        self.assertEqual((segment["known_start_us"], segment["known_end_us"]), (10_000_000, 24_500_000))
        self.assertEqual((segment["query_percent"], segment["compared_percent"]), (50, 50))
        self.assertEqual(segment["speed"], 1.042)
        self.assertEqual(len(rows[0]["timeline"]), 60)
        self.assertEqual([row["segments"] + row["timeline"] for row in rows[1:]], [[], []])
        table = list(csv.DictReader(io.StringIO(self.scan("csv", self.dir / "in"), newline="")))
        self.assertEqual([row["segment_count"] for row in table], ["1", "1", "0", "0"])
        self.assertEqual([row["start_us"] for row in table], ["", "9600000", "", ""])
        self.assertEqual(table[0]["known_us"], str(rows[0]["matches"][0]["known_us"]))
        self.assertEqual(copy.name, "copy.gif")

    def test_a_page_that_loads_and_runs_nothing(self):
        self.write("in/<script>alert(1)<&>.gif", animation([*range(1000, 1010), *KNOWN[20:50]]))
        self.write("in/other.gif", animation(range(2000, 2010)))
        text = self.scan("html", self.dir / "in")
        page = xml.etree.ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>\n"))
        self.assertEqual({"script", "a", "img", "link", "object", "iframe"} & {node.tag for node in page.iter()}, set())
        self.assertNotIn("://", text)
        policy = page.find("head/meta[@http-equiv='Content-Security-Policy']").get("content")
        style = base64.b64encode(hashlib.sha256(page.find("head/style").text.encode()).digest()).decode()
        self.assertEqual(policy, f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'")
        (heading, _) = page.iterfind("body/section/h2")  # and the sums
        self.assertTrue("".join(heading.itertext()).endswith("/in/<script>alert(1)<&>.gif"))
        self.assertEqual(len(list(page.iter("circle"))), 30)
        self.assertEqual(len(list(page.iter("rect"))), 2)
        self.assertEqual(len(page.find(".//polyline").get("points").split()), 40)
        self.assertIn("00:00:05..00:00:19 equals entry clip 00:00:10..00:00:24", "".join(page.itertext()))

    def test_reports_with_segments_are_audited(self):
        self.write("in/copy.gif", animation([*KNOWN[20:50], *range(1000, 1020), *KNOWN[:20]]))
        self.write("in/other.gif", animation(range(2000, 2010)))
        for form in ("jsonl", "csv"):
            report = self.write("report", self.scan(form, self.dir / "in"))
            self.assertEqual(self.check(tutela("audit", report, self.dir / "in"), 0).stdout, b"")
        lines = report.read_bytes().splitlines(keepends=True)
        self.assertEqual(len(lines), 5)
        report.write_bytes(b"".join(lines[:3] + lines[4:]))
        said = self.check(tutela("audit", report, self.dir / "in"), 1)
        self.assertIn(b"lines of the file before it are missing", said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
