"""Pictures that people upload: what a person sees is what is stored."""

import subprocess
import sys
from io import BytesIO

import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from lib import images

# The tests make photos of iPhones before the program reads one.
pillow_heif.register_heif_opener()


def receipt(size=(240, 160)):
    """Dark lines on light paper, the first of them wider: upright is told from turned."""
    paper = Image.new("L", size, 245)
    pen = ImageDraw.Draw(paper)
    for number, top in enumerate(range(10, size[1] - 12, 22)):
        pen.rectangle((12, top, size[0] - 12 - 60 * (number > 0), top + 9), fill=15)
    return paper


def file(image, kind, **options):
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def sixteen_bits(image):
    return image.convert("I").point(lambda value: value * 257).convert("I;16")


def stored(content, **options):
    picture = images.draw_again(content, **options)
    return Image.open(BytesIO(picture.content))


def values(image):
    small = image.convert("RGB").convert("L").resize((24, 16), Image.Resampling.BOX)
    return [small.getpixel((x, y)) for y in range(16) for x in range(24)]


def is_as(seen, wanted):
    differences = [abs(a - b) for a, b in zip(values(seen), values(wanted), strict=True)]
    return seen.size == wanted.size and max(differences) <= 24


def indexed(image):
    return image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE)


def with_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize(
    "content",
    [
        file(sixteen_bits(receipt()), "PNG"),
        file(receipt().convert("LA"), "PNG"),
        file(receipt().convert("RGBA"), "PNG"),
        file(receipt().convert("1"), "PNG"),
        file(indexed(receipt()), "PNG"),
        file(indexed(receipt()), "PNG", transparency=255),
        file(receipt(), "JPEG"),
        file(receipt().convert("CMYK"), "JPEG"),
        file(receipt().convert("RGB"), "JPEG", icc_profile=with_profile()),
        file(receipt().convert("RGB"), "JPEG", icc_profile=b"no profile"),
        file(receipt().convert("RGB"), "HEIF"),
        file(receipt().convert("RGB"), "PNG", save_all=True, append_images=[receipt()]),
    ],
    ids=[
        *("16 bits", "grey and alpha", "alpha", "one bit", "palette", "palette and alpha"),
        *("grey jpeg", "cmyk", "profile", "damaged profile", "heic", "frames that are alike"),
    ],
)
def test_a_picture_of_an_unusual_mode_is_stored_as_a_person_sees_it(content):
    assert is_as(stored(content), receipt())


@pytest.mark.parametrize("white", [1, 255, 65535])
def test_grey_in_floats_and_long_integers_keeps_its_light_and_dark(white):
    floats = receipt().convert("F").point(lambda value: value * (white / 255) + 0)

    assert is_as(images.as_seen(floats), receipt())
    assert is_as(images.as_seen(sixteen_bits(receipt()).convert("I")), receipt())


@pytest.mark.parametrize(("orientation", "turn"), [(3, 180), (6, 270), (8, 90)])
def test_a_photo_is_stored_upright(orientation, turn):
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = receipt().convert("RGB")

    seen = stored(file(photo, "JPEG", exif=exif))

    assert is_as(seen, photo.rotate(turn, expand=True))
    assert not seen.getexif()


@given(st.integers(0, 255), st.integers(0, 255))
@settings(max_examples=30, deadline=None)
def test_every_grey_of_16_bits_is_stored_as_that_grey(paper, ink):
    picture = Image.new("L", (60, 40), paper)
    picture.paste(ink, (10, 10, 50, 30))

    seen = stored(file(sixteen_bits(picture), "PNG"))

    assert abs(seen.getpixel((1, 1))[0] - paper) <= 1
    assert abs(seen.getpixel((20, 20))[0] - ink) <= 1


def refusal(content):
    with pytest.raises(ValidationError) as raised:
        images.draw_again(content)
    return raised.value.messages[0]


