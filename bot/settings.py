"""How this copy is set up: by environment variables, or by a file `.env` in the working folder.

The environment wins over the file. All that is wrong is told at once, each in one sentence, and a
name that is not known is refused, for it is most likely a slip.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from sqlalchemy import make_url

from bot.setting_values import (
    Listen,
    Price,
    Wrong,
    as_count,
    as_database,
    as_days,
    as_hours,
    as_listen,
    as_origin,
    as_price,
    as_secret,
    as_sender,
    as_token,
    as_trial,
    as_url,
    as_webhook_url,
    one_of,
)
from bot.trial.definitions import DEFAULT_TRIAL

PREFIX = "HAMRAH_"


@dataclass(frozen=True, slots=True)
class Settings:
    """`webhook_url` is None when updates are polled for."""

    telegram_token: str | None = field(repr=False)
    telegram_api: str
    telegram_proxy: str | None = field(repr=False)
    bale_token: str | None = field(repr=False)
    bale_api: str
    webhook_url: str | None
    webhook_secret: str | None = field(repr=False)
    web_url: str | None
    sms_gateway: str | None
    sms_url: str | None
    sms_user: str | None = field(repr=False)
    sms_password: str | None = field(repr=False)
    sms_number: str | None = field(repr=False)
    sms_secret: str | None = field(repr=False)
    sms_callback_url: str | None
    sms_hours: int
    sms_part_price: Price | None
    sms_a_day: int | None
    sms_budget: int | None
    listen: Listen
    data: Path
    backup_days: timedelta | None
    database: str
    trial: Path

    @property
    def personal_link(self) -> Callable[[str], str] | None:
        """Makes the link to a person's own web chat. What stands behind # is sent to no server."""
        if self.web_url is None:
            return None
        return f"{self.web_url}/chat/#{{}}".format

    @property
    def has_channel(self) -> bool:
        ways = (self.telegram_token, self.bale_token, self.web_url, self.sms_gateway)
        return any(way is not None for way in ways)

    @property
    def for_rehearsal(self) -> "Settings":
        """The same for a rehearsal: data of its own, and nobody is reached."""
        data = self.data / "rehearsal"
        return replace(
            self,
            telegram_token=None,
            bale_token=None,
            webhook_url=None,
            web_url=None,
            sms_gateway=None,
            data=data,
            database=_database_in(data),
        )

    @property
    def master_key(self) -> Path:
        return self.data / "master.key"

    @property
    def erased(self) -> Path:
        return self.data / "erased"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def database_file(self) -> Path:
        return Path(make_url(self.database).database or "")


class SettingsRefused(Exception):
    """Each line of the message is one thing that is wrong, and how to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its variable, what it is for, and how its text is read."""

    name: str
    help: str
    read: Callable[[str], Any]
    default: str | None = None


SETTINGS = (
    Setting("TELEGRAM_TOKEN", "the bot's token, from @BotFather", as_token),
    Setting(
        "TELEGRAM_API",
        "base URL of the Bot API server",
        as_url("https", "http"),
        "https://api.telegram.org",
    ),
    Setting(
        "TELEGRAM_PROXY",
        "proxy on the way to it, http://… or socks5://…; none if not set",
        as_url("http", "https", "socks5", "socks5h"),
    ),
    Setting("BALE_TOKEN", "the token of a bot on Bale, from @BotFather there", as_token),
    Setting(
        "BALE_API",
        "base URL of Bale's API, which is reached through no proxy",
        as_url("https", "http"),
        "https://tapi.bale.ai",
    ),
    Setting(
        "WEBHOOK_URL",
        "public URL to which Telegram brings updates; they are polled for if not set",
        as_webhook_url,
    ),
    Setting(
        "WEBHOOK_SECRET",
        "secret that Telegram sends with each update; needed with WEBHOOK_URL",
        as_secret,
    ),
    Setting(
        "WEB_URL",
        "public address of the web chat, https://…; participants have none if not set",
        as_origin,
    ),
    Setting(
        "SMS_GATEWAY",
        "kannel or kavenegar; there is no SMS if not set",
        one_of("kannel", "kavenegar"),
    ),
    Setting(
        "SMS_URL",
        "Kannel's smsbox, such as http://127.0.0.1:13013; Kavenegar's own if not set",
        as_url("https", "http"),
    ),
    Setting("SMS_USER", "Kannel's sendsms-user", str),
    Setting("SMS_PASSWORD", "the password of Kannel's sendsms-user, or Kavenegar's API key", str),
    Setting("SMS_NUMBER", "the clinic's own number or line, which SMS are sent from", as_sender),
    Setting("SMS_SECRET", "secret in the addresses that the gateway calls", as_secret),
    Setting(
        "SMS_CALLBACK_URL",
        "address under which Kannel reaches this service; http:// and LISTEN if not set",
        as_origin,
    ),
    Setting(
        "SMS_HOURS",
        "hours that an operator has to deliver an SMS before another way is tried",
        as_hours,
        default="6",
    ),
    Setting(
        "SMS_PART_PRICE",
        "what one part of an SMS costs, such as 130 toman; for `hamrah check --sms`",
        as_price,
    ),
    Setting(
        "SMS_A_DAY",
        "most messages by SMS a day to one person that they did not ask for; no limit if not set",
        as_count,
    ),
    Setting(
        "SMS_BUDGET",
        "most parts of SMS in a month of the Jalali calendar; no limit if not set",
        as_count,
    ),
    Setting(
        "LISTEN",
        "host:port of the web chat, the webhook, /health and /metrics",
        as_listen,
        default="127.0.0.1:8080",
    ),
    Setting("DATA", "folder of the database, its key and its backups", Path, default="data"),
    Setting(
        "BACKUP_DAYS",
        "days after which `hamrah backup` deletes an older backup; they are kept if not set",
        as_days,
    ),
    Setting(
        "DATABASE", "URL of the database; an SQLite file in the data folder if not set", as_database
    ),
    Setting(
        "TRIAL",
        "folder of the trial's definition",
        as_trial,
        default=str(DEFAULT_TRIAL),
    ),
)


