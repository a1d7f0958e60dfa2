"""The outbox against a model: what leaves, in which order, and what becomes of it when all ends."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from storage import attempts, departures, outbox, people, tables, unsent
from storage.database import sqlite_engine
from storage.departures import Leaving
from storage.keyring import Keyring
from storage.outbox import NewMessage, ToPerson, ToStranger, Urgency
from storage.schema import prepare
from storage.sealing import MasterKeys

AT = datetime(2026, 9, 26, 5, 30, tzinfo=UTC)


@dataclass
class Post:
    """The real outbox of three people, two of them with an address, in one transaction."""

    connection: Connection
    keys: Keyring
    people: list[int]

    def put(self, key: str, person: int, urgency: Urgency, **rest: datetime) -> bool:
        to = ToPerson(self.people[person])
        new = NewMessage(key, "message", urgency, to, f"body of {key}", rest.get("expires_at"))
        return outbox.put(self.connection, keys=self.keys, new=new, at=AT)

    def take(self, person: int, at: datetime) -> Leaving | None:
        line = f"person:{self.people[person]}"
        return departures.take(
            self.connection, keys=self.keys, line=line, channel="telegram", at=at
        )

    def settle(self, leaving: Leaving, state: str = "sent") -> None:
        attempts.settle(self.connection, message_id=leaving.id, state=state, at=AT)

    def states(self) -> dict[str, str]:
        table = tables.outbox
        rows = self.connection.execute(select(table.c.key, table.c.state).order_by(table.c.id))
        return {row.key: row.state for row in rows}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    folder = tmp_path_factory.mktemp("post")
    path = folder / "hamrah.sqlite3"
    prepare(path, folder, AT)
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> MasterKeys:
    return MasterKeys.create(tmp_path_factory.mktemp("keys") / "master.key")


class Opened:
    """Everything of one example is rolled back to where the example began."""

    def __init__(self, connection: Connection, master: MasterKeys) -> None:
        self.connection, self.master = connection, master

    def __enter__(self) -> Post:
        self.connection.exec_driver_sql("SAVEPOINT example")
        keys = Keyring.open(self.connection, self.master)
        ids = [
            people.create(self.connection, keys=keys, language="fa", name=name, at=AT)
            for name in ("Sara", "Omid", "Mina")
        ]
        for person_id in ids[:2]:
            people.bind_address(
                self.connection,
                keys=keys,
                person_id=person_id,
                channel="telegram",
                address=str(person_id),
                at=AT,
            )
        return Post(self.connection, keys, ids)

    def __exit__(self, *_: object) -> None:
        self.connection.exec_driver_sql("ROLLBACK TO example")
        self.connection.exec_driver_sql("RELEASE example")


@pytest.fixture(scope="module")
def opened(connection: Connection, master: MasterKeys) -> Opened:
    return Opened(connection, master)


@pytest.fixture
def post(opened: Opened) -> Iterator[Post]:
    with opened as post:
        yield post


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"), st.integers(0, 8), st.integers(0, 1), st.sampled_from(list(Urgency))
        ),
        st.tuples(st.just("send"), st.integers(0, 1)),
        st.tuples(st.just("break"), st.integers(0, 1)),
        st.tuples(st.just("end")),
        st.tuples(st.just("wait")),
    ),
    max_size=30,
)


@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_replies_leave_at_least_once_reminders_at_most_once_and_in_order(
    opened: Opened, steps: list[tuple[object, ...]]
) -> None:
    """Through sends that succeed, break with no known outcome, and ends of the process."""
    with opened as post:
        put, tried = _play(post, steps)
        _drain(post, tried)
        states = post.states()
        for key, (person, urgency) in put.items():
            times = tried[person].count(key)
            if urgency is Urgency.REMINDER:
                assert times == 1
                assert states[key] in ("sent", "unknown")
            else:
                assert times >= 1
                assert states[key] == "sent"
        for person in (0, 1):
            first = list(dict.fromkeys(tried[person]))
            assert first == [key for key, (owner, _) in put.items() if owner == person]
            assert tried[person] == sorted(tried[person], key=first.index)


def _play(
    post: Post, steps: list[tuple[object, ...]]
) -> tuple[dict[str, tuple[int, Urgency]], dict[int, list[str]]]:
    put: dict[str, tuple[int, Urgency]] = {}
    tried: dict[int, list[str]] = {0: [], 1: []}
    now = AT
    for step in steps:
        now += timedelta(seconds=1)
        match step:
            case ("put", int(number), int(person), Urgency() as urgency):
                key = f"key{number}"
                assert post.put(key, person, urgency) == (key not in put)
                put.setdefault(key, (person, urgency))
            case ("send", int(person)):
                _send(post, person, now, tried, breaks=False)
            case ("break", int(person)):
                _send(post, person, now, tried, breaks=True)
            case ("end",):
                for person in (0, 1):
                    _try(post, person, now, tried)
                attempts.recover(post.connection, at=now)
            case _:
                now += timedelta(minutes=10)
    return put, tried


def _try(post: Post, person: int, now: datetime, tried: dict[int, list[str]]) -> Leaving | None:
    leaving = post.take(person, now)
    if leaving is not None:
        tried[person].append(leaving.body.removeprefix("body of "))
    return leaving


def _send(
    post: Post, person: int, now: datetime, tried: dict[int, list[str]], *, breaks: bool
) -> None:
    leaving = _try(post, person, now, tried)
    if leaving is None:
        return
    if not breaks:
        post.settle(leaving)
    elif leaving.urgency is Urgency.REMINDER:
        post.settle(leaving, "unknown")
    else:
        later = now + timedelta(minutes=1)
        attempts.try_again(post.connection, message_id=leaving.id, at=later, reason="broke")


def _drain(post: Post, tried: dict[int, list[str]]) -> None:
    end = AT + timedelta(days=2)
    for person in (0, 1):
        while (leaving := _try(post, person, end, tried)) is not None:
            post.settle(leaving)


def test_a_key_is_used_once_whatever_became_of_its_message(post: Post) -> None:
    assert post.put("once", 0, Urgency.REPLY)
    assert not post.put("once", 0, Urgency.REPLY)
    leaving = post.take(0, AT)
    assert leaving is not None
    post.settle(leaving)
    assert not post.put("once", 1, Urgency.REPLY)


def test_a_message_that_waits_holds_back_those_behind_it(post: Post) -> None:
    post.put("first", 0, Urgency.REMINDER)
    post.put("second", 0, Urgency.ALERT)
    first = post.take(0, AT)
    assert first is not None
    attempts.try_again(
        post.connection, message_id=first.id, at=AT + timedelta(minutes=1), reason="slow"
    )
    assert post.take(0, AT) is None
    again = post.take(0, AT + timedelta(minutes=1))
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


def test_an_expired_message_is_not_sent(post: Post) -> None:
    post.put("late", 0, Urgency.REMINDER, expires_at=AT + timedelta(hours=1))
    assert post.take(0, AT + timedelta(hours=1)) is None
    assert post.states() == {"late": "expired"}


def test_who_has_no_address_is_waited_for_until_one_is_bound(post: Post) -> None:
    post.put("waits", 2, Urgency.NOTICE)
    assert post.take(2, AT) is None
    assert post.states() == {"waits": "waiting"}
    people.bind_address(
        post.connection,
        keys=post.keys,
        person_id=post.people[2],
        channel="telegram",
        address="new",
        at=AT,
    )
    unsent.hasten(post.connection, person_id=post.people[2], at=AT)
    leaving = post.take(2, AT)
    assert leaving is not None
    assert leaving.address == "new"


def test_after_the_process_ended_replies_wait_again_and_reminders_are_of_unknown_fate(
    post: Post,
) -> None:
    post.put("reminder", 0, Urgency.REMINDER)
    post.put("reply", 1, Urgency.REPLY)
    assert post.take(0, AT)
    assert post.take(1, AT)
    attempts.recover(post.connection, at=AT)
    assert post.states() == {"reminder": "unknown", "reply": "waiting"}


def test_reminders_that_wait_are_taken_back_and_others_are_not(post: Post) -> None:
    for key, urgency in (("a", Urgency.REMINDER), ("b", Urgency.REPLY), ("c", Urgency.REMINDER)):
        post.put(key, 0, urgency)
    only = (Urgency.REMINDER,)
    person = post.people[0]
    unsent.cancel(
        post.connection,
        person_id=person,
        at=AT,
        reason="booked",
        urgencies=only,
        only=["c", "b"],
    )
    assert post.states() == {"a": "waiting", "b": "waiting", "c": "cancelled"}
    unsent.cancel(post.connection, person_id=person, at=AT, reason="withdrawn", urgencies=only)
    assert post.states() == {"a": "cancelled", "b": "waiting", "c": "cancelled"}


def test_the_most_urgent_line_leaves_first(post: Post) -> None:
    post.put("reminder", 0, Urgency.REMINDER)
    post.put("alert", 1, Urgency.ALERT)
    assert _due(post, "telegram") == [f"person:{post.people[1]}", f"person:{post.people[0]}"]
    busy = f"person:{post.people[1]}"
    assert _due(post, "telegram", busy=[busy]) == [f"person:{post.people[0]}"]


def test_a_line_waits_until_its_channel_is_there(post: Post) -> None:
    post.put("words", 0, Urgency.REPLY)
    assert _due(post, "web") == []
    assert departures.next_due_at(post.connection, busy=(), channels=("web",)) is None
    assert _due(post, "web", "telegram") == [f"person:{post.people[0]}"]


def _due(post: Post, *channels: str, busy: Collection[str] = ()) -> list[str]:
    due = departures.due_lines(post.connection, at=AT, busy=busy, channels=channels, limit=10)
    return [it.line for it in due]


def test_a_strangers_address_and_words_are_sealed(post: Post) -> None:
    new = NewMessage("hello", "message", Urgency.REPLY, ToStranger("telegram", "4242"), "words")
    outbox.put(post.connection, keys=post.keys, new=new, at=AT)
    row = post.connection.execute(select(tables.outbox)).one()
    assert b"4242" not in row.stranger.raw
    assert b"words" not in row.body.raw
    leaving = departures.take(
        post.connection, keys=post.keys, line=row.line, channel="telegram", at=AT
    )
    assert leaving is not None
    assert (leaving.address, leaving.body, leaving.person_id) == ("4242", "words", None)
