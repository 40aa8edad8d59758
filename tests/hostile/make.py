"""Makes hostile files: changed copies of good ones, bombs, and files with hostile names.

    make.py [FOLDER] [--copies N]

FOLDER is what fetch.py filled (build/hostile); the photographs lie beside it. It gets
    made/changed/NUMBER/...   N changed copies of each file of up to 64 KB, and of each photograph of up to 160 KB
    made/bombs/               see bombs.py
    made/names/               one picture under the names of names.py
    made/index.tsv            the number of files in each, written last
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import sys
from collections.abc import Iterator

from bombs import all_bombs, small_png
from mutate import mutated
from names import NAMES

# Behind this folder, whose fetch.py is another one than that of the photographs.
sys.path += [str(pathlib.Path(__file__).parents[1]), str(pathlib.Path(__file__).parents[1] / "photos")]

from packages import read_table, replace_file, rules_digest, table  # noqa: E402
from photos import all_photos  # noqa: E402

FOLDER = pathlib.Path(__file__).parents[2] / "build" / "hostile"
LARGEST = 64 << 10
LARGEST_PHOTO = 160 << 10
COPIES = 4


def good_files(folder: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of what is changed."""
    for row in read_table(folder / "index.tsv"):
        path = folder / "files" / row["package"] / row["file"]
        if 0 < path.stat().st_size <= LARGEST:
            yield f"{row['package']}-{path.name}", path.read_bytes()
    for photo in all_photos():
        if photo.path.stat().st_size <= LARGEST_PHOTO:
            yield photo.name.replace("/", "-"), photo.path.read_bytes()


def write_changed(folder: pathlib.Path, good: list[tuple[str, bytes]], copies: int) -> int:
    """The copies. A splice takes its end from a file with the same ending of the name."""
    by_ending: dict[str, list[bytes]] = {}
    for name, data in good:
        by_ending.setdefault(pathlib.PurePath(name).suffix, []).append(data)
    for number in range(copies):
        (folder / str(number)).mkdir(parents=True)
    for at, (name, data) in enumerate(good):
        alike = by_ending[pathlib.PurePath(name).suffix]
        for number in range(copies):
            change, changed = mutated(data, alike[(at * 7 + number) % len(alike)], number)
            (folder / str(number) / f"{at:05}-{change}-{name[-100:]}").write_bytes(changed)
    return copies * len(good)


def write_names(folder: bytes) -> int:
    """A picture under each name, and under the first half of them also as folders."""
    picture = small_png()
    os.mkdir(folder)
    for number, name in enumerate(NAMES):
        path = os.path.join(folder, name)
        if number % 2 == 0:
            os.mkdir(path)
            path = os.path.join(path, name)
        with open(path, "wb") as file:
            file.write(picture)
    return len(NAMES)


def make(folder: pathlib.Path, copies: int = COPIES) -> dict[str, int]:
    """Fills folder/made unless these rules have; the number of files by kind."""
    made = folder / "made"
    here = pathlib.Path(__file__)
    rules = [here.with_name(f"{name}.py") for name in ("make", "mutate", "bombs", "names", "containers")]
    digest = rules_digest([str(copies)], [*rules, folder / "index.tsv", here.parents[2] / "build/photos/index.tsv"])
    ready = made / "rules"
    if not ready.exists() or ready.read_text(encoding="utf-8") != digest:
        part = folder / "made.part"
        for old in (part, made):
            shutil.rmtree(os.fsencode(old), ignore_errors=True)
        (part / "bombs").mkdir(parents=True)
        bombs = 0
        for name, data in all_bombs():
            (part / "bombs" / name).write_bytes(data)
            bombs += 1
        counts = {
            "changed": write_changed(part / "changed", list(good_files(folder)), copies),
            "bombs": bombs,
            "names": write_names(os.fsencode(part / "names")),
        }
        replace_file(part / "index.tsv", table(("kind", "files"), counts.items()))
        replace_file(part / "rules", digest)
        part.rename(made)
    return {row["kind"]: int(row["files"]) for row in read_table(made / "index.tsv")}


def main() -> int:
    parser = argparse.ArgumentParser(description="Makes hostile files.")
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=FOLDER)
    parser.add_argument("--copies", type=int, default=COPIES, help="changed copies of each good file [default: 4]")
    options = parser.parse_args()
    try:
        counts = make(options.folder, options.copies)
    except FileNotFoundError as error:
        print(f"hostile files: {error}", file=sys.stderr)
        return 1
    for kind, count in counts.items():
        print(f"{count:6} {kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
