"""What the principal investigator decides and sees."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConfirmDefinition:
    definition_hash: str


@dataclass(frozen=True, slots=True)
class SendSummary:
    """The weekly summary as of now, to the person who asked."""


Overseeing = ConfirmDefinition | SendSummary
