#!/usr/bin/env python3
"""Compares what the shared library exports with the golden lists beside this file.

usage: exports.py [--update] [--c-only] NM SHARED_LIBRARY HEADER...

exports_c.txt  the C functions; also compared with the declarations in the C HEADERs. Holds for every compiler.
exports.txt    all symbols, demangled; compared unless --c-only, as compilers differ in what they inline.
--update       rewrites the lists instead. Look at the difference before you commit it: a name that goes breaks
               programs, a name that comes is a promise.
"""
import difflib
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DECLARATION = re.compile(r"^TUTELA_(?:API|CHECKED)\s[^;{]*?\b(tutela_\w+)\(", re.MULTILINE)
# What no listing may ever hold: the inside of the library, or other people's code.
INTERNAL = re.compile(r"::(kernels|capi|Impl|Scratch|State)::|\(anonymous namespace\)")


def exported(nm, library):
    """The names that the library defines for others, demangled, sorted."""
    command = [nm, "-D", "--defined-only", "-C", library]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    names = {line.split(" ", 2)[2] for line in lines}
    return sorted(name for name in names if name)


def compare(title, want, have):
    """Prints how two lists differ; whether they are equal."""
    difference = list(difflib.unified_diff(want, have, f"{title} (wanted)", "found", lineterm="", n=0))
    print("\n".join(difference) if difference else f"{title}: {len(have)} names, as listed")
    return not difference


def main():
    flags = {argument for argument in sys.argv[1:] if argument.startswith("--")}
    nm, library, *headers = (argument for argument in sys.argv[1:] if not argument.startswith("--"))
    names = exported(nm, library)
    c_names = [name for name in names if re.fullmatch(r"tutela_\w+", name)]
    texts = (Path(header).read_text(encoding="utf-8") for header in headers)
    declared = sorted(name for text in texts for name in DECLARATION.findall(text))
    good = compare("declared in the C headers", declared, c_names)
    for name in names:
        if INTERNAL.search(name) or not re.search(r"\btutela(::|_)", name):
            print(f"exported, but internal: {name}")
            good = False
    lists = [("exports_c.txt", c_names)] + ([] if "--c-only" in flags else [("exports.txt", names)])
    for file, have in lists:
        if "--update" in flags:
            (HERE / file).write_text("".join(name + "\n" for name in have), encoding="utf-8")
        good &= compare(file, (HERE / file).read_text(encoding="utf-8").splitlines(), have)
    if not good:
        print("If the change is meant, build the target update_exports and commit the lists with it.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
