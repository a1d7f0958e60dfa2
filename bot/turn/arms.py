"""The one place that words an arm, or what may name one. Nothing else may import storage.arms.

What is put into the outbox is the number of an allocation, of an event or of a letter. An arm is
read and worded when its pop-up leaves, and the pop-up leaves nothing in the chat. The words of an
event or of a letter are longer: they leave as a message or a report, to whoever treats that
participant at that moment, and nobody else.

The letters of paper envelopes are held against the planned ratio of their block, and methodologists
alone are told of a block that broke it. A digital list is refused at its sealing unless every block
keeps the ratio.
"""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from bot.reports.page import Page
from bot.trial.study import Study
from bot.turn import event_words
from bot.turn.bodies import message_body, message_from_json
from bot.turn.clinicians import treats
from bot.turn.desk import Desk
from bot.turn.speaking import Voice
from flows.adverse_events import Event, concerned
from flows.allocation_list import AllocationList, plan_of
from flows.certificate import Certificate
from flows.definition import Concealment
from flows.effects.allocation import Allocate, KeepPaperLetter, RecordSessionNote
from flows.effects.rating import KeepGuess
from flows.envelope_proofs import Finding, Opening, openings_misfit
from flows.envelopes import commitment
from flows.forms import Words
from flows.messages import Message, say
from flows.roles import Role
from flows.text import Text, text
from storage import adverse_events, alerts, arms, envelopes, mail, participants, people, responses
from storage.audit import Act
from storage.keyring import Keyring
from storage.outbox import UNCOUNTED, NewMessage, ToPerson, Urgency
from storage.responses import FormRow
from storage.sealing import Unreadable

SALT_BYTES = 32
# A tap can be answered for a short while only; what comes later is not shown to anybody.
POPUP_LASTS = timedelta(minutes=2)

knows_an_arm: Callable[[Connection, int], bool] = arms.was_told


def seal_envelopes(desk: Desk, drawn: AllocationList) -> list[bytes]:
    """Lay the envelopes of a list and seal each arm in its own; returns their commitments."""
    salts = [secrets.token_bytes(SALT_BYTES) for _ in drawn.arms]
    sealed = [
        commitment(number, arm, salt)
        for number, (arm, salt) in enumerate(zip(drawn.arms, salts, strict=True), start=1)
    ]
    envelopes.lay(
        desk.connection,
        commitments=sealed,
        block_size=desk.study.trial.allocation.block_size,
        at=desk.now,
    )
    arms.seal_all(desk.connection, keys=desk.keys, arms=drawn.arms, salts=salts)
    return sealed


def sealed_misfit(desk: Desk, certificate: Certificate) -> Finding | None:
    """The first envelope in which is not what was certified; nobody learns what is in any."""
    opened = arms.openings(desk.connection, keys=desk.keys)
    return openings_misfit(certificate, _readable(opened))


def _readable(opened: Iterator[Opening]) -> Iterator[Opening]:
    """Up to the first that cannot be read."""
    with suppress(Unreadable):
        yield from opened


def allocate(desk: Desk, effect: Allocate, actor: int, tap: str) -> None:
    """Bind the next envelope; a digital one is opened for the tap that asked. Raises NoEnvelope."""
    bound = envelopes.bind_next(
        desk.connection, participant=effect.participant, by=actor, at=desk.now
    )
    if bound is None:
        raise NoEnvelope
    paper = desk.study.trial.allocation.concealment is Concealment.PAPER
    act = Act("bind_envelope", "allocator", actor, effect.participant, {"envelope": bound.envelope})
    desk.record(act)
    if not paper:
        show(desk, actor, effect.participant, tap)


class NoEnvelope(Exception):
    """No envelope is left."""


def show_arm(desk: Desk, actor: int, participant: int, tap: str) -> None:
    desk.record(Act("show_arm", "clinician", actor, participant))
    show(desk, actor, participant, tap)


def show(desk: Desk, actor: int, participant: int, tap: str) -> None:
    """Show the arm to this tap, and keep that it was shown."""
    arms.note_told(desk.connection, person_id=actor, participant=participant, at=desk.now)
    _put(desk, actor, {"tap": tap, "allocation_of": participant})


