#!/usr/bin/env python3
"""The peers of bench_video: OpenCV's VideoCapture, which makes BGR of every frame, and vPDQ.

usage: video.py CLIP...    (opencv-python-headless; vpdq where it can be had)

Of each, frames for a second of processor time, of all threads together. OpenCV is told to use one.
"""
import os
import sys
import time

os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"

import cv2


def opencv(path):
    """Every frame to BGR, and nothing done with it."""
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    frames = 0
    while capture.read()[0]:
        frames += 1
    return frames


def vpdq_all(path):
    """vPDQ's hashes of every frame."""
    import vpdq

    return len(vpdq.computeHash(path, seconds_per_hash=0))


def main():
    cv2.setNumThreads(1)
    for path in sys.argv[1:]:
        for name, peer in (("opencv", opencv), ("vpdq", vpdq_all)):
            before = time.process_time()
            wall = time.perf_counter()
            try:
                frames = peer(path)
            except ImportError as missing:
                print(f"{name}: {missing}")
                continue
            spent = time.process_time() - before
            print(f"{name} {os.path.basename(path)}: {frames} frames, {frames / spent:.0f} for a second of processor "
                  f"time, {spent * 1000 / frames:.2f} ms each, {time.perf_counter() - wall:.1f} s in all")


if __name__ == "__main__":
    main()
