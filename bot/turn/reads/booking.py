"""The clinic's diary, beside what is known of the participant whose visit is booked."""

from bot.turn.desk import Desk
from bot.turn.reads import participants as one
from flows.facts.booking import BookingFacts, OwnBookingFacts
from flows.forms import Answers
from flows.slots import Appointment, appointments
from storage import participants


def about_participant(desk: Desk, actor: int, answers: Answers) -> BookingFacts:
    return BookingFacts(one.about_participant(desk, actor, answers), _booked(desk))


def own(desk: Desk, actor: int, answers: Answers) -> OwnBookingFacts:
    return OwnBookingFacts(one.own(desk, actor, answers), _booked(desk))


def _booked(desk: Desk) -> tuple[Appointment, ...]:
    everyone = participants.everyone(desk.connection)
    return appointments(participants.charts(desk.connection, everyone))