def show_session_note(desk: Desk, actor: int, participant: int, visit: str, tap: str) -> None:
    desk.record(Act("show_session_note", "clinician", actor, participant, {"visit": visit}))
    arms.note_told(desk.connection, person_id=actor, participant=participant, at=desk.now)
    _put(desk, actor, {"tap": tap, "note_of": participant, "visit": visit})


def _put(desk: Desk, actor: int, body: dict[str, object]) -> None:
    desk.put(
        NewMessage(
            f"tap:{body['tap']}",
            "arm",
            Urgency.ALERT,
            ToPerson(actor),
            json.dumps(body),
            desk.now + POPUP_LASTS,
            line=f"tap:{body['tap']}",
        )
    )


def popup(
    connection: Connection, *, keys: Keyring, study: Study, body: dict[str, object], language: str
) -> str:
    """The words of a pop-up, made when it leaves."""
    if "note_of" in body:
        return _note_words(connection, keys, study, body, language)
    participant = int(str(body["allocation_of"]))
    bound = envelopes.allocation_of(connection, participant)
    assert bound is not None
    code = arms.arm_in(connection, keys=keys, envelope=bound.envelope)
    arm = next((arm for arm in study.trial.arms if arm.code == code), None)
    assert arm is not None
    name = arm.name[study.language(language)]
    return study.render(text("arm.popup", letter=arm.code, name=name), language)


def _note_words(
    connection: Connection, keys: Keyring, study: Study, body: dict[str, object], language: str
) -> str:
    participant, visit = int(str(body["note_of"])), str(body["visit"])
    note = arms.session_note(connection, keys=keys, participant=participant, visit=visit)
    words: Text = text("session_note.none")
    if note is not None:
        words = text("session_note.popup", batch=note.batch, notes=note.notes or "-")
    return study.render(words, language)


def openings(desk: Desk) -> list[Opening]:
    """Every envelope opened, with who got it and what raters guessed; after the unblinding."""
    bound = {it.envelope: it.participant for it in envelopes.allocations(desk.connection)}
    guesses = arms.guesses(desk.connection, keys=desk.keys)
    return [
        replace(
            opened,
            participant=participants.code_of(desk.connection, bound[opened.number]),
            guesses=" ".join(guesses.get(bound[opened.number], ())),
        )
        if opened.number in bound
        else opened
        for opened in arms.openings(desk.connection, keys=desk.keys)
    ]


def keep_paper_letter(desk: Desk, effect: KeepPaperLetter, actor: int) -> None:
    """Keep it, and tell the methodologists where it breaks the ratio of its block. Nothing else may
    tell of that: no other role, no entry in the record, whose length the PI's summary shows, and no
    count of messages."""
    before = unbalanced_blocks(desk)
    bound = envelopes.allocation_of(desk.connection, effect.participant)
    assert bound is not None
    arms.seal(
        desk.connection,
        keys=desk.keys,
        envelope=bound.envelope,
        arm=effect.letter,
        salt=secrets.token_bytes(SALT_BYTES),
    )
    arms.note_told(desk.connection, person_id=actor, participant=effect.participant, at=desk.now)
    for block in unbalanced_blocks(desk):
        if block not in before:
            _tell_methodologists(desk, block)


def unbalanced_blocks(desk: Desk) -> list[int]:
    """The blocks in which an arm stands more often than planned, so that no letters still to come
    could keep the ratio. An envelope that was retired may have held any."""
    plan = plan_of(desk.study.trial)
    known = arms.by_block(desk.connection, keys=desk.keys)
    return [block for block, letters in known.items() if not plan.allows(letters)]


def _tell_methodologists(desk: Desk, block: int) -> None:
    for person in people.holders(desk.connection, Role.METHODOLOGIST):
        message = say(text("balance.warning", block=block))
        desk.notify(person, message, key=f"{UNCOUNTED}balance:{block}:{person}")


