"""Good files made bad, always in the same way: a change depends on the bytes of the file and a number alone."""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Callable, Sequence

Change = Callable[[random.Random, bytes, bytes], bytes]


def flip_bits(dice: random.Random, data: bytes, _: bytes) -> bytes:
    changed = bytearray(data)
    for _time in range(dice.choice((1, 1, 2, 8, 64))):
        changed[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def flip_bits_early(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """As above, within the first bytes: headers steer the most."""
    head = dice.choice((32, 128, 512))
    return flip_bits(dice, data[:head], other) + data[head:]


def overwrite_run(dice: random.Random, data: bytes, _: bytes) -> bytes:
    at = dice.randrange(len(data))
    run = min(dice.choice((1, 4, 32, 512)), len(data) - at)
    value = dice.choice((b"\0", b"\xff", b"\x7f", b"\x80", b""))
    return data[:at] + (value * run if value else dice.randbytes(run)) + data[at + run :]


def cut_off(dice: random.Random, data: bytes, _: bytes) -> bytes:
    return data[: dice.choice((dice.randrange(len(data)), max(len(data) - dice.randrange(1, 33), 0)))]


def cut_out(dice: random.Random, data: bytes, _: bytes) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.choice((1, 2, 16, 512)) :]


def splice(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """The start of one file and the end of another."""
    return data[: dice.randrange(len(data))] + other[dice.randrange(len(other)) :]


def repeat_part(dice: random.Random, data: bytes, _: bytes) -> bytes:
    at = dice.randrange(len(data))
    part = data[at : at + dice.choice((4, 16, 128, 4096))]
    return data[:at] + part * dice.choice((2, 3, 50)) + data[at + len(part) :]


def edit_length(dice: random.Random, data: bytes, _: bytes) -> bytes:
    """Another number where one stands that could be a length."""
    form, most = dice.choice(((">I", 0xFFFFFFFF), ("<I", 0xFFFFFFFF), (">H", 0xFFFF), ("<H", 0xFFFF)))
    size = struct.calcsize(form)
    places = [
        at
        for at in range(min(len(data), 4096) - size)
        if 0 < struct.unpack_from(form, data, at)[0] <= max(len(data), 256)
    ]
    if not places:
        return cut_off(dice, data, data)
    at = dice.choice(places)
    (value,) = struct.unpack_from(form, data, at)
    new = dice.choice((0, 1, value - 1, value + 1, value * 2, most, most // 2, most - 7, most // 2 + 1)) & most
    return data[:at] + struct.pack(form, new) + data[at + size :]


CHANGES: Sequence[Change] = (
    flip_bits, flip_bits_early, flip_bits_early, overwrite_run, cut_off, cut_out, splice, repeat_part, edit_length,
    edit_length,
)  # fmt: skip


def mutated(data: bytes, other: bytes, number: int) -> tuple[str, bytes]:
    """The name of the change and the changed file; `other` gives its end to a splice. `data` has a byte at least."""
    dice = random.Random(hashlib.sha256(b"%d:" % number + data).digest())
    change = dice.choice(CHANGES)
    return change.__name__, change(dice, data, other or data)
