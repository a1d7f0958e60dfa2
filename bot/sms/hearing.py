"""What an SMS says: a code that proves a number, a numbered choice, or words as on any channel.

Rules that hold here:
- A number is taken for a choice only when one thing alone can be meant by it: the choices that came
  since the person last wrote, and the question being asked. Anything else is refused.
- Words that stop, and commands, go before everything.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.language.stop_words import is_start, is_stop
from bot.language.typed_text import compact, normalize, trimmed
from bot.language.wording import LANGUAGES
from bot.sms.channel import CHANNEL
from bot.sms.plain import offered
from bot.trial.study import Study
from bot.turn import entering, mailing, nudging
from bot.turn.bodies import body_of, message_body, message_from_json
from bot.turn.desk import Desk
from bot.turn.incoming import Chosen, Content, Incoming, Typed, Unclear
from bot.turn.reading import read_value
from bot.turn.speaking import Voice
from bot.turn.turns import asked, take_turn, welcome
from flows.events import Misread
from flows.forms import Item
from flows.messages import Button, say
from flows.roles import STAFF, Role
from flows.text import Text, text
from storage import invitations, outbox, people, updates
from storage.conversations import Open
from storage.outbox import Kept, NewMessage, ToStranger, Urgency

# A choice that was offered longer ago is nothing that a bare number could mean.
_OFFERED_FOR = timedelta(days=3)
_MOST_MESSAGES = 20
_MOST_DIGITS = 6
# What a participant can ask for by a word; stopping and starting have many words of their own.
COMMANDS = ("visits", "open", "side_effect", "language", "help")
_CODE = re.compile(r"[0-9]{6}")


def hear(desk: Desk, incoming: Incoming) -> None:
    """One SMS. Staff are not reached here: what they must see does not fit it."""
    speaker = people.speaker_at(
        desk.connection, keys=desk.keys, channel=CHANNEL, address=incoming.address
    )
    if speaker is None or Role.PARTICIPANT not in speaker.roles:
        _meet(desk, incoming)
        return
    assert isinstance(incoming.content, Typed)
    meant = _meaning(Voice(desk, speaker, incoming), incoming.content.text)
    take_turn(desk, replace(incoming, content=meant))


def _meet(desk: Desk, incoming: Incoming) -> None:
    """Somebody unknown: the code that was sent to this number lets them in."""
    if not updates.is_new(
        desk.connection, channel=CHANNEL, update_id=incoming.update_id, at=desk.now
    ):
        return
    assert isinstance(incoming.content, Typed)
    code, number = compact(trimmed(normalize(incoming.content.text))), incoming.address
    if not _CODE.fullmatch(code):
        _answer_unknown(desk, number)
        return
    if entering.must_wait(desk, CHANNEL, number):
        return
    invited = _invited(desk, code, number)
    if invited is None:
        entering.note_wrong_code(desk, (CHANNEL, number))
        _answer_once(desk, number, code, text("sms.wrong_code", phone=_phone(desk)))
        return
    invitations.use(desk.connection, keys=desk.keys, code=code, at=desk.now, at_number=number)
    if not STAFF.isdisjoint(people.roles_of(desk.connection, invited)):
        nudging.keep_number(desk, invited, number)
        return
    entered = entering.bind(desk, incoming, invited)
    welcome(Voice(desk, entered, incoming))


def _invited(desk: Desk, code: str, number: str) -> int | None:
    """Whom a code lets in from this number: their number may have been corrected meanwhile."""
    found = invitations.find(
        desk.connection, keys=desk.keys, code=code, at=desk.now, at_number=number
    )
    if found is None:
        return None
    person = found.person_id
    if not STAFF.isdisjoint(people.roles_of(desk.connection, person)):
        return person
    theirs = people.identity(desk.connection, keys=desk.keys, person_id=person, kind="phone")
    return person if theirs == number else None


def _answer_unknown(desk: Desk, number: str) -> None:
    """Whoever works on the trial writes in the bot."""
    words = "sms.staff" if nudging.is_of_staff(desk, number) else "sms.unknown"
    _answer_once(desk, number, words, text(words, phone=_phone(desk)))


def _phone(desk: Desk) -> str:
    return desk.study.trial.site.clinic_phone


def _answer_once(desk: Desk, number: str, about: str, words: Text) -> None:
    """The same thing is said to a number once: it may be another robot, or cost its owner."""
    digest = desk.keys.lookup.digest("answered by sms", f"{number} {about}").hex()
    body = message_body(say(words), language="fa")
    to = ToStranger(CHANNEL, number)
    expires_at = desk.now + timedelta(hours=1)
    desk.put(NewMessage(f"sms:{digest}", "message", Urgency.REPLY, to, body, expires_at))


def _meaning(voice: Voice, words: str) -> Content:
    """What these words are: the only choice that they can mean, or words for the turn to read."""
    study = voice.desk.study
    is_wish = is_stop(words, study.lexicon) or is_start(words, study.lexicon)
    if is_wish or words.strip().startswith("/"):
        return Typed(words)
    if (command := _command(study, words)) is not None:
        return Chosen(f"r:{command}")
    found, item = asked(voice)
    menus = [_Menu.of(it, found) for it in _came_lately(voice)]
    lately = [it.choices for it in _since_last_answer(menus)]
    typed = trimmed(normalize(words))
    if typed.isdecimal():
        number = int(typed[:_MOST_DIGITS])
        meant = {it[number].data for it in lately if number in it}
        is_answer = found is not None and not any(map(_is_navigation, meant))
        if not meant and not is_answer and any(number in it.choices for it in menus):
            return Unclear()
        return _only(meant, words, is_answer=is_answer)
    if item is not None and not _is_misread(voice, item, words):
        return Typed(words)
    every = [it.choices for it in menus]
    meant = _worded(study, typed, lately) or _worded(study, typed, every)
    if not meant and found is None and any(lately) and not mailing.is_letter(words, study):
        return Unclear()
    return _only(meant, words, is_answer=False)


def _command(study: Study, words: str) -> str | None:
    """The command that a word is: a phone without buttons has no menu, and a slash is hard."""
    typed = compact(trimmed(normalize(words)))
    return next((it for it in COMMANDS if typed in _names(study, it)), None)


def _names(study: Study, command: str) -> set[str]:
    key = f"typed.command.{command}"
    variants = (word for it in LANGUAGES for word in study.wording.variants(key, it))
    return {compact(normalize(word)) for word in variants}


def _only(meant: Collection[str], words: str, *, is_answer: bool) -> Content:
    """The one thing meant, which may be an answer to the question; nothing of several."""
    match len(meant) + is_answer:
        case 1 if meant:
            return Chosen(next(iter(meant)))
        case 0 | 1:
            return Typed(words)
        case _:
            return Unclear()


@dataclass(frozen=True, slots=True)
class _Menu:
    """A message with the choices in it that still stand. `is_reply`: it answered this person."""

    is_reply: bool
    choices: Mapping[int, Button]

    @classmethod
    def of(cls, kept: Kept, found: Open | None) -> "_Menu":
        message = message_from_json(body_of(kept.body))
        choices = {
            number: button
            for number, button in offered(message).items()
            if not _is_navigation(button.data) or _is_of(found, button.data)
        }
        return cls(kept.urgency is Urgency.REPLY, choices)


def _is_navigation(data: str) -> bool:
    """Whether it moves about in a conversation, rather than begin something."""
    return not data.startswith("r:")


def _is_of(found: Open | None, data: str) -> bool:
    """Whether a choice belongs to the question that is asked now."""
    if found is None:
        return False
    mark, given = f"{found.id}:{found.state.step}", data[2:]
    return given == mark or given.startswith(f"{mark}:") or data == f"c:{found.id}:0"


def _came_lately(voice: Voice) -> list[Kept]:
    return outbox.newest_by(
        voice.desk.connection,
        keys=voice.desk.keys,
        person_id=voice.person,
        channel=CHANNEL,
        since=voice.desk.now - _OFFERED_FOR,
        limit=_MOST_MESSAGES,
    )


def _since_last_answer(menus: Sequence[_Menu]) -> Iterator[_Menu]:
    """The newest answer with choices, and what came after it; `menus` stand newest first."""
    answered = False
    for menu in menus:
        if answered and not menu.is_reply:
            return
        yield menu
        answered = menu.is_reply
        if menu.is_reply and menu.choices:
            return


def _worded(study: Study, typed: str, menus: Sequence[Mapping[int, Button]]) -> set[str]:
    """The choices whose words these are, in either language."""
    return {
        button.data
        for choices in menus
        for button in choices.values()
        for language in LANGUAGES
        if compact(trimmed(normalize(study.render(button.label, language)))) == compact(typed)
    }


def _is_misread(voice: Voice, item: Item, words: str) -> bool:
    return isinstance(read_value(voice.desk.study, item, words, voice.desk.today), Misread)
