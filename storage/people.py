"""People, staff and participants: their roles, and their names and addresses, which are sealed."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import (
    Column,
    Connection,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    select,
    true,
    update,
)

from flows.list_formats import comparable
from flows.roles import Role
from flows.text import ERASED
from storage import tables
from storage.keyring import Keyring

T = TypeVar("T")

# The ways to a person, the first choice first, where they prefer none.
FALLBACK_ORDER = ("telegram", "bale", "sms", "web")

_person = tables.person
_identity = tables.identity
_address = tables.address
_reaching = tables.address.alias("reaching")
_sharing = tables.address.alias("sharing")
_role = tables.staff_role
_participant = tables.participant
_outage = tables.channel_outage

# Every turn asks these, and building a statement costs more than SQLite takes to run it.
_SPEAKER_AT = (
    select(_address.c.id, _address.c.person_id, _address.c.state, _person.c.language)
    .join(_person, _person.c.id == _address.c.person_id)
    .where(
        _address.c.channel == bindparam("channel"),
        _address.c.digest == bindparam("digest"),
        _address.c.state != "closed",
    )
    .order_by(_address.c.id)
)
_SPEAKER = (
    select(_address.c.person_id, _address.c.channel, _address.c.state, _person.c.language)
    .join(_person, _person.c.id == _address.c.person_id)
    .where(_address.c.id == bindparam("address_id"))
)
_SHARING = (
    select(_sharing.c.person_id)
    .join(
        _address,
        and_(_address.c.channel == _sharing.c.channel, _address.c.digest == _sharing.c.digest),
    )
    .where(_address.c.id == bindparam("address_id"), _sharing.c.state != "closed")
    .order_by(_sharing.c.id)
)
_ROLES_OF = select(_role.c.role).where(
    _role.c.person_id == bindparam("person_id"), _role.c.ended_at.is_(None)
)
_ENROLLED = select(_participant.c.person_id).where(
    _participant.c.person_id == bindparam("person_id")
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody known, as they write from one of their addresses."""

    person_id: int
    address_id: int
    channel: str
    language: str
    roles: AbstractSet[Role]
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class LinkedAddress:
    """An address that is somebody's now, since when it is theirs."""

    id: int
    channel: str
    since: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """`since` are the moments at which the roles began, in their order."""

    person_id: int
    name: str = field(repr=False)
    roles: tuple[Role, ...]
    entered: bool
    since: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class EndedRole:
    person_id: int
    name: str = field(repr=False)
    role: Role
    began_at: datetime
    ended_at: datetime


def create(connection: Connection, *, keys: Keyring, language: str, name: str, at: datetime) -> int:
    """A new person with a key of their own; returns the person's id."""
    row = insert(_person).values(language=language, created_at=at).returning(_person.c.id)
    person_id: int = connection.execute(row).scalar_one()
    keys.make_for(connection, person_id)
    identify(connection, keys=keys, person_id=person_id, kind="name", value=name, at=at)
    return person_id


def identify(
    connection: Connection, *, keys: Keyring, person_id: int, kind: str, value: str, at: datetime
) -> None:
    """Keep a name, phone or birth date; the newest of a kind counts."""
    connection.execute(
        insert(_identity).values(
            person_id=person_id,
            kind=kind,
            sealed=keys.of(connection, person_id).seal(value),
            digest=_digest(keys, kind, value),
            recorded_at=at,
        )
    )


def identity(connection: Connection, *, keys: Keyring, person_id: int, kind: str) -> str:
    """The newest value of this kind; empty when there is none, or none any more. A name is ERASED
    then.
    """
    newest = (
        select(_identity.c.sealed)
        .where(_identity.c.person_id == person_id, _identity.c.kind == kind)
        .order_by(_identity.c.id.desc())
        .limit(1)
    )
    sealed = connection.scalar(newest)
    found = keys.words(connection, person_id, sealed)
    return "" if found == ERASED and kind != "name" else found


def _digest(keys: Keyring, kind: str, value: str) -> bytes:
    """The same for a name however it is spelt: letter case, spaces, Arabic or Persian letters."""
    return keys.lookup.digest(kind, comparable(value) if kind == "name" else value)


def bearers(connection: Connection, *, keys: Keyring, kind: str, value: str) -> list[int]:
    """Everybody who ever had this name, phone or birth date."""
    digest = _digest(keys, kind, value)
    found = select(_identity.c.person_id).where(
        _identity.c.kind == kind, _identity.c.digest == digest
    )
    return list(connection.scalars(found.distinct()))


def speaker_at(
    connection: Connection, *, keys: Keyring, channel: str, address: str
) -> Speaker | None:
    """Who writes from this address; None for a stranger, or where several share it."""
    found = speakers_at(connection, keys=keys, channel=channel, address=address)
    return found[0] if len(found) == 1 else None


