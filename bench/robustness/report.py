"""What was measured, as a table for machines, one for people, and a picture."""

from __future__ import annotations

import csv
import dataclasses
import importlib.metadata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

import drawing
from corpus import LARGEST_SIDE, SAME_SCENE
from measure import COLUMNS, MIN_QUALITY, PEER_RADIUS, PDQ_RADIUS, PROFILES, REVIEW_RADIUS, Finding, Listed
from transforms import BY_NAME, TRANSFORMS

TITLES = {
    "plain": "PDQ, plain",
    "standard": "PDQ, standard",
    "thorough": "PDQ, thorough",
    "review": "thorough + review",
    "phash": "ImageHash phash",
    "dhash": "ImageHash dhash",
    "ahash": "ImageHash average_hash",
}


@dataclasses.dataclass
class Row:
    """One transform over all photographs."""

    transform: str
    findings: list[Finding] = dataclasses.field(default_factory=list)

    def rate(self, column: str) -> float:
        """Percent of the photographs that were found."""
        return 100 * sum(finding.is_found(column) for finding in self.findings) / max(1, len(self.findings))

    def false(self, column: str) -> int:
        return sum(finding.false[column] for finding in self.findings)

    def nearest_other(self, column: str) -> int:
        return min(finding.nearest_other[column] for finding in self.findings)


class Results:
    def __init__(self, listed: Listed, findings: Iterable[Finding]) -> None:
        self.listed = listed
        self.usable = [bool(quality >= MIN_QUALITY) for quality in listed.quality]
        self.rows: dict[str, Row] = {}
        self.all = list(findings)
        for finding in self.all:
            row = self.rows.setdefault(finding.transform, Row(finding.transform))
            # What is not on the list cannot be found. It can still match wrongly: that is counted over all.
            if self.usable[finding.photo]:
                row.findings.append(finding)

    def false(self, column: str) -> int:
        return sum(finding.false[column] for finding in self.all)

    def nearest_other(self, column: str) -> int:
        return min(finding.nearest_other[column] for finding in self.all)

    @property
    def pairs(self) -> int:
        """How many times a changed photograph was held against one that shows something else."""
        same = int(self.listed.same_scene.sum()) * len(self.rows)
        return len(self.all) * len(self.listed.photos) - same

    def transforms_that_were_measured(self) -> list[str]:
        return [transform.name for transform in TRANSFORMS if transform.name in self.rows]


