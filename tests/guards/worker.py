#!/usr/bin/env python3
"""Checks that the workers of the sandbox hold the decoders and nothing of hashing, searching or lists.

usage: worker.py NM READELF WORKER RARE_WORKER
"""
import re
import subprocess
import sys

# Any of these among its symbols would mean that it can hold what it must never see.
FORBIDDEN = re.compile(r"\btutela::(HashList|ListBuilder|Index<|PdqHasher|Hash64Hasher|VariantHasher|Scanner|kernels::|open_list)")
LIBRARIES = re.compile(r"opencv|libssl|libcurl|libtutela")  # libcrypto: digests of the files in archives
# They take longer to load than all else that a worker starts with.
SLOW = re.compile(r"libheif|libde265|libdav1d|libjxl|libtiff")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def faults(nm, readelf, worker, opener, is_slow):
    symbols = run(nm, "-C", worker).splitlines()
    assert any(f"tutela::{opener}(" in line for line in symbols), "the worker has no symbols, or no decoders"
    bad = [line for line in symbols if FORBIDDEN.search(line)]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(readelf, "-d", worker))
    assert any("libjpeg" in name for name in needed), needed
    slow = [name for name in needed if SLOW.search(name)]
    assert bool(slow) or not is_slow, f"a worker for rare formats without their libraries: {needed}"
    return bad + [name for name in needed if LIBRARIES.search(name)] + ([] if is_slow else slow)


def main():
    nm, readelf, common, rare = sys.argv[1:]
    bad = faults(nm, readelf, common, "open_common_media", False) + faults(nm, readelf, rare, "open_media", True)
    print("\n".join(bad) if bad else "the workers hold decoders alone, and the one that starts first no slow library")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
