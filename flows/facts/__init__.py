"""What a command may read before it decides. No class here has a field for an arm."""

from dataclasses import dataclass

from flows.facts.booking import BookingFacts, OwnBookingFacts
from flows.facts.corrections import CorrectionFacts, OwnCorrectionFacts
from flows.facts.day import DayFacts, FindFacts
from flows.facts.ending import ClosingFacts, UnblindingFacts
from flows.facts.enrolment import EnrolmentFacts, ProtocolFacts
from flows.facts.entries import EntryFacts
from flows.facts.envelopes import BalanceFacts, EnvelopeFacts, LedgerFacts
from flows.facts.events import EventFacts, OpenEventsFacts
from flows.facts.mail import MailFacts
from flows.facts.participants import OwnFacts, ParticipantFacts
from flows.facts.people import StaffFacts
from flows.facts.photographs import PhotographFacts
from flows.facts.queries import DeviationFacts, QueryFacts
from flows.facts.rating import RaterFacts
from flows.facts.safety import AlertFacts
from flows.facts.timeline import MessageFacts, TimelineFacts


@dataclass(frozen=True, slots=True)
class NoFacts:
    """For commands that need to know nothing."""


Facts = (
    NoFacts
    | ParticipantFacts
    | PhotographFacts
    | OwnFacts
    | BookingFacts
    | OwnBookingFacts
    | EnrolmentFacts
    | ProtocolFacts
    | StaffFacts
    | RaterFacts
    | EntryFacts
    | EnvelopeFacts
    | LedgerFacts
    | BalanceFacts
    | AlertFacts
    | EventFacts
    | OpenEventsFacts
    | MailFacts
    | DayFacts
    | FindFacts
    | TimelineFacts
    | MessageFacts
    | UnblindingFacts
    | ClosingFacts
    | QueryFacts
    | DeviationFacts
    | OwnCorrectionFacts
    | CorrectionFacts
)
