"""`tutela list export`: the videos of a list as vPDQ files, and back again."""

import json
import stat
import unittest

from support import ToolTest, animation, random_hash, tutela


class Export(ToolTest):
    def setUp(self):
        super().setUp()
        self.out = self.dir / "out"

    def vpdq(self, seeds, hundredths=50):
        clip = self.write("made.gif", animation(seeds, hundredths))
        return self.check(tutela("hash", "--format", "vpdq", clip), 0).stdout

    def build(self, *inputs):
        known = self.dir / "known.tutela"
        self.check(tutela("list", "build", "--video-category", "A1", known, *inputs), 0)
        return known

    def export(self, *args, code=0):
        return self.check(tutela("list", "export", *args), code)

    def written(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()} if self.out.exists() else {}

    def test_what_was_imported_comes_out_bit_for_bit(self):
        videos = {"first.vpdq": self.vpdq(range(20)), "second.vpdq": self.vpdq(range(30, 37), 4)}
        stills = self.write("stills.txt", f"{random_hash(1)},a still\n")
        known = self.build(*(self.write(name, data) for name, data in videos.items()), stills)
        said = self.export(known, self.out)
        self.assertEqual(self.written(), videos)
        self.assertEqual(said.stdout, b"")
        self.assertIn(b"out/first.vpdq: entry first, 20 frames\n", said.stderr)
        self.assertIn(b"out/second.vpdq: entry second, 7 frames\n", said.stderr)
        self.assertNotIn(videos["first.vpdq"].split(b",")[2], said.stderr)
        again = self.dir / "again.tutela"
        files = [self.out / name for name in videos]
        self.check(tutela("list", "build", "--video-category", "A1", again, *files, stills), 0)
        self.assertEqual(again.read_bytes(), known.read_bytes())

    def test_json_holds_the_same_frames(self):
        text = self.vpdq(range(5))
        known = self.build(self.write("clip.vpdq", text))
        self.export("--format", "vpdq-json", known, self.out)
        (data,) = self.written().values()
        rows = [row.split(",") for row in json.loads(data)]
        lines = [line.split(",") for line in text.decode().splitlines()]
        self.assertEqual([row[:2] for row in rows], [[line[2], line[1]] for line in lines])
        again = self.dir / "again.tutela"
        self.check(tutela("list", "build", "--video-category", "A1", again, self.out / "clip.json"), 0)
        self.assertEqual(again.read_bytes(), known.read_bytes())

    def test_only_their_owner_can_read_them(self):
        known = self.build(self.write("clip.vpdq", self.vpdq(range(3))))
        self.export(known, self.out, code=0)
        self.assertEqual(stat.S_IMODE(self.out.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE((self.out / "clip.vpdq").stat().st_mode), 0o600)

    def test_one_video(self):
        inputs = [self.write(f"{name}.vpdq", self.vpdq(range(at, at + 3))) for at, name in enumerate("ab")]
        known = self.build(*inputs, self.write("stills.txt", f"{random_hash(1)},still\n"))
        self.export("--entry", "b", known, self.out)
        self.assertEqual(list(self.written()), ["b.vpdq"])
        for absent in ("c", "still", "", random_hash(2)):
            said = self.export("--entry", absent, known, self.dir / "other", code=2)
            self.assertIn(b"holds no video of the id", said.stderr)
            self.assertNotIn(random_hash(2).encode(), said.stderr)
        self.assertFalse((self.dir / "other").exists())

    def test_nothing_is_overwritten(self):
        known = self.build(*(self.write(f"{name}.vpdq", self.vpdq(range(3))) for name in "ab"))
        obstacles = (lambda path: path.write_bytes(b"mine"), lambda path: path.symlink_to("/nowhere"), lambda path: path.mkdir())
        for number, make in enumerate(obstacles):
            out = self.dir / f"out{number}"
            out.mkdir()
            make(out / "b.vpdq")
            said = self.export(known, out, code=2)
            self.assertIn(b"b.vpdq exists; nothing is written\n", said.stderr)
            self.assertEqual([path.name for path in out.iterdir()], ["b.vpdq"])

    def test_ids_that_are_no_file_names_do_not_become_them(self):
        names = ["clip", "Clip", "-rf", ".hidden", "a b", "n\nl", "\N{RIGHT-TO-LEFT OVERRIDE}x", "e" * 240, "video-3"]
        data = self.vpdq(range(2))
        known = self.build(*(self.write(f"in/{name}.vpdq", data) for name in names))
        self.export(known, self.out)
        self.assertEqual(
            sorted(self.written()),
            sorted(f"{stem}.vpdq" for stem in (
                "clip", "Clip-2", "video-3", "video-4", "video-5", "video-6", "video-7", "video-8", "video-3-9")))  # fmt: skip
        self.assertEqual(set(self.written().values()), {data})

    def test_lists_and_folders_that_cannot_be_used(self):
        stills = self.write("stills.txt", f"{random_hash(1)},still\n")
        self.assertIn(b"holds no video\n", self.export(stills, self.out, code=2).stderr)
        self.export(self.dir / "absent", self.out, code=2)
        known = self.build(self.write("clip.vpdq", self.vpdq(range(2))))
        self.assertIn(b"no folder", self.export(known, stills, code=2).stderr)
        self.assertIn(b"cannot make", self.export(known, self.dir / "a" / "b", code=2).stderr)
        self.assertFalse(self.out.exists())
        for args in ((known,), (known, self.out, self.out), ("--format", "csv", known, self.out)):
            self.export(*args, code=2)


if __name__ == "__main__":
    unittest.main()