_FOR_SMS = {
    "kannel": ("SMS_URL", "SMS_USER", "SMS_PASSWORD", "SMS_NUMBER", "SMS_SECRET"),
    "kavenegar": ("SMS_PASSWORD", "SMS_NUMBER", "SMS_SECRET"),
}


def read_settings(environment: Mapping[str, str], file: Path = Path(".env")) -> Settings:
    """Raises SettingsRefused with everything that is wrong."""
    given = {**_from_file(file), **_ours(environment)}
    problems = list(_unknown(given))
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = given.get(PREFIX + setting.name) or setting.default
        try:
            values[setting.name.lower()] = None if text is None else setting.read(text)
        except Wrong as wrong:
            problems.append(f"{PREFIX}{setting.name} {wrong}.")
    if given.get(f"{PREFIX}WEBHOOK_URL") and not given.get(f"{PREFIX}WEBHOOK_SECRET"):
        problems.append(
            f"{PREFIX}WEBHOOK_SECRET is missing; with {PREFIX}WEBHOOK_URL it keeps others from "
            "sending updates, so make one at random and set it."
        )
    if given.get(f"{PREFIX}SMS_GATEWAY") in _FOR_SMS:
        problems += _missing_for_sms(given)
    if problems:
        raise SettingsRefused(problems)
    if values["sms_url"] is None:
        values["sms_url"] = "https://api.kavenegar.com"
    if values["sms_callback_url"] is None:
        values["sms_callback_url"] = f"http://{values['listen'].host}:{values['listen'].port}"
    if values["database"] is None:
        values["database"] = _database_in(values["data"])
    return Settings(**values)


def _missing_for_sms(given: Mapping[str, str]) -> Iterator[str]:
    for name in _FOR_SMS[given[f"{PREFIX}SMS_GATEWAY"]]:
        if not given.get(PREFIX + name):
            yield f"{PREFIX}{name} is missing; {PREFIX}SMS_GATEWAY needs it."


def _database_in(folder: Path) -> str:
    return f"sqlite:///{folder / 'hamrah.sqlite3'}"


def help_lines() -> str:
    """A line for each setting."""
    return "\n".join(f"  {PREFIX + it.name:<24}{it.help}{_default(it)}" for it in SETTINGS)


def _default(setting: Setting) -> str:
    if setting.default is None:
        return ""
    is_path = setting.name == "TRIAL"
    return f" (default: {'the registered trial' if is_path else setting.default})"


def _from_file(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(
            [f"The file {file} cannot be read as UTF-8; write it anew."]
        ) from None
    lines = [str(it.original.line) for it in parse_stream(StringIO(text)) if it.error]
    if lines:
        raise SettingsRefused([_unread(file, line) for line in lines])
    found = dotenv_values(stream=StringIO(text))
    given = _ours({name: value or "" for name, value in found.items()})
    if file.stat().st_mode & 0o077 and any(given.get(name) for name in _secrets()):
        raise SettingsRefused(
            [f"Others on this machine can read the secrets in {file}: chmod 600 {file} closes it."]
        )
    return given


def _secrets() -> list[str]:
    """What is never shown is a secret."""
    return [PREFIX + it.name.upper() for it in fields(Settings) if not it.repr]


def _unread(file: Path, line: str) -> str:
    return f"Line {line} of {file} is no NAME=value; mend it, and close each quote that is open."


def _ours(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in values.items() if name.startswith(PREFIX)}


def _unknown(given: Mapping[str, str]) -> Iterator[str]:
    known = [PREFIX + setting.name for setting in SETTINGS]
    for name in sorted(given.keys() - set(known)):
        close = get_close_matches(name, known, n=1)
        meant = f"did you mean {close[0]}?" if close else "remove it."
        yield f"{name} is no setting of Hamrah; {meant}"
