"""No hash of a list comes out of any command at its default settings, on any path through it."""

import os
import unittest

from support import ToolTest, picture, random_hash, tutela


class Secrecy(ToolTest):
    def setUp(self):
        super().setUp()
        self.pictures = [self.write(f"photos/{seed}.png", picture(seed)) for seed in range(3)]
        self.hashes = [self.hash_of(path) for path in self.pictures] + [random_hash(seed) for seed in range(20)]
        self.list = self.write("known.txt", "".join(f"{value}\n" for value in self.hashes))
        self.snapshot = self.dir / "known.tutela"
        self.check(tutela("list", "build", self.snapshot, self.list), 0)

    def check_silent(self, *words, **options):
        result = tutela(*words, **options)
        output = (result.stdout + result.stderr).lower()
        for value in self.hashes:
            # Half a hash would give a list away, too; 16 digits never meet by chance.
            for start in range(0, 64, 16):
                self.assertNotIn(value[start : start + 16].encode(), output, words)
        return result

    def test_every_command_that_reads_a_list(self):
        for known in (self.list, self.snapshot):
            for form in ("text", "jsonl", "csv"):
                result = self.check_silent("scan", "--list", known, "--format", form, self.dir / "photos")
                self.assertEqual(result.returncode, 1)
            for form in ("csv", "jsonl"):
                result = self.check_silent("match", "--list", known, "--format", form, self.list, *self.hashes)
                self.assertEqual(result.returncode, 1)
            for command in (["info"], ["verify"], ["build", self.dir / "again.tutela"]):
                self.assertEqual(self.check_silent("list", *command, known).returncode, 0)

    def bad_lists(self):
        """Lists that are wrong in the very lines that hold hashes."""
        texts = {
            "one digit short": [value[:-1] for value in self.hashes],
            "one digit more": [value + "0" for value in self.hashes],
            "prefixed": ["0x" + value for value in self.hashes],
            "no hex": ["g" + value[1:] for value in self.hashes],
            "second field": ["id," + value for value in self.hashes],
            "bad text": [value + ",\udcff" for value in self.hashes],
            "endless": [value + "," + "x" * 70_000 for value in self.hashes],
            "endless number": [value * 5000 for value in self.hashes],
        }
        for number, lines in enumerate(texts.values()):
            body = "\n".join(lines).encode("utf-8", "surrogateescape")
            yield self.write(f"bad/{number}.txt", body)
            yield self.write(f"bad/{number}-part.txt", random_hash(99).encode() + b"\n" + body)
        whole = self.snapshot.read_bytes()
        for place in range(0, len(whole), 64):
            yield self.write(f"bad/{place}.tutela", whole[:place] + b"\xff" + whole[place + 1 :])
            yield self.write(f"bad/{place}-cut.tutela", whole[:place])
        yield self.write("bad/zeros", self.hashes[0].encode() + bytes(5000))

    def test_lists_that_are_wrong(self):
        for bad in self.bad_lists():
            self.check_silent("scan", "--list", bad, "--strict", self.pictures[0])
            self.check_silent("match", "--list", bad, bad)
            for command in (["info"], ["verify"], ["build", self.dir / "out.tutela"]):
                self.check_silent("list", *command, bad)

    def test_bad_usage_with_a_hash_in_it(self):
        value = self.hashes[0]
        for words in (
            [value],
            ["list", value],
            ["list", "info", "--" + value, self.list],
            ["match", "--list", self.list, value[:-1]],
            ["match", "--list", self.list, value + "0"],
            ["match", "--list", self.list, "--radius", value, value],
            ["match", "--list", self.list, "--radius", "3", "--radius", value, value],
            ["match", "--list", self.list, "--hash=" + value],
            ["match", "--list", self.list, "-" + value],
            ["match", "--list", value, value],
            ["scan", "--list", self.list, "--format", value, "."],
            ["scan", "--list", self.list, value],
            ["scan", "--list", self.list, ".", "0x" + value[:-1]],
            ["scan", "--list", self.list, "--journal", value, "--resume", "."],
            ["hash", value],
            ["hash", "--phash", value[:-1] + "g"],
        ):
            self.assertEqual(self.check_silent(*words, cwd=self.dir).returncode, 2, words)

    def test_no_variable_of_the_environment_changes_that(self):
        environment = dict(os.environ, LC_ALL="de_DE.UTF-8", TUTELA_DEBUG="1", TUTELA_VERBOSE="1")
        self.check_silent("scan", "--list", self.list, self.dir / "photos", env=environment)

    def test_the_canary_would_sing(self):
        with self.assertRaises(AssertionError):
            self.check_silent("hash", self.pictures[0])
        with self.assertRaises(AssertionError):
            self.check_silent("scan", "--list", self.list, "--format", "jsonl", "--show-hashes", self.pictures[0])


if __name__ == "__main__":
    unittest.main()