def keep_incident_words(desk: Desk, incident: int, words: str) -> None:
    arms.keep_incident_words(desk.connection, keys=desk.keys, incident=incident, words=words)


def keep_guess(desk: Desk, effect: KeepGuess, rater: int) -> None:
    arms.keep_guess(
        desk.connection,
        keys=desk.keys,
        rater=rater,
        participant=effect.participant,
        guess=effect.guess,
        at=desk.now,
    )


def guessed_by(desk: Desk, rater: int) -> frozenset[int]:
    """Of whom a rater has guessed, not what."""
    return arms.guessed_by(desk.connection, rater)


def note_known(desk: Desk, clinician: int, participant: int) -> None:
    """Whoever treats a participant who was randomized elsewhere knows their arm."""
    arms.note_told(desk.connection, person_id=clinician, participant=participant, at=desk.now)


def is_letter_kept(connection: Connection, keys: Keyring, envelope: int) -> bool:
    return arms.arm_in(connection, keys=keys, envelope=envelope) is not None


def keep_session_note(desk: Desk, effect: RecordSessionNote, actor: int) -> None:
    """Whoever writes down the batch knows what was given."""
    arms.note_told(desk.connection, person_id=actor, participant=effect.participant, at=desk.now)
    arms.record_session(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        visit=effect.visit,
        note=arms.SessionNote(effect.batch, effect.notes),
        by=actor,
        at=desk.now,
    )


def keep_words(
    desk: Desk, participant: int, about: str, about_id: int, words: str, actor: int
) -> None:
    """Keep what somebody wrote of an alert, an event or an assessment."""
    arms.keep_words(
        desk.connection,
        keys=desk.keys,
        participant=participant,
        about=about,
        about_id=about_id,
        words=words,
        by=actor,
        at=desk.now,
    )


def show_event(voice: Voice, event: Event) -> None:
    """Send the words of an event; whoever reads them may learn the arm."""
    _note_shown(voice, event)
    voice.record("show_event", event.participant, event=event.code)
    voice.send("event", json.dumps({"event": event.id}))


def show_letter(voice: Voice, mail_id: int, message: Message) -> None:
    """Send a letter with its answer below this head."""
    participant = _note_letter_shown(voice, mail_id)
    voice.record("show_letter", participant, mail=mail_id)
    voice.send("letter", message_body(message, mail=mail_id))


def show_attachment(voice: Voice, verb: str, mail_id: int) -> None:
    """Send the file of a letter."""
    _note_letter_shown(voice, mail_id)
    voice.record(verb, None, mail=mail_id)
    voice.send("attachment", json.dumps({"mail": mail_id}))


def _note_letter_shown(voice: Voice, mail_id: int) -> int:
    """Who wrote it; whoever sees one that is withheld may learn the arm."""
    desk = voice.desk
    participant = mail.writer(desk.connection, mail_id)
    if mail.is_withheld(desk.connection, mail_id):
        arms.note_told(
            desk.connection, person_id=voice.person, participant=participant, at=desk.now
        )
    return participant


def show_correction(voice: Voice, participant: int, request: int) -> None:
    """Send a correction that was asked for, with its words."""
    desk = voice.desk
    arms.note_told(desk.connection, person_id=voice.person, participant=participant, at=desk.now)
    voice.record("show_correction", participant, correction=request)
    voice.send("correction", json.dumps({"correction": request}))


def send_event_report(voice: Voice, event: Event, language: str, *, full: bool) -> None:
    """Send the report of an event as it stands now; a full one holds its words."""
    if full:
        _note_shown(voice, event)
    body = {"event": event.id, "version": event.version, "language": language, "full": full}
    voice.send("report", json.dumps(body))


def _note_shown(voice: Voice, event: Event) -> None:
    desk = voice.desk
    arms.note_told(
        desk.connection, person_id=voice.person, participant=event.participant, at=desk.now
    )


