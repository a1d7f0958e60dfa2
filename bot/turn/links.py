"""The links that a service makes: each brings somebody to their chat, on some way of its own."""

from collections.abc import Callable
from dataclasses import dataclass

Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Links:
    """`invitation` makes the link that enters a chat with a one-time code, `personal` the one to a
    person's own page, from its secret. None where the service has no such way. `sms`: whether it
    reaches phones by SMS.
    """

    invitation: Address | None = None
    personal: Address | None = None
    sms: bool = False
