"""Adverse events become rows; their words go where only the participant's clinician reads them."""

from typing import assert_never

from bot.turn import adverse_events as telling
from bot.turn import arms
from bot.turn.following_up import plan_asking
from bot.turn.speaking import Voice
from flows.adverse_events import Event
from flows.effects.events import (
    AssessEvent,
    Assessing,
    CloseEvent,
    LinkEvent,
    OpenEvent,
    OpenReportedEvents,
    ReceiveEvent,
    SendEventReport,
    ShowEvent,
)
from storage import adverse_events


def perform(voice: Voice, verb: str, effect: Assessing) -> None:
    desk = voice.desk
    match effect:
        case OpenReportedEvents(participant, form_id, terms):
            telling.open_reported(desk, participant, form_id, terms)
        case OpenEvent():
            _open(voice, verb, effect)
        case AssessEvent():
            _assess(voice, verb, effect)
        case LinkEvent(event, part_of):
            adverse_events.link(
                desk.connection, event=event, part_of=part_of, by=voice.person, at=desk.now
            )
            voice.record(verb, event.participant, event=event.code, part_of=part_of.code)
        case CloseEvent(event):
            _mark(voice, event, "closed")
            voice.record(verb, event.participant, event=event.code, version=event.version)
        case ReceiveEvent(event, words):
            receipt = _mark(voice, event, "received")
            arms.keep_words(desk, event.participant, "receipt", receipt, words, voice.person)
            voice.record(verb, event.participant, event=event.code, version=event.version)
        case ShowEvent(event):
            arms.show_event(voice, event)
        case SendEventReport(event, language, full):
            _mark(voice, event, "reported")
            arms.send_event_report(voice, event, language, full=full)
            voice.record(verb, event.participant, event=event.code, full="YES" if full else "NO")
        case _:
            assert_never(effect)


def _mark(voice: Voice, event: Event, mark: str) -> int:
    desk = voice.desk
    return adverse_events.mark(
        desk.connection, event=event, mark=mark, by=voice.person, at=desk.now
    )


def _open(voice: Voice, verb: str, effect: OpenEvent) -> None:
    desk = voice.desk
    event = telling.open_once(
        desk,
        effect.participant,
        effect.term,
        source=effect.source,
        form_id=None,
        by=voice.person,
    )
    assert event is not None
    if effect.words:
        arms.keep_words(desk, effect.participant, "event", event.id, effect.words, voice.person)
    voice.record(
        verb,
        effect.participant,
        event=event.code,
        term=effect.term.code,
        source=effect.source,
    )


def _assess(voice: Voice, verb: str, effect: AssessEvent) -> None:
    """Keep the version; what makes it serious reaches the PI at once."""
    desk, before = voice.desk, effect.event
    assessment_id = adverse_events.assess(
        desk.connection,
        event=before,
        assessment=effect.assessment,
        by=voice.person,
        at=desk.now,
    )
    for about, words in effect.words.items():
        arms.keep_words(desk, before.participant, about, assessment_id, words, voice.person)
    event = adverse_events.get(desk.connection, before.id)
    _record(voice, verb, event, effect)
    plan_asking(desk, event)
    if event.awaits_receipt and event.criteria != before.criteria:
        telling.tell_of_serious(desk, event, chased=before.awaits_receipt)


def _record(voice: Voice, verb: str, event: Event, effect: AssessEvent) -> None:
    """Every field but the words, which the audit trail never holds."""
    it = effect.assessment
    voice.record(
        verb,
        event.participant,
        event=event.code,
        version=event.version,
        onset_on=it.onset_on.isoformat(),
        grade=it.grade,
        criteria=",".join(it.criteria),
        relatedness=it.relatedness,
        expectedness=it.expectedness,
        action=it.action,
        outcome=it.outcome,
        resolved_on=None if it.resolved_on is None else it.resolved_on.isoformat(),
    )
