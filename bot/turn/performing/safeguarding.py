"""What is done about alerts."""

from bot.turn.speaking import Voice
from flows.effects.safety import Safeguarding
from storage import alerts


def perform(voice: Voice, verb: str, effect: Safeguarding) -> None:
    _acknowledge(voice, verb, effect.alert_id, effect.done)


def _acknowledge(voice: Voice, verb: str, alert_id: int, done: str) -> None:
    desk = voice.desk
    alert = alerts.get(desk.connection, alert_id)
    assert alert is not None
    alerts.acknowledge(
        desk.connection, keys=desk.keys, alert=alert, by=voice.person, done=done, at=desk.now
    )
    voice.record(verb, alert.participant, alert=alert_id, done=done)
