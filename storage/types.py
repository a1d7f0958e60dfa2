"""Column types: nothing goes round the times, the encryption or the one form of JSON."""

import json
from datetime import UTC as ZONE
from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from storage.sealing import Ciphertext


def written_moment(value: datetime) -> str:
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError("A moment needs its time zone: this datetime is naive.")
    moment = value.astimezone(ZONE).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


class UTC(TypeDecorator[datetime]):
    """A moment, kept as 2026-11-22T21:06:00.000000Z: as text it sorts as time does."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> str | None:
        return None if value is None else written_moment(value)

    def process_result_value(self, value: str | None, _: Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Sealed(TypeDecorator[Ciphertext]):
    """Takes nothing but a `Ciphertext`, so no readable text can slip into the column."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Ciphertext | None, _: Dialect) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, Ciphertext):
            raise TypeError("A sealed column takes only a Ciphertext: seal the text with its key.")
        return value.raw

    def process_result_value(self, value: bytes | None, _: Dialect) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)


class Json(TypeDecorator[Any]):
    """Equal values have equal text, so that they can be compared and hashed."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, _: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )

    def process_result_value(self, value: str | None, _: Dialect) -> Any:
        return None if value is None else json.loads(value)
