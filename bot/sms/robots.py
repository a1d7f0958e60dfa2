"""A phone that answers every SMS by itself would go on for ever: its letters are heard for a while.

What answers a question, stops or commands is always heard, however often it is the same.
"""

from datetime import timedelta

from bot.sms.meaning import is_answer, is_wish
from bot.turn import mailing
from bot.turn.incoming import Content, Typed
from bot.turn.speaking import Voice
from storage import mail

_LATELY = timedelta(hours=1)
# Whoever is impatient sends the same once or twice more.
_MOST_ALIKE = 3
_MOST_ANSWERED = 10


def goes_on(voice: Voice, meant: Content) -> bool:
    """Whether these words get no answer: the same letter over and over is not even kept again, and
    one letter after the other is kept in silence.
    """
    desk = voice.desk
    if not isinstance(meant, Typed) or is_wish(desk.study, meant.text):
        return False
    lately, alike = mail.count_since(
        desk.connection,
        keys=desk.keys,
        person_id=voice.person,
        words=meant.text,
        since=desk.now - _LATELY,
    )
    if alike < _MOST_ALIKE and lately < _MOST_ANSWERED:
        return False
    if is_answer(voice, meant.text) or not mailing.is_letter(meant.text, desk.study):
        return False
    if alike < _MOST_ALIKE:
        mailing.keep(voice, meant.text, None)
    return True
