"""The clips of bench/peers/video.py, encoded by ffmpeg from the photographs in build/photos and kept in build/clips.

All are 1080p H.264 at 30 frames a second by x264's `veryfast`, with the noise of a sensor over them.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "photos"))

from photos import all_photos  # noqa: E402

FOLDER = ROOT / "build" / "clips"
FRAMES_A_SECOND, SHOT_SECONDS = 30, 10
STILL = f"setsar=1,loop=-1:1,setpts=N/({FRAMES_A_SECOND}*TB),trim=duration={SHOT_SECONDS}"
# A camera that moves over a photograph, and one that comes nearer to it.
MOVES = (
    f"scale=2400:1350:force_original_aspect_ratio=increase,{STILL},"
    "crop=1920:1080:x='(iw-1920)*t/10':y='(ih-1080)*t/15'",
    f"scale=2400:1350:force_original_aspect_ratio=increase,crop=2400:1350,{STILL},"
    "scale=w='2*trunc(1000*(1+0.015*t))':h='2*trunc(562*(1+0.015*t))':eval=frame:flags=bilinear,crop=1920:1080",
)
COMMON = ["-c:v", "libx264", "-preset", "veryfast"]
# Name: the options of its encoder.
RATE = ["-b:v", "8M", "-maxrate", "12M", "-bufsize", "16M"]
MOVING = {
    "moving-gop60.mp4": [*RATE, "-g", "60"],
    "moving-gop250.mp4": [*RATE, "-g", "250"],
}
CAMERA = {"camera-gop60.mp4": ["-b:v", "2M", "-maxrate", "2M", "-bufsize", "4M", "-g", "60"]}


def photographs(count: int) -> list[str]:
    large = [p for p in all_photos() if p.format == "jpeg" and p.width >= 2400 and p.width > p.height >= 1350]
    if len(large) < count:
        sys.exit("video.py: too few photographs; ./dev photos fetches them")
    return [str(photo.path) for photo in large[:: len(large) // count][:count]]


def noise(strength: int) -> str:
    return f"noise=c0s={strength}:c0f=t,format=yuv420p"


def encode(inputs: list[str], graph: str, outputs: dict[str, list[str]]) -> None:
    """One pass of ffmpeg over `graph`, which ends in [out0], [out1] … for each of `outputs`."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    for path in inputs:
        command += ["-r", str(FRAMES_A_SECOND), "-i", path]
    command += ["-filter_complex", graph]
    parts = {name: FOLDER / f"part-{name}" for name in outputs}
    for at, (name, options) in enumerate(outputs.items()):
        command += ["-map", f"[out{at}]", *COMMON, *options, str(parts[name])]
    subprocess.run(command, check=True)
    for name, part in parts.items():
        part.rename(FOLDER / name)


def encode_moving(inputs: list[str]) -> None:
    shots = ";".join(f"[{at}:v]{MOVES[at % 2]},setsar=1,format=yuv420p[shot{at}]" for at in range(len(inputs)))
    joined = "".join(f"[shot{at}]" for at in range(len(inputs)))
    ends = "".join(f"[out{at}]" for at in range(len(MOVING)))
    encode(inputs, f"{shots};{joined}concat=n={len(inputs)},{noise(8)},split={len(MOVING)}{ends}", MOVING)


def encode_camera(scene: str, subject: str) -> None:
    """A camera that stands, and something small that goes to and fro before it."""
    length = f"loop=-1:1,setpts=N/({FRAMES_A_SECOND}*TB),trim=duration={2 * SHOT_SECONDS}"
    graph = (f"[0:v]scale=1920:1080,setsar=1,{length}[scene];[1:v]scale=240:320,setsar=1,{length}[subject];"
             f"[scene][subject]overlay=x='840+300*sin(t)':y='500+20*sin(5*t)',{noise(4)}[out0]")
    encode([scene, subject], graph, CAMERA)


def clips() -> list[pathlib.Path]:
    """Those of MOVING and CAMERA, of 20 seconds each. Encoding takes a minute, once."""
    wanted = [FOLDER / name for name in (*MOVING, *CAMERA)]
    if not all(path.exists() for path in wanted):
        FOLDER.mkdir(parents=True, exist_ok=True)
        print(f"encoding clips into {FOLDER.relative_to(ROOT)}", file=sys.stderr)
        photos = photographs(4)
        encode_moving(photos[:2])
        encode_camera(*photos[2:])
    return wanted


def beginning(path: pathlib.Path, seconds: int, folder: pathlib.Path) -> pathlib.Path:
    """The first seconds of a clip as a file of its own in `folder`, not encoded again."""
    part = folder / path.name
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-t", str(seconds), "-i", str(path), "-c", "copy", str(part)],
                   check=True)
    return part
