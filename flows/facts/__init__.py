"""What a command may read before it decides. No class here has a field for an arm."""

from dataclasses import dataclass

from flows.facts.booking import BookingFacts, OwnBookingFacts
from flows.facts.day import DayFacts, FindFacts
from flows.facts.enrolment import EnrolmentFacts, ProtocolFacts
from flows.facts.mail import MailFacts
from flows.facts.participants import OwnFacts, ParticipantFacts
from flows.facts.people import StaffFacts
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
    | OwnFacts
    | BookingFacts
    | OwnBookingFacts
    | EnrolmentFacts
    | ProtocolFacts
    | StaffFacts
    | RaterFacts
    | AlertFacts
    | MailFacts
    | DayFacts
    | FindFacts
    | TimelineFacts
    | MessageFacts
    | QueryFacts
    | DeviationFacts
)
