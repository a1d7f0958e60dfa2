"""A trial with paper envelopes, whose letters are typed, and with two raters and a third."""

from collections.abc import Mapping
from datetime import timedelta

from bot.rehearsal.scenes import given, redefine
from flows.roles import Role
from tests.blinding.watched import Watched

AS_REGISTERED_BUT = {
    'concealment = "digital"': 'concealment = "paper"',
    "raters = 1": "raters = 2",
    "adjudicate_from = 0": "adjudicate_from = 2",
}


async def play(world: Watched, permuted: Mapping[str, str]) -> None:
    await world.add_all_staff()
    await world.add_staff("methodologist", Role.METHODOLOGIST)
    for name in ("second", "third"):
        await world.add_staff(name, Role.RATER)
    redefine(world, AS_REGISTERED_BUT)
    world.draw(permuted)
    await world.lay_paper_envelopes()
    await world.confirm_protocol()
    await _retire_one(world)
    await _enrol(world)
    await _rate(world)
    await _share_a_phone(world)
    await _guess(world)
    await world.unblind_one("P-003")
    world.copy()
    await world.end_the_trial()


async def _retire_one(world: Watched) -> None:
    """Why an envelope was retired can name what was in it."""
    await world.say("allocator", "/envelope_incident 1", "(OPENED_EARLY)")
    await world.say("allocator", f"{world.product(1)} was in it", "[S]", "/envelope_incident 1")
    world.retired = 1


async def _enrol(world: Watched) -> None:
    for number, (name, sex) in enumerate((("Sara", "F"), ("Omid", "M"), ("Mina", "F")), start=1):
        code = await world.consent(name, sex=sex)
        await world.enter(code)
        await world.make_eligible(code, sex=sex)
        await world.read_envelope(code, world.letter(number))
        for asks in ("allocator", "coordinator", "pi", "rater", "methodologist"):
            await world.say(asks, "/balance", f"/letter {code}", f"/witness {code}", f"/arm {code}")
            await world.say(asks, "/cancel", "/summary", f"/card {code}")
        await world.session(number, "baseline")


async def _rate(world: Watched) -> None:
    """Two raters lie further apart than they may, and a third decides."""
    await world.pass_time(timedelta(days=30))
    for code in ("P-001", "P-002", "P-003"):
        await world.say("coordinator", f"/attended {code} month_1 today", "[S]")
        await world.photograph(code, "month_1")
        for name, level in (("rater", "VMI"), ("second", "NC"), ("third", "I")):
            await world.say(name, "/rate", "[a]", f"({level})", "[S]", "/ratings")
    await world.pass_time(timedelta(days=20))
    await world.say("pi", "/summary", "/deviations")


async def _share_a_phone(world: Watched) -> None:
    """A letter from a phone that two share, and nobody says whose it is."""
    await given(world, "P-001 reached by SMS")
    await given(world, "another participant Nima who shares the phone of P-001")
    await world.pass_time(timedelta(hours=2))
    await world.phone("P-001-sms").send("it itches, is that normal?")
    await world.pass_time(timedelta(hours=1))


async def _guess(world: Watched) -> None:
    await world.say("clinician", "/discontinue P-001 today", "[s]", "[S]")
    await world.say("coordinator", "/withdraw P-002 today", "[s]", "[S]")
    await world.say("coordinator", "/lost P-003 today", "[s]", "[S]")
    await world.pass_time(timedelta(days=100))
    for name in ("rater", "second", "third"):
        await world.say(name, "/ratings", "[r]", "[a]", "/ratings")
