"""Fetches odd, broken and hostile files out of Debian packages: the test data of decoders. Installs nothing.

    fetch.py FOLDER

FOLDER gets
    packages/            the package files and upstream archives, by apt; one that is there is not fetched again
    files/PACKAGE/PATH   the files
    index.tsv            sha256, package, file, origin (binary or source, and the package file); each content once

The index is written last and in one step. A package that is missing, or gives fewer files than it does in Debian 12,
is an error. All of it is 140 MB to download: half of that is libjxl-testdata, a third is Pillow's tests.

Everything in the places named below is taken but program text: pictures, archives, and what looks like neither.
"""

from __future__ import annotations

import argparse
import binascii
import dataclasses
import fnmatch
import hashlib
import pathlib
import sys
from collections.abc import Iterable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from packages import (  # noqa: E402
    FetchError, begin_index, end_index, is_complete, package_file, read_package, read_source, read_table, rules_digest,
    safe_name, source_file, write_folder,
)  # fmt: skip

FOLDER = pathlib.Path(__file__).parents[2] / "build" / "hostile"
COLUMNS = ("sha256", "package", "file", "origin")
PROGRAM_TEXT = {
    "ac", "am", "build", "c", "cc", "cmake", "cpp", "go", "h", "hpp", "html", "in", "log", "m4", "makefile", "md", "pl",
    "py", "rst", "sh", "toml", "txt", "yml",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Source:
    package: str
    at_least: int  # how many contents it gives in Debian 12; an update may bring more
    places: tuple[str, ...]  # patterns of paths, in a source package from below its topmost folder
    is_source: bool = True


GO = "usr/share/go-1.19"
GOCODE = "usr/share/gocode/src"

SOURCES = (
    Source(
        "golang-1.19-src",
        225,
        (f"{GO}/src/image/*testdata/*", f"{GO}/src/archive/*testdata/*", f"{GO}/src/compress/*testdata/*"),
        is_source=False,
    ),
    Source("golang-golang-x-image-dev", 119, (f"{GOCODE}/golang.org/x/image/*testdata/*",), is_source=False),
    Source("libjxl-testdata", 209, ("usr/share/libjxl-testdata/*",), is_source=False),
    Source(
        "golang-github-rwcarlsen-goexif-dev", 63, (f"{GOCODE}/github.com/rwcarlsen/goexif/*",), is_source=False
    ),
    Source("pillow", 946, ("Tests/images/*", "Tests/icc/*")),
    Source("libgd2", 161, ("tests/*",)),
    Source("libpng1.6", 150, ("contrib/testpngs/*", "contrib/pngsuite/*", "*.png")),
    Source("tiff", 52, ("test/images/*", "test/refs/*", "doc/images/*", "*.tif", "*.tiff")),
    Source("giflib", 63, ("pic/*", "tests/*", "*.gif", "*.ico", "*.png")),
    Source("libwebp", 3, ("*.webp", "examples/*.png", "examples/*.jpg", "*.ppm")),
    Source("libheif", 36, ("fuzzing/corpus/*", "*.heic", "*.avif")),
    Source("openjpeg2", 5, ("*.ico", "*.png", "*.jp2", "*.j2k")),
    Source("libjpeg-turbo", 12, ("testimages/*",)),
    Source("libarchive", 371, ("*.uu", "*.zip")),
)


def decode_uu(text: bytes) -> tuple[str, bytes]:
    """Name and content of a uuencoded file. ValueError when it is none."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(b"begin "):
            break
    else:
        raise ValueError("no line begins the file")
    name = line.split(b" ", 2)[2].decode("utf-8", "replace")
    content = bytearray()
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            if line.startswith(b"end"):
                return name, bytes(content)
            continue
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:  # some encoders leave rubbish behind the last byte
            size = ((line[0] - 32) & 63) * 4 + 5
            content += binascii.a2b_uu(line[: size // 3])
    raise ValueError("no line ends the file")


def wanted(source: Source, path: str) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    if name.rsplit(".", 1)[-1] in PROGRAM_TEXT:
        return False
    return any(fnmatch.fnmatchcase(path, place) for place in source.places)


def hostile_files(source: Source, entries: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Name and content of the files in the source's places; uuencoded ones decoded."""
    for path, content in entries:
        if not wanted(source, path):
            continue
        name = safe_name(path)
        if name.endswith(".uu"):
            try:
                name, content = name.removesuffix(".uu"), decode_uu(content)[1]
            except ValueError:
                pass  # it may be hostile as it is
        yield name, content


def read_files(source: Source, packages: pathlib.Path) -> tuple[str, Iterator[tuple[str, bytes]]]:
    """Where the files of a source come from, and they."""
    if source.is_source:
        path = source_file(source.package, packages)
        return f"source {path.name}", hostile_files(source, read_source(path))
    path = package_file(source.package, packages)
    return f"binary {path.name}", hostile_files(source, read_package(path))


def fetch(folder: pathlib.Path, sources: Iterable[Source] = SOURCES) -> dict[str, int]:
    """Fills the folder; the number of contents by package."""
    sources = list(sources)
    digest = rules_digest([source.package for source in sources], [pathlib.Path(__file__)])
    if not is_complete(folder, digest):
        begin_index(folder)
        rows: list[tuple[str, str, str, str]] = []
        seen: set[bytes] = set()
        errors = []
        for source in sources:
            try:
                origin, entries = read_files(source, folder / "packages")
                found = {}
                for name, content in sorted(entries):
                    sha256 = hashlib.sha256(content)
                    if sha256.digest() not in seen:
                        seen.add(sha256.digest())
                        found[name] = content
                        rows.append((sha256.hexdigest(), source.package, name, origin))
            except FetchError as error:
                errors.append(str(error))
                continue
            if len(found) < source.at_least:
                errors.append(f"{source.package} gives {len(found)} files, fewer than {source.at_least}")
            write_folder(folder / "files" / source.package, found.items())
        if errors:
            raise FetchError("\n".join(errors))
        end_index(folder, digest, COLUMNS, rows)
    counts = {source.package: 0 for source in sources}
    for row in read_table(folder / "index.tsv"):
        counts[row["package"]] += 1
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description="Fetches hostile files out of Debian packages.")
    parser.add_argument("folder", type=pathlib.Path, nargs="?", default=FOLDER)
    options = parser.parse_args()
    try:
        counts = fetch(options.folder)
    except FetchError as error:
        print(f"hostile files: {error}", file=sys.stderr)
        return 1
    for package, count in counts.items():
        print(f"{count:6} {package}")
    print(f"{sum(counts.values()):6} hostile files in {options.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
