"""The harness finds what it is for: tools that crash, hang, forget, forge. And the makers always make the same."""

import contextlib
import hashlib
import io
import os
import pathlib
import sys
import tempfile
import unittest
import zlib

import bombs
import containers
import fetch
import mutate
import names
import run
import supervise

# Python that puts its process under a filter which allows everything: PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP.
CONFINE = (
    "import ctypes, struct; c = ctypes.CDLL(None); allow = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0,"
    " 0x7FFF0000)); program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', 1, ctypes.addressof(allow)));"
    " assert c.prctl(38, 1, 0, 0, 0) == 0 and c.prctl(22, 2, program, 0, 0) == 0"
)

# A tool that scans as it should, but for what it is told by its environment.
TOOL = """#!/usr/bin/env python3
import collections, hashlib, json, os, signal, subprocess, sys, time
fault = os.environ.get("FAULT", "")
if "--help" in sys.argv:
    print("no sandbox here" if fault != "sandbox" else "--no-sandbox")
    sys.exit()
rows = []
for place, _, files in os.walk(sys.argv[-1]):
    for name in files:
        path = os.path.join(place, name)
        data = open(path, "rb").read()
        row = {"path": path, "inner": None, "sha256": hashlib.sha256(data).hexdigest(), "outcome": "matched",
               "reason": None, "damaged": False, "damage_reason": None, "matches": [{}]}
        rows.append(row)
if fault == "forgets": rows.pop()
if fault == "doubles": rows.append(rows[0])
if fault == "reason": rows[0] |= {"outcome": "corrupt", "matches": []}
if fault == "outcome": rows[0]["outcome"] = "fine"
if fault == "digest": rows[0]["sha256"] = "0" * 64
if fault == "inner": rows.append(rows[0] | {"path": "elsewhere", "inner": "a"})
if fault == "perturb": rows[0]["quality"] = os.environ.get("MALLOC_PERTURB_", "0")
counts = collections.Counter(row["outcome"] for row in rows)
counts["matched"] -= fault == "sums"
end = {"end": {"files": len(rows), "outcomes": counts, "damaged": 0, "interrupted": False}}
text = "".join(json.dumps(row) + "\\n" for row in [{"run": {}}, *rows, end][:-1 if fault == "endless" else None])
if fault == "json": text = text.replace("{", "(", 1)
sys.stdout.write(text if fault != "cut" else text[:-9])
sys.stdout.flush()
if fault == "crash": os.kill(os.getpid(), signal.SIGSEGV)
if fault == "hang": time.sleep(60)
if fault == "child": subprocess.Popen(["sleep", "60"])
print(f"scanned {len(rows)} files, 1 MB: " + ", ".join(f"{n} {name}" for name, n in counts.items()), file=sys.stderr)
sys.exit(1)
"""


class Faults(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.tool = self.folder / "tool"
        self.tool.write_text(TOOL)
        self.tool.chmod(0o755)
        (self.folder / "files").mkdir()
        for name in ("a", "b", "c"):
            (self.folder / "files" / name).write_text(name)

    def violations(self, fault, seconds=60):
        os.environ["FAULT"] = fault
        self.addCleanup(os.environ.pop, "FAULT", None)
        harness = run.Harness(self.tool, seconds, self.tool, [os.fsencode(self.folder / "files")])
        with contextlib.redirect_stdout(io.StringIO()):
            for mode in harness.modes():
                harness.scan_all_ways(*mode)
        return set(harness.wrong.counts)

    def test_a_sound_tool(self):
        self.assertEqual(self.violations("none"), set())

    def test_each_fault_is_seen(self):
        for fault, kind in {
            "forgets": "missing", "doubles": "row too many", "reason": "no reason", "outcome": "no outcome",
            "digest": "wrong SHA-256", "inner": "inner row without its archive", "perturb": "reports differ",
            "json": "no JSON", "cut": "no JSON", "crash": "crash", "child": "processes left behind", "sums": "sums",
            "sandbox": "no worker", "endless": "no whole report",
        }.items():  # fmt: skip
            with self.subTest(fault):
                self.assertIn(kind, self.violations(fault))

    def test_a_tool_that_hangs_is_ended(self):
        self.assertIn("hang", self.violations("hang", seconds=1))

    def test_memory_of_children_is_seen(self):
        child = f"{CONFINE}; b = bytearray(1 << 27); import time; time.sleep(.3)"
        code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
        finished = supervise.run([sys.executable, "-c", code], 60)
        self.assertGreater(finished.child_peak_bytes, 1 << 27)
        self.assertEqual(finished.unlimited_children, finished.children)
        limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)); " + code
        finished = supervise.run([sys.executable, "-c", limited], 60)
        self.assertEqual(finished.unlimited_children, set())
        self.assertEqual(len(finished.children), 1)


class Makers(unittest.TestCase):
    def test_changes_are_always_the_same(self):
        data = bytes(range(256)) * 4
        seen = {mutate.mutated(data, data[::-1], number) for number in range(64)}
        self.assertEqual(seen, {mutate.mutated(data, data[::-1], number) for number in range(64)})
        self.assertEqual({name for name, _ in seen}, {change.__name__ for change in mutate.CHANGES})
        self.assertGreater(len({changed for _, changed in seen} - {data}), 55)
        for number in range(64):
            mutate.mutated(b"x", b"", number)  # the smallest file

    def test_names_are_names(self):
        self.assertEqual(len(set(names.NAMES)), len(names.NAMES))
        for name in names.NAMES:
            self.assertTrue(0 < len(name) <= 255 and b"/" not in name and b"\0" not in name, name)

    def test_bombs_are_what_they_say(self):
        made = dict(bombs.all_bombs())
        self.assertEqual(len(made["png_1gb_in_57_bytes.png"]), 57)
        self.assertEqual(len(made["jpeg_65500x65500_in_100_bytes.jpg"]), 100)
        self.assertLess(max(len(data) for data in made.values()), 16 << 20)
        digest = hashlib.sha256(repr(sorted(made.items())).encode()).hexdigest()
        again = hashlib.sha256(repr(sorted(bombs.all_bombs())).encode()).hexdigest()
        self.assertEqual(digest, again)

    def test_zeros(self):
        for size in (0, 1, 4095, 1 << 20, (3 << 20) + 17):
            self.assertEqual(zlib.decompress(containers.deflated_zeros(size)), bytes(size))


class Uuencoded(unittest.TestCase):
    def test_a_file(self):
        text = b"some words\nbegin 644 a name\n%86)C9&4\n`\nend\n"
        self.assertEqual(fetch.decode_uu(text), ("a name", b"abcde"))

    def test_what_is_none(self):
        for text in (b"", b"no begin\nend\n", b"begin 644 a\n%86)C9&4\n"):
            with self.assertRaises(ValueError):
                fetch.decode_uu(text)


if __name__ == "__main__":
    unittest.main()
