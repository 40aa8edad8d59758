"""Odd file systems: huge folders, special files, what nobody may read, files that change while they are read."""

import csv
import hashlib
import io
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from support import TOOL, ToolTest, picture, tutela

SHIM = os.environ.get("FAULT_SHIM", "")


class OddTest(ToolTest):
    def setUp(self):
        super().setUp()
        self.data = picture(1)
        self.known = self.write("in/known.png", self.data)
        self.list = self.write("known.txt", f"{self.hash_of(self.known)},id\n")

    def rows(self, *args, code=None, run=tutela, **options):
        result = run("scan", "--list", self.list, "--format", "jsonl", *args, cwd=self.dir, **options)
        self.assertIn(result.returncode, (0, 1) if code is None else (code,), result.stderr)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(lines[-1]["end"]["files"], len(lines) - 2)
        return {row["path"]: row for row in lines[1:-1]}


class Folders(OddTest):
    def test_a_hundred_thousand_files_in_one_folder(self):
        if os.path.isdir("/dev/shm"):  # in memory: on some disks this takes half a minute
            self.dir = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
            self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        folder = self.dir / "many"
        folder.mkdir()
        for number in range(100_000):
            os.mknod(folder / f"{number:06}", 0o600 | stat.S_IFREG)
        shutil.copy(self.known, folder / "050000")
        rows = self.rows("many")
        self.assertEqual(list(rows), [f"many/{number:06}" for number in range(100_000)])
        self.assertEqual([path for path, row in rows.items() if row["outcome"] == "matched"], ["many/050000"])

    def test_special_files_are_rows_and_are_not_opened(self):
        os.mkfifo(self.dir / "in/fifo")
        os.symlink("a", self.dir / "in/b")
        os.symlink("b", self.dir / "in/a")
        os.symlink("nowhere", self.dir / "in/dangling")
        os.symlink(".", self.dir / "in/self")
        expected = {
            "in/a": "a symbolic link, not followed",
            "in/dangling": "a symbolic link, not followed",
            "in/fifo": "a FIFO, not a file",
            "in/self": "a symbolic link, not followed",
            "/dev/null": "a character device, not a file",
            "/dev/zero": "a character device, not a file",
        }
        try:
            os.mknod(self.dir / "in/disk", 0o600 | stat.S_IFBLK, os.makedev(7, 200))
            expected["in/disk"] = "a block device, not a file"
        except PermissionError:
            pass
        rows = self.rows("in", "/dev/null", "/dev/zero")
        for path, reason in expected.items():
            self.assertEqual((rows[path]["outcome"], rows[path]["reason"]), ("unsupported", reason))
        rows = self.rows("--follow-symlinks", "in")
        self.assertEqual(rows["in/a"]["reason"], "a symbolic link stands where none was expected, or links lead in a circle")
        self.assertEqual(rows["in/dangling"]["reason"], "a symbolic link that leads nowhere")
        self.assertEqual(rows["in/self"]["reason"], "a folder that was entered by another path already")
        self.assertEqual(rows["in/known.png"]["outcome"], "matched")

    def test_hostile_names_leave_every_report_whole(self):
        names = [
            b"\xff\xfe", b"=cmd|'C calc'!A0", b"@SUM(1)", b"a\nb", b"a\r\n,b", b'"quoted",', b"\x1b]0;title\x07", b"\x1b[2J", b"<script>",
            "\u202egpj.exe".encode(), "\u2066isolate\u2069".encode(), "\u2028".encode(), "\x9b31m".encode(), b"x" * 255, b"\x7f", b"\\x41",
        ]
        for name in names:
            (self.dir / "in" / os.fsdecode(name)).write_bytes(self.data)
        paths = {b"in/" + name for name in names} | {b"in/known.png"}
        rows = self.rows("in").values()
        self.assertEqual({bytes.fromhex(row["path_hex"]) if "path_hex" in row else row["path"].encode() for row in rows}, paths)
        report = tutela("scan", "--list", self.list, "--format", "csv", "in", cwd=self.dir).stdout
        table = list(csv.reader(io.StringIO(report.decode(), newline="")))
        self.assertEqual((len(table), len({len(row) for row in table})), (1 + len(paths), 1))
        for form in ("csv", "text", "jsonl"):
            report = tutela("scan", "--list", self.list, "--format", form, "in", cwd=self.dir).stdout.decode()
            for steering in "\x1b\x07\x7f\x9b\u202e\u2066\u2069\u2028":
                self.assertNotIn(steering, report)


