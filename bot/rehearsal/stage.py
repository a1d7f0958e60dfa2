"""A trial prepared for its rehearsal: one person of each role, sealed envelopes, a confirmed plan.

Its people are not real; everything that they do is.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from random import SystemRandom

from argon2 import PasswordHasher

from bot import envelope_lists
from bot.trial.study import Study
from bot.turn import proving
from bot.turn.desk import Desk
from bot.turn.incoming import Incoming, Typed
from bot.turn.turns import take_turn
from bot.web.channel import CHANNEL
from flows.definition import Concealment
from flows.roles import Role
from flows.text import text
from storage import people, protocol, web_chats
from storage.audit import Act
from storage.outbox import ToPerson

# In the order in which a trial needs them; the participant's phone comes last.
ROLES = (
    Role.COORDINATOR,
    Role.CLINICIAN,
    Role.ALLOCATOR,
    Role.RATER,
    Role.PI,
    Role.ADMINISTRATOR,
)

# The PIN of everybody in a rehearsal; nobody real could be harmed by its quick hash.
PIN = "270513"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def prepare(desk: Desk, language: str) -> None:
    """Prepare a trial, if it was not prepared before."""
    if web_chats.all_chats(desk.connection):
        return
    staff = {role: _enter(desk, role, language) for role in ROLES}
    _lay_envelopes(desk)
    confirmed = desk.study.definition_hash
    protocol.confirm(desk.connection, definition_hash=confirmed, by=staff[Role.PI], at=desk.now)
    desk.record(
        Act("confirm_definition", Role.PI.value, staff[Role.PI], None, {"definition": confirmed})
    )
    add_phone(desk)


def _lay_envelopes(desk: Desk) -> None:
    trial = desk.study.trial
    if trial.allocation.concealment is Concealment.PAPER:
        envelope_lists.lay_paper(desk, trial.target)
    else:
        envelope_lists.generate(desk, SystemRandom().shuffle)


def seconds_to_opening(study: Study, now: datetime) -> int:
    """How far ahead a rehearsal begins: when the clinic opens, for at night nothing happens."""
    site = study.trial.site
    days = (study.today(now) + timedelta(days=after) for after in count())
    moments = (study.moment(day, site.opens) for day in days if not site.is_closed(day))
    opening = next(moment for moment in moments if moment >= now)
    return int((opening - now).total_seconds())


def add_phone(desk: Desk) -> int:
    """One more phone, on which nobody has entered yet."""
    return web_chats.open_chat(desk.connection, at=desk.now)


def add_staff(
    desk: Desk, name: str, roles: Iterable[Role], language: str, at: tuple[str, str]
) -> int:
    """A member of staff who has entered already, at this channel and address there, with a PIN."""
    person = people.create(
        desk.connection, keys=desk.keys, language=language, name=name, at=desk.now
    )
    people.begin_roles(desk.connection, person_id=person, roles=roles, at=desk.now)
    proving.set_pin(desk, person, proving.digest_of(desk, person, PIN), _QUICK)
    channel, address = at
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel=channel,
        address=address,
        at=desk.now,
    )
    return person


def _enter(desk: Desk, role: Role, language: str) -> int:
    """A member of staff who has entered; their phone greets them."""
    name = desk.study.render(text(f"rehearsal.name.{role.value}"), language)
    chat = add_phone(desk)
    person = add_staff(desk, name, [role], language, (CHANNEL, str(chat)))
    desk.reply(ToPerson(person), "menu", "{}")
    take_turn(desk, Incoming(CHANNEL, chat, str(chat), Typed("/start"), language, desk.now))
    return person
