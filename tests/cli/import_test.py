"""`tutela list build` with the lists of others."""

import json
import random
import sqlite3
import unittest

from support import ToolTest, random_hash, tutela


def digits(seed, count):
    return "".join(random.Random(seed).choices("0123456789abcdef", k=count))


def md5(seed):
    return digits(f"md5 {seed}", 32)


def vics(*records, region="US"):
    place = f"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/{region}/$metadata#Media"
    return json.dumps({"@odata.context": place, "value": list(records)})


def ncmec(*entries):
    return (
        '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images>'
        + "".join(
            f'<{kind}><member id="42">ESP</member><timestamp>{time}</timestamp><id>{name}</id>{more}</{kind}>'
            for kind, name, time, more in entries
        )
        + "</images></queryResult>"
    )


class Imports(ToolTest):
    def build(self, *args, code=0):
        return self.check(tutela("list", "build", *args), code)

    def info(self, path):
        return self.check(tutela("list", "info", path), 0).stdout.decode()

    def test_formats_are_told_by_content_and_come_together(self):
        pdq = random_hash(1)
        police = self.write(
            "a.bin",
            vics(
                {"MediaID": 7, "Category": 1, "MD5": md5(1), "Hashes": [{"HashName": "PDQ", "HashValue": pdq}]},
                {"MediaID": 8, "Category": 0, "MD5": md5(2)},
                {"MediaID": 9, "PhotoDNA": "AAAA"},
                {"MediaID": 10, "MD5": "12"},
            ),
        )
        sums = self.write("b", f"{md5(3)}  x.jpg\n")
        text = self.write("c", random_hash(2) + ",own\n")
        base = self.dir / "d"
        with sqlite3.connect(base) as connection:
            connection.execute("CREATE TABLE FILE(sha256, sha1, md5, package_id)")
            connection.execute("INSERT INTO FILE VALUES(NULL, NULL, ?, 1)", (md5(4),))
        connection.close()
        out = self.dir / "out.tutela"
        said = self.build(out, police, sums, text, base).stderr.decode()
        self.assertIn("a.bin: record 4: the MD5 is not 32 hex digits\n", said)
        self.assertIn(
            "a.bin: 2 added (1 harmless), 1 skipped, 1 that can never match (photodna 1), of 4 records, vics\n", said
        )
        self.assertIn("b: 1 added, 0 skipped, of 1 record, hash-lines\n", said)
        self.assertIn("c: 1 added, 0 skipped, 1 line\n", said)
        self.assertIn("d: 1 added, 0 skipped, of 1 record, nsrl-sqlite\n", said)
        info = self.info(out)
        self.assertIn("entries:    2\n", info)
        self.assertIn("files:      4 entries, 1 of them harmless\n  md5: 4\n", info)
        self.assertIn("  (unnamed), vics US: 2\n", info)
        result = self.check(tutela("match", "-r", "0", "--list", out, pdq), 1)
        self.assertEqual(result.stdout, b"0,7,0\n")
        # A list made of the list holds the same.
        self.build(self.dir / "again.tutela", out)
        rest = info[info.index("\nfiles:") :]
        self.assertTrue(self.info(self.dir / "again.tutela").endswith(rest))

    def test_pages_of_a_feed_are_one(self):
        first = self.write("1.xml", ncmec(("image", "a", "2026-01-01T00:00:00Z", self.prints(1)),
                                          ("image", "b", "2026-01-01T00:00:00Z", self.prints(2))))
        second = self.write("2.xml", ncmec(("deletedImage", "a", "2026-01-02T00:00:00Z", "")))
        for pages in ((first, second), (second, first)):
            self.build(self.dir / "out.tutela", *pages)
            self.assertIn("  md5: 1\n", self.info(self.dir / "out.tutela"))
        self.assertIn("  ESP, ncmec: 1\n", self.info(self.dir / "out.tutela"))

    @staticmethod
    def prints(seed):
        return f"<fingerprints><md5>{md5(seed)}</md5></fingerprints>"

    def test_options(self):
        table = self.write("t.csv", f"Number,Digest\n17,{md5(1)}\n18,{md5(2)}\n")
        out = self.dir / "out.tutela"
        said = self.build("--columns", "md5=Digest,id=Number", "--source", "Police", "--harmless", out, table)
        self.assertIn(b"t.csv: 2 added (2 harmless)", said.stderr)
        self.assertIn("  Police: 2\n", self.info(out))
        self.assertIn(b"no column", self.build("--columns", "md5=no", out, table, code=2).stderr)
        self.assertIn(b"--format is one of auto, vics", self.build("--format", "x", out, table, code=2).stderr)
        self.assertIn(b"--columns needs", self.build("--columns", "md5", out, table, code=2).stderr)
        bare = self.write("bare.txt", random_hash(1) + "\n")
        self.build("--format", "threatexchange-lines", out, bare)
        self.assertIn("entries:    1\n", self.info(out))

    def test_bad_files_end_it_and_say_no_hash(self):
        out = self.dir / "out.tutela"
        good = vics({"MD5": md5(1)})
        for name, content in (
            ("cut.json", good[:-3]),
            ("deep.json", good.replace('{"MD5"', '{"x":' + "[" * 1000 + ',"MD5"')),
            ("none.json", vics({"MD5": md5(1)[1:]})),
            ("entity.xml", '<!DOCTYPE a [<!ENTITY b "c">]>' + ncmec(("image", "&b;", "2026-01-01T00:00:00Z", ""))),
        ):
            path = self.write(name, content)
            result = self.build(out, path, code=2)
            self.assertIn(b"cannot use", result.stderr)
            self.assertNotIn(md5(1)[1:9].encode(), result.stderr)
            self.assertFalse(out.exists())
        mixed = self.write("mixed.json", vics({"MD5": md5(1)}, {"MD5": "x"}))
        self.build(out, mixed)
        out.unlink()
        self.assertIn(b"it has bad records", self.build("--strict", out, mixed, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
