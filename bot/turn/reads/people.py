"""Who works on the trial, and whether anybody may be enrolled."""

from bot.turn import arms, nudging
from bot.turn.desk import Desk
from flows.facts.enrolment import EnrolmentFacts, ProtocolFacts
from flows.facts.people import EndedRole, Person, StaffFacts
from flows.forms import Answers
from flows.roles import Role
from storage import participants, people, protocol

# As many as a message holds.
MOST_ENDED = 40


def is_confirmed(desk: Desk) -> bool:
    return protocol.is_confirmed(desk.connection, desk.study.definition_hash)


def person(desk: Desk, person_id: int) -> Person:
    name = people.identity(desk.connection, keys=desk.keys, person_id=person_id, kind="name")
    return Person(person_id, name, tuple(people.roles_of(desk.connection, person_id)))


def enrolment(desk: Desk, _actor: int, _answers: Answers) -> EnrolmentFacts:
    everyone = participants.everyone(desk.connection)
    charts = participants.charts(desk.connection, everyone)
    enrolled = sum(chart.counts_for_target for chart in charts)
    takers = {
        person_id
        for role in (Role.COORDINATOR, Role.CLINICIAN, Role.PI)
        for person_id in people.holders(desk.connection, role)
    }
    return EnrolmentFacts(
        is_confirmed(desk),
        enrolled,
        participants.next_code(desk.connection),
        tuple(person(desk, person_id) for person_id in sorted(takers)),
    )


def staff(desk: Desk, _actor: int, answers: Answers) -> StaffFacts:
    name, day = str(answers.get("staff_name", "")), desk.study.today
    namesakes = (
        people.bearers(desk.connection, keys=desk.keys, kind="name", value=name) if name else []
    )
    return StaffFacts(
        tuple(
            Person(
                member.person_id,
                member.name,
                member.roles,
                member.entered,
                arms.knows_an_arm(desk.connection, member.person_id),
                bool(nudging.number_of(desk, member.person_id)),
                tuple(map(day, member.since)),
            )
            for member in people.staff(desk.connection, keys=desk.keys)
        ),
        any(arms.knows_an_arm(desk.connection, person) for person in namesakes),
        tuple(
            EndedRole(it.name, it.role, day(it.began_at), day(it.ended_at))
            for it in people.ended_roles(desk.connection, keys=desk.keys, limit=MOST_ENDED)
        ),
    )


def plan(desk: Desk, _actor: int, _answers: Answers) -> ProtocolFacts:
    return ProtocolFacts(desk.study.definition_hash, is_confirmed(desk))
