"""One turn: an update comes in, everything that follows from it is written, and nothing else is.

The caller acknowledges the update after the commit. Precedence of what was typed: stop words,
commands, the question being asked, mail.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from bot.language.stop_words import is_start, is_stop
from bot.language.typed_answers import read_participant_code
from bot.language.typed_text import Problem
from bot.turn import (
    command_forms,
    commanding,
    entering,
    filling,
    mailing,
    proving,
    questions,
    submitting,
)
from bot.turn.desk import Desk
from bot.turn.incoming import (
    AddedToGroup,
    BlockedBot,
    Chosen,
    Edited,
    Incoming,
    Sent,
    Tapped,
    Typed,
    UnblockedBot,
    Unclear,
)
from bot.turn.performing.photographing import key_of
from bot.turn.reading import read_sent, read_typed
from bot.turn.speaking import Voice
from bot.turn.ticking import ask_for_confirmation
from flows import commands
from flows.effects.following import (
    BeginForm,
    ContinueForm,
    CorrectRating,
    EnterAnswers,
    Following,
    LeaveFormForLater,
    OpenReport,
    RunNext,
)
from flows.events import Event, Misread, Resumed
from flows.forms import Form, Item, Picture, Pin
from flows.messages import say
from flows.roles import Role
from flows.text import Text, text
from storage import conversations, participants, people, photographs, responses, unsent, updates
from storage.conversations import Open
from storage.outbox import ToStranger
from storage.responses import FormRow

# "In the last few days" means other days after this.
REPORT_LASTS = timedelta(days=2)


def take_turn(desk: Desk, incoming: Incoming) -> None:
    """Take one update. A repeated one changes nothing: its replies are in the outbox already."""
    if not updates.is_new(
        desk.connection, channel=incoming.channel, update_id=incoming.update_id, at=desk.now
    ):
        return
    if isinstance(incoming.content, AddedToGroup):
        desk.reply(ToStranger(incoming.channel, incoming.address), "leave", "{}")
        return
    speaker = people.speaker_at(
        desk.connection, keys=desk.keys, channel=incoming.channel, address=incoming.address
    )
    if speaker is None or not speaker.roles:
        if isinstance(incoming.content, BlockedBot | UnblockedBot):
            return
        entered = entering.meet_stranger(desk, incoming)
        if entered is not None:
            welcome(Voice(desk, entered, incoming))
        return
    hear_known(Voice(desk, speaker, incoming))


def hear_known(voice: Voice) -> None:
    """What somebody known says, taken once by whoever calls."""
    _hear(voice)
    voice.close_tap()


def welcome(voice: Voice) -> None:
    """The first words to somebody who has just entered."""
    run(voice, "language", ())
    ask_for_confirmation(voice.desk)


def _hear(voice: Voice) -> None:
    content = voice.incoming.content
    if isinstance(content, BlockedBot):
        mailing.note_blocked(voice.desk, voice.speaker.address_id, voice.person)
        return
    _note_reachable(voice)
    match content:
        case Typed(words):
            _hear_words(voice, words)
        case Tapped(data) | Chosen(data):
            _hear_tap(voice, data)
        case Unclear():
            _hear_unclear(voice)
        case Sent():
            _hear_file(voice, content)
        case Edited():
            voice.tell(text("edited.no_effect"))
        case UnblockedBot() | AddedToGroup():
            pass
        case _:
            assert_never(content)


def _note_reachable(voice: Voice) -> None:
    """Whoever writes is reached again, though they blocked the bot before."""
    if not voice.speaker.blocked:
        return
    desk, address_id = voice.desk, voice.speaker.address_id
    if people.mark_address(desk.connection, address_id=address_id, state="open"):
        unsent.hasten(desk.connection, person_id=voice.person, at=desk.now)


def _hear_words(voice: Voice, words: str) -> None:
    code = entering.code_in(voice.incoming)
    if code is not None and words.strip().startswith("/"):
        refused = entering.meet_known(voice.desk, voice.incoming, voice.speaker, code)
        if refused is not None:
            voice.tell(refused)
            return
        run(voice, "start", ())
    elif words.strip().startswith("/"):
        _hear_command(voice, words)
    elif Role.PARTICIPANT in voice.speaker.roles and is_stop(words, voice.desk.study.lexicon):
        run(voice, "stop", ())
    elif Role.PARTICIPANT in voice.speaker.roles and is_start(words, voice.desk.study.lexicon):
        run(voice, "start", ())
    else:
        _hear_answer(voice, words)


def _hear_command(voice: Voice, words: str) -> None:
    """A command; what only looks like one is heard as any other words are."""
    first, *arguments = words.strip().split()
    name = first.removeprefix("/").split("@")[0].lower()
    if name == "cancel":
        _cancel(voice)
    elif commands.exists(name):
        run(voice, name, arguments)
    else:
        _hear_answer(voice, words)


def run(voice: Voice, name: str, arguments: Sequence[str]) -> None:
    """Begin a command, if this person may give it."""
    command = commands.find(name, voice.speaker.roles)
    if command is None:
        voice.record("refused_role", None, command=name)
        voice.tell(text("command.not_yours"))
        return
    _follow(voice, commanding.begin(voice, command, arguments))


def _follow(voice: Voice, outcome: commanding.Outcome) -> None:
    """Do what a decision begins; when nothing was begun, take up what was set aside."""
    if not outcome.over:
        return
    if not outcome.following:
        resume_aside(voice)
    for effect in outcome.following:
        _begin(voice, effect)


def _begin(voice: Voice, effect: Following) -> None:
    match effect:
        case RunNext(name, arguments):
            run(_with_language_now(voice), name, arguments)
        case BeginForm(instrument, participant, visit):
            _fill(voice, _open_form(voice, instrument, participant, visit))
        case OpenReport(participant):
            report = voice.desk.study.trial.side_effect_report
            _fill(voice, _open_report(voice, report, participant))
        case ContinueForm(form_id):
            _fill(voice, form_id)
        case EnterAnswers():
            _enter(voice, effect)
        case LeaveFormForLater():
            conversations.leave_for_later(
                voice.desk.connection, person_id=voice.person, at=voice.desk.now
            )
        case CorrectRating(form_id):
            filling.correct(voice, effect)
            submitting.after_rating(voice, responses.form(voice.desk.connection, form_id))
            resume_aside(voice)
        case _:
            assert_never(effect)


def _with_language_now(voice: Voice) -> Voice:
    speaker = people.speaker(voice.desk.connection, address_id=voice.speaker.address_id)
    return Voice(voice.desk, speaker, voice.incoming)


def _open_form(voice: Voice, instrument: str, participant: int, visit: str | None) -> int:
    """The open form of a staff instrument about a participant; a new one where none is open."""
    desk = voice.desk
    for row in responses.forms_of(desk.connection, participant):
        if row.instrument == instrument and row.visit == visit and row.is_open:
            return row.id
    return responses.open_form(
        desk.connection,
        participant=participant,
        instrument=instrument,
        version=desk.study.latest(instrument).version,
        visit=visit,
        opens_on=desk.today,
        closes_on=None,
        at=desk.now,
    )


def _open_report(voice: Voice, instrument: str, participant: int) -> int:
    """The report under way; one left for days asked about another period, and is closed."""
    desk = voice.desk
    for row in responses.forms_of(desk.connection, participant):
        unfinished = row.instrument == instrument and row.visit is None and row.is_open
        if unfinished and desk.today - row.opens_on > REPORT_LASTS:
            filling.close(desk, row, "not_reached")
    return _open_form(voice, instrument, participant, None)


def _enter(voice: Voice, effect: EnterAnswers) -> None:
    desk, form_id = voice.desk, effect.form_id
    if form_id is None:
        report = desk.study.latest(desk.study.trial.side_effect_report)
        form_id = responses.open_form(
            desk.connection,
            participant=effect.participant,
            instrument=report.name,
            version=report.version,
            visit=None,
            opens_on=effect.answered_on,
            closes_on=None,
            at=desk.now,
        )
    row = responses.form(desk.connection, form_id)
    if filling.begin_entering(voice, row, effect):
        _after_submission(voice, row)


def _fill(voice: Voice, form_id: int) -> None:
    row = responses.form(voice.desk.connection, form_id)
    if filling.begin_or_resume(voice, row):
        _after_submission(voice, row)


def _after_submission(voice: Voice, row: FormRow) -> None:
    """What a submitted form leads to; then what was set aside is taken up."""
    submitting.follow(voice, row)
    resume_aside(voice)


def resume_aside(voice: Voice) -> None:
    """Ask again what was set aside for what has now ended."""
    desk = voice.desk
    if conversations.foreground(desk.connection, keys=desk.keys, person_id=voice.person):
        return
    found = conversations.last_aside(desk.connection, keys=desk.keys, person_id=voice.person)
    if found is None:
        return
    voice.say(say(text("conversation.resumed"), *_about(voice, found)))
    _move(voice, found, Resumed())


def _about(voice: Voice, found: Open) -> tuple[Text, ...]:
    """What it was that staff had begun, and about whom: they may have done much in between."""
    if Role.PARTICIPANT in voice.speaker.roles:
        return ()
    if found.form_id is None:
        return command_forms.title_of(voice, found)
    row = responses.form(voice.desk.connection, found.form_id)
    code = participants.code_of(voice.desk.connection, row.participant)
    return filling.about(voice, row, code)


def _hear_tap(voice: Voice, data: str) -> None:
    what, _, rest = data.partition(":")
    if what == "r":
        name, *arguments = rest.split(":")
        run(voice, name, arguments)
        return
    desk, number = voice.desk, rest.partition(":")[0]
    found = None
    if number.isdecimal() and len(number) < 10:
        found = conversations.with_id(
            desk.connection, keys=desk.keys, person_id=voice.person, conversation_id=int(number)
        )
    if found is None:
        voice.refuse_tap(text("popup.over"))
    elif what == "c":
        _cancel(voice, found)
    else:
        _tap_in(voice, found, data)


def _tap_in(voice: Voice, found: Open, data: str) -> None:
    form = _form_of(voice, found)
    event = questions.read_button(data, form, found.state) if form is not None else None
    if event is None:
        voice.refuse_tap(text("popup.stale"))
        return
    _move(voice, found, event)


def _form_of(voice: Voice, found: Open) -> Form | None:
    if found.form_id is None:
        return command_forms.form_of(voice, found)
    return filling.form_of(voice, responses.form(voice.desk.connection, found.form_id))


def _move(voice: Voice, found: Open, event: Event) -> None:
    desk = voice.desk
    conversations.ask_on(desk.connection, conversation=found, channel=voice.incoming.channel)
    if found.standing != "foreground":
        conversations.set_aside(desk.connection, person_id=voice.person, at=desk.now)
        conversations.bring_forward(desk.connection, conversation_id=found.id, at=desk.now)
    if found.form_id is None:
        _follow(voice, commanding.advance(voice, found, event))
    elif filling.advance(voice, found, event):
        _after_submission(voice, responses.form(desk.connection, found.form_id))


def _hear_answer(voice: Voice, words: str) -> None:
    desk = voice.desk
    found, item = asked(voice)
    is_participant = Role.PARTICIPANT in voice.speaker.roles
    if found is None:
        if is_participant:
            mailing.receive(voice, words, None)
        elif not _open_card(voice, words):
            voice.tell(text("command.unknown"))
        return
    if commanding.awaits_pin(voice, found):
        _follow(voice, commanding.prove(voice, found, words))
        return
    event = read_typed(desk.study, item, found.state, words, desk.today)
    if item is not None and isinstance(item.kind, Pin):
        event = proving.without_pin(voice, event)
    if is_participant and isinstance(event, Misread) and mailing.is_letter(words, desk.study):
        mailing.receive(voice, words, None)
        event = Misread("mailed")
    elif found.channel not in (None, voice.incoming.channel):
        # What was typed may answer the question that this channel has shown last.
        voice.tell(text("conversation.asked_elsewhere"))
        event = Resumed()
    if isinstance(event, Misread) and not words.strip().isdecimal() and _open_card(voice, words):
        return
    _move(voice, found, event)


def _open_card(voice: Voice, words: str) -> bool:
    """Staff who type a participant's code see the card, whatever else they were asked."""
    code = read_participant_code(words, voice.desk.study.lexicon)
    may_see = commands.find("card", voice.speaker.roles) is not None
    if isinstance(code, Problem) or not may_see:
        return False
    if participants.with_code(voice.desk.connection, code) is None:
        return False
    run(voice, "card", (code,))
    return True


