#!/usr/bin/env python3
"""Checks that the folders are the layers: every include of src/, include/, bindings/ and examples/.

usage: layers.py ROOT        prints each violation, exit status 1 if there is one
       layers.py --self-test plants violations in a temporary tree and expects to find them
"""
import re
import sys
import tempfile
from pathlib import Path

LAYERS = ["core", "kernels", "hash", "index", "list", "media", "report", "scan", "capi"]

# A layer may include itself and the layers left of it, with these cuts.
ALLOWED = {layer: set(LAYERS[: i + 1]) for i, layer in enumerate(LAYERS)}
ALLOWED["media"] = {"core", "media"}
ALLOWED["report"] = {"core", "report"}

PUBLIC = {
    "export.h": "core",
    "status.hpp": "core",
    "frame.hpp": "core",
    "hash.hpp": "core",
    "executor.hpp": "core",
    "hasher.hpp": "hash",
    "hash64.hpp": "hash",
    "variants.hpp": "hash",
    "index.hpp": "index",
    "file_hash.hpp": "core",
    "carried_engine.hpp": "scan",
    "flood.hpp": "report",
    "list_lint.hpp": "list",
    "carried_hash.hpp": "list",
    "known_item.hpp": "list",
    "list_export.hpp": "list",
    "list_filter.hpp": "list",
    "import.hpp": "list",
    "list.hpp": "list",
    "list_key.hpp": "list",
    "list_signature.hpp": "list",
    "list_update.hpp": "list",
    "vpdq.hpp": "list",
    "live.hpp": "media",
    "media.hpp": "media",
    "report.hpp": "report",
    "journal.hpp": "scan",
    "audit.hpp": "scan",
    "scan.hpp": "scan",
    "stream.hpp": "scan",
    "video.hpp": "scan",
    "tutela.h": "capi",
    "tutela_update.h": "capi",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SUFFIXES = {".h", ".hpp", ".c", ".cpp", ".inc"}


def includes(path):
    """Yields (line number, delimiter, name) of each include."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def layer_of_include(name):
    """The layer a name belongs to, '' for a name that is not ours, None for one of ours without a layer."""
    first, _, rest = name.partition("/")
    if first == "tutela":
        return PUBLIC.get(rest)
    return first if rest and first in LAYERS else ""


def layer_of_file(relative):
    """The layer of a file, 'outside' for those that only use the library, None for a misplaced one."""
    parts = relative.parts
    if parts[0] in ("bindings", "examples"):
        return "outside"
    if parts[0] == "include":
        return PUBLIC.get("/".join(parts[2:]))
    return parts[1] if len(parts) > 2 and parts[1] in LAYERS else None


def check_include(relative, layer, delimiter, name):
    """What is wrong with an include, or ''."""
    target = layer_of_include(name)
    if target is None:
        return f"{name} is in no layer; give it one in {Path(__file__).name}"
    if relative.suffix == ".c" and target and name not in ("tutela/tutela.h", "tutela/tutela_update.h"):
        return f"a C file may use tutela/tutela.h only, not {name}"
    if relative.parts[0] != "src" and target and not name.startswith("tutela/"):
        return f"{name} is internal to the library"
    if layer == "outside":
        return ""
    if target == "" and delimiter == '"':
        return f'"{name}" must be written as "layer/file" or "tutela/file"'
    if target and target not in ALLOWED[layer]:
        return f"layer {layer} may not include {name} of layer {target}"
    return ""


def violations(root):
    """A list of 'file:line: what is wrong'."""
    found = []
    files = [p for top in ("src", "include", "bindings", "examples") for p in sorted((root / top).rglob("*"))]
    for path in files:
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        relative = path.relative_to(root)
        layer = layer_of_file(relative)
        if layer is None:
            found.append(f"{relative}:1: the file is in no layer")
            continue
        for number, delimiter, name in includes(path):
            wrong = check_include(relative, layer, delimiter, name)
            if wrong:
                found.append(f"{relative}:{number}: {wrong}")
    return found


PLANTED = [  # file, include, part of the message
    ("src/index/a.cpp", '"list/b.hpp"', "layer index may not include list/b.hpp"),
    ("src/index/a.cpp", '"tutela/list.hpp"', "layer index may not include tutela/list.hpp"),
    ("src/hash/a.cpp", '"tutela/media.hpp"', "layer hash may not include"),
    ("src/media/a.cpp", '"tutela/hasher.hpp"', "layer media may not include"),
    ("src/media/a.hpp", '"kernels/b.hpp"', "layer media may not include"),
    ("src/report/a.cpp", '"list/b.hpp"', "layer report may not include"),
    ("src/core/a.cpp", "<tutela/tutela.h>", "layer core may not include"),
    ("src/scan/a.cpp", '"capi/b.hpp"', "layer scan may not include"),
    ("src/core/a.cpp", '"b.hpp"', "must be written as"),
    ("src/core/a.cpp", '"tutela/secret.hpp"', "is in no layer"),
    ("src/stray.cpp", "<vector>", "the file is in no layer"),
    ("src/newlayer/a.cpp", "<vector>", "the file is in no layer"),
    ("include/tutela/novel.hpp", "<vector>", "the file is in no layer"),
    ("include/tutela/index.hpp", '"index/b.hpp"', "internal to the library"),
    ("include/tutela/report.hpp", '"tutela/list.hpp"', "layer report may not include"),
    ("bindings/python/a.cpp", '"core/b.hpp"', "internal to the library"),
    ("examples/a.c", '"tutela/list.hpp"', "a C file may use tutela/tutela.h only"),
]

CLEAN = {
    "src/core/a.cpp": '#include "core/a.hpp"\n#include "tutela/status.hpp"\n#include <vector>\n',
    "src/index/a.cpp": '#include "kernels/k.hpp"\n#include "tutela/index.hpp"\n',
    "src/scan/a.cpp": '#include "media/m.hpp"\n#include "report/r.hpp"\n#include "list/l.hpp"\n',
    "src/capi/a.cpp": '#include "tutela/tutela.h"\n#include "tutela/scan.hpp"\n',
    "include/tutela/hash.hpp": '#include "tutela/frame.hpp"\n',
    "examples/cli/main.cpp": '#include "options.hpp"\n#include "tutela/scan.hpp"\n',
    "examples/quickstart.c": '#include "tutela/tutela.h"\n#include <stdio.h>\n',
}


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "clean"
        for name, text in CLEAN.items():
            write(root, name, text)
        assert violations(root) == [], violations(root)
        for i, (name, include, message) in enumerate(PLANTED):
            root = Path(folder) / str(i)
            write(root, name, f"// first line\n  #  include {include}\n")
            found = violations(root)
            assert len(found) == 1 and found[0].startswith(name) and message in found[0], (name, include, found)
    print(f"{len(PLANTED)} planted violations found, none in the clean tree")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    root = Path(sys.argv[1])
    assert (root / "include/tutela/status.hpp").is_file(), f"{root} is not the project"
    found = violations(root)
    print("\n".join(found) if found else "every include keeps to its layer")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