def speakers_at(
    connection: Connection, *, keys: Keyring, channel: str, address: str
) -> list[Speaker]:
    """Everybody who may write from this address: several share a phone, and no other channel."""
    asked = {"channel": channel, "digest": digest_of(keys, channel, address)}
    return [
        Speaker(
            row.person_id,
            row.id,
            channel,
            row.language,
            roles_of(connection, row.person_id),
            row.state == "blocked",
        )
        for row in connection.execute(_SPEAKER_AT, asked).all()
    ]


def speaker(connection: Connection, *, address_id: int) -> Speaker:
    """Whose this address is."""
    row = connection.execute(_SPEAKER, {"address_id": address_id}).one()
    roles = roles_of(connection, row.person_id)
    blocked = row.state == "blocked"
    return Speaker(row.person_id, address_id, row.channel, row.language, roles, blocked)


def sharing(connection: Connection, *, address_id: int) -> list[int]:
    """The persons who have this address, the first of them first: it may be of several."""
    return list(connection.scalars(_SHARING, {"address_id": address_id}))


def digest_of(keys: Keyring, channel: str, address: str) -> bytes:
    """What an address is found by."""
    return keys.lookup.digest(f"address:{channel}", address)


def roles_of(connection: Connection, person_id: int) -> frozenset[Role]:
    held = connection.scalars(_ROLES_OF, {"person_id": person_id}).all()
    if held:
        return frozenset(Role(role) for role in held)
    enrolled = connection.scalar(_ENROLLED, {"person_id": person_id})
    return frozenset({Role.PARTICIPANT} if enrolled is not None else ())


def language_of(connection: Connection, person_id: int) -> str:
    language: str = connection.execute(
        select(_person.c.language).where(_person.c.id == person_id)
    ).scalar_one()
    return language


def set_language(connection: Connection, *, person_id: int, language: str) -> None:
    connection.execute(update(_person).where(_person.c.id == person_id).values(language=language))


def bind_address(
    connection: Connection,
    *,
    keys: Keyring,
    person_id: int,
    channel: str,
    address: str,
    at: datetime,
) -> int:
    """Give a person this address; their earlier ones on the channel close. Returns its id.

    Whoever had the address before no longer has it: the caller refuses where that is not so. A
    phone's number is shared instead, and only staff take it from whoever has it.
    """
    close_addresses(connection, person_id=person_id, channel=channel, at=at)
    digest = digest_of(keys, channel, address)
    if channel != tables.SHARED_CHANNEL:
        connection.execute(
            update(_address)
            .where(
                _address.c.channel == channel,
                _address.c.digest == digest,
                _address.c.state != "closed",
            )
            .values(state="closed", since=at)
        )
    row = (
        insert(_address)
        .values(
            person_id=person_id,
            channel=channel,
            sealed=keys.of(connection, person_id).seal(address),
            digest=digest,
            state="open",
            since=at,
        )
        .returning(_address.c.id)
    )
    address_id: int = connection.execute(row).scalar_one()
    return address_id


def close_addresses(
    connection: Connection, *, person_id: int, at: datetime, channel: str | None = None
) -> None:
    which = and_(_address.c.person_id == person_id, _address.c.state != "closed")
    if channel is not None:
        which = and_(which, _address.c.channel == channel)
    connection.execute(update(_address).where(which).values(state="closed", since=at))


def mark_address(connection: Connection, *, address_id: int, state: str) -> bool:
    """Note that an address is blocked, or open again; False when it was so already, or closed.

    `since` stays: it is the moment since when the address is somebody's, or is nobody's any more.
    """
    changed = connection.execute(
        update(_address)
        .where(_address.c.id == address_id, _address.c.state.not_in((state, "closed")))
        .values(state=state)
    )
    return changed.rowcount == 1


def current_address(connection: Connection, person_id: int) -> int | None:
    """The address at which a person is reached now."""
    found: int | None = connection.scalar(_reached(_reaching.c.id, person_id))
    return found


def channel_of(connection: Connection, person_id: int) -> str | None:
    """The channel on which a person is reached now."""
    found: str | None = connection.scalar(_reached(_reaching.c.channel, person_id))
    return found


def current_channel(person_id: Column[int]) -> ScalarSelect[str]:
    """The same, as a part of a statement about persons in this column."""
    return _reached(_reaching.c.channel, person_id).correlate(person_id.table).scalar_subquery()


def next_address(connection: Connection, person_id: int, *, without: Collection[str]) -> int | None:
    """The same, where these channels are not to be used."""
    found: int | None = connection.scalar(
        _reached(_reaching.c.id, person_id).where(_reaching.c.channel.not_in(without))
    )
    return found


