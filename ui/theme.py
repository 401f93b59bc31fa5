"""Colours of an organisation, derived from its chosen colour and always readable."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
PAGE: Rgb = (249, 250, 251)  # --ground in tokens.css
DEFAULT_COLOUR = "6559d2"
READABLE = 4.5  # WCAG 2.2, 1.4.3: text against its background
# Increment it when the calculation changes, because browsers cache the file for a year.
VERSION = 1


def parse(colour: str) -> Rgb:
    """Return `#6559D2` or `6559d2` as red, green and blue; ValueError for anything else."""
    digits = colour.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{colour!r} is not a colour of six hexadecimal digits")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def as_css(colour: Rgb) -> str:
    """Return the colour in CSS notation."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Rgb) -> float:
    """Return the relative luminance of WCAG: 0 for black, 1 for white."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Rgb, second: Rgb) -> float:
    """Return the contrast ratio of WCAG: 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: Rgb, into: Rgb, share: float) -> Rgb:
    """Return a colour with `share` of `colour` and the rest of `into`."""
    red, green, blue = (
        round(a * share + b * (1 - share)) for a, b in zip(colour, into, strict=True)
    )
    return red, green, blue


def text_on(ground: Rgb) -> Rgb:
    """Return white if it is readable, else black; one of the two always is."""
    return WHITE if contrast(WHITE, ground) >= READABLE else BLACK


def darkened(colour: Rgb, *grounds: Rgb) -> Rgb:
    """Return the colour, darkened only as much as needed on these light backgrounds."""
    return next(
        shade
        for shade in (mix(colour, BLACK, percent / 100) for percent in range(100, -1, -2))
        if min(contrast(shade, ground) for ground in grounds) >= READABLE
    )


def highlighted(colour: Rgb, text: Rgb) -> Rgb:
    """Return the background of the current item in the bar; its text remains readable."""
    opposite = BLACK if text == WHITE else WHITE
    towards_text = (mix(text, colour, percent / 100) for percent in range(16, 5, -1))
    readable = (ground for ground in towards_text if contrast(ground, text) >= READABLE)
    return next(readable, mix(opposite, colour, 0.14))


def theme(colour: str) -> dict[str, str]:
    """Return the CSS custom properties for a chosen colour, by name."""
    picked = parse(colour)
    text = text_on(picked)
    tint = mix(picked, WHITE, 0.1)
    accent = darkened(picked, tint, PAGE)
    return {
        "--theme": as_css(picked),
        "--theme-hover": as_css(mix(picked, BLACK if text == WHITE else WHITE, 0.9)),
        "--theme-5": as_css(mix(picked, WHITE, 0.05)),
        "--theme-10": as_css(tint),
        "--theme-40": as_css(mix(picked, WHITE, 0.4)),
        "--theme-text": as_css(accent),
        "--theme-dark": as_css(mix(accent, BLACK, 0.7)),
        "--theme-bar": as_css(highlighted(picked, text)),
        "--on-theme": as_css(text),
    }


@require_safe
@cache_control(public=True, immutable=True, max_age=365 * 24 * 60 * 60)
def theme_css(request: HttpRequest, colour: str) -> HttpResponse:
    """Return the custom properties of a colour as a style sheet, which may be cached for a year."""
    lines = "".join(f"  {name}: {value};\n" for name, value in theme(colour).items())
    return HttpResponse(f":root {{\n{lines}}}\n", content_type="text/css; charset=utf-8")
