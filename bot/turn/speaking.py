"""Saying something to the person who wrote, and answering their tap."""

import json
from dataclasses import dataclass
from datetime import timedelta

from bot.turn.bodies import message_body, tap_body
from bot.turn.desk import Desk
from bot.turn.incoming import Chosen, Incoming, Tapped
from flows.messages import Message, say
from flows.text import Text
from storage.audit import Act, Detail
from storage.outbox import NewMessage, ToPerson, Urgency
from storage.people import Speaker

# Telegram forgets a tap after a while; an answer that is later is of no use.
TAP_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Voice:
    """The person who wrote, what they wrote, and the way back to them."""

    desk: Desk
    speaker: Speaker
    incoming: Incoming

    @property
    def person(self) -> int:
        return self.speaker.person_id

    @property
    def tap(self) -> Tapped | None:
        content = self.incoming.content
        return content if isinstance(content, Tapped) else None

    @property
    def chose(self) -> bool:
        """Whether this was a choice that was offered, rather than words of their own."""
        return isinstance(self.incoming.content, Tapped | Chosen)

    @property
    def role(self) -> str:
        return "+".join(sorted(role.value for role in self.speaker.roles))

    def say(self, message: Message) -> None:
        self.desk.reply(self._here, "message", message_body(message))

    def tell(self, words: Text) -> None:
        self.say(say(words))

    def redraw(self, message: Message) -> None:
        """Change the message that was tapped; where nothing was tapped, say it anew."""
        if self.tap is None or self.tap.message is None:
            self.say(message)
            return
        self.desk.reply(self._here, "edit", message_body(message, message=self.tap.message))

    def remove_what_was_sent(self) -> None:
        """What this person has just sent leaves the chat, where the channel lets it."""
        if self.incoming.message is not None:
            self.desk.reply(self._here, "remove", json.dumps({"message": self.incoming.message}))

    def send(self, kind: str, body: str) -> None:
        self.desk.reply(self._here, kind, body)

    def pop_up(self, words: Text) -> None:
        """Answer the tap with words; where nothing was tapped, say them."""
        if self.tap is None:
            self.tell(words)
        else:
            self._answer_tap(self.tap, words)

    def refuse_tap(self, why: Text) -> None:
        """A button that is old, or somebody else's, or made by hand: it changes nothing."""
        self.record("refused", None, why=why.key)
        self.pop_up(why)

    def close_tap(self) -> None:
        """Answer the tap without words, unless it was answered."""
        if self.tap is not None:
            self._answer_tap(self.tap, None)

    def record(self, verb: str, subject: int | None = None, **detail: str | int | None) -> None:
        self.desk.record(self._act(verb, subject, detail))

    def _act(self, verb: str, subject: int | None, detail: Detail) -> Act:
        return Act(verb, self.role, self.person, subject, detail, self.incoming.sent_at)

    @property
    def _here(self) -> ToPerson:
        return ToPerson(self.person, self.speaker.address_id)

    def _answer_tap(self, tap: Tapped, words: Text | None) -> None:
        key = f"tap:{tap.tap}"
        expires_at = self.desk.now + TAP_LASTS
        body = tap_body(tap.tap, words)
        self.desk.put(NewMessage(key, "tap", Urgency.ALERT, self._here, body, expires_at, line=key))
