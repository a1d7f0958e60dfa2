"""How the text of a setting becomes its value. Each reader raises Wrong where it cannot."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

# Operators keep an SMS for a phone that is switched off no longer than two days.
LONGEST_HOURS = 48


class Wrong(ValueError):
    """What a value should have been; never the value, which may be a secret."""


@dataclass(frozen=True, slots=True)
class Listen:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Price:
    """What one part of an SMS costs, and in what currency."""

    amount: Decimal
    currency: str

    def of(self, parts: int) -> str:
        return f"{self.amount * parts} {self.currency}"


def as_token(value: str) -> str:
    if not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]{20,}", value, re.ASCII):
        raise Wrong("is no bot token; copy it from @BotFather, it looks like 123456789:AA…")
    return value


def as_url(*schemes: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not _is_url(value, schemes):
            raise Wrong(f"is no URL; write one that begins with {' or '.join(schemes)}://")
        return value.rstrip("/")

    return read


def as_hours(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value, re.ASCII) or not 1 <= int(value) <= LONGEST_HOURS:
        raise Wrong(f"is no number of hours; write one from 1 to {LONGEST_HOURS}")
    return int(value)


def _is_url(value: str, schemes: Collection[str]) -> bool:
    try:
        place = urlsplit(value)
        return place.scheme in schemes and bool(place.hostname) and place.port != 0
    except ValueError:  # A bracket that is not closed, or a port that is no number.
        return False


def as_webhook_url(value: str) -> str:
    if not urlsplit(as_url("https", "http")(value)).path.strip("/"):
        raise Wrong("has no path; add one such as /telegram, which is where updates arrive")
    return value


def as_origin(value: str) -> str:
    """As browsers name where a page is from."""
    place = urlsplit(as_url("https", "http")(value))
    if place.path.strip("/") or place.query or place.fragment or place.username:
        raise Wrong("must be no more than a scheme and a host, such as https://hamrah.example.ir")
    return f"{place.scheme}://{place.netloc.lower()}"


def as_secret(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value, re.ASCII):
        raise Wrong("must be 16 to 256 letters, digits, _ or -; make one at random")
    return value


def one_of(*names: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in names:
            raise Wrong(f"must be {' or '.join(names)}")
        return value

    return read


def as_sender(value: str) -> str:
    if not re.fullmatch(r"\+?[0-9]{3,15}", value, re.ASCII):
        raise Wrong("must be a number of 3 to 15 digits, as the operator gave it")
    return value


def as_price(value: str) -> Price:
    given = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,4})?)\s+(\S.{0,19})", value, re.ASCII)
    if given is None:
        raise Wrong("must be an amount and a currency, such as 130 toman")
    return Price(Decimal(given[1]), given[2])


def as_days(value: str) -> timedelta:
    return timedelta(days=as_count(value))


def as_count(value: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", value, re.ASCII):
        raise Wrong("must be a whole number from 1 on")
    return int(value)


def as_listen(value: str) -> Listen:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise Wrong("must be a host and a port, such as 127.0.0.1:8080")
    return Listen(host.strip("[]"), int(port))


def as_database(value: str) -> str:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        raise Wrong("must be an SQLite file, such as sqlite:////srv/hamrah/hamrah.sqlite3")
    return value


def as_trial(value: str) -> Path:
    folder = Path(value)
    try:
        is_there = (folder / "trial.toml").is_file()
    except OSError:  # a name that is too long, or a folder that may not be looked into
        is_there = False
    if not is_there:
        raise Wrong("must be a folder that holds a file trial.toml")
    return folder
