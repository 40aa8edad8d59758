"""`tutela scan`: formats, options, exit codes."""

import collections
import csv
import io
import json
import os
import shutil
import stat
import subprocess
import unittest

from support import SMALL_JPEG, TOOL, ToolTest, flat_picture, picture, png, random_hash, tutela


class Scan(ToolTest):
    def setUp(self):
        super().setUp()
        self.known = self.write("photos/known.png", picture(1))
        self.write("photos/sub/brighter.png", picture(1, brighter=6))
        self.write("photos/other.png", picture(2))
        self.write("photos/flat.png", flat_picture())
        self.write("photos/tiny.png", png(4, 4, bytes(48)))
        self.write("photos/broken.png", picture(3)[:40])
        self.write("photos/notes.txt", "no picture")
        self.hash = self.hash_of(self.known)
        self.list = self.write("known.txt", f"{self.hash},the-id,the-category,the label\n{random_hash(1)}\n")

    def scan(self, *args, code=1, **options):
        return self.check(tutela("scan", "--list", self.list, *args, cwd=self.dir, **options), code)

    def rows(self, *args, **options):
        report = self.scan("--format", "jsonl", *args, **options).stdout
        first, *rows, last = [json.loads(line) for line in report.splitlines()]
        self.assertEqual((list(first), list(last)), (["run"], ["end"]))
        return rows

    def test_a_second_opinion(self):
        phash = tutela("hash", "-a", "phash", self.known).stdout.decode()[:16]
        turned = f"{int(phash, 16) ^ 0xfff:016x}"
        self.list = self.write("two.txt", f"{self.hash}+{phash},right\n{self.hash},none\n{self.hash}+{turned},wrong\n")
        (row,) = self.rows("--confirm", "phash", self.known)
        found = {match["entry_id"]: match["confirm"] for match in row["matches"]}
        self.assertEqual(found, {"right": {"phash": 0}, "none": None, "wrong": {"phash": 12}})
        cells = self.scan("--confirm", "phash", "--format", "csv", self.known).stdout.decode()
        rows = list(csv.DictReader(io.StringIO(cells, newline="")))
        self.assertEqual([row["confirm"] for row in rows], ["phash 0", "", "phash 12"])
        self.assertIn(b"distance 0, confirm: phash distance 0", self.scan("--confirm", "phash", self.known).stdout)
        self.assertNotIn(b"confirm", self.scan(self.known).stdout)
        self.write("two.txt", f"{self.hash}+{turned},wrong\n")
        self.assertIn(b"phash distance 12 (over 10)", self.scan("--confirm", "phash", self.known).stdout)
        radius = ("--confirm", "phash", "--confirm-radius", "12")
        self.assertNotIn(b"(over", self.scan(*radius, self.known).stdout)
        for wrong in (("--confirm", "dhash"), ("--confirm-radius", "65")):
            self.scan(*wrong, self.known, code=2)

    def test_one_outcome_for_every_file(self):
        outcomes = {row["path"]: row["outcome"] for row in self.rows("photos")}
        self.assertEqual(
            outcomes,
            {
                "photos/broken.png": "corrupt",
                "photos/flat.png": "low_quality",
                "photos/known.png": "matched",
                "photos/notes.txt": "unsupported",
                "photos/other.png": "clean",
                "photos/sub/brighter.png": "matched",
                "photos/tiny.png": "too_small",
            },
        )
        self.assertEqual(list(outcomes), sorted(outcomes))

    def test_a_jsonl_report_says_what_ran_and_how_it_ended(self):
        lines = [json.loads(line) for line in self.scan("--format", "jsonl", "--radius", "30", "photos").stdout.splitlines()]
        run, end = lines[0]["run"], lines[-1]["end"]
        self.assertEqual((run["tool"], run["version"]), ("tutela", os.environ["VERSION"]))
        self.assertEqual((run["radius"], run["min_quality"], run["decode"], run["profile"]), (30, 50, "luma", "standard"))
        self.assertEqual(run["sampling"], "every")
        self.assertEqual((run["list_entries"], run["show_hashes"]), (2, False))
        rows = lines[1:-1]
        self.assertEqual({row["list_digest"] for row in rows}, {run["list_digest"]})
        outcomes = collections.Counter(row["outcome"] for row in rows)
        self.assertEqual({name: count for name, count in end["outcomes"].items() if count}, outcomes)
        self.assertEqual((end["files"], end["interrupted"]), (len(rows), False))
        self.assertEqual(end["bytes"], sum(row["size"] for row in rows))
        self.assertEqual(end["entries_hit"], sum(len(row["matches"]) for row in rows))

    def test_a_match_row_has_what_was_promised(self):
        (row,) = self.rows(self.known)
        (match,) = row["matches"]
        self.assertEqual(match["entry_id"], "the-id")
        self.assertEqual((match["distance"], match["category"], match["label"]), (0, "the-category", "the label"))
        self.assertEqual((row["hash_algorithm"], row["radius"], row["outcome"]), ("pdq", 31, "matched"))
        self.assertRegex(row["sha256"], "^[0-9a-f]{64}$")
        self.assertRegex(row["list_digest"], "^[0-9a-f]{64}$")
        self.assertGreaterEqual(row["quality"], 50)
        self.assertNotIn("hash", row)

    def test_a_report_replaces_neither_list_nor_picture(self):
        snapshot = self.dir / "known.tutela"
        self.check(tutela("list", "build", snapshot, self.list), 0)
        os.link(self.list, self.dir / "same.txt")
        for output, used in ((self.list, self.list), ("same.txt", self.list), (snapshot, snapshot), (self.known, self.list)):
            before = (self.dir / output).read_bytes()
            result = self.check(tutela("scan", "--list", used, "--output", output, "photos", cwd=self.dir), 2)
            self.assertIn(b"no report is put in its place", result.stderr)
            self.assertEqual((self.dir / output).read_bytes(), before)
        for _ in range(2):  # a report gives way to the next one
            self.scan("--output", "report.txt", "photos")

    def test_show_hashes(self):
        (row,) = self.rows("--show-hashes", self.known)
        self.assertEqual(row["hash"], self.hash)

    def test_csv_is_rectangular_and_inert(self):
        self.write("=1+1.png", picture(1))
        rows = list(csv.reader(io.StringIO(self.scan("--format", "csv", "=1+1.png", "photos").stdout.decode())))
        self.assertEqual(len({len(row) for row in rows}), 1)
        self.assertEqual(len(rows), 1 + 1 + 7)
        self.assertIn("'=1+1.png", rows[1])

    def test_text_has_the_sums_and_no_summary_on_standard_error(self):
        result = self.scan("photos")
        self.assertIn(b"known.png", result.stdout)
        self.assertIn(b"the-id", result.stdout)
        self.assertEqual(result.stderr, b"")

    def test_the_summary_of_machine_formats(self):
        for form in ("jsonl", "csv"):
            said = self.scan("--format", form, "photos").stderr.decode()
            self.assertEqual(len(said.splitlines()), 1)
            self.assertTrue(said.startswith("scanned 7 files, "), said)
            self.assertIn("2 matched, 1 clean, 1 low_quality, 1 too_small, 1 unsupported, 1 corrupt", said)
            self.assertEqual(self.scan("--format", form, "--quiet", "photos").stderr, b"")

    def test_exit_codes(self):
        self.scan(self.dir / "photos" / "other.png", code=0)
        self.scan(self.known, code=1)
        self.scan("absent.png", code=0)
        self.scan("absent.png", self.known, code=1)
        self.scan("--strict", "absent.png", self.known, code=2)
        self.scan("--strict", "photos/broken.png", code=2)
        self.scan("--strict", "--max-pixels", "100", self.known, code=2)
        self.scan("--strict", "photos/other.png", "photos/notes.txt", "photos/flat.png", "photos/tiny.png", code=0)

    def test_radius_and_minimum_quality(self):
        (row,) = self.rows("--radius", "256", "photos/other.png")
        self.assertEqual(len(row["matches"]), 2)
        (row,) = self.rows("--min-quality", "0", "--radius", "256", "photos/flat.png")
        self.assertEqual(row["outcome"], "matched")

    def test_rows_name_how_a_picture_was_decoded(self):
        jpeg = self.write("small.jpg", SMALL_JPEG)
        for asked, of_jpeg in ((), "luma"), (("--decode", "luma"), "luma"), (("--decode", "exact"), "exact"):
            (row,) = self.rows("--min-quality", "0", *asked, jpeg, code=0)
            self.assertEqual(row["decode"], of_jpeg)
        for mode in ("scaled", "screen"):  # too small for either
            (row,) = self.rows("--min-quality", "0", "--decode", mode, jpeg, code=0)
            self.assertEqual(row["decode"], "luma")
        (row,) = self.rows(self.known)
        self.assertEqual(row["decode"], "exact")
        (row,) = self.rows("photos/notes.txt", code=0)
        self.assertIsNone(row["decode"])
        self.assertIn(b"decode scaled,", self.scan("--decode", "scaled", self.known).stdout)
        result = self.scan("--decode", "fast", self.known, code=2)
        self.assertIn(b"--decode must be one of exact, luma, scaled, screen", result.stderr)

    def test_limits(self):
        self.assertEqual(self.rows("--max-pixels", str(96 * 96 - 1), self.known, code=0)[0]["outcome"], "limit")
        self.assertEqual(self.rows("--max-pixels", str(96 * 96), self.known)[0]["outcome"], "matched")
        size = self.known.stat().st_size
        self.assertEqual(self.rows("--max-bytes", str(size - 1), self.known, code=0)[0]["outcome"], "limit")
        self.assertEqual(self.rows("--max-bytes", str(size), self.known)[0]["outcome"], "matched")

    def test_links_inside_folders_are_followed_on_demand(self):
        self.write("elsewhere/known.png", picture(1))
        os.makedirs(self.dir / "links")
        os.symlink(self.dir / "elsewhere", self.dir / "links" / "folder")
        self.assertEqual([row["outcome"] for row in self.rows("links", code=0)], ["unsupported"])
        (row,) = self.rows("--follow-symlinks", "links")
        self.assertEqual((row["path"], row["outcome"]), ("links/folder/known.png", "matched"))

    def test_engines_and_jobs_do_not_change_a_byte(self):
        for seed in range(10, 40):
            self.write(f"photos/more/{seed}.png", picture(seed % 20, side=64))
        for form in ("text", "jsonl", "csv"):
            outputs = {
                self.scan("--format", form, "--engine", engine, "--jobs", jobs, "photos").stdout
                for engine in ("auto", "flat", "bk_tree", "bk_forest")
                for jobs in ("1", "2", "4")
            }
            self.assertEqual(len(outputs), 1)

    def test_a_snapshot_gives_the_same_report_as_its_text(self):
        self.check(tutela("list", "build", self.dir / "known.tutela", self.list), 0)
        text = self.scan("--format", "jsonl", "photos").stdout
        self.list = self.dir / "known.tutela"
        self.assertEqual(self.scan("--format", "jsonl", "photos").stdout, text)

    def test_output_to_a_file(self):
        expected = self.scan("--format", "jsonl", "photos").stdout
        report = self.dir / "photos" / "report.jsonl"
        result = self.scan("--format", "jsonl", "--output", report, "photos")
        self.assertEqual(result.stdout, b"")
        # Although it lies in the folder that is scanned, the unfinished report is no row of its own.
        self.assertEqual(report.read_bytes(), expected)
        self.assertEqual(stat.S_IMODE(report.stat().st_mode), 0o600)
        self.assertEqual(sorted(path.name for path in self.dir.glob("photos/report*")), ["report.jsonl"])

    def test_an_older_report_is_replaced_and_keeps_mode_and_link(self):
        report = self.write("reports/report.csv", "old")
        report.chmod(0o640)
        os.symlink(report, self.dir / "latest.csv")
        self.scan("--format", "csv", "--output", "latest.csv", "photos")
        self.assertTrue((self.dir / "latest.csv").is_symlink())
        self.assertNotEqual(report.read_text(), "old")
        self.assertEqual(stat.S_IMODE(report.stat().st_mode), 0o640)
        self.assertEqual(len(list(report.parent.iterdir())), 1)

    def test_an_error_leaves_the_older_report(self):
        report = self.write("report.jsonl", "old")
        self.check(tutela("scan", "--list", self.dir / "absent", "--output", report, "photos", cwd=self.dir), 2)
        self.scan("--output", report, "--radius", "300", "photos", code=2)
        self.assertEqual(report.read_text(), "old")

    def test_an_output_that_cannot_be(self):
        result = self.scan("--output", "no/such/folder/report", "photos", code=2)
        self.assertIn(b"cannot create no/such/folder/report", result.stderr)
        self.scan("--output", "photos", "photos", code=2)

    def test_an_unusable_list_is_an_error(self):
        for bad in (self.dir / "absent", self.write("words.txt", "only\nwords\n"), self.dir):
            result = self.check(tutela("scan", "--list", bad, "photos", cwd=self.dir), 2)
            self.assertEqual(result.stdout, b"")
            self.assertIn(b"cannot use the list", result.stderr)

    def test_it_decodes_in_a_sandbox_unless_told_not_to(self):
        sandboxed, here = self.rows("photos"), self.rows("--no-sandbox", "photos")
        self.assertEqual(sandboxed, here)
        self.assertIn(b"\ndecoded         in a sandbox\n", self.scan("photos").stdout)
        self.assertIn(b"\ndecoded         in the process, unconfined\n", self.scan("--no-sandbox", "photos").stdout)
        first = json.loads(self.scan("--format", "jsonl", "photos").stdout.splitlines()[0])
        self.assertEqual(first["run"]["isolation"], "sandboxed")

    def test_without_its_worker_it_says_so_and_scans_nothing(self):
        alone = self.dir / "bin" / "tutela"  # the build's worker lies beside the build's tool
        alone.parent.mkdir()
        shutil.copy2(TOOL, alone)
        for command in (["scan", "--list", self.list], ["hash"]):
            result = subprocess.run([alone, *command, self.known], capture_output=True, check=False, timeout=60)
            self.assertEqual((result.returncode, result.stdout), (2, b""))
            self.assertIn(b"the sandbox cannot start: there is no program tutela-worker", result.stderr)
            self.assertIn(b"--no-sandbox", result.stderr)
            result = subprocess.run([alone, *command, "--no-sandbox", self.known], capture_output=True, check=False, timeout=60)
            self.assertIn(result.returncode, (0, 1))
            self.assertEqual(result.stderr, b"")


if __name__ == "__main__":
    unittest.main()
