"""Fuzzes for a while: every target for its share of the time, with a corpus that is kept from hunt to hunt.

    hunt.py PROGRAMS CORPUS MINUTES

PROGRAMS is the folder of the fuzz targets (build/sanitize/tests/fuzz); CORPUS gets a folder for each, seeded before each
hunt, and crashes/, where inputs that broke a target are left. Ends with a table, and with 1 when a target broke.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time

from seeds import LARGEST, all_targets, write_seeds


@dataclasses.dataclass
class Hunt:
    target: str
    seconds: float
    runs: int
    new_units: int
    corpus: int
    crashes: list[pathlib.Path]
    returncode: int


def hunt(program: pathlib.Path, corpus: pathlib.Path, crashes: pathlib.Path, seconds: int) -> Hunt:
    before = set(crashes.glob(f"{program.name}.*"))
    start = time.monotonic()
    log = crashes.parent / f"{program.name}.log"
    with log.open("wb") as output:
        code = subprocess.run(
            [
                program, f"-max_total_time={seconds}", f"-max_len={LARGEST}", "-timeout=30", "-rss_limit_mb=4096",
                "-malloc_limit_mb=8192", "-print_final_stats=1", "-reload=0", f"-artifact_prefix={crashes / program.name}.", corpus,
            ],
            stdout=output, stderr=output, check=False,
        ).returncode  # fmt: skip
    text = log.read_text(encoding="utf-8", errors="replace")
    stats = {name: int(value) for name, value in re.findall(r"^stat::(\w+): +(\d+)", text, re.MULTILINE)}
    new = sorted(set(crashes.glob(f"{program.name}.*")) - before)
    return Hunt(
        program.name, time.monotonic() - start, stats.get("number_of_executed_units", 0),
        stats.get("new_units_added", 0), len(list(corpus.iterdir())), new, code,
    )  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Fuzzes for a while.")
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("minutes", type=float)
    options = parser.parse_args()
    targets = all_targets()
    missing = [target for target in targets if not os.access(options.programs / target, os.X_OK)]
    if missing:
        print(f"fuzz: {', '.join(missing)} not built", file=sys.stderr)
        return 2
    corpus = options.corpus.resolve()
    crashes = corpus / "crashes"
    crashes.mkdir(parents=True, exist_ok=True)
    write_seeds(corpus, targets, LARGEST)
    workers = min(os.cpu_count() or 1, len(targets))
    seconds = max(round(options.minutes * 60 * workers / len(targets)), 1)
    print(f"{len(targets)} targets, {seconds} s each, {workers} at a time", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        found = list(
            pool.map(lambda name: hunt((options.programs / name).resolve(), corpus / name, crashes, seconds), targets)
        )
    print(f"{'target':20} {'runs':>10} {'new units':>10} {'corpus':>8} {'seconds':>8} {'crashes':>8}")
    broken = False
    for result in found:
        failed = len(result.crashes) or int(result.returncode != 0)
        broken |= failed > 0
        print(
            f"{result.target:20} {result.runs:10} {result.new_units:10} {result.corpus:8} {result.seconds:8.0f} {failed:8}"
        )
    for result in found:
        for path in result.crashes:
            print(f"{result.target} breaks on {path}")
        if result.returncode and not result.crashes:
            print(f"{result.target} ended with {result.returncode}: {corpus / (result.target + '.log')}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
