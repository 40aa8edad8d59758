"""The rules by which photographs are taken out of packages, on packages and pictures made here."""

import contextlib
import io
import pathlib
import struct
import subprocess
import tempfile
import unittest
import zlib

import fetch
from containers import Header, read_header, read_qt_resources


def png(width, height, color_type=2):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, color_type, 0, 0, 0)


def jpeg(width, height, marker=0xC0):
    comment = b"\xff\xfe\x00\x06\xff\xc0\x00\x01"  # looks like a frame header, and is a comment
    return b"\xff\xd8" + comment + b"\xff" + bytes([0xFF, marker]) + struct.pack(">HBHHB", 17, 8, height, width, 3)


def riff(chunk, body):
    return b"RIFF" + struct.pack("<I", 12 + len(body)) + b"WEBP" + chunk + struct.pack("<I", len(body)) + body


def webp(width, height):
    return riff(b"VP8 ", b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width | 0x4000, height))


def webp_lossless(width, height):
    return riff(b"VP8L", b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14))


def webp_extended(width, height, alpha):
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(b"VP8X", bytes([0x10 if alpha else 0x08, 0, 0, 0]) + sides)


def qt_resources(files, version=3):
    """A .rcc of the files {path in one folder: (flags, content)}."""
    names, contents, nodes = b"", b"", []

    def name(text):
        nonlocal names
        at = len(names)
        names += struct.pack(">HI", len(text), 0) + text.encode("utf-16-be")
        return at

    nodes.append(struct.pack(">IHII", 0, 2, 1, 1))
    nodes.append(struct.pack(">IHII", name("folder"), 2, len(files), 2))
    for path, (flags, content) in files.items():
        nodes.append(struct.pack(">IHHHI", name(path), flags, 0, 0, len(contents)))
        contents += struct.pack(">I", len(content)) + content
    tree = b"".join(node + (bytes(8) if version >= 2 else b"") for node in nodes)
    header = struct.pack(">4sIIII", b"qres", version, 20, 20 + len(tree), 20 + len(tree) + len(contents))
    return header + tree + contents + names


class Headers(unittest.TestCase):
    def test_sizes(self):
        self.assertEqual(read_header(png(640, 480)), Header("png", 640, 480))
        self.assertEqual(read_header(png(640, 480, 6)), Header("png", 640, 480, True))
        self.assertEqual(read_header(jpeg(640, 480)), Header("jpeg", 640, 480))
        self.assertEqual(read_header(jpeg(640, 480, 0xC2)), Header("jpeg", 640, 480))
        self.assertEqual(read_header(webp(640, 480)), Header("webp", 640, 480))
        self.assertEqual(read_header(webp_lossless(640, 480)), Header("webp", 640, 480, True))
        self.assertEqual(read_header(webp_extended(640, 480, False)), Header("webp", 640, 480))
        self.assertEqual(read_header(webp_extended(640, 480, True)), Header("webp", 640, 480, True))

    def test_truncated_headers_are_errors(self):
        for picture in (png(64, 48), jpeg(64, 48), webp(64, 48), webp_lossless(64, 48), webp_extended(64, 48, True)):
            whole = read_header(picture)
            for size in range(len(picture)):
                with contextlib.suppress(ValueError):
                    self.assertEqual(read_header(picture[:size]), whole)
        self.assertRaises(ValueError, read_header, b"GIF89a")
        self.assertRaises(ValueError, read_header, jpeg(64, 48)[:12])


class QtResources(unittest.TestCase):
    FILES = {
        "plain.webp": (0, b"as it is"),
        "packed.webp": (1, struct.pack(">I", 6) + zlib.compress(b"packed")),
        "zstd.webp": (4, b"passed over"),
    }

    def test_files_with_their_paths(self):
        for version in (1, 2, 3):
            found = list(read_qt_resources(qt_resources(self.FILES, version)))
            self.assertEqual(found, [("folder/plain.webp", b"as it is"), ("folder/packed.webp", b"packed")])

    def test_damage_is_an_error(self):
        whole = qt_resources(self.FILES)
        expected = list(read_qt_resources(whole))
        for size in range(len(whole)):
            with contextlib.suppress(ValueError):
                self.assertEqual(list(read_qt_resources(whole[:size])), expected)
        for at in range(len(whole)):
            for value in (0x00, 0xFF):
                with contextlib.suppress(ValueError):
                    list(read_qt_resources(whole[:at] + bytes([value]) + whole[at + 1 :]))
        loop = bytearray(whole)
        loop[20 + 22 + 10 : 20 + 22 + 14] = struct.pack(">I", 0)  # the folder's first entry is the root
        self.assertRaises(ValueError, list, read_qt_resources(bytes(loop)))


