"""Pictures as they turn up on screens: with text, logos, bars and the interfaces of programs around them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, ImageOps

Picture = Image.Image
Size = tuple[int, int]

WORDS = (
    "when the weekend is over and nobody told the dog about it yet so he waits at the door every single morning "
    "with a look that says we could still go out today it is not even raining"
).split()


def font(size: float) -> ImageFont.FreeTypeFont:
    letters = ImageFont.load_default(max(6, round(size)))
    if not isinstance(letters, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow has no FreeType")
    return letters


def sentence(chance: random.Random, words: int) -> str:
    start = chance.randrange(len(WORDS) - words)
    return " ".join(WORDS[start : start + words])


# Geometry


def middle(outer: Size, inner: Size) -> Size:
    """Where the inner one begins when it stands in the middle of the outer one."""
    return (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2


def size_around(size: Size, ratio: float) -> Size:
    """The smallest size of that ratio, width to height, in which the other one fits."""
    width, height = size
    return (round(height * ratio), height) if width < height * ratio else (width, round(width / ratio))


def crop_to_ratio(picture: Picture, ratio: float) -> Picture:
    width = min(picture.width, round(picture.height * ratio))
    height = min(picture.height, round(picture.width / ratio))
    left, top = middle(picture.size, (width, height))
    return picture.crop((left, top, left + width, top + height))


def crop_corners(rotated: Picture, size: Size, degrees: float) -> Picture:
    """The largest upright part, of the ratio of the picture before, of one that was turned by up to 45 degrees."""
    width, height = size
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    scale = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    inner = (math.floor(width * scale) - 2, math.floor(height * scale) - 2)
    left, top = middle(rotated.size, inner)
    return rotated.crop((left, top, left + inner[0], top + inner[1]))


# Text and signs over the picture


def line_that_fits(draw: ImageDraw.ImageDraw, text: str, width: float, largest: float) -> ImageFont.FreeTypeFont:
    """The font of the largest size at which the text is no wider."""
    measured = draw.textlength(text, font(100))
    return font(min(largest, 100 * width / measured))


def outlined(picture: Picture, text: str, at: float, size: float) -> None:
    """White letters with a black outline, their middle at that part of the height."""
    draw = ImageDraw.Draw(picture)
    letters = line_that_fits(draw, text, 0.94 * picture.width, size * picture.height)
    outline = max(1, round(letters.size / 14))
    place = (picture.width / 2, at * picture.height)
    draw.text(place, text, "white", letters, "mm", stroke_width=outline, stroke_fill="black")


def meme_text(picture: Picture, chance: random.Random) -> Picture:
    """Capital letters at the top and at the bottom, about a tenth of the height each."""
    changed = picture.copy()
    outlined(changed, sentence(chance, 4).upper(), 0.08, 0.11)
    outlined(changed, sentence(chance, 4).upper(), 0.92, 0.11)
    return changed


def subtitle(picture: Picture, chance: random.Random) -> Picture:
    """One line at the bottom."""
    changed = picture.copy()
    outlined(changed, sentence(chance, 6), 0.93, 0.06)
    return changed


def caption_bar(picture: Picture, chance: random.Random) -> Picture:
    """A white bar above the picture, with two lines in it."""
    bar = max(24, round(0.18 * picture.width))
    changed = Image.new("RGB", (picture.width, picture.height + bar), "white")
    changed.paste(picture, (0, bar))
    draw = ImageDraw.Draw(changed)
    for line in (0.3, 0.7):
        text = sentence(chance, 7)
        draw.text((0.03 * picture.width, line * bar), text, "black",
                  line_that_fits(draw, text, 0.94 * picture.width, 0.3 * bar), "lm")  # fmt: skip
    return changed


def logo(picture: Picture, chance: random.Random) -> Picture:
    """A coloured disc with letters in a corner, a sixth of the smaller side."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    size, gap = min(picture.size) / 6, min(picture.size) / 40
    left = chance.choice((gap, picture.width - size - gap))
    top = chance.choice((gap, picture.height - size - gap))
    draw.ellipse((left, top, left + size, top + size), chance.choice(("#d02030", "#2050d0", "#f0b000")))
    draw.text((left + size / 2, top + size / 2), "TV", "white", font(size / 2), "mm")
    return changed


def watermark(picture: Picture) -> Picture:
    """Half transparent words, slanted, all over the picture."""
    side = round(1.5 * max(picture.size))
    layer = Image.new("L", (side, side))
    draw = ImageDraw.Draw(layer)
    step = max(picture.size) / 7
    for row in range(math.ceil(side / step)):
        for column in range(-1, math.ceil(side / (3 * step))):
            draw.text((3 * step * (column + row % 2 / 2), step * row), "PREVIEW", 110, font(step / 2.5))
    layer = layer.rotate(30, Image.Resampling.BILINEAR)
    left, top = middle(layer.size, picture.size)
    mask = layer.crop((left, top, left + picture.width, top + picture.height))
    return Image.composite(Image.new("RGB", picture.size, "white"), picture, mask)


