"""`tutela list lint`, and what `tutela scan` says of entries that match very many files."""

import json
import unittest

from support import ToolTest, flat_picture, picture, random_hash, tutela


class Lint(ToolTest):
    def entries(self):
        blank = "0" * 64
        same = random_hash(1)
        holiday = self.hash_of(self.write("p.png", picture(5)))
        return "".join(
            f"{line}\n"
            for line in (
                f"{same},one,A1",
                f"{blank},blank,A1",
                f"{same},two,A2",
                f"{holiday},holiday,A1",
                f"{random_hash(2)},good,A1",
                blank,
            )
        )

    def test_a_clean_list(self):
        known = self.write("known.txt", "".join(f"{random_hash(n)},id-{n}\n" for n in range(50)))
        result = self.check(tutela("list", "lint", known), 0)
        self.assertEqual(result.stdout, b"nothing found\n")
        result = self.check(tutela("list", "lint", "--format", "jsonl", known), 0)
        self.assertEqual(json.loads(result.stdout), {"end": {"findings": 0, "kinds": {}}})

    def test_findings_are_named_by_id_and_never_by_hash(self):
        text = self.entries()
        known = self.write("known.txt", text)
        folder = self.dir / "harmless"
        folder.mkdir()
        (folder / "holiday.png").write_bytes(picture(5))
        (folder / "blank.png").write_bytes(flat_picture())
        quarantine = self.dir / "poison.txt"
        words = ("list", "lint", known, "--harmless-photographs", folder, "--write-quarantine", quarantine)
        result = self.check(tutela(*words), 1)
        said = result.stdout.decode()
        self.assertIn("flat           entry 1, blank: a picture without content: 0 of 256 bits are set\n", said)
        self.assertIn("duplicate      entry 2, two: the same hash as entry 0, one\n", said)
        self.assertIn("duplicate      entry 5, 5: the same hash as entry 1, blank\n", said)
        self.assertIn("conflict       entry 0, one: the same hash as entry 2, two, which is of another category\n", said)
        self.assertRegex(said, r"near_harmless  entry 3, holiday: at distance \d+ of harmless photograph 0\n")
        self.assertTrue(said.endswith("found: 2 flat, 2 duplicate, 2 conflict, 1 near_harmless\n"), said)
        self.assertEqual(quarantine.read_text(), "\tblank\n\tholiday\n")
        self.assertIn(b"entries that have no id to be named by: 1\n", result.stderr)
        for line in text.splitlines():
            for where in (result.stdout, result.stderr, quarantine.read_bytes()):
                self.assertNotIn(line[:16].encode(), where)

    def test_json_lines(self):
        known = self.write("known.txt", self.entries())
        harmless = self.write("harmless.txt", random_hash(2) + "\n")
        output = self.dir / "lint.jsonl"
        words = ("list", "lint", known, "--format", "jsonl", "-o", output, "--harmless-photographs", harmless)
        self.check(tutela(*words), 1)
        found = [json.loads(line) for line in output.read_text().splitlines()]
        self.assertEqual(found[0], {"kind": "flat", "entry": 1, "entry_id": "blank", "source": "", "other": None, "value": 0})
        self.assertEqual(
            found[-2], {"kind": "near_harmless", "entry": 4, "entry_id": "good", "source": "", "other": 0, "value": 0}
        )
        kinds = {"flat": 2, "duplicate": 2, "conflict": 2, "near_harmless": 1}
        self.assertEqual(found[-1], {"end": {"findings": 7, "kinds": kinds}})

    def test_dense(self):
        known = self.write("known.txt", f"{random_hash(3)},same\n" * 4 + f"{random_hash(4)},other\n")
        said = self.check(tutela("list", "lint", "--dense", "3", known), 1).stdout.decode()
        self.assertIn("dense          entry 0, same: near 3 other entries or more\n", said)
        self.assertIn("found: 3 duplicate, 4 dense\n", said)
        self.assertIn("found: 3 duplicate\n", self.check(tutela("list", "lint", "--dense", "4", known), 1).stdout.decode())

    def test_misuse(self):
        known = self.write("known.txt", random_hash(1) + "\n")
        for words in ((), (known, known), ("--dense", "0", known), ("--format", "xml", known), ("--radius", "257", known)):
            self.check(tutela("list", "lint", *words), 2)
        self.check(tutela("list", "lint", self.dir / "absent"), 2)
        self.check(tutela("list", "lint", known, "--harmless-photographs", self.dir / "absent"), 2)
        self.check(tutela("list", "lint", known, "--write-quarantine", self.dir / "absent" / "x"), 2)


class Floods(ToolTest):
    def setUp(self):
        super().setUp()
        digest = self.hash_of(self.write("p.png", picture(1)))
        self.known = self.write("known.txt", digest + ",logo\n")
        self.folder = self.dir / "folder"
        self.folder.mkdir()
        for i in range(6):
            (self.folder / f"{i}.png").write_bytes(picture(1) + bytes(i))

    def scan(self, code, *words):
        return self.check(tutela("scan", "--list", self.known, *words, self.folder), code)

    def test_an_entry_that_matches_very_many_files_is_flagged(self):
        result = self.scan(1, "--flood-files", "5")
        self.assertIn(b"FLOOD: entry logo matches 6 different files: look at the entry\n", result.stdout)
        self.assertIn(b"entry logo matches 6 different files", result.stderr)
        for words in ((), ("--flood-files", "6"), ("--flood-files", "0"), ("--flood-files", "5", "--flood-percent", "100")):
            result = self.scan(1, *words)
            self.assertNotIn(b"FLOOD", result.stdout)
            self.assertNotIn(b"logo", result.stderr)

    def test_quarantined_matches_are_reported_as_such(self):
        result = self.scan(1, "--format", "jsonl", "--flood-files", "3", "--quarantine-floods")
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        marked = [row["matches"][0].get("quarantined", False) for row in lines[1:-1]]
        self.assertEqual(marked, [False] * 3 + [True] * 3)
        end = lines[-1]["end"]
        self.assertEqual((end["outcomes"]["matched"], end["quarantined"]), (6, 3))
        self.assertEqual(end["floods"], [{"entry_id": "logo", "files": 6, "quarantined": True}])


if __name__ == "__main__":
    unittest.main()
