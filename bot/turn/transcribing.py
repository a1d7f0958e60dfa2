"""Staff enter a participant's answers: who may, what is still open, and what each answer keeps.

A form is in the hands of one person at a time, whoever began last. What the participant said
themselves is not asked again, and nobody else changes it.
"""

from datetime import datetime, time

from bot.turn import locking
from bot.turn.speaking import Voice
from flows.commands.about_participant import STAFF_OF_PARTICIPANT, has_left
from flows.conversation import Conversation
from flows.effects.following import EnterAnswers
from flows.forms import ENTERED_IN_ERROR, NOT_ASKED, Answer, Form
from flows.instruments import FilledBy, title
from flows.text import Text, text
from flows.transcription import LIVE, is_kept_from
from storage import participants, responses, transcriptions
from storage.audit import Detail
from storage.responses import FormRow, Origin
from storage.transcriptions import Transcription


def entry(voice: Voice, row: FormRow) -> Transcription | None:
    """How this person is entering the participant's answers; None where they answer themselves."""
    instrument = voice.desk.study.instruments[row.instrument, row.version]
    if voice.person == row.participant or instrument.filled_by is not FilledBy.PARTICIPANT:
        return None
    desk = voice.desk
    newest = transcriptions.newest(desk.connection, keys=desk.keys, form_id=row.id)
    return newest if newest is not None and newest.entered_by == voice.person else None


def why_not(voice: Voice, row: FormRow) -> Text | None:
    """Why this person cannot enter answers to this form, now; None if they can."""
    desk = voice.desk
    chart = participants.chart(desk.connection, row.participant)
    if row.submitted_at is not None:
        return text("refused.answers_are_in", code=chart.code, form=_title(voice, row))
    if has_left(chart.status):
        return text("refused.left", code=chart.code)
    if locking.is_locked(desk):
        return locking.locked_words(voice)
    if STAFF_OF_PARTICIPANT.isdisjoint(voice.speaker.roles):
        return text("command.not_yours")
    if is_kept_from(desk.study.trial, chart, voice.person, row.instrument):
        return text("refused.treating_clinician", code=chart.code)
    return None


def _title(voice: Voice, row: FormRow) -> Text:
    return title(voice.desk.study.instruments[row.instrument, row.version])


def keep(voice: Voice, row: FormRow, effect: EnterAnswers) -> None:
    """Keep how the answers to a form come in from now on."""
    desk = voice.desk
    transcriptions.add(
        desk.connection,
        keys=desk.keys,
        form=row,
        way=effect.way,
        answered_on=effect.answered_on,
        reason=effect.reason,
        by=voice.person,
        at=desk.now,
    )
    voice.record(
        "enter_answers",
        row.participant,
        form=row.id,
        instrument=f"{row.instrument}.{row.version}",
        way=effect.way.value,
        answered_on=effect.answered_on.isoformat(),
        reason=effect.reason,
    )


def how(voice: Voice, row: FormRow) -> tuple[Text, ...]:
    """What whoever enters must mind, above the words that are the participant's."""
    entered = entry(voice, row)
    return () if entered is None else (text(f"entering.how.{entered.way.value}"),)


def nothing_open(voice: Voice, row: FormRow, form: Form) -> Text | None:
    """Where the participant has answered everything, only submitting is left, which is theirs."""
    said, _ = _kept(voice, row, form, None)
    context = {**_known_of(voice, row), **said}
    if any(item.id not in said for item in form.applicable(context)):
        return None
    code = participants.code_of(voice.desk.connection, row.participant)
    return text("refused.nothing_to_enter", code=code, form=_title(voice, row))


def beginning(voice: Voice, row: FormRow, form: Form) -> Conversation:
    """Where a form begins for whoever takes it up: with what the participant has said, and with
    what this person entered of the same answers before."""
    entered, known = entry(voice, row), _known_of(voice, row)
    said, copied = _kept(voice, row, form, entered)
    if entered is not None:
        context = {**known, **said}
        return Conversation(row.instrument, row.version, answers=copied, context=context)
    own = said if voice.person == row.participant else {}
    return Conversation(row.instrument, row.version, answers=own, context=known)


def _known_of(voice: Voice, row: FormRow) -> dict[str, Answer]:
    return {"sex": participants.chart(voice.desk.connection, row.participant).sex}


def _kept(
    voice: Voice, row: FormRow, form: Form, entered: Transcription | None
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """The answers that the participant gave themselves, and those that this person entered."""
    desk = voice.desk
    items = {item.id: item for item in form.items}
    kept = responses.answers(desk.connection, keys=desk.keys, form_row=row, items=items)
    origins = responses.origins(desk.connection, row.id)
    gone = (NOT_ASKED, ENTERED_IN_ERROR)
    standing = {item: answer for item, answer in kept.items() if answer not in gone}
    said = {it: a for it, a in standing.items() if origins[it].originator == row.participant}
    copied = {
        it: a
        for it, a in standing.items()
        if it not in said and entered is not None and _is_of(voice, entered, origins[it])
    }
    return said, copied


def _is_of(voice: Voice, entered: Transcription, origin: Origin) -> bool:
    """Whether this person entered it themselves, given on the same way and day. What another wrote
    is not shown to them: it can name a product."""
    on = voice.desk.study.today(origin.answered_at)
    same = (entered.way.value, entered.answered_on) == (origin.channel, on)
    return same and origin.originator == entered.entered_by


def answered_at(voice: Voice, entered: Transcription | None) -> datetime:
    """When it was answered: now, or on the day that is all that is known."""
    desk = voice.desk
    if entered is None or (entered.way in LIVE and entered.answered_on == desk.today):
        return voice.incoming.sent_at or desk.now
    return desk.study.moment(entered.answered_on, time.min)


def channel(voice: Voice, entered: Transcription | None) -> str:
    return voice.speaker.channel if entered is None else entered.way.value


def detail(entered: Transcription | None) -> Detail:
    """What the audit trail adds to an answer that somebody else entered."""
    if entered is None:
        return {}
    return {"way": entered.way.value, "answered_on": entered.answered_on.isoformat()}
