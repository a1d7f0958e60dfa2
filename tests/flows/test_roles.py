"""Who may be what: the whole table of two roles, and what knowing an arm forbids."""

from itertools import combinations

import pytest

from flows.roles import STAFF, Role, conflict

C, A, CL, PI = Role.COORDINATOR, Role.ALLOCATOR, Role.CLINICIAN, Role.PI
TOGETHER = {frozenset(pair) for pair in ((C, CL), (C, PI), (A, CL), (A, PI), (CL, PI))}


@pytest.mark.parametrize("pair", list(combinations(sorted(Role), 2)), ids="+".join)
def test_two_roles_go_together_or_have_a_reason_why_not(pair: tuple[Role, Role]) -> None:
    assert (conflict(frozenset(pair)) is None) == (frozenset(pair) in TOGETHER)


@pytest.mark.parametrize("role", Role)
def test_one_role_is_always_possible_but_rating_for_who_knows_an_arm(role: Role) -> None:
    assert conflict(frozenset({role})) is None
    knowing = conflict(frozenset({role}), knows_an_arm=True)
    assert knowing == ("rater_knows_arm" if role is Role.RATER else None)


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ({Role.RATER, Role.CLINICIAN}, "rater_alone"),
        ({Role.ADMINISTRATOR, Role.PI}, "administrator_alone"),
        ({Role.PARTICIPANT, Role.CLINICIAN}, "participant_alone"),
        ({Role.COORDINATOR, Role.ALLOCATOR}, "enrols_and_allocates"),
        ({Role.COORDINATOR, Role.ALLOCATOR, Role.PI}, "enrols_and_allocates"),
        ({Role.ADMINISTRATOR, Role.RATER}, "administrator_alone"),
        ({Role.METHODOLOGIST, Role.PI}, "methodologist_alone"),
    ],
)
def test_the_reason_names_the_rule(roles: set[Role], why: str) -> None:
    assert conflict(roles) == why


def test_nobody_is_staff_by_being_a_participant() -> None:
    assert set(Role) - {Role.PARTICIPANT} == STAFF
