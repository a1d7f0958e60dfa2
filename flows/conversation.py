"""A conversation: one pass of one person through one form, between two turns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.forms import Answer, Answers

# Whose answer was not understood so often is helped by phone.
STUCK_AFTER = 3


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where a person is in a form.

    `at` is the item being asked, None at the review. `step` grows with each move, so that a button
    of an earlier question is known for what it is. `context` holds what is known beforehand (the
    participant's sex, or what they answered before staff took over) and is never asked. `typed`: an
    answer was typed, not tapped. `proven`: the person has given their PIN.
    """

    form: str
    version: str
    answers: Answers = field(default_factory=dict, repr=False)
    context: Mapping[str, Answer] = field(default_factory=dict, repr=False)
    at: str | None = None
    step: int = 0
    misses: int = 0
    declining: bool = False
    picked: tuple[str, ...] = field(default=(), repr=False)
    flagged: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    typed: bool = False
    proven: bool = False

    @property
    def known(self) -> Answers:
        return {**self.context, **self.answers}
