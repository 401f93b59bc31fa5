"""The colours of an organisation: what follows from the one it picked, always readable."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

Rgb = tuple[int, int, int]

WHITE: Rgb = (255, 255, 255)
BLACK: Rgb = (0, 0, 0)
PAGE: Rgb = (249, 250, 251)  # --ground in tokens.css
DEFAULT_COLOUR = "6559d2"
READABLE = 4.5  # WCAG 2.2, 1.4.3: text on its ground
# Raised when the figures below change, because browsers keep the file for ever.
VERSION = 1


def parse(colour: str) -> Rgb:
    """`#6559D2` or `6559d2` as red, green and blue; ValueError for anything else."""
    digits = colour.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{colour!r} is not a colour of six hexadecimal digits")
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def written(colour: Rgb) -> str:
    """The colour as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Rgb) -> float:
    """Relative luminance as WCAG defines it: 0 for black, 1 for white."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Rgb, other: Rgb) -> float:
    """Contrast ratio as WCAG defines it: 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: Rgb, into: Rgb, share: float) -> Rgb:
    """`share` of `colour`, the rest of `into`."""
    red, green, blue = (
        round(a * share + b * (1 - share)) for a, b in zip(colour, into, strict=True)
    )
    return red, green, blue


def text_on(ground: Rgb) -> Rgb:
    """White where it can be read, else black; one of the two always can."""
    return WHITE if contrast(WHITE, ground) >= READABLE else BLACK


def darkened(colour: Rgb, *grounds: Rgb) -> Rgb:
    """The colour itself, or as little darker as makes it readable on these light grounds."""
    return next(
        shade
        for shade in (mix(colour, BLACK, percent / 100) for percent in range(100, -1, -2))
        if min(contrast(shade, ground) for ground in grounds) >= READABLE
    )


def highlighted(colour: Rgb, text: Rgb) -> Rgb:
    """The ground of the current item in the bar: set off from it, the text on it still readable."""
    opposite = BLACK if text == WHITE else WHITE
    towards_text = (mix(text, colour, percent / 100) for percent in range(16, 5, -1))
    readable = (ground for ground in towards_text if contrast(ground, text) >= READABLE)
    return next(readable, mix(opposite, colour, 0.14))


def theme(colour: str) -> dict[str, str]:
    """The custom properties of a picked colour, by name, as CSS writes them."""
    picked = parse(colour)
    text = text_on(picked)
    tint = mix(picked, WHITE, 0.1)
    accent = darkened(picked, tint, PAGE)
    return {
        "--theme": written(picked),
        "--theme-hover": written(mix(picked, BLACK if text == WHITE else WHITE, 0.9)),
        "--theme-5": written(mix(picked, WHITE, 0.05)),
        "--theme-10": written(tint),
        "--theme-40": written(mix(picked, WHITE, 0.4)),
        "--theme-text": written(accent),
        "--theme-dark": written(mix(accent, BLACK, 0.7)),
        "--theme-bar": written(highlighted(picked, text)),
        "--on-theme": written(text),
    }


@require_safe
@cache_control(public=True, immutable=True, max_age=365 * 24 * 60 * 60)
def theme_css(request: HttpRequest, colour: str) -> HttpResponse:
    """The custom properties of a colour as a style sheet, the same for everybody and for ever."""
    lines = "".join(f"  {name}: {value};\n" for name, value in theme(colour).items())
    return HttpResponse(f":root {{\n{lines}}}\n", content_type="text/css; charset=utf-8")
