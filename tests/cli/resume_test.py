"""`tutela scan --journal` and `--resume`: whatever ends a scan, it is continued to the report of one that nothing ended."""

import json
import os
import random
import resource
import shutil
import signal
import stat
import subprocess
import time
import unittest

from support import SMALL_JPEG, TOOL, ToolTest, flat_picture, picture, png, random_hash, tutela

PROFILE = ("--profile", "thorough")  # so that a scan of small pictures takes long enough to be killed within


class JournalTest(ToolTest):
    """A tree of pictures, copies, broken files and odd names, and its undisturbed report."""

    FILES = 150

    def setUp(self):
        super().setUp()
        rng = random.Random(5)
        pictures = [picture(seed, side=48) for seed in range(12)]
        contents = pictures + [
            flat_picture(), png(4, 4, bytes(48)), pictures[0][:60], pictures[1][:-12], SMALL_JPEG, SMALL_JPEG[:400],
            b"", b"words", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04 no archive", rng.randbytes(3000),
        ]
        for number in range(self.FILES):
            data = contents[rng.randrange(len(contents))] if number % 6 else picture(number % 12, 40, number % 20)
            self.write(f"in/{number % 7}/{number:03}", data)
        (self.dir / os.fsdecode(b"in/3/\xff,\n")).write_bytes(pictures[0])
        os.symlink("nowhere", self.dir / "in/5/link")
        os.mkfifo(self.dir / "in/5/fifo")
        self.list = self.write("known.txt", "".join(f"{self.hash_of(self.write(f'known/{seed}.png', pictures[seed]))},id-{seed}\n" for seed in range(4)))
        self.journal = self.dir / "scan.journal"
        self.report = self.dir / "report.jsonl"
        self.expected = self.undisturbed()

    def undisturbed(self, *args):
        result = self.check(tutela("scan", "--list", self.list, "--format", "jsonl", "--quiet", *PROFILE, *args, "in", cwd=self.dir), 1)
        return result.stdout

    def command(self, *args):
        return ["scan", "--list", self.list, "--format", "jsonl", "--output", self.report, "--journal", self.journal, *PROFILE, *args, "in"]

    def begin_or_resume(self, *args):
        """The command that goes on from wherever the last one ended."""
        return self.command("--resume", *args) if self.journal.exists() else self.command(*args)

    def finish(self, *args):
        """Goes on to the end: the report is that of an undisturbed scan, and the journal is gone."""
        result = self.check(tutela(*self.begin_or_resume(*args), cwd=self.dir), 1)
        # The first line says how the decoders were kept, and nothing else in a report depends on it.
        self.assertEqual(self.report.read_bytes().split(b"\n", 1)[1], self.expected.split(b"\n", 1)[1])
        if not args:
            self.assertEqual(self.report.read_bytes(), self.expected)
        self.assertFalse(self.journal.exists())
        self.report.unlink()
        return result

    def kept(self, result):
        (line,) = [line for line in result.stderr.decode().splitlines() if line.startswith("continued: ")]
        return int(line.split()[1])


class Kills(JournalTest):
    def test_a_hundred_kills_at_random(self):
        rng = random.Random(6)
        begun = time.monotonic()
        self.finish()
        whole = time.monotonic() - begun
        kills = 0
        progressed = set()
        while kills < 100:
            for _ in range(rng.randrange(1, 4)):
                process = subprocess.Popen([TOOL, *self.begin_or_resume()], cwd=self.dir, stderr=subprocess.DEVNULL)
                try:
                    process.wait(timeout=rng.uniform(0, 0.9 * whole))
                    break
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    kills += 1
                self.assertFalse(self.report.exists() and self.report.read_bytes() != self.expected)
            resumed = self.journal.exists()
            result = self.finish()
            if resumed:
                progressed.add(self.kept(result))
        # They hit it in many places.
        self.assertGreater(len(progressed), 10)

    def strace(self, call, number, *command):
        """Runs the tool; a thread that begins its call of that number is killed, and all with it. True when one was."""
        result = subprocess.run(
            ["strace", "-f", "-qq", "-o", self.dir / "trace", "-e", f"trace={call}",
             "-e", f"inject={call}:signal=SIGKILL:when={number}", TOOL, *command],
            cwd=self.dir, capture_output=True, timeout=60, check=False,
        )
        self.assertIn(result.returncode, (1, -signal.SIGKILL, 128 + signal.SIGKILL), result.stderr)
        return result.returncode != 1

    def test_a_kill_at_every_write_to_the_disk(self):
        if shutil.which("strace") is None:
            self.skipTest("strace is not installed")
        works = subprocess.run(["strace", "-o", self.dir / "trace", "true"], capture_output=True, check=False)
        if works.returncode != 0:
            self.skipTest("this system lets nobody trace")
        shutil.rmtree(self.dir / "in")
        for number in range(20):  # strace counts for each thread: more records of the worker than of the main thread
            self.write(f"in/{number:02}.png", picture(number % 4, side=32))
        self.expected = self.undisturbed()
        kills = {}
        for call in ("pwrite64", "fdatasync", "fsync", "write", "linkat", "rename", "unlink"):
            number = 1
            while self.strace(call, number, *self.begin_or_resume(), "--jobs", "1"):
                # And the run that goes on is killed as well, at a call of its own.
                if self.journal.exists():
                    self.strace("pwrite64", 1 + number % 5, *self.command("--resume"))
                if self.report.exists():
                    self.assertEqual(self.report.read_bytes(), self.expected)
                self.finish()
                number += 1
            kills[call] = number - 1
            self.report.unlink(missing_ok=True)
        self.assertGreaterEqual(kills["pwrite64"], 20, kills)
        self.assertEqual([call for call, count in kills.items() if count == 0], [])


