"""Who works on the trial, as commands see them."""

from dataclasses import dataclass, field

from flows.roles import Role


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str = field(repr=False)
    roles: tuple[Role, ...] = ()
    entered: bool = True
    knows_an_arm: bool = False


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """Everybody who holds a role. `namesake_knows_an_arm`: somebody of the name being invited was
    once told an arm; a role that ended does not make them blind again."""

    staff: tuple[Person, ...]
    namesake_knows_an_arm: bool = False
