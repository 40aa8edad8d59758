"""Scans thousands of hostile files, and proves that nothing crashes, hangs, goes missing or differs.

    run.py --tool TUTELA --library LIBTUTELA [FOLDER] [--seconds N] [--copies N]

FOLDER (build/hostile) is what fetch.py filled; make.py adds to it first. Every run is held to
    - an end by itself within the wall clock, by no signal, leaving no process behind
    - one row for each file, found here by a walk of our own; its SHA-256 that of the file; rows of files inside archives
      belong to a file that has its own row
    - an outcome in every row, a reason for those that need one, sums that add up to the rows
    - workers that are under a memory limit and stay below it
and all runs of a kind (jobs, MALLOC_PERTURB_, C, Python, path, memory) give the same rows. It ends with a table, and
with 1 when anything was violated.
"""

from __future__ import annotations

import argparse
import collections
import csv
import dataclasses
import hashlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import make
import supervise
from interfaces import CScanner, PyScanner, comparable

sys.path += [str(pathlib.Path(__file__).parents[1]), str(pathlib.Path(__file__).parents[1] / "photos")]

from photos import all_photos  # noqa: E402

FEWEST_FILES = 2_000  # as fetched, and in each set of changed copies
LISTED_PHOTOS = 12
WORKER_BYTES = 2 << 30  # DecodeLimits::max_memory, the worker's own
LARGEST_FRAME = 300 << 20  # 100 megapixels, which it shares
OUTCOMES = (
    "matched", "clean", "low_quality", "too_small", "unsupported", "corrupt", "unreadable", "limit", "crashed",
    "timeout", "memory", "container", "harmless",
)  # fmt: skip
NEED_NO_REASON = {"matched", "clean", "container"}
MEMORY_SAMPLE = 5  # one file of so many goes through memory, too
IMAGE_BYTES = 8 << 20  # of those

Row = dict[str, Any]


class Violations:
    """What went wrong, the first of each kind in words."""

    def __init__(self) -> None:
        self.counts: collections.Counter[str] = collections.Counter()

    def add(self, kind: str, where: str, count: int = 1) -> None:
        if self.counts[kind] < 5:
            print(f"VIOLATION {kind}: {where}", flush=True)
        self.counts[kind] += count


@dataclasses.dataclass
class Run:
    name: str
    options: tuple[str, ...] = ()
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    sandboxed: bool = False


@dataclasses.dataclass
class Line:
    """A line of the table."""

    name: str
    seconds: float
    rows: int = 0
    outcomes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    crashes: int = 0
    hangs: int = 0
    missing: int = 0
    peak: int = 0


def walk(folders: Sequence[bytes]) -> Iterator[bytes]:
    for folder in folders:
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)


def path_of(row: Row) -> bytes:
    return bytes.fromhex(row["path_hex"]) if row.get("path_hex") else row["path"].encode()


def is_inner(row: Row) -> bool:
    return row.get("inner") is not None


def check_row(row: Row, run: str, wrong: Violations) -> None:
    where = f"{run}: {row.get('path')!r} {row.get('outcome')}"
    if row.get("outcome") not in OUTCOMES:
        wrong.add("no outcome", where)
    elif (row["outcome"] not in NEED_NO_REASON) and not row["reason"]:
        wrong.add("no reason", where)
    if row["damaged"] != (row["damage_reason"] is not None):
        wrong.add("damage without reason", where)
    if re.search("[^ -~]", f"{row['reason']}{row['damage_reason']}"):
        wrong.add("a reason of other than printed characters", f"{where}: {row['reason']!r} {row['damage_reason']!r}")
    if (row["outcome"] == "matched") != bool(row["matches"]):
        wrong.add("matches against the outcome", where)


def parse_report(report: bytes, run: str, wrong: Violations) -> tuple[list[Row], Row]:
    """The rows, and what the last line says of the whole; nothing when there is no such line."""
    rows = []
    for number, line in enumerate(report.split(b"\n")[:-1]):
        try:
            rows.append(json.loads(line))
        except ValueError:
            wrong.add("no JSON", f"{run}: line {number + 1}: {line[:200]!r}")
    if report and not report.endswith(b"\n"):
        wrong.add("no JSON", f"{run}: the report ends within a line")
    if not rows or rows[0].keys() != {"run"} or rows[-1].keys() != {"end"}:
        wrong.add("no whole report", run)
        return [row for row in rows if "path" in row], {}
    return rows[1:-1], rows[-1]["end"]


