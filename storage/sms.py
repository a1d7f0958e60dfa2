"""SMS as they are handed to an operator, and what it reports of them.

A report is a row of its own that is found by what the gateway calls the SMS: so it does not matter
in which order reports come, how often, or whether the SMS is known by that name already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    distinct,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from storage import tables
from storage.outbox import Urgency

_sms = tables.sms
_report = tables.sms_report
_outbox = tables.outbox
_instead = tables.outbox.alias("instead")

# Why an SMS failed, when it is that this phone takes none of ours.
BLOCKED = "sms_blocked"
# What is in doubt is settled by the better news: what was delivered once did arrive.
_RANK = ("delivered", "failed", "expired")
# A report of nobody's SMS is kept so long, in case that SMS is still about to be known.
_ORPHANS_LAST = timedelta(days=3)

_IS_OF = and_(_report.c.gateway == _sms.c.gateway, _report.c.reference == _sms.c.reference)
# It was accepted, or still may be; what failed before that has cost nothing.
_COUNTS = or_(
    _sms.c.accepted_at.is_not(None), _outbox.c.state.in_(("waiting", "sending", "unknown"))
)
_PIECE = select(_sms).where(
    _sms.c.outbox_id == bindparam("outbox_id"), _sms.c.piece == bindparam("piece")
)


@dataclass(frozen=True, slots=True)
class Handed:
    """One SMS of a message. `accepted`: the gateway has it, and must not be given it again."""

    id: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a message by SMS: "sent" while the operator reported nothing final."""

    state: str
    reason: str | None
    at: datetime | None


def begin(
    connection: Connection, *, outbox_id: int, piece: int, parts: int, gateway: str, at: datetime
) -> Handed:
    """Note that this piece of a message is about to be handed over; a second attempt finds it."""
    found = connection.execute(_PIECE, {"outbox_id": outbox_id, "piece": piece}).one_or_none()
    if found is not None:
        return Handed(found.id, found.accepted_at is not None)
    row = {
        "outbox_id": outbox_id,
        "piece": piece,
        "parts": parts,
        "gateway": gateway,
        "begun_at": at,
    }
    made: int = connection.execute(insert(_sms).returning(_sms.c.id), row).scalar_one()
    return Handed(made, accepted=False)


def parts_since(connection: Connection, *, since: datetime, beside: int) -> int:
    """How many parts were sent since then, or are about to be, beside those of this message."""
    return _counted(connection, func.coalesce(func.sum(_sms.c.parts), 0), since, beside)


def unasked_since(connection: Connection, *, person_id: int, since: datetime, beside: int) -> int:
    """How many messages this person was sent since then that answered nothing, beside this one."""
    unasked = and_(_outbox.c.person_id == person_id, _outbox.c.urgency != Urgency.REPLY.value)
    return _counted(connection, func.count(distinct(_sms.c.outbox_id)), since, beside, unasked)


def _counted(
    connection: Connection,
    what: ColumnElement[int],
    since: datetime,
    beside: int,
    *which: ColumnElement[bool],
) -> int:
    return connection.execute(
        select(what)
        .join(_outbox, _outbox.c.id == _sms.c.outbox_id)
        .where(_sms.c.begun_at >= since, _sms.c.outbox_id != beside, _COUNTS, *which)
    ).scalar_one()


def accept(
    connection: Connection, *, sms_id: int, gateway: str, reference: str, at: datetime
) -> None:
    """Note that this gateway has it, which need not be the one that was tried first."""
    connection.execute(
        update(_sms)
        .where(_sms.c.id == sms_id)
        .values(gateway=gateway, reference=reference, accepted_at=at)
    )


def report(
    connection: Connection,
    *,
    gateway: str,
    reference: str,
    state: str,
    reason: str | None,
    at: datetime,
) -> bool:
    """Keep what the operator says; False when it said so before."""
    same = and_(
        _report.c.gateway == gateway, _report.c.reference == reference, _report.c.state == state
    )
    if connection.scalar(select(_report.c.id).where(same)) is not None:
        return False
    connection.execute(
        insert(_report).values(
            gateway=gateway, reference=reference, state=state, reason=reason, received_at=at
        )
    )
    return True


