"""Small files that announce, or unfold into, far more than they are; files that loop; files that are two at once.

Each is named after what it does. None of them is found in the wild; all of them are made here.
"""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Iterator

from containers import (
    GIF_DOT, JPEG_TABLES, PNG_END, TAR_END, bmp, box, deflated_zeros, deflated_zip, gif_header, gif_image, gif_zeros,
    gray_jpeg, jpeg_frame, jpeg_scan, jpeg_segment, png_chunk, png_header, riff, riff_chunk, stored_zip, tar_entry,
    tiff, tiff_directory, tiff_gray, zip_end, zip_entry, zip_file,
)  # fmt: skip

MIB = 1 << 20
Files = Iterator[tuple[str, bytes]]


def small_png(side: int = 80) -> bytes:
    rows = b"".join(b"\0" + bytes((x * y * 7 + x * 3) % 256 for x in range(side)) for y in range(side))
    return png_header(side, side) + png_chunk(b"IDAT", zlib.compress(rows)) + PNG_END


def pngs() -> Files:
    yield "png_1gb_in_57_bytes.png", png_header(32768, 32768) + png_chunk(b"IDAT", b"") + PNG_END
    yield "png_2gb_side.png", png_header(0x7FFFFFFF, 0x7FFFFFFF) + png_chunk(b"IDAT", b"x") + PNG_END
    yield "png_of_no_size.png", png_header(0, 0) + PNG_END
    square = 30000
    pixels = deflated_zeros((square // 8 + 1) * square)
    yield "png_30000x30000_of_zeros.png", png_header(square, square, 1) + png_chunk(b"IDAT", pixels) + PNG_END
    square = 9900
    pixels = deflated_zeros((square + 1) * square)
    yield "png_9900x9900_of_zeros.png", png_header(square, square) + png_chunk(b"IDAT", pixels) + PNG_END
    yield "png_more_data_than_pixels.png", png_header(8, 8) + png_chunk(b"IDAT", deflated_zeros(512 * MIB)) + PNG_END
    text = png_chunk(b"zTXt", b"a\0\0" + deflated_zeros(256 * MIB))
    yield "png_text_of_256_mib.png", png_header(8, 8) + text * 4 + png_chunk(b"IDAT", deflated_zeros(72)) + PNG_END
    profile = png_chunk(b"iCCP", b"a\0\0" + deflated_zeros(256 * MIB))
    yield "png_profile_of_256_mib.png", png_header(8, 8) + profile + png_chunk(b"IDAT", deflated_zeros(72)) + PNG_END
    yield "png_100000_empty_idat.png", png_header(8, 8) + png_chunk(b"IDAT", b"") * 100_000 + PNG_END
    yield "png_length_of_2gb.png", png_header(8, 8) + struct.pack(">I", 0x7FFFFFFF) + b"IDAT" + bytes(64)
    control = png_chunk(b"acTL", struct.pack(">II", 0x7FFFFFFF, 0))
    frame = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 80, 80, 0, 0, 1, 1, 0, 0))
    picture = small_png()
    animated = picture[:33] + control + frame + picture[33:]
    yield "apng_2147483647_frames.png", animated
    outside = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, 80, 80, 0xFFFFFF00, 0xFFFFFF00, 0, 0, 2, 1))
    data = png_chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(bytes(81 * 80)))
    yield "apng_frame_outside.png", animated[:-12] + outside + data + PNG_END
    dot = zlib.compress(bytes(2))
    frames = b"".join(
        png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", 2 * n + 1, 1, 1, n % 80, 0, 1, 100, 0, 0))
        + png_chunk(b"fdAT", struct.pack(">I", 2 * n + 2) + dot)
        for n in range(20_000)
    )
    yield "apng_20000_frames.png", animated[:-12] + frames + PNG_END


