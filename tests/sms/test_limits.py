"""What nobody asked for keeps to the hours, the day's limit and the budget; the rest always leaves.

The rows of SMS are all that is counted, so a model that counts by itself must come to the same,
in whatever order messages are made, leave, fail, and are tried again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from bot.language.calendars import to_jalali
from bot.sending.outgoing import Held, Refused, Words
from bot.sms.limits import Limits, admit
from bot.trial.definitions import DEFAULT_TRIAL, load_study
from bot.turn.desk import Desk
from bot.turn.links import Links
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import attempts, departures, fates, people, sms, tables
from storage.database import sqlite_engine
from storage.departures import Leaving
from storage.keyring import Keyring
from storage.outbox import Urgency
from storage.schema import prepare
from storage.sealing import MasterKeys

STUDY = load_study(DEFAULT_TRIAL)
TEHRAN = ZoneInfo("Asia/Tehran")
# Thursday, 30 Mehr 1405, at noon in Tehran: the last day of its month.
NOON = datetime(2026, 10, 22, 8, 30, tzinfo=UTC)
KEPT_BACK = (Urgency.NOTICE, Urgency.REMINDER)


@dataclass
class Post:
    """Two participants who are reached by SMS, and a coordinator who is an administrator too."""

    connection: Connection
    keys: Keyring
    persons: list[int]
    staff: int
    now: datetime = NOON
    made: int = 0

    @property
    def desk(self) -> Desk:
        return Desk(self.connection, self.keys, STUDY, self.now, f"n{self.made}", "", "", Links())

    def put(self, urgency: Urgency, whose: int = 0, lasts: timedelta = timedelta(days=3)) -> None:
        self.made += 1
        self.desk.notify(
            self.persons[whose],
            say(text("language.set")),
            key=f"m{self.made}",
            urgency=urgency,
            lasts=lasts,
        )

    def leaving(
        self, limits: Limits, parts: int = 1
    ) -> Iterator[tuple[Leaving, Held | Refused | None]]:
        """Everything that may leave now is taken, one after the other."""
        while due := departures.due_lines(
            self.connection, at=self.now, busy=(), channels=("sms",), limit=1
        ):
            leaving = departures.take(
                self.connection, keys=self.keys, line=due[0].line, channel="sms", at=self.now
            )
            if leaving is None:
                continue
            words = Words("\u0633" * (70 if parts == 1 else 67 * parts))
            why_not = admit(self.desk, limits, "kannel", leaving, words)
            match why_not:
                case Held(until, reason):
                    attempts.hold(
                        self.connection, message_id=leaving.id, until=until, reason=reason
                    )
                case Refused(reason):
                    self.settle(leaving, "failed", reason)
                case None:
                    pass
            yield leaving, why_not

    def leave(self, limits: Limits, parts: int = 1) -> list[tuple[Leaving, Held | Refused | None]]:
        return list(self.leaving(limits, parts))

    def settle(self, leaving: Leaving, state: str, reason: str | None = None) -> None:
        attempts.settle(
            self.connection, message_id=leaving.id, state=state, at=self.now, reason=reason
        )

    def send(self, leaving: Leaving) -> None:
        rows = self.connection.execute(
            select(tables.sms.c.id).where(tables.sms.c.outbox_id == leaving.id)
        )
        for (number,) in rows.all():
            sms.accept(
                self.connection,
                sms_id=number,
                gateway="kannel",
                reference=str(number),
                at=self.now,
            )
        attempts.settle_sent(self.connection, message_id=leaving.id, channel="sms", at=self.now)

    def told(self, wording: str) -> int:
        """How often the staff were told this."""
        of = tables.outbox
        which = of.c.key.like(f"{wording}:%")
        return self.connection.execute(select(func.count()).where(which)).scalar_one()


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    folder = tmp_path_factory.mktemp("limits")
    path = folder / "hamrah.sqlite3"
    prepare(path, folder, NOON)
    engine = sqlite_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        keys = Keyring.open(connection, MasterKeys.create(folder / "master.key"))

        def add(name: str) -> int:
            return people.create(connection, keys=keys, language="fa", name=name, at=NOON)

        persons = [add("Sara"), add("Ali")]
        for number, person in enumerate(persons):
            people.bind_address(
                connection,
                keys=keys,
                person_id=person,
                channel="sms",
                address=f"+9891200000{number}",
                at=NOON,
            )
        staff = add("Maryam")
        roles = [Role.COORDINATOR, Role.ADMINISTRATOR]
        people.begin_roles(connection, person_id=staff, roles=roles, at=NOON)
        yield Post(connection, keys, persons, staff)
    engine.dispose()


@pytest.fixture
def post(opened: Post) -> Iterator[Post]:
    with opened.connection.begin_nested() as savepoint:
        yield Post(opened.connection, opened.keys, opened.persons, opened.staff)
        savepoint.rollback()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of October 2026 in Tehran."""
    return datetime(2026, 10, day, hour, minute, tzinfo=TEHRAN).astimezone(UTC)


