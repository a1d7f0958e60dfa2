"""Letters of participants, and the clinic's answers."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class AnswerMail:
    mail_id: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShowAttachment:
    mail_id: int


Corresponding = AnswerMail | ShowAttachment
