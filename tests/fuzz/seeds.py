"""Writes what fuzz targets start from: FOLDER/TARGET/..., a file an input.

    seeds.py FOLDER [--largest BYTES]

Made by code, from the golden lists, and from the hostile files and photographs as far as they were fetched; no seed has
more than the BYTES given. The folders are made anew.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import pathlib
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator

TESTS = pathlib.Path(__file__).parents[1]
BUILD = TESTS.parent / "build"
sys.path.append(str(TESTS / "hostile"))

from bombs import all_bombs, small_png  # noqa: E402
from containers import deflated_zip, gray_jpeg, stored_zip, tar_entry  # noqa: E402

LARGEST = 64 << 10
VIDEOS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".flv", ".wmv", ".ogv", ".3gp", ".m4v")
SAMPLINGS = 4  # of video_fuzz
H264 = ("libx264", "-crf", "40", "-bsf:v", "filter_units=remove_types=6")  # without the encoder's settings as text
STREAMED_MP4 = ("-movflags", "frag_keyframe+empty_moov")
# Container, encoder and its options. Written to a pipe, so nothing is written twice, and nothing padded.
CLIPS = (
    ("mp4", *H264, *STREAMED_MP4),
    ("matroska", *H264, "-g", "2"),
    ("mpegts", *H264),
    ("avi", "mpeg4", "-q:v", "20"),
    ("webm", "libvpx", "-b:v", "5k"),
    ("webm", "libvpx-vp9", "-b:v", "5k"),
    ("mp4", "libaom-av1", "-cpu-used", "8", "-crf", "50", *STREAMED_MP4),
    ("matroska", "libx265", "-crf", "40", "-x265-params", "log-level=none:info=0"),
    ("flv", "flv", "-q:v", "20"),
    ("mpeg", "mpeg1video", "-q:v", "20"),
    ("asf", "wmv2", "-q:v", "20"),
    ("ogg", "libtheora", "-q:v", "1"),
)
ARCHIVES = (".zip", ".tar", ".gz", ".7z", ".rar", ".xz", ".zst", ".cpio", ".bz2", ".cab", ".Z", ".lz", ".lz4", ".lzh")


def files_below(*folders: pathlib.Path) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size <= LARGEST:
                yield path.name, path.read_bytes()


def found() -> Iterator[tuple[str, bytes]]:
    yield from all_bombs()
    yield from files_below(BUILD / "hostile" / "files", BUILD / "photos" / "files")


def pictures() -> Iterator[bytes]:
    """The mode, then the file."""
    yield b"\1" + small_png(24)
    yield b"\2" + gray_jpeg(40, 40)
    for name, data in found():
        if not name.endswith(ARCHIVES):
            yield hashlib.sha256(data).digest()[:1] + data


def archives() -> Iterator[bytes]:
    picture = small_png(16)
    yield stored_zip([(b"a.png", picture), (b"b.zip", deflated_zip(b"c.png", picture))])
    yield tar_entry(b"a.png", picture)
    for name, data in found():
        if name.endswith(ARCHIVES):
            yield data


def ffmpeg(*arguments: str) -> bytes:
    command = ["ffmpeg", "-nostdin", "-v", "error", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, timeout=60, check=True).stdout


@functools.cache
def clips() -> tuple[bytes, ...]:
    """Five small frames in every container, as far as this ffmpeg has the encoder."""
    listed = ffmpeg("-encoders").decode()
    source = ("-f", "lavfi", "-i", "testsrc2=size=32x32:rate=25", "-frames:v", "5", "-threads", "1")
    return tuple(
        ffmpeg(*source, "-c:v", encoder, *options, "-f", container, "pipe:1")
        for container, encoder, *options in CLIPS
        if re.search(rf"^ V\S* {encoder} ", listed, re.MULTILINE)
    )


def videos() -> Iterator[bytes]:
    """The sampling, then the file."""
    for at, clip in enumerate(clips()):
        yield bytes([at % SAMPLINGS]) + clip
        yield bytes([(at + 1) % SAMPLINGS]) + clip[: len(clip) * 2 // 3]
    for name, data in files_below(BUILD / "hostile" / "files"):
        if name.endswith(VIDEOS):
            yield hashlib.sha256(data).digest()[:1] + data


def snapshots() -> Iterator[bytes]:
    """Whether it is sealed, then the snapshot."""
    for _, data in files_below(TESTS / "data" / "lists"):
        yield b"\0" + data
        yield b"\1" + data


def text_lists() -> Iterator[bytes]:
    line = b"0123456789abcdef" * 4
    yield line + b"+0123456789abcdef,an id,a category,a label, with a comma\r\n# a comment\n\n" + line + b"\n"
    yield b"\xef\xbb\xbf" + line.upper() + b" , id \n" + line[1:] + b"\n" + line + b",\xff\n" + line + b",a\rb\n"
    for _, data in files_below(TESTS / "data" / "golden"):
        yield data


def sqlite_base(*statements: str) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA page_size=512")
    for statement in statements:
        base.execute(statement)
    base.commit()
    return base.serialize()


def foreign_lists() -> Iterator[bytes]:
    """The format, as a number of list_formats(), 0 for what the content tells; then the list."""
    md5, sha1, long = "00112233445566778899aAbBcCdDeEfF", "0123456789" * 4, "0123456789abcdef" * 4
    vics = '{"%s":"http://x/DataModels/%s#%s","value":[%s]}'
    media = f'{{"MediaID":1,"Category":0,"MD5":"{md5}","SHA1":"","Tags":["a"],"IsDistributed":"true","Series":{{"Name":'
    media += f'"b"}},"x":[{{"HashName":"PDQ","HashValue":"{long}"}}],"PhotoDNA":"AA"}},{{"MD5":"1"}},7'
    yield b"\0" + (vics % ("@odata.context", "2.0.xml/US/$metadata", "Media", media)).encode()
    yield b"\0" + (vics % ("odata.metadata", "1.2.xml", "Cases", '{"Media":[' + media + "]}")).encode()
    yield b"\0" + f"{md5}  a\n\\{sha1} *b\\n\r\nMD5 (c) = {md5}\n#\n{long}  d\n".encode()
    yield b"\0" + f"%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n1,{md5},{long},a,b\n".encode()
    yield b"\0" + f'"SHA-1","MD5","CRC32","FileName","SpecialCode"\r\n"{sha1}","{md5}","0","a""b",""\r\n'.encode()
    yield b"\0" + f"pdq {long}\nvideo_md5 {md5}\n{long}\nurl x\n".encode()
    yield b"\0" + f"signal_type,signal_str,collab,category,tags\npdq,{long},a,DISPUTED,b\n".encode()
    yield b"\0" + f"{long},12,2024-01-02T03:04:05,a b\n".encode()
    yield b"\0" + f'[{{"id":"1","raw_indicator":"{md5}","type":"HASH_MD5","owner":{{"id":2}},"tags":["a"]}}]'.encode()
    kinds = (("image", "10", f"<fingerprints><pdq>{long}</pdq><pdna/></fingerprints>"), ("deletedImage", "11", ""))
    yield b"\0" + (
        '<queryResult xmlns="u"><images>'
        + "".join(
            f'<{kind}><member id="1">m</member><timestamp>2026-01-02T03:04:{time}Z</timestamp><id>i</id>{more}</{kind}>'
            for kind, time, more in kinds
        )
        + "</images></queryResult>"
    ).encode()
    record = f'{{"signalType":"ImagePDQ","hashValue":"{long}","hashStatus":"%s"}}'
    yield b"\0" + f'{{"count":1,"hashRecords":[{record % "Active"},{record % "Deleted"}]}}'.encode()
    yield b"\0" + f"MD5;SHA1;PhotoDNA;Image ID;Is distributed;Baseline\n{md5};;AA;1;y;yes\n".encode()
    yield b"\0" + f"MD5,SHA512,set,status,vicCategory\n{md5},,a,known|known,\n".encode()
    yield b"\0" + f"id\tmd5\tpdq\n1\t{md5}\t{long}\n".encode()
    carried = f'"carried":[{{"kind":"photodna","base64":"AAAA"}},{{"kind":"tmk","text":"x"}}]'
    jsonl = f'{{"tutela_list":1}}\n{{"pdq":"{long}","updated":"2026-01-02T03:04:05Z",{carried}}}\n'
    yield b"\0" + (jsonl + f'{{"video":["{long},50,0"]}}\n{{"more":["{long},50,1"]}}\n').encode()
    header = "pdq,phash,md5,sha1,sha256,id,category,label,source,scheme,region,harmless,updated,carried"
    yield b"\0" + f"{header}\r\n{long},,,,,'=1,\\s,,s,vics,US,,2026-01-02,tmk:eA== a=AAAA\r\n".encode()
    if hasattr(sqlite3.Connection, "serialize"):
        yield b"\0" + sqlite_base("CREATE TABLE FILE(sha256, sha1, md5, package_id)",
                                  f"INSERT INTO FILE VALUES('{long}', '', '{md5}', 1)")


def signatures() -> Iterator[bytes]:
    """What it is to be taken for; then a signature, a state, pinned keys, an encrypted file's header."""
    key, times = "0123456789abcdef" * 4, ("2026-11-30T11:31:18Z", "never")
    facts = f"list a b\nversion 7\ndigest {key}\ncreated {times[0]}\nexpires %s\npublisher {key}\nsignature {key * 2}\n"
    for expires in times:
        yield b"\0tutela-list-signature 1\n" + (facts % expires).encode()
    state = f"tutela-list-versions 1\n{key} 7 {key} a b\n"
    yield b"\1" + f"{state}sha256 {hashlib.sha256(state.encode()).hexdigest()}\n".encode()
    yield b"\2" + f"# trusted\na b {key}\r\n\nc\t{key[::-1].upper()}".encode()
    yield b"\3" + struct.pack("<IIQ", 1, 65536, 3) + bytes(40 + 20)


SEEDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "archive_fuzz": archives,
    "media_fuzz": pictures,
    "archive_fuzz": archives,
    "import_fuzz": foreign_lists,
    "signature_fuzz": signatures,
    "snapshot_fuzz": snapshots,
    "text_list_fuzz": text_lists,
    "video_fuzz": videos,
}


def write_seeds(folder: pathlib.Path, targets: list[str], largest: int) -> None:
    """Each target has its folder, if only an empty one. A seed is named after its content."""
    for target in targets:
        (folder / target).mkdir(parents=True, exist_ok=True)
        for data in SEEDS.get(target, lambda: iter(()))():
            if len(data) <= largest:
                (folder / target / hashlib.sha1(data).hexdigest()).write_bytes(data)


def all_targets() -> list[str]:
    return sorted(path.stem for path in pathlib.Path(__file__).parent.glob("*_fuzz.cpp"))


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes what fuzz targets start from.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--largest", type=int, default=LARGEST, help="bytes of a seed [default: 65536]")
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    write_seeds(options.folder, all_targets(), options.largest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
