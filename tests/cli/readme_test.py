"""README.md: its console session is run word for word; its programs are the files in examples/, which other tests run."""

import os
import pathlib
import re
import subprocess
import unittest

from support import TOOL, ToolTest, picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language):
    """The fenced blocks of a language, without the fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def session(block):
    """The commands of a console block, each with the output that stands below it."""
    commands = []
    for line in block.splitlines(keepends=True):
        if line.startswith("$ "):
            commands.append([line[2:].strip(), ""])
        else:
            commands[-1][1] += line
    return commands


class Readme(ToolTest):
    def test_the_console_session_says_what_the_tool_says(self):
        self.write("Pictures/holiday.png", picture(1))
        self.write("Pictures/copy.png", picture(1, side=128, brighter=20))
        self.write("Pictures/other.png", picture(2))
        self.write("Pictures/notes.txt", "remember the milk\n")
        environment = os.environ | {"PATH": f"{pathlib.Path(TOOL).parent}:{os.environ['PATH']}", "LC_ALL": "C"}
        (block,) = blocks("console")
        commands = session(block)
        self.assertGreaterEqual(len(commands), 5)
        for command, expected in commands:
            result = subprocess.run(
                ["bash", "-c", command], cwd=self.dir, env=environment, timeout=60, check=False,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )
            self.assertEqual(result.stdout, expected, command)

    def test_each_program_is_the_file_that_other_tests_run(self):
        programs = {"cpp": ["quickstart.cpp"], "c": ["quickstart.c"], "python": ["quickstart.py", "stream.py"]}
        for language, names in programs.items():
            with self.subTest(language):
                self.assertEqual(blocks(language), [(ROOT / "examples" / name).read_text() for name in names])

    def test_the_cmake_lines_are_those_of_the_consumer_that_is_built(self):
        consumer = (ROOT / "tests/consumer/cpp/CMakeLists.txt").read_text()
        (block,) = blocks("cmake")
        for line in block.splitlines():
            self.assertIn(line.split("(")[0], consumer)
        self.assertIn("find_package(tutela", consumer)
        self.assertIn("tutela::tutela", consumer)

    def test_every_link_leads_somewhere(self):
        prose = re.sub(r"^```.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL)
        links = re.findall(r"\]\(([^)#]+)\)", prose)
        self.assertGreater(len(links), 3)
        for link in links:
            self.assertTrue((ROOT / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
