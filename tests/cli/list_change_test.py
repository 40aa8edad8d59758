"""`tutela list update`, `remove`, `disable`, `enable`, `compact`, `merge` and `diff`."""

import os
import random
import shutil
import signal
import subprocess
import unittest

from support import TOOL, ToolTest, tutela

STEPS = ["flock", "write", "pwrite64", "fchmod", "fchown", "fsync", "rename", "renameat", "renameat2", "unlink"]


def lines(ids, category="1", seed=0):
    """A text list with an entry for each id, whose hash is the id's."""
    return "".join(f"{hash_of(name, seed)},{name},{category},\n" for name in ids)


def hash_of(name, seed=0):
    return f"{random.Random(f'{name} {seed}').getrandbits(256):064x}"


class ListChange(ToolTest):
    def list_of(self, ids, name="known.tutela", **options):
        path = self.dir / name
        self.run_tool("list", "build", path, self.write(name + ".txt", lines(ids, **options)))
        return path

    def run_tool(self, *args, code=0, stdin=b""):
        done = tutela(*args, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode()

    def found(self, path, ids, seed=0):
        """Those of the ids that a look-up finds under their own hash."""
        hashes = "".join(hash_of(name, seed) + "\n" for name in ids)
        done = tutela("match", "--list", path, "-", stdin=hashes.encode())
        self.assertIn(done.returncode, (0, 1), done.stderr.decode())
        return {name for name in ids if name.encode() in done.stdout}

    def test_a_life_of_a_list(self):
        path = self.list_of(["a1", "b1", "c1"])
        before = path.read_bytes()
        said = self.run_tool("list", "update", path, self.write("more.txt", lines(["d1", "a1"]) + lines(["b1"], "2")))
        self.assertIn("1 added, 1 replaced, 1 unchanged", said)
        self.assertEqual(path.read_bytes(), before, "the snapshot itself is not touched")
        self.assertEqual((self.dir / "known.tutela.delta").stat().st_mode & 0o777, 0o600)
        everything = ["a1", "b1", "c1", "d1"]
        self.assertEqual(self.found(path, everything), set(everything))
        self.run_tool("list", "disable", path, "a1", "d1")
        self.run_tool("list", "remove", path, "c1")
        self.assertEqual(self.found(path, everything), {"b1"})
        self.run_tool("list", "enable", path, "d1")
        self.assertEqual(self.found(path, everything), {"b1", "d1"})
        self.run_tool("list", "compact", path)
        self.assertFalse((self.dir / "known.tutela.delta").exists())
        self.assertEqual(self.found(path, everything), {"b1", "d1"})
        info = self.run_tool("list", "info", path)
        self.assertIn("disabled:   1 entry", info)
        self.run_tool("list", "verify", path)
        # A disabled one that a feed brings again stays so.
        said = self.run_tool("list", "update", path, self.write("again.txt", lines(["a1"], "3")))
        self.assertIn("1 of them still disabled", said)
        self.assertEqual(self.found(path, everything), {"b1", "d1"})

    def test_nothing_is_done_by_halves(self):
        path = self.list_of(["a1"])
        self.run_tool("list", "disable", path, "a1", "nosuch", code=2)
        self.assertEqual(self.found(path, ["a1"]), {"a1"})
        self.run_tool("list", "remove", path, "a1", "--dry-run")
        self.assertEqual(self.found(path, ["a1"]), {"a1"})
        self.assertFalse((self.dir / "known.tutela.delta").exists())
        self.run_tool("list", "disable", path, code=2)
        self.run_tool("list", "update", self.write("text.txt", lines(["a1"])), path, code=2)

    def test_ids_from_a_file(self):
        path = self.list_of(["a1", "b1", "c1"])
        self.run_tool("list", "disable", path, "--from", self.write("bad.tsv", "# bad\n\ta1\nb1\n"))
        self.assertEqual(self.found(path, ["a1", "b1", "c1"]), {"c1"})
        self.run_tool("list", "enable", path, "--from", "-", stdin=b"a1\n")
        self.assertEqual(self.found(path, ["a1", "b1", "c1"]), {"a1", "c1"})

    def test_a_source_for_what_names_none(self):
        path = self.dir / "known.tutela"
        text = self.write("known.txt", lines(["a1"]))
        clip = self.write("clip.vpdq", f"0,90,{hash_of('v')},0.000\n")
        self.run_tool("list", "build", "--source", "one", path, text, clip)
        self.run_tool("list", "update", "--source", "two", path, text)
        self.assertIn("one: 2\n  two: 1\n", self.run_tool("list", "info", path))
        self.run_tool("list", "disable", path, "a1", code=2)  # whose?
        self.run_tool("list", "disable", path, "a1", "--source", "one")
        self.run_tool("list", "build", "--harmless", self.dir / "other.tutela", text, code=2)

    def test_a_feed_takes_back(self):
        def page(records):
            return (
                '<queryResult xmlns="https://hashsharing.ncmec.org/hashsharing/v2"><images>'
                + "".join(records)
                + "</images></queryResult>"
            )

        def image(name, day):
            return (
                f'<image><member id="1">Tip</member><timestamp>2026-01-0{day}T00:00:00Z</timestamp><id>{name}</id>'
                f"<fingerprints><pdq>{hash_of(name)}</pdq></fingerprints></image>"
            )

        def deleted(name, day):
            return (
                f'<deletedImage><member id="1">Tip</member><id>{name}</id>'
                f"<timestamp>2026-01-0{day}T00:00:00Z</timestamp></deletedImage>"
            )

        path = self.dir / "feed.tutela"
        self.run_tool("list", "build", path, self.write("one.xml", page([image("i1", 1), image("i2", 1)])))
        said = self.run_tool("list", "update", path, self.write("two.xml", page([deleted("i1", 2), image("i3", 2)])))
        self.assertIn("1 added, 1 removed", said)
        self.assertEqual(self.found(path, ["i1", "i2", "i3"]), {"i2", "i3"})

    def test_merge_and_diff(self):
        one = self.list_of(["a1", "b1"], "one.tutela")
        two = self.list_of(["b1", "c1"], "two.tutela", seed=7)
        merged = self.dir / "all.tutela"
        self.run_tool("list", "merge", merged, one, two)
        self.assertIn("entries:    3\n", self.run_tool("list", "info", merged))
        self.assertEqual(self.found(merged, ["b1"]), set())
        self.assertEqual(self.found(merged, ["b1"], seed=7), {"b1"})
        told = self.run_tool("list", "diff", one, merged, code=1)
        self.assertEqual(told.splitlines()[:2], ["changed\t\tb1", "added\t\tc1"])
        self.assertNotIn(hash_of("b1"), told)
        self.run_tool("list", "diff", merged, merged, code=0)

    def test_a_list_of_an_older_delta_is_built_anew(self):
        path = self.list_of(["a1"])
        self.run_tool("list", "update", path, self.write("more.txt", lines(["b1"])))
        self.list_of(["c1"])
        self.assertEqual(self.found(path, ["a1", "b1", "c1"]), {"c1"})

    def kill_at_every_step(self, path, args, states, crash=None):
        """Runs the tool again and again from the same state, killed at another system call each time, before it is
        done. Each time the ids that are found must be one of the states."""
        ids = sorted(set().union(*states))
        kept = {name: name.read_bytes() for name in path.parent.iterdir() if name.is_file()}
        seen = []
        for call in STEPS:
            for count in range(1, 50):
                self.restore(path.parent, kept)
                trace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
                trace += ["-e", f"inject={call}:signal=KILL:when={count}"]
                done = subprocess.run(trace + [TOOL, *map(os.fspath, args)], capture_output=True, check=False)
                if crash:
                    crash()
                found = self.found(path, ids)
                self.assertIn(found, states, f"{call} {count}")
                if done.returncode == 0:
                    self.assertEqual(found, states[-1])
                    break
                self.assertIn(done.returncode, (-signal.SIGKILL, 128 + signal.SIGKILL), done.stderr.decode())
                seen.append(found)
            else:
                self.fail("it never got through")
        # A lock, a write, two flushes and a rename at least; and the words that say that it is done.
        self.assertGreater(len(seen), 5)
        for state in states:
            self.assertIn(state, seen)

    def restore(self, folder, kept):
        for name in folder.iterdir():
            if name.is_file():
                name.unlink()
        for name, content in kept.items():
            name.write_bytes(content)
        os.sync()

    def test_killed_at_every_step(self):
        self.assertIsNotNone(shutil.which("strace"), "strace is needed")
        path = self.list_of(["a1", "b1"])
        more = self.write("more.txt", lines(["c1"]))
        self.kill_at_every_step(path, ["list", "update", path, more], [{"a1", "b1"}, {"a1", "b1", "c1"}])
        self.run_tool("list", "update", path, more)
        self.kill_at_every_step(path, ["list", "disable", path, "a1"], [{"a1", "b1", "c1"}, {"b1", "c1"}])
        self.run_tool("list", "disable", path, "a1")
        self.kill_at_every_step(path, ["list", "compact", path], [{"b1", "c1"}])
        # A list built in its place, whose delta is of no more use.
        other = self.write("other.txt", lines(["d1"]))
        self.kill_at_every_step(path, ["list", "build", path, other], [{"b1", "c1"}, {"d1"}])


if __name__ == "__main__":
    unittest.main()
