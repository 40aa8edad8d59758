"""What is left of a list when the power goes while it is changed: on a file system of its own, which is shut down with
all that is not yet on its disk, and mounted again."""

import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import list_change_test
from support import ToolTest

EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING_THE_JOURNAL = 2
SKIPPED = 77


def run(*args):
    subprocess.run(list(map(os.fspath, args)), check=True, capture_output=True)


class Disk:
    """An ext4 in a file, mounted."""

    def __init__(self, folder):
        self.image = folder / "disk"
        self.place = folder / "mounted"
        self.place.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(64 << 20)
        run("mkfs.ext4", "-q", "-F", self.image)
        self.mount()

    def mount(self):
        run("mount", "-o", "loop", self.image, self.place)

    def unmount(self):
        run("umount", self.place)

    def lose_power(self):
        fd = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING_THE_JOURNAL))
        finally:
            os.close(fd)
        self.unmount()
        self.mount()


class Durability(ToolTest):
    kill_at_every_step = list_change_test.ListChange.kill_at_every_step
    restore = list_change_test.ListChange.restore
    run_tool = list_change_test.ListChange.run_tool
    found = list_change_test.ListChange.found

    def setUp(self):
        super().setUp()
        self.disk = Disk(self.dir)
        self.addCleanup(self.disk.unmount)
        self.inputs = self.dir
        self.dir = self.disk.place / "lists"
        self.dir.mkdir()

    def test_power_lost_at_every_step(self):
        (self.inputs / "old.txt").write_text(list_change_test.lines(["a1", "b1"]))
        (self.inputs / "more.txt").write_text(list_change_test.lines(["c1"]))
        path = self.dir / "known.tutela"
        self.run_tool("list", "build", path, self.inputs / "old.txt")
        update = ["list", "update", path, self.inputs / "more.txt"]
        lose_power = self.disk.lose_power
        self.kill_at_every_step(path, update, [{"a1", "b1"}, {"a1", "b1", "c1"}], lose_power)
        self.run_tool(*update)
        self.kill_at_every_step(path, ["list", "compact", path], [{"a1", "b1", "c1"}], lose_power)
        # What was said to be done is done.
        self.run_tool("list", "remove", path, "a1")
        lose_power()
        self.assertEqual(self.found(path, ["a1", "b1", "c1"]), {"b1", "c1"})

    def test_the_test_sees_what_is_not_durable(self):
        path = self.dir / "file"
        path.write_text("old")
        os.sync()
        path.write_text("new and longer")
        self.disk.lose_power()
        self.assertNotEqual(path.read_text(), "new and longer")


def can_mount():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tutela-mount-"))
    try:
        Disk(folder).unmount()
        return True
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"this machine cannot mount a file system of its own: {error}", file=sys.stderr)
        return False
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if not can_mount():
        sys.exit(SKIPPED)
    unittest.main()
