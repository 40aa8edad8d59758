"""The tool as a process: closed and full outputs, signals, terminals, core dumps."""

import fcntl
import json
import os
import pty
import resource
import signal
import stat
import struct
import subprocess
import termios
import time
import unittest

from support import TOOL, ToolTest, picture, tutela


class Outputs(ToolTest):
    def setUp(self):
        super().setUp()
        self.picture = self.write("a.png", picture(1))
        self.hash = self.hash_of(self.picture)
        self.list = self.write("known.txt", f"{self.hash}\n")
        self.commands = [
            ["--help"],
            ["--version"],
            ["scan", "--help"],
            ["hash", self.picture],
            ["match", "--list", self.list, self.hash],
            ["list", "info", self.list],
            ["list", "verify", self.list],
            ["list", "build", self.dir / "out.tutela", self.list],
            *(["scan", "--list", self.list, "--format", form, self.picture] for form in ("text", "jsonl", "csv")),
        ]

    def check_fails(self, result, command, reason):
        self.assertEqual(result.returncode, 2, command)
        said = result.stderr.decode().splitlines()
        self.assertEqual(said[-1], f"tutela: cannot write standard output: {reason}", command)

    def test_a_full_disk(self):
        for command in self.commands:
            with open("/dev/full", "wb") as full:
                self.check_fails(tutela(*command, stdout=full), command, "No space left on device")

    def test_a_closed_pipe(self):
        for command in self.commands:
            reader, writer = os.pipe()
            os.close(reader)
            self.check_fails(tutela(*command, stdout=writer), command, "Broken pipe")
            os.close(writer)

    def test_a_closed_standard_output(self):
        for command in self.commands:
            result = tutela(*command, stdout=None, preexec_fn=lambda: os.close(1))
            self.check_fails(result, command, "Bad file descriptor")
        self.assertEqual(self.list.read_text(), f"{self.hash}\n")

    def test_a_report_on_a_full_device(self):
        for form in ("text", "jsonl", "csv"):
            result = tutela("scan", "--list", self.list, "--format", form, "--output", "/dev/full", self.picture)
            self.check(result, 2)
            self.assertIn(b"cannot write /dev/full: No space left on device", result.stderr)
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))

    def test_a_report_that_outgrows_a_limit_leaves_the_older_one(self):
        report = self.write("report", "old")
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        # A sandbox shares memory by way of a file, and would not start.
        command = ["scan", "--no-sandbox", "--list", self.list, "--format", "jsonl", "--output", report, self.picture]
        result = self.check(tutela(*command, preexec_fn=limit), 2)
        self.assertIn(b"File too large", result.stderr)
        self.assertEqual(report.read_text(), "old")
        self.assertEqual(len(list(self.dir.iterdir())), 3)


class CoreDumps(ToolTest):
    def test_there_are_none(self):
        lines = self.dir / "lines"
        os.mkfifo(lines)
        known = self.write("known.txt", "0" * 64 + "\n")
        with subprocess.Popen([TOOL, "match", "--list", known, lines], stdout=subprocess.PIPE) as process:
            # The tool has opened its end of the pipe once this returns, and waits for a line.
            with open(lines, "w", encoding="ascii"):
                soft, hard = resource.prlimit(process.pid, resource.RLIMIT_CORE)
            self.assertEqual((soft, hard), (0, 0))
            process.wait(timeout=60)


