"""What each command reads, inside the transaction that it will write in."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.turn.desk import Desk
from bot.turn.reads import (
    booking,
    corrections,
    day,
    ending,
    entries,
    envelopes,
    events,
    linking,
    mail,
    messages,
    participants,
    people,
    photographs,
    queries,
    rating,
    safety,
    timeline,
    ways,
)
from flows.facts import Facts, NoFacts
from flows.facts.booking import BookingFacts, OwnBookingFacts
from flows.facts.corrections import CorrectionFacts, OwnCorrectionFacts
from flows.facts.day import DayFacts, FindFacts
from flows.facts.ending import ClosingFacts, UnblindingFacts
from flows.facts.enrolment import EnrolmentFacts, ProtocolFacts
from flows.facts.entries import EntryFacts
from flows.facts.envelopes import BalanceFacts, EnvelopeFacts, LedgerFacts
from flows.facts.events import EventFacts, OpenEventsFacts
from flows.facts.linking import LinkFacts
from flows.facts.mail import LetterFacts, MailFacts
from flows.facts.participants import OwnFacts, ParticipantFacts
from flows.facts.people import StaffFacts
from flows.facts.photographs import PhotographFacts
from flows.facts.queries import DeviationFacts, QueryFacts
from flows.facts.rating import RaterFacts
from flows.facts.safety import AlertFacts
from flows.facts.timeline import MessageFacts, TimelineFacts
from flows.facts.ways import OwnWaysFacts, WaysFacts
from flows.forms import Answers

Reader = Callable[[Desk, int, Answers], Any]


def read(kind: type[Facts], desk: Desk, actor: int, answers: Answers) -> Facts:
    """The facts of this kind, for this person, about the participant named in the answers."""
    facts: Facts = READERS[kind](desk, actor, answers)
    return facts


def _nothing(_desk: Desk, _actor: int, _answers: Answers) -> NoFacts:
    return NoFacts()


READERS: Mapping[type, Reader] = {
    NoFacts: _nothing,
    ParticipantFacts: participants.about_participant,
    OwnFacts: participants.own,
    LinkFacts: linking.of_participant,
    PhotographFacts: photographs.of_participant,
    BookingFacts: booking.about_participant,
    OwnBookingFacts: booking.own,
    EnrolmentFacts: people.enrolment,
    ProtocolFacts: people.plan,
    StaffFacts: people.staff,
    RaterFacts: rating.worklist,
    EntryFacts: entries.entries,
    EnvelopeFacts: envelopes.of_participant,
    LedgerFacts: envelopes.ledger,
    BalanceFacts: envelopes.balance,
    AlertFacts: safety.waiting_alerts,
    MailFacts: mail.waiting,
    LetterFacts: mail.written,
    DayFacts: day.today,
    FindFacts: day.found,
    TimelineFacts: timeline.everything,
    MessageFacts: messages.everything,
    EventFacts: events.about_participant,
    OpenEventsFacts: events.still_open,
    UnblindingFacts: ending.requests,
    ClosingFacts: ending.closing_state,
    QueryFacts: queries.waiting,
    DeviationFacts: queries.newest_deviations,
    OwnCorrectionFacts: corrections.own,
    CorrectionFacts: corrections.of_participant,
    OwnWaysFacts: ways.own,
    WaysFacts: ways.of_participant,
}
