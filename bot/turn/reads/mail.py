"""Letters that wait, and who has taken them in hand."""

from bot.turn.desk import Desk
from flows.facts.mail import Letter, MailFacts
from flows.forms import Answers
from storage import mail, participants, people
from storage.mail import Letter as Kept


def waiting(desk: Desk, _actor: int, _answers: Answers) -> MailFacts:
    kept = mail.waiting(desk.connection, keys=desk.keys)
    return MailFacts(tuple(_letter(desk, letter) for letter in kept))


def _letter(desk: Desk, kept: Kept) -> Letter:
    connection, keys = desk.connection, desk.keys
    claimed = kept.claimed_by
    name = (
        ""
        if claimed is None
        else people.identity(connection, keys=keys, person_id=claimed, kind="name")
    )
    return Letter(
        kept.id,
        participants.code_of(connection, kept.person_id),
        kept.received_at,
        kept.has_attachment,
        kept.words,
        claimed,
        name,
    )
