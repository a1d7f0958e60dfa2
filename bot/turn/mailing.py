"""Mail to the clinic: whatever a participant writes that is no command and no answer."""

from datetime import timedelta

from bot.language.typed_text import words_of
from bot.trial.study import Study
from bot.turn.clinicians import clinician_of
from bot.turn.desk import Desk
from bot.turn.reading import units
from bot.turn.speaking import Voice
from flows.messages import Message, run_button, say
from flows.roles import Role
from flows.text import text
from storage import mail, participants, people, unsent
from storage.audit import Act

LONGEST = 4096
# Coordinators are told of so many letters of one participant that wait; of a flood, no more.
MOST_TOLD = 5
TOLD_WITHIN = timedelta(hours=1)


def is_letter(words: str, study: Study) -> bool:
    """Whether words that are no answer say something: more than numbers and what goes with them."""
    beside = {
        word
        for phrase in (*units(study), *study.lexicon.options, *study.lexicon.conjunctions)
        for word in words_of(phrase)
    }
    return any(not word.isdecimal() and word not in beside for word in words_of(words))


def receive(voice: Voice, words: str, file: str | None) -> None:
    """Keep a letter, and say at once what to do when it is urgent."""
    site = voice.desk.study.trial.site
    keep(voice, words, file)
    voice.tell(text("mail.received", emergency=site.emergency, phone=site.clinic_phone))


def keep(voice: Voice, words: str, file: str | None) -> None:
    """Keep a letter, and tell whoever reads it."""
    desk = voice.desk
    mail_id = mail.receive(
        desk.connection,
        keys=desk.keys,
        person_id=voice.person,
        words=words[:LONGEST],
        attachment=file,
        at=desk.now,
    )
    voice.record("write_mail", voice.person, mail=mail_id)
    since = desk.now - TOLD_WITHIN
    if mail.count_waiting(desk.connection, person_id=voice.person, since=since) > MOST_TOLD:
        return
    if mail.is_withheld(desk.connection, mail_id):
        _tell_clinician(desk, voice.person)
    else:
        tell_coordinators(desk, voice.person)


def tell_coordinators(desk: Desk, participant: int) -> None:
    desk.notify_role(Role.COORDINATOR, _came(desk, participant))


def _tell_clinician(desk: Desk, participant: int) -> None:
    """Who alone may read it; where there is none, the coordinators have to name one."""
    clinician = clinician_of(desk, participant)
    if clinician is not None:
        desk.notify(clinician, _came(desk, participant))
        return
    code = participants.code_of(desk.connection, participant)
    assign = run_button(text("command.assign.button"), "assign", code)
    told = say(text("staff.mail_for_nobody", code=code), buttons=((assign,),))
    desk.notify_role(Role.COORDINATOR, told)


def hand_over(desk: Desk, participant: int) -> None:
    """Their new clinician is told of letters that nobody else may read."""
    if participant in _with_withheld(desk):
        _tell_clinician(desk, participant)


def tell_of_leaving(desk: Desk, person: int) -> None:
    """A clinician has left: for each of theirs with such a letter another must be named."""
    for participant in _with_withheld(desk):
        if participants.chart(desk.connection, participant).clinician == person:
            _tell_clinician(desk, participant)


def _with_withheld(desk: Desk) -> list[int]:
    """Whose letters wait for their clinician."""
    letters = mail.waiting(desk.connection, keys=desk.keys)
    return list(dict.fromkeys(it.person_id for it in letters if it.is_withheld))


def _came(desk: Desk, participant: int) -> Message:
    code = participants.code_of(desk.connection, participant)
    button = run_button(text("command.mail.button"), "mail")
    return say(text("staff.mail", code=code), buttons=((button,),))


def note_blocked(desk: Desk, address_id: int, person_id: int) -> None:
    """An address takes no messages: what waits for it fails, and the coordinators are told once."""
    changed = people.mark_address(desk.connection, address_id=address_id, state="blocked")
    unsent.fail_waiting(desk.connection, address_id=address_id, at=desk.now, reason="blocked")
    if not changed:
        return
    desk.record(Act("address_blocked", "system", None, person_id))
    if Role.PARTICIPANT in people.roles_of(desk.connection, person_id):
        code = participants.code_of(desk.connection, person_id)
        desk.notify_role(Role.COORDINATOR, say(text("staff.blocked", code=code)))
    else:
        desk.notify_role(Role.ADMINISTRATOR, say(text("staff.blocked_staff")))
