"""Hash256 as a value."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import tutela

HEX = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"


def random_hash(random: np.random.Generator) -> tutela.Hash256:
    return tutela.Hash256.from_bytes(random.bytes(32))


def test_hex_bytes_and_number_name_the_same_hash() -> None:
    hash = tutela.Hash256(HEX)
    assert hash.hex == str(hash) == HEX
    assert bytes(hash) == bytes.fromhex(HEX)
    assert int(hash) == int(HEX, 16)
    assert hash == tutela.Hash256.from_hex(HEX.upper())
    assert hash == tutela.Hash256.from_bytes(bytes.fromhex(HEX))
    assert hash == tutela.Hash256.from_int(int(HEX, 16))
    assert eval(repr(hash), {"Hash256": tutela.Hash256}) == hash


@pytest.mark.parametrize("text", ["", HEX[:-1], HEX + "0", "0x" + HEX[2:], " " + HEX[1:], "g" + HEX[1:], HEX[:-1] + "\0"])
def test_hex_is_strict_and_the_error_does_not_repeat_it(text: str) -> None:
    with pytest.raises(tutela.InvalidArgumentError) as caught:
        tutela.Hash256.from_hex(text)
    assert text[4:60] not in str(caught.value) or not text


@pytest.mark.parametrize("size", [0, 31, 33])
def test_bytes_must_be_32(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tutela.Hash256.from_bytes(bytes(size))


@pytest.mark.parametrize("number", [-1, 1 << 256])
def test_a_number_must_fit(number: int) -> None:
    with pytest.raises(OverflowError):
        tutela.Hash256.from_int(number)


def test_distance_is_the_number_of_differing_bits() -> None:
    random = np.random.default_rng(1)
    for _ in range(200):
        a, b = random_hash(random), random_hash(random)
        assert a - b == a.distance(b) == b - a == (int(a) ^ int(b)).bit_count()
    assert a - a == 0


def test_order_and_equality_are_those_of_the_numbers() -> None:
    random = np.random.default_rng(2)
    hashes = [random_hash(random) for _ in range(100)]
    assert [int(hash) for hash in sorted(hashes)] == sorted(int(hash) for hash in hashes)
    assert (hashes[0] < hashes[1]) == (int(hashes[0]) < int(hashes[1]))
    assert hashes[0] <= hashes[0] and hashes[0] >= hashes[0]
    assert hashes[0] != hashes[1]
    assert hashes[0] != hashes[0].hex and hashes[0] != int(hashes[0])


def test_equal_hashes_are_one_dictionary_key() -> None:
    assert {tutela.Hash256(HEX): 1}[tutela.Hash256.from_int(int(HEX, 16))] == 1
    assert len({tutela.Hash256(HEX), tutela.Hash256(HEX), tutela.Hash256("0" * 64)}) == 2


def test_a_hash_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(tutela.Hash256(HEX))) == tutela.Hash256(HEX)


def test_a_difference_with_anything_else_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        tutela.Hash256(HEX) - 1  # type: ignore[operator]


def test_the_hash_of_64_bits_is_a_value_too() -> None:
    random = np.random.default_rng(5)
    for _ in range(50):
        data, other = random.bytes(8), tutela.Hash64.from_bytes(random.bytes(8))
        hash = tutela.Hash64.from_bytes(data)
        assert hash.hex == str(hash) == data.hex() and bytes(hash) == data and int(hash) == int.from_bytes(data, "big")
        assert hash == tutela.Hash64(data.hex().upper()) == tutela.Hash64.from_int(int(hash))
        assert eval(repr(hash), {"Hash64": tutela.Hash64}) == hash == pickle.loads(pickle.dumps(hash))
        assert hash - other == hash.distance(other) == (int(hash) ^ int(other)).bit_count()
        assert (hash < other) == (int(hash) < int(other)) and len({hash, tutela.Hash64(hash.hex)}) == 1
    for text in ("", "0" * 15, "0" * 17, "0" * 64, "g" * 16):
        with pytest.raises(tutela.InvalidArgumentError):
            tutela.Hash64(text)
    with pytest.raises(ValueError, match="8 bytes"):
        tutela.Hash64.from_bytes(bytes(32))
    with pytest.raises(OverflowError):
        tutela.Hash64.from_int(1 << 64)
    mixed: object = tutela.Hash256(HEX)
    assert tutela.Hash64(HEX[:16]) != mixed
