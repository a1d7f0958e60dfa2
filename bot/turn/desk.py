"""What a turn works with: one transaction, the keys, the study, and the moment."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from bot.trial.study import Study
from bot.turn.bodies import message_body
from bot.turn.links import Links
from flows.messages import Message
from flows.roles import Role
from flows.text import text
from storage import audit, outbox, people
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, ToStranger, Urgency

# After this a message that could not leave would only confuse. An alert is never given up before
# the weekly summary has told of it.
LASTS = {
    Urgency.ALERT: timedelta(days=14),
    Urgency.REPLY: timedelta(days=3),
    Urgency.NOTICE: timedelta(days=3),
    Urgency.REMINDER: timedelta(hours=12),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """`nonce` makes the keys of this turn's messages its own; `secret` and `digits` are new and
    random, and say nothing of each other.
    """

    connection: Connection
    keys: Keyring
    study: Study
    now: datetime
    nonce: str
    secret: str = field(repr=False)
    digits: str = field(repr=False)
    links: Links
    _sent: list[int] = field(default_factory=list, repr=False)

    @property
    def today(self) -> date:
        return self.study.today(self.now)

    def record(self, act: audit.Act) -> None:
        audit.append(self.connection, keys=self.keys, at=self.now, act=act)

    def reply(self, to: ToPerson | ToStranger, kind: str, body: str) -> None:
        """Put a reply in; replies of one turn leave in their order."""
        self._sent.append(1)
        key = f"{self.nonce}:{len(self._sent)}"
        self.put(NewMessage(key, kind, Urgency.REPLY, to, body, self.now + LASTS[Urgency.REPLY]))

    def put(self, new: NewMessage) -> bool:
        return outbox.put(self.connection, keys=self.keys, new=new, at=self.now)

    def notify(
        self,
        person_id: int,
        message: Message,
        *,
        key: str | None = None,
        urgency: Urgency = Urgency.NOTICE,
        lasts: timedelta | None = None,
    ) -> bool:
        """Send a message to somebody who did not just write; False when `key` was used before."""
        self._sent.append(1)
        return self.put(
            NewMessage(
                key or f"{self.nonce}:{len(self._sent)}",
                "message",
                urgency,
                ToPerson(person_id),
                message_body(message),
                self.now + (LASTS[urgency] if lasts is None else lasts),
            )
        )

    def notify_role(
        self,
        role: Role,
        message: Message,
        *,
        key: str | None = None,
        urgency: Urgency = Urgency.NOTICE,
    ) -> list[int]:
        """Tell everybody with the role; where nobody holds it, the PI and the administrators.
        Returns who was told.
        """
        told = dict.fromkeys(people.holders(self.connection, role), message)
        told = told or self._instead(role, message)
        for person_id, words in told.items():
            each = None if key is None else f"{key}:{person_id}"
            self.notify(person_id, words, key=each, urgency=urgency)
        return list(told)

    def _instead(self, role: Role, message: Message) -> dict[int, Message]:
        """What the PI and the administrators are told because nobody has the role that it is for;
        administrators only look to it that somebody has.
        """
        head = text("staff.nobody_holds", role=text(f"role.{role.value}"))
        told = replace(message, paragraphs=(head, *message.paragraphs))
        investigators = people.holders(self.connection, Role.PI)
        administrators = people.holders(self.connection, Role.ADMINISTRATOR)
        return dict.fromkeys(administrators, replace(told, buttons=())) | dict.fromkeys(
            investigators, told
        )
