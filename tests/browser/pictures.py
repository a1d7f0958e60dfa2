"""Takes the README's pictures of a rehearsal in a real browser: `make pictures`."""

import asyncio
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from tests.browser.arguments import ARGUMENTS
from tests.browser.phones import RehearsalPage
from tests.browser.serving import Rehearsal
from tests.browser.story import enter, screen_and_consent

DESKTOP, PHONE = (1440, 860), (390, 780)


async def take(browser: Browser, url: str, folder: Path) -> None:
    desktop = await RehearsalPage.open(browser, url, "en", DESKTOP)
    await screen_and_consent(desktop)
    await enter(desktop, "fa")
    await desktop.page.wait_for_timeout(500)
    await desktop.page.screenshot(path=folder / "rehearsal-en.png")
    phone = await RehearsalPage.open(browser, url, "fa", PHONE, "dark")
    await phone.page.locator("#tabs .tab").nth(6).click()
    await phone.page.wait_for_timeout(500)
    await phone.page.screenshot(path=folder / "phone-fa.png")


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as data, Rehearsal.at(Path(data)).running() as rehearsal:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=[*ARGUMENTS]
            )
            await take(browser, rehearsal.url, folder)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