def jpegs() -> Files:
    start = b"\xff\xd8"
    huge = start + jpeg_frame(65500, 65500, 0xC0, 3, 0x44)
    yield "jpeg_65500x65500_in_100_bytes.jpg", (huge + jpeg_scan(b"")).ljust(100, b"\0")
    yield "jpeg_65500x65500_progressive.jpg", start + JPEG_TABLES + jpeg_frame(65500, 65500, 0xC2) + jpeg_scan(b"\0")
    yield "jpeg_16000x6000_cut.jpg", gray_jpeg(16000, 6000)[:2000]
    scan = jpeg_scan(bytes(25), 0, 0)
    progressive = start + JPEG_TABLES + jpeg_frame(80, 80, 0xC2)
    yield "jpeg_100000_scans.jpg", progressive + scan * 100_000 + b"\xff\xd9"
    yield "jpeg_150_scans_of_16_megapixels.jpg", (
        start + JPEG_TABLES + jpeg_frame(4000, 4000, 0xC2) + jpeg_scan(b"", 0, 0) * 150 + b"\xff\xd9"
    )
    yield "jpeg_100000_comments.jpg", start + jpeg_segment(0xFE, b"") * 100_000 + gray_jpeg(80, 80)[2:]
    yield "jpeg_of_fill_bytes.jpg", start + b"\xff" * 4 * MIB + gray_jpeg(80, 80)[2:]
    yield "jpeg_of_restart_markers.jpg", gray_jpeg(800, 800)[:-2] + b"\xff\xd0\xff\xd1" * 500_000
    exif = b"Exif\0\0" + tiff([(0x8769, 4, 1, 8), (0x0112, 3, 0xFFFFFFFF, 6)], 8)
    yield "jpeg_exif_in_a_circle.jpg", start + jpeg_segment(0xE1, exif) + gray_jpeg(80, 80)[2:]
    yield "jpeg_height_in_dnl.jpg", start + JPEG_TABLES + jpeg_frame(80, 0) + jpeg_scan(bytes(50)) + b"\xff\xd9"
    size = struct.pack(">HIIIIIIIIH", 0, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0, 1, 1, 0, 0, 16384) + b"\x25\1\1" * 16384
    deep = b"\xff\x4f" + jpeg_segment(0x51, size)
    yield "jpeg2000_16384_components_of_38_bits.j2k", deep
    wrapped = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + box(b"jp2c", deep, 0)
    yield "jpeg2000_wrapped.jp2", wrapped


def gifs() -> Files:
    yield "gif_without_end.gif", gif_header(1, 1) + gif_image(1, 1, GIF_DOT) * 100_000
    yield "gif_100000_full_frames.gif", gif_header(64, 64) + gif_image(64, 64, gif_zeros(64 * 64)) * 100_000 + b";"
    yield "gif_65535x65535.gif", gif_header(65535, 65535) + gif_image(1, 1, GIF_DOT) * 1000 + b";"
    yield "gif_4000x4000_of_dots.gif", gif_header(4000, 4000) + gif_image(1, 1, GIF_DOT) * 3000 + b";"
    yield "gif_image_past_its_screen.gif", gif_header(8, 8) + gif_image(65535, 65535, GIF_DOT) + b";"
    yield "gif_of_extensions.gif", gif_header(8, 8) + b"!\xf9\x04\0\0\0\0\0" * 200_000 + gif_image(1, 1, GIF_DOT) + b";"


def tiffs() -> Files:
    end = 8 + 2 + 9 * 12 + 4
    entries = tiff_gray(80, 80, end, 6400)
    pixels = small_png()[:64] * 100
    yield "tiff_directory_in_a_circle.tif", tiff(entries, 8, pixels)
    second = end + len(pixels)
    circle = tiff(entries, second, pixels) + tiff_directory(entries, 8)
    yield "tiff_two_directories_in_a_circle.tif", circle
    pages, at = [], end + 64
    size = 2 + 9 * 12 + 4
    for number in range(65_535):
        pages.append(tiff_directory(tiff_gray(8, 8, end, 64), at + size * (number + 1) if number < 65_534 else 0))
    yield "tiff_65535_pages.tif", tiff(tiff_gray(8, 8, end, 64), at, bytes(64)) + b"".join(pages)
    yield "tiff_4_gigapixels.tif", tiff(tiff_gray(65535, 65535, end, 64), 0, bytes(64))
    yield "tiff_sides_of_4_billion.tif", tiff(tiff_gray(0xFFFFFFFF, 0xFFFFFFFF, end, 64), 0, bytes(64))
    yield "tiff_strip_outside.tif", tiff(tiff_gray(80, 80, 0xFFFFFFF0, 0xFFFFFFFF), 0)
    yield "tiff_4_billion_strips.tif", tiff([*entries[:5], (273, 4, 0xFFFFFFFF, 8), *entries[6:]], 0, pixels)
    yield "tiff_children_in_a_circle.tif", tiff([*entries, (330, 4, 1, 8)], 0, pixels)
    packed = deflated_zeros(9900 * 9900)
    entries = tiff_gray(9900, 9900, end, len(packed))
    entries[3] = (259, 3, 1, 8)
    yield "tiff_9900x9900_of_zeros.tif", tiff(entries, 0, packed)
    raw = [(271, 2, 6, 8), (0xC612, 1, 4, 0x401), (254, 4, 1, 0), (330, 4, 2, 8), (0x8769, 4, 1, 8)]
    yield "raw_in_a_circle.dng", tiff([*raw, *tiff_gray(65535, 65535, 8, 0xFFFFFFFF)], 8)
    yield "raw_cr2_head_alone.cr2", b"II*\0\x10\0\0\0CR\x02\0\xff\xff\xff\xff" + tiff_directory(entries, 16)


