"""A milestone is recorded, and what must not wait follows at once."""

from bot.turn import filling, mailing, readings
from bot.turn.adverse_events import hand_over
from bot.turn.desk import Desk
from bot.turn.guesses import ask_for_guesses
from bot.turn.looking_over import look_over
from bot.turn.performing import amending, correcting
from bot.turn.planning import replan, take_back_visit_reminders
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects.milestones import CorrectEntry, Marking, RecordMilestone
from storage import conversations, invitations, participants, responses, unsent
from storage.audit import Act
from storage.outbox import Urgency
from storage.participants import NewMilestone


def perform(voice: Voice, verb: str, effect: Marking) -> None:
    if isinstance(effect, CorrectEntry):
        amending.perform(voice, verb, effect)
        return
    _record(voice.desk, effect, voice.person)
    voice.record(verb, effect.participant, **_detail(effect))
    _follow(voice.desk, effect)


def perform_for(desk: Desk, verb: str, effect: RecordMilestone, person: int) -> None:
    """The same where it follows by itself from what this person did before."""
    _record(desk, effect, person)
    desk.record(Act(verb, "system", None, effect.participant, _detail(effect)))
    _follow(desk, effect)


def keep(desk: Desk, verb: str, effect: RecordMilestone, person: int, role: str) -> None:
    """A milestone of the past, as it is taken over: nothing follows from it at once."""
    _record(desk, effect, person)
    desk.record(Act(verb, role, person, effect.participant, _detail(effect)))


def _record(desk: Desk, effect: RecordMilestone, person: int) -> None:
    participants.record(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        new=NewMilestone(
            effect.milestone, effect.on, effect.visit, effect.at, effect.detail, effect.reason
        ),
        recorded_by=person,
        at=desk.now,
    )


def _detail(effect: RecordMilestone) -> dict[str, str | int | None]:
    return {
        "milestone": effect.milestone.value,
        "on": effect.on.isoformat(),
        "visit": effect.visit,
        "at": None if effect.at is None else effect.at.isoformat(),
        "reason": effect.reason,
        **effect.detail,
    }


def _follow(desk: Desk, effect: RecordMilestone) -> None:
    """What must not wait: forms for the rater, and messages that must not leave."""
    match effect.milestone:
        case (
            Milestone.ATTENDED | Milestone.PHOTOGRAPHED | Milestone.SESSION_DONE | Milestone.MISSED
        ):
            readings.open_due(desk, effect.participant)
            ask_for_guesses(desk, effect.participant)
            _take_back(desk, effect)
        case Milestone.CLINICIAN_ASSIGNED:
            hand_over(desk, effect.participant)
            correcting.hand_over(desk, effect.participant)
            mailing.hand_over(desk, effect.participant)
        case Milestone.BOOKED | Milestone.CANNOT_COME:
            _take_back(desk, effect)
        case Milestone.MESSAGING_STOPPED:
            _cancel(desk, effect, Urgency.REMINDER)
        case Milestone.WITHDRAWN | Milestone.DIED:
            _leave(desk, effect)
        case _:
            pass
    replan(desk, effect.participant)
    look_over(desk, effect.participant)


def _cancel(desk: Desk, effect: RecordMilestone, *urgencies: Urgency) -> None:
    unsent.cancel(
        desk.connection,
        person_id=effect.participant,
        at=desk.now,
        reason=effect.milestone.value,
        urgencies=urgencies,
    )


def _leave(desk: Desk, effect: RecordMilestone) -> None:
    """Nothing is sent or asked any more; what was answered stays."""
    person = effect.participant
    _cancel(desk, effect, Urgency.REMINDER, Urgency.NOTICE)
    invitations.revoke(desk.connection, person_id=person, at=desk.now)
    conversations.end_of_person(desk.connection, person_id=person, at=desk.now)
    for row in responses.forms_of(desk.connection, person):
        if row.is_open:
            filling.close(desk, row, effect.milestone.value)
    ask_for_guesses(desk, person)


def _take_back(desk: Desk, effect: RecordMilestone) -> None:
    assert effect.visit is not None
    take_back_visit_reminders(desk, effect.participant, effect.visit, effect.milestone.value)
