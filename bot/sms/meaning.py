"""What the words of an SMS are: the only choice that they can mean, or words as on any channel.

Rules that hold here:
- A number is taken for a choice only when one thing alone can be meant by it: the choices that came
  since the person last wrote, and the question being asked. Anything else is refused.
- Words that stop, and commands, go before everything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.language.stop_words import is_start, is_stop
from bot.language.typed_text import compact, normalize, trimmed
from bot.language.wording import LANGUAGES
from bot.sms.channel import CHANNEL
from bot.sms.plain import offered, variant
from bot.trial.study import Study
from bot.turn import mailing
from bot.turn.bodies import body_of, message_from_json
from bot.turn.incoming import Chosen, Content, Typed, Unclear
from bot.turn.reading import read_typed, read_value
from bot.turn.speaking import Voice
from bot.turn.turns import asked
from flows.events import Misread
from flows.forms import Item
from flows.messages import Button
from storage import fates
from storage.conversations import Open
from storage.fates import Kept
from storage.outbox import Urgency

# A choice that was offered longer ago is nothing that a bare number could mean.
_OFFERED_FOR = timedelta(days=3)
_MOST_MESSAGES = 20
_MOST_DIGITS = 6
# What a participant can ask for by a word; stopping and starting have many words of their own.
COMMANDS = ("visits", "open", "side_effect", "language", "help")


def meaning(voice: Voice, words: str) -> Content:
    """The only choice that these words can mean, or words for the turn to read."""
    study = voice.desk.study
    if is_wish(study, words):
        return Typed(words)
    if (command := command_in(study, words)) is not None:
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


def is_wish(study: Study, words: str) -> bool:
    """Whether this stops, starts or commands, whatever was asked."""
    lexicon = study.lexicon
    return is_stop(words, lexicon) or is_start(words, lexicon) or words.strip().startswith("/")


def command_in(study: Study, words: str) -> str | None:
    """The command that a word is: a phone without buttons has no menu, and a slash is hard."""
    return next((it for it in COMMANDS if is_named(study, it, words)), None)


def is_named(study: Study, command: str, words: str) -> bool:
    """Whether this is one of the words by which something is asked for, in either language."""
    key = f"typed.command.{command}"
    variants = (word for it in LANGUAGES for word in study.wording.variants(key, it))
    return compact(trimmed(normalize(words))) in {compact(normalize(word)) for word in variants}


def is_answer(voice: Voice, words: str) -> bool:
    """Whether this can answer what this person is asked or was offered."""
    if not isinstance(meaning(voice, words), Typed):
        return True
    found, item = asked(voice)
    if found is None:
        return False
    desk = voice.desk
    return not isinstance(read_typed(desk.study, item, found.state, words, desk.today), Misread)


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
    return fates.newest_by(
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
    """The choices whose words these are, in either language, as they stand or as SMS show them."""
    return {
        button.data
        for choices in menus
        for button in choices.values()
        for label in (button.label, variant(button.label, CHANNEL, study.wording))
        for language in LANGUAGES
        if compact(trimmed(normalize(study.render(label, language)))) == compact(typed)
    }


def _is_misread(voice: Voice, item: Item, words: str) -> bool:
    return isinstance(read_value(voice.desk.study, item, words, voice.desk.today), Misread)
