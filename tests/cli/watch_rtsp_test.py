"""`tutela watch` of a camera that speaks RTSP, its packets inside of the RTSP connection."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from support import TOOL, ToolTest, animation, patches, png

SIDE = 128
LONG = 240  # seconds: what takes longer hangs


class Camera:
    """Answers one client at a time, and hands on the RTP packets that come to its socket once PLAY was asked for."""

    def __init__(self):
        self.packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.packets.bind(("127.0.0.1", 0))
        self.reports = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.reports.bind(("127.0.0.1", 0))
        ports = self.packets.getsockname()[1], self.reports.getsockname()[1]
        self.takes = "rtp://127.0.0.1:{}?rtcpport={}".format(*ports)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"rtsp://127.0.0.1:{self.listener.getsockname()[1]}/one"
        self.description = b""
        self.asked = []
        self.lock = threading.Lock()

    def start(self, description):
        self.description = description
        threading.Thread(target=self.answer_all, daemon=True).start()

    def close(self):
        for each in (self.listener, self.packets, self.reports):
            each.close()

    def answer_all(self):
        try:
            while True:
                client = self.listener.accept()[0]
                with client:
                    self.answer(client)
        except OSError:
            pass  # closed

    def answer(self, client):
        lines = []
        for line in client.makefile("rb"):
            line = line.strip()
            if line:
                lines.append(line)
                continue
            if not lines:
                continue
            # A report of the client's may stand before the request.
            method = lines[0].split()[0].decode("latin-1")[-12:]
            sequence = next((each.split(b":")[1] for each in lines if each.lower().startswith(b"cseq")), b"0")
            transport = next((each for each in lines if each.lower().startswith(b"transport")), b"")
            lines = []
            self.asked.append(method)
            body, headers = b"", b"Session: 1\r\n"
            if method == "OPTIONS":
                headers = b"Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n"
            elif method == "DESCRIBE":
                body = self.description
                headers = b"Content-Type: application/sdp\r\nContent-Length: %d\r\n" % len(body)
            elif method == "SETUP" and b"interleaved" in transport:
                headers += b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            elif method == "SETUP":
                self.send(client, b"RTSP/1.0 461 Unsupported transport\r\nCSeq:" + sequence + b"\r\n\r\n")
                continue
            self.send(client, b"RTSP/1.0 200 OK\r\nCSeq:" + sequence + b"\r\n" + headers + b"\r\n" + body)
            if method == "PLAY":
                threading.Thread(target=self.hand_on, args=(client,), daemon=True).start()

    def send(self, client, data):
        with self.lock:
            client.sendall(data)

    def hand_on(self, client):
        try:
            while True:
                packet = self.packets.recv(65536)
                self.send(client, b"$\0" + struct.pack(">H", len(packet)) + packet)
        except OSError:
            pass  # the client left, or this was closed


@unittest.skipUnless(shutil.which("ffmpeg"), "there is no ffmpeg")
class WatchCamera(ToolTest):
    def test_a_camera(self):
        gray = patches(3, SIDE)
        picture = self.write("p.png", png(SIDE, SIDE, bytes(value for value in gray for _ in range(3))))
        known = self.write("known.txt", f"{self.hash_of(picture)},s3,A1,a label\n")
        clip = self.write("clip.gif", animation([1, 2, 3, 4], side=SIDE))
        film, description = self.dir / "a.mp4", self.dir / "a.sdp"
        encode = ["ffmpeg", "-v", "error", "-i", clip, "-pix_fmt", "yuv420p", "-r", "10", "-vsync", "cfr"]
        encode += ["-c:v", "libx264", "-bf", "0", "-g", "5", film]
        subprocess.run(list(map(os.fspath, encode)), stdin=subprocess.DEVNULL, check=True, timeout=LONG)
        camera = Camera()
        self.addCleanup(camera.close)
        send = ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", film, "-c", "copy", "-sdp_file", description]
        sender = self.spawn([*send, "-f", "rtp", camera.takes], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + LONG
        while not (description.exists() and b"m=video" in description.read_bytes()):
            self.assertIsNone(sender.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        camera.start(description.read_bytes().replace(b"SDP:\n", b"") + b"a=control:track1\r\n")

        watcher = self.spawn(
            [TOOL, "watch", "--list", known, "--stall", "0", f"c={camera.address}"], stdout=subprocess.PIPE
        )
        self.addCleanup(watcher.stdout.close)
        alarm = threading.Timer(LONG, watcher.kill)  # so that no readline() waits for ever
        alarm.daemon = True
        alarm.start()
        self.addCleanup(alarm.cancel)
        said = []
        while not said or said[-1]["event"] != "match":
            line = watcher.stdout.readline()
            self.assertTrue(line, said)
            said.append(json.loads(line))
        self.assertEqual((said[0]["event"], said[-1]["stream"], said[-1]["entry_id"]), ("connected", "c", "s3"))
        self.assertEqual(camera.asked[:4], ["OPTIONS", "DESCRIBE", "SETUP", "PLAY"])
        watcher.send_signal(signal.SIGTERM)
        watcher.stdout.read()
        self.assertEqual(watcher.wait(LONG), 1)

    def spawn(self, command, **options):
        """A process that ends with the test, at the latest."""
        process = subprocess.Popen(list(map(os.fspath, command)), stdin=subprocess.DEVNULL, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process


if __name__ == "__main__":
    unittest.main()
