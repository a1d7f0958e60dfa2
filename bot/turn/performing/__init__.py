"""The effects of a decision become rows, all in the transaction of the turn.

Each module here performs the effects of one module of `flows.effects`.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_args

from bot.turn.performing import (
    administering,
    allocating,
    assessing,
    correcting,
    corresponding,
    ending,
    enrolling,
    expecting,
    ledgering,
    marking,
    overseeing,
    photographing,
    querying,
    rating,
    safeguarding,
    saying,
)
from bot.turn.speaking import Voice
from flows.effects import Effect
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

Follow = Callable[[Following], None]
Perform = Callable[[Voice, str, Any], None]


def perform(voice: Voice, verb: str, effect: Effect, follow: Follow) -> None:
    """Do one effect. What begins a further conversation is handed to `follow`."""
    if isinstance(effect, Following):
        follow(effect)
    elif isinstance(effect, Saying):
        saying.perform(voice, effect)
    else:
        PERFORMERS[type(effect)](voice, verb, effect)


_BY_SUBJECT: tuple[tuple[Any, Perform], ...] = (
    (Marking, marking.perform),
    (Enrolling, enrolling.perform),
    (Administering, administering.perform),
    (Allocating, allocating.perform),
    (Photographing, photographing.perform),
    (Ledger, ledgering.perform),
    (Rating, rating.perform),
    (Safeguarding, safeguarding.perform),
    (Assessing, assessing.perform),
    (Expecting, expecting.perform),
    (Corresponding, corresponding.perform),
    (Overseeing, overseeing.perform),
    (Ending, ending.perform),
    (Correcting, correcting.perform),
    (Querying, querying.perform),
)
PERFORMERS: Mapping[type, Perform] = {
    kind: performer for kinds, performer in _BY_SUBJECT for kind in get_args(kinds) or (kinds,)
}