def webps() -> Files:
    lossless = b"\x2f" + struct.pack("<I", 16383 | 16383 << 14) + bytes(64)
    yield "webp_16384x16384.webp", riff(riff_chunk(b"VP8L", lossless))
    key = b"\x10\x02\0\x9d\x01\x2a" + struct.pack("<HH", 16383, 16383) + bytes(64)
    yield "webp_16383x16383_lossy.webp", riff(riff_chunk(b"VP8 ", key))
    for name, size in (("zero", 0), ("4gb", 0xFFFFFFFF), ("odd", 13), ("short", 30)):
        yield f"webp_riff_size_{name}.webp", riff(riff_chunk(b"VP8L", lossless), size)
        yield f"webp_chunk_size_{name}.webp", riff(riff_chunk(b"VP8L", lossless, size))
    canvas = bytes((2, 0, 0, 0)) + b"\xff\xff\xff" * 2
    frames = riff_chunk(b"ANMF", bytes(16) + riff_chunk(b"VP8L", b"\x2f" + bytes(16)))
    head = riff_chunk(b"VP8X", canvas) + riff_chunk(b"ANIM", bytes(6))
    yield "webp_canvas_of_2_to_the_48.webp", riff(head + frames)
    small = riff_chunk(b"VP8X", bytes((2, 0, 0, 0)) + b"\x4f\0\0" * 2) + riff_chunk(b"ANIM", bytes(6))
    yield "webp_100000_frames.webp", riff(small + frames * 100_000)
    yield "webp_100000_empty_chunks.webp", riff(riff_chunk(b"XXXX", b"") * 100_000 + riff_chunk(b"VP8L", lossless))


def bitmaps() -> Files:
    for name, width, height in (
        ("negative_height", 80, -80), ("smallest_height", 80, -0x80000000), ("negative_width", -80, 80),
        ("sides_of_2_billion", 0x7FFFFFFF, 0x7FFFFFFF), ("no_sides", 0, 0), ("row_that_overflows", 0x40000001, 2),
    ):  # fmt: skip
        yield f"bmp_{name}.bmp", bmp(width, height, 24, small_png()[:50] * 400)
    yield "bmp_4_billion_colors.bmp", bmp(80, 80, 8, bytes(6400), 0, 0xFFFFFFFF)
    yield "bmp_runs_past_its_end.bmp", bmp(9900, 9900, 8, b"\xff\x01" * 1000, 1)
    yield "bmp_jumps_past_its_end.bmp", bmp(80, 80, 8, b"\0\x02\xff\xff" * 10_000, 1)
    picture = small_png()
    entry = struct.pack("<BBBBHHII", 80, 80, 0, 0, 1, 8, len(picture), 6 + 16 * 65535)
    yield "ico_65535_times_one.ico", struct.pack("<HHH", 0, 1, 65535) + entry * 65535 + picture
    inside = bmp(80, 160, 32, bytes(80 * 80 * 4))[14:]
    entry = struct.pack("<BBBBHHII", 80, 80, 0, 0, 1, 32, len(inside), 6 + 16 * 65535)
    yield "ico_65535_bitmaps.ico", struct.pack("<HHH", 0, 1, 65535) + entry * 65535 + inside
    outside = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 0xFFFFFFFF, 0xFFFFFFF0)
    yield "ico_picture_outside.ico", struct.pack("<HHH", 0, 2, 1) + outside
    head = b"8BPS\0\1" + bytes(6)
    yield "psd_of_300000.psd", head + struct.pack(">HIIHH", 56, 300_000, 300_000, 32, 3) + bytes(12) + b"\0\1" + bytes(64)
    yield "psb_of_4_billion.psb", b"8BPS\0\2" + bytes(6) + struct.pack(">HIIHH", 3, 0xFFFFFFFF, 0xFFFFFFFF, 8, 3)
    yield "psd_sections_of_4gb.psd", head + struct.pack(">HIIHH", 3, 80, 80, 8, 3) + b"\xff" * 4 + bytes(64)
    runs = struct.pack(">HIIHH", 3, 80, 80, 8, 3) + bytes(12) + b"\0\1" + b"\xff\xff" * 240 + b"\x81\0" * 200
    yield "psd_runs_outside.psd", head + runs


