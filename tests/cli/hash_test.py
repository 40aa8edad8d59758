"""`tutela hash`."""

import csv
import json
import os
import re
import unittest

from support import SMALL_JPEG, ToolTest, flat_picture, picture, png, tutela


class Hash(ToolTest):
    def test_a_line_a_picture_in_the_order_given(self):
        paths = [self.write(f"{seed}.png", picture(seed)) for seed in (3, 1, 2)]
        result = self.check(tutela("hash", *paths), 0)
        lines = result.stdout.decode().splitlines()
        self.assertEqual([line.split(",", 2)[2] for line in lines], [str(path) for path in paths])
        for line in lines:
            self.assertRegex(line, r"^[0-9a-f]{64},[0-9]{1,3},/")
        self.assertEqual(len({line[:64] for line in lines}), 3)
        self.assertEqual(result.stderr, b"")

    def test_algorithms_of_64_bits(self):
        path = self.write("1.png", picture(1))
        pdq = self.check(tutela("hash", path), 0).stdout.decode().split(",")
        seen = set()
        for algorithm in ("phash", "dhash", "ahash", "phash-opencv"):
            line = self.check(tutela("hash", "--algorithm", algorithm, path), 0).stdout.decode().split(",")
            self.assertRegex(line[0], "^[0-9a-f]{16}$")
            self.assertEqual(line[1:], pdq[1:])
            row = json.loads(self.check(tutela("hash", "-a", algorithm, "--format", "jsonl", path), 0).stdout)
            self.assertEqual((row["hash"], row["hash_algorithm"]), (line[0], algorithm))
            seen.add(line[0])
        self.assertEqual(len(seen), 4)
        self.assertIn(b"--algorithm", self.check(tutela("hash", "--algorithm", "md5", path), 2).stderr)

    def test_a_list_of_pictures_becomes_a_list(self):
        folder = self.dir / "known"
        odd = self.write("known/a, b #1.png", picture(1))
        self.write("known/2.png", picture(2))
        self.write("known/flat.png", flat_picture())
        for options in ((), ("--phash",)):
            result = self.check(tutela("hash", "--format", "list", *options, folder), 2)
            self.assertIn(b"flat.png: not listed", result.stderr)
            text = self.write("known.txt", result.stdout)
            line = next(line for line in result.stdout.decode().splitlines() if "#1" in line)
            phash = self.check(tutela("hash", "-a", "phash", odd), 0).stdout.decode()[:16]
            self.assertTrue(line.startswith(self.hash_of(odd) + ("+" + phash if options else "") + ","), line)
            self.check(tutela("list", "build", "--strict", self.dir / "known.tutela", text), 0)
            scan = tutela("scan", "--list", self.dir / "known.tutela", "--confirm", "phash", "--format", "jsonl", odd)
            match = json.loads(self.check(scan, 1).stdout.splitlines()[1])["matches"][0]
            self.assertEqual(match["label"], os.fspath(odd))
            self.assertEqual(match["confirm"], {"phash": 0} if options else None)
            self.assertEqual(tutela("match", "--list", text, text).stdout.count(b"\n"), 2)

    def test_options_that_exclude_each_other(self):
        path = self.write("1.png", picture(1))
        self.check(tutela("hash", "--phash", path), 2)
        self.check(tutela("hash", "--format", "list", "--algorithm", "phash", path), 2)

    def test_jobs_do_not_change_the_output(self):
        paths = [self.write(f"{seed}.png", picture(seed)) for seed in range(12)]
        outputs = [tutela("hash", "--jobs", str(jobs), *paths).stdout for jobs in (1, 2, 4)]
        self.assertEqual(outputs[0].count(b"\n"), 12)
        self.assertEqual(outputs[0], outputs[1])
        self.assertEqual(outputs[0], outputs[2])

    def test_all_colours_are_hashed_unless_asked_otherwise(self):
        jpeg = self.write("small.jpg", SMALL_JPEG)
        rows = {}
        for asked in ((), ("--decode", "exact"), ("--decode", "luma")):
            line = self.check(tutela("hash", "--format", "jsonl", *asked, jpeg), 0).stdout
            rows[asked[-1] if asked else ""] = json.loads(line)
        self.assertEqual(rows[""], rows["exact"])
        self.assertEqual((rows["exact"]["decode"], rows["luma"]["decode"]), ("exact", "luma"))

    def test_low_quality_is_printed_not_hidden(self):
        line = self.check(tutela("hash", self.write("flat.png", flat_picture())), 0).stdout.decode()
        self.assertEqual(line.split(",")[1], "0")

    def test_what_cannot_be_hashed_is_named_and_the_rest_goes_on(self):
        good = self.write("good.png", picture(1))
        bad = {
            self.write("words.txt", "no picture"): b"unsupported",
            self.write("tiny.png", png(4, 4, bytes(48))): b"too_small",
            self.write("broken.png", picture(2)[:40]): b"corrupt",
            self.dir / "absent.png": b"unreadable",
        }
        result = self.check(tutela("hash", *bad, good), 2)
        self.assertEqual(len(result.stdout.splitlines()), 1)
        said = result.stderr.splitlines()
        self.assertEqual(len(said), len(bad))
        for line, (path, word) in zip(said, bad.items()):
            self.assertTrue(line.startswith(b"tutela: " + os.fsencode(path) + b": " + word), line)

    def test_a_damaged_picture_is_hashed_and_named(self):
        data = picture(1, side=200)
        cut = self.write("cut.png", data[: len(data) * 3 // 4])
        result = self.check(tutela("hash", cut), 0)
        self.assertEqual(len(result.stdout.splitlines()), 1)
        self.assertIn(b"damaged", result.stderr)

    def test_control_characters_of_a_name_are_inert(self):
        name = b"a\n\x1b[31m,\xff\xc2\x9b.png"
        path = os.fsencode(self.dir) + b"/" + name
        with open(path, "wb") as file:
            file.write(picture(1))
        result = self.check(tutela("hash", path), 0)
        self.assertEqual(result.stdout.count(b"\n"), 1)
        self.assertTrue(result.stdout.endswith(rb'/a\x0A\x1B[31m,\xFF\xC2\x9B.png"' + b"\n"), result.stdout)
        line = self.check(tutela("hash", "--format", "jsonl", path), 0).stdout
        self.assertEqual(bytes.fromhex(json.loads(line)["path_hex"]), path)
        self.assertTrue(line.isascii())

    def test_jsonl_has_the_facts(self):
        path = self.write("\u00fc.png", picture(7))
        row = json.loads(self.check(tutela("hash", "--format", "jsonl", path), 0).stdout)
        self.assertEqual(row["path"], str(path))
        self.assertEqual(row["hash"], self.hash_of(path))
        self.assertEqual((row["format"], row["width"], row["height"], row["damaged"]), ("png", 96, 96, False))
        self.assertNotIn("path_hex", row)

    def test_a_name_that_looks_like_an_option(self):
        self.write("--help", picture(1))
        result = self.check(tutela("hash", "--", "--help", cwd=self.dir), 0)
        self.assertTrue(result.stdout.endswith(b",'--help\n"))

    def test_a_path_is_one_cell_of_one_line_whatever_it_holds(self):
        names = [b"plain", b"a,b", b'say "x"', b"=1+1", b"'=1", b"\t", b"\r\n", b" ", b"\\x41", b"a\n" + b"0" * 64, b"\xff", "\u202e\u00fc".encode()]
        for name in names:
            (self.dir / os.fsdecode(name)).write_bytes(picture(1))
        paths = sorted(names)
        output = self.check(tutela("hash", *map(os.fsdecode, paths), cwd=self.dir), 0).stdout
        lines = output.decode().splitlines()
        self.assertEqual(len(lines), len(paths))
        for line, path in zip(lines, paths):
            ((_, quality, cell),) = csv.reader([line])
            self.assertEqual(quality, "100")
            if re.match("'+[=+@-]", cell):
                cell = cell[1:]
            decoded = re.sub(rb"\\x([0-9A-F]{2})", lambda match: bytes.fromhex(match[1].decode()), cell.encode())
            self.assertEqual(decoded, path)


if __name__ == "__main__":
    unittest.main()
