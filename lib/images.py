"""Pictures that people upload: told apart by their content, and drawn again as a person sees them.

Only pixels are kept: no metadata, no other content. A picture that would come out different is
refused rather than stored as a ruin.
"""

import importlib
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from statistics import fmean, pstdev
from threading import BoundedSemaphore
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps

JPEG, PNG, HEIF, PDF = "JPEG", "PNG", "HEIF", "PDF"
PICTURES = (JPEG, PNG, HEIF)
EXTENSIONS = {JPEG: "jpg", PNG: "png", HEIF: "heic", PDF: "pdf"}
_SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"GIF8", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"BM", "BMP"),
    (b"PK\x03\x04", "ZIP"),
)
# The brands of a file of boxes (ISO/IEC 14496-12), at the bytes 8 to 12.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIF),
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
}
# A reader of PDF looks for the header in so many bytes (ISO 32000-1, annex H.3.4.1).
_HEADER_WITHIN = 1024
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_SKETCH = (48, 48)
_MOST_FRAMES = 30
QUALITY = 88
# What is decoded: 45 MB in memory, and some copies of it. A receipt of A4 at 300 dpi has 9 million.
MOST_PIXELS = 15_000_000
_LONGEST_WAIT = 20  # seconds
_places = BoundedSemaphore(2)
# A file of so many bytes is no burden, whatever the uploaded one had.
_SMALL_FILE = 10_000


@cache
def _learn_heif() -> None:
    """Let Pillow read the photos of iPhones. Loaded when needed: it takes 7 MB of each process."""
    importlib.import_module("pillow_heif").register_heif_opener()


@dataclass(frozen=True)
class Picture:
    """A picture that was drawn again; `extension` is jpg or png."""

    content: bytes
    extension: str


def kind_of(content: bytes) -> str:
    """Return what the file is, by its content: JPEG, PNG, HEIF, PDF or another; empty if unknown.

    A PDF may have some bytes before its header, as every reader allows.
    """
    for start, kind in _SIGNATURES:
        if content.startswith(start):
            return kind
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12], "")
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WebP"
    return PDF if b"%PDF-" in content[:_HEADER_WITHIN] else ""


def refuse_kind(kind: str, *, accepted: str) -> ValidationError:
    """Return the refusal of a file that is something else than what is accepted."""
    if not kind:
        sentence = _("The content of this file is not recognised. Choose %(accepted)s.")
        return ValidationError(sentence % {"accepted": accepted})
    sentence = _("This is a %(kind)s file, whatever its name says. Choose %(accepted)s.")
    return ValidationError(sentence % {"kind": kind, "accepted": accepted})


def draw_again(
    content: bytes, *, most_pixels: int = MOST_PIXELS, within: tuple[int, int] | None = None
) -> Picture:
    """Return the picture as a person sees it: upright, 8 bits a channel, sRGB.

    `content` is of a kind in PICTURES; `within` is the largest width and height. The file is not
    larger than `content`, but for small files. At most two pictures are drawn at a time in a
    process. Raises ValidationError with the reason.
    """
    if not _places.acquire(timeout=_LONGEST_WAIT):
        raise ValidationError(_("Many pictures are being read at this moment. Try again."))
    try:
        return _draw_again(content, most_pixels=most_pixels, within=within)
    finally:
        _places.release()


def _draw_again(content: bytes, *, most_pixels: int, within: tuple[int, int] | None) -> Picture:
    kind = kind_of(content)
    if kind == HEIF:
        _learn_heif()
    try:
        with Image.open(BytesIO(content), formats=[kind]) as image:
            _refuse_too_many_pixels(image, kind, most_pixels)
            _make_smaller(image, kind, most_pixels)
            ImageOps.exif_transpose(image, in_place=True)
            if kind == PNG:
                _refuse_moving(image)
            return _drawn(image, kind=kind, within=within, most_bytes=len(content))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(most_pixels) from None
    except _DAMAGED:
        raise ValidationError(_("This picture is damaged. Save it again and retry.")) from None


def as_pdf(pictures: Iterable[bytes]) -> bytes:
    """Return pictures that were drawn again as one PDF, each on a page of its own size."""
    pages = []
    for content in pictures:
        with Image.open(BytesIO(content), formats=[JPEG, PNG]) as image:
            pages.append(_on_white(image))
    out = BytesIO()
    pages[0].save(out, PDF, save_all=True, append_images=pages[1:], resolution=150, quality=QUALITY)
    return out.getvalue()


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")


def _refuse_too_many_pixels(image: Image.Image, kind: str, most_pixels: int) -> None:
    """Refuse by the size that the header says, before a pixel is decoded.

    A JPEG becomes smaller while it is decoded, unless it is progressive. Photos of phones are HEIF
    of 24 million pixels.
    """
    factor = 1.0
    if kind == JPEG:
        factor = 2.0 if image.info.get("progressive") else 4.0
    elif kind == HEIF:
        factor = 5 / 3
    most = int(most_pixels * factor)
    if image.width * image.height > most:
        raise _too_many_pixels(most, image.width * image.height)


