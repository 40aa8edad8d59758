"""Videos in a Scanner."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import tutela
from synthetic import drawing


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 25 frames, of which four are key frames."""
    path = tmp_path_factory.mktemp("video") / "clip.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25,trim=end_frame=50", "-c:v", "libx264",
         "-preset", "veryfast", "-g", "15", "-sc_threshold", "0", path],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return path


@pytest.fixture
def known() -> tutela.HashList:
    builder = tutela.ListBuilder()
    builder.add(tutela.hash_image(drawing(9)).hash, id="other")
    return builder.build()


@pytest.mark.parametrize("isolation", ["sandboxed", "in_process"])
@pytest.mark.parametrize(("sampling", "frames"), [("every", 50), ("key", 4), ("1", 2), ("10", 20)])
def test_sampling_says_which_frames_are_looked_at(
    clip: Path, known: tutela.HashList, isolation: str, sampling: str, frames: int
) -> None:
    scanner = tutela.Scanner(known, sampling=sampling, isolation=isolation)
    assert scanner.facts.sampling == sampling
    (row,) = scanner.scan(clip)
    assert row.outcome == tutela.Outcome.clean, row.reason
    assert (row.format, row.width, row.height, row.frames) == ("mp4", 320, 240, frames)


def test_wrong_sampling_is_a_value_error(known: tutela.HashList) -> None:
    for wrong in ("", "0", "all", "1001"):
        with pytest.raises(ValueError, match="sampling must be every"):
            tutela.Scanner(known, sampling=wrong)
