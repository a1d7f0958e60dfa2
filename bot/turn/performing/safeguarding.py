"""What is done about alerts; the words of it are kept with the arms."""

from bot.turn import arms
from bot.turn.speaking import Voice
from flows.effects.safety import Safeguarding
from storage import alerts


def perform(voice: Voice, verb: str, effect: Safeguarding) -> None:
    _acknowledge(voice, verb, effect.alert_id, effect.done)


def _acknowledge(voice: Voice, verb: str, alert_id: int, done: str) -> None:
    desk = voice.desk
    alert = alerts.get(desk.connection, alert_id)
    assert alert is not None
    alerts.acknowledge(desk.connection, alert=alert, by=voice.person, at=desk.now)
    arms.keep_words(desk, alert.participant, "alert", alert_id, done, voice.person)
    voice.record(verb, alert.participant, alert=alert_id)
