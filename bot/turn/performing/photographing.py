"""Pictures are received, views skipped, and what is kept is shown."""

from typing import assert_never

from bot.turn import photographs as pictures
from bot.turn import showing
from bot.turn.incoming import Sent
from bot.turn.speaking import Voice
from flows.effects.photographs import (
    Photographing,
    ReceivePhotograph,
    ShowPhotographs,
    SkipView,
)
from storage import participants, photographs
from storage.photographs import NewShot


def perform(voice: Voice, verb: str, effect: Photographing) -> None:
    match effect:
        case ReceivePhotograph():
            _receive(voice, effect)
        case SkipView():
            _skip(voice, effect)
        case ShowPhotographs(participant, visit, views):
            for view in views:
                showing.show_kept(voice, participant, visit, view)
            voice.record(verb, participant, visit=visit)
        case _:
            assert_never(effect)


def _receive(voice: Voice, effect: ReceivePhotograph) -> None:
    desk, sent = voice.desk, voice.incoming.content
    assert isinstance(sent, Sent)
    assert sent.file is not None
    photographs.receive(
        desk.connection, keys=desk.keys, new=_shot(voice, effect), file=sent.file, at=desk.now
    )
    voice.record("send_photograph", effect.participant, visit=effect.visit, view=effect.view)


def _skip(voice: Voice, effect: SkipView) -> None:
    desk = voice.desk
    photographs.skip(desk.connection, new=_shot(voice, effect), reason=effect.reason, at=desk.now)
    voice.record(
        "skip_view",
        effect.participant,
        visit=effect.visit,
        view=effect.view,
        reason=effect.reason,
    )
    chart = participants.chart(desk.connection, effect.participant)
    pictures.finish(desk, chart, effect.visit, effect.taken_on, voice.person)


def _shot(voice: Voice, effect: ReceivePhotograph | SkipView) -> NewShot:
    return NewShot(
        effect.participant,
        effect.visit,
        effect.view,
        effect.taken_on,
        voice.person,
        voice.speaker.address_id,
        key_of(voice),
        voice.incoming.message,
    )


def key_of(voice: Voice) -> str:
    """A message is one picture, however often and under whatever number it is brought."""
    return f"{voice.speaker.address_id}:{voice.incoming.message or voice.desk.nonce}"