class Interrupts(JournalTest):
    def test_ctrl_c_leaves_no_report_and_says_how_to_go_on(self):
        interrupted = 0
        rng = random.Random(7)
        restore = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        for _ in range(200):
            process = subprocess.Popen(
                [TOOL, *self.command()], cwd=self.dir, stderr=subprocess.PIPE, preexec_fn=restore
            )
            # On a busy machine it takes its time to get there; before, Ctrl-C ends it as it ends any program.
            while not self.journal.exists() and process.poll() is None:
                time.sleep(0.0005)
            time.sleep(rng.uniform(0, 0.02))
            process.send_signal(signal.SIGINT)
            said = process.communicate(timeout=60)[1].decode()
            if process.returncode == 2:
                interrupted += 1
                self.assertIn("tutela: interrupted: ", said)
                self.assertTrue(said.endswith(" files; the same command with --resume goes on from there\n"), said)
                self.assertFalse(self.report.exists())
                self.finish()
            for path in (self.journal, self.report):
                path.unlink(missing_ok=True)
            if interrupted == 5:
                return
        self.fail("the scan was never interrupted")


class Options(JournalTest):
    def full_journal(self):
        self.check(tutela(*self.command("--keep-journal"), cwd=self.dir), 1)
        self.report.unlink()

    def test_a_kept_journal_is_replayed_in_any_format(self):
        self.full_journal()
        self.assertEqual(stat.S_IMODE(self.journal.stat().st_mode), 0o600)
        # Nothing is read again: the pictures may be gone.
        for path in (self.dir / "in/0").iterdir():
            path.unlink()
        result = self.check(tutela(*self.command("--resume", "--keep-journal"), cwd=self.dir), 1)
        self.assertEqual(self.report.read_bytes(), self.expected)
        rows = [json.loads(line) for line in self.expected.splitlines()]
        self.assertEqual(self.kept(result), sum("path" in row for row in rows))
        for form in ("text", "csv"):
            os.rename(self.dir / "in/0", self.dir / "in/gone")
            shutil.copytree(self.dir / "in/1", self.dir / "in/0")
            again = tutela("scan", "--list", self.list, "--format", form, "--journal", self.journal, "--resume", "--keep-journal", *PROFILE, "in", cwd=self.dir)
            self.check(again, 1)
            self.assertGreater(len(again.stdout), 1000)
            shutil.rmtree(self.dir / "in/0")
            os.rename(self.dir / "in/gone", self.dir / "in/0")

    def test_hashes_are_kept_only_for_a_report_that_shows_them(self):
        value = self.hash_of(self.dir / "known/0.png")
        self.full_journal()
        data = self.journal.read_bytes()
        for start in range(0, 64, 16):
            self.assertNotIn(value[start : start + 16].encode(), data)
            self.assertNotIn(bytes.fromhex(value[start : start + 16]), data)
        result = self.check(tutela(*self.command("--resume", "--show-hashes"), cwd=self.dir), 2)
        self.assertIn(b"which differs in: keeping of hashes", result.stderr)
        self.journal.unlink()
        shown = self.undisturbed("--show-hashes")
        self.check(tutela(*self.command("--show-hashes", "--keep-journal"), cwd=self.dir), 1)
        self.assertIn(bytes.fromhex(value), self.journal.read_bytes())
        self.check(tutela(*self.command("--show-hashes", "--resume"), cwd=self.dir), 1)
        self.assertEqual(self.report.read_bytes(), shown)

    def test_resume_alone_takes_the_journal_beside_the_report(self):
        self.journal = self.dir / "report.jsonl.journal"
        self.full_journal()
        self.check(tutela("scan", "--list", self.list, "--format", "jsonl", *PROFILE, "--output", self.report, "--resume", "in", cwd=self.dir), 1)
        self.assertEqual(self.report.read_bytes(), self.expected)
        self.assertFalse(self.journal.exists())

    def test_usage(self):
        for words, said in (
            (["--resume"], b"--resume needs --journal F, or a report's --output F"),
            (["--keep-journal"], b"--keep-journal is for --journal F or --resume"),
            (["--journal", ""], b"--journal needs a name"),
        ):
            result = self.check(tutela("scan", "--list", self.list, *words, "in", cwd=self.dir), 2)
            self.assertIn(said, result.stderr)

    def test_a_journal_is_never_overwritten_and_must_be_there(self):
        self.full_journal()
        before = self.journal.read_bytes()
        result = self.check(tutela(*self.command(), cwd=self.dir), 2)
        self.assertIn(b"to continue the scan of a journal, add --resume", result.stderr)
        self.assertEqual(self.journal.read_bytes(), before)
        for name in ("in/0/000", "known.txt", "in"):
            self.journal = self.dir / name
            self.check(tutela(*self.command(), cwd=self.dir), 2)
            self.check(tutela(*self.command("--resume"), cwd=self.dir), 2)
        self.journal = self.dir / "absent"
        result = self.check(tutela(*self.command("--resume"), cwd=self.dir), 2)
        self.assertIn(b"No such file or directory", result.stderr)
        self.assertFalse(self.report.exists())

    def test_another_scans_journal_is_refused(self):
        self.full_journal()
        for words, what in ((["--radius", "3"], b"radius"), (["--max-pixels", "99"], b"limit of pixels"), (["in/1"], b"number of paths, paths")):
            result = self.check(tutela(*self.command("--resume", *words), cwd=self.dir), 2)
            self.assertTrue(result.stderr.endswith(b"the journal is of another run, which differs in: " + what + b"\n"), result.stderr)
        self.write("elsewhere/in/x", "x")
        result = self.check(tutela(*self.command("--resume"), cwd=self.dir / "elsewhere"), 2)
        self.assertTrue(result.stderr.endswith(b"differs in: working directory\n"), result.stderr)
        self.list = self.write("other.txt", random_hash(3) + "\n")
        result = self.check(tutela(*self.command("--resume"), cwd=self.dir), 2)
        self.assertTrue(result.stderr.endswith(b"differs in: list\n"), result.stderr)

    def test_one_process_at_a_time(self):
        # A report into a FIFO that nobody reads: the scan holds its journal and waits.
        os.mkfifo(self.dir / "pipe")
        self.report = self.dir / "pipe"
        holder = subprocess.Popen([TOOL, *self.command()], cwd=self.dir, stderr=subprocess.DEVNULL)
        reader = os.open(self.dir / "pipe", os.O_RDONLY)
        os.read(reader, 1)
        self.report = self.dir / "report.jsonl"
        result = self.check(tutela(*self.command("--resume"), cwd=self.dir), 2)
        self.assertIn(b"another process is using the journal", result.stderr)
        while os.read(reader, 1 << 16):
            pass
        os.close(reader)
        self.assertEqual(holder.wait(timeout=60), 1)

    def test_a_journal_inside_the_scanned_folder_is_no_row(self):
        self.journal = self.dir / "in/2/scan.journal"
        self.finish()

    def test_names_of_journals_are_inert(self):
        self.journal = self.dir / "bad\x1b[2J\u202e"
        result = self.check(tutela(*self.command("--resume"), cwd=self.dir), 2)
        self.assertNotIn(b"\x1b", result.stderr)
        self.assertNotIn("\u202e".encode(), result.stderr)


