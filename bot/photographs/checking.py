"""A file that was sent becomes a picture that is kept, or the reason why it cannot be.

Rules that hold here:
- What a file is, its first bytes say; only JPEG, PNG and WebP are ever decoded.
- Nothing but the pixels is kept: the picture is turned as its camera held it, brought to sRGB, and
  written anew, without EXIF, XMP, comment, profile or thumbnail.
- A picture of more pixels than a telephone takes is refused before any of them is decoded.
"""

import io
import warnings

from PIL import Image, ImageCms, ImageFilter, ImageOps, ImageStat

from bot.logs import failure
from bot.sending.file_types import type_of
from flows.definition import Photographs
from flows.photographs import Unfit
from storage.photographs import Picture

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_OTHERS = {"application/pdf": Unfit.PDF, "image/heic": Unfit.HEIC}
_SIDE_MEASURED = 1000
_QUALITY = 92
_MEGABYTE = 1024 * 1024
# 192 MB while it is decoded; a telephone of 64 megapixels still fits.
Image.MAX_IMAGE_PIXELS = 64_000_000
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def check(content: bytes, asked: Photographs) -> Picture | Unfit:
    """To be run in a thread: a large picture takes a second."""
    if len(content) > asked.largest_megabytes * _MEGABYTE:
        return Unfit.TOO_LARGE
    file_type = type_of(content) or ""
    if file_type not in _FORMATS:
        return _OTHERS.get(file_type, Unfit.NO_PICTURE)
    try:
        with Image.open(io.BytesIO(content), formats=(_FORMATS[file_type],)) as image:
            return _check(image, asked)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return Unfit.TOO_MANY_PIXELS
    except Exception as error:  # noqa: BLE001 - a broken file makes a decoder raise anything
        failure("picture_unreadable", error)
        return Unfit.BROKEN


def _check(image: Image.Image, asked: Photographs) -> Picture | Unfit:
    if min(image.size) < asked.least_pixels:
        return Unfit.TOO_FEW_PIXELS
    image.load()
    plain = _plain(image)
    measured = sharpness(plain)
    if measured < asked.least_sharpness:
        return Unfit.BLURRED
    width, height = plain.size
    return Picture(width, height, round(measured), _written(plain, asked.longest_pixels))


def sharpness(image: Image.Image) -> float:
    """The variance of the Laplacian (Pech-Pacheco et al., ICPR 2000) of the picture in grey.

    It is measured at one size, so that what a picture needs does not depend on its camera.
    """
    grey = image.convert("L")
    grey.thumbnail((_SIDE_MEASURED, _SIDE_MEASURED), Image.Resampling.LANCZOS)
    edges = grey.filter(_LAPLACIAN)
    # The filter leaves the outermost pixels as they are.
    inner = edges.crop((1, 1, edges.width - 1, edges.height - 1))
    return float(ImageStat.Stat(inner).var[0])


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, upright and in sRGB; what was see-through is white."""
    upright = ImageOps.exif_transpose(image)
    coloured = _in_srgb(upright)
    whole = Image.new("RGB", upright.size, "white")
    if coloured.has_transparency_data:
        layer = coloured.convert("RGBA")
        whole.paste(layer, mask=layer)
    else:
        whole.paste(coloured.convert("RGB"))
    return whole


def _in_srgb(image: Image.Image) -> Image.Image:
    """Telephones write colours in a profile of their own, which is not kept."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        return (
            ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or image
        )
    except ImageCms.PyCMSError:
        return image


def _written(image: Image.Image, longest: int) -> bytes:
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