def check_files(rows: list[Row], digests: dict[bytes, str], run: str, wrong: Violations) -> int:
    """Exactly one row for each file; the number of those without."""
    own = collections.Counter(path_of(row) for row in rows if not is_inner(row))
    for row in rows:
        path = path_of(row)
        if is_inner(row) and path not in own:
            wrong.add("inner row without its archive", f"{run}: {path!r}")
        if not is_inner(row) and row["sha256"] is not None and row["sha256"] != digests.get(path):
            wrong.add("wrong SHA-256", f"{run}: {path!r}")
    for path, count in own.items():
        if path not in digests or count > 1:
            wrong.add("row too many", f"{run}: {path!r}")
    missing = digests.keys() - own.keys()
    for path in sorted(missing):
        wrong.add("missing", f"{run}: {path!r}")
    return len(missing)


def check_sums(rows: list[Row], end: Row, said: bytes, run: str, wrong: Violations) -> None:
    """What the report's end and the summary on standard error say is what the report holds."""
    text = said.decode("utf-8", "replace")
    counts = {name: int(count.replace(",", "")) for count, name in re.findall(r"(\d[\d,]*) ([a-z_]+)\b", text)}
    files = {"said": counts.get("files", counts.get("file")), "written": end.get("files")}
    found = collections.Counter(row["outcome"] for row in rows)
    for where, outcomes in (("said", counts), ("written", end.get("outcomes", {}))):
        if files[where] != len(rows):
            wrong.add("sums", f"{run}: {files[where]} files {where}, {len(rows)} rows")
        for outcome in OUTCOMES:
            if outcomes.get(outcome, 0) != found[outcome]:
                wrong.add("sums", f"{run}: {outcomes.get(outcome, 0)} {outcome} {where}, {found[outcome]} rows")
    if end.get("damaged") != sum(row["damaged"] for row in rows) or end.get("interrupted") is not False:
        wrong.add("sums", f"{run}: {end}")


def check_workers(finished: supervise.Finished, run: Run, limit: int, wrong: Violations) -> None:
    if not run.sandboxed:
        if finished.children:
            wrong.add("worker without a sandbox asked for", run.name)
        return
    if not finished.children:
        wrong.add("no worker", run.name)
    if finished.unlimited_children:
        wrong.add("worker without a memory limit", run.name)
    if finished.child_peak_bytes > limit:
        wrong.add("worker over its memory", f"{run.name}: {finished.child_peak_bytes >> 20} MiB")