def build_package(folder, name, files):
    tree = folder / "tree"
    for path, content in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    (tree / "DEBIAN").mkdir()
    fields = {"Package": name, "Version": 1, "Architecture": "all", "Maintainer": "nobody <nobody@example.org>"}
    fields["Description"] = "photographs"
    control = "".join(f"{field}: {value}\n" for field, value in fields.items())
    (tree / "DEBIAN" / "control").write_text(control)
    (folder / "packages").mkdir()
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-b", tree, folder / "packages" / f"{name}_1_all.deb"],
        check=True, capture_output=True,
    )  # fmt: skip


class Fetching(unittest.TestCase):
    """On a package that is there already: the network is not asked."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        pictures = {
            "large.webp": (0, webp(300, 200)),
            "again.webp": (0, webp(300, 200)),
            "small.webp": (0, webp(300, 199)),
            "cut.webp": (0, webp_extended(300, 200, True)),
            "chart.webp": (0, webp(400, 400)),
            "large.png": (0, png(300, 200)),
        }
        build_package(
            self.folder,
            "pictures",
            {"usr/a.rcc": qt_resources(pictures), "usr/b.rcc": b"no resource file", "usr/photo.jpg": jpeg(200, 300)},
        )

    def source(self, count, **fields):
        fields = {"patterns": ("folder/*.webp",), "without": ("chart.webp",), "resources": "usr/a.rcc"} | fields
        return fetch.Source("pictures", count, **fields)

    def test_the_rules(self):
        found = fetch.photographs(self.source(1), fetch.read_package(self.folder / "packages/pictures_1_all.deb"))
        self.assertEqual([header for _, header in found.values()], [Header("webp", 300, 200)])

    def test_index_and_files(self):
        fetch.fetch(self.folder, [self.source(1, patterns=("usr/*.jpg",), resources="")])
        header, row = (self.folder / "index.tsv").read_text().splitlines()
        self.assertEqual(header, "sha256\tpackage\tfile\tformat\twidth\theight")
        self.assertEqual(row.split("\t")[1:], ["pictures", "photo.jpg", "jpeg", "200", "300"])
        self.assertEqual((self.folder / "files/pictures/photo.jpg").read_bytes(), jpeg(200, 300))

    def test_another_number_is_an_error_and_leaves_no_index(self):
        (self.folder / "index.tsv").write_text("old")
        with self.assertRaisesRegex(fetch.FetchError, "gives 1 photographs, not 2"):
            fetch.fetch(self.folder, [self.source(2, patterns=("usr/*.jpg",), resources="")])
        self.assertFalse((self.folder / "index.tsv").exists())

    def test_what_is_there_stays_and_what_is_gone_returns(self):
        sources = [self.source(1, patterns=("usr/*.jpg",), resources="")]
        fetch.fetch(self.folder, sources)
        package = self.folder / "packages/pictures_1_all.deb"
        content = package.read_bytes()
        package.write_bytes(b"damaged")
        fetch.fetch(self.folder, sources)  # the package is not read again
        (self.folder / "files/pictures/photo.jpg").unlink()
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaisesRegex(fetch.FetchError, "damaged"):
            fetch.fetch(self.folder, sources)
        package.write_bytes(content)
        fetch.fetch(self.folder, sources)
        self.assertTrue((self.folder / "files/pictures/photo.jpg").exists())

    def test_a_package_that_cannot_be_had_is_an_error(self):
        missing = fetch.Source("tutela-no-such-package", 1, ("*",))
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaisesRegex(fetch.FetchError, "cannot be fetched"):
            fetch.fetch(self.folder, [missing])
        self.assertFalse((self.folder / "index.tsv").exists())

    def test_the_sources_named_give_at_least_300(self):
        self.assertGreaterEqual(sum(source.count for source in fetch.SOURCES if source.default), 300)


if __name__ == "__main__":
    unittest.main()
