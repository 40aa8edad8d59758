"""Fetches harmless photographs out of Debian packages, for the tests and the benchmarks. Installs nothing.

    fetch.py FOLDER [--all]

FOLDER gets
    packages/            the package files, fetched by `apt-get download`; one that is there is not fetched again
    files/PACKAGE/NAME   the photographs
    index.tsv            sha256, package, file, format, width, height; one photograph a line, a header line before

The index is written last and in one step: when it is there, all that it names is there. Without --all it names the
default set. A package that is missing, or gives another number of photographs than it does in Debian 12, is an error.

What counts as a photograph: pictures in the places named below, which were looked through by hand, whose smaller side
has 200 pixels or more, without alpha channel in WebP, and each content once. Paintings, documents and tools before a
white wall are among them, as they are the hard cases; pieces of pictures, drawings and logos are not.
"""

import argparse
import dataclasses
import fnmatch
import hashlib
import pathlib
import sys
from collections.abc import Iterator

from containers import Header, read_header, read_qt_resources

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from packages import (  # noqa: E402
    FetchError, begin_index, end_index, is_complete, package_file, read_package, rules_digest, write_folder,
)  # fmt: skip

SMALLEST_SIDE = 200
COLUMNS = ("sha256", "package", "file", "format", "width", "height")


@dataclasses.dataclass(frozen=True)
class Source:
    package: str
    count: int  # how many photographs it gives in Debian 12
    patterns: tuple[str, ...]  # of paths in the package; in Qt resource files those of the files inside
    without: tuple[str, ...] = ()  # names of files that are no photographs
    resources: str = ""  # pattern of Qt resource files that hold the pictures
    default: bool = True


IN_EVERY_PATH = {"gcompris", "src", "activities", "resource", "image", "images"}
OPENCV = "usr/share/doc/opencv-doc/examples"

SOURCES = (
    Source(
        "gcompris-qt-data",
        272,
        tuple(
            f"gcompris/src/activities/{activity}/*.webp"
            for activity in ("categorization", "clickgame", "details", "erase", "explore_*", "louis-braille")
        ),
        without=("chart.webp", "night_printing.webp"),
        resources="usr/share/gcompris-qt/rcc/*.rcc",
    ),
    Source("kphotoalbum", 23, ("usr/share/kphotoalbum/demo/*.jpg",), without=("qt-logo.jpg",)),
    Source(
        "lomiri-wallpapers-16.04",
        14,
        ("usr/share/backgrounds/*.jpg",),
        without=("umang_by_Abhishek_Mudgal.jpg",),
    ),
    Source("palapeli-data", 5, ("usr/share/palapeli/collection/*.jpg",)),
    # Among them four as a telephone left them, 4000x3000.
    Source("forensics-samples-files", 6, ("usr/share/forensics-samples/original-files/pic?/IMG*",)),
    Source(
        "python3-skimage",
        12,
        tuple(
            f"usr/lib/python3/dist-packages/skimage/data/{name}.*"
            for name in (
                "astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "moon",
                "motorcycle_left", "motorcycle_right", "rocket",
            )
        ),
    ),
    Source("python3-sklearn", 2, ("usr/lib/python3/dist-packages/sklearn/datasets/images/*.jpg",)),
    Source("lomiri-wallpapers-20.04", 1, ("usr/share/backgrounds/Kleiber*.jpg",), default=False),
    Source(
        "lxqt-themes",
        11,
        tuple(
            f"usr/share/lxqt/wallpapers/{name}.*"
            for name in (
                "Butterfly-Kenneth-Wimer", "Valendas", "after-the-rain", "appleflower", "beam", "butterfly", "cloud",
                "drop", "flowers", "fog", "this-is-not-windows",
            )
        ),
        default=False,
    ),
    Source("mate-backgrounds", 12, ("usr/share/backgrounds/mate/nature/*.jpg",), default=False),
    Source(
        "opencv-doc",
        38,
        (
            f"{OPENCV}/text/scenetext0?.jpg",
            f"{OPENCV}/alphamat/input_images/plant.jpg",
            f"{OPENCV}/hfs/data/00?.jpg",
            *(
                f"{OPENCV}/data/{name}.*"
                for name in (
                    "aero1", "aero3", "aloeL", "apple", "baboon", "basketball1", "basketball2", "board", "box",
                    "box_in_scene", "building", "butterfly", "chicky_512", "fruits", "graf1", "graf3", "home", "left",
                    "leuvenA", "leuvenB", "licenseplate_motion", "messi5", "orange", "rubberwhale1", "rubberwhale2",
                    "squirrel_cls", "stuff", "sudoku",
                )
            ),
        ),
        default=False,
    ),
)  # fmt: skip


def matches(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def candidates(source: Source, entries: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Name and content of the pictures in the source's places."""
    for path, content in entries:
        if not source.resources:
            if matches(path, source.patterns):
                yield path.rsplit("/", 1)[1], content
        elif matches(path, (source.resources,)):
            for inner, picture in read_qt_resources(content):
                if matches(inner, source.patterns):
                    # Names repeat from folder to folder.
                    yield "-".join(part for part in inner.split("/") if part not in IN_EVERY_PATH), picture


def is_photograph(source: Source, name: str, header: Header) -> bool:
    if any(name == word or name.endswith(f"-{word}") for word in source.without):
        return False
    return header.smaller_side >= SMALLEST_SIDE and not (header.format == "webp" and header.cut_out)


def photographs(source: Source, entries: Iterator[tuple[str, bytes]]) -> dict[str, tuple[bytes, Header]]:
    """The photographs of a package by name, each content once."""
    found: dict[str, tuple[bytes, Header]] = {}
    seen: set[bytes] = set()
    for name, content in sorted(candidates(source, entries)):
        try:
            header = read_header(content)
        except ValueError as error:
            raise FetchError(f"{source.package}: {name}: {error}") from None
        if is_photograph(source, name, header) and content not in seen:
            if name in found:
                raise FetchError(f"{source.package} has two pictures named {name}")
            seen.add(content)
            found[name] = content, header
    return found


def fetch(folder: pathlib.Path, sources: list[Source]) -> None:
    here = pathlib.Path(__file__)
    digest = rules_digest([source.package for source in sources], [here.with_name("containers.py"), here])
    if is_complete(folder, digest):
        return
    begin_index(folder)
    rows: list[tuple[str, str, str, str, int, int]] = []
    errors = []
    for source in sources:
        try:
            found = photographs(source, read_package(package_file(source.package, folder / "packages")))
        except FetchError as error:
            errors.append(str(error))
            continue
        if len(found) != source.count:
            errors.append(f"{source.package} gives {len(found)} photographs, not {source.count}")
            continue
        write_folder(folder / "files" / source.package, ((name, content) for name, (content, _) in found.items()))
        for name, (content, header) in found.items():
            sha256 = hashlib.sha256(content).hexdigest()
            rows.append((sha256, source.package, name, header.format, header.width, header.height))
    if errors:
        raise FetchError("\n".join(errors))
    if len({row[0] for row in rows}) != len(rows):
        raise FetchError("two packages have the same photograph")
    end_index(folder, digest, COLUMNS, sorted(rows, key=lambda row: row[1:3]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetches photographs out of Debian packages.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="also the packages that cost much for few photographs")
    options = parser.parse_args()
    sources = [source for source in SOURCES if source.default or options.all]
    try:
        fetch(options.folder, sources)
    except FetchError as error:
        print(f"photographs: {error}", file=sys.stderr)
        return 1
    print(f"{sum(source.count for source in sources)} photographs from {len(sources)} packages in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