def _make_smaller(image: Image.Image, kind: str, most_pixels: int) -> None:
    """Let a JPEG be decoded at half of its width and height; make another one smaller at once."""
    share = most_pixels / (image.width * image.height)
    if share >= 1:
        return
    if kind == JPEG:
        image.draft(None, (image.width // 2, image.height // 2))
    else:
        side = share**0.5
        image.thumbnail((int(image.width * side), int(image.height * side)))


def _drawn(
    image: Image.Image, *, kind: str, within: tuple[int, int] | None, most_bytes: int
) -> Picture:
    seen = as_seen(image)
    if within:
        seen.thumbnail(within)
    is_png = kind == PNG or seen.mode == "RGBA"
    content = _small_enough(seen, is_png=is_png, most_bytes=max(most_bytes, _SMALL_FILE))
    with Image.open(BytesIO(content)) as stored:
        if not _is_alike(_sketch(image), _sketch(stored)):
            raise ValidationError(
                _("This picture cannot be stored as you see it. Save it as an ordinary JPG or PNG.")
            )
    return Picture(content, EXTENSIONS[kind_of(content)])


def _small_enough(seen: Image.Image, *, is_png: bool, most_bytes: int) -> bytes:
    """Return the file: the best of which is not larger than this."""
    content = b""
    for content in _files(seen, is_png=is_png):
        if len(content) <= most_bytes:
            break
    return content


def _files(seen: Image.Image, *, is_png: bool) -> Iterator[bytes]:
    """Yield the picture as a file, each one smaller and less exact than the one before."""
    if is_png:
        yield _encoded(seen, PNG, optimize=True)
        colours = seen.getcolors(256)
        if colours:
            yield _encoded(seen.quantize(len(colours)), PNG, optimize=True)
    for share in (1.0, 0.7, 0.5, 0.35, 0.25):
        part = seen
        if share < 1:
            part = seen.resize((max(1, int(seen.width * share)), max(1, int(seen.height * share))))
        if seen.mode == "RGBA":
            yield _encoded(part.quantize(256), PNG, optimize=True)
            continue
        for quality in (QUALITY, 75, 60):
            yield _encoded(part, JPEG, quality=quality, optimize=True)


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def as_seen(image: Image.Image) -> Image.Image:
    """Return the picture in RGB, or RGBA if it is transparent, with its colours in sRGB."""
    if image.mode in _DEEP:
        return _eight_bits(image).convert("RGB")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    profile = image.info.get("icc_profile")
    plain = image if image.mode in ("CMYK", mode) else image.convert(mode)
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            goal = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(plain, source, goal, outputMode=mode)
        except (ImageCms.PyCMSError, *_DAMAGED):
            converted = None  # The profile is damaged or of another kind of colours.
        plain = converted or plain
    clean = Image.new(mode, plain.size)
    clean.paste(plain if plain.mode == mode else plain.convert(mode))
    return clean


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return grey with more than 8 bits a pixel as 8 bits; Pillow would cut the values off."""
    deep = _as_floats(image)
    return deep.point(lambda value: value * (255 / _whitest(image)) + 0.5).convert("L")


def _as_floats(image: Image.Image) -> Image.Image:
    return image.convert("I").convert("F") if image.mode.startswith("I") else image


def _whitest(image: Image.Image) -> float:
    """Return the value of white: 1 or 255 for floats that stay below, else that of 16 bits."""
    if image.mode != "F":
        return 65535.0
    highest = float(image.getextrema()[1])  # type: ignore[arg-type]  # of one channel
    return next((white for white in (1.0, 255.0) if highest <= white), 65535.0)


def _refuse_moving(image: Image.Image) -> None:
    """Refuse a picture whose later frames show something else than the first one."""
    frames = min(getattr(image, "n_frames", 1), _MOST_FRAMES)
    if frames == 1:
        return
    first = _sketch(image)
    for place in range(1, frames):
        image.seek(place)
        if not _is_alike(first, _sketch(image)):
            raise ValidationError(
                _("This picture moves, and only one frame can be kept. Save that frame as a JPG.")
            )
    image.seek(0)


def _sketch(image: Image.Image) -> list[float]:
    """Return the lightness of 48 × 48 parts, 0 to 255, on white paper."""
    if image.mode in _DEEP:
        small = _as_floats(image).resize(_SKETCH, Image.Resampling.BOX)
        white = _whitest(image)
        return [value * 255 / white for value in _values(small)]
    shown = image.convert("RGBA") if image.has_transparency_data else image.convert("RGB")
    small = shown.resize(_SKETCH, Image.Resampling.BOX)
    if small.mode == "RGBA":
        paper = Image.new("RGBA", small.size, "white")
        small = Image.alpha_composite(paper, small)
    return _values(small.convert("L"))


def _values(image: Image.Image) -> list[float]:
    width, height = image.size
    pixels = image.load()
    assert pixels is not None  # noqa: S101 - a picture in memory
    return [float(pixels[x, y]) for y in range(height) for x in range(width)]  # type: ignore[arg-type]


def _is_alike(before: list[float], after: list[float]) -> bool:
    """Whether what was light and dark still is. Colours may shift a little, contrast may not go."""
    if abs(fmean(before) - fmean(after)) > 64:
        return False
    contrast = pstdev(before)
    if contrast < 2:
        return True
    if pstdev(after) < contrast / 3:
        return False
    middle, other = fmean(before), fmean(after)
    shared = fmean((one - middle) * (two - other) for one, two in zip(before, after, strict=True))
    return shared > contrast * pstdev(after) / 2


def _too_many_pixels(most: int, pixels: int | None = None) -> ValidationError:
    if pixels is None:
        sentence = _("This picture has too many pixels: at most %(most)d million. Make it smaller.")
        return ValidationError(sentence % {"most": most // 1_000_000})
    sentence = _(
        "This picture has too many pixels: %(pixels)d million, at most %(most)d million. "
        "Make it smaller."
    )
    shown = -(-pixels // 1_000_000)
    return ValidationError(sentence % {"pixels": shown, "most": most // 1_000_000})
