"""A participant is erased: nothing of them can be read any more, and all that stays goes on."""

import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import IntegrityError

from bot.erasing import carry_out
from bot.rehearsal.phones import Phone
from bot.rehearsal.pictures import DrawnFiles, reference
from bot.rehearsal.world import DATABASE, World, WorldClock
from bot.sending.files import Files
from bot.sending.outgoing import Attachment, Destination, Document, Sent
from bot.turn.desk import Desk
from bot.web.channel import WebChannel
from bot.web.pages import Pages
from flows.adverse_events import Term
from flows.messages import say
from flows.roles import Role
from flows.text import text
from storage import (
    adverse_events,
    audit_chain,
    conversations,
    participants,
    people,
    record,
    tables,
    web_chats,
)
from storage.audit_chain import Intact
from storage.backup import empty_journal
from storage.erasures import Erasure, fingerprint
from storage.outbox import ToPerson
from storage.sealing import Ciphertext, Key, Unreadable
from storage.types import Sealed
from storage.web_chats import NewLine
from tests.bot.test_serious_event import page as serious_event_page

pytestmark = pytest.mark.slow

CODE, OTHER = "P-001", "P-002"
NAME, WORDS, ANSWER = "Nilufar Zamani", "My secret scalp itches", "Use lukewarm water"
STRANGER = "I was told to write here"
# What the staff asked of them, with the pages of a card behind it.
COMMANDS = {
    "coordinator": (
        *("/card", "/history", "/why", "/queries_of", "/answer_for", "/pictures", "/invite"),
        *("/correct_identity", "/correct_entry", "/sms", "/first_channel", "/raise_query"),
    ),
    "clinician": (
        *("/card", "/history", "/letters", "/sessions", "/event_report", "/assess_event", "/arm"),
    ),
}
LISTS = {
    "coordinator": ("/today", "/mail", "/find Nilufar", f"/find {CODE}", "/events", "/alerts"),
    "clinician": ("/mail",),
    "pi": ("/summary", "/deviations", "/queries", "/trial_end", "/events"),
    "rater": ("/ratings",),
    "administrator": ("/staff",),
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Two participants with all that a few days bring; the first has withdrawn."""
    world = await World.begin(tmp_path)
    await world.add_all_staff()
    await world.seal_envelopes()
    await world.confirm_protocol()
    for name, born in ((NAME, "1985-03-04"), ("Sara Other", "1990-05-05")):
        code = await world.consent(name, born=born)
        if code == CODE:
            await world.phone(code).send(STRANGER)
        phone = await world.enter(code)
        await world.make_eligible(code)
        await world.randomize(code)
        await world.treat(code, "baseline")
        await phone.send(f"{WORDS}, says {code}")
    coordinator, clinician = world.phone("coordinator"), world.phone("clinician")
    await clinician.send("/mail")
    await clinician.tap("Answer")
    await clinician.send(ANSWER)
    await clinician.press("S")
    await coordinator.send("/find Nilufar")
    await world.pass_time(timedelta(days=9))
    await coordinator.send(f"/withdraw {CODE} today")
    await coordinator.send(f"{NAME} moves to another town")
    await coordinator.press("S")
    yield world
    await world.end()


def of(connection: Connection) -> int:
    person = participants.with_code(connection, CODE)
    assert person is not None
    return person


async def erase(world: World) -> Key:
    """Returns the key, as somebody has it who kept an old copy."""

    def do(desk: Desk) -> Key:
        person = of(desk.connection)
        key = desk.keys.of(desk.connection, person)
        (pi,) = people.holders(desk.connection, Role.PI)
        erasure = Erasure(person, pi, desk.now, fingerprint(key))
        carry_out(desk.connection, desk.keys, erasure, desk.now)
        return key

    return await world.at_desk(do)


def all_sealed(connection: Connection, keys: list[Key]) -> Iterator[bytes]:
    """Whatever these keys open in any sealed column of any table."""
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if not isinstance(column.type, Sealed):
                continue
            for sealed in connection.scalars(select(column).where(column.is_not(None))):
                yield from _opened(sealed, keys)


def _opened(sealed: Ciphertext, keys: list[Key]) -> Iterator[bytes]:
    for key in keys:
        for way in (key.open_file, lambda it, key=key: key.open(it).encode()):
            try:
                yield way(sealed)
            except Unreadable:
                continue


def every_key(desk: Desk) -> list[Key]:
    wrapped = desk.connection.scalars(select(tables.key.c.wrapped))
    return [desk.keys.master.unwrap(it) for it in wrapped]


def traces(world: World) -> tuple[str, ...]:
    address = world.phone(CODE).address
    return (
        NAME,
        NAME.partition(" ")[0],
        f"{WORDS}, says {CODE}",
        STRANGER,
        address,
        "another town",
    )


async def found(world: World) -> set[str]:
    """Those of the traces that can still be read with the keys that are there."""

    def look(desk: Desk) -> set[str]:
        opened = b"\n".join(all_sealed(desk.connection, every_key(desk)))
        return {trace for trace in traces(world) if trace.encode() in opened}

    return await world.at_desk(look)


def raw(world: World) -> bytes:
    """The file and its journal, as somebody has them who takes the disk."""
    return b"".join(it.read_bytes() for it in sorted(world.folder.glob(f"{DATABASE}*")))


async def test_nothing_of_them_can_be_read_with_any_key_that_is_left(world: World) -> None:
    assert await found(world) == {*traces(world)} - {STRANGER}
    key = await erase(world)
    assert await found(world) == set()
    assert key not in await world.at_desk(every_key)
    other = f"{WORDS}, says {OTHER}".encode()
    opened = await world.at_desk(lambda it: list(all_sealed(it.connection, every_key(it))))
    assert other in opened
    assert any(b"Sara Other" in it for it in opened)


async def test_neither_their_key_nor_what_finds_them_is_left_in_the_file(world: World) -> None:
    """Not in a free page, nor in one that SQLite left when it moved rows: keys fill several."""

    def fill(desk: Desk) -> None:
        for number in range(90):
            people.create(
                desk.connection, keys=desk.keys, language="fa", name=f"Name {number}", at=desk.now
            )

    def secrets(desk: Desk) -> list[bytes]:
        person = of(desk.connection)
        wrapped = select(tables.key.c.wrapped).where(tables.key.c.owner == f"person:{person}")
        digests = [
            select(it.c.digest).where(it.c.person_id == person, it.c.digest.is_not(None))
            for it in (tables.identity, tables.address)
        ]
        return [it for each in (wrapped, *digests) for it in desk.connection.scalars(each)]

    await world.at_desk(fill)
    before = await world.at_desk(secrets)
    assert len(before) >= 4
    assert all(it in raw(world) for it in before)
    await erase(world)
    assert empty_journal(world.folder / DATABASE)
    left = raw(world)
    assert [it for it in before if it in left] == []


async def test_the_record_is_whole_and_study_data_stay(world: World) -> None:
    kept = ("response", "milestone", "allocation", "form", "participant", "photograph_file")

    def dumped() -> list[list[tuple[object, ...]]]:
        with closing(sqlite3.connect(world.folder / DATABASE)) as file:
            return [file.execute(f"SELECT * FROM {name}").fetchall() for name in kept]

    before = dumped()
    await erase(world)
    assert dumped() == before
    assert isinstance(await world.database.read(audit_chain.verify), Intact)
    assert await world.database.read(record.broken_entries) == []
    assert await world.database.read(record.changed_rows) == []


async def test_whatever_staff_do_with_the_code_goes_on(world: World) -> None:
    """Each command is answered, and no failure is heard of; where the name stood stands a word."""
    await erase(world)
    for role, commands in COMMANDS.items():
        for command in commands:
            await answered(world, role, f"{command} {CODE}")
    for role, listed in LISTS.items():
        for command in listed:
            await answered(world, role, command)
    shown = [it.words for phone in world.phones.values() for it in phone.shown]
    assert any("erased" in it for it in shown)
    assert not any("⟨erased⟩" in it for it in shown)
    await world.pass_time(timedelta(days=40))
    assert isinstance(await world.database.read(audit_chain.verify), Intact)


async def answered(world: World, role: str, command: str) -> None:
    phone = world.phone(role)
    before = len(phone.shown)
    await phone.send(command)
    assert len(phone.shown) > before, command
    for it in phone.shown[before:]:
        assert not any(trace in it.words for trace in traces(world)), command


async def test_a_later_message_from_the_same_phone_is_a_strangers(world: World) -> None:
    phone = world.phone(CODE)
    await world.phone("coordinator").send(f"/why {OTHER}")
    await erase(world)
    shown = len(phone.shown)
    await world.deliver()
    assert len(phone.shown) == shown
    await phone.send("Are you there?")
    assert "study" in phone.last
    assert CODE not in phone.last
    await world.phone(OTHER).send("And I am still here.")
    await world.phone("clinician").send("/mail")
    assert any("I am still here" in it.words for it in world.phone("clinician").shown[-2:])


async def test_only_what_tells_of_them_is_forgotten_in_what_others_were_told(
    world: World,
) -> None:
    """Another may have the same name, or a code that begins with theirs."""
    persian = "نیلوفر زمانی"
    told = {
        "of the name": (Role.COORDINATOR, f"شمارهٔ {persian}\u200cجان"),
        "of the code": (Role.COORDINATOR, f"ask {CODE}, please"),
        "of the name in Arabic letters": (Role.COORDINATOR, "نيلوفر زماني"),
        "of the phone": (Role.COORDINATOR, "tel. ۰۹۱۲ ۰۰۰ ۰۰۰۱"),
        "of the phone in full": (Role.COORDINATOR, "00989120000001"),
        "of another phone": (Role.COORDINATOR, "09120000011"),
        "of a longer code": (Role.COORDINATOR, f"ask {CODE}0, please"),
        "of a longer name": (Role.COORDINATOR, f"{persian}فر"),
        "to their namesake": (Role.PARTICIPANT, persian),
    }

    def tell(desk: Desk) -> None:
        connection, keys = desk.connection, desk.keys
        for kind, value in (("name", persian), ("phone", "+989120000001")):
            people.identify(
                connection,
                keys=keys,
                person_id=of(connection),
                kind=kind,
                value=value,
                at=desk.now,
            )
        other = participants.with_code(connection, OTHER)
        (coordinator,) = people.holders(connection, Role.COORDINATOR)
        for key, (role, words) in told.items():
            to = coordinator if role is Role.COORDINATOR else other
            assert to is not None
            desk.notify(to, say(text("mail.words", words=words)), key=key)
        chat = web_chats.open_chat(connection, at=desk.now)
        for key, (_, words) in told.items():
            line = NewLine(chat, coordinator, key, "bot", json.dumps({"text": words}))
            web_chats.add(connection, keys=keys, new=line, at=desk.now)

    def left(desk: Desk) -> tuple[set[str], set[str]]:
        box = tables.outbox
        waiting = select(box.c.key).where(box.c.key.in_(told), box.c.state == "waiting")
        (chat,) = web_chats.all_chats(desk.connection)
        lines = web_chats.newest(desk.connection, keys=desk.keys, chat=chat, count=100)
        read = {it.key for it in lines if "removed" not in json.loads(it.content)}
        return {*desk.connection.scalars(waiting)}, read

    await world.at_desk(tell)
    await erase(world)
    waiting, lines = await world.at_desk(left)
    others = {"of a longer code", "of a longer name", "of another phone"}
    assert waiting == {*others, "to their namesake"}
    assert lines == others


async def test_what_staff_were_shown_in_a_web_chat_goes_with_its_file(world: World) -> None:
    """Neither a picture that came with a letter nor the page of an event says whose it is."""
    clinician = world.phone("clinician")
    for code, picture in ((CODE, "sharp picture"), (OTHER, "blurred picture")):
        await world.phone(code).send_file("", reference(picture))
    await clinician.send("/mail")
    for data in [it for it in buttons(clinician) if it.startswith("r:attachment:")]:
        await clinician.tap_data(data)
    await world.at_desk(report_events)
    files = Files()
    files.keepers["telegram"] = DrawnFiles()
    channel = WebChannel(
        world.database, world.keys, WorldClock(world), Pages(world.database, world.keys), files
    )

    def shown(desk: Desk) -> list[tuple[str, Destination]]:
        chat = web_chats.open_chat(desk.connection, at=desk.now)
        box = tables.outbox
        sent = select(box).where(box.c.kind.in_(("attachment", "report"))).order_by(box.c.id)
        return [
            (row.kind, Destination(row.id, row.person_id, str(chat)))
            for row in desk.connection.execute(sent)
        ]

    for kind, to in await world.at_desk(shown):
        page = serious_event_page("en", "It burnt")
        given = Attachment(reference("sharp picture")) if kind == "attachment" else Document(page)
        assert await channel.send(to, given) == Sent()

    def kept(desk: Desk) -> list[tuple[int, str]]:
        files = desk.connection.execute(select(tables.web_file).order_by(tables.web_file.c.id))
        return [(it.id, it.type) for it in files]

    before = await world.at_desk(kept)
    assert len(before) == 4
    await erase(world)
    assert await world.at_desk(kept) == [before[1], before[3]]


def buttons(phone: Phone) -> list[str]:
    return [data for it in phone.shown for row in it.buttons for _, data in row]


def report_events(desk: Desk) -> None:
    """The clinician is sent the page of an event of each."""
    (clinician,) = people.holders(desk.connection, Role.CLINICIAN)
    for code in (CODE, OTHER):
        participant = participants.with_code(desk.connection, code)
        assert participant is not None
        event = adverse_events.open_(
            desk.connection,
            participant=participant,
            term=Term("side_effects.1", "problems", "ITCHING"),
            source="clinician",
            form_id=None,
            by=clinician,
            at=desk.now,
        )
        body = {"event": event, "version": 1, "language": "en", "full": True}
        desk.reply(ToPerson(clinician), "report", json.dumps(body))


@pytest.mark.parametrize(("code", "stays"), [(CODE, False), (OTHER, True)])
async def test_what_staff_began_to_write_about_their_letter_is_not_kept(
    world: World, code: str, *, stays: bool
) -> None:
    """Its number alone is in what they chose; an answer to somebody else's is gone on with."""
    clinician, draft = world.phone("clinician"), "Dear you"
    await world.phone(code).send("A letter")
    letter = await world.at_desk(lambda it: max(it.connection.scalars(select(tables.mail.c.id))))
    await clinician.send(f"/take_mail {letter}")
    await clinician.send(draft)

    def is_begun(desk: Desk) -> bool:
        (person,) = people.holders(desk.connection, Role.CLINICIAN)
        found = conversations.foreground(desk.connection, keys=desk.keys, person_id=person)
        return found is not None and draft in found.state.answers.values()

    assert await world.at_desk(is_begun)
    await erase(world)
    assert await world.at_desk(is_begun) == stays


async def test_nobody_can_be_invited_under_their_code_any_more(world: World) -> None:
    await erase(world)
    for command in ("invite", "assign"):
        await world.phone("coordinator").send(f"/{command} {CODE}")
        assert "erased" in world.phone("coordinator").last


async def test_the_pi_is_told_once(world: World) -> None:
    await erase(world)
    await erase(world)
    await world.deliver()
    told = [it.words for it in world.phone("pi").shown if f"{CODE} was erased" in it.words]
    assert len(told) == 1


async def test_erasing_twice_changes_nothing(world: World) -> None:
    await erase(world)
    count = await world.database.read(record.count)
    await erase(world)
    assert await world.database.read(record.count) == count


async def test_no_one_else_can_be_taken_out_of_where_names_are_found(world: World) -> None:
    """The guard lets go of the digest of whoever was erased, and of nothing else."""

    def change(desk: Desk, code: str, values: dict[str, object]) -> None:
        person = participants.with_code(desk.connection, code)
        changed = update(tables.identity).where(tables.identity.c.person_id == person)
        desk.connection.execute(changed.values(**values))

    await erase(world)
    await world.at_desk(change, CODE, {"digest": None})
    others: list[tuple[str, dict[str, object]]] = [
        (OTHER, {"digest": None}),
        (CODE, {"kind": "x"}),
        (CODE, {"digest": b""}),
    ]
    for code, values in others:
        with pytest.raises(IntegrityError, match="append-only"):
            await world.at_desk(change, code, values)
