"""The page of a rehearsal as its reader sees and uses it."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, ConsoleMessage, FilePayload, Locator, Page

ZONE = ZoneInfo("Asia/Tehran")


@dataclass
class Phone:
    """One phone on the page. Buttons are found by what they send, in whatever language."""

    page: Page
    root: Locator

    @property
    def last(self) -> Locator:
        return self.root.locator("li.theirs").last

    @property
    def asked(self) -> Locator:
        """The newest message with buttons; what is only told may come after it."""
        return self.root.locator("li.theirs:has(.keyboard)").last

    async def seen(self) -> str:
        """What the bot last said here, with what its buttons send."""
        said: str = await self.root.evaluate(
            """phone => {
              const lines = [...phone.querySelectorAll("li.theirs")];
              const last = lines.at(-1);
              const taps = [...last?.querySelectorAll("[data-tap]") ?? []];
              return `${lines.length} ${last?.innerText} ${taps.map(it => it.dataset.tap)}`;
            }"""
        )
        return said

    async def until_answered(self, before: str) -> None:
        for _ in range(500):
            if await self.seen() != before:
                return
            await self.page.wait_for_timeout(20)
        raise AssertionError(f"no answer to {before}")

    async def send(self, words: str) -> None:
        before = await self.seen()
        field_ = self.root.locator("textarea")
        await field_.fill(words)
        await field_.press("Enter")
        await self.until_answered(before)

    async def choose(self, code: str) -> None:
        """Tap this option of the newest question, and wait for the next one."""
        option = self.asked.locator(f'button[data-tap$=":{code}"]')
        await option.wait_for()
        asked = await self._taps()
        await option.click()
        for _ in range(500):
            if await self._taps() != asked:
                return
            await self.page.wait_for_timeout(20)
        raise AssertionError(f"nothing is asked after {asked}")

    async def _taps(self) -> list[str]:
        taps: list[str] = await self.root.evaluate(
            """phone => {
              const asked = [...phone.querySelectorAll("li.theirs .keyboard")].at(-1);
              return [...asked?.querySelectorAll("[data-tap]") ?? []].map(it => it.dataset.tap);
            }"""
        )
        return taps

    async def press(self, what: str) -> None:
        """Tap the newest button of this kind: S submits, s skips."""
        button = self.asked.locator(f'button[data-tap^="{what}:"]').last
        await button.wait_for()
        before = await self.seen()
        await button.click()
        await self.until_answered(before)

    async def choose_first(self) -> None:
        before = await self.seen()
        await self.asked.locator("button[data-tap]").first.click()
        await self.until_answered(before)

    async def answer_somehow(self) -> None:
        """Whatever is asked is answered, until it can be submitted; then that.

        Of several options the last is chosen, which is "none of these" where there is one.
        """
        before = await self.seen()
        taps = await self._taps()
        options = [tap for tap in taps if tap.startswith(("a:", "t:"))]
        submits = [tap for tap in taps if tap.startswith("S:")]
        done = [tap for tap in taps if tap.startswith("d:")]
        is_chosen = options and ":-" in options[-1]
        tap = (submits or (done if is_chosen else options) or taps)[-1]
        await self.asked.locator(f'[data-tap="{tap}"]').click()
        await self.until_answered(before)

    async def send_pictures(self, *contents: bytes) -> None:
        """All at once, as somebody picks them from a gallery."""
        before = await self.seen()
        files: list[FilePayload] = [
            {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": content}
            for number, content in enumerate(contents)
        ]
        await self.root.locator("input[type=file]").set_input_files(files)
        await self.until_answered(before)

    async def text(self) -> str:
        return await self.root.inner_text()


@dataclass
class RehearsalPage:
    page: Page
    origin: str
    trouble: list[str] = field(default_factory=list)

    @classmethod
    async def open(
        cls,
        browser: Browser,
        url: str,
        language: Literal["en", "fa"] = "en",
        size: tuple[int, int] = (1440, 900),
        scheme: Literal["light", "dark"] = "light",
    ) -> "RehearsalPage":
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale={"en": "en-GB", "fa": "fa-IR"}[language],
            color_scheme=scheme,
        )
        it = cls(await context.new_page(), f"{urlsplit(url).scheme}://{urlsplit(url).netloc}")
        it._watch()
        await it.page.goto(url)
        await it.ready()
        return it

    def _watch(self) -> None:
        """Whatever a careful reader of the browser's console would complain of."""
        page = self.page
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("request", lambda it: self._look_at(it.url))

    def _hear(self, said: ConsoleMessage) -> None:
        """A picture that leaves the chat can be gone before a busy page has asked for it."""
        url = str(said.location["url"])
        is_gone = "status of 404" in said.text and "/files/" in urlsplit(url).path
        if said.type == "error" and not is_gone:
            self.trouble.append(f"{said.text} ({url})")

    def _look_at(self, url: str) -> None:
        if not url.startswith((self.origin, "blob:", "data:")):
            self.trouble.append(f"a request to another host: {url}")

    async def broken_pictures(self) -> int:
        """How many pictures stand in a chat that could not be loaded."""
        found: int = await self.page.evaluate(
            "[...document.images].filter(it => it.complete && !it.naturalWidth).length"
        )
        return found

    async def ready(self) -> None:
        await self.page.wait_for_selector(".phone li.theirs")
        await self.page.wait_for_selector("#guide p")

    def phone(self, role: str) -> Phone:
        """The phone of whoever has this role; "" is nobody's."""
        return Phone(self.page, self.page.locator(f'.phone[data-role="{role}"]').first)

    async def step(self) -> int | None:
        """The number of the next step; none when all was tried."""
        number: int | None = await self.page.evaluate(
            "document.getElementById('guide').dataset.step"
            " ? Number(document.getElementById('guide').dataset.step) : null"
        )
        return number

    async def until_step(self, number: int | None) -> None:
        shown = "" if number is None else str(number)
        await self.page.wait_for_selector(f'#guide[data-step="{shown}"]', timeout=10_000)

    async def do_as_guided(self, role: str) -> Phone:
        """Let the page type what it proposes, and send it."""
        phone = self.phone(role)
        before = await phone.seen()
        await self.page.locator("#guide .primary").click()
        await phone.root.locator("textarea").press("Enter")
        await phone.until_answered(before)
        return phone

    async def move_clock(self, how: str) -> None:
        before = await self.now()
        await self.page.locator(f'#bar button[data-move="{how}"]').click()
        await self.page.wait_for_function(
            "before => document.querySelector('#bar .now').dateTime > before"
            " && !document.querySelector('#bar [data-move=hour]').disabled",
            arg=before.isoformat(),
            timeout=30_000,
        )

    async def now(self) -> datetime:
        shown = await self.page.locator("#bar .now").get_attribute("datetime")
        assert shown is not None
        return datetime.fromisoformat(re.sub("Z$", "+00:00", shown))

    async def today(self) -> date:
        return (await self.now()).astimezone(ZONE).date()
