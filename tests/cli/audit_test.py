"""`tutela audit`: a report that agrees with its files, and every way in which one can fail to."""

import json
import os
import random
import shutil
import socket
import unittest

from support import ToolTest, flat_picture, picture, png, random_hash, tutela

ODD_NAMES = [
    b"=1+1", b"'=x", b"''=x", b"'x", b"\t", b"\r\nx", b"+\xff", b"a;=b", b'"', b'a","b', b"\\x41", b"\\\\x41", b" ", b"\xff\xfe",
    "\u202egpj.exe".encode(), "\uff1dx".encode(), b"a,b", b"\x1b[2J", b"end\\",
]


class AuditTest(ToolTest):
    def setUp(self):
        super().setUp()
        for seed in range(3):
            self.write(f"in/sub/{seed}.png", picture(seed, side=64))
        self.write("in/flat.png", flat_picture())
        self.write("in/tiny.png", png(4, 4, bytes(48)))
        self.write("in/words.txt", "no picture")
        self.write("in/empty", "")
        for number, name in enumerate(ODD_NAMES):
            (self.dir / "in" / os.fsdecode(name)).write_bytes(b"odd %d" % number)
        os.symlink("nowhere", self.dir / "in/link")
        os.mkfifo(self.dir / "in/fifo")
        with socket.socket(socket.AF_UNIX) as listener:
            here = os.getcwd()
            os.chdir(self.dir / "in")
            listener.bind("socket")
            os.chdir(here)
        known = self.hash_of(self.dir / "in/sub/1.png")
        self.list = self.write("known.txt", f"{known},a\n{known},=b\n{random_hash(1)},c\n")
        self.reports = {}
        for form in ("jsonl", "csv"):
            self.reports[form] = self.dir / f"report.{form}"
            self.scan(form, "in", "absent")

    def scan(self, form, *paths):
        self.check(tutela("scan", "--list", self.list, "--format", form, "--output", self.reports[form], *paths, cwd=self.dir), 1)

    def audit(self, report, *args, code=0, paths=("in", "absent")):
        result = self.check(tutela("audit", *args, report, *paths, cwd=self.dir), code)
        return [tuple(line.split(None, 1)) for line in result.stdout.decode().splitlines()]

    def audit_both(self, *args, **options):
        """The findings, which are the same by both formats."""
        by_jsonl, by_csv = (self.audit(report, *args, **options) for report in self.reports.values())
        self.assertEqual(by_jsonl, by_csv)
        return by_jsonl


