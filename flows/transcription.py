"""Answers that staff enter for a participant: how they were given, and who may enter them."""

from datetime import date
from enum import Enum

from flows.chart import Chart
from flows.definition import Trial
from flows.facts.participants import FormState
from flows.text import Text, text


class Way(Enum):
    """How answers that somebody else entered were given."""

    PAPER = "paper"
    TELEPHONE = "telephone"
    READ_ALOUD = "read_aloud"
    TAKEN_OVER = "taken_over"

    @property
    def label(self) -> Text:
        return text(f"entering.way.{self.value}")


# On the telephone, or read aloud, the participant answers while it is entered.
LIVE = frozenset({Way.TELEPHONE, Way.READ_ALOUD})


def is_kept_from(trial: Trial, chart: Chart, person: int, instrument: str) -> bool:
    """Whether this person treats the participant, and the definition lets no treating clinician
    enter what the participant says in this instrument of the result."""
    return chart.clinician == person and instrument in trial.not_entered_by_treating_clinician


def can_be_entered(form: FormState) -> bool:
    """Whether answers can still come in: to an open form, and to one whose window closed before
    what was answered in time reached the clinic."""
    return not form.submitted and (form.is_open or form.visit is not None)


def outside_window(form: FormState, on: date) -> Text | None:
    """Why answers of this day are none to this form (no entry before its window, no back-filling
    after it); None if they are."""
    if form.closes_on is not None and not form.opens_on <= on <= form.closes_on:
        return text("refused.outside_form_window", first=form.opens_on, last=form.closes_on)
    return text("refused.before_form", first=form.opens_on) if on < form.opens_on else None
