"""Signed lists: made, checked, and required before anything is scanned."""

import os
import re
import unittest

from support import ToolTest, picture, random_hash, tutela


class Sign(ToolTest):
    def setUp(self):
        super().setUp()
        self.write("photos/1.png", picture(1))
        self.known = self.dir / "known.tutela"
        self.build(self.hash_of(self.dir / "photos/1.png"))
        self.key = self.dir / "publisher.key"
        self.check(tutela("list", "keygen", "--name", "A hotline", self.key), 0)
        self.trusted = self.write("trusted.txt", (self.dir / "publisher.key.pub").read_text())
        self.state = self.dir / "versions"

    def build(self, *hashes):
        text = self.write("known.txt", "".join(f"{value}\n" for value in hashes))
        self.check(tutela("list", "build", self.known, text), 0)

    def sign(self, *words):
        return self.check(tutela("list", "sign", self.known, "--key", self.key, *words), 0).stdout.decode()

    def verify(self, *words):
        return tutela("list", "verify", self.known, "--trusted", self.trusted, *words)

    def commands(self, *words):
        """Every command that answers by a list, with what it says when it works."""
        y4m = self.write("clip.y4m", b"YUV4MPEG2 W64 H64 F1:1 Cmono\nFRAME\n" + bytes(64 * 64))
        how = ["--list", self.known, "--trusted", self.trusted, *words]
        return [
            ["scan", *how, self.dir / "photos"],
            ["match", *how, random_hash(7)],
            ["watch", *how, y4m],
            ["list", "verify", self.known, *how[2:]],
        ]

    def refused(self, reason, *words):
        for command in self.commands(*words):
            result = self.check(tutela(*command), 2)
            self.assertEqual(result.stdout, b"")  # nothing was looked at
            self.assertIn(reason, result.stderr.decode(), command)

    def test_keys_are_secret_and_replace_nothing(self):
        self.assertEqual(os.stat(self.key).st_mode & 0o777, 0o600)
        self.assertRegex((self.dir / "publisher.key.pub").read_text(), r"^A hotline [0-9a-f]{64}\n$")
        before = self.key.read_bytes()
        self.check(tutela("list", "keygen", self.key), 2)
        self.assertEqual(self.key.read_bytes(), before)
        self.key.chmod(0o644)
        result = self.check(tutela("list", "sign", self.known, "--key", self.key), 2)
        self.assertIn(b"others than its owner", result.stderr)
        self.check(tutela("list", "keygen", "--name", "a\nb", self.dir / "other.key"), 2)
        self.assertFalse((self.dir / "other.key").exists())

    def test_signed_lists_are_used(self):
        self.assertIn("signed as known, version 1, good until", self.sign())
        codes = [tutela(*command).returncode for command in self.commands("--state", self.state)]
        self.assertEqual(codes, [1, 0, 0, 0])
        said = self.verify("--state", self.state).stdout.decode()
        self.assertRegex(said, r"\nsigned by A hotline: known, version 1, of 20\d\d-.*Z, good until 20\d\d-.*Z\n$")
        self.assertIn("version 2", self.sign())
        self.assertIn("version 7", self.sign("--version", "7", "--expires", "never", "--name", "other"))
        self.assertIn("good for ever", self.verify().stdout.decode())
        self.check(self.verify("--list-name", "other"), 0)
        elsewhere = self.dir / "elsewhere"
        os.rename(f"{self.known}.sig", elsewhere)
        self.check(self.verify("--signature", elsewhere), 0)

    def test_unsigned_lists_are_refused(self):
        self.refused("it is not signed")

    def test_lists_of_others_are_refused(self):
        self.sign()
        self.check(tutela("list", "keygen", self.dir / "other.key"), 0)
        self.trusted = self.dir / "other.key.pub"
        self.refused("signed by nobody who is trusted")

    def test_expired_lists_are_refused(self):
        self.sign()
        signature = self.dir / "known.tutela.sig"
        self.check(
            tutela("list", "sign", self.known, "--key", self.key, "--expires", "2020-01-01T00:00:00Z"), 2
        )  # before it is made
        text = signature.read_text()
        signature.write_text(re.sub(r"expires 20\d\d", "expires 2099", text))
        self.refused("not the publisher's")

    def test_changed_lists_are_refused(self):
        self.sign()
        self.build(random_hash(5))
        self.refused("the list was changed")
        self.refused("the list was changed", "--signature", f"{self.known}.sig")

    def test_versions_never_go_back(self):
        self.sign()
        old = [path.read_bytes() for path in (self.known, self.dir / "known.tutela.sig")]
        self.build(random_hash(5))
        self.sign()
        self.check(self.verify("--state", self.state), 0)
        self.known.write_bytes(old[0])
        (self.dir / "known.tutela.sig").write_bytes(old[1])
        self.check(self.verify(), 0)
        self.refused("a newer version of the list has been accepted before", "--state", self.state)
        self.state.write_text("")
        self.refused("no state of accepted versions", "--state", self.state)

    def test_another_list_of_the_same_publisher(self):
        self.sign("--name", "harmless")
        self.refused("a list of another name", "--list-name", "known")

    def test_lists_of_harmless_files_take_the_same_trust(self):
        self.sign()
        harmless = self.dir / "harmless.tutela"
        sums = self.write("sums.txt", "0123456789abcdef0123456789abcdef  a.bin\n")
        self.check(tutela("list", "build", "--harmless", harmless, sums), 0)
        how = ["scan", "--list", self.known, "--trusted", self.trusted, "--harmless", harmless, self.dir / "photos"]
        self.assertIn(b"it is not signed", self.check(tutela(*how), 2).stderr)
        self.check(tutela("list", "sign", harmless, "--key", self.key), 0)
        self.check(tutela(*how), 1)

    def test_a_list_in_another_form_keeps_its_signature(self):
        self.sign("--output", self.dir / "sig")
        self.check(tutela("list", "build", "--index", "always", self.known, self.known), 0)
        self.check(self.verify("--signature", self.dir / "sig"), 0)

    def test_bad_usage(self):
        self.sign()
        for words in (
            ["list", "verify", self.known, "--state", self.state],
            ["list", "verify", self.known, "--signature", "x"],
            ["list", "sign", self.known],
            ["list", "sign", self.known, "--key", self.key, "--expires", "tomorrow"],
            ["list", "sign", self.known, "--key", self.key, "--version", "0"],
            ["list", "sign", self.known, "--key", self.known],
            ["list", "sign", self.known, "--key", self.dir / "none"],
            ["list", "keygen"],
            ["list", "keygen", "--for", "fun", "x"],
            ["list", "verify", self.known, "--trusted", self.dir / "none"],
            ["list", "verify", self.known, "--trusted", self.known],
        ):
            self.assertEqual(self.check(tutela(*words, cwd=self.dir), 2).stdout, b"")


if __name__ == "__main__":
    unittest.main()
