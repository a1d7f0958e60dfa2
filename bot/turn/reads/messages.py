"""Every message to a participant with its fate: when it was due, when it left, or why it did not.

Answers in a chat come by the dozen: those that left are told of as one, in their place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from bot.turn.bodies import body_of, message_from_json
from bot.turn.desk import Desk
from bot.turn.planning import reminder_key
from bot.turn.reads.participants import chart_in
from flows.chart import Chart, Milestone
from flows.facts.timeline import Fate, MessageFacts
from flows.forms import Answers
from flows.reminders import Kind
from flows.text import Param, Text, text
from storage import fates, participants, planned, responses, sms
from storage.fates import Kept
from storage.outbox import Urgency
from storage.planned import Decided
from storage.sms import Delivered

_REMINDERS = (Kind.VISIT_REMINDER, Kind.FORM_REMINDER)
_COMING = (Milestone.CONFIRMED_COMING, Milestone.CANNOT_COME)
# What an operator reports of an SMS; anything else that it can say is that it did not arrive.
_REPORTED = {"sent": "handed", "delivered": "delivered"}
# Why a message waits for a moment that is set, rather than to be tried again.
_HELD = {"quiet_hours", "daily_limit"}
_LEFT = {"sent", *_REPORTED.values()}
# The first words of a message tell what it is.
_KINDS = {
    "reminder.visit": "visit_reminder",
    "reminder.forms": "form_reminder",
    "reminder.forms_again": "form_reminder",
    "book.yours": "appointment",
    "mail.from_clinic": "clinic_answer",
    "alert.at_once.participant": "advice",
    "alert.same_day.participant": "advice",
    "entering.told.paper": "entered",
    "entering.told.telephone": "entered",
    "entering.told.read_aloud": "entered",
}


def everything(desk: Desk, _actor: int, answers: Answers) -> MessageFacts:
    chart = chart_in(desk, answers)
    if chart is None:
        return MessageFacts(None)
    connection, person = desk.connection, chart.participant
    sent = fates.messages_to(connection, keys=desk.keys, person_id=person, kinds=("message",))
    by_sms = sms.deliveries(connection, person)
    kept = [_as_reported(it, by_sms.get(it.id)) for it in sent]
    plans = planned.of_participant(connection, participant=person, kinds=_REMINDERS)
    due = {reminder_key(plan.id): plan for plan in plans}
    told = [
        *_sent(desk, chart, kept, due),
        *(_unsent(desk, plan) for plan in plans if plan.state != "done"),
    ]
    return MessageFacts(chart, tuple(sorted(told, key=lambda it: it.at)))


def _as_reported(kept: Kept, told: Delivered | None) -> Kept:
    """What was handed to an operator has arrived when the operator says so."""
    if kept.state != "sent" or told is None:
        return kept
    state = _REPORTED.get(told.state, "undelivered")
    return replace(kept, state=state, reason=told.reason, settled_at=told.at or kept.settled_at)


def _sent(
    desk: Desk, chart: Chart, kept: Sequence[Kept], due: dict[str, Decided]
) -> Iterator[Fate]:
    for is_answered, group in groupby(kept, key=_is_sent_answer):
        messages = list(group)
        if is_answered:
            last = messages[-1]
            what = text("why.answers", count=len(messages))
            yield Fate(last.made_at, what, _fate(desk, last))
        else:
            yield from (_one(desk, chart, it, due.get(it.key)) for it in messages)


def _is_sent_answer(kept: Kept) -> bool:
    return kept.urgency is Urgency.REPLY and kept.state in _LEFT and _kind(kept) == "other"


def _kind(kept: Kept) -> str:
    first = message_from_json(body_of(kept.body)).paragraphs[0]
    return _KINDS.get(first.key, "other")


def _one(desk: Desk, chart: Chart, kept: Kept, plan: Decided | None) -> Fate:
    what, fate = text(f"why.{_kind(kept)}"), _fate(desk, kept)
    if plan is None:
        return Fate(kept.made_at, what, fate)
    answered = _answered_at(desk, chart, plan, kept)
    return Fate(plan.due_at, what, fate if answered is None else _and_answered(fate, answered))


def _and_answered(fate: Text, answered: Param) -> Text:
    return text("fate.answered", fate=fate, at=answered)


def _answered_at(desk: Desk, chart: Chart, plan: Decided, kept: Kept) -> Param | None:
    """When the participant did what the reminder asked for, after it left."""
    if kept.settled_at is None or kept.state not in _LEFT:
        return None
    visit = plan.subject["visit"]
    moments = (
        [
            entry.recorded_at
            for entry in participants.entries(desk.connection, chart.participant)
            if entry.milestone in _COMING and entry.visit == visit
        ]
        if plan.kind == Kind.VISIT_REMINDER
        else [
            row.submitted_at
            for row in responses.forms_of(desk.connection, chart.participant)
            if row.visit == visit and row.submitted_at is not None
        ]
    )
    return min((it for it in moments if it >= kept.settled_at), default=None)


def _fate(desk: Desk, kept: Kept) -> Text:
    about: dict[str, Param] = {}
    if kept.settled_at is not None:
        about["at"] = kept.settled_at
    if kept.channel is not None:
        about["channel"] = text(f"channel.{kept.channel}")
    state = kept.state
    if state == "waiting" and kept.reason is not None:
        state = "held" if kept.reason in _HELD else "waiting_again"
        about["at"] = kept.next_at
    return text(f"fate.{state}", reason=_reason(desk, kept.reason), **about)


def _unsent(desk: Desk, plan: Decided) -> Fate:
    """A reminder that was decided against, or whose moment is still to come."""
    about: dict[str, Param] = {"visit": text(f"visit.{plan.subject['visit']}")}
    what = text(f"why.planned_{plan.kind}", **about)
    if plan.state == "planned":
        return Fate(plan.due_at, what, text("fate.planned"))
    return Fate(plan.due_at, what, text("fate.decided_against", reason=_reason(desk, plan.reason)))


def _reason(desk: Desk, code: str | None) -> Text:
    """Why, in words; a channel may have reasons of its own that nobody has worded."""
    key = f"reason.{code}"
    return text(key) if desk.study.wording.has(key) else text("reason.other", code=code or "-")
