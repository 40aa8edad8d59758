#!/usr/bin/env python3
"""Checks that the workers of the sandbox hold the decoders and nothing of hashing, searching or lists, that the one that
starts first needs no slow library, and that FFmpeg is in those of videos and streams alone, which load it themselves; that
of streams has its own getaddrinfo() before the C library's.

usage: worker.py NM READELF WORKER RARE_WORKER VIDEO_WORKER STREAM_WORKER
"""
import re
import subprocess
import sys

# Any of these among its symbols would mean that it can hold what it must never see.
FORBIDDEN = re.compile(r"\btutela::(HashList|ListBuilder|Index<|PdqHasher|Hash64Hasher|VariantHasher|Scanner|kernels::|open_list)")
LIBRARIES = re.compile(r"opencv|libssl|libcurl|libtutela|libav|libsw")  # libcrypto: digests of the files in archives
# They take longer to load than all else that a worker starts with.
SLOW = re.compile(r"libheif|libde265|libdav1d|libjxl|libtiff")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check(nm, readelf, worker, decoder, others):
    """What the program needs, and what it holds or needs and should not; `decoder` is what it must hold."""
    symbols = run(nm, "-C", worker).splitlines()
    assert any(decoder in line for line in symbols), f"{worker} has no symbols, or no decoders"
    bad = [line for line in symbols if FORBIDDEN.search(line) or others in line]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(readelf, "-d", worker))
    assert any("libc.so" in name for name in needed), needed
    return needed, bad + [name for name in needed if LIBRARIES.search(name)]


def main():
    nm, readelf, common, rare, video, stream = sys.argv[1:]
    needed, bad = check(nm, readelf, common, "tutela::open_common_media(", "tutela::VideoSource")
    bad += [name for name in needed if SLOW.search(name)]
    needed, found = check(nm, readelf, rare, "tutela::open_media(", "tutela::VideoSource")
    bad += found
    assert any(SLOW.search(name) for name in needed), f"a worker for rare formats without their libraries: {needed}"
    needed, found = check(nm, readelf, video, "tutela::VideoSource::open(", "tutela::open_archive(")
    bad += found + [name for name in needed if SLOW.search(name)]
    needed, found = check(nm, readelf, stream, "tutela::live::LiveVideo::open(", "tutela::open_archive(")
    bad += found + [name for name in needed if SLOW.search(name)]
    exported = run(nm, "-D", "--defined-only", stream).split()
    bad += [f"{name} is not exported" for name in ("getaddrinfo", "freeaddrinfo") if name not in exported]
    print("\n".join(bad) if bad else "the workers hold decoders alone, each those of its kind")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
