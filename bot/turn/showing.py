"""Pictures in a chat: of a rating, two visits side by side, or those that were kept of one visit.

The outbox holds which pictures they are, never a picture: they are read when they leave. They leave
the chat again when the rating is submitted, and after a day at the latest.
"""

import json
from dataclasses import dataclass
from datetime import timedelta

from bot.turn.desk import LASTS, Desk
from bot.turn.speaking import Voice
from bot.turn.visit_words import visit_words
from flows.definition import View
from flows.photographs import Standing, counting_at
from flows.text import Json, Text, text, text_to_json
from storage import photographs, shown
from storage.outbox import NewMessage, ToPerson, Urgency
from storage.responses import FormRow
from storage.shown import Shown

# Telegram lets a bot remove what is under two days old.
STAYS = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Half:
    """One half of a comparison, and what is written above it."""

    visit: str
    caption: Text

    @property
    def as_json(self) -> Json:
        return {"visit": self.visit, "caption": text_to_json(self.caption)}


def show_rating(voice: Voice, row: FormRow) -> None:
    """The baseline beside the visit to be rated, view by view, unless they stand in the chat."""
    trial = voice.desk.study.trial
    if row.visit is None or not trial.views or _stand(voice.desk, voice.person, row):
        return
    first = trial.baseline.name
    rated = Half(row.visit, visit_words(row, voice.person))
    show_pair(voice, row, Half(first, text(f"visit.{first}")), rated)


def show_pair(voice: Voice, row: FormRow, left: Half, right: Half) -> None:
    """Of each view of which both visits have a picture; where there is none, that is said."""
    views = _in_both(voice.desk, row.participant, left.visit, right.visit)
    for view in views:
        body = {"form": row.id, "view": view.name, "left": left.as_json, "right": right.as_json}
        _show(voice, f"{_mark(row)}{view.name}", "comparison", body)
    if not views:
        voice.tell(text("comparison.none" if row.veil is None else "comparison.none_veiled"))


def _in_both(desk: Desk, participant: int, *visits: str) -> list[View]:
    shots = photographs.shots(desk.connection, participant)
    kept = {
        (shot.visit, shot.view)
        for visit in visits
        for shot in counting_at(desk.study.trial.views, shots, visit)
        if shot.standing is Standing.KEPT
    }
    return [it for it in desk.study.trial.views if kept >= {(v, it.name) for v in visits}]


def show_kept(voice: Voice, participant: int, visit: str, view: str) -> None:
    body = {"participant": participant, "visit": visit, "view": view}
    _show(voice, f"shown:{participant}:{visit}:{view}", "photograph", body)


def _show(voice: Voice, key: str, kind: str, body: dict[str, object]) -> None:
    to = ToPerson(voice.person, voice.speaker.address_id)
    _put(voice.desk, to, f"{key}:{voice.desk.nonce}", kind, json.dumps(body))


def _put(desk: Desk, to: ToPerson, key: str, kind: str, body: str) -> None:
    expires_at = desk.now + LASTS[Urgency.REPLY]
    desk.put(NewMessage(key, kind, Urgency.REPLY, to, body, expires_at))


def _mark(row: FormRow) -> str:
    """What the keys of a rating's pictures begin with."""
    return f"rating:{row.id}:"


def _stand(desk: Desk, person: int, row: FormRow) -> list[Shown]:
    return shown.to(desk.connection, person_id=person, beginning=_mark(row))


def take_back_rating(desk: Desk, person: int, row: FormRow) -> None:
    """The pictures of a rating leave the rater's chat."""
    _take_back(desk, _stand(desk, person, row))


def take_back_old(desk: Desk) -> None:
    _take_back(desk, shown.before(desk.connection, moment=desk.now - STAYS))


def _take_back(desk: Desk, pictures: list[Shown]) -> None:
    shown.take_back(desk.connection, pictures=pictures, at=desk.now)
    for picture in pictures:
        if picture.sent_as is not None:
            to = ToPerson(picture.person_id, picture.address_id)
            body = json.dumps({"message": picture.sent_as})
            _put(desk, to, f"taken_back:{picture.message_id}", "remove", body)
