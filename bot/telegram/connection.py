"""The bot of python-telegram-bot, of which we use the types, the methods and the errors.

Its polling and its own waiting are replaced: both acknowledge before anything is stored.
"""

import warnings

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.clock import Clock
from bot.logs import failure, log
from bot.sending.backoff import delays
from bot.sending.delivery import SIDE_BY_SIDE
from bot.settings import Settings
from storage.failures import Failure


class TokenRefused(Failure):
    """Telegram refuses the bot token; copy it again from @BotFather into HAMRAH_TELEGRAM_TOKEN
    (and see that HAMRAH_TELEGRAM_API, if it is set, is a Bot API server).
    """


def make_bot(settings: Settings) -> Bot:
    # It would have us use its own get_updates, which fails for good at one malformed update.
    warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
    token = settings.telegram_token
    assert token is not None
    return Bot(
        token,
        base_url=f"{settings.telegram_api}/bot",
        base_file_url=f"{settings.telegram_api}/file/bot",
        request=_request(settings, 2 * SIDE_BY_SIDE),
        get_updates_request=_request(settings, 2),
    )


def _request(settings: Settings, connections: int) -> HTTPXRequest:
    """Proxies named in the environment are not for us: a service inside Iran must go direct."""
    return HTTPXRequest(
        connection_pool_size=connections,
        connect_timeout=10,
        read_timeout=20,
        write_timeout=20,
        pool_timeout=20,
        proxy=settings.telegram_proxy,
        httpx_kwargs={"trust_env": False},
    )


class TelegramBot:
    """The bot, whose name is known once Telegram was reached."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.bot = make_bot(settings)
        self._clock = clock
        self._connected = False

    @property
    def is_connected(self) -> bool:
        return self._connected

    def invitation(self, code: str) -> str:
        """The link that brings this code to the bot, or what is typed to it while its name is not
        known.
        """
        return (
            f"https://t.me/{self.bot.username}?start={code}"
            if self._connected
            else f"/start {code}"
        )

    async def connect(self) -> None:
        """Returns when Telegram knows the bot; a network that is down is waited for.

        Raises TokenRefused: so it is only at the start, when the token never worked. Later the same
        error is also what an unknown method gives.
        """
        for attempt, seconds in enumerate(delays(), start=1):
            try:
                await self.bot.initialize()
            except InvalidToken:
                raise TokenRefused from None
            except TelegramError as error:
                failure("not_connected", error, attempt=attempt)
                await self._clock.sleep(seconds)
            else:
                self._connected = True
                log("connected")
                return