class Files(AuditTest):
    def test_what_was_scanned_agrees(self):
        for args in ((), ("--quick",), ("--jobs", "1"), ("--quiet",)):
            self.assertEqual(self.audit_both(*args), [])
        said = tutela("audit", self.reports["csv"], "in", "absent", cwd=self.dir).stderr.decode()
        rows = sum("path" in json.loads(line) for line in self.reports["jsonl"].read_text().splitlines())
        self.assertEqual(said, f"audited {rows} files against {rows} rows: nothing differs\n")

    def test_missing_extra_and_changed(self):
        self.write("in/new.png", picture(9))
        (self.dir / "in/sub/0.png").unlink()
        data = (self.dir / "in/sub/1.png").read_bytes()
        self.write("in/sub/1.png", data[:-1] + b"x")
        self.write("in/words.txt", "no picture, but more words")
        self.assertEqual(
            self.audit_both(code=1),
            [
                ("missing", "in/new.png"),
                ("changed", "in/sub/1.png: its SHA-256 is another"),
                ("changed", "in/words.txt: 26 bytes, by the report 10"),
                ("extra", "in/sub/0.png"),
            ],
        )
        self.assertEqual([kind for kind, _ in self.audit_both("--quick", code=1)], ["missing", "changed", "extra"])

    def test_a_file_that_is_something_else_now(self):
        for name in ("words.txt", "flat.png", "tiny.png"):
            (self.dir / "in" / name).unlink()
        os.mkfifo(self.dir / "in/words.txt")
        os.symlink("empty", self.dir / "in/flat.png")
        (self.dir / "in/tiny.png").mkdir()
        self.assertEqual(
            self.audit_both(code=1),
            [
                ("changed", "in/flat.png: it was a file, and is none now"),
                ("changed", "in/words.txt: it was a file, and is none now"),
                ("extra", "in/tiny.png"),
            ],
        )

    def test_odd_names_are_told_apart_and_printed_inert(self):
        for name in ODD_NAMES:
            (self.dir / "in" / os.fsdecode(name)).write_bytes(b"changed")
        found = self.audit_both(code=1)
        self.assertEqual([kind for kind, _ in found], ["changed"] * len(ODD_NAMES))
        output = tutela("audit", self.reports["csv"], "in", "absent", cwd=self.dir).stdout
        for steering in (b"\x1b", b"\t", b"\r", b"\xff", "\u202e".encode()):
            self.assertNotIn(steering, output)

    def test_a_path_that_was_named_twice(self):
        for form in self.reports:
            self.scan(form, "in", "in/sub", "in/sub/1.png")
        self.assertEqual(self.audit_both(paths=("in", "in/sub", "in/sub/1.png")), [])
        self.assertEqual(
            self.audit_both(paths=("in", "in/sub/1.png"), code=1),
            [("doubled", f"in/sub/{n}.png") for n in (0, 1, 2)],
        )
        self.assertEqual([kind for kind, _ in self.audit_both(paths=["in"] * 4, code=1)].count("doubled"), 0)

    def test_links_are_followed_when_asked(self):
        shutil.copytree(self.dir / "in/sub", self.dir / "elsewhere")
        os.symlink(self.dir / "elsewhere", self.dir / "in/sub/more")
        for form, report in self.reports.items():
            self.check(tutela("scan", "--follow-symlinks", "--list", self.list, "--format", form, "--output", report, "in", "absent", cwd=self.dir), 1)
        self.assertEqual(self.audit_both("--follow-symlinks"), [])
        self.assertEqual([kind for kind, _ in self.audit_both(code=1)], ["missing", "extra", "extra", "extra"])

    def test_the_report_itself_is_no_difference(self):
        for form in self.reports:
            self.reports[form] = self.dir / "in" / f"report.{form}"
            for _ in range(2):  # the second has a row for the first
                self.scan(form, "in", "absent")
                found = self.audit(self.reports[form])
                self.assertEqual(found, [])
            self.reports[form] = self.reports[form].rename(self.dir / f"moved.{form}")
            self.reports[form].unlink()


