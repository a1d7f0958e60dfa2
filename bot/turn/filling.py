"""A person fills in an instrument: each answer is kept, with what was shown, as it is given."""

import hashlib
from dataclasses import dataclass, field
from typing import assert_never

from bot.sms.plain import variant
from bot.turn import locking, page_links, questions, showing, transcribing
from bot.turn.alerting import raise_alert
from bot.turn.desk import Desk
from bot.turn.looking_over import look_over
from bot.turn.speaking import Voice
from bot.turn.visit_words import visit_words
from flows import engine
from flows.conversation import STUCK_AFTER, Conversation
from flows.effects.following import CorrectRating, EnterAnswers
from flows.engine import step
from flows.events import Began, Event, Resumed
from flows.forms import NOT_ASKED, Answer, Answers, Form, Item, Missing, Words
from flows.instruments import FilledBy, title
from flows.messages import run_button, say
from flows.roles import Role
from flows.text import Text, text
from storage import conversations, participants, protocol, responses
from storage.audit import Act, Detail
from storage.conversations import Open
from storage.responses import FormRow, NewResponse


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an answer is another one now: as it is kept with it, and as the audit trail tells it."""

    kept: str = field(repr=False)
    audited: str = field(repr=False)


NO_REASON = Reason("", "")


def form_of(voice: Voice, row: FormRow) -> Form:
    """The questions of the version that this form was opened with."""
    return voice.desk.study.form(row.instrument, row.version, any_time=row.visit is None)


def begin_or_resume(voice: Voice, row: FormRow) -> bool:
    """Open a form where it was left; True when it is finished by that."""
    desk = voice.desk
    found = conversations.of_form(
        desk.connection, keys=desk.keys, person_id=voice.person, form_id=row.id
    )
    if found is not None:
        _show_pictures(voice, row)
        return resume(voice, found)
    if why := why_not(voice, row):
        voice.pop_up(why)
        return False
    if page_links.sent_instead(voice, row):
        return False
    # Whoever begins a form takes it over from whoever left it half done.
    conversations.end_of_form(desk.connection, form_id=row.id, at=desk.now)
    state = transcribing.beginning(voice, row, form_of(voice, row))
    opened = conversations.begin(
        desk.connection,
        keys=desk.keys,
        person_id=voice.person,
        kind="instrument",
        form_id=row.id,
        state=state,
        channel=voice.incoming.channel,
        at=desk.now,
    )
    _introduce(voice, row, participants.code_of(desk.connection, row.participant))
    return advance(voice, opened, Began())


def begin_entering(voice: Voice, row: FormRow, effect: EnterAnswers) -> bool:
    """Open a participant's form for a member of staff who enters what they answered."""
    form = form_of(voice, row)
    why = transcribing.why_not(voice, row) or transcribing.nothing_open(voice, row, form)
    if why is not None:
        voice.pop_up(why)
        return False
    transcribing.keep(voice, row, effect)
    conversations.end_of_form(voice.desk.connection, form_id=row.id, at=voice.desk.now)
    return begin_or_resume(voice, row)


def why_not(voice: Voice, row: FormRow) -> Text | None:
    """Why this person cannot fill in the form now; None if they can."""
    desk = voice.desk
    if transcribing.entry(voice, row) is not None:
        return transcribing.why_not(voice, row)
    if row.submitted_at is not None:
        return text("form.submitted_before")
    if row.is_open and row.closes_on is not None and row.closes_on < desk.today:
        close(desk, row, "window_closed")
        return text("form.closed")
    if not row.is_open:
        return text("form.closed")
    if locking.is_locked(desk):
        return locking.locked_words(voice)
    filled_by = desk.study.instruments[row.instrument, row.version].filled_by
    if Role(filled_by.value) not in voice.speaker.roles:
        return text("command.not_yours")
    may_fill = filled_by is not FilledBy.RATER or _may_read(voice, row)
    return None if may_fill else text("ratings.not_yours")


def _may_read(voice: Voice, row: FormRow) -> bool:
    """Nobody rates whose arm they learnt, nor reads a visit twice."""
    connection = voice.desk.connection
    if row.participant in protocol.excluded_for(connection, voice.person):
        return False
    beside = responses.readings_beside(connection, row)
    return all(it.submitted_by != voice.person for it in beside)


