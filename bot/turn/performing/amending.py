"""An entry of staff is corrected, and what hangs on it follows."""

from bot.turn import redating
from bot.turn.looking_over import look_over
from bot.turn.planning import take_back_visit_reminders
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects.milestones import CorrectEntry
from storage import participants, photographs


def perform(voice: Voice, verb: str, effect: CorrectEntry) -> None:
    desk = voice.desk
    participants.correct(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        entry=effect.entry,
        on=effect.on,
        reason=effect.reason,
        by=voice.person,
        at=desk.now,
    )
    voice.record(
        verb,
        effect.participant,
        entry=effect.entry,
        milestone=effect.milestone.value,
        visit=effect.visit,
        wrong=effect.wrong,
        old=effect.before.isoformat(),
        new=None if effect.on is None else effect.on.isoformat(),
        reason=effect.reason,
    )
    if effect.milestone is Milestone.PHOTOGRAPHED and effect.visit is not None:
        photographs.set_aside(
            desk.connection, participant=effect.participant, visit=effect.visit, at=desk.now
        )
    if effect.visit is not None:
        take_back_visit_reminders(desk, effect.participant, effect.visit, "corrected")
    redating.follow(desk, effect.participant)
    look_over(desk, effect.participant)
