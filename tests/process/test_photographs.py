"""A picture on the played Telegram, and the service killed between receiving and keeping it."""

import asyncio
import io
from datetime import date

from PIL import Image, ImageDraw
from PIL.ExifTags import GPS, IFD

from bot.clock import SystemClock
from bot.opening import make_ready_beside, opened
from bot.settings import Settings
from bot.trial.definitions import load_study
from bot.turn.desk import Desk
from bot.turn.desks import Desks
from flows.chart import Milestone
from storage import participants, people, photographs
from storage.participants import NewMilestone
from tests.botapi.client import BotApi, Phone
from tests.process.hamrah import Hamrah, enter, tap, until_polling
from tests.process.participants import settings_of

PLANTED = b"taken in Sari"


def picture() -> bytes:
    """Sharp, and saying where it was taken."""
    drawn = Image.new("RGB", (900, 1200), (224, 190, 166))
    strands = ImageDraw.Draw(drawn)
    for at in range(0, 900, 9):
        strands.line(((at, 0), (at + 40, 1200)), fill=(60, 40, 30), width=2)
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (36.0, 33.0, 48.0)
    written = io.BytesIO()
    drawn.save(written, "JPEG", exif=exif, comment=PLANTED)
    return written.getvalue()


def add_consented(hamrah: Hamrah) -> None:
    """A participant who agreed to be photographed."""
    asyncio.run(_add_consented(settings_of(hamrah)))


async def _add_consented(settings: Settings) -> None:
    def add(desk: Desk) -> None:
        person = people.create(
            desk.connection, keys=desk.keys, language="en", name="Sara", at=desk.now
        )
        participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        on = date(2026, 1, 1)
        participants.record(
            desk.connection,
            keys=desk.keys,
            participant=person,
            new=NewMilestone(Milestone.CONSENTED, on, detail={"photographs": "YES"}),
            recorded_by=person,
            at=desk.now,
        )

    clock = SystemClock()
    master, _ = make_ready_beside(settings, clock.now())
    async with opened(settings, master) as it:
        desks = Desks(it.keys, load_study(settings.trial), clock)
        await desks.write(it.database, "seed", add)


async def kept(settings: Settings) -> bytes | None:
    master, _ = make_ready_beside(settings, SystemClock().now())
    async with opened(settings, master) as it:
        person = await it.database.read(participants.with_code, "P-001")
        assert person is not None
        return await it.database.read(
            photographs.content,
            keys=it.keys,
            participant=person,
            visit="baseline",
            view="frontal",
        )


def skip(phone: Phone) -> None:
    tap(phone, "Skip")
    tap(phone, "did not want it")


def test_killed_between_receiving_and_keeping(hamrah: Hamrah, api: BotApi) -> None:
    """After the start exactly one picture is kept, without metadata, and it left the chat."""
    clinician = api.phone()
    with hamrah.running() as running:
        until_polling(api)
        enter(hamrah, clinician, "clinician")
        add_consented(hamrah)
        clinician.send("/photographs P-001 baseline today")
        clinician.wait_for("Frontal hairline")
        api.fail("getFile", "broken", times=1000)
        sent = clinician.send_file("photo", picture())["message"]
        clinician.wait_for("Midline parting")
        for _ in range(4):
            skip(clinician)
        clinician.wait_for("being checked")
        api.wait_until(lambda: api.calls("getFile"), timeout=30)
        running.kill()
    api.stop_failing()
    assert sent["message_id"] in {message.id for message in clinician.messages()}
    with hamrah.running() as running:
        clinician.wait_for("complete and kept", timeout=30)
        api.wait_until(
            lambda: sent["message_id"] not in {message.id for message in clinician.messages()}
        )
        log = running.log()
    assert hamrah.stored("SELECT count(*) FROM photograph_file") == [(1,)]
    assert sorted(hamrah.stored("SELECT state FROM photograph")) == [
        ("kept",),
        *[("skipped",)] * 4,
    ]
    assert len([words for words in clinician.texts() if "complete and kept" in words]) == 1
    content = asyncio.run(kept(settings_of(hamrah)))
    assert content is not None
    assert not Image.open(io.BytesIO(content)).getexif()
    assert PLANTED not in content
    assert "Sari" not in log
    assert sent["photo"][0]["file_id"] not in log


def test_a_picture_as_a_file_and_a_repeated_message_count_once(hamrah: Hamrah, api: BotApi) -> None:
    clinician = api.phone()
    with hamrah.running():
        until_polling(api)
        enter(hamrah, clinician, "clinician")
        add_consented(hamrah)
        clinician.send("/photographs P-001 baseline today")
        clinician.wait_for("Frontal hairline")
        update = clinician.send_file("document", picture())
        clinician.wait_for("Midline parting")
        api.repeat(update, fresh=True)
        api.repeat(update, fresh=False)
        large = clinician.send_file("document", bytes(20_000_001))["message"]
        clinician.wait_for("too large", timeout=20)
        api.wait_until(
            lambda: large["message_id"] not in {message.id for message in clinician.messages()}
        )
        api.wait_until(lambda: not api.pending())
    states = hamrah.stored("SELECT view, state FROM photograph ORDER BY id")
    assert states == [("frontal", "kept"), ("midline", "refused")]
