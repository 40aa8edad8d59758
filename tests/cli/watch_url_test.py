"""`tutela watch` of addresses and compressed video: what it receives, what it refuses, and how it comes back."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

from support import TOOL, ToolTest, animation, patches, png, tutela

SIDE = 128
LONG = 240  # seconds: what takes longer hangs


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Folder(http.server.ThreadingHTTPServer):
    """Serves a folder at an address of this machine; `redirects` maps paths to addresses, `asked` is what was asked for."""

    def __init__(self, folder, host="127.0.0.1"):
        server = self
        self.redirects = {}
        self.asked = []

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=os.fspath(folder))

            def do_GET(self):
                server.asked.append(self.path)
                target = server.redirects.get(self.path)
                if target is None:
                    return super().do_GET()
                self.send_response(302)
                self.send_header("Location", target)
                self.end_headers()

            def log_message(self, *args):
                pass

        super().__init__((host, 0), Handler)
        self.daemon_threads = True
        self.url = f"http://{host}:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args):
        pass  # a client that left


class Listener:
    """Takes connections and says nothing; counts them."""

    def __init__(self, host="127.0.0.1"):
        self.socket = socket.create_server((host, 0))
        self.port = self.socket.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                self.taken.append(self.socket.accept()[0])
        except OSError:
            pass


@unittest.skipUnless(shutil.which("ffmpeg"), "there is no ffmpeg")
class WatchAddresses(ToolTest):
    def setUp(self):
        super().setUp()
        self.clip = self.write("clip.gif", animation([1, 2, 3, 4], side=SIDE))
        gray = patches(3, SIDE)
        picture = self.write("p.png", png(SIDE, SIDE, bytes(value for value in gray for _ in range(3))))
        self.known = self.write("known.txt", f"{self.hash_of(picture)},s3,A1,a label\n")

    def encode(self, name, *options, loops=0, codec="libx264"):
        path = self.dir / name
        command = ["ffmpeg", "-v", "error", "-stream_loop", str(loops), "-i", self.clip, "-pix_fmt", "yuv420p"]
        command += ["-r", "10", "-vsync", "cfr", "-c:v", codec, "-g", "5", *options, path]
        subprocess.run(list(map(os.fspath, command)), stdin=subprocess.DEVNULL, check=True, timeout=LONG)
        return path

    def folder(self, host="127.0.0.1"):
        server = Folder(self.dir, host)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def spawn(self, command, **options):
        """A process that ends with the test, at the latest."""
        process = subprocess.Popen(list(map(os.fspath, command)), stdin=subprocess.DEVNULL, **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start(self, *args):
        """The tool, with its lines in a queue that can be waited for."""
        process = self.spawn(
            [TOOL, "watch", "--list", self.known, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        alarm = threading.Timer(LONG, process.kill)  # so that no readline() waits for ever
        alarm.daemon = True
        alarm.start()
        self.addCleanup(alarm.cancel)
        return process

    def until(self, process, kind, also=lambda event: True):
        """The events up to the first of that kind."""
        said = []
        while True:
            line = process.stdout.readline()
            self.assertTrue(line, ("ended before", kind, said))
            said.append(json.loads(line))
            if said[-1]["event"] == kind and also(said[-1]):
                return said

    def stop(self, process, code):
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=LONG)
        self.assertEqual(process.returncode, code, errors)
        said = [json.loads(line) for line in output.decode("ascii").splitlines()]
        self.assertEqual([event["event"] for event in said][-2:], ["health", "end"])
        return said

    def watch(self, *args, code, stdin=b""):
        result = self.check(tutela("watch", "--list", self.known, *args, stdin=stdin), code)
        return [json.loads(line) for line in result.stdout.decode("ascii").splitlines()]

    def send_datagrams(self, port, path):
        return self.spawn(
            ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", path, "-c", "copy", "-f", "mpegts",
             f"udp://127.0.0.1:{port}?pkt_size=1316"]
        )

    def test_compressed_files_and_pipes(self):
        for name, options in (("a.mp4", ()), ("b.ts", ()), ("c.mkv", ()), ("d.mp4", ("-movflags", "faststart"))):
            path = self.encode(name, *options)
            sources = [("file", ["x=" + os.fspath(path)], b"")]
            if name != "a.mp4":  # its index comes last, where a pipe cannot go back from
                sources.append(("pipe", ["x=-"], path.read_bytes()))
            for kind, source, stdin in sources:
                with self.subTest(name, kind=kind):
                    said = self.watch(*source, code=1, stdin=stdin)
                    matches = [event for event in said if event["event"] == "match"]
                    self.assertEqual((matches[0]["entry_id"], matches[0]["pts_us"]), ("s3", 1_000_000))
                    self.assertEqual((said[-2]["frames"], said[-2]["dropped"]), (20, 0))
                    self.assertEqual((said[-1]["event"], said[-1]["reason"]), ("end", None))

    def test_sampling(self):
        path = self.encode("a.ts")
        for sampling, frames, passed in (("5", 10, 10), ("key", 4, 0)):
            health = self.watch("--sampling", sampling, path, code=1)[-2]
            self.assertEqual((health["frames"], health["passed_over"]), (frames, passed), sampling)

    def test_damaged_files_say_so(self):
        whole = self.encode("a.ts", loops=20).read_bytes()
        cut = bytearray(whole[: len(whole) // 2])
        for at in range(20_000, len(cut), 7_919):
            cut[at] ^= 0xFF
        self.write("bad.ts", bytes(cut))
        said = self.watch(self.dir / "bad.ts", code=2)
        self.assertIn("s3", [event.get("entry_id") for event in said])
        self.assertTrue(said[-1]["reason"])
        self.write("cut.mp4", self.encode("a.mp4").read_bytes()[:3000])
        said = self.watch(self.dir / "cut.mp4", code=2)
        self.assertTrue(said[-1]["reason"])

    def test_a_file_that_is_served(self):
        self.encode("a.mp4", "-movflags", "faststart")
        server = self.folder()
        address = server.url.replace("http://", "http://user:secret@") + "/a.mp4?token=secret"
        said = self.watch(address, code=1)
        self.assertEqual(said[0]["event"], "connected")
        self.assertEqual(said[0]["stream"], server.url + "/a.mp4")
        self.assertNotIn("secret", json.dumps(said))
        self.assertEqual((said[-2]["frames"], said[-1]["reason"]), (20, None))

    def test_errors_show_nothing_secret(self):
        for address in ("gopher://user:secret@h/?secret", "rtsp://user:secret@/x", "rtsp://user:sec/ret@h/x"):
            result = self.check(tutela("watch", "--list", self.known, address), 2)
            self.assertNotIn(b"sec", result.stderr, address)
            self.assertIn(b"cannot open an address", result.stderr)

    def test_datagrams(self):
        port = free_port(socket.SOCK_DGRAM)
        watcher = self.start("--stall", "0", f"net=udp://127.0.0.1:{port}")
        self.send_datagrams(port, self.encode("a.ts", loops=5))
        said = self.until(watcher, "match")
        self.assertEqual((said[0]["event"], said[-1]["stream"], said[-1]["entry_id"]), ("connected", "net", "s3"))
        self.stop(watcher, 1)

    def test_a_list_is_read_anew(self):
        port = free_port(socket.SOCK_DGRAM)
        watcher = self.start("--stall", "0", f"net=udp://127.0.0.1:{port}")
        self.send_datagrams(port, self.encode("a.ts", loops=5))
        self.until(watcher, "match")
        self.write("known.txt", self.known.read_bytes() + b"0" * 63 + b"1,other,A1,x\n")
        watcher.send_signal(signal.SIGHUP)
        self.assertEqual(self.until(watcher, "list")[-1]["list_entries"], 2)
        self.until(watcher, "match")
        self.stop(watcher, 1)

    def live_playlist(self):
        """A source that writes pieces of a second into the folder as time goes on."""
        playlist = self.dir / "live.m3u8"
        self.spawn(
            ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", self.encode("long.ts", loops=5), "-c", "copy",
             "-f", "hls", "-hls_time", "1", "-hls_list_size", "5", "-hls_flags", "delete_segments", playlist]
        )
        deadline = time.monotonic() + LONG
        while not playlist.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        return playlist

    def test_a_live_playlist(self):
        self.live_playlist()
        server = self.folder()
        watcher = self.start("--stall", "0", "hls=" + server.url + "/live.m3u8")
        self.until(watcher, "match")
        self.stop(watcher, 1)

    def test_rtmp(self):
        port = free_port()
        self.spawn(
            ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", self.encode("a.ts", loops=5), "-c", "copy",
             "-f", "flv", "-listen", "1", f"rtmp://127.0.0.1:{port}/live/one"]
        )
        watcher = self.start("--stall", "0", f"net=rtmp://127.0.0.1:{port}/live/one")
        self.until(watcher, "match")
        self.stop(watcher, 1)

    def test_a_stream_that_dies_comes_back(self):
        port = free_port(socket.SOCK_DGRAM)
        path = self.encode("a.ts", loops=5)
        watcher = self.start("--stall", "1", "--timeout", "3", "--retry", "2", f"net=udp://127.0.0.1:{port}")
        sender = self.send_datagrams(port, path)
        self.until(watcher, "match")
        sender.kill()
        said = self.until(watcher, "lost")
        self.assertIn("stalled", [event["event"] for event in said])
        self.assertEqual(said[-1]["reason"], "nothing came for 3 seconds")
        self.until(watcher, "lost")
        self.send_datagrams(port, path)
        said = self.until(watcher, "match")
        self.assertIn("connected", [event["event"] for event in said])
        self.stop(watcher, 1)

    def test_a_server_that_says_nothing(self):
        silent = Listener()
        self.addCleanup(silent.socket.close)
        for scheme, path in (("http", "x.m3u8"), ("rtsp", "x"), ("rtmp", "live/x")):
            with self.subTest(scheme):
                watcher = self.start(
                    "--stall", "1", "--timeout", "2", "--retry", "1", f"{scheme}://127.0.0.1:{silent.port}/{path}"
                )
                said = self.until(watcher, "lost") + self.until(watcher, "lost")
                self.assertIn("nothing came for 2 seconds", said[-1]["reason"])
                self.assertEqual([event["event"] for event in said].count("stalled"), 2)
                self.stop(watcher, 0)
        self.assertGreaterEqual(len(silent.taken), 6)

    def test_nobody_is_there(self):
        address = f"rtmp://127.0.0.1:{free_port()}/live/x"
        said = self.watch("--retry", "1", "--give-up", "3", address, code=2)
        self.assertEqual([event["event"] for event in said][-2:], ["health", "end"])
        self.assertIn("lost", [event["event"] for event in said])
        self.assertIn("Connection refused", said[-1]["reason"])

    def test_redirects_to_other_hosts(self):
        self.encode("a.mp4", "-movflags", "faststart")
        own, other = self.folder(), self.folder("127.0.0.2")
        own.redirects = {"/away": other.url + "/a.mp4", "/here": own.url + "/a.mp4", "/file": "file:///etc/passwd"}
        said = self.watch(own.url + "/away", code=2)
        self.assertEqual(
            said[-1]["reason"], "the stream leads to another host than its own, which is not allowed"
        )
        self.assertEqual(other.asked, [])
        self.assertEqual(self.watch(own.url + "/here", code=1)[-1]["reason"], None)
        self.assertEqual(self.watch("--allow-host", "127.0.0.2", own.url + "/away", code=1)[-1]["reason"], None)
        self.assertGreater(len(other.asked), 0)
        self.assertTrue(self.watch("--give-up", "1", own.url + "/file", code=2)[-1]["reason"])

    def test_playlists_that_lead_elsewhere(self):
        piece = self.encode("a.ts").read_bytes()
        other = Listener("127.0.0.2")
        self.addCleanup(other.socket.close)
        secret = self.write("secret.ts", piece)
        server = self.folder()
        nothing = "the stream leads to what is no address of the network, which is not allowed"
        elsewhere = "the stream leads to another host than its own, which is not allowed"
        for target, reason in (
            ("file:///etc/passwd", nothing),
            (f"file://{secret}", nothing),
            ("data:video/mp2t;base64,AAAA", nothing),
            (f"http://127.0.0.2:{other.port}/a.ts", elsewhere),
            (f"http://127.0.0.1@127.0.0.2:{other.port}/a.ts", elsewhere),
            (f"http://2130706434:{other.port}/a.ts", elsewhere),  # 127.0.0.2 as a number
            (f"concat:file://{secret}|a.ts", None),
            (f"subfile,,start,0,end,0,,:{secret}", None),
            ("pipe:0", None),
            (f"crypto+file://{secret}", nothing),
        ):
            with self.subTest(target):
                text = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n"
                self.write("list.m3u8", text)
                said = self.watch("--timeout", "5", "--give-up", "1", server.url + "/list.m3u8", code=2)
                self.assertNotIn("match", [event["event"] for event in said])
                self.assertTrue(said[-1]["reason"])
                if reason:
                    self.assertEqual(said[-1]["reason"], reason)
        self.assertEqual(other.taken, [])

    def test_many_at_once(self):
        self.encode("a.mp4", "-movflags", "faststart", loops=3)
        server = self.folder()
        sources = [f"s{number}={server.url}/a.mp4" for number in range(6)] + ["f=" + os.fspath(self.dir / "a.mp4")]
        said = self.watch(*sources, code=1)
        names = {event["stream"] for event in said if event["event"] == "match"}
        self.assertEqual(names, {*(f"s{number}" for number in range(6)), "f"})

    def test_the_size_changes(self):
        small = self.encode("a.ts").read_bytes()
        large = self.encode("b.ts", "-vf", "scale=320:240").read_bytes()
        self.write("both.ts", small + large + small)
        piped = self.watch("-", code=1, stdin=small + large + small)[-2]
        said = self.watch(self.dir / "both.ts", code=2)  # where they were joined is damage, to a file
        self.assertGreaterEqual(min(said[-2]["frames"], piped["frames"]), 50)

    def test_times_that_go_back(self):
        piece = self.encode("a.ts").read_bytes()
        said = self.watch("-", code=1, stdin=piece * 3)
        times = [event["pts_us"] for event in said if event["event"] == "match"]
        self.assertEqual(times, sorted(times))
        self.assertGreaterEqual(said[-2]["frames"], 55)


if __name__ == "__main__":
    unittest.main()
