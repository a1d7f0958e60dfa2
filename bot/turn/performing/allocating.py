"""Envelopes are bound, and arms shown to the tap that asks; `bot.turn.arms` does the work."""

from typing import assert_never

from bot.turn import arms
from bot.turn.performing import marking
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects.allocation import (
    Allocate,
    Allocating,
    KeepPaperLetter,
    RecordSessionNote,
    ShowArm,
    ShowSessionNote,
)
from flows.effects.milestones import RecordMilestone


def perform(voice: Voice, verb: str, effect: Allocating) -> None:
    desk = voice.desk
    match effect:
        case Allocate(participant):
            arms.allocate(desk, effect, voice.person, _tap(voice))
            randomized = RecordMilestone(participant, Milestone.RANDOMIZED, desk.today)
            marking.perform(voice, verb, randomized)
        case ShowArm(participant):
            arms.show_arm(desk, voice.person, participant, _tap(voice))
        case ShowSessionNote(participant, visit):
            arms.show_session_note(desk, voice.person, participant, visit, _tap(voice))
        case RecordSessionNote(participant, visit):
            arms.keep_session_note(desk, effect, voice.person)
            voice.record("record_session_note", participant, visit=visit)
        case KeepPaperLetter(participant):
            arms.keep_paper_letter(desk, effect, voice.person)
            voice.record(verb, participant)
        case _:
            assert_never(effect)


def _tap(voice: Voice) -> str:
    """The tap whose pop-up shows what nobody else may see."""
    assert voice.tap is not None
    return voice.tap.tap
