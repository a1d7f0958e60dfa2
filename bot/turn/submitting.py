"""What a form leads to once it is submitted, besides being kept."""

from bot.turn import command_forms, filling, rating_reminders, readings, transcribing
from bot.turn.guesses import ask_for_guesses
from bot.turn.looking_over import look_over
from bot.turn.performing import perform
from bot.turn.reads.participants import about_participant
from bot.turn.speaking import Voice
from flows.commands.entering_for import after_entering
from flows.effects import Effect
from flows.instruments import FilledBy, title
from flows.submission import Submitted, after_submission
from storage import participants, responses
from storage.responses import FormRow
from storage.transcriptions import Transcription

# The verb of what follows from a form, with the form's name behind it.
BY_FORM = "submit_"


def follow(voice: Voice, row: FormRow) -> None:
    desk = voice.desk
    instrument = desk.study.instruments[row.instrument, row.version]
    chart = participants.chart(desk.connection, row.participant)
    items = {item.id: item for item in filling.form_of(voice, row).items}
    answers = responses.answers(desk.connection, keys=desk.keys, form_row=row, items=items)
    entered = transcribing.entry(voice, row)
    if entered is not None:
        _perform(voice, row, _after_entering(voice, row, chart.code, entered))
    submitted = Submitted(row.id, row.visit, entered=entered is not None)
    effects = after_submission(desk.study.trial, instrument, answers, chart, desk.today, submitted)
    _perform(voice, row, tuple(effects))
    if instrument.filled_by is FilledBy.RATER:
        after_rating(voice, row)
    look_over(desk, row.participant)


def after_rating(voice: Voice, row: FormRow) -> None:
    """Readings that lie far apart call for one more; the last one for the rater's guess."""
    further = readings.compare(voice.desk, row)
    if further is not None:
        rating_reminders.call_further(voice.desk, further)
    ask_for_guesses(voice.desk, row.participant)


def _after_entering(
    voice: Voice, row: FormRow, code: str, entered: Transcription
) -> tuple[Effect, ...]:
    facts = about_participant(voice.desk, voice.person, {"participant": code})
    form = title(voice.desk.study.instruments[row.instrument, row.version])
    given = command_forms.circumstances(voice)
    return after_entering(facts, given, form, entered.way, entered.answered_on)


def _perform(voice: Voice, row: FormRow, effects: tuple[Effect, ...]) -> None:
    for effect in effects:
        perform(voice, BY_FORM + row.instrument, effect, lambda _: None)
