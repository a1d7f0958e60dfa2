"""What the blinded raters do, besides filling in their form."""

from bot.turn import showing
from bot.turn.speaking import Voice
from flows.effects.rating import Rating
from storage import conversations, protocol, responses


def perform(voice: Voice, verb: str, effect: Rating) -> None:
    """Whoever learnt an arm no longer rates: what they had begun is given up."""
    connection, now = voice.desk.connection, voice.desk.now
    protocol.exclude_rater(connection, rater=voice.person, participant=effect.participant, at=now)
    for row in responses.forms_of(connection, effect.participant):
        conversations.end_of_form(connection, form_id=row.id, at=now, person_id=voice.person)
        showing.take_back_rating(voice.desk, voice.person, row)
    voice.record(verb, effect.participant)
