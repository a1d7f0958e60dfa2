"""What a gateway is to the service: it takes an SMS, and brings what phones and operators say."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bot.sending.outgoing import Outcome


@dataclass(frozen=True, slots=True)
class NewSms:
    """One SMS to be handed over. `id` is the same at each attempt; `to` is in the form E.164."""

    id: int
    to: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """An SMS from a phone, under the gateway's own number for it."""

    id: str
    sender: str = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What an operator says became of an SMS: "delivered", "failed" or "expired", and why."""

    reference: str
    state: str
    reason: str | None = None


# Seconds since 1970 have as many until long after any trial.
_MOST_DIGITS = 10
# As far as 64 bits go.
_REFERENCE = re.compile(r"[0-9]{1,19}")
# What stands in a callback's address and body; a body of plain text is its "text".
Fields = Mapping[str, str]


def sent_at(seconds: object) -> datetime | None:
    """When an SMS was sent, as gateways write it; None for what can be no such moment."""
    said = str(seconds)
    is_moment = said.isdecimal() and len(said) <= _MOST_DIGITS
    return datetime.fromtimestamp(int(said), UTC) if is_moment else None


def number_in(said: str) -> str:
    """A reference of ours, or of a gateway that numbers what it takes. Raises ValueError."""
    if not _REFERENCE.fullmatch(said):
        raise ValueError
    return said


class Gateway(Protocol):
    """Reading raises KeyError or ValueError where a callback is not what the gateway sends."""

    name: str

    async def send(self, sms: NewSms) -> Outcome:
        """`Sent` with the gateway's reference: it has it, whatever becomes of it afterwards."""

    def read_incoming(self, fields: Fields) -> Received: ...

    def read_report(self, fields: Fields) -> Report | None:
        """None when it says that nothing is settled yet."""

    async def close(self) -> None: ...


class AskedInVain(Exception):
    """The gateway did not say what was asked for; it may do so later."""


class AskedGateway(Gateway, Protocol):
    """A gateway whose callbacks may fail to come, so that it is asked as well."""

    async def unread(self) -> Sequence[Received]:
        """What came in and was not asked for before. Raises AskedInVain."""

    async def look_up(self, references: Sequence[str]) -> Sequence[Report]:
        """What is settled of these. Raises AskedInVain."""
