"""Letters that wait."""

from bot.turn.desk import Desk
from flows.facts.mail import Letter, MailFacts
from flows.forms import Answers
from storage import mail, participants


def unanswered(desk: Desk, _actor: int, _answers: Answers) -> MailFacts:
    return MailFacts(
        tuple(
            Letter(
                letter.id,
                participants.code_of(desk.connection, letter.person_id),
                letter.received_at,
                letter.has_attachment,
                letter.words,
            )
            for letter in mail.unanswered(desk.connection, keys=desk.keys)
        )
    )
