"""Who may be what. Whoever has no known role is blinded, whoever is unknown is a stranger."""

from collections.abc import Set as AbstractSet
from enum import StrEnum


class Role(StrEnum):
    PARTICIPANT = "participant"
    COORDINATOR = "coordinator"
    ALLOCATOR = "allocator"
    CLINICIAN = "clinician"
    RATER = "rater"
    PI = "pi"
    ADMINISTRATOR = "administrator"
    METHODOLOGIST = "methodologist"


STAFF = frozenset(Role) - {Role.PARTICIPANT}
ALONE = frozenset({Role.RATER, Role.ADMINISTRATOR, Role.METHODOLOGIST, Role.PARTICIPANT})
WITNESSES = frozenset({Role.COORDINATOR, Role.CLINICIAN, Role.PI})
MAY_UNBLIND = frozenset({Role.CLINICIAN, Role.PI})
APART = frozenset({Role.COORDINATOR, Role.ALLOCATOR})


def conflict(roles: AbstractSet[Role], *, knows_an_arm: bool = False) -> str | None:
    """Why one person may not hold these roles together, as the end of a wording key; else None.

    A rater, an administrator or a methodologist has no other role; who enrols does not allocate;
    who was ever told an arm does not rate (ICH E6(R3), blinding).
    """
    if Role.RATER in roles and knows_an_arm:
        return "rater_knows_arm"
    if len(roles) > 1:
        if alone := roles & ALONE:
            return f"{min(alone)}_alone"
        if roles >= APART:
            return "enrols_and_allocates"
    return None