def blocked_person(connection: Connection, *, gateway: str, reference: str) -> int | None:
    """Whose operator says that they block these SMS, if it says so of this one."""
    found: int | None = connection.scalar(
        select(_outbox.c.person_id)
        .join(_sms, _sms.c.outbox_id == _outbox.c.id)
        .join(_report, _IS_OF)
        .where(
            _sms.c.gateway == gateway,
            _sms.c.reference == reference,
            _report.c.reason == BLOCKED,
        )
    )
    return found


def unsettled(connection: Connection, *, gateway: str, since: datetime, limit: int) -> list[str]:
    """The references of SMS accepted since then of which nothing final was reported."""
    return list(
        connection.scalars(
            select(_sms.c.reference)
            .where(
                _sms.c.gateway == gateway,
                _sms.c.reference.is_not(None),  # None of somebody who was erased.
                _sms.c.accepted_at >= since,
                ~exists().where(_IS_OF),
            )
            .order_by(_sms.c.id.desc())
            .limit(limit)
        )
    )


def deliveries(connection: Connection, person_id: int) -> dict[int, Delivered]:
    """What became of each message that went to this person by SMS, by its number."""
    return _deliveries(connection, _outbox.c.person_id == person_id)


def undelivered(connection: Connection, *, since: datetime, unheard_of_by: datetime) -> list[int]:
    """The messages sent since then that did not arrive, and in whose place none was put.

    The operator said so; or of an alert or a notice it said nothing until `unheard_of_by`. A
    reminder of which nothing is known may have arrived, and comes at most once; an answer is of its
    moment, and hours later it would ask again what was answered since.
    """
    told = exists().where(_IS_OF)
    told_badly = exists().where(_IS_OF, _report.c.state.in_(("failed", "expired")))
    unheard_of = and_(
        ~told,
        _sms.c.accepted_at <= unheard_of_by,
        _outbox.c.urgency.in_((Urgency.ALERT.value, Urgency.NOTICE.value)),
    )
    doubtful = list(
        connection.scalars(
            select(_outbox.c.id)
            .join(_sms, _sms.c.outbox_id == _outbox.c.id)
            .where(
                _sms.c.accepted_at >= since,
                _outbox.c.state == "sent",
                or_(told_badly, unheard_of),
                ~exists().where(_instead.c.instead_of == _outbox.c.id),
            )
            .distinct()
            .order_by(_outbox.c.id)
        )
    )
    known = _deliveries(connection, _outbox.c.id.in_(doubtful))
    return [it for it in doubtful if known[it].state != "delivered"]


def _deliveries(connection: Connection, which: ColumnElement[bool]) -> dict[int, Delivered]:
    rows = connection.execute(
        select(_sms.c.outbox_id, _sms.c.id, _report.c.state, _report.c.reason)
        .add_columns(_report.c.received_at)
        .join(_outbox, _outbox.c.id == _sms.c.outbox_id)
        .outerjoin(_report, _IS_OF)
        .where(which)
        .order_by(_sms.c.id)
    )
    pieces: dict[int, dict[int, Delivered]] = {}
    for row in rows:
        of_message = pieces.setdefault(row.outbox_id, {})
        told = Delivered(row.state or "sent", row.reason, row.received_at)
        of_message[row.id] = _better(of_message.get(row.id), told)
    return {outbox_id: _together(each.values()) for outbox_id, each in pieces.items()}


def _better(before: Delivered | None, told: Delivered) -> Delivered:
    if before is None or before.state not in _RANK:
        return told
    return min(before, told, key=lambda it: _RANK.index(it.state))


def _together(pieces: Iterable[Delivered]) -> Delivered:
    """A message has arrived when all of it has, and has failed when any of it has."""
    order = ("failed", "expired", "sent", "delivered")
    worst = sorted(pieces, key=lambda it: order.index(it.state))
    last = max((it.at for it in worst if it.at is not None), default=None)
    return Delivered(worst[0].state, worst[0].reason, last)


def forget_orphans(connection: Connection, *, at: datetime) -> None:
    """Reports of SMS that nobody knows are dropped after a while."""
    connection.execute(
        delete(_report).where(_report.c.received_at < at - _ORPHANS_LAST, ~exists().where(_IS_OF))
    )
