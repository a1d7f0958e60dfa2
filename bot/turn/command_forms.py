"""What a command asks, by what there is now, and what the words behind it answer."""

from collections.abc import Sequence
from typing import Any

from bot.turn.reading import read_value
from bot.turn.reads import read
from bot.turn.speaking import Voice
from flows import commands
from flows.commands.command import Circumstances, Command, Reach
from flows.events import Misread
from flows.forms import Answer, Answers, Choices, Form, Item, ParticipantCode, Picture, Review
from flows.text import Text, text
from storage import participants
from storage.conversations import Open

VERSION = "1"


def circumstances(voice: Voice) -> Circumstances:
    desk = voice.desk
    return Circumstances(
        trial=desk.study.trial,
        actor=voice.person,
        roles=frozenset(voice.speaker.roles),
        now=desk.now,
        today=desk.today,
        tapped=voice.tap is not None,
        secret=desk.secret,
        at_clinic=desk.study.moment,
        clinic_day=desk.study.today,
        clinic_hour=desk.study.hour,
        personal_links=desk.links.personal is not None,
        sms=desk.links.sms,
    )


def answers_in(
    voice: Voice, command: Command[Any], arguments: Sequence[str]
) -> tuple[dict[str, Answer], str | None]:
    """The answers in the words behind a command, up to the first that is none."""
    answers: dict[str, Answer] = {}
    for argument in arguments:
        _, form = facts_and_form(voice, command, answers)
        item = next((it for it in form.applicable(answers) if it.id not in answers), None)
        if item is None:
            break
        value = _coded(item, argument) or _typed(voice, item, argument)
        if isinstance(value, Misread):
            return answers, value.problem
        answers[item.id] = value
    return answers, None


def _coded(item: Item, argument: str) -> Answer | None:
    """The answer that an option's own code is, as buttons bring it."""
    option = item.option(argument)
    if option is None:
        return None
    return (option.code,) if isinstance(item.kind, Choices) else option.code


def _typed(voice: Voice, item: Item, typed: str) -> Answer | Misread:
    value = read_value(voice.desk.study, item, typed, voice.desk.today)
    if isinstance(value, Misread):
        return value
    if isinstance(item.kind, ParticipantCode) and not exists(voice, str(value)):
        return Misread("no_such_participant")
    return value


def exists(voice: Voice, code: str) -> bool:
    return participants.with_code(voice.desk.connection, code) is not None


def facts_and_form(voice: Voice, command: Command[Any], answers: Answers) -> tuple[Any, Form]:
    facts = read(command.reads, voice.desk, voice.person, answers)
    items = command.items(facts, answers, circumstances(voice))
    # A picture was taken as it came; nothing of it is left to be confirmed.
    has_pictures = any(isinstance(item.kind, Picture) for item in items)
    review = Review.NEVER if has_pictures else command.review
    return facts, Form(command.name, VERSION, items, review=review, may_cancel=command.may_cancel)


def presumed(voice: Voice, command: Command[Any], answers: Answers) -> Answers:
    """The answers that go without asking, each of which may lead to another."""
    facts = read(command.reads, voice.desk, voice.person, answers)
    given = command.presumes(facts, answers, circumstances(voice))
    more = {item: answer for item, answer in given.items() if item not in answers}
    return {**more, **presumed(voice, command, {**answers, **more})} if more else {}


def form_of(voice: Voice, found: Open) -> Form | None:
    """The questions of a command under way; None when the person may no longer give it."""
    command = commands.find(found.state.form, voice.speaker.roles)
    if command is None:
        return None
    return facts_and_form(voice, command, found.state.answers)[1]


def title(command: Command[Any]) -> tuple[Text, ...]:
    """What is being done, said above its answers; nothing for what only a button begins."""
    return () if command.reach is Reach.BUTTON else (text(f"command.{command.name}.help"),)


def title_of(voice: Voice, found: Open) -> tuple[Text, ...]:
    command = commands.find(found.state.form, voice.speaker.roles)
    return () if command is None else title(command)
