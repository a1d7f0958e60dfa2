"""Phones in a browser when things go wrong, or are small."""

import asyncio
import re

from playwright.async_api import Browser, expect

from tests.browser.phones import RehearsalPage
from tests.browser.serving import Rehearsal

SCRIPT = "<img src=x onerror=alert(1)><script>alert(2)</script>"


async def test_what_is_typed_without_a_connection_is_sent_once_it_is_back(
    browser: Browser, rehearsal: Rehearsal
) -> None:
    """The service is killed; what is typed meanwhile survives a reload of nothing but the page's
    own memory, and counts once.
    """
    it = await RehearsalPage.open(browser, rehearsal.url)
    coordinator = it.phone("coordinator")
    rehearsal.kill()
    await coordinator.root.locator("textarea").fill("/screen NOT_ENTERED")
    await coordinator.root.locator("textarea").press("Enter")
    await expect(coordinator.root.locator("li.pending")).to_have_count(1)
    await expect(coordinator.root.locator(".note:not([hidden])")).to_be_visible()
    rehearsal.start()
    await expect(coordinator.asked).to_be_visible(timeout=40_000)
    await expect(coordinator.root.locator("li.pending")).to_have_count(0)
    mine = coordinator.root.locator("li.mine", has_text="/screen")
    await expect(mine).to_have_count(1)
    await coordinator.choose("F")
    # The browser itself writes down each try while nobody listened.
    assert [line for line in it.trouble if "net::ERR_" not in line] == []


async def test_a_reload_in_the_middle_goes_on_where_it_was(
    browser: Browser, rehearsal: Rehearsal
) -> None:
    it = await RehearsalPage.open(browser, rehearsal.url)
    coordinator = it.phone("coordinator")
    await coordinator.send("/screen NOT_ENTERED")
    await it.page.reload()
    await it.ready()
    await coordinator.choose("F")
    await coordinator.send("35")
    assert it.trouble == []


async def test_two_browsers_show_one_phone_alike(browser: Browser, rehearsal: Rehearsal) -> None:
    """A button that was used in one of them is answered in the other, and counts once."""
    first = await RehearsalPage.open(browser, rehearsal.url)
    second = await RehearsalPage.open(browser, rehearsal.url)
    here, there = first.phone("coordinator"), second.phone("coordinator")
    await here.send("/screen NOT_ENTERED")
    await expect(there.asked).to_contain_text("Female")
    old = there.asked.locator('[data-tap$=":F"]')
    handle = await old.element_handle()
    await here.choose("F")
    await expect(there.last).not_to_contain_text("Female")
    assert handle is not None
    await handle.click()
    await expect(second.page.locator("dialog.popup")).to_be_visible()
    await here.send("35")
    assert first.trouble == second.trouble == []


async def test_script_is_text(browser: Browser, rehearsal: Rehearsal) -> None:
    it = await RehearsalPage.open(browser, rehearsal.url)
    stranger = it.phone("")
    await stranger.send(SCRIPT)
    await expect(stranger.root.locator("li.mine").last).to_contain_text(SCRIPT)
    assert await stranger.root.locator("li img, li script").count() == 0
    assert it.trouble == []


async def test_a_megabyte_is_refused_and_what_is_too_long_stays_where_it_was_typed(
    browser: Browser, rehearsal: Rehearsal
) -> None:
    it = await RehearsalPage.open(browser, rehearsal.url)
    coordinator = it.phone("coordinator")
    field, note = coordinator.root.locator("textarea"), coordinator.root.locator(".note")
    await field.evaluate(
        """(it) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "words ".repeat(175_000));
          it.dispatchEvent(new ClipboardEvent("paste", { clipboardData, cancelable: true }));
        }"""
    )
    await expect(note.last).to_contain_text("1050000")
    await field.fill("x" * 5000)
    await field.press("Enter")
    await expect(note.last).to_contain_text("5000")
    assert len(await field.input_value()) == 5000
    assert await coordinator.root.locator("li.pending").count() == 0


async def test_an_old_tab_after_a_wipe_says_so_and_shows_the_new_one(
    browser: Browser, rehearsal: Rehearsal
) -> None:
    old = await RehearsalPage.open(browser, rehearsal.url)
    await old.phone("coordinator").send("/screen NOT_ENTERED")
    other = await RehearsalPage.open(browser, rehearsal.url)
    await other.page.locator("#bar .wipe").click()
    await other.page.locator("dialog .primary").click()
    await expect(old.page.locator(".note:not([hidden])").first).to_be_visible(timeout=20_000)
    await old.ready()
    await expect(old.page.locator("li.mine")).to_have_count(0)
    await old.phone("coordinator").send("/screen NOT_ENTERED")


async def test_a_phone_sized_screen_shows_one_phone_without_scrolling_sideways(
    browser: Browser, rehearsal: Rehearsal
) -> None:
    for language in ("fa", "en"):
        it = await RehearsalPage.open(browser, rehearsal.url, language, (360, 740))
        assert await it.page.locator(".phone:visible").count() == 1
        width = await it.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        await it.page.locator("#tabs .tab").nth(4).click()
        await expect(it.phone("pi").root).to_be_visible()
        assert it.trouble == []


async def test_the_menu_is_used_by_keyboard(browser: Browser, rehearsal: Rehearsal) -> None:
    it = await RehearsalPage.open(browser, rehearsal.url)
    rater = it.phone("rater")
    before = await rater.seen()
    await rater.root.locator("textarea").focus()
    for _ in range(2):
        await it.page.keyboard.press("Shift+Tab")
    await expect(rater.root.get_by_role("button", name="Commands")).to_be_focused()
    await it.page.keyboard.press("Enter")
    await it.page.keyboard.press("ArrowDown")
    await it.page.keyboard.press("Escape")
    await it.page.keyboard.press("Enter")
    await it.page.keyboard.press("Enter")
    await rater.until_answered(before)


async def test_a_tap_is_answered_at_once(browser: Browser, rehearsal: Rehearsal) -> None:
    """A bound that no machine breaks; what it takes is measured by `make benchmark`."""
    it = await RehearsalPage.open(browser, rehearsal.url)
    coordinator = it.phone("coordinator")
    await coordinator.send("/screen NOT_ENTERED")
    async with asyncio.timeout(3):
        await coordinator.choose("F")
    label = await coordinator.root.locator(".stamp").last.inner_text()
    assert re.fullmatch(r"\d\d:\d\d", label)
