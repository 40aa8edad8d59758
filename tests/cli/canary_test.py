"""Canaries: hashes of a list, in every form, are looked for where they must not be: in what the tool writes, in the
memory of the programs that it starts, and in what a core dump of it would hold."""

import array
import base64
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import unittest

from support import TOOL, ToolTest, picture, tutela

RANDOM = random.Random(20261130)
MARKS = [RANDOM.randbytes(8), RANDOM.randbytes(8)]  # each hash begins and ends with one: few words to look for
ON_STACKS = 16  # marks: what a function that handled a hash last leaves on a stack; the list has some 2,000
SIZES = {"pdq": 32, "md5": 16, "sha1": 20, "sha256": 32}


def forms(mark):
    """Eight bytes, as they are, in hex of both cases, and in base64 at each of its three alignments."""
    inner = [base64.b64encode(mark[shift : shift + 6]) for shift in range(3)]
    return [mark, mark.hex().encode(), mark.hex().upper().encode(), *inner]


def marked(size):
    return MARKS[0] + RANDOM.randbytes(size - 16) + MARKS[1]


class Memory:
    """The memory of a process that stands still."""

    def __init__(self, process):
        self.regions = []  # begin, end, flags
        for line in pathlib.Path(f"/proc/{process}/smaps").read_text().splitlines():
            words = line.split()
            if "-" in words[0] and not words[0].endswith(":"):
                begin, end = (int(part, 16) for part in words[0].split("-"))
                self.regions.append([begin, end, words[1], " ".join(words[5:]), []])
            elif words[0] == "VmFlags:":
                self.regions[-1][4] = words[1:]
        self.bytes = []
        with open(f"/proc/{process}/mem", "rb", buffering=0) as memory, open(f"/proc/{process}/pagemap", "rb") as pages:
            for begin, end, mode, name, _ in self.regions:
                code = mode in ("r--p", "r-xp") and name.startswith("/")  # of programs and libraries, as it was on disk
                wanted = mode.startswith("r") and name not in ("[vvar]", "[vsyscall]") and not code
                self.bytes.append(self.read(memory, pages, begin, end) if wanted else b"")

    @staticmethod
    def read(memory, pages, begin, end):
        """The pages of a region that are there: many are large and nearly empty."""
        size = os.sysconf("SC_PAGE_SIZE")
        pages.seek(begin // size * 8)
        entries = array.array("Q", pages.read((end - begin) // size * 8))
        parts = []
        at = 0
        while at < len(entries):
            first = at
            there = entries[at] >> 62 != 0  # in memory, or swapped
            while at < len(entries) and (entries[at] >> 62 != 0) == there:
                at += 1
            if there:
                try:
                    memory.seek(begin + first * size)
                    parts.append(memory.read((at - first) * size))
                except OSError:  # of a device
                    pass
        return b"".join(parts)

    def count_in_cores(self, needles):
        """How often needles are in what a core dump would hold."""
        kept = [data for region, data in zip(self.regions, self.bytes) if "dd" not in region[4]]
        return sum(data.count(needle) for data in kept for needle in needles)

    def holding(self, needles):
        """The regions that hold a needle."""
        return [
            region for region, data in zip(self.regions, self.bytes) if any(needle in data for needle in needles)
        ]


def children_of(process):
    listed = pathlib.Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


class Canary(ToolTest):
    def setUp(self):
        super().setUp()
        self.hashes = {kind: [marked(size) for _ in range(300)] for kind, size in SIZES.items()}
        self.hashes["md5"] = [MARKS[0] + RANDOM.randbytes(8) for _ in range(300)]
        self.needles = [form for mark in MARKS for form in forms(mark)]
        rows = ["pdq,md5,sha1,sha256,id"]
        rows += [
            ",".join([*(self.hashes[kind][i].hex() for kind in SIZES), f"entry {i}"])
            for i in range(300)
        ]
        self.csv = self.write("known.csv", "\n".join(rows) + "\n")
        self.text = self.write("known.txt", "".join(f"{value.hex()},x\n" for value in self.hashes["pdq"]))
        self.known = self.dir / "known.tutela"
        columns = ["--columns", "pdq=pdq,md5=md5,sha1=sha1,sha256=sha256,id=id"]
        self.built = self.check(tutela("list", "build", self.known, self.csv, *columns), 0)

    def is_silent(self, data, what):
        for needle in self.needles:
            self.assertNotIn(needle, data, what)

    def test_what_is_written_holds_no_canary(self):
        photo = self.write("photos/1.png", picture(1))
        self.write("photos/broken.png", picture(2)[:900])
        self.is_silent(self.built.stdout + self.built.stderr, "build")
        for known in (self.known, self.text):
            for form in ("text", "jsonl", "csv", "html"):
                report = self.dir / f"report.{form}"
                journal = self.dir / f"{form}.journal"
                result = tutela(
                    "scan", "--list", known, "--format", form, "-o", report, "--journal", journal, "--keep-journal",
                    self.dir / "photos", self.dir / "none",
                )
                for data in (result.stdout, result.stderr, report.read_bytes(), journal.read_bytes()):
                    self.is_silent(data, form)
                report.unlink()
                journal.unlink()
        whole = self.known.read_bytes()
        for place in range(40, len(whole), len(whole) // 6):
            damaged = self.write("damaged.tutela", whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
            cut = self.write("cut.tutela", whole[:place])
            for bad in (damaged, cut):
                for command in (["list", "verify", bad], ["scan", "--list", bad, photo], ["match", "--list", bad, bad]):
                    result = tutela(*command)
                    self.is_silent(result.stdout + result.stderr, command)
        # What is matched says which entry and how near, and no hash.
        queries = self.write("queries.txt", "".join(f"{value.hex()}\n" for value in self.hashes["pdq"]))
        for form in ("csv", "jsonl"):
            result = self.check(tutela("match", "--list", self.known, "--format", form, queries), 1)
            self.is_silent(result.stdout + result.stderr, form)

    def stopped(self, command, most=20):
        """Starts the tool and stops it once it has started a program; the two processes, or fails."""
        for _ in range(most):
            process = subprocess.Popen(
                [TOOL, *map(os.fspath, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            while process.poll() is None:
                children = children_of(process.pid)
                named = [child for child in children if self.name_of(child).startswith("tutela-")]
                if not named:
                    continue
                time.sleep(0.05)  # so that it has begun to work
                process.send_signal(signal.SIGSTOP)
                if named[0] in children_of(process.pid) and self.name_of(named[0]):
                    return process.pid, named[0]
        self.fail("no program was started, or it was over too soon")

    @staticmethod
    def name_of(process):
        try:
            return pathlib.Path(f"/proc/{process}/comm").read_text().strip()
        except OSError:
            return ""

    def memory_of(self, process):
        try:
            return Memory(process)
        except PermissionError:
            self.skipTest("the memory of a protected process is for root alone to read")

    def check_memory(self, command):
        tool, worker = self.stopped(command)
        self.assertEqual(self.memory_of(worker).holding(self.needles), [], "in the worker")
        memory = self.memory_of(tool)
        self.assertNotEqual(memory.holding(self.needles), [], "the canary would not sing")
        self.assertLess(memory.count_in_cores(self.needles), ON_STACKS, memory.holding(self.needles))

    def photos(self):
        whole = picture(1, side=300)
        for i in range(400):
            self.write(f"photos/{i}.png", whole + i.to_bytes(4, "big"))
        return self.dir / "photos"

    def test_workers_and_cores_of_a_scan_hold_no_canary(self):
        photos = self.photos()
        for engine in ("flat", "bk_forest"):
            with self.subTest(engine):
                self.check_memory(["scan", "-j", "1", "--list", self.known, "--engine", engine, photos])
        with self.subTest("a text list"):
            self.check_memory(["scan", "-j", "1", "--list", self.text, photos])
        key = self.dir / "key"
        self.check(tutela("list", "keygen", "--for", "encryption", key), 0)
        secret = self.dir / "secret"
        self.check(tutela("list", "encrypt", self.known, "-o", secret, "--key-file", key), 0)
        self.needles += forms(bytes.fromhex(key.read_text())[:8])
        with self.subTest("an encrypted list, and its key"):
            self.check_memory(["scan", "-j", "1", "--list", secret, "--list-key-file", key, photos])

    def test_stream_receivers_hold_no_canary(self):
        with socket.create_server(("127.0.0.1", 0)) as server:  # takes the connection and says nothing
            self.check_memory(["watch", "--list", self.known, f"http://127.0.0.1:{server.getsockname()[1]}/live.ts"])

    def test_the_tool_leaves_no_core_unless_it_may(self):
        fifo = self.dir / "live.y4m"
        os.mkfifo(fifo)
        for allow in ([], ["--allow-core-dumps"]):
            process = subprocess.Popen(
                [TOOL, *allow, "watch", "--list", self.known, fifo], stderr=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, preexec_fn=self.unlimited_cores, cwd=self.dir,
            )
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            with open(fifo, "wb"):  # it has opened the list by then
                limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
                (line,) = [line for line in limits.splitlines() if "core file size" in line]
                self.assertEqual(line.split()[4] == "0", not allow, line)
                process.send_signal(signal.SIGABRT)
                self.assertEqual(process.wait(60), -signal.SIGABRT)
            cores = [path for path in self.dir.iterdir() if path.name.startswith("core")]
            if not allow:
                self.assertEqual(cores, [])
            for core in cores:  # none where the system puts them elsewhere
                data = core.read_bytes()
                self.assertLess(sum(data.count(needle) for needle in self.needles), ON_STACKS, core)

    @staticmethod
    def unlimited_cores():
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


if __name__ == "__main__":
    unittest.main()
