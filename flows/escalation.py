"""Who is told next of an alert that nobody acknowledged."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flows.roles import Role


@dataclass(frozen=True, slots=True)
class Next:
    """Whom this step adds, and the step after it."""

    persons: tuple[int, ...]
    step: int


def next_step(
    then: Sequence[Role],
    step: int,
    holders: Mapping[Role, Sequence[int]],
    told: Collection[int],
) -> Next | None:
    """The first step from this one on that has somebody to add: one clinician, the longest-serving,
    or everybody of another role. None when everybody was told."""
    for at, role in enumerate(then[step:], start=step + 1):
        untold = tuple(person for person in holders[role] if person not in told)
        if untold:
            return Next(untold[:1] if role is Role.CLINICIAN else untold, at)
    return None
