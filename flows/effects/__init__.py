"""What a command's decision makes happen, in the imperative. None of these can hold an arm.

All effects of a turn happen in its one transaction, or none does. Each module here has what one
part of the shell performs, and their union.
"""

from dataclasses import dataclass

from flows.effects.accounts import Administering
from flows.effects.allocation import Allocating
from flows.effects.corrections import Correcting
from flows.effects.ending import Ending
from flows.effects.enrolment import Enrolling
from flows.effects.events import Assessing
from flows.effects.following import Following
from flows.effects.ledger import Ledger
from flows.effects.mail import Corresponding
from flows.effects.milestones import Marking
from flows.effects.oversight import Overseeing
from flows.effects.photographs import Photographing
from flows.effects.pregnancies import Expecting
from flows.effects.queries import Querying
from flows.effects.rating import Rating
from flows.effects.safety import Safeguarding
from flows.effects.speaking import Saying
from flows.messages import Button
from flows.text import Text

Effect = (
    Saying
    | Following
    | Enrolling
    | Marking
    | Administering
    | Allocating
    | Photographing
    | Ledger
    | Rating
    | Safeguarding
    | Assessing
    | Expecting
    | Corresponding
    | Overseeing
    | Ending
    | Querying
    | Correcting
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a command does nothing, in words for the person who gave it, and what would mend it;
    `in_passing`: in the pop-up that answers their tap."""

    why: Text
    buttons: tuple[tuple[Button, ...], ...] = ()
    in_passing: bool = False


Decision = tuple[Effect, ...] | Refused
