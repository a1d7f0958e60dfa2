"""An SMS from a shared phone of which nobody said that they wrote it: the coordinators ask."""

from collections.abc import Iterable
from datetime import timedelta

from bot.language.stop_words import is_stop
from bot.turn import mailing
from bot.turn.desk import Desk
from flows.messages import run_button, say
from flows.reminders import Decision, Send, Skip
from flows.roles import Role
from flows.sharing import in_words
from flows.text import text
from storage import planned, shared_numbers
from storage.planned import DuePlan, Plan

UNCLAIMED = "sms_unclaimed"
# After so much silence somebody else may hold the phone.
WAITS = timedelta(minutes=30)


def hold(desk: Desk, digest: bytes, words: str) -> None:
    """Keep what came from this number for a while, until it is said who wrote it."""
    shared_numbers.hold(desk.connection, digest, keys=desk.keys, words=words, at=desk.now)
    subject = {"number": digest.hex()}
    due = Plan(f"{UNCLAIMED}:{desk.nonce}", UNCLAIMED, desk.now + WAITS, subject=subject)
    planned.add(desk.connection, due)


def report(desk: Desk, due: DuePlan) -> Decision:
    """What was written is not kept, for it would stand in somebody else's record; a number alone
    is nothing to phone for.
    """
    digest, until = bytes.fromhex(str(due.subject["number"])), due.due_at - WAITS
    words = shared_numbers.held(desk.connection, digest, keys=desk.keys, until=until)
    shared_numbers.release(desk.connection, digest, until=until)
    told, codes = _about(desk, words), shared_numbers.codes_at(desk.connection, digest)
    if told is None or not codes:
        return Skip("done")
    cards = tuple((run_button(text("answer.plain", value=code), "card", code),) for code in codes)
    desk.notify_role(Role.COORDINATOR, say(text(told, codes=in_words(codes)), buttons=cards))
    return Send()


def _about(desk: Desk, words: Iterable[str]) -> str | None:
    """What the coordinators are told that it was, if it was anything to ask about."""
    said = list(words)
    if any(is_stop(it, desk.study.lexicon) for it in said):
        return "staff.sms_unclaimed_stop"
    return "staff.sms_unclaimed" if any(mailing.is_letter(it, desk.study) for it in said) else None
