"""What people do to pictures: how many are found again, on a part of what `./dev bench robustness` measures.

The rates are floors against a loss, a few points below what was measured when they were written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tutela
from PIL import Image

from photos import Photo

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench" / "robustness"))

import corpus  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
import transforms  # noqa: E402

PHOTOS = 40
# Percent that the profiles standard and thorough have to find, by transform.
FLOORS = {
    "jpeg_q30": (97, 97),
    "resize_half": (97, 97),
    "mirror": (97, 97),
    "rotate90": (97, 97),
    "rotate180": (97, 97),
    "border_black_2": (97, 97),
    "border_white_5": (92, 92),
    "border_blue_10": (97, 97),
    "letterbox_9x16": (97, 97),
    "letterbox_16x9": (97, 97),
    "blurred_fill_9x16": (77, 82),
    "blurred_fill_16x9": (77, 82),
    "crop_centre_5": (0, 92),
    "crop_left_5": (0, 97),
    "crop_top_5": (0, 97),
    "crop_right_5": (0, 97),
    "crop_bottom_5": (0, 92),
    "turn_2_corners": (0, 97),
    "turn_2_cropped": (0, 90),
    "phone_light": (87, 90),
    "phone_dark": (90, 92),
    "collage_2x2": (0, 87),
    "meme_text": (45, 77),
    "negative": (0, 97),
}


@pytest.fixture(scope="session")
def results(photos: list[Photo]) -> report.Results:
    listed = measure.list_photos(run.spread(photos, PHOTOS), 2)
    found = measure.measure(listed, list(FLOORS), 2)
    return report.Results(listed, [finding for findings in found for finding in findings])


@pytest.mark.parametrize("transform", FLOORS)
def test_changed_photographs_are_found_again(results: report.Results, transform: str) -> None:
    row = results.rows[transform]
    assert len(row.findings) >= PHOTOS - 2
    rates = row.rate("standard"), row.rate("thorough")
    missed = [results.listed.photos[finding.photo].name for finding in row.findings if not finding.is_found("thorough")]
    assert all(rate >= floor for rate, floor in zip(rates, FLOORS[transform], strict=True)), missed


@pytest.mark.parametrize("column", [*measure.PROFILES, "review"])
def test_no_other_photograph_matches(results: report.Results, column: str) -> None:
    assert results.false(column) == 0, [finding.false_names for finding in results.all if finding.false[column]]


def test_a_profile_finds_what_a_smaller_one_finds(results: report.Results) -> None:
    for finding in results.all:
        assert finding.own["plain"] >= finding.own["standard"] >= finding.own["thorough"]
        assert finding.is_found("review") or not finding.is_found("thorough")


def test_standard_is_a_part_of_thorough(photos: list[Photo]) -> None:
    for photo in run.spread(photos, 5):
        with Image.open(photo.path) as opened:
            pixels = np.asarray(opened.convert("RGB").reduce(2))
        thorough, hashes = tutela.variant_hashes(pixels, profile="thorough")
        names, standard = tutela.variant_hashes(pixels, profile="standard")
        assert (standard == hashes[[thorough.index(name) for name in names]]).all()


# The transforms


def picture(width: int, height: int) -> Image.Image:
    generator = np.random.default_rng(7)
    coarse = Image.fromarray(generator.integers(0, 256, (5, 7, 3), np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def without_heic() -> list[transforms.Transform]:
    """Its codec is no requirement of the tests."""
    return [transform for transform in transforms.TRANSFORMS if transform.name != "heic_q50"]


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len(transforms.TRANSFORMS) == len(transforms.BY_NAME) >= 45


@pytest.mark.parametrize("transform", without_heic(), ids=lambda transform: str(transform.name))
def test_a_transform_depends_on_the_picture_and_the_seed_alone(transform: transforms.Transform) -> None:
    for size in ((48, 32), (33, 90), (240, 160)):
        before = picture(*size)
        untouched = before.tobytes()
        others = [picture(64, 40), picture(40, 64), picture(50, 50)]
        first = transform.as_found(before, transforms.Scene("seed", others))
        second = transform.as_found(before, transforms.Scene("seed", others))
        assert first.mode == "RGB"
        assert min(first.size) > 0
        assert first.tobytes() == second.tobytes()
        assert before.tobytes() == untouched


def size_after(name: str, size: tuple[int, int]) -> tuple[int, int]:
    return transforms.BY_NAME[name].change(picture(*size), transforms.Scene("seed")).size


def test_sizes_after_the_transforms() -> None:
    assert size_after("crop_centre_10", (200, 100)) == (180, 90)
    assert size_after("crop_left_5", (200, 100)) == (190, 100)
    assert size_after("crop_random_20", (200, 100)) == (160, 80)
    assert size_after("border_white_5", (200, 100)) == (220, 120)
    assert size_after("letterbox_9x16", (90, 90)) == (90, 160)
    assert size_after("letterbox_16x9", (90, 90)) == (160, 90)
    assert size_after("stretch_1x1", (400, 100)) == (200, 200)
    assert size_after("rotate90", (200, 100)) == (100, 200)
    assert size_after("crop_to_1x1", (200, 100)) == (100, 100)
    assert size_after("turn_10_corners", (200, 100)) > (200, 100)


def test_a_small_turn_cropped_has_no_corners() -> None:
    white = Image.new("RGB", (300, 200), "white")
    for degrees in (1, 2, 5, 10):
        turned = transforms.BY_NAME[f"turn_{degrees}_cropped"].change(white, transforms.Scene("seed"))
        assert turned.getextrema() == ((255, 255),) * 3
        # and gives away no more than it must
        assert turned.width > 300 * (1 - 0.035 * degrees)


# The measure


def listed(pdq: list[int], *names: str) -> measure.Listed:
    hashes = np.array([[word, 0, 0, 0] for word in pdq], np.uint64)
    shown = []
    for number, name in enumerate(names):
        package, file = name.split("/")
        shown.append(Photo(str(number), package, file, "jpeg", 9, 9))
    return measure.Listed(shown, hashes, np.zeros((len(pdq), 3), np.uint64), np.full(len(pdq), 100))


def hashed(peers: tuple[int, int, int], **pdq: int) -> measure.Hashed:
    hashes = np.array([[word, 0, 0, 0] for word in pdq.values()], np.uint64)
    return measure.Hashed(list(pdq), frozenset(pdq) & {"plain", "mirror"}, hashes, np.array(peers, np.uint64))


def ones(count: int) -> int:
    return (1 << count) - 1


def test_distances_by_column() -> None:
    photos = listed([0, ones(64)], "a/0", "a/1")
    query = hashed((ones(10), ones(11), 0), plain=ones(40), mirror=ones(32), rotate_2=ones(20))
    finding = measure.find(photos, 0, transforms.BY_NAME["mirror"], query)
    assert [finding.own[column] for column in measure.COLUMNS] == [40, 32, 20, 0, 10, 11, 0]
    assert [finding.is_found(column) for column in measure.COLUMNS] == [False, False, True, True, True, False, True]
    assert finding.variant == "rotate_2"
    # The other one lies 24, 32 and 44 away: plain matches it wrongly, and thorough with it.
    assert [finding.nearest_other[profile] for profile in measure.PROFILES] == [24, 24, 24]
    assert finding.false["plain"] == finding.false["thorough"] == finding.false["review"] == 1
    assert finding.false_names == ("a/1",)


def test_review_wants_both_hashes() -> None:
    photos = listed([0], "a/0")
    for peer, is_found in ((10, True), (11, False)):
        finding = measure.find(photos, 0, transforms.BY_NAME["mirror"], hashed((ones(peer), 0, 0), plain=ones(50)))
        assert not finding.is_found("thorough")
        assert finding.is_found("review") == is_found
    finding = measure.find(photos, 0, transforms.BY_NAME["mirror"], hashed((0, 0, 0), plain=ones(51)))
    assert not finding.is_found("review")


def test_originals_that_lie_near_must_be_named() -> None:
    measure.check_same_scene(listed([0, ones(51)], "a/0", "a/1"))
    with pytest.raises(AssertionError, match="SAME_SCENE"):
        measure.check_same_scene(listed([0, ones(50)], "a/0", "a/1"))
    pair = sorted(next(iter(corpus.SAME_SCENE)))
    measure.check_same_scene(listed([0, 0], *pair))


def test_others_in_a_collage_are_no_false_matches() -> None:
    photos = listed([0, ones(1), ones(2), ones(3), ones(4)], *(f"a/{number}" for number in range(5)))
    for name, false in (("collage_2x2", 1), ("mirror", 4)):
        finding = measure.find(photos, 0, transforms.BY_NAME[name], hashed((0, 0, 0), plain=0))
        assert finding.false["thorough"] == false


def finding(photo: int, own: int, other: int = 99, false: int = 0) -> measure.Finding:
    columns: Callable[[int], dict[str, int]] = lambda value: dict.fromkeys(measure.COLUMNS, value)  # noqa: E731
    return measure.Finding(photo, "mirror", columns(own), columns(other), columns(false), "mirror", ("a/9",) * false)


def test_the_report_counts_what_can_be_found(tmp_path: Path) -> None:
    photos = listed([0, 0, 0, 0], "a/0", "a/1", "a/2", "a/3")
    photos.quality[3] = 49
    results = report.Results(photos, [finding(0, 0), finding(1, 0), finding(2, 90), finding(3, 999, 40, 1)])
    row = results.rows["mirror"]
    assert row.rate("plain") == pytest.approx(100 * 2 / 3)
    assert (results.false("plain"), results.nearest_other("plain"), results.pairs) == (1, 40, 12)
    text = report.markdown(results)
    assert "| mirror | 66.7 | 66.7 | 66.7 | 66.7 | 66.7 | 66.7 | 66.7 |" in text
    assert "`a/3`, mirror: `a/9`" in text
    report.write_csv(results, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text().splitlines()[1].startswith("mirror,mirror and quarter turn,3,66.7,")
    report.write_findings(results, tmp_path / "findings.csv")
    assert len((tmp_path / "findings.csv").read_text().splitlines()) == 5
    report.draw_heatmap(results, tmp_path / "heatmap.png")
    with Image.open(tmp_path / "heatmap.png") as drawn:
        assert drawn.width > 500


def test_percent_never_rounds_to_all_or_nothing() -> None:
    assert [report.percent(rate) for rate in (0, 0.01, 50, 99.99, 100)] == ["0", "0.1", "50.0", "99.9", "100"]
