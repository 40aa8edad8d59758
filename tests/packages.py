"""Test material out of Debian's packages, binary and source: fetched by apt, read without unpacking, never installed.

What is fetched is kept in a folder, and not fetched again when it is there.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Iterator, Sequence

KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class FetchError(Exception):
    pass


def _apt(arguments: Sequence[str], folder: pathlib.Path) -> subprocess.CompletedProcess[str]:
    # As root, apt would fetch as another user, who may not be able to write here.
    sandbox = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    command = ["apt-get", "-q", *sandbox, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _fetched(what: str, pattern: str, arguments: Sequence[str], packages: pathlib.Path) -> pathlib.Path:
    """The newest file of the pattern, fetched by apt-get with these arguments when there is none."""
    if not any(packages.glob(pattern)):
        print(f"fetching {what}", file=sys.stderr)
        # Fetched beside and moved, so that an interrupted download leaves nothing that looks whole.
        part = packages / f"{what}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        run = _apt(arguments, part)
        fetched = list(part.glob(pattern))
        if run.returncode or not fetched:
            reason = (run.stderr.strip().splitlines() or ["apt-get gave no file"])[-1]
            raise FetchError(f"{what} cannot be fetched: {reason}")
        fetched[0].rename(packages / fetched[0].name)
        shutil.rmtree(part)
    return max(packages.glob(pattern), key=lambda path: path.stat().st_mtime)


def package_file(package: str, packages: pathlib.Path) -> pathlib.Path:
    """The file of a binary package, fetched if it is not there."""
    return _fetched(package, f"{package}_*.deb", ["download", package], packages)


def source_file(package: str, packages: pathlib.Path) -> pathlib.Path:
    """The upstream archive of a source package, fetched if it is not there."""
    pattern = f"{package}_*.orig.tar.*[!c]"  # not its signature, .asc
    if any(packages.glob(pattern)):
        return _fetched(package, pattern, [], packages)
    options = _source_lists(packages.resolve() / "apt")
    return _fetched(package, pattern, [*options, "source", "--download-only", "--tar-only", package], packages)


def _source_lists(place: pathlib.Path) -> list[str]:
    """Options by which apt knows source packages, from the servers of the binary ones. The system's lists stay alone."""
    sources = place / "sources.list"
    options = [
        option
        for name, value in (
            ("Dir::Etc::sourcelist", sources),
            ("Dir::Etc::sourceparts", "/dev/null"),
            ("Dir::State::lists", place / "lists"),
            ("Dir::Cache", place / "cache"),
        )
        for option in ("-o", f"{name}={value}")
    ]
    if (place / "ready").exists():
        return options
    for folder in ("lists/partial", "cache/archives/partial"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    form = "$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)"
    known = _apt(["indextargets", "--format", form, "Created-By: Packages"], place).stdout
    # Of the release alone: its updates rest on the same upstream archives.
    lines = sorted(set(re.findall(r"^Debian (\S+ [^ -]+ main)$", known, re.MULTILINE)))
    signed = f" [signed-by={KEYRING}]" if KEYRING.exists() else ""
    sources.write_text("".join(f"deb-src{signed} {line}\n" for line in lines), encoding="utf-8")
    run = _apt([*options, "update"], place)
    if run.returncode or not lines:
        raise FetchError(f"the list of source packages cannot be fetched: {run.stderr.strip() or 'no server is known'}")
    (place / "ready").touch()
    return options


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        content = archive.extractfile(member) if member.isreg() else None
        if content is not None:
            yield member.name.removeprefix("./"), content.read()


def read_package(path: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """Path and content of the regular files of a binary package."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(path)], stdout=subprocess.PIPE) as process:
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                yield from _members(archive)
        except tarfile.TarError as error:
            raise FetchError(f"{path.name} is damaged ({error}); remove it") from None
    if process.returncode:
        raise FetchError(f"{path.name} is damaged; remove it")


def read_source(path: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    """Path, from below the topmost folder, and content of the regular files of an upstream archive."""
    try:
        with tarfile.open(path) as archive:
            for name, content in _members(archive):
                yield name.split("/", 1)[-1], content
    except (tarfile.TarError, EOFError, OSError) as error:
        raise FetchError(f"{path.name} is damaged ({error}); remove it") from None


def safe_name(path: str) -> str:
    """A path in an archive as one that stays below the folder it is put in."""
    return "/".join(part for part in re.split("/+", path) if part not in ("", ".", ".."))


def write_folder(folder: pathlib.Path, files: Iterable[tuple[str, bytes]]) -> None:
    """A folder of these files in the place of what was there, in one step."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, content in files:
        path = part / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def replace_file(path: pathlib.Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table of tab-separated values with a header line."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def read_table(path: pathlib.Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def rules_digest(names: Sequence[str], files: Sequence[pathlib.Path]) -> str:
    """Changes with the sources named and the code of the rules, so that what was made by others is made anew."""
    digest = hashlib.sha256(repr(list(names)).encode())
    for file in (*files, pathlib.Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_complete(folder: pathlib.Path, digest: str) -> bool:
    """Whether folder/index.tsv was made by these rules and all its files, in files/PACKAGE/FILE, are there."""
    try:
        if (folder / "rules").read_text(encoding="utf-8") != digest:
            return False
        rows = read_table(folder / "index.tsv")
    except OSError:
        return False
    return all((folder / "files" / row["package"] / row["file"]).is_file() for row in rows)


def begin_index(folder: pathlib.Path) -> None:
    """The index goes first and comes last, so that all it names is there."""
    (folder / "packages").mkdir(parents=True, exist_ok=True)
    for stale in ("rules", "index.tsv"):
        (folder / stale).unlink(missing_ok=True)


def end_index(folder: pathlib.Path, digest: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    replace_file(folder / "rules", digest)
    replace_file(folder / "index.tsv", table(columns, rows))
