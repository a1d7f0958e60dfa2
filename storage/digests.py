"""What the record is made of: the content of a row as a digest, and the chain of these.

* A content covers every cell that holds something, by the name of its column, its type and its
  bytes, in the order of the names. A column that comes later and is empty in old rows changes
  nothing; a column of a recorded table is never dropped.
* Each part stands behind its own length, so that no two rows read alike.
"""

import hashlib
from collections.abc import Iterator

GENESIS = b"\x00" * 32
Cell = str | bytes | None


def content(*cells: Cell) -> bytes:
    """SHA-256 over a row, given as name, type and bytes of each of its cells."""
    return digest(*_filled(cells))


def chained(previous: bytes | None, table_name: bytes, row_id: int, content: bytes) -> bytes:
    return digest(previous or GENESIS, table_name, str(row_id).encode(), content)


def digest(*parts: bytes) -> bytes:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(4))
        whole.update(part)
    return whole.digest()


def _filled(cells: tuple[Cell, ...]) -> Iterator[bytes]:
    for name, kind, value in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
        if isinstance(value, bytes):
            yield str(name).encode()
            yield str(kind).encode()
            yield value
