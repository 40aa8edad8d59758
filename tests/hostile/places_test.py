"""Places that a scan must get through: a full disk, 100,000 files in a folder, what is no file, what may not be read."""

import collections
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from bombs import small_png

TOOL = os.environ["TUTELA"]
IS_ROOT = os.geteuid() == 0


class Places(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="tutela-places-"))
        self.addCleanup(shutil.rmtree, os.fsencode(self.place))
        self.list = self.place / "list.txt"
        self.list.write_text("0123456789abcdef" * 4 + ",id\n")
        self.folder = self.place / "folder"
        self.folder.mkdir()

    def scan(self, *options, tool=TOOL, before=(), path=None, **more):
        command = [*before, tool, "scan", "--list", self.list, "--format", "jsonl", *options, path or self.folder]
        return subprocess.run(command, capture_output=True, timeout=300, check=False, **more)

    def rows(self, *options, **more):
        """The rows, between what the report says of the run and of its end, by path from below the folder."""
        done = self.scan(*options, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {}
        for line in done.stdout.splitlines()[1:-1]:
            row = json.loads(line)
            name = bytes.fromhex(row["path_hex"]) if row.get("path_hex") else row["path"].encode()
            self.assertNotIn(name, rows)
            rows[os.path.relpath(name, os.fsencode(self.folder))] = row
        said = f"scanned {len(rows):,} file"
        self.assertIn(said, done.stderr.decode())
        return rows

    def copied_tool(self):
        """The tool, and its workers if it has any, where any user may run them."""
        tool = pathlib.Path(TOOL)
        for program in (tool, *tool.parents[2].rglob("tutela-worker*")):
            shutil.copy(program, self.place)
        return self.place / tool.name

    def test_a_hundred_thousand_files_in_one_folder(self):
        picture = small_png(64)
        names = [f"{number:06}".encode() for number in range(100_000)]
        for number, name in enumerate(names):
            with open(os.path.join(os.fsencode(self.folder), name), "wb") as file:
                file.write((b"", b"text %d" % number, picture)[number % 3 if number % 100 < 3 else number % 2])
        start = time.monotonic()
        rows = self.rows()
        print(f"100,000 files in {time.monotonic() - start:.1f} s")  # told, not held against the machine
        self.assertEqual(list(rows), names)
        counts = collections.Counter(row["outcome"] for row in rows.values())
        self.assertEqual(counts, {"unsupported": 99_000, "clean": 1000})

    def test_what_is_no_file(self):
        (self.folder / "picture.png").write_bytes(small_png())
        os.mkfifo(self.folder / "fifo")
        os.symlink("loop-b", self.folder / "loop-a")
        os.symlink("loop-a", self.folder / "loop-b")
        os.symlink(".", self.folder / "itself")
        os.symlink("/nowhere", self.folder / "broken")
        os.symlink("/dev/zero", self.folder / "endless")
        (self.folder / "deep").mkdir()
        os.symlink("..", self.folder / "deep" / "up")
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(os.fspath(self.folder / "socket"))
        expected = {
            b"picture.png": "clean", b"fifo": "unsupported", b"socket": "unsupported", b"itself": "unsupported",
            b"loop-a": "unsupported", b"loop-b": "unsupported", b"broken": "unsupported", b"endless": "unsupported",
            b"deep/up": "unsupported",
        }  # fmt: skip
        if IS_ROOT:  # else there is none to be had but those under /dev, which follow
            os.mknod(self.folder / "zero", 0o600 | 0o020000, os.makedev(1, 5))
            expected[b"zero"] = "unsupported"
        self.assertEqual({name: row["outcome"] for name, row in self.rows().items()}, expected)
        followed = {name: row["outcome"] for name, row in self.rows("--follow-symlinks").items()}
        self.assertEqual(followed.keys(), expected.keys())
        for name in (b"loop-a", b"loop-b", b"broken"):
            self.assertIn(followed[name], ("unreadable", "unsupported"), name)
        for name in (b"itself", b"endless", b"deep/up"):
            self.assertEqual(followed[name], "unsupported", name)
        for device in ("/dev/zero", "/dev/null"):
            (row,) = self.scan(path=device).stdout.splitlines()[1:-1]
            self.assertEqual(json.loads(row)["outcome"], "unsupported")

    def test_what_may_not_be_read(self):
        """As a user who is not root, whom nothing stops."""
        (self.folder / "closed").mkdir()
        (self.folder / "closed" / "inside.png").write_bytes(small_png())
        for name in ("mine.png", "secret.png"):
            (self.folder / name).write_bytes(small_png())
        tool = self.copied_tool()
        for path, mode in ((self.place, 0o755), (self.folder / "closed", 0), (self.folder / "secret.png", 0)):
            os.chmod(path, mode)
        self.addCleanup(os.chmod, self.folder / "closed", 0o755)
        rows = self.rows(tool=tool, **({"user": 65534, "group": 65534, "extra_groups": []} if IS_ROOT else {}))
        outcomes = {name: row["outcome"] for name, row in rows.items()}
        self.assertEqual(outcomes, {b"closed": "unreadable", b"mine.png": "clean", b"secret.png": "unreadable"})
        self.assertTrue(all(row["reason"] for name, row in rows.items() if name != b"mine.png"))

    def test_a_tree_deeper_than_a_path_may_be_long(self):
        here = os.open(self.folder, os.O_RDONLY)
        for _ in range(40):
            os.mkdir("d" * 200, dir_fd=here)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        with open(os.open("deep.png", os.O_WRONLY | os.O_CREAT, dir_fd=here), "wb") as file:
            file.write(small_png())
        os.close(here)
        ((name, row),) = self.rows().items()
        self.assertTrue(name.endswith(b"deep.png") or row["outcome"] == "unreadable", row)
        self.assertTrue(row["outcome"] == "clean" or row["reason"], row)

    @unittest.skipUnless(IS_ROOT, "mounting needs root; a full device and a file limit are in cli.process")
    def test_a_full_file_system(self):
        """The report does not fit: an error that says so, and no report."""
        for number in range(2000):
            (self.folder / str(number)).write_bytes(b"")
        small = self.place / "small"
        small.mkdir()
        script = 'mount -t tmpfs -o size=64k none "$1" && shift && "$@"; code=$?; ls -A "$0"; exit $code'
        before = ("unshare", "--mount", "sh", "-c", script, small, small)
        done = self.scan("--output", small / "report", before=before)
        self.assertEqual((done.returncode, done.stdout), (2, b""), done.stderr)
        self.assertIn(b"No space left on device", done.stderr)


if __name__ == "__main__":
    unittest.main()
