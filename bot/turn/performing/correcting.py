"""A correction is asked for, decided and confirmed; only then further revisions are kept."""

from typing import assert_never

from bot.turn import adverse_events as telling
from bot.turn import arms, filling
from bot.turn.alerting import raise_alert
from bot.turn.clinicians import tell_clinicians
from bot.turn.correction_words import asked
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from bot.turn.planning import replan
from bot.turn.reads.corrections import waiting
from bot.turn.speaking import Voice
from flows.adverse_events import present
from flows.commands.correcting import changes_in, confirm_buttons, notice
from flows.effects.corrections import (
    AskCorrection,
    ConfirmCorrection,
    Correcting,
    DecideCorrection,
    RaiseRedFlags,
    RetractAnswers,
    ShowCorrection,
)
from flows.engine import RaiseAlert
from flows.facts.corrections import Asked, Standing
from flows.forms import ENTERED_IN_ERROR
from flows.messages import say
from flows.submission import tells_of_events
from flows.text import text
from storage import adverse_events, conversations, corrections, participants, responses
from storage.corrections import Correction
from storage.responses import FormRow


def perform(voice: Voice, verb: str, effect: Correcting) -> None:
    match effect:
        case AskCorrection():
            _ask(voice, verb, effect)
        case RaiseRedFlags():
            _raise(voice, effect)
        case DecideCorrection():
            _decide(voice, verb, effect)
        case ConfirmCorrection():
            _confirm(voice, verb, effect)
        case ShowCorrection(participant, request):
            arms.show_correction(voice, participant, request)
        case RetractAnswers():
            _retract(voice, verb, effect)
        case _:
            assert_never(effect)


def _get(voice: Voice, request: int) -> tuple[Correction, FormRow]:
    desk = voice.desk
    found = corrections.get(desk.connection, keys=desk.keys, request_id=request)
    return found, responses.form(desk.connection, found.form_id)


def _ask(voice: Voice, verb: str, effect: AskCorrection) -> None:
    desk = voice.desk
    row = responses.form(desk.connection, effect.form_id)
    request = corrections.ask(
        desk.connection,
        keys=desk.keys,
        form_id=row.id,
        participant=row.participant,
        before=effect.before,
        after=effect.after,
        reason=effect.reason,
        at=desk.now,
    )
    items = {item.id: item for item in filling.form_of(voice, row).items}
    for item, answer in effect.after.items():
        voice.record(
            verb,
            row.participant,
            correction=request,
            form=row.id,
            item=item,
            old=filling.answer_code(items[item], effect.before[item]),
            new=filling.answer_code(items[item], answer),
        )
    found, _ = _get(voice, request)
    shown = asked(desk.connection, desk.keys, desk.study, found)
    _tell_clinicians(desk, row.participant, shown, key=f"correction:{request}")


def _tell_clinicians(desk: Desk, participant: int, it: Asked, *, key: str) -> None:
    code = participants.code_of(desk.connection, participant)
    buttons = tuple((button,) for button in notice(code, it))
    told = say(text("staff.correction_asked", code=code), buttons=buttons)
    tell_clinicians(desk, participant, told, key=key)


def hand_over(desk: Desk, participant: int) -> None:
    """What waits for a decision goes to the clinician who was named now."""
    for it in waiting(desk, participant):
        if it.standing is Standing.ASKED:
            key = f"{desk.nonce}:correction:{it.id}"
            _tell_clinicians(desk, participant, it, key=key)


def _raise(voice: Voice, effect: RaiseRedFlags) -> None:
    row = responses.form(voice.desk.connection, effect.form_id)
    form = filling.form_of(voice, row)
    item = form.item(effect.item)
    assert item is not None
    for option in item.options:
        if option.code in effect.options and option.alert is not None:
            alert = RaiseAlert(item.id, option.code, option.alert)
            voice.say(raise_alert(voice.desk, row, form, alert, entered=False))


def _decide(voice: Voice, verb: str, effect: DecideCorrection) -> None:
    desk = voice.desk
    found, row = _get(voice, effect.request)
    corrections.decide(
        desk.connection,
        keys=desk.keys,
        request=found,
        agreed=effect.agreed,
        words=effect.words,
        by=voice.person,
        at=desk.now,
    )
    voice.record(verb, row.participant, correction=found.id, agreed=int(effect.agreed))
    shown = changes_in(asked(desk.connection, desk.keys, desk.study, found, with_words=True))
    words = (text("correction.clinic_says", words=effect.words),) if effect.words else ()
    if effect.agreed:
        told = say(
            text("correction.yours_agreed"), shown, *words, buttons=confirm_buttons(found.id)
        )
    else:
        phone = desk.study.trial.site.clinic_phone
        told = say(text("correction.yours_refused", phone=phone), shown, *words)
    desk.notify(row.participant, told, key=f"correction:{found.id}:decided")


def _confirm(voice: Voice, verb: str, effect: ConfirmCorrection) -> None:
    desk = voice.desk
    found, row = _get(voice, effect.request)
    corrections.confirm(
        desk.connection, request_id=found.id, confirmed=effect.confirmed, at=desk.now
    )
    voice.record(verb, row.participant, correction=found.id, confirmed=int(effect.confirmed))
    if effect.confirmed:
        filling.revise(voice, row, found.after, found.reason, audited="words" * bool(found.reason))
        _open_events(voice, found, row)
    _tell_outcome(voice, found, row, confirmed=effect.confirmed)


def _open_events(voice: Voice, found: Correction, row: FormRow) -> None:
    """A problem that is newly reported is an adverse event, as after a form was submitted."""
    desk = voice.desk
    instrument = desk.study.instruments[row.instrument, row.version]
    if tells_of_events(desk.study.trial, instrument):
        terms = tuple(present(instrument, found.after))
        key = f"events:{row.id}:{found.id}"
        telling.open_corrected(desk, row.participant, row.id, terms, key=key)


def _tell_outcome(voice: Voice, found: Correction, row: FormRow, *, confirmed: bool) -> None:
    desk = voice.desk
    code = participants.code_of(desk.connection, row.participant)
    told = [text(f"staff.correction_{'confirmed' if confirmed else 'left'}", code=code)]
    instrument = desk.study.instruments[row.instrument, row.version]
    gone = {*present(instrument, found.before)} - {*present(instrument, found.after)}
    told += [
        text("staff.correction_event_stays", event=event.code)
        for event in adverse_events.of_form(desk.connection, row.id)
        if confirmed and event.is_open and event.term in gone
    ]
    key = f"correction:{found.id}:over"
    tell_clinicians(desk, row.participant, say(*told), key=key)


def _retract(voice: Voice, verb: str, effect: RetractAnswers) -> None:
    """No answer stands where staff had entered one; the questionnaire can be answered anew while
    its window is open, or what was answered in it entered anew."""
    desk = voice.desk
    row = responses.form(desk.connection, effect.form_id)
    entered = responses.entered_for(desk.connection, row.id, row.participant)
    retracted = dict.fromkeys(entered, ENTERED_IN_ERROR)
    filling.revise(voice, row, retracted, effect.reason, audited=effect.reason)
    responses.take_back(desk.connection, form_id=row.id)
    conversations.end_of_form(desk.connection, form_id=row.id, at=desk.now)
    voice.record(verb, row.participant, form=row.id, wrong=effect.wrong, reason=effect.reason)
    if row.closes_on is not None and row.closes_on < desk.today and row.closed_at is None:
        filling.close(desk, row, "window_closed")
    replan(desk, row.participant)
    look_over(desk, row.participant)
