"""Distances from every changed photograph to every photograph of the list, by every kind of hash.

The list holds the plain PDQ of each photograph, as lists do; what a profile adds is on the side of the query. The
64-bit hashes are those of the ImageHash package at its usual radius: what others would use.
"""

from __future__ import annotations

import dataclasses
import functools
import multiprocessing
import os
from collections.abc import Iterable, Sequence

import imagehash
import numpy
import pdqhash
import tutela
from PIL import Image

from corpus import SAME_SCENE, Photo, open_photo
from transforms import BY_NAME, Scene, Transform

PROFILES = ("plain", "standard", "thorough")
PEERS = ("phash", "dhash", "ahash")
PDQ_RADIUS, REVIEW_RADIUS, PEER_RADIUS, MIN_QUALITY = 31, 50, 10, 50
# Fresh processes, as those that share a state with their parent are no longer allowed everywhere.
PROCESSES = multiprocessing.get_context("spawn")
FARTHEST = 999  # of a picture that gives no hash


@dataclasses.dataclass(frozen=True)
class Hashed:
    """What one picture gives: its PDQ hashes with the names of the variants, and its 64-bit hashes."""

    names: list[str]  # of the variants of thorough
    standard: frozenset[str]  # those that the profile standard has too, with the same hashes
    pdq: numpy.ndarray  # (variants, 4) of uint64
    peers: numpy.ndarray  # (3,) of uint64


@dataclasses.dataclass(frozen=True)
class Listed:
    """The originals: what a list has of them."""

    photos: Sequence[Photo]
    pdq: numpy.ndarray  # (photos, 4) of uint64
    peers: numpy.ndarray  # (photos, 3) of uint64
    quality: numpy.ndarray  # (photos,)

    @functools.cached_property
    def index(self) -> tutela.Index:
        return tutela.Index(self.pdq.view(numpy.uint8).reshape(len(self.photos), 32))

    @functools.cached_property
    def same_scene(self) -> numpy.ndarray:
        """(photos, photos) of bool: pairs between which a match is right; each photograph with itself among them."""
        number = {photo.name: position for position, photo in enumerate(self.photos)}
        same = numpy.eye(len(self.photos), dtype=bool)
        for first, second in SAME_SCENE:
            if first in number and second in number:
                same[number[first], number[second]] = same[number[second], number[first]] = True
        return same


@dataclasses.dataclass(frozen=True)
class Finding:
    """One changed photograph against the list. Distances are the smallest over the variants."""

    photo: int
    transform: str
    own: dict[str, int]  # distance to the photograph itself by column
    nearest_other: dict[str, int]  # to the nearest that shows something else
    false: dict[str, int]  # how many of those are within the radius of the column
    variant: str  # the variant of thorough that came nearest to the photograph itself
    false_names: tuple[str, ...]  # of photographs, by thorough or review

    def is_found(self, column: str) -> bool:
        return self.own[column] <= RADII[column]


# The columns of the table and their radii. "review" is 0 when thorough finds a photograph, or when thorough at the
# larger radius and ImageHash's phash agree on it, else 1.
RADII = dict.fromkeys(PROFILES, PDQ_RADIUS) | {"review": 0} | dict.fromkeys(PEERS, PEER_RADIUS)
COLUMNS = tuple(RADII)


def peer_hashes(picture: Image.Image) -> numpy.ndarray:
    functions = (imagehash.phash, imagehash.dhash, imagehash.average_hash)
    bits = [numpy.packbits(function(picture).hash.flatten()) for function in functions]
    return numpy.concatenate(bits).view(numpy.uint64)


def hash_picture(picture: Image.Image) -> Hashed:
    pixels = numpy.asarray(picture)
    names, hashes = tutela.variant_hashes(pixels, profile="thorough")
    standard = frozenset(tutela.variant_hashes(pixels, profile="standard")[0])
    # A plain hash of too little quality is not searched for.
    if tutela.hash_image(pixels).quality < MIN_QUALITY:
        names, hashes = names[1:], hashes[1:]
    return Hashed(names, standard, numpy.ascontiguousarray(hashes).view(numpy.uint64), peer_hashes(picture))


def check_reference(photo: Photo, pixels: numpy.ndarray) -> None:
    """The reference's hash is ours: one column stands for both."""
    bits, quality = pdqhash.compute(pixels)
    ours = tutela.hash_image(pixels)
    if (numpy.packbits(bits).tobytes().hex(), quality) != (ours.hash.hex, ours.quality):
        raise AssertionError(f"{photo.name}: pdqhash and tutela differ")


def list_one(photo: Photo) -> tuple[bytes, numpy.ndarray, int]:
    picture = open_photo(photo)
    pixels = numpy.asarray(picture)
    check_reference(photo, pixels)
    hashed = tutela.hash_image(pixels)
    return bytes(hashed.hash), peer_hashes(picture), hashed.quality