@pytest.mark.parametrize("urgency", list(Urgency))
def test_at_night_only_answers_and_alerts_leave(post: Post, urgency: Urgency) -> None:
    post.now = at(22, 22)
    post.put(urgency)
    ((_, why_not),) = post.leave(Limits())
    expected = Held(at(23, 9), "quiet_hours") if urgency in KEPT_BACK else None
    assert why_not == expected


def test_what_is_held_does_not_stand_before_an_answer_and_leaves_in_the_morning(post: Post) -> None:
    post.now = at(22, 22)
    post.put(Urgency.NOTICE)
    post.put(Urgency.REPLY)
    (held, _), (answer, why_not) = post.leave(Limits())
    assert (answer.urgency, why_not) == (Urgency.REPLY, None)
    post.now = at(23, 9)
    assert [(it.id, why) for it, why in post.leave(Limits())] == [(held.id, None)]


def test_what_leaves_late_is_what_was_said_last(post: Post) -> None:
    """A number that comes back is read against what was offered last, not what was made last."""
    post.now = at(22, 22)
    post.put(Urgency.NOTICE)
    post.put(Urgency.REPLY)
    for leaving, why_not in post.leaving(Limits()):
        if why_not is None:
            post.send(leaving)
    post.now = at(23, 9)
    for leaving, _ in post.leaving(Limits()):
        post.send(leaving)
    newest = fates.newest_by(
        post.connection,
        keys=post.keys,
        person_id=post.persons[0],
        channel="sms",
        since=NOON,
        limit=5,
    )
    assert [it.urgency for it in newest] == [Urgency.NOTICE, Urgency.REPLY]


def test_what_would_make_no_sense_in_the_morning_fails_for_another_channel(post: Post) -> None:
    post.now = at(22, 22)
    post.put(Urgency.NOTICE, lasts=timedelta(hours=11))
    ((_, why_not),) = post.leave(Limits())
    assert why_not == Refused("quiet_hours")


def test_the_days_limit_is_of_one_person_and_ends_with_the_day(post: Post) -> None:
    limits = Limits(a_day=1)
    for whose in (0, 0, 1):
        post.put(Urgency.NOTICE, whose)
    found = post.leave(limits)
    assert sorted(why_not is None for _, why_not in found) == [False, True, True]
    assert Held(at(23, 9), "daily_limit") in [why_not for _, why_not in found]
    post.now = at(23, 9)
    assert [why_not for _, why_not in post.leave(limits)] == [None]


def test_answers_are_not_counted_for_the_day_and_alerts_are(post: Post) -> None:
    limits = Limits(a_day=1)
    for urgency in (Urgency.REPLY, Urgency.REPLY, Urgency.NOTICE):
        post.put(urgency)
    assert [why_not for _, why_not in post.leave(limits)] == [None] * 3
    post.put(Urgency.ALERT, 1)
    post.put(Urgency.NOTICE, 1)
    assert [why_not for _, why_not in post.leave(limits)] == [None, Held(at(23, 9), "daily_limit")]


def test_it_is_warned_once_a_month_before_the_budget_is_used_up_and_once_then(post: Post) -> None:
    limits = Limits(budget=10)
    warned = []
    for _ in range(6):
        post.put(Urgency.REPLY)
        ((leaving, why_not),) = post.leave(limits, parts=2)
        assert why_not is None
        post.send(leaving)
        warned.append((post.told("staff.sms_budget_soon"), post.told("staff.sms_budget_over")))
    assert warned == [(0, 0)] * 3 + [(1, 0), (1, 1), (1, 1)]
    post.put(Urgency.REMINDER)
    assert [why_not for _, why_not in post.leave(limits)] == [Refused("budget")]
    post.now = at(23, 9)
    assert to_jalali(STUDY.today(post.now)).day == 1
    post.put(Urgency.REMINDER)
    assert [why_not for _, why_not in post.leave(limits, parts=8)] == [None]
    assert post.told("staff.sms_budget_soon") == 2


