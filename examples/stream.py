"""Says what a live stream shows: ffmpeg -i URL -r 5 -pix_fmt gray -f rawvideo - | stream.py LIST WIDTH HEIGHT 5"""

import sys
import time

import numpy as np
import tutela

width, height, rate = map(int, sys.argv[2:])
stream = tutela.Stream(tutela.HashList.load(sys.argv[1]), name="camera 1")
frames = 0
while len(pixels := sys.stdin.buffer.read(width * height)) == width * height:
    frame = np.frombuffer(pixels, np.uint8).reshape(height, width)
    for event in stream.push(frame, frames * 1_000_000 // rate, wall_us=time.time_ns() // 1000):
        print(event.to_json(), flush=True)  # a line the moment it happens
    frames += 1
for event in [*stream.finish(), stream.health()]:
    print(event.to_json())
