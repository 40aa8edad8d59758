#!/usr/bin/env python3
"""Checks that the library cannot print, end the process, read the environment or start a thread of its own.

usage: forbidden_symbols.py NM SHARED_LIBRARY ARCHIVE OBJECT...
       forbidden_symbols.py --self-test NM OBJECT...   (objects of offender.cpp: every offence must be found)

The undefined symbols of the shared library and of every object are compared with a list of names. What a function
pointer or a system call reaches is not seen.
"""
import re
import subprocess
import sys

PRINTING = {
    "printf", "vprintf", "fprintf", "vfprintf", "dprintf", "vdprintf", "wprintf", "fwprintf", "vwprintf", "vfwprintf",
    "puts", "fputs", "putchar", "putc", "fputc", "putw", "fputs_unlocked", "putchar_unlocked", "stdout", "stderr",
    "perror", "psignal", "psiginfo", "syslog", "vsyslog", "openlog", "err", "errx", "warn", "warnx", "error",
    "_ZSt4cout", "_ZSt4cerr", "_ZSt4clog", "_ZSt5wcout", "_ZSt5wcerr", "_ZSt5wclog",
}
ENDING = {
    "abort", "exit", "_exit", "_Exit", "quick_exit", "raise", "kill", "__assert_fail", "__assert_perror_fail",
    "__assert", "_ZNSt8ios_base4InitC1Ev",  # <iostream> was included
}
ENVIRONMENT = {"getenv", "secure_getenv", "environ", "__environ"}
THREADS = {"pthread_create", "thrd_create", "fork", "vfork", "posix_spawn", "system", "popen"}
THREAD_PREFIX = "_ZNSt6thread15_M_start_thread"

# The exceptions: how the object's path begins inside the target's folder, and what it may use.
EXCEPTIONS = [
    ("kernels/", ENVIRONMENT),
    ("core/executor.cpp", THREADS),
    ("media/worker/worker_process.cpp", {"posix_spawn", "kill"}),  # the sandbox's worker, when it is asked for
]

LINE = re.compile(r"^\s+[Uwv]\s+(\S+)$")


def undefined(nm, path, dynamic):
    """The undefined symbols of a file, without versions."""
    command = [nm, "-D", "--undefined-only", path] if dynamic else [nm, "--undefined-only", path]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {match.group(1).split("@")[0] for match in map(LINE.match, output.splitlines()) if match}


def plain(symbol):
    """The name without mangling or what glibc's fortification adds: __printf_chk is printf."""
    if symbol.startswith(THREAD_PREFIX):
        return "pthread_create"
    match = re.fullmatch(r"__(\w+)_chk", symbol)
    return match.group(1) if match else symbol


def offences(symbols, path, exceptions=EXCEPTIONS):
    """What of `symbols` the file may not use."""
    inside = path.rpartition(".dir/")[2].removeprefix("./")
    excused = set().union(*(names for start, names in exceptions if inside.startswith(start)))
    forbidden = (PRINTING | ENDING | ENVIRONMENT | THREADS) - excused
    return {symbol for symbol in symbols if plain(symbol) in forbidden}


def self_test(nm, objects):
    found = set().union(*(offences(undefined(nm, path, dynamic=False), path) for path in objects))
    groups = {"printing": PRINTING, "ending": ENDING, "environment": ENVIRONMENT, "threads": THREADS}
    for name, group in groups.items():
        assert {plain(s) for s in found} & group, f"no offence of the kind '{name}' was found in {sorted(found)}"
    assert any(s.startswith(THREAD_PREFIX) for s in found), "std::thread was not found"
    assert "_ZSt4cout" in found
    print("found, as it should be:", ", ".join(sorted(found)))
    return 0


def main():
    if sys.argv[1] == "--self-test":
        return self_test(sys.argv[2], sys.argv[3:])
    nm, shared, archive, *objects = sys.argv[1:]
    # The archive is made of these objects and nothing else, so checking the objects, whose folders are known, checks it.
    members = subprocess.run([nm, "--undefined-only", archive], check=True, capture_output=True, text=True).stdout
    count = len(re.findall(r"^\S+\.o:$", members, re.MULTILINE))
    assert count == len(objects) > 0, f"{archive} has {count} members, but the build has {len(objects)} objects"

    bad = False
    for path in objects:
        for symbol in sorted(offences(undefined(nm, path, dynamic=False), path)):
            print(f"{path}: may not use {symbol}")
            bad = True
    for symbol in sorted(offences(undefined(nm, shared, dynamic=True), shared, [("", ENVIRONMENT | THREADS | {"kill"})])):
        print(f"{shared}: may not use {symbol}")
        bad = True
    print("forbidden symbols are used" if bad else f"{len(objects)} objects and the library use nothing forbidden")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
