"""Lists encrypted at rest: every command opens them with the key, and none without."""

import base64
import os
import subprocess
import unittest

from support import TOOL, ToolTest, picture, random_hash, tutela


class Encrypt(ToolTest):
    def setUp(self):
        super().setUp()
        photo = self.write("photos/1.png", picture(1))
        self.value = self.hash_of(photo)
        self.text = self.write("known.txt", f"{self.value},one,A1\n{random_hash(2)}\n")
        self.plain = self.dir / "known.tutela"
        self.check(tutela("list", "build", self.plain, self.text), 0)
        self.key = self.dir / "list.key"
        self.check(tutela("list", "keygen", "--for", "encryption", self.key), 0)
        self.secret = self.dir / "known.secret"
        self.check(tutela("list", "encrypt", self.plain, "-o", self.secret, "--key-file", self.key), 0)

    def commands(self):
        y4m = self.write("clip.y4m", b"YUV4MPEG2 W64 H64 F1:1 Cmono\nFRAME\n" + bytes(64 * 64))
        return [
            (["scan", "--list", self.secret, self.dir / "photos"], 1),
            (["match", "--list", self.secret, self.value], 1),
            (["watch", "--list", self.secret, y4m], 0),
            (["list", "info", self.secret], 0),
            (["list", "verify", self.secret], 0),
            (["list", "build", self.dir / "again.tutela", self.secret], 0),
        ]

    def test_the_key_opens_it_everywhere(self):
        for command, code in self.commands():
            self.check(tutela(*command, "--list-key-file", self.key), code)
            self.assertIn(b"there is no key", self.check(tutela(*command), 2).stderr)
        self.assertEqual((self.dir / "again.tutela").read_bytes(), self.plain.read_bytes())
        self.assertIn(b"encrypted snapshot", tutela("list", "info", self.secret, "--list-key-file", self.key).stdout)

    def test_nothing_of_it_can_be_read(self):
        whole = self.secret.read_bytes()
        for value in (self.value, random_hash(2)):
            self.assertNotIn(bytes.fromhex(value)[:8], whole)
        self.assertNotIn(b"one", whole)
        self.assertEqual(os.stat(self.secret).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.key).st_mode & 0o777, 0o600)

    def test_the_key_comes_from_three_sources(self):
        value = self.key.read_text().strip()
        verify = ["list", "verify", self.secret]
        for text in (value, value.upper(), base64.b64encode(bytes.fromhex(value)).decode()):
            self.check(tutela(*verify, "--list-key-env", "LIST_KEY", env=os.environ | {"LIST_KEY": text}), 0)
            self.check(tutela(*verify, "--list-key-command", f"echo {text}"), 0)
        self.check(tutela(*verify, "--list-key-command", f"cat {self.key}"), 0)
        bad = {
            ("--list-key-env", "NO_SUCH_KEY"): b"the environment: there is no such variable",
            ("--list-key-command", "false"): b"the command: it failed",
            ("--list-key-command", f"echo {value}; false"): b"it failed",
            ("--list-key-command", "true"): b"is neither",
            ("--list-key-command", "cat /dev/zero"): b"it failed",  # by the closed pipe
            ("--list-key-command", "no-such-program-anywhere 2>/dev/null"): b"it failed",
            ("--list-key-command", f"echo {value[1:]}"): b"is neither",
            ("--list-key-file", self.dir / "none"): b"the file",
            ("--list-key-file", self.plain): b"is neither",
        }
        for words, reason in bad.items():
            result = self.check(tutela(*verify, *words), 2)
            self.assertIn(reason, result.stderr, words)
            self.assertNotIn(value[1:9].encode(), result.stderr)
        self.check(tutela(*verify, "--list-key-file", self.key, "--list-key-env", "LIST_KEY"), 2)

    def test_programs_started_later_do_not_inherit_it(self):
        value = self.key.read_text().strip()
        scan = ["--allow-core-dumps", "scan", "--list", self.secret, "--list-key-env", "LIST_KEY", self.dir / "photos"]
        result = subprocess.run(
            ["strace", "-f", "-e", "trace=execve", "-v", "-s", "200", TOOL, *scan],
            env=os.environ | {"LIST_KEY": value}, capture_output=True, check=False, timeout=120,
        )
        traced = [line for line in result.stderr.decode().splitlines() if "execve" in line][1:]  # not of the tool itself
        self.assertTrue(traced, result.stderr)
        for line in traced:
            self.assertNotIn(value[:16], line)

    def test_wrong_keys_and_damaged_files_are_refused_whole(self):
        other = self.dir / "other.key"
        self.check(tutela("list", "keygen", "--for", "encryption", other), 0)
        scan = ["scan", "--list", self.secret, self.dir / "photos", "--list-key-file"]
        result = self.check(tutela(*scan, other), 2)
        self.assertIn(b"encrypted with another key", result.stderr)
        self.assertEqual(result.stdout, b"")
        whole = self.secret.read_bytes()
        for damaged in (whole[:-1], whole + b"\0", whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]):
            self.secret.write_bytes(damaged)
            self.assertEqual(self.check(tutela(*scan, self.key), 2).stdout, b"")

    def test_it_comes_back(self):
        back = self.dir / "back.tutela"
        self.check(tutela("list", "decrypt", self.secret, "-o", back, "--key-file", self.key), 0)
        self.assertEqual(back.read_bytes(), self.plain.read_bytes())
        self.check(tutela("list", "encrypt", self.text, "-o", self.dir / "of-text", "--key-file", self.key), 0)
        self.check(tutela("list", "decrypt", self.dir / "of-text", "-o", back, "--key-file", self.key), 0)
        self.assertEqual(back.read_bytes(), self.plain.read_bytes())

    def test_a_list_is_built_without_being_laid_open(self):
        how = ["--list-key-file", self.key]
        self.check(tutela("list", "build", "--encrypt", *how, self.secret, self.secret, self.text), 0)
        self.assertIn(b"4 entries", self.check(tutela("list", "verify", self.secret, *how), 0).stdout)
        result = self.check(tutela("list", "build", *how, self.secret, self.secret), 2)
        self.assertIn(b"without --encrypt it is not overwritten", result.stderr)
        self.check(tutela("list", "build", "--encrypt", self.dir / "out", self.text), 2)
        self.assertFalse((self.dir / "out").exists())

    def test_bad_usage(self):
        for words in (
            ["list", "encrypt", self.plain],
            ["list", "encrypt", self.plain, "-o", self.dir / "out"],
            ["list", "encrypt", "-o", self.dir / "out", "--key-file", self.key],
            ["list", "encrypt", self.plain, "-o", self.dir / "photos/1.png", "--key-file", self.key],
            ["list", "encrypt", self.dir / "none", "-o", self.dir / "out", "--key-file", self.key],
        ):
            self.check(tutela(*words), 2)
        self.assertFalse((self.dir / "out").exists())
        self.assertEqual((self.dir / "photos/1.png").read_bytes(), picture(1))


if __name__ == "__main__":
    unittest.main()