def _hear_file(voice: Voice, content: Sent) -> None:
    if Role.PARTICIPANT not in voice.speaker.roles:
        _hear_file_of_staff(voice, content)
        return
    mailing.receive(voice, content.caption, content.file)
    desk = voice.desk
    found = conversations.foreground(desk.connection, keys=desk.keys, person_id=voice.person)
    if found is not None:
        _move(voice, found, Misread("mailed"))


def _hear_file_of_staff(voice: Voice, content: Sent) -> None:
    """A picture that was asked for; any other file leaves the chat, for it may show somebody."""
    desk, key = voice.desk, key_of(voice)
    if photographs.is_known(desk.connection, key):
        return
    found, item = asked(voice)
    if found is None:
        may_send = commands.find("photographs", voice.speaker.roles) and desk.study.trial.views
        voice.say(say(text("file.no_use"), *([text("file.photographs")] if may_send else [])))
    elif item is None or not isinstance(item.kind, Picture):
        voice.tell(text("file.no_use"))
        _move(voice, found, Resumed())
    else:
        _move(voice, found, read_sent(found.state, content.file, key))
    if not photographs.is_known(desk.connection, key):
        voice.remove_what_was_sent()


def _hear_unclear(voice: Voice) -> None:
    """What can be meant in two ways is asked for again, never guessed."""
    found, _ = asked(voice)
    if found is None:
        voice.tell(text("problem.ambiguous"))
    else:
        _move(voice, found, Misread("ambiguous"))


