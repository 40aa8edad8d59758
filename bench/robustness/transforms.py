"""What people do to pictures: named functions from an RGB picture to an RGB picture.

Each is a function of the picture and of a seed alone, so that a table can be made again. What comes out is saved as
JPEG at quality 90 before it is hashed (`as_found`), as a picture that was edited is; transforms that are about a codec
save by themselves.
"""

from __future__ import annotations

import dataclasses
import functools
import io
import math
import random
from collections.abc import Callable, Sequence

import numpy
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

import drawing

Picture = Image.Image


@dataclasses.dataclass(frozen=True)
class Scene:
    """What a transform may use beside the picture."""

    seed: str  # differs from photograph to photograph
    others: Sequence[Picture] = ()  # three other photographs, for the collages

    def random(self, name: str) -> random.Random:
        return random.Random(f"{self.seed} {name}")


Change = Callable[[Picture, Scene], Picture]


@dataclasses.dataclass(frozen=True)
class Transform:
    name: str
    group: str
    change: Change
    is_saved: bool = False  # by the transform itself
    shows_others: bool = False  # the other photographs are in the picture, rightly to be found there

    def as_found(self, picture: Picture, scene: Scene) -> Picture:
        changed = self.change(picture, scene)
        return changed if self.is_saved else save_and_open(changed, "JPEG", quality=90)


def save_and_open(picture: Picture, codec: str, **options: object) -> Picture:
    if codec == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    file = io.BytesIO()
    picture.save(file, codec, **options)
    file.seek(0)
    with Image.open(file) as opened:
        return opened.convert("RGB")


def codec(name: str, **options: object) -> Change:
    return lambda picture, scene: save_and_open(picture, name, **options)


def palette(picture: Picture, scene: Scene) -> Picture:
    return picture.quantize(256).convert("RGB")


# Size and shape


def resized(across: float, down: float | None = None) -> Change:
    def change(picture: Picture, scene: Scene) -> Picture:
        size = (max(8, round(picture.width * across)), max(8, round(picture.height * (down or across))))
        return picture.resize(size, Image.Resampling.LANCZOS)

    return change


def thumbnail(side: int) -> Change:
    def change(picture: Picture, scene: Scene) -> Picture:
        small = picture.copy()
        small.thumbnail((side, side), Image.Resampling.LANCZOS)
        return small

    return change


def stretched_to(across: int, down: int) -> Change:
    """To that ratio of the sides, at about the same area."""

    def change(picture: Picture, scene: Scene) -> Picture:
        area = picture.width * picture.height
        width = round(math.sqrt(area * across / down))
        return picture.resize((width, round(area / width)), Image.Resampling.LANCZOS)

    return change


# Crops. A part is of the width or of the height.


