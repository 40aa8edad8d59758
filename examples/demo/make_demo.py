"""Makes the demo's folder: photographs and what becomes of photographs as they travel.

    make_demo.py PHOTOS_DIR OUT_DIR

PHOTOS_DIR is what fetch_photos.sh left. OUT_DIR gets `photos/`, the folder to be scanned; `truth.json`, which says
what each file was made from and how; and `listed.txt`, the originals that go on the list, one a line.
"""

import json
import pathlib
import shutil
import sys

from PIL import Image, ImageEnhance, ImageOps

# Where the packages keep photographs, and not drawings or screenshots.
SOURCES = [
    "kphotoalbum/usr/share/kphotoalbum/demo/*.jpg",
    "lomiri-wallpapers-16.04/usr/share/backgrounds/*.jpg",
    "palapeli-data/usr/share/palapeli/collection/*.jpg",
]
NO_PHOTOGRAPHS = {"qt-logo.jpg"}
LISTED_EVERY = 6  # one in six goes on the list; the others must stay clean
LARGEST_SIDE = 2000  # larger originals are copied as they are, but their transforms would only cost time


def save(suffix, **options):
    return lambda image, path: image.save(path.with_suffix(suffix), **options)


def changed(change):
    return lambda image, path: change(image).save(path.with_suffix(".jpg"), quality=85)


TRANSFORMS = {
    "recompressed-q60": save(".jpg", quality=60),
    "recompressed-q30": save(".jpg", quality=30),
    "as-webp": save(".webp", quality=75),
    "half-size": changed(lambda image: image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)),
    "brightened": changed(lambda image: ImageEnhance.Brightness(image).enhance(1.3)),
    "mirrored": changed(ImageOps.mirror),
}


def find_photographs(photos):
    found = [path for pattern in SOURCES for path in sorted(photos.glob(pattern))]
    return [path for path in found if path.name not in NO_PHOTOGRAPHS]


class Demo:
    def __init__(self, out):
        self.out = out
        self.truth = {}

    def path(self, folder, name):
        path = self.out / "photos" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def note(self, path, kind, listed):
        self.truth[str(path.relative_to(self.out))] = {"kind": kind, "listed": listed}

    def add_original(self, source, listed):
        path = self.path("originals", source.name)
        shutil.copyfile(source, path)
        self.note(path, "original", listed)
        return path

    def add_transforms(self, source, listed):
        with Image.open(source) as opened:
            image = opened.convert("RGB")
        image.thumbnail((LARGEST_SIDE, LARGEST_SIDE), Image.Resampling.LANCZOS)
        for kind, write in TRANSFORMS.items():
            path = self.path(kind, source.name)
            write(image, path)
            self.note(next(path.parent.glob(path.stem + ".*")), kind, listed)

    def add_oddities(self, source):
        """A download that broke off, a picture in disguise, and a file that is none."""
        data = source.read_bytes()
        cut = self.path("odd", "broken-download.jpg")
        cut.write_bytes(data[: len(data) * 9 // 10])
        self.note(cut, "cut off", True)
        disguised = self.path("odd", "invoice.pdf")
        disguised.write_bytes(data)
        self.note(disguised, "disguised", True)
        notes = self.path("odd", "notes.txt")
        notes.write_text("No picture, only a few words.\n", encoding="utf-8")
        self.note(notes, "no picture", False)


def main(photos, out):
    photographs = find_photographs(photos)
    if not photographs:
        sys.exit(f"no photographs under {photos}; run fetch_photos.sh first")
    shutil.rmtree(out / "photos", ignore_errors=True)
    demo = Demo(out)
    listed = []
    for number, source in enumerate(photographs):
        on_list = number % LISTED_EVERY == 0
        original = demo.add_original(source, on_list)
        demo.add_transforms(source, on_list)
        if on_list:
            listed.append(original)
    demo.add_oddities(listed[0])
    (out / "listed.txt").write_text("".join(f"{path.relative_to(out)}\n" for path in listed), encoding="utf-8")
    (out / "truth.json").write_text(json.dumps(demo.truth, indent=1), encoding="utf-8")
    print(f"{len(photographs)} photographs, {len(demo.truth)} files, {len(listed)} photographs to be listed")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: make_demo.py PHOTOS_DIR OUT_DIR")
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
