"""The links that a service makes: each brings somebody to their chat, on some way of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Links:
    """`invitations` make the link that enters a chat with a one-time code, by channel. `personal`
    makes the one to a person's own page, from its secret; None where the service has no such way.
    `sms`: whether it reaches phones by SMS.
    """

    invitations: Mapping[str, Address] = field(default_factory=dict)
    personal: Address | None = None
    sms: bool = False
