"""An alert goes on person by person, and to nobody twice as the next."""

from flows.escalation import Next, next_step
from flows.roles import Role

THEN = (Role.CLINICIAN, Role.PI)


def test_the_longest_serving_clinician_is_next_and_then_every_pi() -> None:
    holders = {Role.CLINICIAN: [3, 7, 8], Role.PI: [5, 6]}
    assert next_step(THEN, 0, holders, {3}) == Next((7,), 1)
    assert next_step(THEN, 1, holders, {3, 7}) == Next((5, 6), 2)
    assert next_step(THEN, 2, holders, {3, 7, 5, 6}) is None


def test_a_step_with_nobody_to_add_is_passed_over() -> None:
    holders = {Role.CLINICIAN: [3], Role.PI: [5]}
    assert next_step(THEN, 0, holders, {3}) == Next((5,), 2)
    assert next_step(THEN, 0, holders, {3, 5}) is None


def test_the_definition_may_name_several_clinicians() -> None:
    then = (Role.CLINICIAN, Role.CLINICIAN, Role.PI)
    holders = {Role.CLINICIAN: [3, 7, 8], Role.PI: [5]}
    assert next_step(then, 1, holders, {3, 7}) == Next((8,), 2)
