"""The hashes of what a picture may have been, and scans that look them up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tutela
from synthetic import drawing, encode


def test_names_and_hashes_belong_together() -> None:
    pixels = drawing(1)
    names, hashes = tutela.variant_hashes(pixels)
    assert names[:2] == ["plain", "mirror"] and len(set(names)) == len(names)
    assert hashes.shape == (len(names), 32) and hashes.dtype == np.uint8
    assert hashes[0].tobytes() == bytes(tutela.hash_image(pixels).hash)
    assert np.bitwise_count(hashes[1] ^ np.frombuffer(bytes(tutela.hash_image(pixels[:, ::-1]).hash), np.uint8)).sum() <= 8
    assert tutela.variant_hashes(encode(pixels, "PNG"))[0] == names


def test_profiles() -> None:
    pixels = drawing(2)
    plain = tutela.variant_hashes(pixels, profile="plain")
    assert plain[0] == ["plain"] and plain[1].shape == (1, 32)
    standard, _ = tutela.variant_hashes(pixels, "standard")
    thorough, _ = tutela.variant_hashes(pixels, "thorough")
    assert thorough[: len(standard)] == standard and "negative" in thorough
    assert tutela.variant_hashes(pixels, orientation=6)[0][1] == "exif"
    with pytest.raises(ValueError, match="plain, standard or thorough"):
        tutela.variant_hashes(pixels, "Standard")
    with pytest.raises(tutela.TooSmallError):
        tutela.variant_hashes(np.zeros((4, 90), np.uint8))


def test_a_scan_names_the_variant(tmp_path: Path) -> None:
    pixels = drawing(3)
    (tmp_path / "a.png").write_bytes(encode(np.ascontiguousarray(pixels[:, ::-1]), "PNG"))
    builder = tutela.ListBuilder()
    builder.add(tutela.hash_image(pixels).hash, id="one")
    known = builder.build()
    (row,) = tutela.Scanner(known).scan(tmp_path)
    assert row.outcome == tutela.Outcome.matched
    assert [(match.entry_id, match.variant) for match in row.matches] == [("one", "mirror")]
    scanner = tutela.Scanner(known, profile="plain")
    (row,) = scanner.scan(tmp_path)
    assert row.outcome == tutela.Outcome.clean
    with pytest.raises(ValueError, match="profile"):
        tutela.Scanner(known, profile="none")
