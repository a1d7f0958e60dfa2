"""The words of an event are read when they leave, for whoever treats the participant then."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.rehearsal.world import World
from bot.sending.outgoing import Comparison, Document, Outgoing, Words
from bot.sending.rendering import render
from storage import people
from storage.departures import Leaving
from storage.outbox import Urgency
from tests.properties.people import add_participant, open_trial

WRITTEN = "EXOLOT was given"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A serious event of P-001, with a narrative."""
    world = await World.begin(tmp_path)
    await open_trial(world)
    await add_participant(world)
    clinician = world.phone("clinician")
    await clinician.send("/report_event P-001 HIVES PHONE")
    await clinician.press("S")
    await clinician.send("today")
    for code in ("YES", "3", "HOSPITAL"):
        await clinician.choose(code)
    await clinician.press("d")
    for code in ("POSSIBLE", "EXPECTED", "NO_CHANGE", "RECOVERING"):
        await clinician.choose(code)
    await clinician.send(WRITTEN)
    await clinician.press("S")
    yield world
    await world.end()


async def leaving(
    world: World, person: int | None, kind: str, **body: object
) -> Outgoing | Comparison:
    message = Leaving(
        1, kind, Urgency.REPLY, 1, person, None, "telegram", "en", None, "chat", json.dumps(body)
    )

    def word(connection: Connection) -> Outgoing | Comparison:
        return render(connection, world.keys, world.study, world.links, message)

    return await world.database.read(word)


async def person_of(world: World, name: str) -> int:
    def find(connection: Connection) -> int:
        phone = world.phone(name)
        speaker = people.speaker_at(
            connection, keys=world.keys, channel="telegram", address=phone.address
        )
        assert speaker is not None
        return speaker.person_id

    return await world.database.read(find)


async def test_the_clinician_reads_what_was_written(world: World) -> None:
    clinician = await person_of(world, "clinician")
    shown = await leaving(world, clinician, "event", event=1)
    assert isinstance(shown, Words)
    assert WRITTEN in shown.text


@pytest.mark.parametrize("name", ["pi", "coordinator", "rater"])
async def test_nobody_else_does_whoever_asked_for_it(world: World, name: str) -> None:
    """Also where the message was meant for somebody who treats the participant no longer."""
    other = await person_of(world, name)
    shown = await leaving(world, other, "event", event=1)
    assert isinstance(shown, Words)
    assert WRITTEN not in shown.text
    report = await leaving(world, other, "report", event=1, version=1, full=True, language="en")
    assert isinstance(report, Document)
    assert WRITTEN not in report.page.narrative


@pytest.mark.parametrize(("full", "held"), [(True, False), (False, True)])
async def test_the_report_holds_the_words_where_they_were_asked_for(
    world: World, full: bool, held: bool
) -> None:
    clinician = await person_of(world, "clinician")
    report = await leaving(world, clinician, "report", event=1, version=1, full=full, language="fa")
    assert isinstance(report, Document)
    assert (WRITTEN not in report.page.narrative) == held
    assert report.page.language == "fa"
