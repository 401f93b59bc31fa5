"""Take the pictures of the documentation again, from a running `./run demo`.

Chromium is needed, as for the tests. The pictures go to docs/images, with few colours, so that the
repository stays small.
"""

import argparse
import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WINDOW = ViewportSize(width=1440, height=860)
COLOURS = 128


# The pages by the name of their picture.
PICTURES = {
    "register-day": "/register/hours/",
    "register-week": "/register/hours/week/",
    "approvals": "/overview/approvals/",
    "project": "/projects/1/hours/",
}


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
        page = browser.new_page(locale="en-GB", base_url=wanted.url, viewport=WINDOW)
        page.goto("/")
        page.locator("input[type=email]").fill(wanted.email)
        page.locator("input[type=password]").fill(wanted.password)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        for name, path in PICTURES.items():
            if not wanted.names or name in wanted.names:
                take(name, path, page)
        browser.close()


def take(name: str, path: str, page: Page) -> None:
    """Store what the window shows of a page."""
    page.goto(path, wait_until="networkidle")
    image = Image.open(BytesIO(page.screenshot())).convert("RGB")
    drawn = image.quantize(COLOURS, dither=Image.Dither.NONE)
    drawn.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