def event_message(
    connection: Connection,
    *,
    keys: Keyring,
    study: Study,
    body: dict[str, object],
    person: int | None,
    language: str,
) -> str:
    """The words of an event, made when they leave."""
    event = adverse_events.get(connection, int(str(body["event"])))
    chart = participants.chart(connection, event.participant)
    if not treats(connection, chart.participant, person):
        return study.render(text("refused.not_your_participant", code=chart.code), language)
    parts = adverse_events.parts_of(connection, event.id)
    said = _said(connection, keys, study, chart.participant)
    return event_words.message(study, event, parts, chart, said, language)


def letter_message(
    connection: Connection, *, keys: Keyring, body: dict[str, object], person: int | None
) -> Message:
    """A letter with its answer, made when it leaves."""
    letter = arms.letter(connection, keys=keys, mail_id=int(str(body["mail"])))
    message = message_from_json(body)
    if not treats(connection, letter.participant, person):
        code = participants.code_of(connection, letter.participant)
        return say(text("refused.not_your_participant", code=code))
    words = text("mail.words", words=letter.words) if letter.words else text("mail.no_words")
    answer = (text("mail.was_answered", words=letter.answer),) if letter.answer else ()
    head, *rest = message.paragraphs
    return replace(message, paragraphs=(head, words, *answer, *rest))


def attachment(
    connection: Connection, *, keys: Keyring, mail_id: int, person: int | None
) -> str | Text:
    """The file of a letter, or why it is not shown, when it leaves."""
    chart = participants.chart(connection, mail.writer(connection, mail_id))
    if mail.is_withheld(connection, mail_id) and chart.clinician != person:
        return text("refused.not_your_participant", code=chart.code)
    return mail.attachment(connection, keys=keys, mail_id=mail_id) or text("erased")


def event_page(
    connection: Connection,
    *,
    keys: Keyring,
    study: Study,
    body: dict[str, object],
    person: int | None,
    language: str,
) -> Page:
    """The report of an event up to the version that was asked for, made when it leaves."""
    event = adverse_events.get(connection, int(str(body["event"])))
    event = replace(event, versions=event.versions[: int(str(body["version"]))])
    chart = participants.chart(connection, event.participant)
    full = bool(body["full"]) and treats(connection, chart.participant, person)
    parts = adverse_events.parts_of(connection, event.id)
    said = _said(connection, keys, study, chart.participant) if full else None
    return event_words.page(study, event, parts, chart, said, language)


def _said(
    connection: Connection, keys: Keyring, study: Study, participant: int
) -> event_words.Said:
    """What was written of an event: by the participant, and by staff."""

    def said(about: str, about_id: int) -> str | None:
        if about == "own":
            return _own_words(connection, keys, study, about_id)
        if about == "done":
            return _done_about(connection, keys, study, about_id)
        return arms.words_about(
            connection, keys=keys, participant=participant, about=about, about_id=about_id
        )

    return said


def _own_words(connection: Connection, keys: Keyring, study: Study, event_id: int) -> str | None:
    """What the participant wrote of this problem in the form that opened the event."""
    event, row = adverse_events.get(connection, event_id), _form_of(connection, event_id)
    if row is None:
        return None
    asked = {
        item.id: item
        for item in study.form(row.instrument, row.version).items
        if isinstance(item.kind, Words) and item.id.startswith(f"{event.term.code}.")
    }
    given = responses.answers(connection, keys=keys, form_row=row, items=asked)
    return next((it for it in given.values() if isinstance(it, str) and it), None)


def _done_about(connection: Connection, keys: Keyring, study: Study, event_id: int) -> str | None:
    """What was done about the alerts of this event."""
    event, row = adverse_events.get(connection, event_id), _form_of(connection, event_id)
    if row is None:
        return None
    instrument = study.instruments[row.instrument, row.version]
    written = (
        arms.words_about(
            connection,
            keys=keys,
            participant=event.participant,
            about="alert",
            about_id=alert.id,
        )
        for alert in alerts.of_form(connection, row.id)
        if concerned(instrument, alert.item, alert.option) == event.term
    )
    return "; ".join(words for words in written if words is not None) or None


def _form_of(connection: Connection, event_id: int) -> FormRow | None:
    form_id = adverse_events.form_of(connection, event_id)
    return None if form_id is None else responses.form(connection, form_id)
