"""`tutela watch`: streams by pipe, what is said of them and when, and signals."""

import json
import os
import shutil
import signal
import socket
import subprocess
import unittest

from support import TOOL, ToolTest, animation, patches, png, tutela

SIDE = 64


def header(rate="2:1", size=f"W{SIDE} H{SIDE}", rest="Cmono"):
    return f"YUV4MPEG2 {size} F{rate} Ip A1:1 {rest}\n".encode()


def frame(seed, chroma=b""):
    return b"FRAME\n" + patches(seed, SIDE) + chroma


def events(output):
    return [json.loads(line) for line in output.decode("ascii").splitlines()]


class Watch(ToolTest):
    def known(self, *seeds, name="known.txt"):
        """A text list of these pictures; their ids are "s1" and so on."""
        lines = []
        for seed in seeds:
            gray = patches(seed, SIDE)
            picture = self.write("picture.png", png(SIDE, SIDE, bytes(value for value in gray for _ in range(3))))
            lines.append(f"{self.hash_of(picture)},s{seed},A1,a label\n")
        return self.write(name, "".join(lines))

    def watch(self, *args, code, stdin):
        return events(self.check(tutela("watch", *args, stdin=stdin), code).stdout)

    def start(self, *args):
        """The tool, with pipes for its input and output, that ends with the test."""
        process = subprocess.Popen(
            [TOOL, "watch", *map(os.fspath, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def send(self, process, data):
        process.stdin.write(data)
        process.stdin.flush()

    def next(self, process, kind):
        """The next event, of that kind."""
        event = json.loads(process.stdout.readline())
        self.assertEqual(event["event"], kind, event)
        return event

    def end(self, process, code):
        process.stdin.close()
        process.stdin = None
        output, said = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, said)
        return events(output)

    def test_what_is_shown_is_said_when_and_how_long(self):
        stream = header() + b"".join(map(frame, [1000, *[7] * 30, *range(2000, 2030)]))
        said = self.watch("--list", self.known(7), "cam=-", code=1, stdin=stream)
        self.assertEqual(
            [event["event"] for event in said], ["match", "match", "sighting_ended", "health", "end"], said
        )
        first, again, over, health, end = said
        self.assertEqual(
            {key: first[key] for key in ("stream", "run", "pts_us", "frame", "entry_id", "distance", "category")},
            {"stream": "cam", "run": 0, "pts_us": 500_000, "frame": 1, "entry_id": "s7", "distance": 0, "category": "A1"},
        )
        self.assertEqual(again["pts_us"], 10_500_000)
        self.assertEqual(over["sighting"], {"start_us": 500_000, "end_us": 15_000_000, "frames": 30})
        self.assertEqual((health["frames"], health["matched"], health["dropped"]), (61, 30, 0))
        self.assertEqual(end["reason"], None)
        self.assertGreaterEqual(again["wall_us"], first["wall_us"])

    def test_nothing_is_shown(self):
        said = self.watch("--list", self.known(7), "-", code=0, stdin=header() + frame(8))
        self.assertEqual([event["event"] for event in said], ["health", "end"])

    def test_files_and_pipes_side_by_side(self):
        known = self.known(1, 2)
        file = self.write("a.y4m", header("30000:1001") + frame(5) + frame(1))
        fifo = self.dir / "b.fifo"
        os.mkfifo(fifo)
        process = self.start("--list", known, "--stall", "0", f"a={file}", f"b={fifo}")
        with open(fifo, "wb") as writer:
            writer.write(header() + frame(2))
        said = self.end(process, 1)
        found = {(event["stream"], event["entry_id"], event["pts_us"]) for event in said if event["event"] == "match"}
        self.assertEqual(found, {("a", "s1", 33_366), ("b", "s2", 0)})
        self.assertEqual({event["stream"] for event in said if event["event"] == "end"}, {"a", "b"})

    def test_a_known_video_is_said_from_when_to_when(self):
        clip = self.write("clip.gif", animation(range(100, 130)))
        self.write("clip.vpdq", self.check(tutela("hash", "--format", "vpdq", clip), 0).stdout)
        known = self.dir / "known.tutela"
        self.check(tutela("list", "build", known, self.dir / "clip.vpdq"), 0)
        seeds = [*range(1000, 1010), *range(110, 125), *range(1010, 1040)]
        said = self.watch("--list", known, "-", code=1, stdin=header() + b"".join(map(frame, seeds)))
        (segment,) = [event["segment"] for event in said if event["event"] == "segment_ended"]
        self.assertEqual((segment["start_us"], segment["end_us"]), (5_000_000, 12_000_000))
        self.assertEqual((segment["known_start_us"], segment["known_end_us"]), (5_000_000, 12_000_000))
        self.assertTrue(any(event["segment"] for event in said if event["event"] == "match"))

    def test_all_layouts_and_ranges(self):
        known = self.known(3)
        limited = bytes(round(value * 219 / 255 + 16) for value in patches(3, SIDE))
        layouts = {"C420jpeg": 2, "C420": 2, "": 2, "C420mpeg2": 2, "C422": 1, "C444": 0.5, "C411": 2, "Cmono": None}
        for colours, share in layouts.items():
            chroma = b"" if share is None else bytes(int(SIDE * SIDE / share))
            stream = header(rest=f"{colours} XCOLORRANGE=LIMITED".strip()) + 2 * (b"FRAME Ip\n" + limited + chroma)
            said = self.watch("--list", known, "-", code=1, stdin=stream)
            with self.subTest(colours):
                self.assertLessEqual(said[0]["distance"], 4)
                self.assertEqual(said[-2]["frames"], 2)

    def test_sampling(self):
        stream = header("30:1") + frame(7) * 90
        said = self.watch("--list", self.known(7), "--sampling", "5", "-", code=1, stdin=stream)
        health = said[-2]
        self.assertEqual((health["frames"], health["passed_over"]), (15, 75))

    def test_live_streams_lose_frames_and_not_their_count(self):
        stream = header("1000:1") + b"".join(frame(seed % 7) for seed in range(400))
        said = self.watch("--list", self.known(400 % 7 - 1), "--live", "-", code=1, stdin=stream)
        health = said[-2]
        self.assertEqual(health["frames"] + health["dropped"], 400)
        self.assertEqual(health["last_pts_us"], 399_000)  # the newest is never lost
        self.assertGreater(health["dropped"], 0)

    def test_sources_that_break_off(self):
        known = self.known(7)
        whole = header() + frame(7)
        cases = {
            b"": "no uncompressed video (YUV4MPEG2)",
            b"GIF89a" * 20: "no video of a kind that is read",
            whole[:-1]: "the video ends within a frame",
            whole + b"FRA": "the video ends within a frame",
            whole + b"GARBAGE\n": "a frame of the video has no beginning",
            whole + b"FRAMES\n": "a frame of the video has no beginning",
            whole + b"FRAME " + b"x" * 2000: "a line of the video is too long",
            b"YUV4MPEG2 " + b"x" * 2000: "a line of the video is too long",
            b"YUV4MPEG2 F2:1\n": "the video's header states no size",
            header(size="W0 H5"): "the video's width is none",
            header(size="W5 H-5"): "the video's height is none",
            header(size="W99999999999999999999 H5"): "the video's width is none",
            header(size="W65536 H65536"): "the video's frames have too many pixels",
            header(rate="0:0"): "the video's frame rate is none",
            header(rate="25"): "the video's frame rate is none",
            header(rest="C420p10"): "the video's samples are not of 8 bits in a known order",
            header(size="W4 H4") + b"FRAME\n" + bytes(16): None,
        }
        for stream, reason in cases.items():
            with self.subTest(stream[:60]):
                result = tutela("watch", "--list", known, "-", stdin=stream)
                self.check(result, 2)
                said = events(result.stdout)
                self.assertEqual(said[-1]["event"], "end")
                self.assertTrue(said[-1]["reason"])
                if reason:
                    self.assertEqual(said[-1]["reason"], reason)
                shown = ["match", "sighting_ended"] if stream.startswith(whole) else []
                self.assertEqual([event["event"] for event in said[:-2]], shown)

    def test_one_source_that_breaks_off_leaves_the_others(self):
        bad = self.write("bad.y4m", b"nothing")
        said = self.watch("--list", self.known(7), bad, "-", code=2, stdin=header() + frame(7))
        self.assertIn("s7", [event.get("entry_id") for event in said])

    def test_bad_usage(self):
        known = self.known(7)
        for args in ([], ["--list", known], ["--list", known, "--sampling", "often", "-"], ["-"]):
            self.check(tutela("watch", *args), 2)
        for name in ("absent.y4m", "cam=absent.y4m"):
            self.assertIn(b"cannot open absent.y4m", self.check(tutela("watch", "--list", known, name), 2).stderr)

    def test_a_signal_ends_a_wait_for_a_writer(self):
        fifo = self.dir / "fifo"
        os.mkfifo(fifo)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("--list", self.known(7), "--stall", "1", fifo)
            self.next(process, "stalled")
            process.send_signal(number)
            self.assertEqual([event["event"] for event in self.end(process, 0)], ["health", "end"])

    def test_a_pipe_is_opened_again(self):
        fifo = self.dir / "fifo"
        os.mkfifo(fifo)
        process = self.start("--list", self.known(7), "--reopen", "--stall", "0", fifo)
        for run, whole in enumerate([True, False, True]):
            with open(fifo, "wb") as writer:
                writer.write((header() + frame(7) + frame(7))[: None if whole else -9])
            self.assertEqual(self.next(process, "match")["run"], run)
            self.next(process, "sighting_ended")
            self.assertEqual(self.next(process, "health")["runs"], run + 1)
            self.assertEqual(self.next(process, "end")["reason"] is None, whole)
        with open(fifo, "wb") as writer:
            writer.write(b"nothing")
        self.next(process, "health")
        self.assertEqual(self.next(process, "end")["reason"], "no video of a kind that is read")
        with open(fifo, "wb") as writer:  # waits until it has been opened again
            writer.write(header() + frame(7))
        self.assertEqual(self.next(process, "match")["run"], 3)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.end(process, 2)[-1]["event"], "end")

    def test_a_signal_loses_no_line(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            process = self.start("--list", self.known(7), "-")
            self.send(process, header() + frame(7) * 3)
            self.assertEqual(self.next(process, "match")["pts_us"], 0)  # at once, with the input still open
            process.send_signal(number)
            said = self.end(process, 1)
            self.assertEqual([event["event"] for event in said], ["sighting_ended", "health", "end"])
            self.assertGreaterEqual(said[0]["sighting"]["frames"], 1)

    def test_a_list_is_read_anew(self):
        known = self.known(7)
        process = self.start("--list", known, "-")
        self.send(process, header() + frame(7))
        self.next(process, "match")
        self.write("known.txt", "no list\n")
        process.send_signal(signal.SIGHUP)
        self.assertIn(b"the line is skipped", process.stderr.readline())
        self.assertIn(b"cannot use the list", process.stderr.readline())
        self.send(process, frame(7) + frame(8))
        os.rename(self.known(8, 9, name="new.txt"), known)
        process.send_signal(signal.SIGHUP)
        over = self.next(process, "sighting_ended")
        self.assertEqual(over["entry_id"], "s7")
        self.assertEqual(self.next(process, "list")["list_entries"], 2)
        self.send(process, frame(7) + frame(8))
        match = self.next(process, "match")
        self.assertEqual((match["entry_id"], match["run"]), ("s8", 1))
        self.end(process, 1)

    def test_a_snapshot_is_followed(self):
        known = self.dir / "known.tutela"
        self.check(tutela("list", "build", known, self.known(7)), 0)
        process = self.start("--list", known, "-")

        def shown(seed):
            self.send(process, frame(seed))
            self.assertEqual(self.next(process, "match")["entry_id"], f"s{seed}")

        def changed(entries):
            self.next(process, "sighting_ended")
            self.assertEqual(self.next(process, "list")["list_entries"], entries)

        self.send(process, header())
        shown(7)
        self.check(tutela("list", "update", known, self.known(8, name="more.txt")), 0)
        changed(2)
        shown(8)
        self.check(tutela("list", "disable", known, "s7"), 0)
        changed(1)
        self.send(process, frame(7))
        shown(8)
        self.check(tutela("list", "compact", known), 0)
        changed(1)
        (self.dir / "known.tutela.delta").write_bytes(b"no delta")
        self.assertIn(b"cannot use the list", process.stderr.readline())
        shown(8)
        self.end(process, 1)

    def test_a_stream_that_stands_still_is_said(self):
        process = self.start("--list", self.known(7), "--stall", "1", "--health", "1", "-")
        self.send(process, header() + frame(8))
        seen = []
        while "stalled" not in seen or "health" not in seen:
            seen.append(json.loads(process.stdout.readline())["event"])
        self.assertEqual(seen.count("stalled"), 1)
        self.send(process, frame(7))
        while "match" not in seen:
            seen.append(json.loads(process.stdout.readline())["event"])
        self.assertEqual(seen.index("resumed"), len(seen) - 2)
        self.end(process, 1)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            result = tutela("watch", "--list", self.known(7), "-", stdin=header() + frame(7), stdout=full)
        self.check(result, 2)
        self.assertIn(b"cannot write standard output", result.stderr)

    @unittest.skipUnless(shutil.which("ffmpeg"), "there is no ffmpeg")
    def test_what_ffmpeg_writes(self):
        clip = self.write("clip.gif", animation([1, 2, 3, 4]))
        for pixels in ("gray", "yuv420p", "yuvj444p"):
            command = ["ffmpeg", "-v", "error", "-i", clip, "-pix_fmt", pixels, "-f", "yuv4mpegpipe", "-"]
            video = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120, check=True)
            said = self.watch("--list", self.known(3), "-", code=1, stdin=video.stdout)
            self.assertEqual((said[0]["entry_id"], said[0]["pts_us"]), ("s3", 1_000_000), pixels)
            self.assertLessEqual(said[0]["distance"], 6)

    @unittest.skipUnless(shutil.which("ffmpeg"), "there is no ffmpeg")
    def test_a_stream_from_the_network(self):
        """MPEG-TS over UDP on loopback: whatever is lost on the way, the known picture comes again and again."""
        clip = self.write("clip.gif", animation([1, 2, 3, 4], side=128))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"udp://127.0.0.1:{probe.getsockname()[1]}"
        receive = ["ffmpeg", "-v", "error", "-probesize", "100000", "-i", address, "-f", "yuv4mpegpipe", "-"]
        send = ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", clip, "-r", "10", "-pix_fmt", "yuv420p"]
        send += ["-c:v", "mpeg2video", "-b:v", "2M", "-g", "5", "-f", "mpegts", f"{address}?pkt_size=1316"]
        receiver = self.spawn(receive, stdout=subprocess.PIPE)
        watcher = self.spawn(
            [TOOL, "watch", "--list", self.known(3), "--live", "--stall", "0", "net=-"],
            stdin=receiver.stdout, stdout=subprocess.PIPE,
        )
        self.spawn(send)
        match = self.next(watcher, "match")
        self.assertEqual((match["stream"], match["entry_id"]), ("net", "s3"))
        watcher.send_signal(signal.SIGTERM)
        output, _ = watcher.communicate(timeout=120)
        self.assertEqual(watcher.returncode, 1)
        self.assertEqual([event["event"] for event in events(output)][-2:], ["health", "end"])

    def spawn(self, command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL):
        """A process that ends with the test."""
        process = subprocess.Popen(list(map(os.fspath, command)), stdin=stdin, stdout=stdout)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        if stdout == subprocess.PIPE:
            self.addCleanup(process.stdout.close)
        return process


if __name__ == "__main__":
    unittest.main()
