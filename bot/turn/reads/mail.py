"""Letters that wait, and who has taken them in hand. Coordinators read those that cannot name an
arm, the treating clinician the others.
"""

from bot.turn.clinicians import clinician_of
from bot.turn.desk import Desk
from bot.turn.reads.participants import chart_in
from flows.facts.mail import Elsewhere, Letter, LetterFacts, MailFacts, Written
from flows.forms import Answers
from flows.roles import Role
from storage import mail, participants, people
from storage.mail import Letter as Kept


def waiting(desk: Desk, actor: int, _answers: Answers) -> MailFacts:
    is_coordinator = Role.COORDINATOR in people.roles_of(desk.connection, actor)
    letters, elsewhere = list[Letter](), list[Elsewhere]()
    for kept in mail.waiting(desk.connection, keys=desk.keys):
        clinician = clinician_of(desk, kept.person_id) if kept.is_withheld else None
        if clinician == actor or (is_coordinator and not kept.is_withheld):
            letters.append(_letter(desk, kept))
        elif is_coordinator:
            elsewhere.append(_elsewhere(desk, kept, clinician))
    return MailFacts(tuple(letters), tuple(elsewhere))


def written(desk: Desk, _actor: int, answers: Answers) -> LetterFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return LetterFacts(None)
    exchanged = mail.exchanged(desk.connection, keys=desk.keys, person_id=chart.participant)
    return LetterFacts(chart, tuple(Written(it.id, it.received_at) for it in exchanged))


def _letter(desk: Desk, kept: Kept) -> Letter:
    return Letter(
        kept.id,
        participants.code_of(desk.connection, kept.person_id),
        kept.received_at,
        kept.has_attachment,
        kept.is_withheld,
        kept.words,
        kept.claimed_by,
        _name(desk, kept.claimed_by),
    )


def _elsewhere(desk: Desk, kept: Kept, clinician: int | None) -> Elsewhere:
    code = participants.code_of(desk.connection, kept.person_id)
    return Elsewhere(code, kept.received_at, _name(desk, clinician))


def _name(desk: Desk, person: int | None) -> str:
    if person is None:
        return ""
    return people.identity(desk.connection, keys=desk.keys, person_id=person, kind="name")
