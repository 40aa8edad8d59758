"""`tutela list build`, `list info`, `list verify`."""

import os
import shutil
import stat
import subprocess
import unittest

from support import TOOL, ToolTest, random_hash, tutela


def lines(first, last, category="cat"):
    return "".join(f"{random_hash(n)},id-{n},{category},label {n}\n" for n in range(first, last))


class Lists(ToolTest):
    def digest(self, path):
        text = self.check(tutela("list", "info", path), 0).stdout.decode()
        return next(line.split()[1] for line in text.splitlines() if line.startswith("digest:"))

    def test_merges_texts_and_snapshots_in_order(self):
        a = self.write("a.txt", lines(0, 3))
        b = self.write("b.txt", "# comment\n\n" + lines(3, 5, "dog"))
        both = self.write("both.txt", lines(0, 3) + lines(3, 5, "dog"))
        self.check(tutela("list", "build", self.dir / "a.tutela", a), 0)
        result = self.check(tutela("list", "build", self.dir / "out.tutela", self.dir / "a.tutela", b), 0)
        self.assertIn(b"5 entries", result.stdout)
        self.assertIn(b"3 added, from a snapshot", result.stderr)
        self.assertIn(b"2 added, 0 skipped, 4 lines", result.stderr)
        self.assertEqual(self.digest(self.dir / "out.tutela"), self.digest(both))
        result = self.check(tutela("match", "-r", "0", "--list", self.dir / "out.tutela", random_hash(4)), 1)
        self.assertEqual(result.stdout, b"0,id-4,0\n")

    def test_info(self):
        text = self.write("a.txt", lines(0, 1200) + lines(1200, 1201, "") + lines(1201, 1203, "\x1Bdog"))
        self.check(tutela("list", "build", self.dir / "a.tutela", text), 0)
        for path, kind in ((text, "text list"), (self.dir / "a.tutela", "snapshot")):
            said = self.check(tutela("list", "info", path), 0).stdout.decode()
            self.assertIn("entries:    1,203\n", said)
            self.assertIn(f"kind:       {kind}\n", said)
            self.assertRegex(said, r"digest:     [0-9a-f]{64}\n")
            self.assertIn("categories: 3\n  (none): 1\n  \\x1Bdog: 2\n  cat: 1,200\n", said)

    def test_an_index_can_be_stored(self):
        text = self.write("a.txt", lines(0, 300))
        plain, stored = self.dir / "plain.tutela", self.dir / "stored.tutela"
        self.check(tutela("list", "build", plain, text), 0)
        self.check(tutela("list", "build", "--index", "always", stored, plain), 0)
        self.assertEqual(self.digest(stored), self.digest(plain))
        self.assertGreater(stored.stat().st_size, plain.stat().st_size)
        for path, index in ((plain, "none stored"), (stored, "bk_forest, stored")):
            self.assertIn(f"index:      {index}\n", self.check(tutela("list", "info", path), 0).stdout.decode())
        self.check(tutela("list", "build", "--index", "sometimes", stored, plain), 2)
        for option in ([], ["--trust-list"]):
            result = self.check(tutela("match", *option, "--list", stored, random_hash(7)), 1)
            self.assertEqual(result.stdout, b"0,id-7,0\n")

    def test_a_trusted_list_is_not_read_first(self):
        known = self.dir / "known.tutela"
        self.check(tutela("list", "build", known, self.write("a.txt", lines(0, 3))), 0)
        known.write_bytes(known.read_bytes().replace(b"id-1", b"id-x"))
        self.check(tutela("match", "--list", known, random_hash(1)), 2)
        result = self.check(tutela("match", "--trust-list", "--list", known, random_hash(1)), 1)
        self.assertEqual(result.stdout, b"0,id-x,0\n")

    def test_a_scan_with_a_trusted_list_ends_by_verifying_it(self):
        known = self.dir / "known.tutela"
        self.check(tutela("list", "build", known, self.write("a.txt", lines(0, 3))), 0)
        self.check(tutela("scan", "--trust-list", "--list", known, known), 0)
        known.write_bytes(known.read_bytes().replace(b"id-1", b"id-x"))
        result = self.check(tutela("scan", "--trust-list", "--list", known, known), 2)
        self.assertIn(b"the report is worthless", result.stderr)

    def test_bad_lines_are_named_and_skipped_or_refused(self):
        text = self.write("a.txt", "bad\n" + lines(0, 2) + "worse\n")
        out = self.dir / "a.tutela"
        result = self.check(tutela("list", "build", "--strict", out, text), 2)
        self.assertFalse(out.exists())
        result = self.check(tutela("list", "build", out, text), 0)
        self.assertIn(f"{text}:1: ".encode(), result.stderr)
        self.assertIn(f"{text}:4: ".encode(), result.stderr)
        self.assertIn(b"2 added, 2 skipped, 4 lines", result.stderr)
        self.assertIn(b"2 entries", result.stdout)

    def test_very_many_bad_lines_stay_few_messages(self):
        text = self.write("a.txt", lines(0, 1) + "bad\n" * 5000)
        result = self.check(tutela("list", "build", self.dir / "a.tutela", text), 0)
        self.assertLess(len(result.stderr.splitlines()), 110)
        self.assertIn(b"4,900 more bad lines skipped", result.stderr)

    def test_inputs_that_are_no_lists(self):
        words = self.write("words.txt", "only\nwords\n")
        for bad in (words, self.dir / "absent", self.dir, self.write("zeros", bytes(5000)), self.write("void", "")):
            result = self.check(tutela("list", "build", self.dir / "out.tutela", bad), 2)
            self.assertFalse((self.dir / "out.tutela").exists())
            self.assertIn(b"cannot use", result.stderr)

    def test_only_a_snapshot_is_overwritten(self):
        a = self.write("a.txt", lines(0, 2))
        b = self.write("b.txt", lines(2, 4))
        self.check(tutela("list", "build", a, b), 2)
        self.assertEqual(a.read_text(), lines(0, 2))
        os.mkfifo(self.dir / "pipe")
        self.check(tutela("list", "build", self.dir / "pipe", a), 2)
        self.assertTrue(stat.S_ISFIFO(os.stat(self.dir / "pipe").st_mode))
        for source in (a, b):
            self.check(tutela("list", "build", self.dir / "out.tutela", source), 0)
        self.assertEqual(self.digest(self.dir / "out.tutela"), self.digest(b))

    def test_what_cannot_be_looked_into_is_not_overwritten(self):
        tool = shutil.copy(TOOL, self.dir / "tutela")
        a = self.write("a.txt", lines(0, 2))
        secret = self.write("secret.txt", lines(2, 4))
        self.dir.chmod(0o777)
        secret.chmod(0)
        user = 65534 if os.geteuid() == 0 else None  # nothing is closed to root
        result = subprocess.run([tool, "list", "build", secret, a], user=user, capture_output=True, check=False)
        self.check(result, 2)
        self.assertIn(b"not overwritten", result.stderr)
        secret.chmod(0o600)
        self.assertEqual(secret.read_text(), lines(2, 4))

    def test_output_that_cannot_be_written(self):
        a = self.write("a.txt", lines(0, 2))
        result = self.check(tutela("list", "build", self.dir / "no" / "such" / "folder", a), 2)
        self.assertIn(b"cannot write", result.stderr)

    def test_verify_finds_every_damaged_byte(self):
        a = self.write("a.txt", lines(0, 3))
        out = self.dir / "a.tutela"
        self.check(tutela("list", "build", out, a), 0)
        self.check(tutela("list", "verify", out), 0)
        self.check(tutela("list", "verify", a), 0)
        whole = out.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 60)):
            changed = bytearray(whole)
            changed[place] ^= 1
            self.check(tutela("list", "verify", self.write("bad.tutela", bytes(changed))), 2)
        self.check(tutela("list", "verify", self.write("cut.tutela", whole[:-1])), 2)
        self.check(tutela("list", "verify", self.write("part.txt", lines(0, 1) + "bad\n")), 2)


if __name__ == "__main__":
    unittest.main()