class Permissions(OddTest):
    """As a user who may not read everything; when the tests run as root, as nobody."""

    NOBODY = 65534

    def setUp(self):
        super().setUp()
        self.dir.chmod(0o755)
        self.tool = self.dir / "tutela"
        for program in (pathlib.Path(TOOL), *pathlib.Path(TOOL).parent.glob("tutela-worker*")):
            shutil.copy(program, self.dir / program.name)
            (self.dir / program.name).chmod(0o755)

    def run_unprivileged(self, *args, cwd=None):
        options = {"user": self.NOBODY, "group": self.NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        return subprocess.run([self.tool, *map(os.fspath, args)], cwd=cwd, capture_output=True, timeout=120, check=False, **options)

    def test_what_may_not_be_read_is_a_row(self):
        self.write("in/secret.png", self.data).chmod(0)
        self.write("in/closed/inside.png", self.data)
        self.write("in/blind/inside.png", self.data)
        (self.dir / "in/closed").chmod(0)
        (self.dir / "in/blind").chmod(0o444)  # its names may be read, and nothing else
        self.addCleanup(lambda: [(self.dir / "in" / name).chmod(0o755) for name in ("closed", "blind")])
        rows = self.rows("in", run=self.run_unprivileged)
        self.assertEqual(
            {path: (row["outcome"], row["reason"]) for path, row in rows.items()},
            {
                "in/blind": ("unreadable", "a folder that could not be listed: permission denied"),
                "in/closed": ("unreadable", "a folder that could not be listed: permission denied"),
                "in/known.png": ("matched", None),
                "in/secret.png": ("unreadable", "permission denied"),
            },
        )

    def test_a_report_or_a_journal_into_a_folder_that_may_not_be_written(self):
        folder = self.dir / "reports"
        folder.mkdir()
        folder.chmod(0o555)
        command = ["scan", "--list", self.list, "--format", "jsonl"]
        result = self.run_unprivileged(*command, "--output", folder / "report", "in", cwd=self.dir)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"cannot create", result.stderr)
        result = self.run_unprivileged(*command, "--journal", folder / "journal", "in", cwd=self.dir)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"Permission denied", result.stderr)
        self.assertEqual((result.stdout, list(folder.iterdir())), (b"", []))

    def test_an_audit_says_what_cannot_be_read_any_more(self):
        report = self.dir / "report.jsonl"
        self.check(tutela("scan", "--list", self.list, "--format", "jsonl", "--output", report, "in", cwd=self.dir), 1)
        report.chmod(0o644)
        self.known.chmod(0)
        result = self.run_unprivileged("audit", report, "in", cwd=self.dir)
        self.assertEqual((result.returncode, result.stdout), (1, b"unreadable  in/known.png: permission denied\n"))


class AccessTimes(OddTest):
    def test_a_scan_and_an_audit_leave_them_alone(self):
        words = self.write("in/sub/words", "words")
        watched = [self.known, words, self.dir / "in", self.dir / "in/sub"]

        def make_old():
            # Older than the last change, so that a read would move it even under relatime.
            for path in watched:
                os.utime(path, ns=(10**9, 2 * 10**9))

        make_old()
        self.known.read_bytes()
        if self.known.stat().st_atime_ns == 10**9:
            self.skipTest("this file system keeps no access times")
        make_old()
        report = self.dir / "report.jsonl"
        self.check(tutela("scan", "--list", self.list, "--format", "jsonl", "--output", report, self.dir / "in"), 1)
        self.check(tutela("audit", report, self.dir / "in"), 0)
        self.assertEqual([path.stat().st_atime_ns for path in watched], [10**9] * len(watched))


@unittest.skipUnless(SHIM, "without the shim nothing happens to a file")
class Disturbed(OddTest):
    """Something happens to a file while the tool reads it."""

    def scan_disturbed(self, kind, name):
        environment = {**os.environ, "LD_PRELOAD": SHIM, "FAULT_KIND": kind, "FAULT_NAME": name}
        environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        return self.rows("in", env=environment)

    def test_a_read_error(self):
        self.write("in/words", "words")
        for name in ("known.png", "words"):
            row = self.scan_disturbed("eio", "/" + name)["in/" + name]
            self.assertEqual((row["outcome"], row["reason"], row["sha256"]), ("unreadable", "input/output error", None))

    def test_a_folder_whose_listing_breaks(self):
        self.write("in/sub/x", "x")
        rows = self.scan_disturbed("listing", "/sub")
        self.assertEqual(rows["in/sub"]["reason"], "a folder that could not be listed: input/output error")
        self.assertEqual(rows["in/known.png"]["outcome"], "matched")

    def test_a_picture_that_grows_or_shrinks_is_damaged(self):
        for kind in ("grow", "shrink"):
            self.write("in/known.png", self.data)
            row = self.scan_disturbed(kind, "known.png")["in/known.png"]
            self.assertEqual((row["outcome"], row["damaged"], row["sha256"]), ("matched", True, None), kind)
            self.assertEqual(row["damage_reason"], "the file changed while it was read")
            self.assertNotEqual(self.known.read_bytes(), self.data)

    def test_another_file_that_changes_is_unreadable(self):
        for size in (10, 3 << 20):  # read in one piece, and in several
            for kind in ("grow", "shrink"):
                self.write("in/words", b"w" * size)
                if (size, kind) == (10, "shrink"):
                    continue  # it grows to a hundred bytes
                row = self.scan_disturbed(kind, "words")["in/words"]
                self.assertEqual((row["outcome"], row["reason"], row["sha256"]), ("unreadable", "the file changed while it was read", None), (size, kind))

    def test_a_file_that_vanishes_or_is_replaced_is_the_one_that_was_opened(self):
        for kind in ("vanish", "replace"):
            self.write("in/known.png", self.data)
            row = self.scan_disturbed(kind, "known.png")["in/known.png"]
            self.assertEqual((row["outcome"], row["sha256"]), ("matched", hashlib.sha256(self.data).hexdigest()))
            self.assertNotEqual(self.known.exists() and self.known.read_bytes(), self.data)


if __name__ == "__main__":
    unittest.main()