class FullDisk(JournalTest):
    def test_a_journal_that_outgrows_a_limit_is_continued(self):
        self.check(tutela(*self.command("--keep-journal"), cwd=self.dir), 1)
        whole = self.journal.stat().st_size
        self.journal.unlink()
        self.report.unlink()
        rng = random.Random(8)
        for size in [1, 40] + [rng.randrange(100, whole) for _ in range(12)]:
            limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            # A sandbox shares memory by way of a file, and would not start.
            result = self.check(tutela(*self.command("--no-sandbox"), cwd=self.dir, preexec_fn=limit), 2)
            self.assertIn(b"File too large", result.stderr)
            # Whichever of the two outgrows it first.
            self.assertTrue(b"scan.journal" in result.stderr or b"report.jsonl" in result.stderr, result.stderr)
            self.assertFalse(self.report.exists())
            self.finish("--no-sandbox")

    def test_a_full_disk(self):
        small = self.dir / "small"
        small.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", small], capture_output=True, check=False).returncode != 0:
            self.skipTest("no file system can be mounted here")
        try:
            self.journal = small / "scan.journal"
            result = self.check(tutela(*self.command(), cwd=self.dir), 2)
            self.assertIn(b"No space left on device", result.stderr)
            self.assertFalse(self.report.exists())
            subprocess.run(["mount", "-o", "remount,size=10m", small], check=True)
            self.assertGreater(self.kept(self.finish()), 10)
        finally:
            subprocess.run(["umount", small], check=True)


if __name__ == "__main__":
    unittest.main()
