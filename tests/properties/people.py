"""Participants who have come so far without their chats: what is proved begins after that."""

from bot.rehearsal.phones import Phone
from bot.rehearsal.world import World
from bot.turn.desk import Desk
from flows.chart import Milestone
from flows.roles import Role
from storage import participants, people
from storage.participants import NewMilestone

BEFORE_RANDOMIZATION = (
    Milestone.CONSENTED,
    Milestone.MESSAGING_AGREED,
    Milestone.ELIGIBILITY_RECORDED,
    Milestone.ELIGIBILITY_CONFIRMED,
    Milestone.REFERENCE_RECORDED,
    Milestone.PHOTOGRAPHED,
    Milestone.CLINICIAN_ASSIGNED,
)


async def open_trial(world: World) -> None:
    """One person of each role, sealed envelopes, and a confirmed definition."""
    await world.add_all_staff()
    await world.seal_envelopes()
    await world.confirm_protocol()


async def add_participant(world: World, *, without: Milestone | None = None) -> Phone:
    """The phone of a new participant whom nothing keeps from being randomized, or one step does."""

    def add(desk: Desk) -> str:
        person = people.create(
            desk.connection, keys=desk.keys, language=world.language, name="Sara", at=desk.now
        )
        code = participants.enrol(desk.connection, person_id=person, sex="F", age=30, at=desk.now)
        for milestone in BEFORE_RANDOMIZATION:
            if milestone is not without:
                _record(desk, person, milestone)
        return code

    code = await world.at_desk(add)
    phone = world.phone(code)
    await world.at_desk(_bind, phone)
    return phone


def _record(desk: Desk, person: int, milestone: Milestone) -> None:
    clinician = people.holders(desk.connection, Role.CLINICIAN)[0]
    visit = "baseline" if milestone is Milestone.PHOTOGRAPHED else None
    detail = {"clinician": str(clinician)} if milestone is Milestone.CLINICIAN_ASSIGNED else {}
    participants.record(
        desk.connection,
        keys=desk.keys,
        participant=person,
        new=NewMilestone(milestone, desk.today, visit, detail=detail),
        recorded_by=person,
        at=desk.now,
    )


def _bind(desk: Desk, phone: Phone) -> None:
    person = participants.with_code(desk.connection, phone.name)
    assert person is not None
    people.bind_address(
        desk.connection,
        keys=desk.keys,
        person_id=person,
        channel="telegram",
        address=phone.address,
        at=desk.now,
    )
