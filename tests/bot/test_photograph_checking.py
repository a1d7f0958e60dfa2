"""What is kept of a picture, and what is refused: by its bytes, its size and its sharpness."""

import io
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFilter
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from bot.photographs.checking import check, sharpness
from bot.photographs.composing import compose
from bot.sending.outgoing import Side
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from flows.definition import Photographs
from flows.photographs import Unfit
from storage.photographs import Picture

DEFINED = load_study(DEFAULT_TRIAL).trial.photographs
assert DEFINED is not None
ASKED: Photographs = DEFINED
PLANTED = b"35.7219"


def strands(width: int = 900, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """Dark lines on a light ground, the upper left corner marked."""
    drawn = Image.new("RGB", (width, height), (224, 190, 166))
    lines = ImageDraw.Draw(drawn)
    for at in range(0, width, 9):
        lines.line(((at, 0), (at + 40, height)), fill=(60, 40, 30), width=2)
    lines.rectangle((0, 0, width // 4, height // 4), fill=(255, 0, 0))
    return drawn.convert(mode)


def written(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def kept(content: bytes, asked: Photographs = ASKED) -> Image.Image:
    found = check(content, asked)
    assert isinstance(found, Picture), found
    return Image.open(io.BytesIO(found.content))


def with_metadata() -> bytes:
    """A picture that says where it was taken, in every way that a JPEG can."""
    exif = Image.Exif()
    exif[Base.Make] = "A telephone"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (35.0, 43.0, 19.0)
    exif.get_ifd(IFD.Exif)[Base.UserComment] = PLANTED
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + PLANTED + b"</x:xmpmeta>"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return written(strands(), exif=exif, xmp=xmp, comment=PLANTED, icc_profile=profile)


def test_nothing_but_the_pixels_is_kept() -> None:
    content = with_metadata()
    assert PLANTED in content
    found = check(content, ASKED)
    assert isinstance(found, Picture)
    for mark in (PLANTED, b"Exif", b"xmpmeta", b"ICC_PROFILE", b"telephone"):
        assert mark not in found.content
    image = Image.open(io.BytesIO(found.content))
    assert not image.getexif()
    assert not {"icc_profile", "xmp", "comment", "exif"} & set(image.info)


def test_what_a_png_or_webp_says_is_not_kept_either() -> None:
    said = PngInfo()
    said.add_text("Location", PLANTED.decode())
    for content in (
        written(strands(), "PNG", pnginfo=said),
        written(strands(), "WEBP", xmp=PLANTED, quality=90),
    ):
        found = check(content, ASKED)
        assert isinstance(found, Picture)
        assert PLANTED not in found.content


def test_what_is_two_things_at_once_is_kept_as_a_picture_alone() -> None:
    for behind in (b"PK\x03\x04 an archive", b"<script>alert(1)</script>", b"%PDF-1.7"):
        found = check(written(strands()) + behind, ASKED)
        assert isinstance(found, Picture)
        assert behind not in found.content


def test_of_a_picture_that_moves_one_is_kept() -> None:
    """However many there are: none but the first is decoded."""
    first = strands(720, 960)
    others = [Image.new("RGB", first.size, (it, 0, 0)) for it in range(40)]
    moving = written(first, "PNG", save_all=True, append_images=others)
    assert moving.count(b"fcTL") == 41
    assert kept(moving).getpixel((20, 20))[0] > 200  # type: ignore[index]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_kept_upright(orientation: int) -> None:
    """The marked corner is where whoever held the camera saw it."""
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    stored = strands() if turned is None else strands().transpose(turned)
    image = kept(written(stored, exif=exif, quality=95))
    assert image.size == (900, 1200)
    red, green, _ = image.getpixel((20, 20))  # type: ignore[misc]
    assert red > 200
    assert green < 60


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "LA"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_every_kind_of_pixel_becomes_plain_colour(kind: str, mode: str) -> None:
    image = kept(written(strands(mode=mode), kind))
    assert (image.format, image.mode) == ("JPEG", "RGB")


def test_what_is_see_through_is_white() -> None:
    layer = strands(mode="RGBA")
    layer.putalpha(Image.new("L", layer.size, 255))
    layer.paste((0, 0, 0, 0), (800, 1100, 900, 1200))
    assert min(kept(written(layer, "PNG")).getpixel((870, 1170))) > 240  # type: ignore[arg-type]


def test_a_large_picture_is_made_smaller_and_measured_before() -> None:
    found = check(written(strands(4000, 3000)), ASKED)
    assert isinstance(found, Picture)
    assert (found.width, found.height) == (4000, 3000)
    assert max(kept(found.content).size) == ASKED.longest_pixels


def test_sharp_and_blurred_are_told_apart_whatever_the_size() -> None:
    for width, height in ((900, 1200), (2250, 3000)):
        sharp = strands(width, height)
        blurred = sharp.filter(ImageFilter.GaussianBlur(width / 100))
        assert sharpness(sharp) > 10 * ASKED.least_sharpness
        assert sharpness(blurred) < ASKED.least_sharpness
        assert check(written(blurred), ASKED) is Unfit.BLURRED
    assert isinstance(check(written(blurred), replace(ASKED, least_sharpness=0)), Picture)


def heic(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic"


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def bomb() -> bytes:
    """A PNG of a few bytes that says it has four billion pixels."""
    header = struct.pack(">IIBBBBB", 65_000, 65_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7 something", Unfit.PDF),
        (heic(b"heic"), Unfit.HEIC),
        (heic(b"mif1"), Unfit.HEIC),
        (heic(b"heix"), Unfit.HEIC),
        (b"", Unfit.NO_PICTURE),
        (b"GIF89a something", Unfit.NO_PICTURE),
        (b"MZ a program", Unfit.NO_PICTURE),
        (b"PK\x03\x04 an archive", Unfit.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Unfit.NO_PICTURE),
        (b"<!doctype html><script>alert(1)</script>", Unfit.NO_PICTURE),
        (b"\xff\xd8\xff and no more", Unfit.BROKEN),
        (written(strands())[:20_000], Unfit.BROKEN),
        (written(strands(), "PNG")[:3_000], Unfit.BROKEN),
        (bomb(), Unfit.TOO_MANY_PIXELS),
        (written(strands(699, 1200)), Unfit.TOO_FEW_PIXELS),
        (b"\xff\xd8\xff" + bytes(20 * 1024 * 1024), Unfit.TOO_LARGE),
    ],
    ids=lambda it: it.value if isinstance(it, Unfit) else "",
)
def test_what_cannot_be_kept_is_refused_for_its_reason(content: bytes, why: Unfit) -> None:
    assert check(content, ASKED) is why


def test_a_picture_of_a_bit_more_than_most_pixels_is_refused() -> None:
    """Below the library's own limit there is only a warning, which is taken for what it is."""
    header = struct.pack(">IIBBBBB", 9000, 8000, 8, 2, 0, 0, 0)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))
    assert check(content, ASKED) is Unfit.TOO_MANY_PIXELS


@pytest.mark.parametrize("captions", [("Baseline visit", "Month 1 visit"), ("آغاز", "ماه ۱۲")])
def test_two_pictures_become_one_that_a_messenger_takes(captions: tuple[str, str]) -> None:
    left, right = written(strands(2250, 3000)), written(strands(3000, 2250))
    composed = compose(Side(left, captions[0]), Side(right, captions[1]))
    image = Image.open(io.BytesIO(composed))
    assert 2500 < image.width <= 2560
    assert sum(image.size) < 10_000
    assert len(composed) < 10 * 1000 * 1000
    strip = image.crop((0, 0, image.width, 100)).convert("L")
    # The written letters are the only light pixels above the pictures.
    for half in ((0, 0, 800, 100), (1400, 0, 2500, 100)):
        assert strip.crop(half).getextrema()[1] > 200  # type: ignore[operator]


def test_the_smaller_of_two_is_not_made_larger() -> None:
    composed = compose(Side(written(strands(720, 960)), ""), Side(written(strands(2250, 3000)), ""))
    assert Image.open(io.BytesIO(composed)).height < 1100
