"""`tutela watch` of https: only hosts whose certificate somebody vouches for are received."""

import functools
import http.server
import json
import os
import shutil
import ssl
import subprocess
import threading
import unittest

from support import ToolTest, animation, patches, png, tutela

SIDE = 128
LONG = 240  # seconds: what takes longer hangs
REFUSED = "the stream cannot be opened: no secure connection, or nobody vouches for the host's certificate"


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()


class SecureFolder(http.server.ThreadingHTTPServer):
    """Serves a folder by https at 127.0.0.1, with a certificate of its own; `asked` is what was asked for."""

    def __init__(self, folder, certificate, key):
        super().__init__(("127.0.0.1", 0), functools.partial(Handler, directory=os.fspath(folder)))
        self.daemon_threads = True
        self.asked = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        # The handshake in the connection's own thread.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *args):
        pass  # a client that trusts nobody here


@unittest.skipUnless(shutil.which("ffmpeg") and shutil.which("openssl"), "there is no ffmpeg, or no openssl")
class WatchSecureAddresses(ToolTest):
    def setUp(self):
        super().setUp()
        gray = patches(3, SIDE)
        picture = self.write("p.png", png(SIDE, SIDE, bytes(value for value in gray for _ in range(3))))
        self.known = self.write("known.txt", f"{self.hash_of(picture)},s3,A1,a label\n")
        clip = self.write("clip.gif", animation([1, 2, 3, 4], side=SIDE))
        encode = ["ffmpeg", "-v", "error", "-i", clip, "-pix_fmt", "yuv420p", "-r", "10", "-vsync", "cfr", "-g", "5"]
        pieces = ["-f", "hls", "-hls_time", "0.5", "-hls_list_size", "0", "-hls_playlist_type", "vod"]
        self.shown = self.dir / "shown"
        self.shown.mkdir()
        for output in (["-c:v", "libx264", self.shown / "a.ts"], ["-c:v", "libx264", *pieces, self.shown / "a.m3u8"]):
            command = list(map(os.fspath, encode + output))
            subprocess.run(command, stdin=subprocess.DEVNULL, check=True, timeout=LONG)

    def certificate(self, name, subject):
        certificate, key = self.dir / f"{name}.pem", self.dir / f"{name}.key"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={subject}"]
        command += ["-keyout", os.fspath(key), "-out", os.fspath(certificate)]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=LONG)
        return certificate, key

    def serve(self, certificate, key):
        server = SecureFolder(self.shown, certificate, key)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def watch(self, *args, code):
        result = self.check(tutela("watch", "--list", self.known, "--give-up", "1", *args), code)
        return [json.loads(line) for line in result.stdout.decode("ascii").splitlines()]

    def assert_refused(self, server, *args):
        said = self.watch(*args, code=2)
        self.assertEqual(said[-1]["reason"], REFUSED)
        self.assertNotIn("connected", [event["event"] for event in said])
        self.assertEqual(server.asked, [])

    def test_nobody_vouches(self):
        server = self.serve(*self.certificate("own", "IP:127.0.0.1"))
        stranger = self.certificate("stranger", "IP:127.0.0.1")[0]
        address = f"https://127.0.0.1:{server.server_port}/a.ts"
        self.assert_refused(server, address)
        self.assert_refused(server, "--ca-file", stranger, address)

    def test_vouched_for_by_number(self):
        own, key = self.certificate("own", "IP:127.0.0.1")
        server = self.serve(own, key)
        for name in ("a.ts", "a.m3u8"):
            with self.subTest(name):
                said = self.watch("--ca-file", own, f"https://127.0.0.1:{server.server_port}/{name}", code=1)
                self.assertIn("s3", [event.get("entry_id") for event in said])
                self.assertEqual(said[-1]["reason"], None)
        self.assert_refused_elsewhere(own, server, "localhost")

    def test_vouched_for_by_name(self):
        own, key = self.certificate("own", "DNS:localhost")
        server = self.serve(own, key)
        said = self.watch("--ca-file", own, f"https://localhost:{server.server_port}/a.ts", code=1)
        self.assertIn("s3", [event.get("entry_id") for event in said])
        self.assert_refused_elsewhere(own, server, "127.0.0.1")

    def assert_refused_elsewhere(self, own, server, host):
        """The certificate is trusted, but is another host's."""
        server.asked.clear()
        self.assert_refused(server, "--ca-file", own, f"https://{host}:{server.server_port}/a.ts")

    def test_certificates_that_cannot_be_read(self):
        address = "https://127.0.0.1:9/a.ts"
        said = self.watch("--ca-file", self.dir / "none.pem", address, code=2)
        self.assertIn("the file of trusted certificates", said[-1]["reason"])


if __name__ == "__main__":
    unittest.main()