def cropped(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Change:
    def change(picture: Picture, scene: Scene) -> Picture:
        width, height = picture.size
        box = (round(left * width), round(top * height), round((1 - right) * width), round((1 - bottom) * height))
        return picture.crop(box)

    return change


def cropped_centre(part: float) -> Change:
    """The part goes from each dimension, half of it on each side."""
    return cropped(part / 2, part / 2, part / 2, part / 2)


def cropped_at_random(part: float) -> Change:
    def change(picture: Picture, scene: Scene) -> Picture:
        chance = scene.random(f"crop {part}")
        left, top = chance.uniform(0, part), chance.uniform(0, part)
        return cropped(left, top, part - left, part - top)(picture, scene)

    return change


def cropped_to(across: int, down: int) -> Change:
    return lambda picture, scene: drawing.crop_to_ratio(picture, across / down)


# Frames


def bordered(part: float, color: str) -> Change:
    """A border of one colour; the part is of the larger side."""
    return lambda picture, scene: ImageOps.expand(picture, round(part * max(picture.size)), color)


def letterboxed(across: int, down: int, color: str = "black") -> Change:
    """The whole picture in the middle of bars, to that ratio of the sides."""

    def change(picture: Picture, scene: Scene) -> Picture:
        canvas = Image.new("RGB", drawing.size_around(picture.size, across / down), color)
        canvas.paste(picture, drawing.middle(canvas.size, picture.size))
        return canvas

    return change


def blurred_fill(across: int, down: int) -> Change:
    """As letterboxed, on a blurred, enlarged, darker copy of the picture instead of bars."""

    def change(picture: Picture, scene: Scene) -> Picture:
        size = drawing.size_around(picture.size, across / down)
        ground = ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
        ground = ground.filter(ImageFilter.GaussianBlur(max(size) / 40))
        ground = ImageEnhance.Brightness(ground).enhance(0.8)
        ground.paste(picture, drawing.middle(size, picture.size))
        return ground

    return change


# Turns


def turned(degrees: float, has_corners: bool) -> Change:
    """By a small angle: the whole picture with black corners, or the largest upright part without them."""

    def change(picture: Picture, scene: Scene) -> Picture:
        angle = degrees if scene.random(f"turn {degrees}").random() < 0.5 else -degrees
        rotated = picture.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        return rotated if has_corners else drawing.crop_corners(rotated, picture.size, degrees)

    return change


def transposed(method: Image.Transpose) -> Change:
    return lambda picture, scene: picture.transpose(method)


# Light and colour


def by_table(function: Callable[[float], float]) -> Change:
    """A function of 0..1 on every sample."""
    table = [min(255, max(0, round(255 * function(value / 255)))) for value in range(256)]
    return lambda picture, scene: picture.point(table * 3)


def enhanced(kind: Callable[[Picture], ImageEnhance._Enhance], factor: float) -> Change:
    return lambda picture, scene: kind(picture).enhance(factor)


def blurred(part: float) -> Change:
    """By a Gaussian whose deviation is that part of the larger side."""
    return lambda picture, scene: picture.filter(ImageFilter.GaussianBlur(part * max(picture.size)))


def noisy(deviation: float) -> Change:
    def change(picture: Picture, scene: Scene) -> Picture:
        generator = numpy.random.default_rng(scene.random("noise").getrandbits(64))
        pixels = numpy.asarray(picture, numpy.float32)
        noise = generator.standard_normal(pixels.shape, numpy.float32) * deviation
        return Image.fromarray(numpy.clip(pixels + noise, 0, 255).astype(numpy.uint8))

    return change


def sepia(picture: Picture, scene: Scene) -> Picture:
    return ImageOps.colorize(picture.convert("L"), "#201408", "#fff0d0")


# One after the other


def chain(*changes: Change) -> Change:
    return lambda picture, scene: functools.reduce(lambda now, change: change(now, scene), changes, picture)


MIRROR = transposed(Image.Transpose.FLIP_LEFT_RIGHT)
BLUE = "#2060c0"


def _table() -> list[Transform]:
    rows: list[Transform] = []

    def add(group: str, name: str, change: Change, **fields: bool) -> None:
        rows.append(Transform(name, group, change, **fields))

    for quality in (90, 70, 50, 30, 10):
        add("saved again", f"jpeg_q{quality}", codec("JPEG", quality=quality), is_saved=True)
    add("saved again", "webp_q50", codec("WEBP", quality=50), is_saved=True)
    add("saved again", "avif_q50", codec("AVIF", quality=50, speed=9), is_saved=True)
    add("saved again", "heic_q50", codec("HEIF", quality=50, enc_params={"preset": "ultrafast"}), is_saved=True)
    add("saved again", "palette_256", palette, is_saved=True)

    for name, factor in (("quarter", 0.25), ("half", 0.5), ("double", 2.0)):
        add("size and shape", f"resize_{name}", resized(factor))
    add("size and shape", "thumbnail_128", thumbnail(128))
    add("size and shape", "stretch_4x3", stretched_to(4, 3))
    add("size and shape", "stretch_1x1", stretched_to(1, 1))
    add("size and shape", "stretch_width_20", resized(1.2, 1.0))

    for percent in (2, 5, 10, 20):
        add("crop", f"crop_centre_{percent}", cropped_centre(percent / 100))
    for percent in (5, 10):
        for side in ("left", "top", "right", "bottom"):
            add("crop", f"crop_{side}_{percent}", cropped(**{side: percent / 100}))
    for percent in (5, 10, 20):
        add("crop", f"crop_random_{percent}", cropped_at_random(percent / 100))
    add("crop", "crop_to_1x1", cropped_to(1, 1))

    for color in ("black", "white", "blue"):
        for percent in (2, 5, 10):
            add("frame", f"border_{color}_{percent}", bordered(percent / 100, BLUE if color == "blue" else color))
    add("frame", "letterbox_9x16", letterboxed(9, 16))
    add("frame", "letterbox_16x9", letterboxed(16, 9))
    add("frame", "letterbox_1x1_white", letterboxed(1, 1, "white"))
    add("frame", "blurred_fill_9x16", blurred_fill(9, 16))
    add("frame", "blurred_fill_16x9", blurred_fill(16, 9))
    add("frame", "blurred_fill_1x1", blurred_fill(1, 1))

    for degrees in (1, 2, 5, 10):
        add("small turn", f"turn_{degrees}_corners", turned(degrees, True))
        add("small turn", f"turn_{degrees}_cropped", turned(degrees, False))
    for name, method in (
        ("mirror", Image.Transpose.FLIP_LEFT_RIGHT),
        ("flip", Image.Transpose.FLIP_TOP_BOTTOM),
        ("rotate90", Image.Transpose.ROTATE_90),
        ("rotate180", Image.Transpose.ROTATE_180),
        ("rotate270", Image.Transpose.ROTATE_270),
        ("transpose", Image.Transpose.TRANSPOSE),
    ):
        add("mirror and quarter turn", name, transposed(method))

    add("drawn over", "meme_text", lambda picture, scene: drawing.meme_text(picture, scene.random("meme")))
    add("drawn over", "subtitle", lambda picture, scene: drawing.subtitle(picture, scene.random("subtitle")))
    add("drawn over", "caption_bar", lambda picture, scene: drawing.caption_bar(picture, scene.random("bar")))
    add("drawn over", "logo", lambda picture, scene: drawing.logo(picture, scene.random("logo")))
    add("drawn over", "watermark", lambda picture, scene: drawing.watermark(picture))
    add("screen", "phone_light", lambda picture, scene: drawing.phone(picture, scene.random("phone"), is_dark=False))
    add("screen", "phone_dark", lambda picture, scene: drawing.phone(picture, scene.random("phone"), is_dark=True))
    add("screen", "desktop_window", lambda picture, scene: drawing.desktop(picture, scene.random("desktop")))
    add("screen", "collage_2x2", lambda picture, scene: drawing.collage(
        picture, scene.others[:3], 2, scene.random("collage 2x2")), shows_others=True)  # fmt: skip
    add("screen", "collage_1x2", lambda picture, scene: drawing.collage(
        picture, scene.others[:1], 1, scene.random("collage 1x2")), shows_others=True)  # fmt: skip

    add("light and colour", "blur", blurred(0.003))
    add("light and colour", "noise_12", noisy(12))
    add("light and colour", "gamma_0.6", by_table(lambda value: value**0.6))
    add("light and colour", "gamma_1.6", by_table(lambda value: value**1.6))
    add("light and colour", "brighter_30", enhanced(ImageEnhance.Brightness, 1.3))
    add("light and colour", "darker_30", enhanced(ImageEnhance.Brightness, 0.7))
    add("light and colour", "contrast_more_40", enhanced(ImageEnhance.Contrast, 1.4))
    add("light and colour", "contrast_less_40", enhanced(ImageEnhance.Contrast, 0.6))
    add("light and colour", "saturation_60", enhanced(ImageEnhance.Color, 1.6))
    add("light and colour", "gray", enhanced(ImageEnhance.Color, 0.0))
    add("light and colour", "sepia", sepia)
    add("light and colour", "sharpen", enhanced(ImageEnhance.Sharpness, 3.0))
    add("light and colour", "negative", lambda picture, scene: ImageOps.invert(picture))

    q50 = codec("JPEG", quality=50)
    add("several", "mirror_border_5_q50", chain(MIRROR, bordered(0.05, "white"), q50), is_saved=True)
    add("several", "half_q30", chain(resized(0.5), codec("JPEG", quality=30)), is_saved=True)
    add("several", "crop_centre_5_half_q50", chain(cropped_centre(0.05), resized(0.5), q50), is_saved=True)
    add("several", "mirror_phone_q50", chain(
        MIRROR, lambda picture, scene: drawing.phone(picture, scene.random("phone"), is_dark=False), q50
    ), is_saved=True)  # fmt: skip
    add("several", "rotate90_gamma_q50", chain(
        transposed(Image.Transpose.ROTATE_90), by_table(lambda value: value**0.6), q50
    ), is_saved=True)  # fmt: skip
    return rows


TRANSFORMS = tuple(_table())
BY_NAME = {transform.name: transform for transform in TRANSFORMS}
