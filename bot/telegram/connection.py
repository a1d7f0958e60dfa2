"""A bot of python-telegram-bot, of which we use the types, the methods and the errors.

Its polling and its own waiting are replaced: both acknowledge before anything is stored.
"""

import asyncio
import warnings

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.clock import Clock
from bot.clock_offset import Measurements
from bot.logs import failure, log
from bot.sending.backoff import delays
from bot.sending.delivery import SIDE_BY_SIDE
from bot.telegram.dates import Hooks, comparing
from bot.telegram.dialects import Account
from storage.failures import Failure

_SOON = 5


class TokenRefused(Failure):
    """{messenger} refuses the bot token; copy it again from @BotFather into HAMRAH_{name}_TOKEN
    (and see that HAMRAH_{name}_API, if it is set, is a Bot API server).
    """


def make_bot(account: Account, hooks: Hooks | None = None) -> Bot:
    # It would have us use its own get_updates, which fails for good at one malformed update.
    warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
    return Bot(
        account.token,
        base_url=f"{account.api}/bot",
        base_file_url=f"{account.api}/file/bot",
        request=_request(account, 2 * SIDE_BY_SIDE, hooks),
        get_updates_request=_request(account, 2, hooks),
    )


def _request(account: Account, connections: int, hooks: Hooks | None) -> HTTPXRequest:
    """Proxies named in the environment are not for us: a service inside Iran must go direct."""
    return account.dialect.request(
        connection_pool_size=connections,
        connect_timeout=10,
        read_timeout=20,
        write_timeout=20,
        pool_timeout=20,
        proxy=account.proxy,
        httpx_kwargs={"trust_env": False, "event_hooks": hooks},
    )


class Messenger:
    """A bot, whose name is known once its messenger was reached."""

    def __init__(self, account: Account, clock: Clock, measurements: Measurements) -> None:
        self.account = account
        self.bot = make_bot(account, comparing(measurements, account.dialect.channel, clock))
        self._clock = clock
        self._connected = False

    @property
    def is_connected(self) -> bool:
        return self._connected

    def invitation(self, code: str) -> str:
        """The link that brings this code to the bot, or what is typed to it while its name is not
        known.
        """
        if not self._connected:
            return f"/start {code}"
        return _link(self.account, self.bot, code)

    async def connect(self) -> None:
        """Returns when the messenger knows the bot; a network that is down is waited for.

        Raises TokenRefused: so it is only at the start, when the token never worked. Later the same
        error is also what an unknown method gives.
        """
        for attempt, seconds in enumerate(delays(), start=1):
            try:
                await self.bot.initialize()
            except InvalidToken:
                channel = self.account.dialect.channel
                raise TokenRefused(messenger=channel.title(), name=channel.upper()) from None
            except TelegramError as error:
                failure("not_connected", error, attempt=attempt)
                await self._clock.sleep(seconds)
            else:
                self._connected = True
                log("connected")
                return


def _link(account: Account, bot: Bot, code: str) -> str:
    return account.dialect.link.format(bot=bot.username, code=code)


async def link_of(account: Account, code: str) -> str | None:
    """The link that brings this code to the bot, if its messenger says the bot's name soon."""
    bot = make_bot(account)
    try:
        async with asyncio.timeout(_SOON):
            await bot.initialize()
            return _link(account, bot, code)
    except (TelegramError, TimeoutError):
        return None
    finally:
        await bot.shutdown()
