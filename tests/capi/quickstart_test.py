#!/usr/bin/env python3
"""Runs a quick start on a list, a picture and a folder made here. usage: quickstart_test.py PROGRAM GOLDEN_CSV

The pictures follow the formulas of tests/data/golden/README.md, and the list holds their golden hashes.
"""
import csv
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

SIDE = 128


def blocks(x, y):
    cx, cy = 16 * x // SIDE, 16 * y // SIDE
    return ((((cx + 1) * 73856093) ^ ((cy + 1) * 19349663)) * 2654435761 & 0xFFFFFFFF) >> 24


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(value):
    """A gray PNG of SIDE x SIDE pixels, value(x, y) each."""
    rows = b"".join(b"\0" + bytes(value(x, y) for x in range(SIDE)) for y in range(SIDE))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def golden_hash(path, pattern):
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["pattern"], row["w"], row["h"]) == (pattern, str(SIDE), str(SIDE)):
                return row["hash"]
    raise LookupError(pattern)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def main():
    program, golden = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "folder"
        folder.mkdir()
        (folder / "a.png").write_bytes(png(blocks))
        (folder / "b.png").write_bytes(png(lambda x, y: blocks(x, y) ^ blocks(y, x)))  # another picture
        (folder / "c.txt").write_text("hello\n")
        hashes = Path(work) / "list.txt"
        other = golden_hash(golden, "lcg")
        hashes.write_text(f"# two entries\n{other},noise\n{golden_hash(golden, 'blocks')},blocks,A1,a label\n")

        code, out, error = run(program, hashes, folder / "a.png", folder)
        wanted = [
            "quality 100, 1 of 2 entries",
            f"{folder}/a.png: matched",
            "  blocks at distance 0",
            f"{folder}/b.png: clean",
            f"{folder}/c.txt: unsupported",
        ]
        lines = [line for line in out.splitlines() if not line.startswith("scanned")]
        assert (code, lines, error) == (0, wanted, ""), (code, out, error)

        code, out, error = run(program, Path(work) / "missing", folder / "a.png", folder)
        assert code == 2 and error.startswith("not_found: "), (code, out, error)
        code, out, error = run(program, hashes, folder / "c.txt", folder)
        assert code == 2 and error.startswith("unsupported: "), (code, out, error)
        code, out, error = run(program)
        assert code == 2 and error.startswith("usage: "), (code, out, error)
    print("the quick start says what it should")


if __name__ == "__main__":
    main()
