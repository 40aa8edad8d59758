"""`tutela list export` of whole lists, and `list build` of what it wrote."""

import csv
import hashlib
import io
import json
import os
import stat
import unittest

from support import ToolTest, picture, random_hash, tutela

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

    def test_scans_see_only_what_a_filter_admits_and_say_so(self):
        pixels = picture(1)
        shown = self.write("in/a.png", pixels)
        md5 = hashlib.md5(shown.read_bytes()).hexdigest()
        lines = [{"tutela_list": 1}, {"pdq": self.hash_of(shown), "id": "still", "source": "a", "category": "1"},
                 {"md5": md5, "id": "bytes", "source": "b", "scheme": "vics", "region": "US", "category": "1"}]
        self.check(tutela("list", "build", self.known,
                          self.write("new.jsonl", "".join(json.dumps(line) + "\n" for line in lines))), 0)

        def scan(*args, format="jsonl", code=1):
            return self.check(tutela("scan", "--list", self.known, "--format", format, *args, self.dir / "in"), code)

        def found(*args, code=1):
            rows = [json.loads(line) for line in scan(*args, code=code).stdout.splitlines()]
            return sorted(match["entry_id"] for match in rows[1]["matches"]), rows[0]["run"].get("filter")

        self.assertEqual(found(), (["bytes", "still"], None))
        self.assertEqual(found("--only-source", "a"), (["still"], 'source "a"'))
        self.assertEqual(found("--only-category", "vics/US:1"), (["bytes"], 'category "vics"/"US":"1"'))
        self.assertEqual(found("--only-source", "a", "--only-source", "b", "--only-category", "1")[0],
                         ["bytes", "still"])
        self.assertEqual(found("--only-label", "x", code=0), ([], 'label "x"'))
        self.assertIn(b'source "a"', scan("--only-source", "a", format="text").stdout)
        self.assertIn(b"source &quot;a&quot;", scan("--only-source", "a", format="html").stdout)
        rows = list(csv.DictReader(io.StringIO(scan("--only-source", "a", format="csv").stdout.decode())))
        self.assertEqual([row["filter"] for row in rows], ['source "a"'])
        self.assertNotIn("filter", scan(format="csv").stdout.decode().splitlines()[0])
        match = ("match", "--list", self.known, "--format", "jsonl", self.hash_of(shown))
        said = self.check(tutela(*match, "--only-source", "a"), 1)
        self.assertEqual(json.loads(said.stdout)["filter"], 'source "a"')
        self.assertIn(b"only entries of source", said.stderr)
        self.assertEqual(self.check(tutela(*match, "--only-source", "b"), 0).stdout, b"")

    def test_a_full_disk_leaves_nothing(self):
        if not os.path.exists("/dev/full"):
            self.fail("/dev/full is needed")
        said = self.export("--format", "jsonl", "-o", "/dev/full", self.known, code=2)
        self.assertIn(b"cannot write /dev/full", said.stderr)


if __name__ == "__main__":
    unittest.main()
