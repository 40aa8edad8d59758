#!/usr/bin/env python3
"""Checks that the worker of the sandbox holds the decoders and nothing of hashing, searching or lists.

usage: worker.py NM READELF WORKER
"""
import re
import subprocess
import sys

# Any of these among its symbols would mean that it can hold what it must never see.
FORBIDDEN = re.compile(r"\btutela::(HashList|ListBuilder|Index<|PdqHasher|Hash64Hasher|VariantHasher|Scanner|kernels::|open_list)")
LIBRARIES = re.compile(r"opencv|libssl|libcurl|libtutela")  # libcrypto: digests of the files in archives


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main():
    nm, readelf, worker = sys.argv[1:]
    symbols = run(nm, "-C", worker).splitlines()
    assert any("tutela::open_media(" in line for line in symbols), "the worker has no symbols, or no decoders"
    bad = [line for line in symbols if FORBIDDEN.search(line)]
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run(readelf, "-d", worker))
    assert any("libjpeg" in name for name in needed), needed
    bad += [name for name in needed if LIBRARIES.search(name)]
    print("\n".join(bad) if bad else f"the worker holds decoders alone; it needs {', '.join(needed)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
