"""Kavenegar, the Iranian gateway over HTTP: its REST API, and the callbacks set in its panel.

From its documentation: the status in an answer is that of the HTTP response; a repeated `localid`
is not sent again but answered with what was sent before, so any attempt may be repeated. Callbacks
are not signed, and what they bring is asked for as well: unread SMS, and what became of ours.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from bot.language.typed_text import sound
from bot.logs import failure
from bot.sending.outgoing import NotSent, Outcome, Refused, Sent, Slower
from bot.sms.gateway import AskedInVain, Fields, NewSms, Received, Report, number_in, sent_at

Entry = Mapping[str, Any]
Read = TypeVar("Read")

# Busy, too many at once, or the same in a short time: the gateway wants to be left alone.
_LATER = {HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS, 451}
# Our key, our line or our credit: whoever set it up mends it, and what waits leaves then.
_OURS = {401: "gateway_login", 403: "gateway_login", 407: "gateway_login", 418: "gateway_credit"}
_PAUSE = 30.0

_SETTLED = {
    "6": ("failed", "not_delivered"),
    "10": ("delivered", None),
    "11": ("failed", "not_delivered"),
    "13": ("failed", "cancelled"),
    "14": ("failed", "sms_blocked"),
    "100": ("failed", "unknown_to_gateway"),
}


class Kavenegar:
    name = "kavenegar"

    def __init__(self, url: str, key: str, number: str) -> None:
        self._number = number
        self._client = httpx.AsyncClient(base_url=f"{url}/v1/{key}/", trust_env=False, timeout=20)

    async def send(self, sms: NewSms) -> Outcome:
        """What came of a call that broke off is not known, but may be repeated with its number."""
        given = {
            "receptor": sms.to,
            "message": sms.text,
            "sender": self._number,
            "localid": str(sms.id),
        }
        try:
            answer = await self._client.post("sms/send.json", data=given)
        except httpx.HTTPError:
            return NotSent("no_gateway")
        if answer.status_code == HTTPStatus.OK:
            return _accepted(answer)
        return _outcome(answer.status_code)

    def read_incoming(self, fields: Fields) -> Received:
        """The names of its fields differ from one account to another."""
        sender = fields.get("from") or fields["sender"]
        return Received(fields["messageid"], sender, fields["message"])

    def read_report(self, fields: Fields) -> Report | None:
        return _report(number_in(fields["messageid"]), fields["status"])

    async def unread(self) -> Sequence[Received]:
        """Each is handed out as unread once, so all of them are taken."""
        entries = await self._entries("sms/receive.json", linenumber=self._number, isread="0")
        return [*_readable(entries, _received)]

    async def look_up(self, references: Sequence[str]) -> Sequence[Report]:
        entries = await self._entries("sms/status.json", messageid=",".join(references))
        found = _readable(entries, lambda it: _report(_reference(it), str(it["status"])))
        return [report for report in found if report is not None]

    async def close(self) -> None:
        await self._client.aclose()

    async def _entries(self, what: str, **given: str) -> Sequence[Entry]:
        try:
            answer = await self._client.post(what, data=given)
            entries = answer.json()["entries"] or []
        except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError):
            raise AskedInVain from None
        if answer.status_code != HTTPStatus.OK or not isinstance(entries, list):
            raise AskedInVain
        return entries


def _readable(entries: Sequence[Entry], read: Callable[[Entry], Read]) -> Iterator[Read]:
    """One that cannot be read takes none of the others with it."""
    for entry in entries:
        try:
            yield read(entry)
        except (KeyError, TypeError) as error:
            failure("sms_entry_unreadable", error)


def _received(entry: Entry) -> Received:
    reference, sender, words = _reference(entry), str(entry["sender"]), str(entry["message"])
    return Received(reference, sender, words, sent_at(entry.get("date")))


def _reference(entry: Entry) -> str:
    return sound(str(entry["messageid"]))


def _accepted(answer: httpx.Response) -> Outcome:
    try:
        return Sent(str(answer.json()["entries"][0]["messageid"]))
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return NotSent("gateway_silent")


def _outcome(status: int) -> Outcome:
    if status in _LATER:
        return Slower(_PAUSE)
    if status in _OURS:
        return NotSent(_OURS[status])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return NotSent("no_gateway")
    return Refused("gateway_refused")


def _report(reference: str, status: str) -> Report | None:
    settled = _SETTLED.get(status)
    return None if settled is None else Report(reference, *settled)
