"""The one door to the database; nothing else opens a transaction.

Rules that hold here:
- Every write runs in one thread, on one connection, inside BEGIN IMMEDIATE.
- Writes that wait together share one commit; each has a savepoint, so one that fails goes alone.
- A caller hears nothing, good or bad, before the commit that its news rests on.
- When the transaction is lost (a full disk rolls it back in silence), its whole group is told so.
- Reads see one committed state from their first statement to their last, and can change nothing.

SQLite speaks only here, in `guards`, `recording`, `record` and `backup`; what is given to `write`
and `read` is plain SQLAlchemy Core.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from sqlite3 import Connection as Driver
from sqlite3 import Cursor
from threading import Thread
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, assert_never, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.failures import Failure
from storage.recording import add_functions

P = ParamSpec("P")
T = TypeVar("T")

# A turn costs under a millisecond, so the last of a group waits about 50 ms for its commit.
LARGEST_GROUP = 64

_PRAGMAS = (
    "PRAGMA busy_timeout = 10000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    # What is deleted is overwritten, and no copy stays where SQLite moved a row: a key that was
    # destroyed must not be left in the file.
    "PRAGMA secure_delete = ON",
)
# Without this the driver would begin and commit transactions by rules of its own.
_DRIVER = {"isolation_level": None}


# Where a connection of the writer collects what is announced until its commit.
_NEWS = "hamrah_news"


def announce(connection: Connection, news: str) -> None:
    """Let whoever waits for such news look for them once this transaction is committed."""
    connection.info.setdefault(_NEWS, set()).add(news)


class GroupLost(Failure):
    """Nothing of this write is stored: the commit it shared with others was lost."""


class DatabaseClosed(Failure):
    """The database is closed, so nothing can be read or written any more."""


class NotAFile(Failure):
    """The database must be an SQLite file, given as sqlite:///path."""


class OwnTransaction(Failure):
    """A function given to write or read may not commit, or go on when its transaction is gone."""


