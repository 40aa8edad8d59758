"""`tutela list export` of whole lists, and `list build` of what it wrote."""

import json
import os
import stat
import unittest

from support import ToolTest, random_hash, tutela

PHOTODNA = "A" * 192


class ListExport(ToolTest):
    def setUp(self):
        super().setUp()
        media = [
            {"MediaID": 1, "Category": 1, "MD5": "0" * 31 + "1", "Series": "=1+1", "DateUpdated": "2026-01-02T03:04:05Z",
             "PhotoDNA": PHOTODNA, "AlternativeHashes": [{"HashName": "PDQ", "HashValue": random_hash(1)}]},
            {"MediaID": 2, "Category": 2, "SHA1": "0" * 39 + "2"},
            {"MediaID": 3, "Category": 0, "MD5": "0" * 31 + "3"},
            {"MediaID": 4, "Category": 1, "PhotoDNA": PHOTODNA},
        ]
        context = "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media"
        self.vics = self.write("vics.json", json.dumps({"@odata.context": context, "value": media}))
        self.known = self.dir / "known.tutela"
        self.check(tutela("list", "build", "--source", "hotline", self.known, self.vics), 0)

    def export(self, *args, code=0):
        return self.check(tutela("list", "export", *args), code)

    def lines(self, path):
        return [json.loads(line) for line in path.read_text().splitlines()[1:]]

    def test_json_lines_come_back_as_the_same_list(self):
        out = self.dir / "out.jsonl"
        said = self.export("--format", "jsonl", "-o", out, self.known)
        self.assertEqual(said.stdout, b"")
        self.assertIn(b"4 written\n", said.stderr)
        self.assertEqual(stat.S_IMODE(out.stat().st_mode), 0o600)
        self.assertEqual([line["id"] for line in self.lines(out)], ["1", "2", "3", "4"])
        self.assertEqual(self.lines(out)[3]["carried"], [{"kind": "photodna", "base64": PHOTODNA}])
        self.assertEqual(self.lines(out)[0]["updated"], "2026-01-02T03:04:05Z")
        again = self.dir / "again.tutela"
        self.check(tutela("list", "build", again, out), 0)
        self.assertEqual(again.read_bytes(), self.known.read_bytes())

    def test_vics_and_csv_come_back_too(self):
        for name in ("vics", "csv"):
            out = self.dir / name
            self.export("--format", name, "-o", out, self.known)
            again = self.dir / "again.tutela"
            self.check(tutela("list", "build", "--source", "hotline", again, out), 0)
            self.assertEqual(again.read_bytes(), self.known.read_bytes(), name)
        self.assertNotIn(",=1+1", (self.dir / "csv").read_text())

    def test_what_is_only_carried_is_no_coverage(self):
        info = self.check(tutela("list", "info", self.known), 0).stdout.decode()
        self.assertIn("\nentries:    1\n", info)
        self.assertIn("\nfiles:      3 entries, 1 of them harmless\n", info)
        self.assertIn("\ncarried:    1 entry without a hash to be found by\n", info)
        self.assertIn("\n  1: 1\n", info)

    def test_filters_leave_out_the_rest_and_say_so(self):
        out = self.dir / "out.jsonl"
        said = self.export("--format", "jsonl", "-o", out, "--only-category", "vics/US:1", "--only-category", "2",
                           "--only-source", "hotline", self.known)
        self.assertEqual([line["id"] for line in self.lines(out)], ["1", "2", "4"])
        self.assertIn(b"1 not asked for", said.stderr)
        self.export("--format", "jsonl", "-o", out, "--only-source", "other", self.known)
        self.assertEqual(self.lines(out), [])
        self.export("--format", "jsonl", "-o", out, "--only-category", "vics:", self.known, code=2)

    def test_hashes_go_where_they_are_sent_and_nowhere_else(self):
        for name in ("vics", "csv", "jsonl", "threatexchange"):
            said = self.export("--format", name, "-o", "-", self.known)
            self.assertIn(random_hash(1).encode(), said.stdout)
            self.assertNotIn(random_hash(1).encode(), said.stderr)
            self.export("--format", name, self.known, code=2)
        self.export("--format", "jsonl", "--entry", "x", "-o", "-", self.known, code=2)
        self.export("-o", "x", self.known, self.dir / "folder", code=2)
        self.export("--format", "vics", "--region", "a/b", "-o", self.dir / "out", self.known, code=2)
        self.assertFalse((self.dir / "out").exists())

    def test_a_full_disk_leaves_nothing(self):
        if not os.path.exists("/dev/full"):
            self.fail("/dev/full is needed")
        said = self.export("--format", "jsonl", "-o", "/dev/full", self.known, code=2)
        self.assertIn(b"cannot write /dev/full", said.stderr)


if __name__ == "__main__":
    unittest.main()
