"""The demo says what its report shows, not what one hopes for."""

import os
import sys
import unittest

sys.path.insert(0, os.environ["DEMO"])

from explain import explain  # noqa: E402


def row(path, *distances, outcome=None, damaged=False):
    matches = [{"distance": distance} for distance in distances]
    return {"path": path, "outcome": outcome or ("matched" if matches else "clean"), "matches": matches, "damaged": damaged}


def told(*rows_and_facts):
    rows = [entry[0] for entry in rows_and_facts]
    truth = {entry[0]["path"]: {"kind": entry[1], "listed": entry[2]} for entry in rows_and_facts}
    return "\n".join(explain(rows, truth))


class Explanation(unittest.TestCase):
    def test_counts_and_distances_come_from_the_rows(self):
        text = told(
            (row("a", 4, 30), "half-size", True),
            (row("b", 2), "half-size", True),
            (row("c"), "half-size", True),
            (row("d", 0), "original", True),
        )
        self.assertRegex(text, r"shrunk to half the size +2 of 3 +found +at distances 2 to 4\n")
        self.assertRegex(text, r"the listed photographs themselves +1 of 1 +found +at distance 0\n")

    def test_false_alarms_are_named(self):
        self.assertIn("1 picture made from photographs that are not on the list, none matched", told((row("a"), "original", False)))
        text = told((row("a"), "original", False), (row("wrong", 31), "half-size", False))
        self.assertIn("Of 2 pictures", text)
        self.assertIn("1 matched, which a person has to look at:\n  wrong", text)

    def test_mirrors_are_said_to_be_missed_only_when_they_are(self):
        self.assertIn("1 of 2 mirrored pictures was missed", told((row("a"), "mirrored", True), (row("b", 9), "mirrored", True)))
        text = told((row("b", 9), "mirrored", True))
        self.assertIn("looks up variants of each picture too", " ".join(text.split()))
        self.assertNotIn("missed", text)
        self.assertIn("Missed as well, as the change went too deep for the radius:\n  c", told((row("c"), "brightened", True)))

    def test_oddities(self):
        text = told(
            (row("cut", 3, damaged=True), "cut off", True),
            (row("pdf", 0), "disguised", True),
            (row("txt", outcome="unsupported"), "no picture", False),
            (row("fog", outcome="low_quality"), "original", False),
        )
        for words in ("it is damaged", "invoice.pdf was found", "`unsupported`", "1 picture had too little detail"):
            self.assertIn(words, text)
        text = told((row("cut"), "cut off", True), (row("pdf"), "disguised", True))
        for words in ("damaged", "found too"):
            self.assertNotIn(words, text)


if __name__ == "__main__":
    unittest.main()