class Harness:
    def __init__(self, tool: pathlib.Path, seconds: float, list_path: pathlib.Path, folders: list[bytes]) -> None:
        self.tool, self.seconds, self.list_path, self.folders = tool, seconds, list_path, folders
        self.wrong = Violations()
        self.table: list[Line] = []
        self.digests: dict[bytes, str] = {}
        largest = 0
        for path in walk(folders):
            with open(path, "rb") as file:
                data = file.read()
            self.digests[path] = hashlib.sha256(data).hexdigest()
            largest = max(largest, len(data))
        self.memory_limit = WORKER_BYTES + LARGEST_FRAME + largest

    def command(self, *options: str | bytes) -> list[str | bytes]:
        return [str(self.tool), "scan", "--list", str(self.list_path), *options]

    def modes(self) -> list[tuple[str, tuple[str, ...], bool]]:
        """Name, options and whether it is sandboxed: those that this tool has."""
        told = subprocess.run([self.tool, "scan", "--help"], capture_output=True, text=True, check=True).stdout
        if "--no-sandbox" not in told:
            return [("in process", (), False)]
        return [("in process", ("--no-sandbox",), False), ("sandboxed", (), True)]

    def scan(self, run: Run) -> tuple[bytes, list[Row]]:
        command = self.command("--format", "jsonl", "--show-hashes", *run.options, *self.folders)
        finished = supervise.run(command, self.seconds, run.env)
        rows, end = parse_report(finished.stdout, run.name, self.wrong)
        line = Line(run.name, finished.seconds, len(rows), collections.Counter(row["outcome"] for row in rows))
        line.crashes, line.hangs, line.peak = finished.crashed, finished.hung, finished.child_peak_bytes
        if finished.hung:
            self.wrong.add("hang", f"{run.name}: after {finished.seconds:.0f} s and {len(rows)} rows")
        elif finished.returncode != 1:  # something matched
            self.wrong.add("crash", f"{run.name}: exit code {finished.returncode}: {finished.stderr[-500:]!r}")
        if finished.left_behind:
            self.wrong.add("processes left behind", f"{run.name}: {finished.left_behind}")
        if run.sandboxed and finished.stderr.count(b"\n") > 1:  # the summary
            self.wrong.add("printed by a decoder", f"{run.name}: {finished.stderr[:300]!r}")
        check_workers(finished, run, self.memory_limit, self.wrong)
        for row in rows:
            check_row(row, run.name, self.wrong)
        line.missing = check_files(rows, self.digests, run.name, self.wrong)
        check_sums(rows, end, finished.stderr, run.name, self.wrong)
        self.table.append(line)
        return finished.stdout, rows

    def compare(self, name: str, rows: list[Row], other: list[Row]) -> None:
        """The same rows but for what holds for a run; the line of the table counts those that are not there."""
        for a, b in zip(rows, other):
            # What takes gigabytes gets them or not, by what the system has left.
            if a != b and "memory" not in (a["outcome"], b["outcome"]):
                self.wrong.add("rows differ", f"{name}: {a} | {b}")
        if len(rows) != len(other):
            self.wrong.add("rows differ", f"{name}: {len(rows)} and {len(other)} rows", abs(len(rows) - len(other)))

    def scan_all_ways(self, mode: str, options: tuple[str, ...], sandboxed: bool) -> list[Row]:
        """Default, two jobs, and memory filled with two patterns: byte for byte the same reports."""
        first, rows = self.scan(Run(mode, options, {}, sandboxed))
        for name, more, env in (
            ("1 job", ("--jobs", "1"), {"MALLOC_PERTURB_": "85"}),
            ("2 jobs", ("--jobs", "2"), {"MALLOC_PERTURB_": "170"}),
        ):
            run = Run(f"{mode}, {name}, perturb {env['MALLOC_PERTURB_']}", (*options, *more), env, sandboxed)
            report, again = self.scan(run)
            if report != first:
                self.compare(run.name, rows, again)
                self.wrong.add("reports differ", run.name)
        return rows

    def check_interfaces(self, library: pathlib.Path, rows: list[Row]) -> None:
        """C and Python, by path and from memory."""
        expected = [comparable(row) for row in rows]
        of_file = collections.defaultdict(list)  # a file's own row, and those of the files in it
        for row, same in zip(rows, expected):
            of_file[path_of(row)].append(same)
        sample = [p for p in sorted(self.digests)[::MEMORY_SAMPLE] if os.path.getsize(p) <= IMAGE_BYTES]
        c, python = CScanner(library, self.list_path), PyScanner(self.list_path)
        start = time.monotonic()
        self.compare("C, by path", expected, [comparable(line) for line in c.scan(self.folders)])
        start = self.count("C, by path", start, len(expected))
        self.compare("Python, by path", expected, [comparable(row) for row in python.scan(self.folders)])
        start = self.count("Python, by path", start, len(expected))
        for path in sample:
            with open(path, "rb") as file:
                data = file.read()
            own = of_file[path]
            name = os.path.basename(path)  # what a compressed file holds is called after it
            self.compare(f"C, memory: {path!r}", own, [comparable(line) for line in c.scan_bytes(data, name)])
            again = [comparable(row) for row in python.scan_bytes(data, name.decode(errors="replace"))]
            self.compare(f"Python, memory: {path!r}", own, again)
        self.count("C and Python, memory", start, len(sample))
        c.close()

    def count(self, name: str, start: float, rows: int) -> float:
        now = time.monotonic()
        self.table.append(Line(name, now - start, rows))
        return now

    def check_inert(self, folder: bytes) -> None:
        """Hostile names: text that steers no terminal, CSV that no spreadsheet takes for a formula."""
        files = len(list(walk([folder])))
        text = supervise.run(self.command("--format", "text", folder), self.seconds).stdout
        for line in text.split(b"\n"):
            if re.search(rb"[\x00-\x1f\x7f\x80-\x9f]", line) and not is_inert(line):
                self.wrong.add("a live line of text", repr(line))
        table = supervise.run(self.command("--format", "csv", folder), self.seconds).stdout
        rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline=""), strict=True))
        if len(rows) != files + 1 or len({len(row) for row in rows}) != 1:
            self.wrong.add("CSV", f"{len(rows) - 1} lines for {files} files")
        for cell in (cell for row in rows for cell in row):
            if re.match("[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]|-(?![0-9.]+$)", cell):
                self.wrong.add("a live cell of CSV", repr(cell))
            if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]", cell):
                self.wrong.add("a live cell of CSV", repr(cell))