def write_csv(results: Results, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        false = [f"false_{column}" for column in COLUMNS]
        nearest = [f"nearest_other_{profile}" for profile in PROFILES]
        writer.writerow(["transform", "group", "photographs", *COLUMNS, *false, *nearest])
        for name in results.transforms_that_were_measured():
            row = results.rows[name]
            writer.writerow([
                name, BY_NAME[name].group, len(row.findings), *(f"{row.rate(column):.1f}" for column in COLUMNS),
                *(row.false(column) for column in COLUMNS), *(row.nearest_other(profile) for profile in PROFILES),
            ])  # fmt: skip


def write_findings(results: Results, path: Path) -> None:
    """Every picture, for who wants to know which were missed, and by how much."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["photograph", "transform", *COLUMNS, "variant", "false"])
        for finding in results.all:
            name = results.listed.photos[finding.photo].name
            distances = [finding.own[column] for column in COLUMNS]
            writer.writerow([name, finding.transform, *distances, finding.variant, " ".join(finding.false_names)])


def versions() -> str:
    def version(name: str) -> str:
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"no {name}"

    return ", ".join(map(version, ("tutela", "pillow", "pillow-heif", "ImageHash", "pdqhash")))


def percent(rate: float) -> str:
    return f"{rate:.0f}" if rate in (0, 100) else f"{min(99.9, max(0.1, rate)):.1f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def markdown(results: Results) -> str:
    photos, listed = len(results.listed.photos), sum(results.usable)
    packages = Counter(photo.package for photo in results.listed.photos)
    lines = [
        "# What a match survives",
        "",
        f"{listed} photographs are on a list, each by its plain PDQ hash. {len(results.rows)} changes are made to each: the "
        "tables say how many percent of the changed photographs are still found, and how often one matched another "
        "photograph. `./dev bench robustness --write-docs` writes this file anew; the changes are in "
        "[transforms.py](../../bench/robustness/transforms.py).",
        "",
        "- **PDQ, plain**: the hash of the picture as it stands, at distance "
        f"{PDQ_RADIUS} or less, of a quality of {MIN_QUALITY} or more. The `pdqhash` package, the reference algorithm, "
        f"gives the same hashes (checked on all {photos} originals), hence the same column.",
        "- **standard**, **thorough**: the same radius, with the variants of that profile (`tutela/variants.hpp`).",
        "- **thorough + review**: found by thorough, or else by two hashes that agree: a variant at distance "
        f"{REVIEW_RADIUS} or less, and ImageHash's `phash` of the picture as it stands at {PEER_RADIUS} or less. Such a "
        "pair is for a person to look at.",
        f"- **ImageHash**: its 64-bit hashes at their usual radius, {PEER_RADIUS}.",
        "",
    ]
    for group in dict.fromkeys(transform.group for transform in TRANSFORMS):
        names = [name for name in results.transforms_that_were_measured() if BY_NAME[name].group == group]
        if names:
            rows = [[name, *(percent(results.rows[name].rate(column)) for column in COLUMNS)] for name in names]
            lines += [f"## {group[0].upper()}{group[1:]}", "", *table(["found, %", *TITLES.values()], rows), ""]
    lines += [
        "## False matches",
        "",
        "Every changed photograph was held against every listed one that shows something else: "
        f"{results.pairs:,} pairs.",
        "",
        *table(
            ["", *TITLES.values()],
            [
                ["pairs that match, all wrong", *(f"{results.false(column):,}" for column in COLUMNS)],
                ["smallest distance", *("" if column == "review" else str(results.nearest_other(column))
                                        for column in COLUMNS)],  # fmt: skip
            ],
        ),
        "",
        *named_false_matches(results),
        "## How it was measured",
        "",
        f"- Photographs: {photos} from Debian packages ("
        + ", ".join(f"{package} {count}" for package, count in sorted(packages.items()))
        + "), fetched by `./dev photos`. Photographs of animals, buildings, people, things; tools before a white wall "
        "and several pictures of the same monument are among them, as they are the hard cases.",
        f"- A photograph larger than {LARGEST_SIDE} pixels is reduced to that once, before it is listed or changed.",
        f"- {photos - listed} photograph{'' if photos - listed == 1 else 's'} of a quality below {MIN_QUALITY} "
        "cannot be listed; changed, it could still match wrongly, and is counted there.",
        f"- {len(SAME_SCENE)} pairs of photographs show the same and count neither for nor against; they are named in "
        "[corpus.py](../../bench/robustness/corpus.py). The run fails when two others come within a distance of "
        f"{REVIEW_RADIUS} as they stand. The other photographs in a collage are rightly found there.",
        "- What comes out of a change is saved as JPEG at quality 90, if the change says nothing else, and hashed "
        "from its pixels.",
        f"- {versions()}.",
        "",
    ]
    return "\n".join(lines)


def named_false_matches(results: Results) -> list[str]:
    lines = [
        f"- `{results.listed.photos[finding.photo].name}`, {finding.transform}: `{'`, `'.join(finding.false_names)}`"
        for finding in results.all
        if finding.false_names
    ]
    return ["Those of thorough and review:", "", *lines, ""] if lines else []


def shade(rate: float) -> tuple[int, int, int]:
    """From red over yellow to green."""
    stops = ((0, (214, 90, 80)), (50, (240, 214, 120)), (100, (96, 178, 110)))
    for (low, first), (high, second) in zip(stops, stops[1:], strict=False):
        if rate <= high:
            part = (rate - low) / (high - low)
            red, green, blue = (round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
            return red, green, blue
    raise ValueError(rate)


def draw_heatmap(results: Results, path: Path) -> None:
    left, top, width, height, gap = 190, 64, 78, 20, 10
    names = results.transforms_that_were_measured()
    groups = len({BY_NAME[name].group for name in names})
    size = (left + width * len(COLUMNS) + 12, top + height * len(names) + gap * groups + 12)
    canvas = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(canvas)
    small = drawing.font(13)
    draw.text((8, 10), f"found, % of {sum(results.usable)}", "black", drawing.font(15))
    for number, title in enumerate(TITLES.values()):
        first, _, second = title.partition(" ")
        middle = left + width * (number + 0.5)
        draw.text((middle, 16), first, "black", small, "mm")
        draw.text((middle, 36), second, "black", small, "mm")
    at, group = top - gap, ""
    for name in names:
        if BY_NAME[name].group != group:
            group, at = BY_NAME[name].group, at + gap
        draw.text((left - 8, at + height / 2), name, "black", small, "rm")
        for number, column in enumerate(COLUMNS):
            rate = results.rows[name].rate(column)
            place = (left + width * number, at)
            draw.rectangle((*place, place[0] + width - 2, at + height - 2), shade(rate))
            draw.text((place[0] + width / 2, at + height / 2), percent(rate), "black", small, "mm")
        at += height
    canvas.save(path)
