"""What is said to a phone that several share begins with the first name of whom it is for."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from bot.sms.plain import bare
from bot.trial.study import Study
from flows.sharing import labels
from flows.text import Text, text
from storage import people
from storage.departures import Leaving
from storage.keyring import Keyring

Body = Mapping[str, Any]


def reader(connection: Connection, keys: Keyring, leaving: Leaving, body: Body) -> str | None:
    """What whoever this is for is called there; None where nobody else has that phone. A code goes
    to a phone before it is theirs, so its body says `for` whom it is.
    """
    person, sharers = _reader(connection, keys, leaving, body)
    if person not in sharers or len(sharers) < 2:
        return None
    names = labels([_name(connection, keys, it) for it in sharers])
    return names[sharers.index(person)]


def _reader(
    connection: Connection, keys: Keyring, leaving: Leaving, body: Body
) -> tuple[int | None, Sequence[int]]:
    if leaving.address_id is not None:
        return leaving.person_id, people.sharing(connection, address_id=leaving.address_id)
    if "for" not in body:
        return None, ()
    there = people.speakers_at(
        connection, keys=keys, channel=leaving.channel, address=leaving.address
    )
    person = int(body["for"])
    return person, list(dict.fromkeys([*(it.person_id for it in there), person]))


def addressed(study: Study, name: str, words: str, language: str) -> str:
    """The name on a line of its own, before the words."""
    return f"{bare(study.render(text('sms.for', name=name), language))}\n{words}"


def who_writes(
    connection: Connection, keys: Keyring, study: Study, body: Body, language: str
) -> str:
    """The question who writes, with the names as they are now."""
    there = [people.speaker(connection, address_id=it).person_id for it in body["addresses"]]
    names = labels([_name(connection, keys, it) for it in there])
    lines = [
        text("question.option", number=number, label=name)
        for number, name in enumerate(names, start=1)
    ]
    parts: list[Text] = [text("sms.who"), *lines]
    if body["stops"]:
        parts.append(text("sms.who_stops"))
    if body["urgent"]:
        parts.append(text("sms.who_urgent", emergency=study.trial.site.emergency))
    return bare("\n".join(study.render(part, language) for part in parts))


def _name(connection: Connection, keys: Keyring, person_id: int) -> str:
    return people.identity(connection, keys=keys, person_id=person_id, kind="name")
