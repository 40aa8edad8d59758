"""The frames that the library's decoders give, as arrays: by way of the test program dump_frames."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROGRAM = Path(__file__).parents[2] / "build" / "release" / "tests" / "media" / "dump_frames"


@dataclass
class DumpedFrame:
    """One frame; see FrameView, FrameFacts and Damage."""

    index: int
    mode: str
    pts_us: int | None
    damaged: bool
    damage_reason: str
    rows_decoded: int
    pixels: NDArray[np.uint8]  # (height, width) for gray8, (height, width, 3) for rgb24


@dataclass
class Dump:
    """All of a file; see MediaInfo and Status."""

    format: str  # "" when it could not be opened
    width: int
    height: int
    orientation: int
    frames: list[DumpedFrame]
    status: str
    message: str
    damaged: bool
    damage_reason: str


def dump_frames(content: bytes, *options: str) -> Dump:
    """Every frame of a file with this content. Options: those of tests/media/dump_frames.cpp."""
    if not PROGRAM.is_file():
        raise FileNotFoundError(f"{PROGRAM} is missing: build the release preset")
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "file", Path(folder) / "pixels"
        file.write_bytes(content)
        command = [str(PROGRAM), *options, "--pixels", str(out), str(file)]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout.splitlines()
        return parse_dump([json.loads(line) for line in lines], out.read_bytes())


def parse_dump(lines: list[dict[str, Any]], pixels: bytes) -> Dump:
    facts = lines[0] if "status" not in lines[0] else {"format": "", "width": 0, "height": 0, "orientation": 0}
    frames = []
    offset = 0
    for line in lines:
        if "sha256" not in line:
            continue
        shape = (line["height"], line["width"], *([3] if line["pixels"] == "rgb24" else []))
        size = int(np.prod(shape))
        array = np.frombuffer(pixels, np.uint8, size, offset).reshape(shape)
        offset += size
        fields = ("index", "mode", "pts_us", "damaged", "damage_reason", "rows_decoded")
        frames.append(DumpedFrame(**{name: line[name] for name in fields}, pixels=array))
    end = lines[-1]
    return Dump(
        **facts,
        frames=frames,
        status=end["status"],
        message=end["message"],
        damaged=end["damaged"],
        damage_reason=end["damage_reason"],
    )