class Database:
    """Opened inside the running event loop that uses it, and closed there."""

    def __init__(self, writer: "_Writer", reader: AsyncEngine) -> None:
        self._writer = writer
        self._reader = reader
        self._reads: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    def open(cls, url: str) -> Self:
        place = _place(url)
        return cls(_Writer(_writing_engine(place), asyncio.get_running_loop()), _reader(place))

    async def write(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Returns after the commit; a call that is cancelled meanwhile is still carried out."""
        self._refuse_if_closed()
        outcome = await self._writer.attempt(lambda it: function(it, *args, **kwargs))
        match outcome:
            case _Returned(value):
                return value
            case _Raised(error):
                raise error
            case _:
                assert_never(outcome)

    async def read(
        self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """A call that is cancelled meanwhile is still carried out: a connection of which the making
        is cancelled is closed by nobody, or too late.
        """
        self._refuse_if_closed()
        reading = asyncio.create_task(self._read(lambda it: function(it, *args, **kwargs)))
        self._reads.add(reading)
        reading.add_done_callback(self._reads.discard)
        return await asyncio.shield(reading)

    async def _read(self, function: Callable[[Connection], T]) -> T:
        async with self._reader.connect() as connection:
            return await connection.run_sync(function)

    def on_commit(self, news: str, callback: Callable[[], None]) -> None:
        """Called in the event loop after each committed group in which this was announced."""
        self._writer.listeners[news].append(callback)

    async def close(self) -> None:
        """Finishes the reads and writes that are under way; those that come later are refused."""
        if self._closed:
            return
        self._closed = True
        await self._writer.finish()
        # A connection in use when the pool is closed would never be closed.
        if self._reads:
            await asyncio.wait(self._reads)
        await self._reader.dispose()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise DatabaseClosed


def sqlite_engine(place: URL | str) -> Engine:
    """A synchronous engine with our settings, for migrations before the database is opened."""
    engine = create_engine(place, hide_parameters=True, connect_args=_DRIVER)
    event.listen(engine, "connect", _set_up)
    return engine


def _place(url: str) -> URL:
    """The file is made here, so that from its first byte on only its owner can read it."""
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or place.database in {None, "", ":memory:"}:
        raise NotAFile
    Path(place.database).touch(mode=0o600)
    return place.set(drivername="sqlite")


def _set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
    add_functions(connection)


def _writing_engine(place: URL) -> Engine:
    engine = sqlite_engine(place)
    engine.connect().close()  # A file that cannot be opened is known at once, not at a write.
    event.listen(engine, "commit", _refuse_commit)
    event.listen(engine, "before_cursor_execute", _refuse_outside)
    return engine


def _refuse_commit(_: Connection) -> None:
    raise OwnTransaction


def _refuse_outside(_: Connection, cursor: Cursor, *_rest: object) -> None:
    """A statement after a silent rollback would commit by itself, torn from its turn."""
    if not cursor.connection.in_transaction:
        raise OwnTransaction


def _reader(place: URL) -> AsyncEngine:
    url = place.set(drivername="sqlite+aiosqlite")
    reader = create_async_engine(url, hide_parameters=True, connect_args=_DRIVER)
    event.listen(reader.sync_engine, "connect", _set_up)
    event.listen(reader.sync_engine, "connect", _forbid_writing)
    event.listen(reader.sync_engine, "begin", _begin_reading)
    return reader


def _forbid_writing(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@dataclass(frozen=True, slots=True)
class _Returned(Generic[T]):
    value: T = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Raised:
    error: BaseException = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Call(Generic[T]):
    function: Callable[[Connection], T]
    settled: "asyncio.Future[_Returned[T] | _Raised]"


class _Writer:
    def __init__(self, engine: Engine, loop: asyncio.AbstractEventLoop) -> None:
        self.listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._engine = engine
        self._loop = loop
        self._waiting: SimpleQueue[_Call[Any] | None] = SimpleQueue()
        # A daemon, so that a process which ends without closing ends; what was not yet
        # committed was not yet acknowledged either.
        self._thread = Thread(target=self._work, name="database-writer", daemon=True)
        self._thread.start()

    async def attempt(self, function: Callable[[Connection], T]) -> _Returned[T] | _Raised:
        call: _Call[T] = _Call(function, self._loop.create_future())
        self._waiting.put(call)
        return await call.settled

    async def finish(self) -> None:
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    def _work(self) -> None:
        while group := self._next_group():
            outcomes, news = self._commit(group)
            self._loop.call_soon_threadsafe(self._settle, group, outcomes, news)

    def _next_group(self) -> list[_Call[Any]]:
        """Waits for a call and takes those behind it; an empty group is the end."""
        group: list[_Call[Any]] = []
        while (call := self._waiting.get()) is not None:
            group.append(call)
            if len(group) == LARGEST_GROUP or self._waiting.empty():
                return group
        if group:
            self._waiting.put(None)
        return group

    def _commit(self, group: list[_Call[Any]]) -> tuple[list[_Returned[Any] | _Raised], set[str]]:
        try:
            with self._engine.connect() as connection:
                return _commit_together(connection, group)
        except BaseException as error:  # noqa: BLE001 - it is handed to everyone who waits
            return [_Raised(_lost(error)) for _ in group], set()

    def _settle(
        self, group: list[_Call[Any]], outcomes: list[_Returned[Any] | _Raised], news: set[str]
    ) -> None:
        for call, outcome in zip(group, outcomes, strict=True):
            if not call.settled.done():  # Whoever was cancelled no longer listens.
                call.settled.set_result(outcome)
        for name in news:
            for listener in self.listeners[name]:
                self._loop.call_soon(listener)


def _commit_together(
    connection: Connection, group: list[_Call[Any]]
) -> tuple[list[_Returned[Any] | _Raised], set[str]]:
    """Begins and commits at the driver, whose COMMIT fails where SQLAlchemy's would say nothing."""
    driver = cast("Driver", connection.connection.driver_connection)
    connection.begin()
    connection.info[_NEWS] = set()
    driver.execute("BEGIN IMMEDIATE")
    outcomes = [_attempt(connection, driver, call) for call in group]
    driver.execute("COMMIT")
    return outcomes, connection.info.pop(_NEWS)


def _attempt(connection: Connection, driver: Driver, call: _Call[T]) -> _Returned[T] | _Raised:
    driver.execute("SAVEPOINT call")
    outcome: _Returned[T] | _Raised
    try:
        outcome = _Returned(call.function(connection))
    except Exception as error:
        if not driver.in_transaction:
            raise
        driver.execute("ROLLBACK TO call")
        outcome = _Raised(error)
    driver.execute("RELEASE call")  # Fails when the transaction went in silence.
    return outcome


def _lost(cause: BaseException) -> GroupLost:
    lost = GroupLost()
    lost.__cause__ = cause
    return lost
