"""The tool when calls fail under it: every so-manieth allocation, every read, every write. By fail_calls.c, preloaded.

No signal ends it. It ends with an error and leaves nothing half written, or each row is that of an undisturbed run, or
says that its file could not be read or decoded.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).parents[1]))

from packages import read_table

TOOL = os.environ["TUTELA"]
FAIL_CALLS = os.environ["FAIL_CALLS"]
HOSTILE = pathlib.Path(__file__).parents[2] / "build" / "hostile"
ENDINGS = (
    ".png", ".jpg", ".webp", ".gif", ".tif", ".bmp", ".ico", ".heic", ".avif", ".jxl", ".psd", ".zip", ".7z", ".tar",
    ".gz", ".bz2", ".xz", ".zst", ".rar", ".cab", ".cpio",
)  # fmt: skip
PLACES = 120  # how many of the calls fail, one in a run
GIVEN_UP = {"limit", "memory", "unreadable", "crashed"}  # crashed: the worker, which has no other way to say it
# Libraries that call a want of memory within them damage of the file, or a kind that they cannot read.
VAGUE = {"heif", "avif", "jxl", "tiff", "raw"}
ARCHIVES = {"zip", "7z", "tar", "gzip", "bzip2", "xz", "zstd", "rar", "cab", "cpio"}  # so does libarchive


def small_files():
    """A small file for each ending: of those of 1 KB and more the smallest, as the least are often empty."""
    try:
        rows = read_table(HOSTILE / "index.tsv")
    except FileNotFoundError:
        raise FileNotFoundError("no hostile files: run ./dev hostile") from None
    paths = [HOSTILE / "files" / row["package"] / row["file"] for row in rows]
    sized = sorted((path.stat().st_size, path) for path in paths)
    for ending in ENDINGS:
        alike = [(size, path) for size, path in sized if path.name.lower().endswith(ending)]
        yield next((path for size, path in alike if size >= 1024), alike[-1][1])


def keyed(report):
    """The rows of a report by the file they are of; of an archive's files of one name by their order."""
    seen = collections.Counter()
    for line in report.splitlines()[1:-1]:  # but for the run and the sums
        row = json.loads(line)
        name = row["path"], row["inner"]
        seen[name] += 1
        yield (*name, seen[name]), line


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="tutela-faults-"))
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.files = cls.place / "files"
        cls.files.mkdir()
        for path in small_files():
            shutil.copy(path, cls.files / f"a{path.suffix}")
        hashes = subprocess.run([TOOL, "hash", cls.files / "a.png"], capture_output=True, check=True).stdout
        cls.list = cls.place / "list.txt"
        cls.list.write_bytes(hashes[:64] + b",known\n" + b"0123456789abcdef" * 4 + b",other,category,label\n")

    def setUp(self):
        self.out = self.place / "out"
        self.out.mkdir()
        self.addCleanup(shutil.rmtree, self.out)
        self.result = self.out / "result"
        command = ["scan", "--list", self.list, "--jobs", "1", "--format", "jsonl", "--show-hashes"]
        self.scan = [TOOL, *command, "--quiet", "--output", self.result, self.files]
        self.build = [TOOL, "list", "build", self.result, self.list]

    def run_with(self, command, **fail):
        env = {f"FAIL_{name.upper()}": str(value) for name, value in fail.items()}
        return subprocess.run(
            command, env=os.environ | env | {"LD_PRELOAD": FAIL_CALLS}, capture_output=True, timeout=120, check=False
        )

    def undisturbed(self, command):
        """The result, and how many calls of each kind it took."""
        counts = self.place / "counts"
        self.assertIn(self.run_with(command, count=counts).returncode, (0, 1))
        data = self.result.read_bytes()
        self.result.unlink()
        return data, {name: int(count) for name, count in re.findall(r"(\w+) (\d+)", counts.read_text())}

    def disturbed(self, command, **fail):
        """The result or, after an error that left nothing behind, nothing."""
        done = self.run_with(command, **fail)
        self.assertIn(done.returncode, (0, 1, 2), (fail, done.stderr))
        left = sorted(path.name for path in self.out.iterdir())
        if done.returncode == 2:
            self.assertEqual(left, [], fail)
            return None
        self.assertEqual(left, ["result"], fail)
        data = self.result.read_bytes()
        self.result.unlink()
        return data

    def check_rows(self, report, expected, fail):
        rows, wanted = ({key: json.loads(line) for key, line in keyed(text)} for text in (report, expected))
        self.assertLessEqual(rows.keys(), wanted.keys(), fail)
        short = set()  # archives that say they were not read to their end
        for key, row in rows.items():
            if row == wanted[key]:
                continue
            allowed = GIVEN_UP | ({"corrupt", "unsupported"} if row["format"] in VAGUE | ARCHIVES else set())
            if row["outcome"] == "container":
                self.assertTrue(row["damaged"], (fail, row))
            else:
                self.assertIn(row["outcome"], allowed, (fail, row))
            self.assertTrue(row["reason"] or row["damage_reason"], fail)
            short.add(row["path"])
        for path, inner, _ in wanted.keys() - rows.keys():
            self.assertIsNotNone(inner, fail)  # every file has its row
            self.assertIn(path, short, fail)

    def sweep(self, command, kind, check):
        """Each so-manieth call fails: it alone, and with all after it. The number of runs that ended with an error."""
        expected, counts = self.undisturbed(command)
        self.assertGreater(counts[kind], 0)
        errors = 0
        for place in range(1, counts[kind] + 1, max(counts[kind] // PLACES, 1)):
            for more in ({}, {"forever": 1}):
                fail = {kind: place} | more
                data = self.disturbed(command, **fail)
                errors += data is None
                if data is not None:
                    check(data, expected, fail)
        return errors

    def test_a_scan_without_memory(self):
        self.assertGreater(self.sweep(self.scan, "malloc", self.check_rows), 0)

    def test_a_list_without_memory(self):
        self.assertGreater(self.sweep(self.build, "malloc", self.assertEqual), 0)

    def test_a_scan_of_a_failing_disk(self):
        self.assertGreater(self.sweep(self.scan, "read", self.check_rows), 0)

    def test_a_list_from_a_failing_disk(self):
        self.assertGreater(self.sweep(self.build, "read", self.assertEqual), 0)

    def test_a_full_disk(self):
        for command in (self.scan, self.build):
            errors = self.sweep(command, "write", self.assertEqual)
            self.assertGreater(errors, 0)
        self.assertIn(b"No space left on device", self.run_with(self.scan, write=1).stderr)

    def test_a_list_that_cannot_be_replaced_stays(self):
        self.undisturbed(self.build)
        self.result.write_bytes(b"older")
        for kind in ("malloc", "read", "write"):
            self.assertEqual(self.run_with(self.build, forever=1, **{kind: 1}).returncode, 2)
            self.assertEqual(self.result.read_bytes(), b"older")
            self.assertEqual([path.name for path in self.out.iterdir()], ["result"])


if __name__ == "__main__":
    unittest.main()