def prefer_channel(connection: Connection, *, person_id: int, channel: str | None) -> None:
    """From now on they are reached on this channel first, as long as it works."""
    connection.execute(
        update(_person).where(_person.c.id == person_id).values(preferred_channel=channel)
    )


def preferred_channel(connection: Connection, person_id: int) -> str | None:
    return connection.scalar(select(_person.c.preferred_channel).where(_person.c.id == person_id))


def _reached(what: Column[T], person_id: Column[int] | int) -> Select[T]:
    """What is down for everybody comes last, what the person prefers first.

    Otherwise they come in the order of `FALLBACK_ORDER`: an SMS costs, and a web page rings no
    bell.
    """
    down = select(_outage.c.channel).where(_outage.c.is_down)
    preferred = (
        select(_person.c.preferred_channel)
        .where(_person.c.id == _reaching.c.person_id)
        .scalar_subquery()
    )
    return (
        select(what)
        .where(_reaching.c.person_id == person_id, _reaching.c.state == "open")
        .order_by(
            _reaching.c.channel.in_(down),
            func.coalesce(_reaching.c.channel != preferred, true()),
            case({it: place for place, it in enumerate(FALLBACK_ORDER)}, value=_reaching.c.channel),
            _reaching.c.id.desc(),
        )
        .limit(1)
    )


def address_on(connection: Connection, *, person_id: int, channel: str) -> int | None:
    """The address of a person on this channel, also one that takes no messages now."""
    return connection.scalar(
        select(_address.c.id).where(
            _address.c.person_id == person_id,
            _address.c.channel == channel,
            _address.c.state != "closed",
        )
    )


def linked_addresses(connection: Connection, person_id: int) -> list[LinkedAddress]:
    """Every address that is this person's now, also a blocked one, the oldest first."""
    rows = connection.execute(
        select(_address.c.id, _address.c.channel, _address.c.since)
        .where(_address.c.person_id == person_id, _address.c.state != "closed")
        .order_by(_address.c.id)
    )
    return [LinkedAddress(row.id, row.channel, row.since) for row in rows]


def address_of(connection: Connection, *, keys: Keyring, address_id: int) -> str:
    """The address itself."""
    row = connection.execute(
        select(_address.c.person_id, _address.c.sealed).where(_address.c.id == address_id)
    ).one()
    return keys.of(connection, row.person_id).open(row.sealed)


def begin_roles(
    connection: Connection, *, person_id: int, roles: Iterable[Role], at: datetime
) -> None:
    connection.execute(
        insert(_role),
        [{"person_id": person_id, "role": role.value, "began_at": at} for role in roles],
    )


def end_roles(
    connection: Connection, *, person_id: int, at: datetime, role: Role | None = None
) -> None:
    which = and_(_role.c.person_id == person_id, _role.c.ended_at.is_(None))
    if role is not None:
        which = and_(which, _role.c.role == role.value)
    connection.execute(update(_role).where(which).values(ended_at=at))


def was_staff(connection: Connection, person_id: int) -> bool:
    """Whether they have, or ever had, a role among the staff."""
    found = select(_role.c.id).where(_role.c.person_id == person_id).limit(1)
    return connection.scalar(found) is not None


def holders(connection: Connection, role: Role) -> list[int]:
    """The persons who hold this role now, the longest-serving first."""
    return list(
        connection.scalars(
            select(_role.c.person_id)
            .where(_role.c.role == role.value, _role.c.ended_at.is_(None))
            .order_by(_role.c.id)
        )
    )


def staff(connection: Connection, *, keys: Keyring) -> list[StaffMember]:
    """Everybody who holds a role now."""
    rows = connection.execute(
        select(_role.c.person_id, _role.c.role, _role.c.began_at)
        .where(_role.c.ended_at.is_(None))
        .order_by(_role.c.person_id, _role.c.role)
    ).all()
    roles: dict[int, list[tuple[Role, datetime]]] = {}
    for row in rows:
        roles.setdefault(row.person_id, []).append((Role(row.role), row.began_at))
    return [
        StaffMember(
            person_id,
            identity(connection, keys=keys, person_id=person_id, kind="name"),
            tuple(role for role, _ in held),
            current_address(connection, person_id) is not None,
            tuple(began_at for _, began_at in held),
        )
        for person_id, held in roles.items()
    ]


def ended_roles(connection: Connection, *, keys: Keyring, limit: int) -> list[EndedRole]:
    """The roles that ended, the newest end first."""
    rows = connection.execute(
        select(_role)
        .where(_role.c.ended_at.is_not(None))
        .order_by(_role.c.ended_at.desc(), _role.c.id.desc())
        .limit(limit)
    ).all()
    return [
        EndedRole(
            row.person_id,
            identity(connection, keys=keys, person_id=row.person_id, kind="name"),
            Role(row.role),
            row.began_at,
            row.ended_at,
        )
        for row in rows
    ]
