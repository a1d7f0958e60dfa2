"""An arm is shown to somebody who asked for it, after somebody else agreed.

Rules that hold here:
- Nobody agrees to what they asked for themselves, and whoever agrees sees no arm by that.
- Everybody who may agree is told at once, at any hour; and the PI of whatever comes of it.
- Whoever saw an arm rates that participant no longer.
"""

from datetime import timedelta

from bot.turn import arms
from bot.turn.performing import marking
from bot.turn.reads.ending import authorised
from bot.turn.speaking import Voice
from flows.chart import Milestone
from flows.effects.ending import AskToUnblind, ShowUnblinded
from flows.effects.milestones import RecordMilestone
from flows.messages import Message, run_button, say
from flows.roles import Role
from flows.text import Text, text
from storage import participants, people, protocol, unblindings
from storage.outbox import Urgency
from storage.unblindings import Request


def ask(voice: Voice, verb: str, effect: AskToUnblind) -> None:
    desk, rule = voice.desk, voice.desk.study.trial.unblinding
    assert rule is not None
    request = unblindings.ask(
        desk.connection,
        keys=desk.keys,
        participant=effect.participant,
        by=voice.person,
        reason=effect.reason,
        at=desk.now,
        expires_at=desk.now + timedelta(minutes=rule.minutes),
    )
    voice.record(verb, effect.participant, request=request)
    others = [it.id for it in authorised(desk) if it.id != voice.person]
    for other in others:
        told = _question(voice, request, effect)
        desk.notify(other, told, key=f"unblind:{request}:{other}", urgency=Urgency.ALERT)
    _tell_pi(voice, effect.participant, f"unblind:{request}", "unblinding.pi_asked", *others)


def _question(voice: Voice, request: int, effect: AskToUnblind) -> Message:
    name = _name(voice, voice.person)
    about = _whose(voice, effect.participant)
    words = text("unblinding.agree", name=name, whose=about, reason=effect.reason)
    buttons = tuple(
        (run_button(text(f"option.agree_unblinding.{code}"), "agree_unblinding", request, code),)
        for code in ("YES", "NO")
    )
    return say(words, buttons=buttons)


def _whose(voice: Voice, participant: int | None) -> Text:
    if participant is None:
        return text("unblinding.of_all")
    return text("unblinding.of", code=participants.code_of(voice.desk.connection, participant))


def _name(voice: Voice, person: int) -> str:
    desk = voice.desk
    return people.identity(desk.connection, keys=desk.keys, person_id=person, kind="name")


def answer(voice: Voice, verb: str, request_id: int, *, agreed: bool) -> None:
    desk = voice.desk
    request = unblindings.get(desk.connection, request_id)
    assert request is not None
    unblindings.answer(
        desk.connection, request=request_id, by=voice.person, agreed=agreed, at=desk.now
    )
    voice.record(verb, request.participant, request=request_id, agreed=int(agreed))
    _tell_asker(voice, request, agreed=agreed)
    key = "unblinding.pi_agreed" if agreed else "unblinding.pi_declined"
    _tell_pi(voice, request.participant, f"unblind_answered:{request_id}", key, request.asked_by)


def _tell_asker(voice: Voice, request: Request, *, agreed: bool) -> None:
    shown = agreed and request.participant is not None
    outcome = ("agreed" if shown else "agreed_all") if agreed else "declined"
    show = run_button(text("unblinding.show.button"), "show_unblinded", request.id)
    told = say(
        text(
            f"unblinding.{outcome}",
            name=_name(voice, voice.person),
            whose=_whose(voice, request.participant),
        ),
        buttons=((show,),) if shown else (),
    )
    key = f"unblind_answer:{request.id}"
    voice.desk.notify(request.asked_by, told, key=key, urgency=Urgency.ALERT)


def _tell_pi(voice: Voice, participant: int | None, key: str, wording: str, *knowing: int) -> None:
    """The PI hears of it in any case, but for what they did or were told themselves."""
    told = say(text(wording, name=_name(voice, voice.person), whose=_whose(voice, participant)))
    for person in people.holders(voice.desk.connection, Role.PI):
        if person not in (voice.person, *knowing):
            each = f"{key}:pi:{person}"
            voice.desk.notify(person, told, key=each, urgency=Urgency.ALERT)


def show(voice: Voice, verb: str, effect: ShowUnblinded) -> None:
    desk, participant = voice.desk, effect.participant
    assert voice.tap is not None
    arms.show(desk, voice.person, participant, voice.tap.tap)
    voice.record(verb, participant, request=effect.request)
    protocol.exclude_rater(
        desk.connection, rater=voice.person, participant=participant, at=desk.now
    )
    if participants.chart(desk.connection, participant).unblinded_on is None:
        unblinded = RecordMilestone(participant, Milestone.UNBLINDED, desk.today)
        marking.perform(voice, verb, unblinded)