def ask_again(voice: Voice) -> None:
    """Put the question that is open, if there is one."""
    found, _ = asked(voice)
    if found is not None:
        _move(voice, found, Resumed())


def asked(voice: Voice) -> tuple[Open | None, Item | None]:
    """The conversation in the foreground, and what it asks."""
    desk = voice.desk
    found = conversations.foreground(desk.connection, keys=desk.keys, person_id=voice.person)
    form = None if found is None else _form_of(voice, found)
    if found is None or form is None or found.state.at is None:
        return found, None
    return found, form.item(found.state.at)


def _cancel(voice: Voice, found: Open | None = None) -> None:
    """Give up a command; a questionnaire is set aside, for its answers are kept."""
    desk = voice.desk
    found = found or conversations.foreground(
        desk.connection, keys=desk.keys, person_id=voice.person
    )
    if found is None:
        voice.tell(text("cancel.nothing"))
        return
    if found.form_id is not None:
        conversations.leave_for_later(desk.connection, person_id=voice.person, at=desk.now)
        voice.tell(text("cancel.form"))
        return
    told = text("cancel.kept" if _kept_something(voice, found) else "cancel.done")
    conversations.end(desk.connection, conversation_id=found.id, standing="cancelled", at=desk.now)
    voice.tell(told)
    resume_aside(voice)


def _kept_something(voice: Voice, found: Open) -> bool:
    """Whether a picture was sent, which is kept all the same."""
    form = _form_of(voice, found)
    return form is not None and any(
        isinstance(item.kind, Picture) and item.id in found.state.answers for item in form.items
    )
