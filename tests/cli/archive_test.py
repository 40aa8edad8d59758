"""`tutela scan` on archives: rows, names, limits, options."""

import csv
import functools
import gzip
import io
import json
import resource
import tarfile
import unittest
import zipfile

from support import ToolTest, picture, tutela


def make_zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def make_tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


class Archives(ToolTest):
    def setUp(self):
        super().setUp()
        self.known = picture(1)
        known = self.write("known.png", self.known)
        self.list = self.write("known.txt", f"{self.hash_of(known)},the-id\n")
        inner = make_zip({"=b.png": self.known, "note.txt": b"x", "d/": b""})
        self.write("in/a.tar", make_tar({"c.png": picture(2), "in.zip": inner}))
        self.write("in/k.png.gz", gzip.compress(self.known))

    def scan(self, *args, code=1):
        return self.check(tutela("scan", "--list", self.list, *args, "in", cwd=self.dir), code)

    def rows(self, *args, code=1):
        lines = self.scan("--format", "jsonl", "--quiet", *args, code=code).stdout.splitlines()
        return [row for row in map(json.loads, lines) if "path" in row]

    def test_every_file_has_a_row(self):
        for jobs in "1", "3":
            rows = self.rows("--jobs", jobs)
            self.assertEqual(
                [(row["path"], row["inner"], row["outcome"]) for row in rows],
                [
                    ("in/a.tar", None, "container"),
                    ("in/a.tar", "c.png", "clean"),
                    ("in/a.tar", "in.zip", "container"),
                    ("in/a.tar", "in.zip!/=b.png", "matched"),
                    ("in/a.tar", "in.zip!/note.txt", "unsupported"),
                    ("in/k.png.gz", None, "container"),
                    ("in/k.png.gz", "k.png", "matched"),
                ],
            )
            alone, nested = rows[6], rows[3]
            for key in alone.keys() - {"path", "inner"}:
                self.assertEqual(alone[key], nested[key], key)

    def test_text_and_csv_name_the_inner_file(self):
        self.assertIn(b"\nmatched      in/a.tar!/in.zip!/=b.png: entry the-id, distance 0\n", self.scan().stdout)
        report = self.scan("--format", "csv", "--quiet").stdout.decode()
        inner = [row["inner"] for row in csv.DictReader(io.StringIO(report, newline=""))]
        self.assertIn("in.zip!/=b.png", inner)

    def test_options(self):
        closed = self.rows("--no-archives", code=0)
        self.assertEqual([row["outcome"] for row in closed], ["unsupported"] * 2)
        self.assertEqual([row["outcome"] for row in self.rows("--max-depth", "1")[:3]], ["container", "clean", "limit"])
        self.assertEqual(self.rows("--max-entries", "1")[0]["outcome"], "limit")
        self.assertEqual(self.rows("--max-unpacked", "100", code=0)[0]["outcome"], "limit")
        self.check(tutela("scan", "--list", self.list, "--max-depth", "0", "in", cwd=self.dir), 2)

    def nest(self):
        nested = picture(3)
        for level in "c", "b", "a":
            nested = make_zip({level: nested})
        self.write("in/nested.zip", nested)

    def test_too_few_descriptors_end_an_archive_and_not_the_scan(self):
        self.nest()
        whole = self.rows()
        self.assertEqual(sum(row["path"] == "in/nested.zip" for row in whole), 4)
        command = ("scan", "--list", self.list, "--jobs", "1", "--quiet", "--format", "jsonl", "in")
        ended = 0
        for limit in range(20, 48, 3):
            lower = functools.partial(resource.setrlimit, resource.RLIMIT_NOFILE, (limit, limit))
            result = tutela(*command, cwd=self.dir, preexec_fn=lower)
            if b"the sandbox cannot start" in result.stderr:
                self.assertLess(limit, 32)
                continue
            rows = [row for row in map(json.loads, result.stdout.splitlines()) if "path" in row]
            self.assertEqual({row["path"] for row in rows}, {row["path"] for row in whole}, result.stderr)
            short = [row for row in rows if (row["reason"] or "").startswith("no decoder for what is in the archive: ")]
            self.assertEqual({row["outcome"] for row in short} - {"limit"}, set())
            self.assertEqual(rows == whole, not short)
            ended += bool(short)
        self.assertGreater(ended, 0)

    def test_the_soft_limit_of_descriptors_is_raised(self):
        self.nest()
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        lower = functools.partial(resource.setrlimit, resource.RLIMIT_NOFILE, (20, hard))
        command = ("scan", "--list", self.list, "--jobs", "2", "--quiet", "--format", "jsonl", "in")
        result = self.check(tutela(*command, cwd=self.dir, preexec_fn=lower), 1)
        self.assertEqual([row for row in map(json.loads, result.stdout.splitlines()) if "path" in row], self.rows())

    def test_the_sandbox_changes_no_row(self):
        self.assertEqual(self.rows(), self.rows("--no-sandbox"))


if __name__ == "__main__":
    unittest.main()
