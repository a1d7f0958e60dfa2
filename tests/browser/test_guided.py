"""A guided rehearsal, from the first screening to the summary, in a browser."""

from datetime import date, timedelta
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from bot.language.calendars import add_jalali_months
from bot.rehearsal.pictures import DrawnFiles
from bot.rehearsal.stage import PIN, ROLES
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from tests.browser.phones import Phone, RehearsalPage
from tests.browser.serving import Rehearsal
from tests.browser.story import enter, screen_and_consent

STUDY = load_study(DEFAULT_TRIAL)


def _open_day(day: date) -> date:
    while STUDY.trial.site.is_closed(day):
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize("language", ["en", "fa"])
async def test_a_whole_trial_is_rehearsed_as_the_guide_says(
    browser: Browser, rehearsal: Rehearsal, language: Literal["en", "fa"]
) -> None:
    it = await RehearsalPage.open(browser, rehearsal.url, language)
    await screen_and_consent(it)
    await enter(it, language)
    await _make_eligible(it)
    await _randomize(it)
    await _treat_and_book(it)
    await _come_and_be_rated(it)
    await _answer_and_look(it)
    assert it.trouble == []
    assert await it.broken_pictures() == 0


async def _make_eligible(it: RehearsalPage) -> None:
    await it.until_step(4)
    coordinator = await it.do_as_guided("coordinator")
    for code in ("YES", "STILL_LOSING", "YES", *["NO"] * 5):
        await coordinator.choose(code)
    await coordinator.press("S")
    for step in (5, 6, 7, 8):
        await it.until_step(step)
        clinician = await it.do_as_guided("clinician")
        if step == 7:
            await _send_pictures(clinician)
            continue
        if step == 6:
            await clinician.choose("II_1")
        if step == 8:
            await clinician.choose_first()
        await clinician.press("S")


async def _send_pictures(clinician: Phone) -> None:
    sharp = await DrawnFiles.fetch("sharp picture")
    await clinician.send_pictures(*[sharp.content for _ in STUDY.trial.views])


async def _randomize(it: RehearsalPage) -> None:
    """The arm is in the answer to the tap, and on nobody's phone, but for the title of the trial,
    which names the treatments: in the participant's chat and the PI's summary.
    """
    await it.until_step(9)
    allocator = await it.do_as_guided("allocator")
    await allocator.send(PIN)
    await allocator.press("S")
    popup = it.page.locator("dialog.popup")
    await expect(popup).to_be_visible()
    shown = await popup.inner_text()
    names = [name for arm in STUDY.trial.arms for name in arm.name.values()]
    assert any(name in shown for name in names)
    await popup.locator("button").click()
    await expect(popup).to_have_count(0)
    await it.page.reload()
    await it.ready()
    for role in ROLES:
        text = await it.phone(role.value).text()
        for title in STUDY.trial.title.values():
            text = text.replace(title, "")
        assert not any(name in text for name in names), role


async def _treat_and_book(it: RehearsalPage) -> None:
    await it.until_step(10)
    clinician = await it.do_as_guided("clinician")
    for code in ("NO", "NO", "SAME"):
        await clinician.choose(code)
    await clinician.press("S")
    await it.until_step(11)
    await it.do_as_guided("clinician")
    await clinician.send("LOT-1")
    await clinician.press("s")
    await clinician.press("S")
    await it.until_step(12)
    due_on = add_jalali_months(await it.today(), 1)
    coordinator = await it.do_as_guided("coordinator")
    await coordinator.send(_open_day(due_on).isoformat())
    await coordinator.send("10:00")
    await coordinator.press("S")


async def _come_and_be_rated(it: RehearsalPage) -> None:
    await it.until_step(13)
    participant = it.phone("participant")
    before = await participant.root.locator("li.theirs").count()
    came_on = _open_day(add_jalali_months(await it.today(), 1))
    while await it.today() < came_on:
        await it.move_clock("day")
    assert await participant.root.locator("li.theirs").count() >= before + 3
    coordinator = await it.do_as_guided("coordinator")
    await coordinator.press("S")
    await it.until_step(14)
    rater = await it.do_as_guided("rater")
    await rater.choose_first()
    await _answer_until(it, rater, 15, again="/ratings")


async def _answer_and_look(it: RehearsalPage) -> None:
    await it.until_step(15)
    for _ in range(120):
        if await it.step() != 15:
            break
        await it.move_clock("day")
    await it.until_step(16)
    participant = await it.do_as_guided("participant")
    await _answer_until(it, participant, 17, again="/open")
    await it.do_as_guided("pi")
    await it.until_step(None)


async def _answer_until(it: RehearsalPage, phone: Phone, step: int, again: str) -> None:
    """Answer whatever the newest message asks, and ask for more, until the guide goes on."""
    for _ in range(80):
        await it.page.wait_for_timeout(150)
        if await it.step() == step:
            return
        if await phone.last.locator("[data-tap]").count():
            await phone.answer_somehow()
        else:
            await phone.send(again)
    raise AssertionError(await phone.seen())