def test_a_picture_that_moves_is_refused_if_a_frame_would_be_lost():
    moving = file(Image.new("L", (240, 160), 255), "PNG", save_all=True, append_images=[receipt()])

    assert "moves" in refusal(moving)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_cut_off_picture_is_damaged(kind):
    whole = file(receipt((800, 600)).convert("RGB"), kind)

    assert "damaged" in refusal(whole[: len(whole) // 2])


@pytest.mark.parametrize(("side", "told"), [(7_070, "50 million"), (20_000, "15 million")])
def test_a_picture_with_too_many_pixels_says_so(side, told):
    content = file(Image.new("1", (side, side)), "PNG")

    assert "too many pixels" in refusal(content)
    assert told in refusal(content)


def test_a_picture_that_would_be_a_ruin_is_refused(monkeypatch):
    monkeypatch.setattr(images, "as_seen", lambda image: Image.new("RGB", image.size, "white"))

    assert "as you see it" in refusal(file(receipt(), "PNG"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (file(receipt(), "GIF"), "GIF"),
        (file(receipt(), "TIFF"), "TIFF"),
        (file(receipt(), "WEBP"), "WebP"),
        (file(receipt(), "BMP"), "BMP"),
        (b"\xef\xbb\xbf%PDF-1.4", "PDF"),
        (b"<svg/>", ""),
        (b"", ""),
    ],
)
def test_a_file_is_told_by_its_content(content, kind):
    assert images.kind_of(content) == kind


def test_a_picture_is_made_to_fit():
    assert stored(file(receipt((300, 100)), "PNG"), within=(150, 150)).size == (150, 50)


def test_a_process_that_never_read_a_photo_of_an_iphone_reads_one():
    program = (
        "import sys; from lib.images import draw_again;"
        " picture = draw_again(sys.stdin.buffer.read());"
        " print(picture.extension)"
    )
    content = file(receipt().convert("RGB"), "HEIF")

    command = [sys.executable, "-c", program]
    told = subprocess.run(command, check=False, input=content, capture_output=True)

    assert told.stdout.strip() == b"jpg", told.stderr


def test_a_photo_of_many_pixels_becomes_smaller_while_it_is_decoded():
    program = (
        "import re, sys; from lib.images import draw_again;"
        " picture = draw_again(sys.stdin.buffer.read());"
        " peak = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read());"
        " print(int(peak[1]) // 1024, file=sys.stderr);"
        " sys.stdout.buffer.write(picture.content)"
    )
    content = file(receipt((7_000, 7_000)), "JPEG")

    command = [sys.executable, "-c", program]
    told = subprocess.run(command, check=False, input=content, capture_output=True)

    assert Image.open(BytesIO(told.stdout)).size == (3_500, 3_500)
    assert int(told.stderr) < 260  # MB; 49 million pixels and one copy are 400


def test_a_progressive_photo_of_many_pixels_is_refused():
    # Its coefficients stay in memory until the last scan, at any scale.
    content = file(receipt((7_000, 7_000)), "JPEG", progressive=True)

    assert "at most 30 million" in refusal(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_a_picture_is_stored_no_larger_than_it_was_sent(kind):
    options = {} if kind == "PNG" else {"quality": 20}
    noise = Image.effect_noise((1_200, 900), 60).convert("RGB")
    content = file(noise.convert("1") if kind == "PNG" else noise, kind, **options)

    picture = images.draw_again(content)

    assert len(picture.content) <= len(content)


def test_a_scan_in_black_and_white_stays_exact_and_small():
    scan = receipt((1_700, 2_200)).convert("1")
    content = file(scan, "PNG", optimize=True)

    picture = images.draw_again(content)

    assert picture.extension == "png"
    assert len(picture.content) <= max(len(content), 10_000)
    assert Image.open(BytesIO(picture.content)).convert("1").tobytes() == scan.tobytes()


def test_two_pictures_are_drawn_at_a_time_and_a_third_one_hears_it(monkeypatch):
    monkeypatch.setattr(images, "_LONGEST_WAIT", 0)
    with images._places, images._places:
        assert "Many pictures" in refusal(file(receipt(), "PNG"))

    assert images.draw_again(file(receipt(), "PNG")).extension == "png"
