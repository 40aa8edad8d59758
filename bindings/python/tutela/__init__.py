"""Finds known images again by perceptual hash (PDQ).

    import tutela

    builder = tutela.ListBuilder()
    builder.add(tutela.hash_image("known.jpg").hash, id="known")
    scanner = tutela.Scanner(builder.build())
    for row in scanner.scan("folder"):
        print(row.path, row.outcome.name)

The library knows a picture again; it judges no picture that it does not know. Errors are subclasses of TutelaError and
carry a `status`; list hashes never appear in them.
"""

from ._errors import (
    CancelledError,
    ChecksumMismatchError,
    CorruptError,
    InputOutputError,
    InvalidArgumentError,
    LimitError,
    NotFoundError,
    OutOfMemoryError,
    PermissionDeniedError,
    TooSmallError,
    TutelaError,
    UnsupportedError,
    VersionMismatchError,
)
from ._tutela import (
    Dihedral,
    DihedralHashes,
    Entry,
    FileRow,
    FrameHash,
    Hash64,
    Hash256,
    Hasher,
    HashList,
    Index,
    ListBuilder,
    Match,
    Neighbor,
    Outcome,
    RunFacts,
    RunTotals,
    Scan,
    Scanner,
    ScanProgress,
    SkippedLine,
    Status,
    TextImport,
    __version__,
    ahash,
    dhash,
    hash_image,
    hash_image_dihedral,
    phash,
    phash_opencv,
    read_text_list,
    variant_hashes,
)

__all__ = [
    "CancelledError",
    "ChecksumMismatchError",
    "CorruptError",
    "Dihedral",
    "DihedralHashes",
    "Entry",
    "FileRow",
    "FrameHash",
    "Hash256",
    "Hash64",
    "HashList",
    "Hasher",
    "Index",
    "InputOutputError",
    "InvalidArgumentError",
    "LimitError",
    "ListBuilder",
    "Match",
    "Neighbor",
    "NotFoundError",
    "OutOfMemoryError",
    "Outcome",
    "PermissionDeniedError",
    "RunFacts",
    "RunTotals",
    "Scan",
    "ScanProgress",
    "Scanner",
    "SkippedLine",
    "Status",
    "TextImport",
    "TooSmallError",
    "TutelaError",
    "UnsupportedError",
    "VersionMismatchError",
    "__version__",
    "ahash",
    "dhash",
    "hash_image",
    "hash_image_dihedral",
    "phash",
    "phash_opencv",
    "read_text_list",
    "variant_hashes",
]
