"""Photographs of a participant: what stands for each view at each visit, and when a visit is done.

Of a view the newest picture that was kept counts; where none was, whatever happened last.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flows.definition import View
from flows.messages import Message, run_button, say
from flows.text import Text, text


class Standing(StrEnum):
    """RECEIVED is being checked; SET_ASIDE was sent for somebody else."""

    RECEIVED = "received"
    KEPT = "kept"
    REFUSED = "refused"
    SKIPPED = "skipped"
    SET_ASIDE = "set_aside"


class Unfit(StrEnum):
    """Why a file that was sent is not kept."""

    NO_FILE = "no_file"
    AWAY = "away"
    TOO_LARGE = "too_large"
    PDF = "pdf"
    HEIC = "heic"
    NO_PICTURE = "no_picture"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_FEW_PIXELS = "too_few_pixels"
    BLURRED = "blurred"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of a view, or that it was skipped and why."""

    visit: str
    view: str
    taken_on: date
    standing: Standing
    reason: str | None = None


def counting(shots: Iterable[Shot], visit: str, view: str) -> Shot | None:
    """What counts of a view, of all shots in their order."""
    of_view = [shot for shot in shots if (shot.visit, shot.view) == (visit, view)]
    kept = [shot for shot in of_view if shot.standing is Standing.KEPT]
    return next(reversed(kept or of_view), None)


def counting_at(views: Sequence[View], shots: Iterable[Shot], visit: str) -> list[Shot]:
    """What counts at a visit, in the order of the views."""
    all_of = list(shots)
    found = (counting(all_of, visit, view.name) for view in views)
    return [shot for shot in found if shot is not None]


def is_complete(views: Sequence[View], shots: Iterable[Shot], visit: str) -> bool:
    """Every view was kept or skipped, and one was kept: a visit of which there is no picture at all
    was not photographed.
    """
    standings = [shot.standing for shot in counting_at(views, shots, visit)]
    settled = all(it in (Standing.KEPT, Standing.SKIPPED) for it in standings)
    return settled and len(standings) == len(views) and Standing.KEPT in standings


def kept_message(code: str, visit: str, shots: Iterable[Shot]) -> Message:
    """That everything of a visit is there, view by view."""
    lines = tuple(_line(shot) for shot in shots)
    return say(text("photographs.kept", code=code, visit=text(f"visit.{visit}"), lines=lines))


def _line(shot: Shot) -> Text:
    view = text(f"view.{shot.view}")
    if shot.standing is Standing.SKIPPED:
        reason = text(f"option.skip_reason.{shot.reason}")
        return text("photographs.line_skipped", view=view, reason=reason)
    return text("photographs.line_kept", view=view)


def refused_message(code: str, visit: str, view: str, why: Text) -> Message:
    """Why a picture was not kept, with a button to send another."""
    about = text(
        "photographs.about", code=code, visit=text(f"visit.{visit}"), view=text(f"view.{view}")
    )
    again = run_button(text("command.retake.button"), "retake", code, visit, view)
    return say(about, why, buttons=((again,),))
