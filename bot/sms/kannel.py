"""Kannel (1.4.5), which speaks to any operator over SMPP, and to GSM modems.

Learnt by running it: Persian needs coding 2 and its charset named, or arrives as question marks;
202 means accepted, also while the operator is away. Text and password go in the body and in
headers, so that they stand in no log of addresses.
"""

from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import httpx

from bot.sending.outgoing import NotSent, Outcome, Refused, Sent, Unknown
from bot.sms.gateway import Fields, NewSms, Received, Report, number_in, sent_at
from bot.sms.parts import is_gsm

# Reports that are asked for: delivered, failed, and refused by the operator.
_DELIVERED, _FAILED, _REJECTED = "1", "2", "16"
_MASK = 19
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Kannel:
    """`reports` is the address under which Kannel reaches this service with a report; `within` is
    how long the operator tries.
    """

    name = "kannel"

    def __init__(
        self, url: str, user: str, password: str, number: str, reports: str, within: timedelta
    ) -> None:
        self._url = f"{url}/cgi-bin/sendsms"
        self._reports = reports
        self._headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "X-Kannel-Username": user,
            "X-Kannel-Password": password,
            "X-Kannel-From": number,
            "X-Kannel-Charset": "UTF-8",
            "X-Kannel-DLR-Mask": str(_MASK),
            "X-Kannel-Validity": str(within // timedelta(minutes=1)),
        }
        self._client = httpx.AsyncClient(trust_env=False, timeout=20)

    async def send(self, sms: NewSms) -> Outcome:
        """The reference is our own number: Kannel gives none, but brings it back in a report."""
        reference = str(sms.id)
        headers = self._headers | {
            "X-Kannel-To": sms.to,
            "X-Kannel-Coding": "0" if is_gsm(sms.text) else "2",
            # Kannel fills in what stands behind a percent sign.
            "X-Kannel-DLR-Url": f"{self._reports}?{urlencode({'sms': reference})}"
            "&status=%d&answer=%A",
        }
        try:
            answer = await self._client.post(self._url, headers=headers, content=sms.text.encode())
        except _NEVER_SENT:
            return NotSent("no_gateway")
        except httpx.HTTPError:
            return Unknown("gateway_silent")
        return _outcome(answer.status_code, reference)

    def read_incoming(self, fields: Fields) -> Received:
        sent = sent_at(fields.get("sent"))
        return Received(fields["id"], fields["from"], fields["text"], sent)

    def read_report(self, fields: Fields) -> Report | None:
        """SMPP tells in its own words why: "… stat:EXPIRED err:…"."""
        reference, status = number_in(fields["sms"]), fields["status"]
        said = fields.get("answer", "").upper()
        if status == _DELIVERED:
            return Report(reference, "delivered")
        if status == _REJECTED:
            return Report(reference, "failed", "operator_refused")
        if status != _FAILED:
            return None
        if "EXPIRED" in said:
            return Report(reference, "expired", "not_reached_in_time")
        return Report(reference, "failed", "not_delivered")

    async def close(self) -> None:
        await self._client.aclose()


def _outcome(status: int, reference: str) -> Outcome:
    match status:
        case HTTPStatus.ACCEPTED | HTTPStatus.OK:
            return Sent(reference)
        case HTTPStatus.BAD_REQUEST | HTTPStatus.NOT_FOUND:
            return Refused("gateway_refused")
        case HTTPStatus.FORBIDDEN | HTTPStatus.UNAUTHORIZED:
            return NotSent("gateway_login")
        case _:
            return NotSent("no_gateway")