def is_inert(line: bytes) -> bool:
    """Whether all its characters are printed ones; those of UTF-8 hold bytes that are not."""
    try:
        return not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line.decode())
    except UnicodeDecodeError:
        return False


def write_list(tool: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A list of a few of the photographs that are changed."""
    photos = [photo for photo in all_photos() if photo.path.stat().st_size <= make.LARGEST_PHOTO]
    listed = [photo.path for photo in photos[:: max(len(photos) // LISTED_PHOTOS, 1)]]
    hashes = subprocess.run([tool, "hash", *listed], capture_output=True, check=True).stdout
    path = folder / "listed.txt"
    path.write_bytes(b"".join(b"%s,photo-%d\n" % (line[:64], at) for at, line in enumerate(hashes.splitlines())))
    return path


def print_table(table: list[Line]) -> None:
    shown = [name for name in OUTCOMES if any(line.outcomes[name] for line in table)]
    print(f"\n{'run':36} {'rows':>7} " + " ".join(f"{name:>11}" for name in shown), end="")
    print("  crashes  hangs  missing  seconds  worker MiB")
    for line in table:
        print(f"{line.name:36} {line.rows:7} ", end="")
        print(" ".join(f"{line.outcomes[name] if line.outcomes else '':>11}" for name in shown), end="")
        print(f"  {line.crashes:7}  {line.hangs:5}  {line.missing:7}  {line.seconds:7.1f}  {line.peak >> 20:10}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Scans thousands of hostile files.")
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=make.FOLDER)
    parser.add_argument("--tool", type=pathlib.Path, required=True, help="the command line tool")
    parser.add_argument("--library", type=pathlib.Path, help="libtutela.so; without it C and Python are left out")
    parser.add_argument("--seconds", type=float, default=600, help="the wall clock of a run [default: 600]")
    parser.add_argument("--copies", type=int, default=make.COPIES, help="changed copies of each file [default: 4]")
    options = parser.parse_args()
    try:
        make.make(options.folder, options.copies)
        list_path = write_list(options.tool, options.folder)
    except FileNotFoundError as error:
        print(f"hostile: {error}", file=sys.stderr)
        return 2
    made = options.folder / "made"
    folders = [os.fsencode(place) for place in (options.folder / "files", *(made / k for k in ("bombs", "changed", "names")))]
    harness = Harness(options.tool.resolve(), options.seconds, list_path, folders)
    if len(harness.digests) < FEWEST_FILES * (options.copies + 1):
        harness.wrong.add("too few files", str(len(harness.digests)))
    rows: list[Row] = []
    for mode in harness.modes():
        rows = harness.scan_all_ways(*mode)
    if options.library:
        harness.check_interfaces(options.library.resolve(), rows)
    harness.check_inert(os.fsencode(made / "names"))
    print_table(harness.table)
    print(f"\n{len(harness.digests)} files; violations: {dict(harness.wrong.counts) or 'none'}")
    return 1 if harness.wrong.counts else 0


if __name__ == "__main__":
    sys.exit(main())
