"""Whoever is erased leaves no trace of their phone, and takes nothing from whoever shares it."""

from datetime import timedelta

from sqlalchemy import select

from bot.erasing import carry_out
from bot.rehearsal.world import DATABASE
from bot.turn.desk import Desk
from flows.messages import say
from flows.text import text
from storage import people, sms, tables
from storage.backup import empty_journal
from storage.erasures import Erasure, fingerprint
from storage.sms import unsettled
from tests.sms.line import SARA, Line

_A_DAY = timedelta(days=1)


async def _erase(line: Line, person: int) -> None:
    def erase(desk: Desk) -> None:
        key = desk.keys.of(desk.connection, person)
        erasure = Erasure(person, person, desk.now, fingerprint(key))
        carry_out(desk.connection, desk.keys, erasure, desk.now)

    await line.world.at_desk(erase)


def _raw(line: Line) -> bytes:
    return b"".join(it.read_bytes() for it in sorted(line.world.folder.glob(f"{DATABASE}*")))


async def test_no_digest_of_their_number_is_left_anywhere(line: Line) -> None:
    """Not as the key of a message, nor in what was to be looked at later."""
    digest = people.digest_of(line.world.keys, "sms", SARA)
    reza = await line.enrol("Reza")
    await line.take(SARA, "I have a problem")
    for _ in range(60):
        await line.take(SARA, "?")
    for person in (line.sara, reza):
        assert digest.hex().encode() in _raw(line)
        await _erase(line, person)
    assert empty_journal(line.world.folder / DATABASE)
    assert digest.hex().encode() not in _raw(line)
    assert digest not in _raw(line)


async def test_what_somebody_who_shares_the_phone_wrote_still_waits(line: Line) -> None:
    await line.enrol("Reza")
    await line.take(SARA, "My head aches badly")
    await _erase(line, line.sara)
    await line.world.pass_time(_A_DAY)
    told = [it.words for it in line.world.phone("coordinator").shown]
    assert any("P-002" in it and "P-001" not in it for it in told)


async def test_the_operator_is_asked_nothing_of_what_they_were_sent(line: Line) -> None:
    def send(desk: Desk) -> None:
        desk.notify(line.sara, say(text("mail.words", words="x")), key="told")
        message = select(tables.outbox.c.id).where(tables.outbox.c.key == "told")
        number = desk.connection.execute(message).scalar_one()
        handed = sms.begin(
            desk.connection, outbox_id=number, piece=1, parts=1, gateway="kavenegar", at=desk.now
        )
        sms.accept(
            desk.connection, sms_id=handed.id, gateway="kavenegar", reference="77", at=desk.now
        )

    async def asked() -> list[str]:
        return await line.world.database.read(
            unsettled, gateway="kavenegar", since=line.world.now - _A_DAY, limit=9
        )

    await line.world.at_desk(send)
    assert await asked() == ["77"]
    await _erase(line, line.sara)
    assert await asked() == []
