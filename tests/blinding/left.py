"""What one playing of a trial left behind for those who must not know the arms."""

import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import chdir, closing
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from starlette.requests import Request

from bot.cli import _parser
from bot.clock_offset import Measurements
from bot.operating import carry_out
from bot.operator import Operator
from bot.record_views import csv_of, view_of
from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World, WorldClock
from bot.settings import read_settings
from bot.ticks import Ticks
from bot.timekeeping import Timekeeping
from bot.turn.desks import Desks
from bot.web.health import Health
from bot.web.metrics import Metrics
from bot.web.refusals import Refusals
from storage import participants, tables
from tests.blinding.watched import PLANTED, Watched

# To whom an arm is told in a pop-up: the allocator at that moment, and the treating clinician.
TOLD = ("allocator", "clinician")
# Typed on the command line of the service as it is before the trial is unblinded.
TYPED = (
    "summary",
    "check",
    "staff list",
    "staff list --ended",
    "envelopes status",
    "envelopes open openings.csv",
    "envelopes certificate",
    "envelopes verify certificate.txt",
    "audit show --participant P-001",
    "audit show --day 2026-09-26",
    "audit show --day 2026-09-26 --csv day.csv",
    "audit verify",
    "keys list",
)
# As a whole, or on a printed page in groups of four.
_DIGEST = re.compile(r"[0-9a-f]{16,64}|(?:[0-9a-f]{4} ){7}[0-9a-f]{4}")


@dataclass
class Left:
    """`shown` is what stands on each phone, `bodies` the messages as they are kept."""

    shown: dict[str, Any]
    popups: dict[str, list[str]]
    bodies: list[str]
    tables: dict[str, list[dict[str, Any]]]
    logs: str
    views: str
    watched: list[str]
    typed: str
    given: set[str]
    telling_a_digest: set[int]


async def play(
    world: Watched, trial: Callable[[Watched], Awaitable[None]], capfd: pytest.CaptureFixture[str]
) -> Left:
    """Play a trial to its end, and look at everything that it left."""
    await trial(world)
    views = "".join([await _view(world, person) for person in await _everybody(world)])
    digests = await world.database.read(_digests)
    sent = await world.database.read(_sent, world)
    watched = await _watched(world)
    await world.end()
    logs = "".join(capfd.readouterr())
    return Left(
        {phone.name: _on(phone, digests) for phone in world.phones.values()},
        {it.name: it.popups for it in world.phones.values() if it.name not in TOLD},
        [_without(digests, body) for body in sent.values()],
        _dump(world.folder / "hamrah.sqlite3"),
        logs,
        _without(digests, views),
        watched,
        await _typed(world, capfd),
        world.given,
        {message for message, body in sent.items() if _without(digests, body) != body},
    )


def _on(phone: Phone, digests: Sequence[str]) -> dict[str, Any]:
    """Everything that a phone holds, but for what its owner may know."""
    shown = [
        (_without(digests, _seen(phone.name, it.words)), it.buttons, it.kind) for it in phone.shown
    ]
    documents = [_seen(phone.name, str(astuple(it))) for it in phone.documents]
    return {
        "shown": shown,
        "documents": documents,
        "pictures": phone.pictures,
        "removed": phone.removed,
        "silent taps": phone.silent_taps,
    }


async def _everybody(world: World) -> list[int]:
    everybody = select(tables.person.c.id).order_by(tables.person.c.id)
    return await world.database.read(lambda connection: list(connection.scalars(everybody)))


async def _view(world: World, person: int) -> str:
    """What the audit trail shows of a person, as a file."""
    settings = read_settings({}, Path("no .env"))
    view = await world.at_desk(view_of, None, person, None)
    assert view is not None
    return csv_of(Operator(settings, world.study, "en"), view).decode()


async def _watched(world: World) -> list[str]:
    """What a monitor of the service is told."""
    clock = WorldClock(world)
    desks = Desks(world.keys, world.study, clock, world.links)
    ticks = Ticks(world.database, desks, clock)
    timekeeping = Timekeeping(world.database, desks, Measurements())
    health = Health(world.database, ticks, clock, lambda: {"telegram": "open"}, timekeeping)
    asked = Request({"type": "http"})
    answers = [await it.show(asked) for it in (health, Metrics(health, Refusals()))]
    return [bytes(answer.body).decode() for answer in answers]


async def _typed(world: Watched, capfd: pytest.CaptureFixture[str]) -> str:
    """What the command line says and writes, of the data as they were before the end."""
    given = {"HAMRAH_DATA": str(world.copied), "HAMRAH_TRIAL": str(world.study.folder)}
    settings = read_settings(given, Path("no .env"))
    told = []
    with chdir(world.copied):
        for line in TYPED:
            code = await carry_out(settings, _parser().parse_args(line.split()))
            said, complained = capfd.readouterr()
            told.append(f"{line}: {code}\n{said}{complained}")
            if line == "envelopes certificate":
                (world.copied / "certificate.txt").write_text(said, encoding="utf-8")
        told.append((world.copied / "day.csv").read_text(encoding="utf-8"))
        assert not (world.copied / "openings.csv").exists()
    return _DIGEST.sub("(digest)", "\n".join(told).replace(str(world.copied), "(data)"))


def _seen(name: str, words: str) -> str:
    """What stood on a phone, but for what its owner may know: participants what they wrote
    themselves, and their clinician what was written of their events."""
    return _without_products(words) if name == "clinician" or name.startswith("P-") else words


def _without_products(words: str) -> str:
    for product in PLANTED.values():
        words = words.replace(product, "(product)")
    return words


def _digests(connection: Connection) -> list[str]:
    """As far as they are told: sixteen digits, or all."""
    found = [digest.hex() for digest in connection.scalars(select(tables.audit.c.digest))]
    return [*found, *(digits[:16] for digits in found)]


def _without(digests: Sequence[str], words: str) -> str:
    for digits in digests:
        words = words.replace(digits, "(digest)")
    return words


def _sent(connection: Connection, world: World) -> dict[int, str]:
    """Every message as it is kept. What a participant wrote is shown to them again."""
    rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).all()
    enrolled = participants.everyone(connection)
    bodies = {
        row.id: (row.person_id, world.keys.of(connection, row.person_id).open(row.body))
        for row in rows
    }
    return {
        message: _without_products(body) if to in enrolled else body
        for message, (to, body) in bodies.items()
    }


def _dump(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        names = [
            row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {
            name: [dict(row) for row in file.execute(f"SELECT * FROM {name} ORDER BY rowid")]
            for name in names
        }
