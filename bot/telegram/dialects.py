"""The messengers that speak the Bot API: Telegram, which made it, and those that differ from it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from telegram.request import HTTPXRequest

from bot.settings import Settings
from bot.telegram.bale import BaleRequest, is_of_old_client, unmarked

# What Telegram is asked to bring; Bale cannot be asked, and has no more than these.
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
_FILES = ("animation", "audio", "document", "photo", "video", "voice")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`mark` stands before what a messenger calls a tap or a file, so that no two channels have one
    in common; `resends` are the kinds of files that it sends again by what it calls them. `plain`
    makes of a text what is shown as that text, and `protects` is whether a picture can be kept from
    being sent on.
    """

    channel: str
    link: str
    mark: str = ""
    request: type[HTTPXRequest] = HTTPXRequest
    updates: Collection[str] | None = None
    resends: Collection[str] = _FILES
    has_menu: bool = True
    protects: bool = True
    plain: Callable[[str], str] = str
    shows_no_popup: Callable[[str], bool] = lambda _tap: False


TELEGRAM = Dialect(
    "telegram",
    "https://t.me/{bot}?start={code}",
    updates=UPDATES,
    resends=(*_FILES, "sticker", "video_note"),
)
BALE = Dialect(
    "bale",
    "https://ble.ir/{bot}?start={code}",
    mark="bale/",
    request=BaleRequest,
    has_menu=False,
    protects=False,
    plain=unmarked,
    shows_no_popup=is_of_old_client,
)


@dataclass(frozen=True, slots=True)
class Account:
    """A bot of ours on one of the messengers. Without a `webhook` updates are polled for."""

    dialect: Dialect
    api: str
    token: str = field(repr=False)
    proxy: str | None = field(default=None, repr=False)
    webhook: tuple[str, str] | None = field(default=None, repr=False)


def accounts(settings: Settings) -> tuple[Account, ...]:
    """The bots that are configured. Only Telegram is ever behind a proxy."""
    found = []
    if settings.telegram_token is not None:
        url, secret = settings.webhook_url, settings.webhook_secret
        webhook = None if url is None or secret is None else (url, secret)
        token, proxy = settings.telegram_token, settings.telegram_proxy
        found.append(Account(TELEGRAM, settings.telegram_api, token, proxy, webhook))
    if settings.bale_token is not None:
        found.append(Account(BALE, settings.bale_api, settings.bale_token))
    return tuple(found)
