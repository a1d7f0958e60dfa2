"""Once the data are locked, nothing of the study changes: one place says so, for every command.

What keeps people safe and free goes on: messages are stopped, calls and letters recorded, alerts
and adverse events followed up, arms shown in an emergency.
"""

from bot.turn.desk import Desk
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects import Effect
from flows.effects.allocation import Allocate, KeepPaperLetter, RecordSessionNote
from flows.effects.corrections import (
    AskCorrection,
    ConfirmCorrection,
    DecideCorrection,
    RetractAnswers,
)
from flows.effects.enrolment import EnrolParticipant, RecordScreeningFailure
from flows.effects.following import (
    BeginForm,
    ContinueForm,
    CorrectRating,
    EnterAnswers,
    OpenReport,
)
from flows.effects.ledger import RecordWitness, RetireEnvelope
from flows.effects.milestones import CorrectEntry, RecordMilestone
from flows.effects.photographs import ReceivePhotograph, SkipView
from flows.effects.queries import RaiseQuery, RecordDeviation, TurnQuery
from flows.effects.rating import KeepGuess
from flows.roles import Role
from flows.text import Text, text
from storage import closing

_STUDY_DATA = (
    Allocate,
    AskCorrection,
    BeginForm,
    ConfirmCorrection,
    ContinueForm,
    CorrectEntry,
    CorrectRating,
    EnterAnswers,
    DecideCorrection,
    EnrolParticipant,
    KeepGuess,
    KeepPaperLetter,
    OpenReport,
    RaiseQuery,
    ReceivePhotograph,
    RecordDeviation,
    RecordScreeningFailure,
    RecordSessionNote,
    RecordWitness,
    RetireEnvelope,
    RetractAnswers,
    SkipView,
    TurnQuery,
)
_AFTER_THE_LOCK = frozenset(
    {
        Milestone.MESSAGING_AGREED,
        Milestone.MESSAGING_STOPPED,
        Milestone.CALLED,
        Milestone.UNBLINDED,
        Milestone.PREGNANCY_REPORTED,
        Milestone.PREGNANCY_ENDED,
        Milestone.DIED,
    }
)


def is_locked(desk: Desk) -> bool:
    return closing.locked_at(desk.connection) is not None


def why_not(voice: Voice, effects: tuple[Effect, ...]) -> Text | None:
    """Why these effects cannot happen any more; None if they can."""
    if not any(map(_changes_study_data, effects)) or not is_locked(voice.desk):
        return None
    return locked_words(voice)


def locked_words(voice: Voice) -> Text:
    if Role.PARTICIPANT not in voice.speaker.roles:
        return text("refused.locked")
    site = voice.desk.study.trial.site
    return text("refused.study_over", phone=site.clinic_phone, emergency=site.emergency)


def _changes_study_data(effect: Effect) -> bool:
    if isinstance(effect, RecordMilestone):
        return effect.milestone not in _AFTER_THE_LOCK
    return isinstance(effect, _STUDY_DATA)
