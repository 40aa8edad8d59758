"""Lists encrypted at rest."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
import tutela

HASH = bytes(range(100, 132))


def known() -> tutela.HashList:
    builder = tutela.ListBuilder()
    builder.add(tutela.Hash256.from_bytes(HASH), "one")
    return builder.build()


def test_the_key_opens_it(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    known().save(tmp_path / "list", key=key)
    assert HASH[:8] not in (tmp_path / "list").read_bytes()
    for opened in (
        tutela.HashList.load(tmp_path / "list", key=key),
        tutela.HashList.load(tmp_path / "list", "layout", key),
        tutela.HashList.open(tmp_path / "list", key=key),
    ):
        assert opened.digest == known().digest and opened[0].id == "one"
    known().save(tmp_path / "plain")
    assert tutela.HashList.load(tmp_path / "plain", key=key).digest == known().digest


def test_nothing_else_does(tmp_path: Path) -> None:
    key = secrets.token_bytes(32)
    known().save(tmp_path / "list", key=key)
    for wrong in (None, secrets.token_bytes(32)):
        with pytest.raises(tutela.PermissionDeniedError):
            tutela.HashList.load(tmp_path / "list", key=wrong)
        with pytest.raises(tutela.PermissionDeniedError):
            tutela.HashList.open(tmp_path / "list", key=wrong)
    for bad in (b"", key[:31], key + b"1", bytes(32)):
        with pytest.raises(tutela.InvalidArgumentError):
            tutela.HashList.load(tmp_path / "list", key=bad)
        with pytest.raises(tutela.InvalidArgumentError):
            known().save(tmp_path / "other", key=bad)
    whole = (tmp_path / "list").read_bytes()
    for damaged in (whole[:-1], whole + b"0"):
        (tmp_path / "list").write_bytes(damaged)
        with pytest.raises(tutela.CorruptError):
            tutela.HashList.load(tmp_path / "list", key=key)
    (tmp_path / "list").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(tutela.ChecksumMismatchError):
        tutela.HashList.load(tmp_path / "list", key=key)
