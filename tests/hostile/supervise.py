"""Runs a program that may crash, hang, leave children behind or take too much memory, and says which it did."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence

PROC = pathlib.Path("/proc")
SAMPLE_SECONDS = 0.01


@dataclasses.dataclass
class Finished:
    returncode: int  # negative: the signal that ended it
    stdout: bytes
    stderr: bytes
    seconds: float
    hung: bool = False
    left_behind: int = 0  # processes of its own that outlived it
    children: set[int] = dataclasses.field(default_factory=set)
    child_peak_bytes: int = 0  # the most memory that any child ever had resident
    # Under a filter of system calls, and without a limit on their memory.
    unlimited_children: set[int] = dataclasses.field(default_factory=set)

    @property
    def crashed(self) -> bool:
        return self.returncode < 0 and not self.hung


def _read(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # it is gone
        return ""


def _children(pid: int) -> set[int]:
    found: set[int] = set()
    for task in (PROC / str(pid) / "task").glob("*/children"):
        found.update(int(word) for word in _read(task).split())
    return found


def _descendants(pid: int) -> set[int]:
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        new = _children(waiting.pop()) - found
        found |= new
        waiting.extend(new)
    return found


def _session(session: int) -> set[int]:
    """The processes of a session that still run."""
    found = set()
    for stat in PROC.glob("[0-9]*/stat"):
        # pid (name) state ppid group session; a name may hold anything, also brackets
        fields = _read(stat).rpartition(")")[2].split()
        if len(fields) > 3 and fields[3] == str(session) and fields[0] != "Z":
            found.add(int(stat.parent.name))
    return found


def _watch(pid: int, finished: Finished, ended: threading.Event) -> None:
    while not ended.wait(SAMPLE_SECONDS):
        for child in _descendants(pid):
            finished.children.add(child)
            status = _read(PROC / str(child) / "status")
            peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
            if peak:
                finished.child_peak_bytes = max(finished.child_peak_bytes, int(peak[1]) << 10)
            if "\nSeccomp:\t2\n" not in status:
                continue  # it is on its way, and has no file yet
            limits = re.findall(r"^Max (?:address space|data size)\s+(\S+)", _read(PROC / str(child) / "limits"), re.M)
            if limits and all(limit == "unlimited" for limit in limits):
                finished.unlimited_children.add(child)


def run(command: Sequence[str | bytes], seconds: float, env: Mapping[str, str] | None = None) -> Finished:
    """Runs it in a session of its own for at most this long; whatever is left of it is killed."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.monotonic()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True,
            env=os.environ | (env or {}),
        )  # fmt: skip
        finished = Finished(0, b"", b"", 0.0)
        ended = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, finished, ended))
        watcher.start()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            finished.hung = True
            process.kill()
            process.wait()
        finished.seconds = time.monotonic() - start
        ended.set()
        watcher.join()
        grace = time.monotonic() + 2  # a child that was told to end may need a moment
        while (left := _session(process.pid)) and not finished.hung and time.monotonic() < grace:
            time.sleep(SAMPLE_SECONDS)
        finished.left_behind = len(left)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        finished.returncode = process.returncode
        stdout.seek(0)
        stderr.seek(0)
        finished.stdout, finished.stderr = stdout.read(), stderr.read()
    return finished