class Reports(AuditTest):
    def setUp(self):
        super().setUp()
        self.bad = self.dir / "bad"

    def lines(self, form="jsonl"):
        return self.reports[form].read_bytes().splitlines(keepends=True)

    def findings(self, data, code=1):
        self.bad.write_bytes(data)
        return self.audit(self.bad, code=code)

    def test_a_report_cut_off_anywhere(self):
        for form in self.reports:
            whole = self.reports[form].read_bytes()
            header = whole.index(b"\n") + 1
            for size in [*range(header, len(whole), 997), len(whole) - 1]:
                found = self.findings(whole[:size])
                self.assertIn("report" if form == "jsonl" else found[0][0], [kind for kind, _ in found], size)

    def test_a_row_left_out_or_doubled(self):
        first, *rows, last = self.lines()
        for number, row in enumerate(rows):
            path = json.loads(row)["path"]
            kinds = [kind for kind, _ in self.findings(b"".join([first, *rows[:number], *rows[number + 1 :], last]))]
            self.assertEqual([kind for kind in kinds if kind != "report"], ["missing"], path)
            self.assertIn("report", kinds)
            kinds = [kind for kind, _ in self.findings(b"".join([first, *rows[:number], row, *rows[number:], last]))]
            self.assertEqual([kind for kind in kinds if kind != "report"], ["doubled"], path)
        header, *records = self.reports["csv"].read_bytes().split(b"\r\n")[:-1]
        matched = [record for record in records if b",matched," in record]
        self.assertEqual(len(matched), 2)
        without = [record for record in records if record != matched[1]]
        (found,) = self.findings(b"\r\n".join([header, *without, b""]))
        self.assertEqual(found[0], "report")

    def test_sums_that_are_not_those_of_the_rows(self):
        *before, last = self.lines()
        end = json.loads(last)
        for change in ("files", "damaged", "bytes", "entries_hit"):
            wrong = json.loads(last)
            wrong["end"][change] += 1
            ((kind, text),) = self.findings(b"".join(before) + json.dumps(wrong).encode() + b"\n")
            self.assertEqual(kind, "report")
            self.assertIn(f"by the end {change} is {end['end'][change] + 1}, by the rows {end['end'][change]}", text)
        wrong = json.loads(last)
        wrong["end"]["outcomes"]["corrupt"] = 77
        self.assertIn("corrupt is 77", self.findings(b"".join(before) + json.dumps(wrong).encode() + b"\n")[0][1])
        wrong = json.loads(last)
        wrong["end"]["interrupted"] = True
        self.assertIn("interrupted", self.findings(b"".join(before) + json.dumps(wrong).encode() + b"\n")[0][1])
        for text, said in ((last + last, "after the end"), (before[1] + last, "by the end files"), (b"[]\n" + last, "no JSON object")):
            self.assertIn(said, self.findings(b"".join(before) + text)[0][1])
        self.assertIn("what ran is missing", self.findings(b"".join(self.lines()[1:]))[0][1])

    def test_a_file_in_an_archive_goes_with_the_archive(self):
        first, *rows, last = self.lines()
        row = json.loads(rows[0])
        inner = {**row, "inner": "a.png", "sha256": None, "size": 0, "damaged": False, "matches": []}
        end = json.loads(last)
        end["end"]["files"] += 2
        end["end"]["outcomes"][row["outcome"]] += 2
        last = json.dumps(end).encode() + b"\n"
        inner_line = json.dumps(inner).encode() + b"\n"
        self.assertEqual(self.findings(b"".join([first, rows[0], inner_line, inner_line, *rows[1:], last]), code=0), [])
        lost = json.dumps({**inner, "path": "in/gone.zip"}).encode() + b"\n"
        found = self.findings(b"".join([first, rows[0], inner_line, *rows[1:], lost, last]))
        self.assertEqual(found, [("extra", "in/gone.zip: the archive has no row")])

    def test_hostile_reports(self):
        for data in (b"", b"text\n", b"\x89PNG", b"<html>", b"\xff" * 5000):
            self.assertEqual(self.findings(data, code=2), [])
        for data in (b"{" * 100_000, b"{}\n" * 1000, b'{"run":{}}\n', b'{"path":' + b"[" * 5000, b"path\r\n", b"path,size\r\n" + b'"' * 9999):
            found = self.findings(data)
            self.assertEqual(found[0][0], "report")
        first, row, *_ = self.lines()
        for key, value in (
            ("path", 3), ("path", None), ("path_hex", "0"), ("path_hex", "zz"), ("size", -1), ("size", 1e300), ("size", "1"),
            ("sha256", "00"), ("sha256", 7), ("sha256", "G" * 64), ("outcome", "fine"), ("outcome", None), ("matches", {}),
            ("damaged", 1), ("inner", 5), ("inner", []),
        ):
            bad = json.dumps({**json.loads(row), key: value}).encode() + b"\n"
            self.assertIn(("report", "line 2: no row of a report"), self.findings(first + bad), (key, value))
        self.check(tutela("audit", self.dir / "no-report", "in", cwd=self.dir), 2)
        self.check(tutela("audit", self.dir / "in", "in", cwd=self.dir), 2)

    def test_any_damage_ends_well(self):
        rng = random.Random(9)
        for form in self.reports:
            whole = self.reports[form].read_bytes()
            for _ in range(50):
                data = bytearray(whole)
                for _ in range(rng.randrange(1, 4)):
                    place = rng.randrange(len(data))
                    data[place : place + rng.randrange(3)] = rng.choice([b"", b'"', b"\n", b"{", b"\\", b",", b"\0", rng.randbytes(2)])
                self.bad.write_bytes(data)
                result = tutela("audit", "--quick", self.bad, "in", "absent", cwd=self.dir)
                self.assertIn(result.returncode, (0, 1, 2), (result.stderr, bytes(data)))

    def test_standard_input_and_a_full_disk(self):
        whole = self.reports["jsonl"].read_bytes()
        self.check(tutela("audit", "-", "in", "absent", stdin=whole, cwd=self.dir), 0)
        with open("/dev/full", "wb") as full:
            result = self.check(tutela("audit", "-", "in", stdin=whole, cwd=self.dir, stdout=full), 2)
        self.assertIn(b"No space left", result.stderr)


if __name__ == "__main__":
    unittest.main()
