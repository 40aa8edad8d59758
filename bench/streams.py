#!/usr/bin/env python3
"""How long after a known picture goes on the air `tutela watch` says so: MPEG-TS by UDP, and live HLS, on loopback.

usage: streams.py TUTELA [--events N] [--rate FPS]    (needs ffmpeg with libx264)

A generator writes raw pictures in real time into FFmpeg, which encodes them and sends them on. Between pictures that
are not listed, each known picture is on for a second, once. Its latency is the wall time of its first `match` line less
the wall time just before its first frame was written: encoder, transport, and for HLS also the wait for the segment to
be whole and for the playlist to be asked for again. It fails when a picture is missed.
"""

import argparse
import functools
import hashlib
import http.server
import json
import math
import os
import pathlib
import platform
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zlib

WIDTH, HEIGHT = 640, 360
CELLS = 12
START_SECONDS = 60  # for the stream to be connected to
TAIL_SECONDS = 8  # for the last segments


def picture(seed):
    """Smooth random patches, a byte a pixel, unlike those of any other seed."""
    rng = random.Random(seed)
    grid = [[rng.randrange(30, 220) for _ in range(CELLS + 1)] for _ in range(CELLS + 1)]
    places = [(column * CELLS // WIDTH, column * CELLS % WIDTH / WIDTH) for column in range(WIDTH)]
    rows = []
    for y in range(HEIGHT):
        cell, down = y * CELLS // HEIGHT, y * CELLS % HEIGHT / HEIGHT
        edge = [top + (bottom - top) * down for top, bottom in zip(grid[cell], grid[cell + 1])]
        rows.append(bytes(int(edge[at] + (edge[at + 1] - edge[at]) * right) for at, right in places))
    return b"".join(rows)


def png(gray):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + gray[WIDTH * y : WIDTH * (y + 1)] for y in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def build_list(tool, folder, pictures):
    """The list of the pictures, and their ids in it."""
    shown = folder / "known"
    shown.mkdir()
    ids = []
    for number, gray in enumerate(pictures):
        data = png(gray)
        (shown / f"{number}.png").write_bytes(data)
        ids.append(hashlib.sha256(data).hexdigest())
    text, known = folder / "known.txt", folder / "known.tutela"
    with open(text, "wb") as out:
        subprocess.run([tool, "hash", "--format", "list", shown], stdout=out, check=True, timeout=300)
    subprocess.run([tool, "list", "build", known, text], check=True, capture_output=True, timeout=300)
    return known, ids


class Watcher:
    """`tutela watch` of an address: when it was connected, and the wall time of each entry's first match."""

    def __init__(self, tool, known, address):
        command = [tool, "watch", "--list", known, "--retry", "1", address]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.connected = threading.Event()
        self.seen = {}
        self.health = {}
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == "connected":
                self.connected.set()
            elif event["event"] == "match":
                self.seen.setdefault(event["entry_id"], event["wall_us"])
            elif event["event"] == "health":
                self.health = event


def encode(rate, *output):
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-video_size", f"{WIDTH}x{HEIGHT}", "-framerate", str(rate)]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(rate), "-pix_fmt", "yuv420p"]
    command = ["ffmpeg", "-v", "error", "-fflags", "nobuffer", "-probesize", "32", *raw, "-i", "-", *codec, *output]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def play(pipe, rate, pictures, others, connected):
    """Pictures in real time; when each known one began, in microseconds."""
    rng = random.Random(7)
    clock = {"next": time.monotonic()}
    began = []

    def show(gray, frames):
        for number in range(frames):
            clock["next"] += 1 / rate
            time.sleep(max(0, clock["next"] - time.monotonic()))
            if number == 0:
                first = time.time_ns() // 1000
            pipe.write(gray)
            pipe.flush()
        return first

    waiting = time.monotonic() + START_SECONDS
    while not connected.is_set():
        if time.monotonic() > waiting:
            raise TimeoutError("the stream was not connected to")
        show(others[0], rate)
    show(others[1], 2 * rate)
    for number, gray in enumerate(pictures):
        began.append(show(gray, rate))
        # Of random length, so that pictures begin anywhere in a segment.
        show(others[number % len(others)], rng.randrange(rate // 2, rate * 3 // 2))
    show(others[0], TAIL_SECONDS * rate)
    return began


def measure(tool, known, address, output, rate, pictures, others):
    """When each picture began, and what the watcher saw. Ends what it started, and all of it after a while."""
    encoder = encode(rate, *output)
    watcher = Watcher(tool, known, address)
    children = [encoder, watcher.process]
    alarm = threading.Timer(START_SECONDS + TAIL_SECONDS + 5 * len(pictures) + 60, lambda: [c.kill() for c in children])
    alarm.daemon = True
    alarm.start()
    try:
        began = play(encoder.stdin, rate, pictures, others, watcher.connected)
        watcher.process.terminate()
        watcher.process.wait(30)
        watcher.reader.join(30)
        return began, watcher
    finally:
        alarm.cancel()
        for child in children:
            child.kill()
            child.wait()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def udp(folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"udp://127.0.0.1:{probe.getsockname()[1]}"
    return address, ["-f", "mpegts", "-flush_packets", "1", address + "?pkt_size=1316"]


def hls(folder):
    pieces = folder / "hls"
    pieces.mkdir()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=os.fspath(pieces)))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = ["-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments+temp_file"]
    return f"http://127.0.0.1:{server.server_port}/live.m3u8", [*options, os.fspath(pieces / "live.m3u8")]


def percentile(ordered, share):
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def machine(tool):
    def first_line(*command):
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()[0]

    info = pathlib.Path("/proc/cpuinfo").read_text()
    models = [line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")]
    version = " ".join(first_line("ffmpeg", "-version").split()[:3])
    print(f"{first_line(tool, '--version')}; {version}; Python {platform.python_version()}")
    print(f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", help="the program tutela")
    parser.add_argument("--events", type=int, default=40, help="known pictures for each transport [40]")
    parser.add_argument("--rate", type=int, default=30, help="frames a second [30]")
    options = parser.parse_args()
    if not shutil.which("ffmpeg"):
        sys.exit("streams.py: there is no ffmpeg")
    machine(options.tool)
    pictures = [picture(seed) for seed in range(options.events)]
    others = [picture(100_000 + seed) for seed in range(8)]
    missed = 0
    print(f"{'transport':<24}{'count':>6}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}{'missed':>8}{'dropped':>9}")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        known, ids = build_list(options.tool, folder, pictures)
        for label, transport in (("MPEG-TS by UDP", udp), ("HLS, segments of 1 s", hls)):
            address, output = transport(folder)
            began, watcher = measure(options.tool, known, address, output, options.rate, pictures, others)
            late = sorted((watcher.seen[e] - b) / 1000 for e, b in zip(ids, began) if e in watcher.seen)
            lost = len(ids) - len(late)
            missed += lost
            figures = [percentile(late, 0.5), percentile(late, 0.99), late[-1]] if late else [math.nan] * 3
            row = "".join(f"{value:>9.0f}" for value in figures)
            print(f"{label:<24}{len(late):>6}{row}{lost:>8}{watcher.health.get('dropped', '?'):>9}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