def list_photos(photos: Sequence[Photo], processes: int) -> Listed:
    with PROCESSES.Pool(processes) as pool:
        rows = pool.map(list_one, photos, chunksize=8)
    pdq = numpy.frombuffer(b"".join(row[0] for row in rows), numpy.uint64).reshape(-1, 4)
    listed = Listed(photos, pdq, numpy.stack([row[1] for row in rows]), numpy.array([row[2] for row in rows]))
    check_same_scene(listed)
    return listed


def check_same_scene(listed: Listed) -> None:
    """Originals as near as this show the same; should a new one come, a person has to look at it."""
    near = (bits_apart(listed.pdq, listed.pdq) <= REVIEW_RADIUS) & ~listed.same_scene
    for first, second in numpy.argwhere(near):
        raise AssertionError(f"name them in SAME_SCENE: {listed.photos[first].name}, {listed.photos[second].name}")


def bits_apart(queries: numpy.ndarray, hashes: numpy.ndarray) -> numpy.ndarray:
    """(queries, hashes) of distances, both (n, words) of uint64."""
    words = (numpy.bitwise_count(queries[:, None, word] ^ hashes[None, :, word]) for word in range(hashes.shape[1]))
    return functools.reduce(numpy.add, (counts.astype(numpy.int64) for counts in words))


def check_index(listed: Listed, hashed: Hashed, distances: numpy.ndarray) -> None:
    """The index finds what the distances say, no more and no less."""
    queries = hashed.pdq.view(numpy.uint8).reshape(-1, 32)
    offsets, positions, found = listed.index.search_many(queries, radius=REVIEW_RADIUS, jobs=1)
    rows = numpy.repeat(numpy.arange(len(queries)), numpy.diff(offsets).astype(numpy.int64))
    by_index = sorted(zip(rows.tolist(), positions.tolist(), found.tolist(), strict=True))
    within = numpy.argwhere(distances <= REVIEW_RADIUS)
    by_scan = [(row, position, int(distances[row, position])) for row, position in within.tolist()]
    if by_index != by_scan:
        raise AssertionError("the index and the scan differ")


def find(listed: Listed, photo: int, transform: Transform, hashed: Hashed) -> Finding:
    distances = bits_apart(hashed.pdq, listed.pdq)
    check_index(listed, hashed, distances)
    usable = listed.quality >= MIN_QUALITY
    profile_rows = {
        "plain": [name == "plain" for name in hashed.names],
        "standard": [name in hashed.standard for name in hashed.names],
        "thorough": [True] * len(hashed.names),
    }
    nearest = {}
    for profile, rows in profile_rows.items():
        nearest[profile] = numpy.where(usable, distances[rows].min(axis=0, initial=FARTHEST), FARTHEST)
    peer_distances = numpy.bitwise_count(hashed.peers[None] ^ listed.peers).astype(numpy.int64)
    for number, peer in enumerate(PEERS):
        nearest[peer] = peer_distances[:, number]
    agree = (nearest["thorough"] <= REVIEW_RADIUS) & (nearest["phash"] <= PEER_RADIUS)
    nearest["review"] = numpy.where(agree | (nearest["thorough"] <= PDQ_RADIUS), 0, 1)

    foreign = ~listed.same_scene[photo]
    if transform.shows_others:
        for other in others_of(listed.photos, photo):
            foreign = foreign & ~listed.same_scene[other]
    false = {column: foreign & (nearest[column] <= radius) for column, radius in RADII.items()}
    wrong = numpy.flatnonzero(false["thorough"] | false["review"]).tolist()
    own_row = distances[:, photo]
    return Finding(
        photo,
        transform.name,
        {column: int(nearest[column][photo]) for column in COLUMNS},
        {column: int(nearest[column][foreign].min(initial=FARTHEST)) for column in COLUMNS},
        {column: int(false[column].sum()) for column in COLUMNS},
        hashed.names[int(own_row.argmin())] if len(own_row) else "",
        tuple(listed.photos[position].name for position in wrong),
    )


def others_of(photos: Sequence[Photo], photo: int) -> list[int]:
    """The three that stand beside a photograph in collages."""
    return [(photo + step) % len(photos) for step in (1, 2, 3)]


def scene_of(photos: Sequence[Photo], photo: int) -> Scene:
    return Scene(photos[photo].sha256, [open_photo(photos[other]) for other in others_of(photos, photo)])


def measure_one(listed: Listed, names: Sequence[str], photo: int) -> list[Finding]:
    picture, scene = open_photo(listed.photos[photo]), scene_of(listed.photos, photo)
    findings = []
    for transform in (BY_NAME[name] for name in names):
        findings.append(find(listed, photo, transform, hash_picture(transform.as_found(picture, scene))))
    return findings


_work: tuple[Listed, Sequence[str]]


def _start(listed: Listed, names: Sequence[str]) -> None:
    global _work
    _work = listed, names


def _measure(photo: int) -> list[Finding]:
    return measure_one(*_work, photo)


def measure(listed: Listed, names: Sequence[str], processes: int = os.cpu_count() or 1) -> Iterable[list[Finding]]:
    """The findings of one photograph after the other."""
    with PROCESSES.Pool(processes, _start, (listed, names)) as pool:
        yield from pool.imap(_measure, range(len(listed.photos)), chunksize=2)
