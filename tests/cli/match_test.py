"""`tutela match`."""

import json
import unittest

from support import ToolTest, flipped, picture, random_hash, tutela


def model(entries, queries, radius):
    """All matches by comparing everything with everything: lines query,position,distance."""
    lines = []
    for number, query in enumerate(queries):
        near = [(bin(int(query, 16) ^ int(entry, 16)).count("1"), position) for position, entry in enumerate(entries)]
        lines += [f"{number},{position},{bits}" for bits, position in sorted(near) if bits <= radius]
    return lines


class Match(ToolTest):
    def setUp(self):
        super().setUp()
        self.base = random_hash(1)
        self.entries = [self.base, flipped(self.base, 5), random_hash(2), flipped(self.base, 31), flipped(self.base, 32)]
        self.list = self.write("known.txt", "".join(f"{entry}\n" for entry in self.entries))

    def test_equals_a_naive_search_for_every_engine_and_number_of_jobs(self):
        entries = [flipped(random_hash(seed % 40), seed % 60) for seed in range(120)]
        queries = [flipped(random_hash(seed % 60), seed % 25) for seed in range(5000)]
        known = self.write("many.txt", "".join(f"{entry}\n" for entry in entries))
        asked = self.write("queries.txt", "".join(f"{query}\n" for query in queries))
        for radius in (0, 31):
            expected = model(entries, queries, radius)
            self.assertTrue(expected)
            for options in (["--engine", "flat", "-j", "1"], ["--engine", "bk_tree", "-j", "2"],
                            ["--engine", "bk_forest", "-j", "2"], ["-j", "4"]):
                result = self.check(tutela("match", "--list", known, "-r", str(radius), *options, asked), 1)
                self.assertEqual(result.stdout.decode().splitlines(), expected)

    def test_the_radius_is_inclusive_and_31_by_default(self):
        result = self.check(tutela("match", "--list", self.list, self.base), 1)
        self.assertEqual(result.stdout.decode(), "0,0,0\n0,1,5\n0,3,31\n")
        result = self.check(tutela("match", "--list", self.list, "--radius", "4", self.base.upper()), 1)
        self.assertEqual(result.stdout.decode(), "0,0,0\n")

    def test_exit_0_without_a_match(self):
        result = self.check(tutela("match", "--list", self.list, random_hash(9)), 0)
        self.assertEqual(result.stdout + result.stderr, b"")

    def test_words_files_and_standard_input_share_one_numbering(self):
        file = self.write("queries.csv", f"\ufeff# comment\r\n\r\n  {random_hash(9)} ,x\r\n{self.base},100,a,b\n   \n")
        result = self.check(
            tutela("match", "--list", self.list, "-r", "0", self.entries[2], file, "-", stdin=self.base.encode()), 1
        )
        self.assertEqual(result.stdout.decode(), "0,2,0\n2,0,0\n3,0,0\n")

    def test_a_bad_line_is_named_and_keeps_its_number(self):
        file = self.write("queries.txt", f"{self.base}\nnot a hash\n# comment\n,\n{self.base[:-1]}\n{self.base}")
        result = self.check(tutela("match", "--list", self.list, "-r", "0", file), 2)
        self.assertEqual(result.stdout.decode(), "0,0,0\n4,0,0\n")
        places = [line.split(": ")[1] for line in result.stderr.decode().splitlines()]
        self.assertEqual(places, [f"{file}:{line}" for line in (2, 4, 5)])
        self.assertNotIn(b"not a hash", result.stderr)

    def test_endless_lines_are_read_to_their_end(self):
        long_line = self.base + "," + "x" * 300_000
        file = self.write("queries.txt", f"{long_line}\n{'y' * 300_000}\n{self.base}\n")
        result = self.check(tutela("match", "--list", self.list, "-r", "0", file), 2)
        self.assertEqual(result.stdout.decode(), "0,0,0\n2,0,0\n")
        self.assertLess(len(result.stderr), 500)

    def test_carriage_returns_do_not_hide_queries(self):
        for text in (f"{self.base},a\r{self.base},b\r", f"# comment\r{self.base}\r", f"{self.base}\r{self.base}\n"):
            file = self.write("queries.txt", text)
            result = self.check(tutela("match", "--list", self.list, "-r", "0", file), 2)
            self.assertEqual(result.stdout, b"")
            self.assertIn(b"carriage return", result.stderr)
        file = self.write("queries.txt", f"{self.base}\r\n\r\n{self.base}\r")
        self.assertEqual(self.check(tutela("match", "--list", self.list, "-r", "0", file), 1).stdout, b"0,0,0\n1,0,0\n")

    def test_a_file_that_cannot_be_read_is_an_error_after_the_others(self):
        result = self.check(tutela("match", "--list", self.list, "-r", "0", "absent", self.dir, self.base), 2)
        self.assertEqual(result.stdout.decode(), "0,0,0\n")
        self.assertEqual(len(result.stderr.splitlines()), 2)

    def test_unusable_lists(self):
        empty = self.write("empty.txt", "# nothing\n")
        self.check(tutela("match", "--list", empty, self.base), 0)
        for bad in (self.dir / "absent", self.write("words.txt", "only\nwords\n"), self.dir):
            result = self.check(tutela("match", "--list", bad, self.base), 2)
            self.assertEqual(result.stdout, b"")
            self.assertIn(b"cannot use the list", result.stderr)

    def test_strict_refuses_a_list_with_a_bad_line(self):
        known = self.write("part.txt", f"{self.base}\nbad\n")
        result = self.check(tutela("match", "--list", known, self.base), 1)
        self.assertIn(f"{known}:2".encode(), result.stderr)
        self.assertEqual(self.check(tutela("match", "--strict", "--list", known, self.base), 2).stdout, b"")

    def test_jsonl_and_texts_of_all_kinds(self):
        known = self.write("texts.txt", f'{self.base},=1"\x1b\u00fc,cat,la,bel\n')
        row = json.loads(self.check(tutela("match", "--list", known, "--format", "jsonl", self.base), 1).stdout)
        self.assertEqual((row["query"], row["distance"], row["radius"]), (0, 0, 31))
        self.assertEqual((row["entry_id"], row["category"], row["label"]), ('=1"\x1b\u00fc', "cat", "la,bel"))
        self.assertRegex(row["list_digest"], "^[0-9a-f]{64}$")
        line = self.check(tutela("match", "--list", known, self.base), 1).stdout.decode()
        self.assertEqual(line, '0,"\'=1""\\x1B\u00fc",0\n')

    def test_takes_what_hash_prints(self):
        path = self.write("a.png", picture(5))
        printed = tutela("hash", path).stdout
        known = self.write("hashes.txt", printed)
        result = self.check(tutela("match", "--list", known, "-", stdin=printed), 1)
        self.assertEqual(result.stdout.count(b"\n"), 1)


if __name__ == "__main__":
    unittest.main()