def resume(voice: Voice, found: Open) -> bool:
    """Bring a form that was set aside to the foreground and ask where it stands."""
    desk = voice.desk
    conversations.ask_on(desk.connection, conversation=found, channel=voice.incoming.channel)
    if found.standing != "foreground":
        conversations.set_aside(desk.connection, person_id=voice.person, at=desk.now)
        conversations.bring_forward(desk.connection, conversation_id=found.id, at=desk.now)
    return advance(voice, found, Resumed())


def _introduce(voice: Voice, row: FormRow, code: str) -> None:
    instrument = voice.desk.study.instruments[row.instrument, row.version]
    how = transcribing.how(voice, row)
    voice.say(say(*about(voice, row, code), *how, text(f"{instrument.prefix}.intro")))
    _show_pictures(voice, row)


def _show_pictures(voice: Voice, row: FormRow) -> None:
    filled_by = voice.desk.study.instruments[row.instrument, row.version].filled_by
    if filled_by is FilledBy.RATER and why_not(voice, row) is None:
        showing.show_rating(voice, row)


def about(voice: Voice, row: FormRow, code: str) -> tuple[Text, ...]:
    """Whom and which visit a form is about; to the participant it needs no such words."""
    if voice.person == row.participant:
        return ()
    instrument = voice.desk.study.instruments[row.instrument, row.version]
    where = (visit_words(row, voice.person),) if row.visit else ()
    return (text("form.about", code=code, title=title(instrument)), *where)


def advance(voice: Voice, found: Open, event: Event) -> bool:
    """Move the conversation by one event; True when the form was submitted by it."""
    desk = voice.desk
    assert found.form_id is not None
    row = responses.form(desk.connection, found.form_id)
    if why := why_not(voice, row):
        conversations.end(
            desk.connection, conversation_id=found.id, standing="cancelled", at=desk.now
        )
        voice.pop_up(why)
        return False
    if page_links.sent_instead(voice, row):
        return False
    turn = step(form_of(voice, row), found.state, event)
    if turn.conversation != found.state:
        conversations.save(
            desk.connection,
            keys=desk.keys,
            conversation=found,
            state=turn.conversation,
            at=desk.now,
        )
    submitted = False
    for effect in turn.effects:
        submitted |= _carry_out(voice, row, found, turn.conversation, effect)
    return submitted


def _carry_out(
    voice: Voice, row: FormRow, found: Open, state: Conversation, effect: engine.Effect
) -> bool:
    form = form_of(voice, row)
    match effect:
        case engine.Ask(item_id, problem, misses):
            item = _item(form, item_id)
            phone = voice.desk.study.trial.site.clinic_phone
            voice.say(
                questions.question(
                    form, found.id, state, item, problem=problem, misses=misses, phone=phone
                )
            )
            if misses == STUCK_AFTER:
                _tell_of_stuck(voice, row)
        case engine.Redraw(item_id):
            voice.redraw(questions.question(form, found.id, state, _item(form, item_id)))
        case engine.AskToConfirmPreferringNot():
            voice.say(questions.confirm_preferring_not(found.id, state))
        case engine.ShowReview(problem):
            voice.say(questions.review(form, found.id, state, problem=problem))
        case engine.SayStale():
            voice.refuse_tap(text("popup.stale"))
        case engine.RecordResponse(item_id, answer, replaced):
            _record(voice, row, _item(form, item_id), answer, replaced)
        case engine.RaiseAlert():
            entered = transcribing.entry(voice, row) is not None
            voice.say(raise_alert(voice.desk, row, form, effect, entered=entered))
        case engine.Finish():
            return _submit(voice, row, found, state)
        case _:
            assert_never(effect)
    return False


def _tell_of_stuck(voice: Voice, row: FormRow) -> None:
    """A participant cannot answer a question: the coordinators phone, and see it on their list."""
    if voice.person != row.participant:
        return
    code = participants.code_of(voice.desk.connection, row.participant)
    card = run_button(text("command.card.button"), "card", code)
    voice.desk.notify_role(
        Role.COORDINATOR, say(text("staff.stuck", code=code), buttons=((card,),))
    )


def _item(form: Form, item_id: str) -> Item:
    item = form.item(item_id)
    assert item is not None
    return item


