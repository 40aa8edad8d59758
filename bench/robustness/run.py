"""Measures how many changed photographs are found again, and how many others are.

    run.py [--photos N] [--transforms NAME,NAME] [--processes N] [--write-docs]

Writes table.csv (a transform a line), findings.csv (a picture a line), heatmap.png and ROBUSTNESS.md into
build/robustness/, and prints the last. Run it by `./dev bench robustness`, which gives it the packages it needs.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import corpus
import measure
import report
from transforms import BY_NAME

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "src" / "hash" / "ROBUSTNESS.md"


def spread(photos: list[corpus.Photo], count: int) -> list[corpus.Photo]:
    """That many of them, evenly over all."""
    return [photos[number * len(photos) // count] for number in range(count)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=int, help="only so many of them")
    parser.add_argument("--transforms", default=",".join(BY_NAME), help="only these, by name")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    parser.add_argument("--write-docs", action="store_true", help=f"also write {DOCS.relative_to(ROOT)}")
    options = parser.parse_args()
    names = options.transforms.split(",")
    if unknown := [name for name in names if name not in BY_NAME]:
        parser.error(f"there is no transform {unknown[0]}; there are {', '.join(BY_NAME)}")
    photos = corpus.all_photos()
    if options.photos:
        photos = spread(photos, min(options.photos, len(photos)))

    start = time.monotonic()
    listed = measure.list_photos(photos, options.processes)
    findings = []
    for number, found in enumerate(measure.measure(listed, names, options.processes), 1):
        findings += found
        if sys.stderr.isatty() or number % 50 == 0:
            end = "\r" if sys.stderr.isatty() else "\n"
            print(f"{number} of {len(photos)} photographs, {time.monotonic() - start:.0f} s", end=end, file=sys.stderr)
    results = report.Results(listed, findings)

    out = ROOT / "build" / "robustness"
    out.mkdir(parents=True, exist_ok=True)
    report.write_csv(results, out / "table.csv")
    report.write_findings(results, out / "findings.csv")
    report.draw_heatmap(results, out / "heatmap.png")
    text = report.markdown(results)
    (out / "ROBUSTNESS.md").write_text(text, encoding="utf-8")
    if options.write_docs:
        DOCS.write_text(text, encoding="utf-8")
    print(text)
    print(f"in {out.relative_to(ROOT)}: table.csv, findings.csv, heatmap.png, ROBUSTNESS.md", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
