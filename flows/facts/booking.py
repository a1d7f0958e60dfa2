"""What is known when an appointment is made or moved: one participant, and the clinic's diary."""

from dataclasses import dataclass

from flows.chart import Chart
from flows.facts.participants import OwnFacts, ParticipantFacts
from flows.slots import Appointment


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """`booked` are everybody's appointments that are still to be kept."""

    about: ParticipantFacts
    booked: tuple[Appointment, ...]

    @property
    def chart(self) -> Chart | None:
        return self.about.chart


@dataclass(frozen=True, slots=True)
class OwnBookingFacts:
    """For a participant who asks for another time. Of the diary they are told nothing: it goes into
    what the coordinators are told."""

    own: OwnFacts
    booked: tuple[Appointment, ...]

    @property
    def chart(self) -> Chart | None:
        return self.own.chart