def test_what_never_left_has_cost_nothing_and_what_is_tried_again_is_counted_once(
    post: Post,
) -> None:
    limits = Limits(budget=2)
    post.put(Urgency.REMINDER)
    ((leaving, _),) = post.leave(limits, parts=2)
    attempts.try_again(post.connection, message_id=leaving.id, at=post.now, reason="no_gateway")
    ((again, why_not),) = post.leave(limits, parts=2)
    assert (again.id, why_not) == (leaving.id, None)
    post.settle(again, "failed", "gateway_refused")
    post.put(Urgency.REMINDER)
    assert [why_not for _, why_not in post.leave(limits, parts=2)] == [None]


ACTS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(Urgency), st.integers(0, 1)),
    st.tuples(st.just("leave"), st.integers(1, 3), st.sampled_from(("sent", "failed", "killed"))),
    st.tuples(st.just("wait"), st.integers(1, 30), st.just(0)),
)


@settings(max_examples=60, deadline=None)
@given(
    acts=st.lists(ACTS, max_size=40),
    a_day=st.none() | st.integers(1, 3),
    budget=st.none() | st.integers(1, 12),
)
def test_limits_hold_whatever_happens(
    opened: Post, acts: list[tuple[str, int, object]], a_day: int | None, budget: int | None
) -> None:
    """Nothing is counted twice or forgotten, also when the process ends between two steps."""
    limits = Limits(a_day, budget)
    with opened.connection.begin_nested() as savepoint:
        post = Post(opened.connection, opened.keys, opened.persons, opened.staff)
        counted: dict[int, tuple[datetime, int, Leaving]] = {}
        for act, number, what in acts:
            if act == "put":
                assert isinstance(what, int)
                post.put(Urgency(number), what)
            elif act == "wait":
                post.now += timedelta(hours=number)
            else:
                for leaving, why_not in post.leaving(limits, parts=number):
                    _check(post, limits, counted, leaving, why_not, number)
                    _end(post, counted, leaving, why_not, str(what))
        savepoint.rollback()


def _check(
    post: Post,
    limits: Limits,
    counted: dict[int, tuple[datetime, int, Leaving]],
    leaving: Leaving,
    why_not: Held | Refused | None,
    parts: int,
) -> None:
    """Against a count of our own of what was let go and did not fail."""
    others = [it for number, it in counted.items() if number != leaving.id]
    today = STUDY.today(post.now)
    month = [it for it in others if _month(it[0]) == _month(post.now)]
    used = sum(each for _, each, _ in month)
    unasked = [
        it
        for began, _, it in others
        if STUDY.today(began) == today
        and it.person_id == leaving.person_id
        and it.urgency is not Urgency.REPLY
    ]
    quiet = not 9 <= post.now.astimezone(TEHRAN).hour < 21
    enough = limits.a_day is not None and len(unasked) >= limits.a_day
    spent = limits.budget is not None and used + parts > limits.budget
    if leaving.urgency in KEPT_BACK and (quiet or enough or spent):
        assert why_not is not None
    else:
        assert why_not is None
        counted.setdefault(leaving.id, (post.now, parts, leaving))


def _month(moment: datetime) -> tuple[int, int]:
    day = to_jalali(STUDY.today(moment))
    return day.year, day.month


def _end(
    post: Post,
    counted: dict[int, tuple[datetime, int, Leaving]],
    leaving: Leaving,
    why_not: Held | Refused | None,
    what: str,
) -> None:
    if why_not is not None:
        if isinstance(why_not, Refused):
            counted.pop(leaving.id, None)
        return
    match what:
        case "sent":
            post.send(leaving)
        case "failed":
            post.settle(leaving, "failed", "gateway_refused")
            del counted[leaving.id]
        case _:
            attempts.recover(post.connection, at=post.now + timedelta(minutes=1))
