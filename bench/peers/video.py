"""Following videos beside OpenCV's VideoCapture and vPDQ: frames and streams a core, on the same clips in one run.

Usage: video.py [--bench PROGRAM] [--rounds N] [CLIP...]     prints tables in Markdown

Run it by `./dev bench peers video`. Each measurement is a process of its own on one core, in turn with the others;
what counts is its processor time, start-up and the building of our index left out. Without CLIP, those of clips.py.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import clips

from machine import processor

STREAM_RATE = 30
PART_SECONDS = 3  # of a clip, for the peers that also hash
OURS = {"every": "every frame", "per_second": "1 a second", "key_frames": "key frames"}
OPENCV, OPENCV_PDQ, VPDQ = "OpenCV, BGR of every frame", "OpenCV and pdqhash, every frame", "vPDQ, every frame"


def opencv(path: str, hashed: bool) -> int:
    import cv2

    cv2.setNumThreads(1)
    if hashed:
        import pdqhash
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    frames = 0
    while True:
        given, picture = capture.read()
        if not given:
            return frames
        frames += 1
        if hashed:
            pdqhash.compute(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))


def vpdq(path: str) -> int:
    import vpdq

    return len(vpdq.computeHash(path, seconds_per_hash=0, thread_count=1))


PEERS = {OPENCV: lambda path: opencv(path, False), OPENCV_PDQ: lambda path: opencv(path, True), VPDQ: vpdq}
MODULES = {OPENCV: ("cv2",), OPENCV_PDQ: ("cv2", "pdqhash"), VPDQ: ("vpdq",)}


def as_peer(name: str, path: str) -> None:
    """In the child: frames for a second of processor time of all its threads, after the imports."""
    for module in MODULES[name]:
        importlib.import_module(module)
    before = time.process_time()
    frames = PEERS[name](path)
    print(json.dumps({"frames_s": frames / (time.process_time() - before)}))


def on_one_core(command: list[str]) -> str:
    core = max(os.sched_getaffinity(0))
    environment = {**os.environ, "OPENCV_FFMPEG_CAPTURE_OPTIONS": "threads;1"}
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment,
                          preexec_fn=lambda: os.sched_setaffinity(0, {core})).stdout


def run_peer(name: str, path: pathlib.Path) -> dict[str, float]:
    lines = on_one_core([sys.executable, "-B", __file__, "--peer", name, str(path)]).splitlines()
    return json.loads(lines[-1])


def run_ours(bench: str, path: pathlib.Path) -> dict[str, dict[str, float]]:
    wanted = "video/(" + "|".join(OURS) + ")/"
    told = json.loads(on_one_core([bench, f"--benchmark_filter={wanted}", "--benchmark_format=json", str(path)]))
    return {one["name"].split("/")[1]: one for one in told["benchmarks"]}


def facts(path: pathlib.Path) -> str:
    """Bit rate and key frames: what the figures depend on most."""
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
         "packet=size,flags:stream=width,height,codec_name:format=duration", "-of", "json", str(path)],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    probed = json.loads(told)
    stream, seconds = probed["streams"][0], float(probed["format"]["duration"])
    packets = probed["packets"]
    keys = [int(packet["size"]) for packet in packets if "K" in packet["flags"]]
    rate = sum(int(packet["size"]) for packet in packets) * 8 / seconds / 1e6
    return (f"`{path.name}`: {stream['codec_name']}, {stream['width']} x {stream['height']}, {seconds:.0f} s, "
            f"{len(packets)} frames, {rate:.1f} Mbit/s, {len(keys)} key frames of "
            f"{statistics.mean(keys) / 1000:.0f} KB")


def measure(path: pathlib.Path, bench: str, rounds: int, peers: list[str]) -> dict[str, list[dict[str, float]]]:
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in (*OURS.values(), *peers)}
    with tempfile.TemporaryDirectory() as folder:
        part = clips.beginning(path, PART_SECONDS, pathlib.Path(folder))
        for _ in range(rounds):
            for kind, told in run_ours(bench, path).items():
                runs[OURS[kind]].append(told)
            for peer in peers:
                runs[peer].append(run_peer(peer, path if peer == OPENCV else part))
    return runs


def print_table(path: pathlib.Path, runs: dict[str, list[dict[str, float]]]) -> None:
    def median(name: str, field: str) -> float:
        return statistics.median(run[field] for run in runs[name])

    def ratio(name: str, peer: str) -> str:
        return f"{median(name, 'frames_s') / median(peer, 'frames_s'):.1f}x" if peer in runs else "-"

    print(f"{facts(path)}\n")
    print("| one core | frames/s | streams | decode ms | hash ms | search ms | hash + search | to vPDQ | to OpenCV |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name in runs:
        rate = median(name, "frames_s")
        steps = ["-"] * 4
        if name in OURS.values():
            steps = [f"{median(name, field):.3f}" for field in ("decode_ms", "hash_ms", "match_ms")]
            steps.append(f"{median(name, 'overhead_percent'):.1f}%")
        title = f"Tutela, {name}" if name in OURS.values() else name
        print(f"| {title} | {rate:,.0f} | {rate / STREAM_RATE:.1f} | {' | '.join(steps)} | {ratio(name, VPDQ)} "
              f"| {ratio(name, OPENCV)} |")
    minute = {name: 60 * STREAM_RATE / median(name, "frames_s") for name in ("every frame", VPDQ) if name in runs}
    print("\nSeconds of a core for 60 s of it, every frame: "
          + ", ".join(f"{'Tutela' if name != VPDQ else 'vPDQ'} {seconds:.1f}" for name, seconds in minute.items())
          + ".\n", flush=True)


def version(package: str) -> str:
    try:
        return f"{package} {importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package} missing"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bench", default=str(clips.ROOT / "build/release/bench/bench_video"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("clips", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    if options.peer:
        as_peer(options.peer, str(options.clips[0]))
        return 0
    packages = ("opencv-python-headless", "pdqhash", "vpdq")
    there = [version(package) for package in packages]
    peers = []
    if "missing" not in there[0]:
        peers += [OPENCV] if "missing" in there[1] else [OPENCV, OPENCV_PDQ]
    if "missing" not in there[2]:
        peers.append(VPDQ)
    for path in options.clips or clips.clips():
        print_table(path, measure(path, options.bench, options.rounds, peers))
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    ffmpeg = subprocess.run(["ffmpeg", "-version"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()[2]
    print(f"Frames and streams are those of the video, looked at or not; a stream is {STREAM_RATE} frames a second. "
          f"Median of {options.rounds} rounds in turn, one core of {processor()}, by processor time; against a million "
          f"hashes, radius 31, decoding in this process. {', '.join(there)}, FFmpeg {ffmpeg}, "
          f"Python {platform.python_version()}; load of the machine's {os.cpu_count()} cores at the end: {load}. "
          f"The peers that hash went through the first {PART_SECONDS} s of a clip.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
