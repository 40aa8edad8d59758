"""Help, version and bad usage of every command."""

import os
import unittest

from support import ToolTest, tutela

COMMANDS = [["hash"], ["match"], ["list"], ["scan"], ["watch"]] + [
    ["list", name]
    for name in (
        *("build", "compact", "decrypt", "diff", "disable", "enable", "encrypt", "export", "info", "keygen", "lint"),
        *("merge", "remove", "update", "verify"),
    )
]


class Usage(ToolTest):
    def test_help_everywhere(self):
        for command in [[], *COMMANDS]:
            for option in ["--help", "-h"]:
                result = self.check(tutela(*command, option), 0)
                text = result.stdout.decode("ascii")
                self.assertTrue(text.startswith(" ".join(["Usage: tutela", *command]).strip()), text)
                self.assertIn("Example:", text)
                self.assertIn("--version", text)
                self.assertEqual(result.stderr, b"")
                self.assertLessEqual(max(map(len, text.splitlines())), 115, command)
            if command != ["list"]:
                self.assertIn("Exit codes:", text)

    def test_help_names_every_option_with_its_default(self):
        text = tutela("scan", "--help").stdout.decode()
        for option, default in [
            ("-r, --radius R", "31"),
            ("    --min-quality Q", "50"),
            ("-o, --output F", "-"),
            ("    --format F", "text"),
            ("    --engine E", "auto"),
            ("-j, --jobs N", "one a usable processor"),
        ]:
            self.assertRegex(text, rf"  {option} .*\[default: {default}\]\n")
        for option in ["--output", "--show-hashes", "--strict", "--follow-symlinks", "--engine", "--max-pixels"]:
            self.assertIn(option, text)
        for option in ["--max-bytes", "--quiet", "--no-progress"]:
            self.assertIn(option, text)

    def test_version_everywhere(self):
        for command in [[], *COMMANDS]:
            result = self.check(tutela(*command, "--version"), 0)
            self.assertEqual(result.stdout.decode(), f"tutela {os.environ['VERSION']}\n")

    def test_bad_usage_is_one_line_with_a_hint(self):
        known = self.write("known.txt", "0" * 64 + ",zero\n")
        cases = [
            [],
            ["scann"],
            ["list"],
            ["list", "make"],
            ["hash"],
            ["hash", "--format", "xml", "a"],
            ["match", "00"],
            ["match", "--list", known],
            ["list", "build", "out"],
            ["list", "info"],
            ["list", "info", known, known],
            ["list", "verify"],
            ["scan", "--list", known],
            ["scan", "."],
            ["scan", "--list", known, "--lis", known, "."],
            ["scan", "--list", known, "--list", known, "."],
            ["scan", "--list", known, "--bogus", "."],
            ["scan", "--list", known, "--engine", "fast", "."],
            ["scan", "--list", known, "--format", "xml", "."],
            ["scan", "."] + ["--list"],
        ]
        for value in ["-1", "257", "31x", "", "0x1f", "1e1", "99999999999999999999"]:
            cases.append(["scan", "--list", known, f"--radius={value}", "."])
        cases += [["scan", "--list", known, "--min-quality", "101", "."], ["scan", "--list", known, "-j", "9999", "."]]
        for words in cases:
            result = self.check(tutela(*words), 2)
            self.assertEqual(result.stdout, b"", words)
            lines = result.stderr.decode().splitlines()
            self.assertEqual(len(lines), 1, (words, lines))
            self.assertRegex(lines[0], r"^tutela: .*see 'tutela .*--help'$")

    def test_messages_cannot_steer_a_terminal(self):
        known = self.write("known.txt", "0" * 64 + "\n")
        for words in [["\x1b[2J"], ["scan", "--\x1b[2J"], ["list", "info", "\x1b[2J"], ["match", "--list", known, "\x1b"]]:
            result = self.check(tutela(*words), 2)
            self.assertNotIn(b"\x1b", result.stderr)
            self.assertIn(rb"\x1B", result.stderr)


if __name__ == "__main__":
    unittest.main()
