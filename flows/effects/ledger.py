"""The ledger of paper envelopes: who saw one opened, and what befell one. No letter is here."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CallWitnesses:
    """Say the number of the envelope, and ask those who may see it opened to come."""

    participant: int


@dataclass(frozen=True, slots=True)
class RecordWitness:
    """A second person saw the envelope before it was opened."""

    participant: int
    intact: bool


@dataclass(frozen=True, slots=True)
class RetireEnvelope:
    """Something befell an envelope: its number is never given again, and whoever it was bound to
    gets the next. `words` can name an arm: they are kept with the arms."""

    envelope: int
    incident: str
    words: str = field(repr=False)


Ledger = CallWitnesses | RecordWitness | RetireEnvelope
