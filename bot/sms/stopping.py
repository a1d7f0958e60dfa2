"""A wish to stop is answered once, and asked about once: said again, it needs no more words."""

from datetime import timedelta

from bot.language.stop_words import is_stop
from bot.sms.channel import CHANNEL
from bot.turn.bodies import body_of, message_from_json
from bot.turn.incoming import Chosen
from bot.turn.speaking import Voice
from flows.chart import Milestone
from storage import conversations, fates, participants

_ANSWERED_FOR = timedelta(days=1)
_MOST_MESSAGES = 20


def is_answered(voice: Voice, words: str) -> bool:
    """Whether the messages are stopped already, and this person was told so within a day."""
    desk = voice.desk
    if not is_stop(words, desk.study.lexicon):
        return False
    if participants.chart(desk.connection, voice.person).messaging:
        return False
    since = desk.now - _ANSWERED_FOR
    return any(
        it.milestone is Milestone.MESSAGING_STOPPED and it.recorded_at > since
        for it in participants.entries(desk.connection, voice.person)
    ) or _was_told(voice)


def _was_told(voice: Voice) -> bool:
    desk = voice.desk
    told = fates.newest_by(
        desk.connection,
        keys=desk.keys,
        person_id=voice.person,
        channel=CHANNEL,
        since=desk.now - _ANSWERED_FOR,
        limit=_MOST_MESSAGES,
    )
    return any(message_from_json(body_of(it.body)).paragraphs[0].key == "stop.all" for it in told)


def repeated(voice: Voice, words: str) -> Chosen | None:
    """All messages, where it was asked what shall stop and the answer is to stop."""
    desk = voice.desk
    found = conversations.foreground(desk.connection, keys=desk.keys, person_id=voice.person)
    if found is None or found.form_id is not None or found.state.form != "stop":
        return None
    return Chosen("r:stop:ALL") if is_stop(words, desk.study.lexicon) else None