class Interrupts(ToolTest):
    """A scan that fills the pipe of a reader who does not read cannot end before it is told to."""

    FILES = 3000
    PIPE_BYTES = 4096
    ROW_BYTES = 700  # more than a row has

    def setUp(self):
        super().setUp()
        data = picture(1, side=64)
        first = self.write("photos/00000.png", data)
        for number in range(1, self.FILES):
            os.link(first, self.dir / "photos" / f"{number:05}.png")
        self.hash = self.hash_of(first)
        self.list = self.write("known.txt", f"{self.hash},id\n")

    def start(self, *args):
        # A parent that ignores SIGINT would hand that on.
        restore = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        command = [TOOL, "scan", "--list", self.list, "--format", "jsonl", *args, self.dir / "photos"]
        # The smallest pipe there is: one page.
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "pipesize": self.PIPE_BYTES}
        process = subprocess.Popen(command, preexec_fn=restore, **pipes)
        self.wait_until(lambda: self.is_stuck(process), "a full pipe")
        return process

    def wait_until(self, condition, what):
        deadline = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"{what} did not come to pass")
            time.sleep(0.005)

    def is_stuck(self, process):
        """The pipe has no room for another row, and no thread runs."""
        waiting = struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, bytes(4)))[0]
        if waiting + self.ROW_BYTES <= self.PIPE_BYTES:
            return False
        for task in os.listdir(f"/proc/{process.pid}/task"):
            with open(f"/proc/{process.pid}/task/{task}/status", encoding="ascii") as status:
                if "State:\tS" not in status.read():
                    return False
        return True

    def wait_until_handled(self, process, number):
        """Waits until the process no longer catches the signal: its handler has run, and is used up."""

        def caught():
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                mask = next(int(line.split()[1], 16) for line in status if line.startswith("SigCgt"))
            return mask >> (number - 1) & 1

        self.wait_until(lambda: not caught(), "the signal's handler")

    def test_the_report_so_far_is_valid(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start()
            process.send_signal(number)
            self.wait_until_handled(process, number)
            report, said = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 2, said)
            first, *rows, last = [json.loads(line) for line in report.splitlines()]
            self.assertIn("run", first)
            self.assertEqual((last["end"]["interrupted"], last["end"]["files"]), (True, len(rows)))
            self.assertTrue(report.endswith(b"\n"))
            self.assertGreater(len(rows), 0)
            self.assertLess(len(rows), self.FILES)
            self.assertEqual([row["path"][-9:] for row in rows], [f"{n:05}.png" for n in range(len(rows))])
            last = said.decode().splitlines()[-1]
            self.assertEqual(last.replace(",", ""), f"tutela: interrupted: {len(rows)} of {self.FILES} files")

    def test_the_second_signal_kills(self):
        process = self.start()
        process.send_signal(signal.SIGINT)
        self.wait_until_handled(process, signal.SIGINT)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), -signal.SIGINT)
        process.communicate(timeout=60)


class Terminals(ToolTest):
    def run_on_terminal(self, *args, columns=80):
        """Standard error is a terminal; what it received."""
        master, slave = pty.openpty()
        os.set_blocking(master, False)
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        result = tutela(*args, stderr=slave)
        os.close(slave)
        received = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            received += piece
        return result, received

    def setUp(self):
        super().setUp()
        for number in range(5):
            self.write(f"photos/{number}.png", picture(number))
        self.list = self.write("known.txt", f"{self.hash_of(self.dir / 'photos' / '1.png')}\n")
        self.command = ["scan", "--list", self.list, "--format", "jsonl", self.dir / "photos"]

    def test_a_bar_is_drawn_and_cleared(self):
        result, received = self.run_on_terminal(*self.command, columns=100)
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stdout, tutela(*self.command).stdout)
        bar, after = received.rsplit(b"\r\x1b[K", 1)
        for words in (b"[####", b"100%", b"5/5 files", b"1 matched", b"files/s", b"ETA 0:00"):
            self.assertIn(words, bar)
        self.assertTrue(after.startswith(b"scanned 5 files"), after)

    def test_the_bar_keeps_within_the_terminal(self):
        for columns in (1, 2, 10, 30, 40, 60, 200):
            _, received = self.run_on_terminal(*self.command, columns=columns)
            drawn = [piece.split(b"\x1b[K")[0] for piece in received.split(b"\r") if b"%" in piece]
            for piece in drawn:
                self.assertLess(len(piece), columns)

    def test_no_bar_when_unwanted(self):
        for option in ("--quiet", "--no-progress"):
            _, received = self.run_on_terminal(*self.command, option)
            self.assertNotIn(b"\x1b", received)
        self.assertNotIn(b"\x1b", tutela(*self.command).stderr)

    def test_other_commands_draw_none(self):
        _, received = self.run_on_terminal("hash", self.dir / "photos" / "1.png")
        self.assertEqual(received, b"")


if __name__ == "__main__":
    unittest.main()
