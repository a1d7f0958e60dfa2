"""What is known when somebody is to be enrolled, and of the plan that allows it."""

from dataclasses import dataclass

from flows.facts.people import Person


@dataclass(frozen=True, slots=True)
class EnrolmentFacts:
    enrolment_confirmed: bool
    enrolled: int
    next_code: str
    staff: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class ProtocolFacts:
    definition_hash: str
    confirmed: bool
