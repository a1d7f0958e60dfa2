"""What becomes of a picture once it was looked at, and when a visit counts as photographed."""

import json
from datetime import date

from bot.turn.bodies import message_body
from bot.turn.desk import Desk
from bot.turn.performing import marking
from flows.chart import Chart, Milestone
from flows.commands.about_participant import has_left
from flows.effects.milestones import RecordMilestone
from flows.messages import Message, say
from flows.photographs import Unfit, counting_at, is_complete, kept_message, refused_message
from flows.text import Text, text
from storage import participants, photographs
from storage.audit import Act, Detail
from storage.outbox import ToPerson
from storage.photographs import Picture, Received


def settle(desk: Desk, photograph: Received, found: Picture | Unfit) -> None:
    """Keep a picture or refuse it, once. Either way its message leaves the chat.

    Whoever sent it hears of a refusal at once, unless they have sent another since; and of what was
    kept when all of the visit is there.
    """
    if isinstance(found, Unfit):
        _refuse(desk, photograph, found)
    else:
        _keep(desk, photograph, found)


def _refuse(desk: Desk, photograph: Received, why: Unfit) -> None:
    if not photographs.refuse(desk.connection, photograph=photograph, why=why, at=desk.now):
        return
    _leave_chat(desk, photograph)
    _record(desk, "refuse_photograph", photograph, reason=why.value)
    if not photographs.is_newest(desk.connection, photograph):
        return
    chart = participants.chart(desk.connection, photograph.participant)
    words = _why(desk, why)
    message = refused_message(chart.code, photograph.visit, photograph.view, words)
    _tell(desk, photograph, message)


def _why(desk: Desk, why: Unfit) -> Text:
    asked = desk.study.trial.photographs
    assert asked is not None
    match why:
        case Unfit.TOO_LARGE:
            return text("picture.too_large", most=asked.largest_megabytes)
        case Unfit.TOO_FEW_PIXELS:
            return text("picture.too_few_pixels", least=asked.least_pixels)
        case _:
            return text(f"picture.{why.value}")


def _keep(desk: Desk, photograph: Received, picture: Picture) -> None:
    if not photographs.keep(
        desk.connection, keys=desk.keys, photograph=photograph, picture=picture, at=desk.now
    ):
        return
    _leave_chat(desk, photograph)
    _record(desk, "keep_photograph", photograph)
    chart, visit = participants.chart(desk.connection, photograph.participant), photograph.visit
    if chart.visit(visit).photographed_on is not None:
        again = text(
            "photographs.kept_again",
            code=chart.code,
            visit=text(f"visit.{visit}"),
            view=text(f"view.{photograph.view}"),
        )
        _tell(desk, photograph, say(again))
    elif finish(desk, chart, visit, photograph.taken_on, photograph.sent_by):
        shots = photographs.shots(desk.connection, chart.participant)
        counted = counting_at(desk.study.trial.views, shots, visit)
        _tell(desk, photograph, kept_message(chart.code, visit, counted))


def finish(desk: Desk, chart: Chart, visit: str, on: date, person: int) -> bool:
    """Record that a visit was photographed, when its last view was kept or skipped."""
    if has_left(chart.status) or chart.visit(visit).photographed_on is not None:
        return False
    shots = photographs.shots(desk.connection, chart.participant)
    if not is_complete(desk.study.trial.views, shots, visit):
        return False
    done = RecordMilestone(chart.participant, Milestone.PHOTOGRAPHED, on, visit)
    marking.perform_for(desk, "record_photographs", done, person)
    return True


def _leave_chat(desk: Desk, photograph: Received) -> None:
    if photograph.message is not None:
        desk.reply(_sender(photograph), "remove", json.dumps({"message": photograph.message}))


def _tell(desk: Desk, photograph: Received, message: Message) -> None:
    desk.reply(_sender(photograph), "message", message_body(message))


def _sender(photograph: Received) -> ToPerson:
    return ToPerson(photograph.sent_by, photograph.address_id)


def _record(desk: Desk, verb: str, photograph: Received, **detail: str) -> None:
    about: Detail = {
        "visit": photograph.visit,
        "view": photograph.view,
        "photograph": photograph.id,
    }
    desk.record(Act(verb, "system", None, photograph.participant, {**about, **detail}))
