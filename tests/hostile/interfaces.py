"""The same scans by the C interface and by the Python module, as the lines of a JSON report."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

JSONL = 2
_ROW = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p)
_SINK = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)


class CScanner:
    """A scanner of libtutela.so, by ctypes; its report writer renders the rows."""

    def __init__(self, library: pathlib.Path, list_path: pathlib.Path) -> None:
        self._c = ctypes.CDLL(str(library))
        self._lines: list[bytes] = []
        self._sink = _SINK(self._take)
        self._on_row = _ROW(self._write)
        self._list, self._scanner = ctypes.c_void_p(), ctypes.c_void_p()
        self._check(self._c.tutela_list_open(os.fsencode(list_path), ctypes.byref(self._list), None, None))
        self._check(self._c.tutela_scanner_create(self._list, None, ctypes.byref(self._scanner), None))
        self._writer = ctypes.c_void_p()
        self._check(self._c.tutela_report_writer_create(JSONL, self._sink, None, ctypes.byref(self._writer), None))
        self._check(self._c.tutela_report_writer_begin(self._writer, self._scanner, ctypes.c_bool(True), None))
        self._lines.clear()  # what the report says of the run

    def close(self) -> None:
        self._c.tutela_report_writer_destroy(self._writer)
        self._c.tutela_scanner_destroy(self._scanner)
        self._c.tutela_list_destroy(self._list)

    @staticmethod
    def _check(status: int) -> None:
        if status != 0:
            raise RuntimeError(f"the C interface answers {status}")

    def _take(self, data: int | None, size: int, _: int | None) -> int:
        self._lines.append(ctypes.string_at(data or 0, size))
        return 0

    def _write(self, row: int | None, _: int | None) -> int:
        status: int = self._c.tutela_report_writer_row(self._writer, ctypes.c_void_p(row), None)
        return status

    def _taken(self) -> list[bytes]:
        lines = b"".join(self._lines).splitlines()
        self._lines.clear()
        return lines

    def scan(self, paths: Iterable[bytes]) -> list[bytes]:
        names = list(paths)
        array = (ctypes.c_char_p * len(names))(*names)
        count = ctypes.c_size_t(len(names))
        self._check(self._c.tutela_scanner_scan(self._scanner, array, count, self._on_row, None, None, None))
        return self._taken()

    def scan_bytes(self, data: bytes, name: bytes) -> list[bytes]:
        size = ctypes.c_size_t(len(data))
        self._check(self._c.tutela_scanner_scan_bytes(self._scanner, data, size, name, self._on_row, None, None))
        return self._taken()


class PyScanner:
    """A scanner of the Python module; rows are the values of a JSON line."""

    def __init__(self, list_path: pathlib.Path) -> None:
        import tutela

        self._scanner = tutela.Scanner(tutela.HashList.open(list_path))

    def scan(self, paths: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        for row in self._scanner.scan(list(paths), jobs=2):
            yield row.to_dict(show_hash=True)

    def scan_bytes(self, data: bytes, name: str) -> Iterator[dict[str, Any]]:
        for row in self._scanner.scan_all_bytes(data, name):
            yield row.to_dict(show_hash=True)


def comparable(line: bytes | dict[str, Any]) -> dict[str, Any]:
    """A row but for what holds for its whole run, and for the form of its path."""
    row = dict(line) if isinstance(line, dict) else json.loads(line)
    for key in ("path", "path_hex", "hash_algorithm", "radius", "min_quality", "list_digest"):
        row.pop(key, None)
    name = row.pop("inner_hex", None)
    if row["inner"] is not None:
        row["inner"] = name or os.fsencode(row["inner"]).hex()
    return row