def heifs() -> Files:
    kind = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    full = bytes(4)
    handler = box(b"hdlr", full + bytes(4) + b"pict" + bytes(13))
    primary = box(b"pitm", full + b"\0\1")

    def meta(*boxes: bytes) -> bytes:
        return kind + box(b"meta", full + handler + primary + b"".join(boxes)) + box(b"mdat", bytes(64))

    infe = box(b"infe", b"\2\0\0\0\0\1\0\0hvc1\0")
    items = box(b"iinf", full + b"\0\1" + infe)
    extent = struct.pack(">II", 0xFFFFFF00, 0xFFFFFFFF)
    locations = b"\0\1\0\0" + struct.pack(">H", 0xFFFF) + extent * 0xFFFF
    yield "heif_65535_extents.heic", meta(items, box(b"iloc", full + b"\x44\0\0\1" + locations))
    yield "heif_4_billion_items.heic", meta(items, box(b"iloc", b"\2\0\0\0\x44\0" + b"\xff" * 400))
    size = box(b"ispe", full + struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF))
    yield "heif_sides_of_4_billion.heic", meta(items, box(b"iprp", box(b"ipco", size)))
    yield "heif_box_of_no_size.heic", kind + box(b"meta", full + handler, 0)
    yield "heif_box_smaller_than_its_head.heic", kind + box(b"meta", full + handler, 4) * 1000
    yield "heif_box_of_2_to_the_63.heic", kind + b"\0\0\0\1meta" + struct.pack(">Q", (1 << 63) - 1) + bytes(64)
    inner = b""
    for _ in range(20_000):
        inner = struct.pack(">I", len(inner) + 8) + b"ipco" + inner
    yield "heif_20000_boxes_deep.heic", meta(items, box(b"iprp", inner))
    itself = box(b"iref", full + box(b"dimg", b"\0\1\0\1\0\1"))
    grid = box(b"iinf", full + b"\0\1" + box(b"infe", b"\2\0\0\0\0\1\0\0grid\0"))
    place = box(b"iloc", b"\1\0\0\0\x44\0\0\1\0\1\0\1\0\0\0\1" + struct.pack(">II", 0, 8))
    yield "heif_grid_of_itself.heic", meta(grid, itself, place, box(b"idat", b"\0\0\xff\xff\xff\xff\xff\xff"))
    yield "avif_without_anything.avif", box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(b"meta", full)
    yield "jxl_head_alone.jxl", b"\xff\x0a\xff\xff\xff\xff"
    yield "jxl_of_2_to_the_30.jxl", b"\xff\x0a" + b"\xfe\xff" * 8
    signature = b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    yield "jxl_100000_empty_parts.jxl", signature + box(b"jxlp", bytes(4)) * 100_000
    yield "jxl_brotli_of_nothing.jxl", signature + box(b"brob", b"Exif" + bytes(64)) + box(b"jxlc", b"\xff\x0a", 0)


def raw_zeros(size: int) -> bytes:
    """Zeros as a bare deflate stream."""
    return deflated_zeros(size)[2:-4]


