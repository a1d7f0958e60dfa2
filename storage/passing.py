"""Whether a failed write may succeed when it is tried again: the disk, not the write, is at fault.

A turn that failed in passing is not acknowledged; any other failure is the turn's own, and waiting
would only keep the rest from being served.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError

from storage.database import DatabaseClosed, GroupLost

# Of the primary result codes of SQLite, those that tell of the disk, the memory or another process.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
_PRIMARY = 0xFF


def is_passing(error: BaseException) -> bool:
    if isinstance(error, GroupLost | DatabaseClosed):
        return True
    if not isinstance(error, DBAPIError) or not isinstance(error.orig, sqlite3.Error):
        return False
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & _PRIMARY in _PASSING