# Screens


def lines_of_text(draw: ImageDraw.ImageDraw, box: tuple[int, int, int, int], size: float, color: str,
                  chance: random.Random) -> None:  # fmt: skip
    left, top, right, bottom = box
    letters = font(size)
    while top + size <= bottom:
        text = sentence(chance, 12)
        while draw.textlength(text, letters) > right - left:
            text = text[: text.rindex(" ")] if " " in text else ""
        draw.text((left, top), text, color, letters)
        top += round(1.5 * size)


def phone(picture: Picture, chance: random.Random, *, is_dark: bool) -> Picture:
    """A screenshot of a telephone, 540x1170: status bar, a post's head, the picture in full width, buttons, text."""
    width, height = 540, 1170
    ground, ink, faint = ("#101214", "#e8e8e8", "#808488") if is_dark else ("#ffffff", "#181818", "#909498")
    screen = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(screen)

    draw.text((30, 22), f"{chance.randrange(24)}:{chance.randrange(60):02}", ink, font(22))
    draw.rounded_rectangle((470, 24, 510, 42), 5, outline=ink, width=2)
    draw.rectangle((474, 28, 474 + chance.randrange(8, 32), 38), ink)
    for bar in range(4):
        draw.rectangle((405 + 9 * bar, 40 - 5 * bar, 410 + 9 * bar, 42), ink)

    draw.ellipse((20, 76, 72, 128), chance.choice(("#d08040", "#4080d0", "#40a060")))
    draw.text((86, 80), sentence(chance, 2), ink, font(22))
    draw.text((86, 106), f"{chance.randrange(1, 23)} h", faint, font(17))

    shown = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    if shown.height > 800:  # as programs do: a tall picture is shown whole, narrower
        shown = picture.resize((round(picture.width * 800 / picture.height), 800), Image.Resampling.LANCZOS)
    top = 150
    screen.paste(shown, ((width - shown.width) // 2, top))

    below = top + shown.height + 18
    for button in range(3):
        draw.ellipse((24 + 70 * button, below, 58 + 70 * button, below + 34), outline=ink, width=3)
    lines_of_text(draw, (24, below + 52, width - 24, height - 110), 20, ink, chance)
    draw.line((0, height - 90, width, height - 90), faint, 1)
    for button in range(5):
        left = 38 + 106 * button
        draw.rounded_rectangle((left, height - 68, left + 36, height - 32), 8, outline=faint, width=3)
    return screen


def desktop(picture: Picture, chance: random.Random) -> Picture:
    """A window on a screen of 1280x800: the picture beside a list of files, a task bar below."""
    screen = Image.new("RGB", (1280, 800), chance.choice(("#304860", "#405040", "#503048")))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((70, 40, 1210, 730), "#f4f4f4")
    draw.rectangle((70, 40, 1210, 72), "#d8d8d8")
    draw.text((86, 48), sentence(chance, 3), "#202020", font(16))
    for button, color in enumerate(("#e05050", "#e0b040", "#50b050")):
        draw.ellipse((1130 + 24 * button, 49, 1144 + 24 * button, 63), color)
    lines_of_text(draw, (86, 90, 260, 720), 15, "#404040", chance)
    space = (900, 620)
    shown = ImageOps.contain(picture, space, Image.Resampling.LANCZOS)
    left, top = middle(space, shown.size)
    screen.paste(shown, (290 + left, 92 + top))
    draw.rectangle((0, 760, 1280, 800), "#202428")
    for button in range(8):
        draw.rounded_rectangle((16 + 48 * button, 766, 44 + 48 * button, 794), 6, "#60686f")
    return screen


def collage(picture: Picture, others: Sequence[Picture], rows: int, chance: random.Random) -> Picture:
    """The picture among others in two columns, each cell of the picture's own ratio, narrow white gaps between."""
    cell = ImageOps.contain(picture, (512, 512), Image.Resampling.LANCZOS).size
    gap = 6
    canvas = Image.new("RGB", (2 * cell[0] + 3 * gap, rows * cell[1] + (rows + 1) * gap), "white")
    parts = [*others]
    parts.insert(chance.randrange(len(parts) + 1), picture)
    for number, part in enumerate(parts):
        row, column = divmod(number, 2)
        tile = ImageOps.fit(part, cell, Image.Resampling.LANCZOS)
        canvas.paste(tile, (gap + column * (cell[0] + gap), gap + row * (cell[1] + gap)))
    return canvas