def archives() -> Files:
    picture = small_png()
    gigabyte = raw_zeros(1024 * MIB)
    yield "zip_of_1_gib.zip", zip_file([(b"zeros", gigabyte, 1024 * MIB, 8)])
    yield "zip_that_says_10_bytes.zip", zip_file([(b"zeros", gigabyte, 10, 8)])
    yield "gzip_of_1_gib.gz", gzip.compress(b"", mtime=0)[:10] + gigabyte + struct.pack("<II", 0, 1024 * MIB)
    nested = zip_file([(b"zeros.png", raw_zeros(64 * MIB), 64 * MIB, 8)])
    for level in range(5):
        nested = deflated_zip(b"next.zip", stored_zip([(b"%d-%d.zip" % (level, n), nested) for n in range(16)]))
    yield "zip_of_64_tib_nested.zip", nested
    deep = picture
    for level in range(300):
        deep = stored_zip([(b"%d.zip" % level, deep)])
    yield "zip_300_deep.zip", deep
    deep = picture
    for _ in range(200):
        deep = gzip.compress(deep, 1, mtime=0)
    yield "gzip_200_deep.gz", deep
    local, central = zip_entry(b"kernel", raw_zeros(16 * MIB), 16 * MIB)
    names = [b"%06x" % number for number in range(20_000)]
    directory = b"".join(central + struct.pack("<I", 0) + name for name in names)
    yield "zip_20000_entries_of_one_body.zip", local + zip_end(len(names), directory, len(local))
    directory = central + struct.pack("<I", 0xFFFFFFF0) + b"kernel"
    yield "zip_entry_outside.zip", local + zip_end(1, directory, len(local))
    yield "zip_directory_of_itself.zip", local + zip_end(0xFFFF, b"", 0)
    # An entry whose data, stored, is a part of this archive that holds a directory naming the entry again.
    body = stored_zip([(b"again.zip", b"")])
    yield "zip_within_its_own_bytes.zip", body + stored_zip([(b"again.zip", body * 2)]) + body
    yield "zip_100000_empty_files.zip", stored_zip([(b"%d" % number, b"") for number in range(100_000)])
    climbing = [b"../../../etc/passwd", b"/etc/passwd", b"C:\\boot.ini", b"a/\xff\xfe", b"=1+1", b"\x1b[31m", b"a\nb", b""]
    yield "zip_names_that_climb_out.zip", stored_zip([(name, picture) for name in climbing])
    yield "zip_same_name_twice.zip", stored_zip([(b"a.png", picture), (b"a.png", gray_jpeg(80, 80))])
    locked, record = zip_entry(b"locked.png", bytes(12) + picture, len(picture), 0)
    locked = locked[:6] + b"\1" + locked[7:]
    record = record[:8] + b"\1" + record[9:]
    yield "zip_locked.zip", locked + zip_end(1, record + struct.pack("<I", 0) + b"locked.png", len(locked))
    for name, field in (
        ("8_gib", b"77777777777\0"), ("2_to_the_63", b"\x80" + b"\xff" * 11), ("negative", b"\xff" * 12),
        ("no_number", b"not a size!\0"), ("nothing", bytes(12)),
    ):  # fmt: skip
        yield f"tar_size_{name}.tar", tar_entry(b"a.png", picture, field) + tar_entry(b"b.png", picture) + TAR_END
    yield "tar_sum_wrong.tar", tar_entry(b"a.png", picture).replace(b"0000644", b"0000645") + TAR_END
    links = tar_entry(b"a", b"", None, b"2", b"/etc/passwd") + tar_entry(b"b", b"", None, b"1", b"a")
    special = tar_entry(b"c", b"", None, b"3") + tar_entry(b"d", b"", None, b"6") + tar_entry(b"e/", b"", None, b"5")
    yield "tar_links_and_devices.tar", links + special + tar_entry(b"f.png", picture) + TAR_END
    yield "tar_cut.tar", (tar_entry(b"a.png", picture) * 3)[:-700]
    yield "tar_20000_empty_files.tar", tar_entry(b"a", b"") * 20_000 + TAR_END
    yield "7z_head_of_2_to_the_63.7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(4) + struct.pack("<QQI", 0, (1 << 63) - 1, 0)
    yield "rar_head_alone.rar", b"Rar!\x1a\x07\x01\0" + b"\xff" * 64
    yield "xz_head_alone.xz", b"\xfd7zXZ\0\0\4\xe6\xd6\xb4\x46" + bytes(20)
    yield "zstd_window_of_2_to_the_41.zst", b"\x28\xb5\x2f\xfd\0\xff" + b"\1\0\0" * 10
    yield "cpio_size_of_4gb.cpio", b"070701" + b"ffffffff" * 13 + b"a\0"


def two_at_once() -> Files:
    archive = stored_zip([(b"inside.png", small_png())])
    yield "gif_and_zip.gif", gif_header(80, 80) + gif_image(80, 80, gif_zeros(6400)) + b";" + archive
    yield "jpeg_and_zip.jpg", gray_jpeg(80, 80) + archive
    yield "png_and_zip.png", small_png() + archive
    yield "pdf_and_jpeg.pdf", b"%PDF-1.4\n1 0 obj\n<< /Filter /DCTDecode >>\nstream\n" + gray_jpeg(80, 80) + b"\nendstream"
    comment = jpeg_segment(0xFE, b"%PDF-1.4\n1 0 obj\nstream\n")
    yield "jpeg_and_pdf.jpg", b"\xff\xd8" + comment + gray_jpeg(80, 80)[2:] + b"\nendstream\nendobj\n%%EOF\n"
    yield "jpeg_and_jpeg.jpg", gray_jpeg(80, 80) + gray_jpeg(800, 800)
    yield "png_named_jpeg.jpg", small_png()
    yield "html_named_png.png", b"<html><script>alert(1)</script></html>"
    yield "svg_that_reads_a_file.png", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
    yield "playlist_named_jpeg.jpg", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    yield "nothing.jpg", b""
    yield "zeros.bin", bytes(4096)


def all_bombs() -> Files:
    for make in (pngs, jpegs, gifs, tiffs, webps, bitmaps, heifs, archives, two_at_once):
        yield from make()
