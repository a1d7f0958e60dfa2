"""What operators report, in any order, twice, early, and about nobody."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from bot.sms.gateway import Report
from bot.sms.kannel import Kannel
from storage import sms, tables

AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """One message to person 1, in two SMS."""
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "INSERT INTO outbox (id, key, line, person_id, urgency, kind, body, made_at, state,"
            " attempts, next_at) VALUES (5, 'k', 'l', 1, 1, 'message', x'00',"
            " '2026-09-26T05:30:00.000000Z', 'sent', 1, '2026-09-26T05:30:00.000000Z')"
        )
        for piece in (1, 2):
            sms.begin(connection, outbox_id=5, piece=piece, parts=1, gateway="kannel", at=AT)
        yield connection
    engine.dispose()


@pytest.fixture
async def kannel() -> AsyncIterator[Kannel]:
    kannel = Kannel(
        "http://127.0.0.1:1", "user", "password", "3000", "http://127.0.0.1:2", timedelta(hours=6)
    )
    yield kannel
    await kannel.close()


def accept(connection: Connection, *ids: int) -> None:
    for sms_id in ids:
        sms.accept(connection, sms_id=sms_id, gateway="kannel", reference=str(sms_id), at=AT)


def report(connection: Connection, reference: str, state: str, reason: str | None = None) -> bool:
    return sms.report(
        connection, gateway="kannel", reference=reference, state=state, reason=reason, at=AT
    )


def state(connection: Connection) -> str:
    return sms.deliveries(connection, 1)[5].state


def test_a_message_has_arrived_when_all_of_it_has(connection: Connection) -> None:
    accept(connection, 1, 2)
    assert state(connection) == "sent"
    report(connection, "1", "delivered")
    assert state(connection) == "sent"
    report(connection, "2", "delivered")
    assert state(connection) == "delivered"


@pytest.mark.parametrize("order", list(permutations(["1 delivered", "2 failed", "2 delivered"])))
def test_the_order_of_reports_does_not_matter(
    connection: Connection, order: tuple[str, ...]
) -> None:
    """What was delivered once did arrive, whatever is said before or after."""
    accept(connection, 1, 2)
    for told in order:
        report(connection, *told.split())
    assert state(connection) == "delivered"


def test_one_failed_part_fails_the_message_and_says_why(connection: Connection) -> None:
    accept(connection, 1, 2)
    report(connection, "2", "expired", "not_reached_in_time")
    report(connection, "1", "delivered")
    found = sms.deliveries(connection, 1)[5]
    assert (found.state, found.reason) == ("expired", "not_reached_in_time")


def test_a_repeated_report_is_no_news_and_an_early_one_is_not_lost(connection: Connection) -> None:
    assert report(connection, "1", "delivered")
    assert not report(connection, "1", "delivered")
    report(connection, "2", "delivered")
    accept(connection, 1, 2)
    assert state(connection) == "delivered"


def test_a_report_of_nobodys_sms_is_forgotten_after_a_while(connection: Connection) -> None:
    accept(connection, 1)
    report(connection, "1", "delivered")
    report(connection, "another", "delivered")
    sms.forget_orphans(connection, at=AT + timedelta(days=4))
    assert connection.exec_driver_sql("SELECT reference FROM sms_report").all() == [("1",)]


def test_two_gateways_that_report_are_told_apart(connection: Connection) -> None:
    """What another gateway calls by the same name is another SMS, and who took it last counts."""
    sms.accept(connection, sms_id=1, gateway="kannel", reference="7", at=AT)
    sms.accept(connection, sms_id=2, gateway="kavenegar", reference="7", at=AT)
    for gateway, said in (("kavenegar", "failed"), ("kannel", "delivered"), ("kannel", "expired")):
        sms.report(connection, gateway=gateway, reference="7", state=said, reason=None, at=AT)
    assert state(connection) == "failed"
    sms.report(
        connection, gateway="kavenegar", reference="7", state="delivered", reason=None, at=AT
    )
    assert state(connection) == "delivered"
    assert sms.unsettled(connection, gateway="kannel", since=AT, limit=9) == []


def test_an_accepted_piece_is_known_at_another_attempt(connection: Connection) -> None:
    accept(connection, 1)
    again = [
        sms.begin(connection, outbox_id=5, piece=piece, parts=1, gateway="kannel", at=AT)
        for piece in (1, 2)
    ]
    assert [(it.id, it.accepted) for it in again] == [(1, True), (2, False)]


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        ("1", "", Report("7", "delivered")),
        ("2", "id:9 stat:EXPIRED err:069", Report("7", "expired", "not_reached_in_time")),
        ("2", "id:9 stat:UNDELIV err:001", Report("7", "failed", "not_delivered")),
        ("16", "NACK/8/", Report("7", "failed", "operator_refused")),
        ("4", "", None),
        ("8", "ACK/", None),
    ],
)
async def test_what_kannel_reports(
    kannel: Kannel, status: str, answer: str, told: Report | None
) -> None:
    """By the bits of its dlr-mask and the words of SMPP 3.4, appendix B."""
    assert kannel.read_report({"sms": "7", "status": status, "answer": answer}) == told


async def test_a_moment_that_can_be_none_is_left_out_of_what_kannel_brings(kannel: Kannel) -> None:
    said = {"id": "17", "from": "+989120000001", "text": "I am unwell"}
    for beyond in ("9" * 30, "-1", "1e9", "\u0661\u0662" * 40, ""):
        assert kannel.read_incoming(said | {"sent": beyond}).sent_at is None
    assert kannel.read_incoming(said | {"sent": "1790000000"}).sent_at is not None
