"""Letters of participants, and the clinic's answers."""

from dataclasses import dataclass, field

from flows.messages import Message


@dataclass(frozen=True, slots=True)
class AnswerMail:
    mail_id: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowLetter:
    """Show the treating clinician a letter that can name the arm, below the head of this message;
    its words are put in when it leaves.
    """

    mail_id: int
    message: Message


@dataclass(frozen=True, slots=True)
class HandOn:
    """The treating clinician found that a letter names no treatment: coordinators may read it."""

    mail_id: int


@dataclass(frozen=True, slots=True)
class ShowAttachment:
    mail_id: int


@dataclass(frozen=True, slots=True)
class ClaimMail:
    """Take a letter in hand, so that nobody else answers it meanwhile."""

    mail_id: int


@dataclass(frozen=True, slots=True)
class CloseMail:
    """A letter needs no answer here; `why` is a code."""

    mail_id: int
    why: str


@dataclass(frozen=True, slots=True)
class WriteLetter:
    """What a participant wrote beside something else: mail to the clinic, as any other words."""

    words: str = field(repr=False)


Corresponding = (
    AnswerMail | ShowLetter | HandOn | ShowAttachment | ClaimMail | CloseMail | WriteLetter
)
