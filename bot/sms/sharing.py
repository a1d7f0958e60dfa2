"""A phone that several participants share: who writes is asked by first name before anything else.

Rules that hold here:
- Nothing is taken for anybody's until it is known who writes. That is kept for half an hour of
  silence, or until an SMS has left to another of them: then a number could answer either.
- What came before that was said is not lost: words that stop or command, and letters, count for
  whoever turns out to have written them. What could be an answer never does; it is asked anew.
- A wish to stop counts for whoever is chosen. When it comes again before that, it counts for all.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.language.stop_words import is_stop
from bot.language.typed_text import normalize, trimmed, words_of
from bot.sms.channel import CHANNEL
from bot.sms.meaning import command_in, is_answer, is_named, is_wish
from bot.turn import mailing, unclaimed
from bot.turn.desk import Desk
from bot.turn.incoming import Chosen, Incoming
from bot.turn.speaking import Voice
from bot.turn.turns import ask_again, hear_known
from bot.turn.unclaimed import WAITS
from flows.messages import say
from flows.sharing import first_name, labels
from flows.text import text
from storage import participants, people, shared_numbers
from storage.outbox import ToStranger
from storage.people import Speaker
from storage.shared_numbers import Writer

# So often a number is asked in an hour who writes: it may be a robot.
_MOST_ASKED = 6

Hear = Callable[[Voice, str], None]


@dataclass(frozen=True, slots=True)
class Shared:
    """One SMS from a phone that these participants share. `hear` takes words for one of them."""

    desk: Desk
    incoming: Incoming
    sharers: Sequence[Speaker]
    digest: bytes
    hear: Hear

    @classmethod
    def at(cls, desk: Desk, incoming: Incoming, sharers: Sequence[Speaker], hear: Hear) -> "Shared":
        digest = people.digest_of(desk.keys, CHANNEL, incoming.address)
        return cls(desk, incoming, sharers, digest, hear)

    def take(self, words: str) -> None:
        """Hear these words as those of whoever writes; where that is not known, ask."""
        writer = shared_numbers.writer(self.desk.connection, self.digest)
        named = self._named(words, writer)
        if named is not None:
            self._choose(named)
            return
        known = self._known(writer)
        if is_named(self.desk.study, "change", words):
            self._ask(stops=False)
        elif is_stop(words, self.desk.study.lexicon):
            self._stop(known, words)
        elif known is None:
            self._hold(words, writer)
        else:
            self._keep(known)
            self.hear(Voice(self.desk, known, self.incoming), words)

    def _known(self, writer: Writer | None) -> Speaker | None:
        """Who said that they write, if that still holds."""
        if writer is None or writer.heard_at <= self.desk.now - WAITS:
            return None
        chosen = self._with_address(writer.address_id)
        others = [it.person_id for it in self.sharers if it is not chosen]
        if chosen is None or shared_numbers.was_written_to(
            self.desk.connection, others, since=writer.heard_at
        ):
            return None
        return chosen

    def _with_address(self, address_id: int | None) -> Speaker | None:
        return next((it for it in self.sharers if it.address_id == address_id), None)

    def _named(self, words: str, writer: Writer | None) -> Speaker | None:
        """Whom these words name: by their number while it is asked for, or by name at any time."""
        offered, number = self._offered(writer), trimmed(normalize(words))
        if number.isdecimal() and 1 <= int(number[:3]) <= len(offered):
            return self._with_address(offered[int(number[:3]) - 1])
        said = words_of(words)
        fits = [
            it
            for place, (it, forms) in enumerate(self._forms(), start=1)
            if said in forms or (said[:1] == (str(place),) and said[1:] in forms)
        ]
        return fits[0] if len(fits) == 1 else None

    def _forms(self) -> Iterator[tuple[Speaker, set[tuple[str, ...]]]]:
        """What each may be called, as words. A first name that two bear names neither."""
        names = [name_of(self.desk, it.person_id) for it in self.sharers]
        for it, name, label in zip(self.sharers, names, labels(names), strict=True):
            forms = {words_of(form) for form in (name, first_name(name), label)}
            yield it, forms - {()}

    def _offered(self, writer: Writer | None) -> Sequence[int]:
        """Who is asked for now, in the order of their numbers."""
        if writer is None or writer.heard_at <= self.desk.now - WAITS:
            return ()
        return writer.offered

    def _keep(self, speaker: Speaker) -> None:
        shared_numbers.choose(
            self.desk.connection, self.digest, address_id=speaker.address_id, at=self.desk.now
        )

    def _choose(self, speaker: Speaker) -> None:
        """From now on they write; what they wrote before they said so is taken as far as it may."""
        self._keep(speaker)
        waiting = self._held()
        self._release()
        voice = Voice(self.desk, speaker, self.incoming)
        taken = [self._take_held(voice, words) for words in waiting]
        if all(taken) and taken:
            return
        head = [text("sms.say_again")] if taken else []
        voice.say(say(*head, text("sms.counts_for")))
        ask_again(voice)

    def _held(self) -> list[str]:
        """What may still be whoever says so now; the coordinators hear of what is older."""
        connection, now = self.desk.connection, self.desk.now
        keys, after = self.desk.keys, now - WAITS
        return shared_numbers.held(connection, self.digest, keys=keys, until=now, after=after)

    def _release(self) -> None:
        now = self.desk.now
        shared_numbers.release(self.desk.connection, self.digest, until=now, after=now - WAITS)

    def _take_held(self, voice: Voice, words: str) -> bool:
        """Whether these words could be taken as this person's, though they came before it."""
        study = self.desk.study
        if is_stop(words, study.lexicon):
            self._stop_for(voice.speaker)
        elif is_wish(study, words) or command_in(study, words) is not None:
            self.hear(voice, words)
        elif not is_answer(voice, words) and mailing.is_letter(words, study):
            mailing.receive(voice, words, None)
        else:
            return False
        return True

    def _hold(self, words: str, writer: Writer | None) -> None:
        """Keep what was written, and ask by whom; a number that is nobody's is asked for again."""
        if not (trimmed(normalize(words)).isdecimal() and self._offered(writer)):
            unclaimed.hold(self.desk, self.digest, words)
        self._ask(stops=False, urgent=self._is_letter(words))

    def _is_letter(self, words: str) -> bool:
        study = self.desk.study
        is_asked_for = is_wish(study, words) or command_in(study, words) is not None
        return not is_asked_for and mailing.is_letter(words, study)

    def _stop(self, known: Speaker | None, words: str) -> None:
        reached = [it for it in self.sharers if _is_messaged(self.desk, it)]
        if not reached:
            return
        if known in reached:
            assert known is not None
            self._keep(known)
            self.hear(Voice(self.desk, known, self.incoming), words)
        elif any(is_stop(it, self.desk.study.lexicon) for it in self._held()):
            self._release()
            for speaker in reached:
                self._stop_for(speaker)
        else:
            unclaimed.hold(self.desk, self.digest, words)
            self._ask(stops=True)

    def _stop_for(self, speaker: Speaker) -> None:
        stop = replace(self.incoming, content=Chosen("r:stop:ALL"))
        hear_known(Voice(self.desk, speaker, stop))

    def _ask(self, *, stops: bool, urgent: bool = False) -> None:
        """Ask who writes, unless it was asked so often that nobody reads it."""
        desk = self.desk
        asked = [it.address_id for it in self.sharers]
        shared_numbers.ask(desk.connection, self.digest, offered=asked, at=desk.now)
        since = desk.now - timedelta(hours=1)
        if shared_numbers.times_asked(desk.connection, self.digest, since=since) >= _MOST_ASKED:
            return
        body = {
            "language": language_of(self.sharers),
            "addresses": asked,
            "stops": stops,
            "urgent": urgent,
        }
        desk.reply(ToStranger(CHANNEL, self.incoming.address), "who", json.dumps(body))


def language_of(sharers: Sequence[Speaker]) -> str:
    """English where all of them read it."""
    return "en" if all(it.language == "en" for it in sharers) else "fa"


def name_of(desk: Desk, person_id: int) -> str:
    return people.identity(desk.connection, keys=desk.keys, person_id=person_id, kind="name")


def _is_messaged(desk: Desk, speaker: Speaker) -> bool:
    return participants.chart(desk.connection, speaker.person_id).messaging
