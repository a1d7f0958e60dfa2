"""Letters of participants are answered, and their files shown."""

from typing import assert_never

from bot.turn import arms, mailing
from bot.turn.speaking import Voice
from flows.effects.mail import (
    AnswerMail,
    ClaimMail,
    CloseMail,
    Corresponding,
    HandOn,
    ShowAttachment,
    ShowLetter,
    WriteLetter,
)
from flows.messages import say
from flows.text import text
from storage import mail
from storage.outbox import Urgency


def perform(voice: Voice, verb: str, effect: Corresponding) -> None:
    desk = voice.desk
    match effect:
        case AnswerMail(mail_id, words):
            _answer(voice, verb, mail_id, words)
        case ShowLetter(mail_id, message):
            arms.show_letter(voice, mail_id, message)
        case HandOn(mail_id):
            _hand_on(voice, verb, mail_id)
        case ShowAttachment(mail_id):
            arms.show_attachment(voice, verb, mail_id)
        case ClaimMail(mail_id):
            mail.claim(desk.connection, mail_id=mail_id, by=voice.person, at=desk.now)
            voice.record(verb, None, mail=mail_id)
        case CloseMail(mail_id, why):
            mail.close(desk.connection, mail_id=mail_id, why=why, by=voice.person, at=desk.now)
            voice.record(verb, None, mail=mail_id, why=why)
        case WriteLetter(words):
            mailing.receive(voice, words, None)
        case _:
            assert_never(effect)


def _hand_on(voice: Voice, verb: str, mail_id: int) -> None:
    desk = voice.desk
    participant = mail.writer(desk.connection, mail_id)
    mail.hand_on(desk.connection, mail_id=mail_id, by=voice.person, at=desk.now)
    voice.record(verb, participant, mail=mail_id)
    mailing.tell_coordinators(desk, participant)


def _answer(voice: Voice, verb: str, mail_id: int, words: str) -> None:
    desk = voice.desk
    participant = mail.writer(desk.connection, mail_id)
    mail.answer(
        desk.connection, keys=desk.keys, mail_id=mail_id, words=words, by=voice.person, at=desk.now
    )
    desk.notify(participant, say(text("mail.from_clinic", words=words)), urgency=Urgency.REPLY)
    voice.record(verb, participant, mail=mail_id)
