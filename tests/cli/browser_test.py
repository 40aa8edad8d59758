"""The HTML report in a real browser, headless Chromium: it is opened from the disk, shows what the JSON Lines report of
the same files says, asks for nothing, and runs nothing.

What the browser asks the network for goes to a proxy of this test, which answers nothing and keeps the addresses. A
page that does ask for something, and runs something, shows that the test would see it.
"""

import html.parser
import json
import os
import pathlib
import shutil
import socketserver
import subprocess
import tempfile
import threading
import unittest

from support import patches, picture, png, tutela

BROWSER = shutil.which("chromium") or "chromium"
CLIP = "testsrc2=size=320x240:rate=10:duration={seconds},crop=200:150:x='mod(n*3,100)':y='mod(n*2,80)'"
TRAP = "tutela-trap.invalid"  # no such name exists: who asks for it has read it in the page
HOSTILE = f'<img src="http://{TRAP}/a"><script>document.title="run"</script>\' url(http://{TRAP}/b) &lt; \u202egnp'
MATCHED_RED = bytes((0xAA, 0x22, 0x22))


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked = []


class Asked(socketserver.StreamRequestHandler):
    timeout = 5

    def handle(self):
        self.server.asked.append(self.rfile.readline(4096))


class Page(html.parser.HTMLParser):
    """What is in a page: its elements, and its sections with their tables as rows of texts."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.title, self.attributes = [], "", []
        self.parts = [{"head": "", "tables": [], "drawn": []}]  # before the first section, then each of these
        self.inside = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.attributes += attributes
        part = self.parts[-1]
        if tag == "section":
            self.parts.append({"head": "", "tables": [], "drawn": []})
        elif tag == "table":
            part["tables"].append([])
        elif tag == "tr":
            part["tables"][-1].append([])
        elif tag in ("th", "td"):
            part["tables"][-1][-1].append("")
        elif tag in ("circle", "rect", "polyline"):
            part["drawn"].append((tag, dict(attributes)))
        if tag not in ("meta", "br"):
            self.inside.append(tag)

    def handle_endtag(self, tag):
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        within = self.inside[-1] if self.inside else ""
        if "h2" in self.inside:
            self.parts[-1]["head"] += data
        elif within in ("th", "td"):
            self.parts[-1]["tables"][-1][-1][-1] += data
        elif within == "title" and "svg" not in self.inside:
            self.title += data


def ffmpeg(*args):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, args)], check=True, timeout=120)


def clock(us):
    seconds = us // 1_000_000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def seconds(us):
    return "" if us is None else f"{us // 1_000_000}.{us // 1000 % 1000:03} s"


def grouped(number):
    return f"{number:,}"


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory(prefix="tutela-browser-")
        cls.addClassCleanup(temporary.cleanup)
        cls.place = pathlib.Path(temporary.name)
        cls.make_files(cls.place / "in")
        cls.report = cls.scan("html", cls.place / "report.html")
        cls.rows = [json.loads(line) for line in cls.scan("jsonl", cls.place / "report.jsonl").splitlines()]
        cls.profile = cls.place / "profile"

    @classmethod
    def make_files(cls, folder):
        folder.mkdir()
        known = cls.place / "known clip.mkv"
        encode = "-c:v", "libx264", "-preset", "veryfast"
        ffmpeg("-f", "lavfi", "-i", CLIP.format(seconds=12), *encode, known)
        ffmpeg("-ss", 3, "-i", known, "-vf", "hflip", *encode, "-crf", "30", folder / "cut & mirrored.mp4")
        ffmpeg("-f", "lavfi", "-i", "mandelbrot=size=320x240:rate=10", "-t", 4, "-c:v", "mpeg4", folder / "other.avi")
        gray = patches(1, 96)
        (folder / "still.png").write_bytes(png(96, 96, bytes(part for value in gray for part in (value,) * 3)))
        (folder / "cut.png").write_bytes(picture(2)[:20_000])
        # A name has no slash in it: the trap's addresses are in the list's labels.
        for name in ("<script>alert(1)<.png", "\"onload='alert(1)' x=\".png", "gnp.\u202eexe.png", b"bad\xff\xc0.png"):
            path = os.path.join(os.fsencode(folder), os.fsencode(name))
            pathlib.Path(os.fsdecode(path)).write_bytes(picture(3))
        hashes = cls.place / "known clip.vpdq"
        hashes.write_bytes(tutela("hash", "--format", "vpdq", known).stdout)
        stills = cls.place / "stills.txt"
        still = tutela("hash", folder / "still.png").stdout[:64].decode()
        other = tutela("hash", folder / "<script>alert(1)<.png").stdout[:64].decode()
        stills.write_text(f"{still},a still,A1,a label\n{other},<b>id</b>,</td>,{HOSTILE}\n")
        cls.list = cls.place / "known.tutela"
        built = tutela("list", "build", "--video-category", "A2", cls.list, hashes, stills)
        assert built.returncode == 0, built.stderr

    @classmethod
    def scan(cls, form, path):
        result = tutela("scan", "--list", cls.list, "--format", form, "-o", path, "-q", cls.place / "in")
        assert result.returncode == 1, result.stderr
        return path.read_text()

    def browse(self, page, *options):
        """What Chromium prints, what it says of the page, and what it asked the network for that the page names."""
        with Proxy() as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            done = subprocess.run(
                [
                    BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                    "--disable-background-networking", "--disable-component-update", "--disable-sync",
                    f"--user-data-dir={self.profile}", f"--proxy-server=127.0.0.1:{proxy.server_address[1]}",
                    "--proxy-bypass-list=<-loopback>", "--enable-logging=stderr", "--log-level=0",
                    "--virtual-time-budget=3000", *options, page.as_uri(),
                ],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240, check=False,
            )  # fmt: skip
            proxy.shutdown()
        said = done.stderr.decode(errors="replace")
        self.assertEqual(done.returncode, 0, said)
        console = [line for line in said.splitlines() if "CONSOLE" in line]
        return done.stdout.decode(), console, [line for line in proxy.asked if TRAP.encode() in line]

    def test_a_page_that_asks_and_runs_is_seen(self):
        page = self.place / "trap.html"
        page.write_text(f"<!DOCTYPE html><title>x</title><body>{HOSTILE}<script>absent()</script></body>")
        text, console, asked = self.browse(page, "--dump-dom")
        self.assertEqual(Page(text).title, "run")
        self.assertTrue(any("absent is not defined" in line for line in console), console)
        self.assertTrue(asked)

    def test_the_page_asks_for_nothing_and_runs_nothing(self):
        text, console, asked = self.browse(self.place / "report.html", "--dump-dom")
        self.assertEqual((console, asked), ([], []))
        page = Page(text)
        self.assertEqual(page.title, "Tutela report")
        self.assertLessEqual(
            set(page.elements),
            {"html", "head", "meta", "title", "style", "body", "h1", "h2", "b", "p", "section", "table", "tbody", "tr",
             "th", "td", "svg", "rect", "circle", "polyline", "line", "text", "g"},
        )  # fmt: skip
        names = {name for name, _ in page.attributes}
        self.assertFalse({name for name in names if name.startswith("on") or name in ("src", "href", "style")}, names)
        self.assertNotIn("url(", self.report.replace(f"url(http://{TRAP}", ""))
        self.assertEqual(self.report.count("http"), self.report.count(f"http://{TRAP}") + self.report.count("http-equiv"))

    def test_the_page_says_what_the_other_report_says(self):
        text, _, _ = self.browse(self.place / "report.html", "--dump-dom")
        page = Page(text)
        run, rows, end = self.rows[0]["run"], self.rows[1:-1], self.rows[-1]["end"]
        (facts,) = page.parts[0]["tables"]
        facts = dict(facts)
        self.assertEqual(facts["list"], run["list_digest"])
        self.assertEqual((facts["radius"], facts["sampling of videos"]), (str(run["radius"]), run["sampling"]))
        shown = [row for row in rows if row["outcome"] != "clean" or row["damaged"]]
        *sections, sums = page.parts[1:]
        self.assertEqual(len(sections), len(shown))
        self.assertGreaterEqual(sum(row["outcome"] == "matched" for row in shown), 6)
        for row, section in zip(shown, sections):
            self.check_section(row, section)
        sums = dict(sums["tables"][0])
        self.assertEqual(sums["files"], grouped(end["files"]))
        self.assertEqual(sums["entries hit"], grouped(end["entries_hit"]))
        for outcome, count in end["outcomes"].items():
            self.assertEqual(sums.get(outcome, "0"), grouped(count))

    def check_section(self, row, section):
        self.assertTrue(section["head"].startswith(row["outcome"] + " "), section["head"])
        if "path_hex" not in row and "\u202e" not in row["path"]:
            self.assertEqual(section["head"].removeprefix(row["outcome"] + " "), row["path"])
        self.assertNotIn("\u202e", section["head"])
        facts, *tables = section["tables"]
        self.assertEqual(dict(facts)["SHA-256"], row["sha256"])
        if row["segments"]:
            self.assertEqual(
                [line[:6] for line in tables.pop(0)[1:]],
                [[f"{clock(s['start_us'])}..{clock(s['end_us'])}", s["entry_id"],
                  f"{clock(s['known_start_us'])}..{clock(s['known_end_us'])}", str(s["frames"]), str(s["distance"]),
                  f"{s['speed']:g}"] for s in row["segments"]],
            )  # fmt: skip
        if row["matches"]:
            visible = [m | {"label": m["label"].replace("\u202e", "\\xE2\\x80\\xAE")} for m in row["matches"]]
            self.assertEqual(
                tables.pop(0)[1:],
                [[m["entry_id"], str(m["distance"]), m["variant"], str(m["frame"]), seconds(m["pts_us"]),
                  seconds(m["known_us"]), "", m["category"], m["label"]] for m in visible],
            )  # fmt: skip
        self.assertEqual(tables, [])
        circles = [a for tag, a in section["drawn"] if tag == "circle"]
        self.assertEqual(len(circles), sum(point[1] is not None for point in row["timeline"]))
        bars = [a for tag, a in section["drawn"] if tag == "rect" and a.get("class", "").startswith("m")]
        self.assertEqual(len(bars), len(row["segments"]))
        self.assertEqual(bool(row["timeline"]), any(tag == "polyline" for tag, _ in section["drawn"]))

    def test_the_plot_is_painted(self):
        picture_of_page = self.place / "page.png"
        self.browse(self.place / "report.html", f"--screenshot={picture_of_page}", "--window-size=1100,1600")
        pixels = self.place / "page.rgb"
        ffmpeg("-i", picture_of_page, "-f", "rawvideo", "-pix_fmt", "rgb24", pixels)
        data = pixels.read_bytes()
        self.assertEqual(len(data), 1100 * 1600 * 3)
        red = sum(data[at : at + 3] == MATCHED_RED for at in range(0, len(data), 3))
        self.assertGreater(red, 500)  # the outcome's mark, the bar of the segment, the dots
        self.assertLess(red, len(data) // 30)


if __name__ == "__main__":
    unittest.main()
