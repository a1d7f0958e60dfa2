"""What the blinded raters do, besides filling in their form."""

from typing import assert_never

from bot.turn import arms, showing
from bot.turn.speaking import Voice
from flows.effects.rating import KeepGuess, LeaveRating, Rating
from storage import conversations, protocol, responses


def perform(voice: Voice, verb: str, effect: Rating) -> None:
    match effect:
        case LeaveRating(participant):
            _leave(voice, participant)
        case KeepGuess(participant):
            arms.keep_guess(voice.desk, effect, voice.person)
        case _:
            assert_never(effect)
    voice.record(verb, effect.participant)


def _leave(voice: Voice, participant: int) -> None:
    """Whoever learnt an arm no longer rates: what they had begun is given up."""
    connection, now = voice.desk.connection, voice.desk.now
    protocol.exclude_rater(connection, rater=voice.person, participant=participant, at=now)
    for row in responses.forms_of(connection, participant):
        conversations.end_of_form(connection, form_id=row.id, at=now, person_id=voice.person)
        showing.take_back_rating(voice.desk, voice.person, row)
