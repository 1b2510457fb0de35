"""How does the last rehearsal look? Its report as a picture for the docs, by a headless Chromium.

    python benchmarks/rehearsal_picture.py REPORT [--out docs/images/rehearsal.png] [--language en] [--width 1160]

REPORT is the HTML file that `peakday rehearse` names at its end. Without --whole only the verdict and the first charts
are taken.
"""

import argparse
import asyncio
import shutil
from pathlib import Path

from playwright.async_api import async_playwright

OUT = Path(__file__).parents[1] / "docs/images/rehearsal.png"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
SHOWN = 3  # sections below the verdict: load, response times, latency by door


async def take(report: Path, out: Path, language: str, width: int, *, is_whole: bool) -> None:
    """One picture."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme="light")
        await page.goto(report.resolve().as_uri())
        await page.locator(f"label[for={language}]").click()
        if not is_whole:
            await page.add_style_tag(content=f"section:nth-of-type(n+{SHOWN + 1}), .languages {{ display: none }}")
        await page.screenshot(path=out, full_page=True)
        await browser.close()


def main() -> None:
    """Read the words of the command and take the picture."""
    parser = argparse.ArgumentParser(description="A rehearsal's report as a picture.")
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--language", choices=("zh", "en"), default="en")
    parser.add_argument("--width", type=int, default=1160)
    parser.add_argument("--whole", action="store_true", help="every section")
    words = parser.parse_args()
    asyncio.run(take(words.report, words.out, words.language, words.width, is_whole=words.whole))
    print(words.out)


if __name__ == "__main__":
    main()
