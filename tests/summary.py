"""Adds up JUnit files, names the failures, and ends with the line `N passed, N failed`.

Usage: summary.py FOLDER NAME...    each NAME.xml in the folder must be there: a run that left no result has failed.
Exits with 1 when anything failed, or when nothing was counted.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def verdict(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
        return "failed"
    if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
        return "skipped"
    return "passed"


def count_file(path: pathlib.Path) -> dict[str, int]:
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        cases = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        print(f"failed: {path.stem}: no results ({error})")
        return counts | {"failed": 1}
    for case in cases:
        result = verdict(case)
        counts[result] += 1
        if result != "passed":
            print(f"{result}: {path.stem}: {case.get('classname', '')} {case.get('name', '')}")
    return counts


def main(folder: str, names: list[str]) -> int:
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for name in names:
        here = count_file(pathlib.Path(folder) / f"{name}.xml")
        print(f"{name}: " + ", ".join(f"{count} {result}" for result, count in here.items()))
        for result, count in here.items():
            counts[result] += count
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 0 if counts["failed"] == 0 and counts["passed"] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
