"""Who works on the trial, as commands see them."""

from dataclasses import dataclass, field
from datetime import date

from flows.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    """`since` are the days on which the roles began, in their order."""

    id: int
    name: str = field(repr=False)
    roles: tuple[Role, ...] = ()
    entered: bool = True
    knows_an_arm: bool = False
    has_alert_number: bool = False
    since: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class EndedRole:
    name: str = field(repr=False)
    role: Role
    began_on: date
    ended_on: date


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Everybody who holds a role. `namesake_knows_an_arm`: somebody of the name being invited was
    once told an arm; a role that ended does not make them blind again."""

    staff: tuple[Person, ...]
    namesake_knows_an_arm: bool = False
    ended: tuple[EndedRole, ...] = ()