def _record(
    voice: Voice,
    row: FormRow,
    item: Item,
    answer: Answer,
    replaced: Answer | None,
    why: Reason = NO_REASON,
) -> None:
    desk, entered = voice.desk, transcribing.entry(voice, row)
    if entered is not None:
        why = Reason(entered.reason, entered.reason)
    revision = responses.record(
        desk.connection,
        keys=desk.keys,
        new=NewResponse(
            form=row,
            item=item,
            answer=answer,
            originator=voice.person,
            role=voice.role,
            channel=transcribing.channel(voice, entered),
            language=voice.speaker.language,
            wording_digest=wording_digest(voice, item),
            answered_at=transcribing.answered_at(voice, entered),
            saved_at=desk.now,
            reason=why.kept,
        ),
    )
    voice.record(
        "answer",
        row.participant,
        form=row.id,
        instrument=f"{row.instrument}.{row.version}",
        item=item.id,
        revision=revision,
        old=None if replaced is None else answer_code(item, replaced),
        new=answer_code(item, answer),
        reason=why.audited,
        **transcribing.detail(entered),
    )


def answer_code(item: Item, answer: Answer) -> str:
    """An answer as the audit trail holds it. Words can name a product: the trail names their
    revision, and they stand there."""
    if isinstance(answer, Missing):
        return f"missing:{answer.reason.value}"
    if isinstance(item.kind, Words):
        return "words"
    return ",".join(answer) if isinstance(answer, tuple) else str(answer)


def wording_digest(voice: Voice, item: Item) -> str:
    """SHA-256 of the question and its options exactly as this person was shown them."""
    study, language, channel = voice.desk.study, voice.speaker.language, voice.speaker.channel
    shown = [item.question, *(option.label for option in item.options)]
    words = "\n".join(study.render(variant(it, channel, study.wording), language) for it in shown)
    return hashlib.sha256(words.encode()).hexdigest()


def _submit(voice: Voice, row: FormRow, found: Open, state: Conversation) -> bool:
    """What is kept is what the submitter saw, whoever else began this form."""
    desk = voice.desk
    form = form_of(voice, row)
    items = {item.id: item for item in form.items}
    kept = responses.answers(desk.connection, keys=desk.keys, form_row=row, items=items)
    for item_id, item in items.items():
        answer = state.known.get(item_id, NOT_ASKED if item_id in kept else None)
        if answer is not None and answer != kept.get(item_id):
            _record(voice, row, item, answer, kept.get(item_id))
    conversations.end(desk.connection, conversation_id=found.id, standing="finished", at=desk.now)
    entered = transcribing.entry(voice, row)
    responses.submit(
        desk.connection,
        form_id=row.id,
        by=voice.person,
        at=desk.now,
        although_closed=entered is not None,
    )
    showing.take_back_rating(desk, voice.person, row)
    voice.record(
        "submit",
        row.participant,
        form=row.id,
        instrument=f"{row.instrument}.{row.version}",
        **transcribing.detail(entered),
    )
    return True


def close(desk: Desk, row: FormRow, reason: str) -> None:
    """Close a form that was not submitted: its answers stay, and `reason` is that of the rest."""
    responses.close(desk.connection, form_id=row.id, at=desk.now)
    conversations.end_of_form(desk.connection, form_id=row.id, at=desk.now)
    detail: Detail = {"form": row.id, "reason": reason}
    desk.record(Act("close_form", "system", None, row.participant, detail))
    look_over(desk, row.participant)


def correct(voice: Voice, effect: CorrectRating) -> None:
    """A rater's correction: a further revision of each answer that changed, with the reason."""
    row = responses.form(voice.desk.connection, effect.form_id)
    changed = revise(voice, row, effect.answers, effect.reason, audited=effect.reason)
    code = participants.code_of(voice.desk.connection, row.participant)
    key = "ratings.corrected" if changed else "ratings.unchanged"
    voice.tell(text(key, code=code, visit=visit_words(row, voice.person)))


def revise(voice: Voice, row: FormRow, corrected: Answers, reason: str, *, audited: str) -> bool:
    """A further revision of each answer that changes; False when none does. `audited` is what the
    audit trail holds of the reason: never words that can name a product."""
    desk = voice.desk
    items = {item.id: item for item in form_of(voice, row).items}
    before = responses.answers(desk.connection, keys=desk.keys, form_row=row, items=items)
    changed = {it: answer for it, answer in corrected.items() if before.get(it) != answer}
    for item_id, answer in changed.items():
        why = Reason(reason, audited)
        _record(voice, row, items[item_id], answer, before.get(item_id), why)
    return bool(changed)
