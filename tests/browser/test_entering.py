"""A live web chat in a real browser: a personal link, its code, and the chat behind them."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.serving import until_served
from tests.process.hamrah import Hamrah, free_port


@pytest.fixture
def hamrah(tmp_path: Path) -> Hamrah:
    """A live service that is reached by the web chat alone."""
    address = f"127.0.0.1:{free_port()}"
    settings = {
        "WEB_URL": f"http://{address}",
        "LISTEN": address,
        "DATA": str(tmp_path / "data"),
    }
    return Hamrah(tmp_path / "data", settings)


def invite(hamrah: Hamrah) -> tuple[str, str]:
    """A personal link and its code, as the command line prints them."""
    printed = hamrah.command("staff", "invite", "--role", "rater", "--name", "Babak").stdout
    link, code = re.search(r"http\S+", printed), re.search(r"\b\d{6}\b", printed)
    assert link, printed
    assert code, printed
    return link[0], code[0]


async def open_page(browser: Browser, link: str) -> Page:
    context = await browser.new_context(
        locale="fa-IR", viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = await context.new_page()
    await page.goto(link)
    return page


async def test_a_link_and_its_code_open_the_chat(browser: Browser, hamrah: Hamrah) -> None:
    """The secret leaves the address bar at once; a wrong code is told; Persian digits are taken."""
    link, code = invite(hamrah)
    with hamrah.running():
        await asyncio.to_thread(until_served, hamrah.url)
        page = await open_page(browser, link)
        await expect(page.locator("#code")).to_be_focused()
        assert "#" not in page.url
        await page.fill("#code", f"{(int(code) + 1) % 10**6:06}")
        await page.keyboard.press("Enter")
        await expect(page.locator(".reason")).not_to_be_empty()
        persian = code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
        await page.fill("#code", persian)
        await page.keyboard.press("Enter")
        await page.locator('[data-tap$=":fa"]').click()
        await expect(page.locator("li.theirs").last).to_contain_text("/help")
        await page.goto(link)
        await expect(page.locator("li.theirs").last).to_contain_text("/help")
        await page.locator(".leave").click()
        await page.locator("dialog .primary").click()
        await expect(page.locator(".entering")).to_be_visible()
        assert await page.locator("li.theirs").count() == 0
    log = (hamrah.data.parent / "log.jsonl").read_text(encoding="utf-8")
    assert link.rpartition("#")[2] not in log
