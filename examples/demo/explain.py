"""Says what the demo's report shows, from the report itself and from what is known of the files.

    explain.py REPORT.jsonl TRUTH.json
"""

import collections
import json
import sys
import textwrap

# What each kind of file stands for, in the order of telling.
KINDS = {
    "original": "the listed photographs themselves",
    "recompressed-q60": "saved again as JPEG, quality 60",
    "recompressed-q30": "saved again as JPEG, quality 30",
    "as-webp": "converted to WebP",
    "half-size": "shrunk to half the size",
    "brightened": "made brighter by 30%",
    "mirrored": "mirrored",
    "cut off": "a download that broke off",
    "disguised": "a picture named invoice.pdf",
}


def plural(count, noun):
    return f"{count} {noun}" + ("" if count == 1 else "s")


def distances(rows):
    """The nearest distance of each matched row, as a range."""
    nearest = sorted(row["matches"][0]["distance"] for row in rows if row["matches"])
    if not nearest:
        return ""
    low, high = nearest[0], nearest[-1]
    return f"at distance {low}" if low == high else f"at distances {low} to {high}"


def found(rows):
    return [row for row in rows if row["outcome"] == "matched"]


def table(by_kind):
    lines = ["What became of the listed photographs:"]
    for kind, text in KINDS.items():
        rows = by_kind.get(kind, [])
        if rows:
            hits = found(rows)
            lines.append(f"  {text:<34} {len(hits):>3} of {len(rows):<3} found  {distances(hits)}".rstrip())
    return lines


def others(clean_rows):
    wrong = found(clean_rows)
    text = f"Of {plural(len(clean_rows), 'picture')} made from photographs that are not on the list, "
    if not wrong:
        return [text + "none matched."]
    return [text + f"{len(wrong)} matched, which a person has to look at:"] + [f"  {row['path']}" for row in wrong]


def missed(by_kind):
    lines = []
    mirrored = by_kind.get("mirrored", [])
    lost = len(mirrored) - len(found(mirrored))
    if mirrored and not lost:
        lines.append(
            "Plain PDQ, as published lists hold it, does not see through a mirror. These were found because the scan looks "
            "up variants of each picture too, and names the one that matched: --profile plain would miss them, --profile "
            "thorough would also find crops, small turns and pictures on screenshots."
        )
    elif lost:
        lines.append(
            f"{lost} of {plural(len(mirrored), 'mirrored picture')} {'was' if lost == 1 else 'were'} missed: plain PDQ, as "
            "published lists hold it, does not see through a mirror; --profile standard does."
        )
    kinds = [kind for kind in KINDS if kind != "mirrored"]
    others = [row["path"] for kind in kinds for row in by_kind.get(kind, []) if row["outcome"] == "clean"]
    if others:
        lines.append("Missed as well, as the change went too deep for the radius:")
        lines += [f"  {path}" for path in others]
    return lines


def oddities(by_kind):
    lines = []
    if found([row for row in by_kind.get("cut off", []) if row["damaged"]]):
        lines.append("The broken download was hashed from what is left of it and found; its row says that it is damaged.")
    if found(by_kind.get("disguised", [])):
        lines.append("The picture named invoice.pdf was found too: content decides, not the name.")
    if any(row["outcome"] == "unsupported" for row in by_kind.get("no picture", [])):
        lines.append("The text file has a row of its own, `unsupported`: no file is passed over in silence.")
    return lines


def explain(rows, truth):
    """The explanation, as lines. `rows`: the report's; `truth`: {path: {kind, listed}}."""
    by_kind = collections.defaultdict(list)
    clean_rows = []
    for row in rows:
        facts = truth[row["path"]]
        if facts["listed"] or facts["kind"] == "no picture":
            by_kind[facts["kind"]].append(row)
        else:
            clean_rows.append(row)
    weak = sum(row["outcome"] == "low_quality" for row in rows)
    lines = table(by_kind) + [""] + others(clean_rows) + missed(by_kind) + oddities(by_kind)
    if weak:
        lines.append(f"{plural(weak, 'picture')} had too little detail for a hash to be relied on: `low_quality`.")
    return lines


def wrapped(line):
    return line if line.startswith(" ") else textwrap.fill(line, 100)


def main(report, truth):
    with open(report, encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if "path" in row]
    with open(truth, encoding="utf-8") as file:
        print("\n".join(map(wrapped, explain(rows, json.load(file)))))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: explain.py REPORT.jsonl TRUTH.json")
    main(sys.argv[1], sys.argv[2])
