"""Take the pictures of the documentation again, from a running `./run demo`.

Chromium is needed, as for the tests. The pictures go to docs/images, with few colours, so that the
repository stays small.
"""

import argparse
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESK, PHONE = (1440, 860), (390, 844)
COLOURS = 128


@dataclass(frozen=True)
class Picture:
    """A page of the demo; `opens` is what is pressed first, by its selector."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    opens: str = ""


PICTURES = (
    Picture("home", "/"),
    Picture("register-day", "/register/hours/"),
    Picture("register-week", "/register/hours/week/"),
    Picture("register-phone", "/register/hours/", PHONE),
    Picture("approvals", "/overview/approvals/"),
    Picture("project", "/projects/1/hours/"),
    Picture("import-file", "/settings/import/files/"),
)


def main() -> None:
    """Log in to the demo and take every picture, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="the pictures to take; all without a name")
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--email", default="sanne@studio-oost.example")
    parser.add_argument("--password", default="demo-demo-demo")
    wanted = parser.parse_args()
    with sync_playwright() as playwright:
        program = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB", base_url=wanted.url)
        page.goto("/login/")
        page.get_by_label("E-mail").fill(wanted.email)
        page.locator("input[type=password]").fill(wanted.password)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_load_state("networkidle")
        for picture in PICTURES:
            if not wanted.names or picture.name in wanted.names:
                take(picture, page)
        browser.close()


def take(picture: Picture, page: Page) -> None:
    """Store what the window shows."""
    width, height = picture.size
    page.set_viewport_size({"width": width, "height": height})
    page.goto(picture.path, wait_until="networkidle")
    if picture.opens:
        page.locator(picture.opens).first.click()
        page.wait_for_load_state("networkidle")
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(
        IMAGES / f"{picture.name}.png", optimize=True
    )


if __name__ == "__main__":
    main()
