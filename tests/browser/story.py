"""What is done at the beginning of every rehearsal: somebody is screened, consents and enters."""

from playwright.async_api import expect

from tests.browser.phones import RehearsalPage


async def screen_and_consent(it: RehearsalPage) -> None:
    await it.until_step(1)
    coordinator = await it.do_as_guided("coordinator")
    await coordinator.choose("NOT_ENTERED")
    await coordinator.choose("F")
    await coordinator.send("35")
    await coordinator.choose("CRITERIA")
    await coordinator.press("S")
    await it.until_step(2)
    await it.do_as_guided("coordinator")
    await coordinator.choose_first()
    await coordinator.send("today")
    await coordinator.choose_first()
    for code in ("YES", "YES", "YES", "F"):
        await coordinator.choose(code)
    await coordinator.send("1990-05-05")
    await coordinator.send("Sara Ahmadi")
    await coordinator.press("s")
    await coordinator.press("S")


async def enter(it: RehearsalPage, language: str) -> None:
    await it.until_step(3)
    coordinator = await it.do_as_guided("coordinator")
    await expect(coordinator.root.locator("img").last).to_be_visible()
    await coordinator.root.locator('a[href*="#start="]').last.click()
    participant = it.phone("participant")
    await expect(participant.last).to_be_visible()
    await participant.choose(language)
    await participant.choose_first()
