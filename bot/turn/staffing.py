"""Inviting and cutting off: the same in the chat and on the command line."""

from collections.abc import Iterable
from datetime import timedelta

from bot.turn import adverse_events, mailing
from bot.turn.desk import Desk
from flows.roles import Role
from storage import conversations, invitations, people, personal_links, pins, unsent
from storage.outbox import Urgency

# An invitation is used the same day as a rule; a week leaves room for a slow start.
INVITATION_LASTS = timedelta(days=7)


def invite(desk: Desk, person: int, secret: str, at_number: str | None = None) -> None:
    """Keep a new one-time code for a person, which may count from one phone number alone."""
    invitations.invite(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        code=secret,
        at=desk.now,
        expires_at=desk.now + INVITATION_LASTS,
        at_number=at_number,
    )


def make_personal_link(desk: Desk, person: int) -> None:
    """Keep a new link to the person's own web chat, with its code; the one before it ends."""
    personal_links.make(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        secret=desk.secret,
        code=desk.digits,
        at=desk.now,
    )


def invite_staff(desk: Desk, name: str, roles: Iterable[Role], secret: str) -> int:
    """A new member of staff, who enters with this code."""
    person = people.create(desk.connection, keys=desk.keys, language="fa", name=name, at=desk.now)
    people.begin_roles(desk.connection, person_id=person, roles=roles, at=desk.now)
    invite(desk, person, secret)
    return person


def end_role(desk: Desk, person: int, role: Role) -> None:
    """End one role; with the last one everything ends."""
    people.end_roles(desk.connection, person_id=person, role=role, at=desk.now)
    if role is Role.CLINICIAN:
        _tell_of_leaving(desk, person)
    if not people.roles_of(desk.connection, person):
        cut_off(desk, person)


def _tell_of_leaving(desk: Desk, person: int) -> None:
    adverse_events.tell_of_leaving(desk, person)
    mailing.tell_of_leaving(desk, person)


def cut_off(desk: Desk, person: int) -> None:
    """End roles, chats, conversations and invitations of a member of staff, at once."""
    treated = Role.CLINICIAN in people.roles_of(desk.connection, person)
    people.end_roles(desk.connection, person_id=person, at=desk.now)
    if treated:
        _tell_of_leaving(desk, person)
    unsent.cancel(
        desk.connection,
        person_id=person,
        at=desk.now,
        reason="cut_off",
        urgencies=tuple(Urgency),
    )
    pins.end(desk.connection, person_id=person, at=desk.now)
    people.close_addresses(desk.connection, person_id=person, at=desk.now)
    conversations.end_of_person(desk.connection, person_id=person, at=desk.now)
    invitations.revoke(desk.connection, person_id=person, at=desk.now)
    personal_links.end_all(desk.connection, person_id=person, at=desk.now)
